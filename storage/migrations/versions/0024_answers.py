"""The answer table, with every version of its rows."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None


def upgrade() -> None:
    big = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    instant = storage.database.Instant(timezone=True)
    op.create_table('answer',
    sa.Column('id', big, nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sqlite_autoincrement=True
    )
    op.create_table('answer_version',
    sa.Column('answer_id', big, autoincrement=False, nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('document', sa.String(), nullable=False),
    sa.Column('made_by', sa.String(), nullable=False),
    sa.Column('made_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('answer_id', 'version')
    )
