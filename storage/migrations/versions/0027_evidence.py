"""Evidence: links to send one picture by, what became of it, and the pictures apart."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0027'
down_revision = '0026'
branch_labels = None
depends_on = None
WAITS = sa.text("state = 'waiting'")
KEEPS = sa.text('has_picture')


def upgrade() -> None:
    big, instant = storage.database.BigId, storage.database.Instant(timezone=True)
    op.create_table('evidence',
    sa.Column('id', big, nullable=False),
    sa.Column('person_id', big, nullable=False),
    sa.Column('entry_id', big, nullable=False),
    sa.Column('action', sa.String(), nullable=False),
    sa.Column('acted_on', sa.Date(), nullable=False),
    sa.Column('points', sa.Integer(), nullable=False),
    sa.Column('rule_version', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=True),
    sa.Column('token_until', instant, nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('asked_at', instant, nullable=False),
    sa.Column('sent_at', instant, nullable=True),
    sa.Column('decided_at', instant, nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('has_picture', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('entry_id'),
    sa.UniqueConstraint('token_hash'),
    sqlite_autoincrement=True
    )
    for name in ('person_id', 'asked_at'):
        op.create_index(f'ix_evidence_{name}', 'evidence', [name])
    op.create_index('evidence_waiting', 'evidence', ['sent_at', 'id'], sqlite_where=WAITS, postgresql_where=WAITS)
    op.create_index('evidence_pictures', 'evidence', ['decided_at'], sqlite_where=KEEPS, postgresql_where=KEEPS)
    op.create_table('evidence_picture',
    sa.Column('evidence_id', big, nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('evidence_id')
    )
