"""Teams, who belongs to them, and the board of teams of each week."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None
BIG_ID = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
WAITING = sa.text('name_asked_at IS NOT NULL')


def upgrade() -> None:
    instant = storage.database.Instant(timezone=True)
    op.create_table('team',
    sa.Column('id', BIG_ID, nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('shown_name', sa.String(), nullable=False),
    sa.Column('own_name', sa.String(), nullable=False),
    sa.Column('made_by', BIG_ID, nullable=True),
    sa.Column('made_at', instant, nullable=False),
    sa.Column('name_asked_at', instant, nullable=True),
    sa.Column('name_verdict', sa.String(), nullable=True),
    sa.Column('is_closed', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('code'),
    sqlite_autoincrement=True
    )
    op.create_index('ix_team_made_by', 'team', ['made_by'])
    columns = ['name_asked_at', 'id']
    op.create_index('team_naming', 'team', columns, sqlite_where=WAITING, postgresql_where=WAITING)
    op.create_table('team_person',
    sa.Column('person_id', BIG_ID, nullable=False),
    sa.Column('team_id', BIG_ID, nullable=False),
    sa.Column('joined_at', instant, nullable=False),
    sa.PrimaryKeyConstraint('person_id')
    )
    op.create_index('ix_team_person_team_id', 'team_person', ['team_id'])
    op.create_table('team_week',
    sa.Column('week', sa.Date(), nullable=False),
    sa.Column('team_id', BIG_ID, nullable=False),
    sa.Column('persons', sa.Integer(), nullable=False),
    sa.Column('active', sa.Integer(), nullable=False),
    sa.Column('points', BIG_ID, nullable=False),
    sa.PrimaryKeyConstraint('week', 'team_id')
    )
