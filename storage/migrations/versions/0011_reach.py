"""How many accounts stand how, and since when one is out of reach."""

import sqlalchemy as sa
from alembic import op
import storage.database
from storage.clock import real_now

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

UNREACHABLE = sa.text('unreachable_at IS NOT NULL')
COUNT_ACCOUNTS = """INSERT INTO reach_counter (channel, reach, stripe, number)
    SELECT channel, CASE WHEN greeted_at IS NOT NULL THEN 'group'
    WHEN state IN ('gone', 'blocked') THEN state
    WHEN paused THEN 'paused' WHEN person_id IS NOT NULL THEN 'joined' ELSE 'followed' END, 0, count(*)
    FROM account GROUP BY 1, 2"""


def upgrade() -> None:
    op.create_table('reach_counter',
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('reach', sa.String(), nullable=False),
    sa.Column('stripe', sa.Integer(), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('channel', 'reach', 'stripe')
    )
    op.add_column('account', sa.Column('unreachable_at', storage.database.Instant(timezone=True), nullable=True))
    op.create_index('account_unreachable', 'account', ['unreachable_at'], sqlite_where=UNREACHABLE, postgresql_where=UNREACHABLE)
    # Nobody wrote down since when: the twelve months begin now.
    unreachable = sa.table('account', sa.column('state'), sa.column('unreachable_at', storage.database.Instant()))
    gone = unreachable.update().where(unreachable.c.state.in_(['blocked', 'gone']))
    op.execute(gone.values(unreachable_at=real_now()))
    op.execute(COUNT_ACCOUNTS)
