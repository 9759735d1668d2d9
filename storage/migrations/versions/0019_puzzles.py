"""Words that nobody understood, counted."""

import sqlalchemy as sa
from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('puzzle',
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('language', 'words')
    )
    op.create_index('ix_puzzle_last_on', 'puzzle', ['last_on'])
    op.create_index('puzzle_times', 'puzzle', ['times', 'words', 'language'])
