"""What a broadcast was given back for, and until when a large one waits after it was armed."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('broadcast', sa.Column('returned_why', sa.String(), server_default='', nullable=False))
    op.add_column('broadcast', sa.Column('held_until', storage.database.Instant(timezone=True), nullable=True))
