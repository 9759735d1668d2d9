"""A folded copy of each nickname with its index, by which staff find a person."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

PIECE = 1_000
HIRAGANA = {code: code - 0x60 for code in range(ord('ァ'), ord('ヶ') + 1)}  # as people.search_copy folds


def upgrade() -> None:
    by_code_point = sa.String().with_variant(sa.String(collation='C'), 'postgresql')
    op.add_column('person', sa.Column('search_name', by_code_point, nullable=True))
    person = sa.table('person', sa.column('id'), sa.column('nickname'), sa.column('search_name'))
    fill = sa.update(person).where(person.c.id == sa.bindparam('number')).values(search_name=sa.bindparam('folded'))
    after, connection = 0, op.get_bind()
    while rows := connection.execute(
        sa.select(person.c.id, person.c.nickname).where(person.c.id > after).order_by(person.c.id).limit(PIECE)
    ).all():
        named = [{'number': row.id, 'folded': fold(row.nickname)} for row in rows if row.nickname]
        if named:
            connection.execute(fill, named)
        after = rows[-1].id
    op.create_index('person_search_name', 'person', ['search_name', 'id'])


def fold(nickname: str) -> str:
    return unicodedata.normalize('NFKC', nickname).casefold().translate(HIRAGANA)
