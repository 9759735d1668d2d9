"""One person on two accounts: merges, one-time codes, and recovery words."""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None

BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
MOMENT = sa.DateTime(timezone=True)
MERGED = sa.text('merged_into IS NOT NULL')


def upgrade() -> None:
    op.add_column('person', sa.Column('merged_into', BIG_ID, nullable=True))
    op.create_index('person_merged', 'person', ['merged_into'], sqlite_where=MERGED, postgresql_where=MERGED)
    op.create_table('person_merge',
    sa.Column('id', BIG_ID, nullable=False),
    sa.Column('kept_id', BIG_ID, nullable=False),
    sa.Column('joined_id', BIG_ID, nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.Column('last_entry_id', BIG_ID, nullable=False),
    sa.Column('moved', sa.String(), nullable=False),
    sa.Column('undone_at', MOMENT, nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_person_merge_kept_id', 'person_merge', ['kept_id'])
    op.create_index('ix_person_merge_joined_id', 'person_merge', ['joined_id'])
    op.create_table('link_code',
    sa.Column('code_hash', sa.String(), nullable=False),
    sa.Column('person_id', BIG_ID, nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('until', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('code_hash')
    )
    op.create_index('ix_link_code_person_id', 'link_code', ['person_id'])
    op.create_index('ix_link_code_until', 'link_code', ['until'])
    op.create_table('recovery_word',
    sa.Column('person_id', BIG_ID, nullable=False),
    sa.Column('word_hash', sa.String(), nullable=False),
    sa.Column('made_at', MOMENT, nullable=False),
    sa.PrimaryKeyConstraint('person_id')
    )
