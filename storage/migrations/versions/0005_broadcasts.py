"""Broadcasts with their authors, links and blocks; approvers, office devices and interests."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

IS_OWN = "EXISTS (SELECT 1 FROM broadcast_author WHERE broadcast_id = NEW.id AND name = NEW.approved_by)"
WORDS = 'nobody approves what they wrote'
SQLITE_TRIGGER = f"""CREATE TRIGGER broadcast_is_approved_by_another BEFORE UPDATE OF approved_by ON broadcast
    WHEN {IS_OWN} BEGIN SELECT RAISE(ABORT, '{WORDS}'); END"""
POSTGRESQL_TRIGGER = [
    f"""CREATE FUNCTION broadcast_approved_by_another() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN IF {IS_OWN} THEN RAISE EXCEPTION '{WORDS}'; END IF; RETURN NEW; END $$""",
    """CREATE TRIGGER broadcast_is_approved_by_another BEFORE UPDATE OF approved_by ON broadcast
    FOR EACH ROW EXECUTE FUNCTION broadcast_approved_by_another()""",
]


def upgrade() -> None:
    op.create_table('approver',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('word_salt', sa.String(), nullable=False),
    sa.Column('word_hash', sa.String(), nullable=False),
    sa.Column('email', sa.String(), nullable=False),
    sa.Column('is_deputy', sa.Boolean(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name'),
    sqlite_autoincrement=True
    )
    op.create_table('broadcast',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('event_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('event_stated', sa.String(), nullable=False),
    sa.Column('corrects_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('occasion', sa.String(), nullable=True),
    sa.Column('audience', sa.String(), nullable=False),
    sa.Column('texts', sa.String(), nullable=False),
    sa.Column('send_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('not_after', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('opens_hour', sa.Integer(), nullable=False),
    sa.Column('closes_hour', sa.Integer(), nullable=False),
    sa.Column('is_capped', sa.Boolean(), nullable=False),
    sa.Column('hold_out_percent', sa.Integer(), nullable=False),
    sa.Column('has_tracked_links', sa.Boolean(), nullable=False),
    sa.Column('content_hash', sa.String(), nullable=False),
    sa.Column('submitted_by', sa.String(), nullable=True),
    sa.Column('approved_by', sa.String(), nullable=True),
    sa.Column('generation', sa.String(), nullable=True),
    sa.Column('line_messages', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('snapshot_upto', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('paused_why', sa.String(), nullable=False),
    sa.Column('blocks', sa.Integer(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.Column('began_at', storage.database.Instant(timezone=True), nullable=True),
    sa.Column('ended_at', storage.database.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'submitted', 'stopped', 'expired') OR approved_by IS NOT NULL", name='approved_at_all'),
    sa.CheckConstraint('approved_by IS NULL OR approved_by <> submitted_by', name='approved_by_another'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('occasion'),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('broadcast', schema=None) as batch_op:
        batch_op.create_index('broadcast_open', ['send_at'], unique=False, sqlite_where=sa.text("state IN ('armed', 'sending', 'paused')"), postgresql_where=sa.text("state IN ('armed', 'sending', 'paused')"))
        batch_op.create_index('broadcast_handed_in', ['not_after'], unique=False, sqlite_where=sa.text("state IN ('submitted', 'approved')"), postgresql_where=sa.text("state IN ('submitted', 'approved')"))
        batch_op.create_index(batch_op.f('ix_broadcast_corrects_id'), ['corrects_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_broadcast_event_id'), ['event_id'], unique=False)

    op.create_table('broadcast_author',
    sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('broadcast_id', 'name')
    )
    op.create_table('broadcast_block',
    sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('broadcast_id', 'account_id')
    )
    with op.batch_alter_table('broadcast_block', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_broadcast_block_account_id'), ['account_id'], unique=False)

    op.create_table('link',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('broadcast_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('target', sa.String(), nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('broadcast_id', 'target'),
    sqlite_autoincrement=True
    )
    op.create_table('link_visit',
    sa.Column('link_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('visitor', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('link_id', 'visitor')
    )
    with op.batch_alter_table('link_visit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_link_visit_visitor'), ['visitor'], unique=False)

    op.create_table('office_device',
    sa.Column('account_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('account_id')
    )
    op.create_table('person_interest',
    sa.Column('person_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'code')
    )

    is_sqlite = op.get_bind().dialect.name == 'sqlite'
    for statement in [SQLITE_TRIGGER] if is_sqlite else POSTGRESQL_TRIGGER:
        op.execute(statement)
