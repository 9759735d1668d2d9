"""The one call of a broadcast that LINE itself tells to all friends."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('friends_call',
    sa.Column('broadcast_id', big, nullable=False),
    sa.Column('outbox_id', big, nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('broadcast_id'),
    sa.UniqueConstraint('outbox_id')
    )
