"""An index by which ended notices are removed in time and those that came too late are counted."""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

ENDED = sa.text('ended_at IS NOT NULL')


def upgrade() -> None:
    op.create_index('notice_ended', 'notice', ['ended_at'], sqlite_where=ENDED, postgresql_where=ENDED)
