"""Points given to local bodies, and what each was given up to the end of a week."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('donation',
    sa.Column('id', BIG_ID, nullable=False),
    sa.Column('person_id', BIG_ID, nullable=False),
    sa.Column('account_id', BIG_ID, nullable=True),
    sa.Column('local_body', sa.String(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('given_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('asked_by', BIG_ID, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('person_id', 'asked_by'),
    sqlite_autoincrement=True
    )
    op.create_index('donation_body', 'donation', ['year', 'local_body', 'given_at'])
    op.create_table('donation_week',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('local_body', sa.String(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('points', BIG_ID, nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('week', 'local_body', 'year')
    )
