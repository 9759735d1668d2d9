"""The first schema."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


LEDGER_COLUMNS = (
    "id, account_id, kind, reference, action, acted_on, entered_at, points, confirmed, counts_for_board, "
    "rule_version, period, n, co2_grams, detail"
)
SQLITE_APPEND_ONLY = [
    f"""CREATE TRIGGER ledger_never_changes BEFORE UPDATE OF {LEDGER_COLUMNS} ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
    """CREATE TRIGGER ledger_never_shrinks BEFORE DELETE ON ledger
    BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END""",
]
POSTGRESQL_APPEND_ONLY = [
    """CREATE FUNCTION ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$""",
    f"""CREATE TRIGGER ledger_never_changes BEFORE UPDATE OF {LEDGER_COLUMNS} ON ledger
    FOR EACH ROW EXECUTE FUNCTION ledger_is_append_only()""",
    """CREATE TRIGGER ledger_never_shrinks BEFORE DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_is_append_only()""",
]


def upgrade() -> None:
    op.create_table('account',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot_id', sa.String(), nullable=False),
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=True),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('paused', sa.Boolean(), nullable=False),
    sa.Column('pending', sa.String(), nullable=True),
    sa.Column('state_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('greeted_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'bot_id', 'key'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('account', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_account_person_id'), ['person_id'], unique=False)

    op.create_table('claim',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'name', 'period', 'n')
    )
    with op.batch_alter_table('claim', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claim_entry_id'), ['entry_id'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('version', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('given_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_person_id'), ['person_id'], unique=False)

    op.create_table('counter',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('stripe', sa.Integer(), nullable=False),
    sa.Column('amount', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('name', 'month', 'stripe')
    )
    with op.batch_alter_table('counter', schema=None) as batch_op:
        batch_op.create_index('counter_name', ['name', 'month'], unique=False)

    op.create_table('erasure',
    sa.Column('key_hash', sa.String(), nullable=False),
    sa.Column('erased_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('written', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('key_hash')
    )
    op.create_table('figure',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('metric', sa.String(), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('distinct', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('entered_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_table('inbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot_id', sa.String(), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('account_key', sa.String(), nullable=False),
    sa.Column('occurred_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('received_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('raw', sa.String(), nullable=False),
    sa.Column('reply_token', sa.String(), nullable=True),
    sa.Column('reply_until', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('trouble', sa.String(), nullable=True),
    sa.Column('done_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('channel', 'bot_id', 'event_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('inbox', schema=None) as batch_op:
        batch_op.create_index('inbox_account', ['channel', 'account_key', 'received_at'], unique=False)
        batch_op.create_index('inbox_received', ['received_at'], unique=False)
        batch_op.create_index('inbox_waiting', ['channel', 'bot_id', 'account_key', 'occurred_at'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('ledger',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('acted_on', sa.Date(), nullable=False),
    sa.Column('entered_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('confirmed', sa.Boolean(), nullable=False),
    sa.Column('counts_for_board', sa.Boolean(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('period', sa.String(), nullable=False),
    sa.Column('n', sa.Integer(), nullable=False),
    sa.Column('co2_grams', sa.Integer(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('kind', 'reference'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('ledger', schema=None) as batch_op:
        batch_op.create_index('ledger_person', ['person_id', 'acted_on'], unique=False)

    op.create_table('mark',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('inbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('channel', sa.String(), nullable=False),
    sa.Column('bot_id', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('urgency', sa.Integer(), nullable=False),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('to_key', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('content', sa.String(), nullable=False),
    sa.Column('token', sa.String(), nullable=True),
    sa.Column('token_until', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('retry_key', sa.String(), nullable=True),
    sa.Column('must_arrive', sa.Boolean(), nullable=False),
    sa.Column('forget', sa.Boolean(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('was_unknown', sa.Boolean(), nullable=False),
    sa.Column('leased_by', sa.String(), nullable=True),
    sa.Column('leased_until', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('due_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('not_after', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('first_tried_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('request_id', sa.String(), nullable=True),
    sa.Column('detail', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_outbox_inbox_id'), ['inbox_id'], unique=False)
        batch_op.create_index('outbox_made', ['made_at'], unique=False)
        batch_op.create_index('outbox_open', ['urgency', 'due_at'], unique=False, sqlite_where=sa.text("state IN ('waiting', 'sending')"), postgresql_where=sa.text("state IN ('waiting', 'sending')"))
        batch_op.create_index('outbox_stranded', ['account_id'], unique=False, sqlite_where=sa.text("state = 'stranded'"), postgresql_where=sa.text("state = 'stranded'"))

    op.create_table('person',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('nickname', sa.String(), nullable=True),
    sa.Column('nickname_is_own', sa.Boolean(), nullable=False),
    sa.Column('ward', sa.String(), nullable=True),
    sa.Column('joined_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('consent_version', sa.String(), nullable=True),
    sa.Column('awaiting', sa.String(), nullable=True),
    sa.Column('is_tombstone', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_table('programme_version',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_table('tally',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('confirmed', sa.Integer(), nullable=False),
    sa.Column('self_reported', sa.Integer(), nullable=False),
    sa.Column('co2_grams', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'action')
    )
    op.create_table('visitor',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('visitor_hash', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('day', 'visitor_hash')
    )
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL_APPEND_ONLY if is_postgresql else SQLITE_APPEND_ONLY:
        op.execute(statement)
