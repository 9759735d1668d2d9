"""Indexes of the few rows that metrics and upkeep ask for, so that neither reads a table that grows."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

PARTS = (
    ("inbox_failed", "inbox", "received_at", "state = 'failed'"),
    ("inbox_full", "inbox", "received_at", "(raw <> '' OR account_key <> '')"),
    ("outbox_full", "outbox", "made_at", "to_key <> ''"),
)


def upgrade() -> None:
    for name, table, column, rows in PARTS:
        op.create_index(name, table, [column], sqlite_where=sa.text(rows), postgresql_where=sa.text(rows))
