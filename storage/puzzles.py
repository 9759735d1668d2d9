"""Words that nobody understood: folded and masked, counted, and never with who wrote them. Decides nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, Executable, Index, and_, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.database import table_of


class Puzzle(SQLModel, table=True):
    """One thing that was written and not understood, by language: how often, and the day it was last written."""

    language: str = Field(primary_key=True)
    words: str = Field(primary_key=True)
    times: int
    last_on: date = Field(index=True)


PUZZLES = table_of(Puzzle)
ONCE = "#"  # before a keyed hash; masked words never begin with it
Index("puzzle_times", PUZZLES.c.times, PUZZLES.c.words, PUZZLES.c.language)


@dataclass(frozen=True, slots=True)
class PuzzleFacts:
    """One thing that was not understood, as staff see it; times, words and language are where a page goes on."""

    language: str
    words: str
    times: int
    last_on: date


def note(connection: Connection, language: str, words: str, key_hash: str, on: date) -> None:
    """Count something that was not understood on a day.

    What was written once only is kept as its keyed hash: it may be one person's secret, and helps nobody.
    """
    if connection.execute(PUZZLES.delete().where(_is(language, f"{ONCE}{key_hash}"))).rowcount:
        connection.execute(_adding(connection, language, words, 2, on))
        return
    more = PUZZLES.update().where(_is(language, words)).values(times=PUZZLES.c.times + 1, last_on=on)
    if not connection.execute(more).rowcount:
        connection.execute(_adding(connection, language, f"{ONCE}{key_hash}", 1, on))


def _is(language: str, words: str) -> ColumnElement[bool]:
    return and_(PUZZLES.c.language == language, PUZZLES.c.words == words)


def _adding(connection: Connection, language: str, words: str, times: int, on: date) -> Executable:
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(PUZZLES)
    again = {"times": PUZZLES.c.times + insert.excluded.times, "last_on": insert.excluded.last_on}
    first = insert.values(language=language, words=words, times=times, last_on=on)
    adding: Executable = first.on_conflict_do_update(index_elements=["language", "words"], set_=again)
    return adding


def list_most(connection: Connection, limit: int, after: tuple[int, str, str] | None = None) -> Sequence[PuzzleFacts]:
    """List what was not understood more than once, most often first; ``after`` is the last one's key."""
    key = (PUZZLES.c.times, PUZZLES.c.words, PUZZLES.c.language)
    told = (PUZZLES.c.times > 1, ~PUZZLES.c.words.startswith(ONCE))
    question = select(PUZZLES).where(*told).order_by(*(column.desc() for column in key)).limit(limit)
    if after is not None:
        question = question.where(tuple_(*key) < tuple_(*after))  # type: ignore[arg-type]
    return [PuzzleFacts(**row._mapping) for row in connection.execute(question)]


def remove(connection: Connection, language: str, words: str) -> bool:
    """Remove something that staff have dealt with; False where it is not there."""
    ours = (PUZZLES.c.language == language, PUZZLES.c.words == words)
    return connection.execute(delete(PUZZLES).where(*ours)).rowcount == 1


def forget_old(connection: Connection, before: date, limit: int) -> int:
    """Forget what was last written before a day, at most ``limit``; gives how many."""
    old = select(PUZZLES.c.language, PUZZLES.c.words).where(PUZZLES.c.last_on < before).limit(limit)
    key = tuple_(PUZZLES.c.language, PUZZLES.c.words)
    return connection.execute(delete(PUZZLES).where(key.in_(old))).rowcount
