"""What entries are about which month, by ward and channel; closed months; key figures with their values."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

MONTHS = {
    'sqlite': ("date(entered_at, '+9 hours', 'start of month')", "date(acted_on, 'start of month')",
               "date(starts_at, '+9 hours', 'start of month')"),
    'postgresql': ("CAST(date_trunc('month', entered_at AT TIME ZONE 'Asia/Tokyo') AS date)",
                   "CAST(date_trunc('month', acted_on) AS date)",
                   "CAST(date_trunc('month', starts_at AT TIME ZONE 'Asia/Tokyo') AS date)"),
}
INTO = ('INSERT INTO month_split (month, about, ward, channel, stripe, confirmed, self_reported, participations,'
        ' events_held) ')
NEVER = {'closed_month': ('UPDATE', 'DELETE'), 'kpi_version': ('UPDATE', 'DELETE'), 'kpi_value': ('UPDATE', 'DELETE')}


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('month_split',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('about', sa.Date(), nullable=False),
    sa.Column('ward', sa.String(), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('stripe', sa.Integer(), nullable=False),
    sa.Column('confirmed', big, nullable=False),
    sa.Column('self_reported', big, nullable=False),
    sa.Column('participations', sa.Integer(), nullable=False),
    sa.Column('events_held', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('month', 'about', 'ward', 'channel', 'stripe')
    )
    op.create_table('closed_month',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('closed_by', sa.String(), nullable=False),
    sa.Column('closed_at', instant, nullable=False),
    sa.Column('report', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('month')
    )
    op.create_table('reported_figure',
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('reported', big, nullable=False),
    sa.Column('counted', big, nullable=False),
    sa.PrimaryKeyConstraint('month', 'name')
    )
    op.create_table('kpi_version',
    sa.Column('kpi_id', big, nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('unit', sa.String(), nullable=False),
    sa.Column('base', sa.String(), nullable=False),
    sa.Column('base_when', sa.String(), nullable=False),
    sa.Column('base_source', sa.String(), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('target_when', sa.String(), nullable=False),
    sa.Column('is_public', sa.Boolean(), nullable=False),
    sa.Column('is_ended', sa.Boolean(), nullable=False),
    sa.Column('written_by', sa.String(), nullable=False),
    sa.Column('written_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('kpi_id', 'version')
    )
    op.create_table('kpi_value',
    sa.Column('id', big, nullable=False),
    sa.Column('kpi_id', big, nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('amount', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_kpi_value_kpi_id', 'kpi_value', ['kpi_id'])
    op.create_index('ix_broadcast_began_at', 'broadcast', ['began_at'])
    _only_ever_add()
    _count_what_is_there()


def _only_ever_add() -> None:
    """Let the database itself refuse a change of a closed month, and of what was once said of a key figure."""
    if op.get_bind().dialect.name == 'sqlite':
        for table, acts in NEVER.items():
            for act in acts:
                op.execute(f"CREATE TRIGGER {table}_never_{act.lower()}s BEFORE {act} ON {table}"
                           f" BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END")
        return
    op.execute("CREATE FUNCTION months_and_figures_are_append_only() RETURNS trigger LANGUAGE plpgsql AS"
               " $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$")
    for table in NEVER:
        op.execute(f'CREATE TRIGGER {table}_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}'
                   ' FOR EACH STATEMENT EXECUTE FUNCTION months_and_figures_are_append_only()')


def _count_what_is_there() -> None:
    """Bring the sums up to a ledger that is older than they are; wards as they are now, events in their own month."""
    entered, about, held = MONTHS[op.get_bind().dialect.name]
    attended = ("CASE WHEN ledger.period NOT LIKE 'part:%' THEN 0 WHEN kind = 'attendance' THEN 1 ELSE -1 END")
    op.execute(
        f"{INTO} SELECT {entered}, {about}, coalesce(person.ward, ''), coalesce(account.channel, ''), 0,"
        ' sum(CASE WHEN confirmed THEN points ELSE 0 END), sum(CASE WHEN confirmed THEN 0 ELSE points END),'
        f' sum({attended}), 0 FROM ledger LEFT JOIN person ON person.id = ledger.person_id'
        ' LEFT JOIN account ON account.id = ledger.account_id GROUP BY 1, 2, 3, 4'
    )
    # An entry of no ward and no channel may have made the row already: stripe 1 holds none of those yet.
    op.execute(
        f"{INTO} SELECT {held}, {held}, '', '', 1, 0, 0, 0, count(*) FROM part"
        " WHERE state = 'held' AND starts_at IS NOT NULL GROUP BY 1"
    )
