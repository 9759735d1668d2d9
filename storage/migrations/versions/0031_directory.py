"""Which of the city's directory's people is which staff account."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('staff_directory',
    sa.Column('issuer', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('staff_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('issuer', 'subject'),
    sa.UniqueConstraint('staff_id')
    )
