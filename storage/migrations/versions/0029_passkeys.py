"""Passkeys of staff accounts, and the challenges they answer."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('staff_passkey',
    sa.Column('credential_id', sa.String(), nullable=False),
    sa.Column('staff_id', big, nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', big, nullable=False),
    sa.Column('made_at', instant, nullable=False),
    sa.Column('used_at', instant, nullable=True),
    sa.PrimaryKeyConstraint('credential_id')
    )
    op.create_index('ix_staff_passkey_staff_id', 'staff_passkey', ['staff_id'])
    op.create_table('staff_challenge',
    sa.Column('challenge_hash', sa.String(), nullable=False),
    sa.Column('owner', sa.String(), nullable=False),
    sa.Column('until', instant, nullable=False),
    sa.PrimaryKeyConstraint('challenge_hash')
    )
    op.create_index('ix_staff_challenge_until', 'staff_challenge', ['until'])
