"""Staff accounts with their links and codes, sessions, known browsers, and tries in vain."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('staff',
    sa.Column('id', big, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('password_hash', sa.String(), nullable=False),
    sa.Column('app_salt', sa.String(), nullable=False),
    sa.Column('app_step', big, nullable=False),
    sa.Column('made_at', instant, nullable=False),
    sa.Column('joined_at', instant, nullable=True),
    sa.Column('ended_at', instant, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name'),
    sqlite_autoincrement=True
    )
    op.create_table('staff_link',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('staff_id', big, nullable=False),
    sa.Column('replaces_id', big, nullable=True),
    sa.Column('until', instant, nullable=False),
    sa.Column('used_at', instant, nullable=True),
    sa.PrimaryKeyConstraint('token_hash'),
    sa.UniqueConstraint('staff_id')
    )
    op.create_table('staff_code',
    sa.Column('staff_id', big, nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('used_at', instant, nullable=True),
    sa.PrimaryKeyConstraint('staff_id', 'number')
    )
    op.create_table('staff_session',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('staff_id', big, nullable=False),
    sa.Column('made_at', instant, nullable=False),
    sa.Column('seen_at', instant, nullable=False),
    sa.Column('proved_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('token_hash')
    )
    op.create_index('ix_staff_session_staff_id', 'staff_session', ['staff_id'])
    op.create_table('staff_device',
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('staff_id', big, nullable=False),
    sa.Column('made_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('token_hash', 'staff_id')
    )
    op.create_table('throttle',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('tried_at', instant, nullable=False),
    sa.Column('next_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('key')
    )
    op.create_index('ix_throttle_tried_at', 'throttle', ['tried_at'])
