"""Since when a person's own name waits to be shown to others, and what staff said of it."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None
WAITING = sa.text('name_asked_at IS NOT NULL')


def upgrade() -> None:
    instant = storage.database.Instant(timezone=True)
    op.add_column('person', sa.Column('name_asked_at', instant, nullable=True))
    op.add_column('person', sa.Column('name_verdict', sa.String(), nullable=True))
    # Who is on the board under a generated name was told that their own waits for the city.
    op.execute('UPDATE person SET name_asked_at = joined_at WHERE nickname_is_own AND board_name IS NOT NULL')
    columns = ['name_asked_at', 'id']
    op.create_index('person_naming', 'person', columns, sqlite_where=WAITING, postgresql_where=WAITING)
