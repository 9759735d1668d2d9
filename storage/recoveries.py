"""One-time codes that link two accounts, and words that bring a record back: only keyed hashes. Sends nothing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, select
from sqlmodel import Field, SQLModel

from storage.database import BigId, Instant, table_of


class CodeKind(StrEnum):
    """What a code does: ``link`` adds an account to a record; ``bring_back`` also ends the accounts it had."""

    LINK = "link"
    BRING_BACK = "bring_back"


class LinkCode(SQLModel, table=True):
    """A code that works once, until a real moment; a person has one of each kind at most."""

    __tablename__ = "link_code"
    code_hash: str = Field(primary_key=True)
    person_id: int = Field(sa_type=BigId, index=True)
    kind: str
    until: datetime = Field(sa_type=Instant, index=True)


class RecoveryWord(SQLModel, table=True):
    """The word that a person wrote down, by its keyed hash; a new one replaces it, and using it ends it."""

    __tablename__ = "recovery_word"
    person_id: int = Field(primary_key=True, sa_type=BigId)
    word_hash: str
    made_at: datetime = Field(sa_type=Instant)


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """Whose record a code leads to, and what it does."""

    person_id: int
    kind: CodeKind


LINK_CODES, RECOVERY_WORDS = table_of(LinkCode), table_of(RecoveryWord)


def put_code(connection: Connection, person_id: int, kind: CodeKind, code_hash: str, until: datetime) -> None:
    """Keep a new code in place of the person's older one of its kind."""
    older = (LINK_CODES.c.person_id == person_id, LINK_CODES.c.kind == kind)
    connection.execute(LINK_CODES.delete().where(*older))
    values = {"code_hash": code_hash, "person_id": person_id, "kind": kind, "until": until}
    connection.execute(LINK_CODES.insert().values(**values))


def find_code(connection: Connection, code_hash: str, now: datetime) -> CodeFacts | None:
    """Find what a code leads to; None for one that is over, used or unknown."""
    ours = (LINK_CODES.c.code_hash == code_hash, LINK_CODES.c.until > now)
    row = connection.execute(select(LINK_CODES).where(*ours)).first()
    return None if row is None else CodeFacts(row.person_id, CodeKind(row.kind))


def take_code(connection: Connection, code_hash: str, now: datetime) -> CodeFacts | None:
    """Find what a code leads to, and end the code: it works once."""
    found = find_code(connection, code_hash, now)
    ended = LINK_CODES.delete().where(LINK_CODES.c.code_hash == code_hash)
    return found if connection.execute(ended).rowcount else None


def forget_codes(connection: Connection, before: datetime, limit: int) -> int:
    """Forget codes that were over before a real moment, a piece at a time; gives how many."""
    over = select(LINK_CODES.c.code_hash).where(LINK_CODES.c.until < before).limit(limit)
    return connection.execute(LINK_CODES.delete().where(LINK_CODES.c.code_hash.in_(over))).rowcount


def put_word(connection: Connection, person_id: int, word_hash: str, now: datetime) -> None:
    """Keep a new recovery word's keyed hash in place of an older one."""
    end_word(connection, person_id)
    connection.execute(RECOVERY_WORDS.insert().values(person_id=person_id, word_hash=word_hash, made_at=now))


def find_word(connection: Connection, person_id: int) -> str | None:
    """Find the keyed hash of a person's recovery word; None where they have none."""
    found = select(RECOVERY_WORDS.c.word_hash).where(RECOVERY_WORDS.c.person_id == person_id)
    return connection.execute(found).scalar()


def end_word(connection: Connection, person_id: int) -> None:
    """End a person's recovery word."""
    connection.execute(RECOVERY_WORDS.delete().where(RECOVERY_WORDS.c.person_id == person_id))


def forget_person(connection: Connection, numbers: list[int]) -> None:
    """Forget the codes and the word of a person who leaves, under any of their numbers."""
    for table in (LINK_CODES, RECOVERY_WORDS):
        connection.execute(table.delete().where(table.c.person_id.in_(numbers)))
