"""An index of the acts that staff must be told of: the console's first page asks for the newest of them."""

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

TO_REPORT = sa.text('to_report')


def upgrade() -> None:
    op.create_index('audit_to_report', 'audit', ['id'], sqlite_where=TO_REPORT, postgresql_where=TO_REPORT)
