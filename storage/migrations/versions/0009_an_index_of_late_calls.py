"""An index by which the notices that expired in the outbox are counted without reading the rest of it."""

import sqlalchemy as sa
from alembic import op

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

LATE = sa.text("kind = 'notice' AND state = 'expired'")


def upgrade() -> None:
    op.create_index('outbox_late', 'outbox', ['made_at'], sqlite_where=LATE, postgresql_where=LATE)
