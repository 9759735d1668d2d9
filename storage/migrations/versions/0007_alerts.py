"""Alerts, who is told of them, the month's quota."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
IS_OPEN = sa.text('ended_at IS NULL')
UNTOLD = sa.text('(NOT told OR (NOT end_told AND ended_at IS NOT NULL))')


def upgrade() -> None:
    op.create_table('alert',
    sa.Column('id', BIG, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('opened_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('seen_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('told', sa.Boolean(), nullable=False),
    sa.Column('end_told', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('alert_open', 'alert', ['kind', 'key'], unique=True, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
    op.create_index('alert_untold', 'alert', ['id'], sqlite_where=UNTOLD, postgresql_where=UNTOLD)

    op.create_table('alert_receiver',
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('word_hash', sa.String(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('account_id'),
    sa.UniqueConstraint('word_hash')
    )

    op.create_table('alert_telling',
    sa.Column('alert_id', BIG, nullable=False),
    sa.Column('is_end', sa.Boolean(), nullable=False),
    sa.Column('account_id', BIG, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('outbox_id', BIG, nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('alert_id', 'is_end', 'account_id')
    )

    op.create_table('quota',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('most', BIG, nullable=True),
    sa.Column('used', BIG, nullable=False),
    sa.Column('asked_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'month')
    )
