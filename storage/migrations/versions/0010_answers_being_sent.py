"""An index of the answers that are being sent: another process does not decide the account's next event meanwhile."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ROWS = sa.text("state = 'sending' AND urgency <= 1")


def upgrade() -> None:
    op.create_index("outbox_answering", "outbox", ["to_key"], sqlite_where=ROWS, postgresql_where=ROWS)
