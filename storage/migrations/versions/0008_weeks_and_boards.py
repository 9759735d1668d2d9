"""Weeks of persons, boards, Monday's message and the standing order for it; the weeks of what the ledger holds."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

DAYS = ('monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday')
LISTED = sa.text('is_listed')
WEEK = {
    'sqlite': ("date(acted_on, 'weekday 0', '-6 days')", "(strftime('%w', acted_on) + 6) % 7"),
    'postgresql': ("CAST(date_trunc('week', acted_on) AS date)", 'CAST(extract(isodow FROM acted_on) AS integer) - 1'),
}
TIMES = "CASE WHEN kind IN ('report', 'attendance') THEN 1 WHEN kind = 'withdrawal' THEN -1 ELSE 0 END"


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('person_week',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('person_id', big, nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    *(sa.Column(day, sa.Integer(), nullable=False) for day in DAYS),
    sa.Column('is_listed', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.PrimaryKeyConstraint('week', 'person_id')
    )
    op.create_index('ix_person_week_person_id', 'person_week', ['person_id'])
    op.create_index('person_week_listed', 'person_week', ['week', 'points'], sqlite_where=LISTED, postgresql_where=LISTED)
    op.create_table('week_step',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('stripe', sa.Integer(), nullable=False),
    sa.Column('persons', big, nullable=False),
    sa.PrimaryKeyConstraint('week', 'points', 'stripe')
    )
    op.create_table('ward_week',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('ward', sa.String(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('active', sa.Integer(), nullable=False),
    sa.Column('points', big, nullable=False),
    sa.PrimaryKeyConstraint('week', 'ward')
    )
    op.create_table('standing_order',
    sa.Column('id', big, nullable=False),
    sa.Column('ceiling', sa.Integer(), nullable=False),
    sa.Column('posts', sa.Boolean(), nullable=False),
    sa.Column('terms_hash', sa.String(), nullable=False),
    sa.Column('proposed_by', sa.String(), nullable=False),
    sa.Column('proposed_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=True),
    sa.Column('approved_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ended_by', sa.String(), nullable=True),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> proposed_by', name='ordered_by_two'),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_table('weekly_push',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('order_id', big, nullable=False),
    sa.Column('broadcast_id', big, nullable=True),
    sa.Column('shortage', sa.String(), nullable=True),
    sa.Column('line_messages', sa.Integer(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('week')
    )
    op.create_index('ix_weekly_push_made_at', 'weekly_push', ['made_at'])
    op.add_column('person', sa.Column('board_name', sa.String(), nullable=True))
    op.add_column('person', sa.Column('wants_monday', sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column('person', sa.Column('preferred_channel', sa.String(), nullable=True))
    _count_what_is_there()


def _count_what_is_there() -> None:
    """Bring the weeks up to a ledger that is older than they are."""
    week, weekday = WEEK[op.get_bind().dialect.name]
    by_day = ', '.join(f'sum(CASE WHEN weekday = {number} THEN times ELSE 0 END)' for number in range(7))
    op.execute(
        f"INSERT INTO person_week (week, person_id, points, {', '.join(DAYS)})"
        f" SELECT week, person_id, sum(points), {by_day} FROM (SELECT {week} AS week, {weekday} AS weekday,"
        f" {TIMES} AS times, person_id, points FROM ledger WHERE counts_for_board) AS entries"
        " GROUP BY week, person_id"
    )
    op.execute(
        "INSERT INTO week_step (week, points, stripe, persons) SELECT week, points, person_id % 16, count(*)"
        " FROM person_week WHERE points > 0 GROUP BY week, points, person_id % 16"
    )
