"""Questions handed over to staff."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('inquiry',
    sa.Column('id', big, nullable=False),
    sa.Column('person_id', big, nullable=False),
    sa.Column('account_id', big, nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('asked_at', instant, nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('claimed_by', sa.String(), nullable=False),
    sa.Column('changed_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_inquiry_person_id', 'inquiry', ['person_id'])
    open_ = sa.text("state = 'open'")
    op.create_index('inquiry_due', 'inquiry', ['due_on', 'id'], sqlite_where=open_, postgresql_where=open_)
    past = sa.text("state <> 'open'")
    op.create_index('inquiry_changed', 'inquiry', ['state', 'changed_at'], sqlite_where=past, postgresql_where=past)
    op.create_table('inquiry_line',
    sa.Column('id', big, nullable=False),
    sa.Column('inquiry_id', big, nullable=False),
    sa.Column('said_by', sa.String(), nullable=False),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('said_at', instant, nullable=False),
    sa.Column('message_id', sa.String(), nullable=True),
    sa.Column('call_id', big, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_inquiry_line_inquiry_id', 'inquiry_line', ['inquiry_id'])
    op.create_index('ix_inquiry_line_message_id', 'inquiry_line', ['message_id'])
