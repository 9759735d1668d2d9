"""How many a broadcast's audience was last counted to hold."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('broadcast', sa.Column('counted', sa.String(), server_default='', nullable=False))
    op.add_column('broadcast', sa.Column('counted_at', storage.database.Instant(timezone=True), nullable=True))
