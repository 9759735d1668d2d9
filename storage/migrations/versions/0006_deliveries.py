"""Deliveries of broadcasts with their counters, and the budgets of the platforms' endpoints."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('waiting', 'sending')")
OF_BROADCAST = sa.text("broadcast_id IS NOT NULL AND state IN ('waiting', 'sending')")
WAITING = sa.text("state = 'waiting'")
SEALED = sa.text("state = 'sealed'")


def upgrade() -> None:
    op.create_table('budget',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('free_at', sa.Float(precision=53), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('delivery',
    sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot_id', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('is_capped', sa.Boolean(), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('sealed_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('broadcast_id', 'account_id')
    )
    with op.batch_alter_table('delivery', schema=None) as batch_op:
        batch_op.create_index('delivery_of_account', ['account_id'], unique=False)
        batch_op.create_index('delivery_sealed', ['broadcast_id', 'outbox_id'], unique=False, sqlite_where=SEALED, postgresql_where=SEALED)
        batch_op.create_index('delivery_waiting', ['broadcast_id', 'turn', 'channel', 'bot_id', 'language', 'account_id'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)

    op.create_table('delivery_tally',
    sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('stripe', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('broadcast_id', 'channel', 'state', 'reason', 'stripe')
    )
    op.add_column('outbox', sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('outbox', sa.Column('rest', sa.String(), nullable=False, server_default=''))
    op.create_index('outbox_of_broadcast', 'outbox', ['broadcast_id'], unique=False, sqlite_where=OF_BROADCAST, postgresql_where=OF_BROADCAST)
    op.create_index('outbox_paced', 'outbox', ['channel', 'way', 'urgency', 'id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
