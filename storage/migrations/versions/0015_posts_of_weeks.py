"""Which call made the public post of a week's message, so that a correction can edit it."""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.add_column('weekly_push', sa.Column('post_call_id', big, nullable=True))
