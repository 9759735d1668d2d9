"""Events, parts, registrations, guests, notices, attendances, slots and the audit trail."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

SQLITE_APPEND_ONLY = [
    f"""CREATE TRIGGER audit_never_{name} BEFORE {act} ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END"""
    for name, act in (("changes", "UPDATE"), ("shrinks", "DELETE"))
]
POSTGRESQL_APPEND_ONLY = [
    """CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """CREATE TRIGGER audit_never_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()""",
]


def upgrade() -> None:
    op.create_table('attendance',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('way', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('entered_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('entered_by', sa.String(), nullable=False),
    sa.Column('times', sa.Integer(), nullable=False),
    sa.Column('entry_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('part_id', 'person_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('attendance', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attendance_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attendance_person_id'), ['person_id'], unique=False)

    op.create_table('audit',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('to_report', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('audit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_audit_subject'), ['subject'], unique=False)

    op.create_table('company_form',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('company', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('given_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id', 'person_id')
    )
    op.create_table('event',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('details', sa.String(), nullable=False),
    sa.Column('starts_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ends_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('published_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('changed_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('event', schema=None) as batch_op:
        batch_op.create_index('event_coming', ['state', 'starts_at'], unique=False)

    op.create_table('guest',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_child', sa.Boolean(), nullable=False),
    sa.Column('host_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('slip_hash', sa.String(), nullable=True),
    sa.Column('number_hash', sa.String(), nullable=True),
    sa.Column('email_hash', sa.String(), nullable=True),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('forget_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('person_id')
    )
    with op.batch_alter_table('guest', schema=None) as batch_op:
        batch_op.create_index('guest_forget', ['forget_at'], unique=False, sqlite_where=sa.text('forget_at IS NOT NULL'), postgresql_where=sa.text('forget_at IS NOT NULL'))
        batch_op.create_index(batch_op.f('ix_guest_email_hash'), ['email_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_guest_host_id'), ['host_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_guest_number_hash'), ['number_hash'], unique=False)
        batch_op.create_index(batch_op.f('ix_guest_slip_hash'), ['slip_hash'], unique=False)

    op.create_table('notice',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('schedule_version', sa.Integer(), nullable=False),
    sa.Column('n', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('due_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('not_after', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('detail', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('outbox_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('part_id', 'person_id', 'kind', 'schedule_version', 'n'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_notice_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_notice_person_id'), ['person_id'], unique=False)
        batch_op.create_index('notice_due', ['due_at'], unique=False, sqlite_where=sa.text("state = 'waiting'"), postgresql_where=sa.text("state = 'waiting'"))

    op.create_table('part',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('starts_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ends_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('capacity', sa.Integer(), nullable=True),
    sa.Column('taken', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('schedule_version', sa.Integer(), nullable=False),
    sa.Column('word', sa.String(), nullable=True),
    sa.Column('word_opened_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('event_id', 'number'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('part', schema=None) as batch_op:
        batch_op.create_index('part_when', ['starts_at'], unique=False)

    op.create_table('participant',
    sa.Column('period_starts_on', sa.Date(), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attendances', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('period_starts_on', 'person_id')
    )
    op.create_table('registration',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('part_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('host_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('queued', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('offered_until', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('as_company', sa.Boolean(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('changed_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('part_id', 'person_id'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('registration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_registration_event_id'), ['event_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registration_host_id'), ['host_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_registration_person_id'), ['person_id'], unique=False)
        batch_op.create_index('registration_line', ['part_id', 'state', 'queued'], unique=False)
        batch_op.create_index('registration_offers', ['offered_until'], unique=False, sqlite_where=sa.text("state = 'offered'"), postgresql_where=sa.text("state = 'offered'"))

    op.create_table('slot',
    sa.Column('job', sa.String(), nullable=False),
    sa.Column('due_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('leased_until', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('started_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('detail', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('job', 'due_at')
    )
    op.create_table('survey_answer',
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('question', sa.Integer(), nullable=False),
    sa.Column('answer', sa.String(), nullable=False),
    sa.Column('given_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('event_id', 'person_id', 'question')
    )
    op.add_column('account', sa.Column('reminders', sa.String(), nullable=False, server_default='both'))
    op.add_column('outbox', sa.Column('part_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True))
    op.add_column('outbox', sa.Column('schedule_version', sa.Integer(), nullable=True))
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for statement in SQLITE_APPEND_ONLY if is_sqlite else POSTGRESQL_APPEND_ONLY:
        op.execute(statement)
