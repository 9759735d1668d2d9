"""Draws, and one lot a person in each."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')


def upgrade() -> None:
    op.create_table('draw',
    sa.Column('id', BIG_ID, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('first_on', sa.Date(), nullable=False),
    sa.Column('last_on', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('at_least', sa.Integer(), nullable=False),
    sa.Column('prizes', sa.Integer(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_by_id', BIG_ID, nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('frozen_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('lots', sa.Integer(), nullable=False),
    sa.Column('lots_hash', sa.String(), nullable=False),
    sa.Column('seed', sa.String(), nullable=False),
    sa.Column('drawn_by', sa.String(), nullable=False),
    sa.Column('drawn_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('withdrawn_by', sa.String(), nullable=False),
    sa.Column('withdrawn_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_draw_made_at', 'draw', ['made_at'])
    op.create_table('draw_lot',
    sa.Column('draw_id', BIG_ID, nullable=False),
    sa.Column('lot', BIG_ID, nullable=False),
    sa.Column('person_id', BIG_ID, nullable=True),
    sa.Column('place', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('draw_id', 'lot'),
    sa.UniqueConstraint('draw_id', 'person_id'),
    sa.UniqueConstraint('draw_id', 'place')
    )
    op.create_index('draw_lot_person', 'draw_lot', ['person_id'])
