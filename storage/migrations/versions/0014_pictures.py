"""The pictures of broadcasts."""

import sqlalchemy as sa
from alembic import op
import storage.database

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('picture',
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=False),
    sa.Column('made_at', storage.database.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('name')
    )
