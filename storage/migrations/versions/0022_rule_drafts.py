"""The draft of the next version of the programme, and why a version was made."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('rule_draft',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('base_version', big, nullable=False),
    sa.Column('changed_at', instant, nullable=False),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=True),
    sa.Column('signed_by', sa.String(), nullable=True),
    sa.PrimaryKeyConstraint('id')
    )
    op.add_column('programme_version', sa.Column('reason', sa.String(), nullable=False, server_default=''))
