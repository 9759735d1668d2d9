"""Persons: who joined, what they agreed to and when, and the tombstones of those who left. Never sends."""

import secrets
import unicodedata
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    CompoundSelect,
    Connection,
    Index,
    String,
    bindparam,
    false,
    literal,
    select,
    text,
    true,
    tuple_,
    union_all,
)
from sqlmodel import Field, SQLModel

from storage.bulk import among, prepare_among
from storage.database import BigId, Instant, table_of
from storage.facts import ChannelName, FoundPerson, NameVerdict, PersonFacts, WaitingName
from storage.prepared import Prepared

_BY_CODE_POINT = String().with_variant(String(collation="C"), "postgresql")  # what begins alike stands together


class Person(SQLModel, table=True):
    """Who earns points. The number is drawn at random and says nothing; a tombstone keeps a number and nothing else."""

    id: int = Field(primary_key=True, sa_type=BigId)
    nickname: str | None = None
    nickname_is_own: bool = False
    ward: str | None = None
    joined_at: datetime | None = Field(default=None, sa_type=Instant)
    consent_version: str | None = None
    awaiting: str | None = None
    is_tombstone: bool = False
    board_name: str | None = None  # what others see on the person board; None: not on it
    wants_monday: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    preferred_channel: str | None = None
    name_asked_at: datetime | None = Field(default=None, sa_type=Instant)  # their own name waits to be shown to others
    name_verdict: str | None = None  # what staff said of it
    search_name: str | None = Field(default=None, sa_type=_BY_CODE_POINT)  # the nickname, folded; only to find it by
    plays: bool = Field(default=True, sa_column_kwargs={"server_default": true()})  # rankings, teams, streaks, badges
    merged_into: int | None = Field(default=None, sa_type=BigId)  # the person they are now; never one merged themselves


class Consent(SQLModel, table=True):
    """One agreement: which version of the text, by which person, when. Append-only until the person leaves."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    person_id: int = Field(sa_type=BigId, index=True)
    account_id: int = Field(sa_type=BigId)
    version: str
    language: str
    given_at: datetime = Field(sa_type=Instant)


class Erasure(SQLModel, table=True):
    """The keyed hash of an account that was erased: copied to a file outside, and applied again after any restore."""

    key_hash: str = Field(primary_key=True)
    erased_at: datetime = Field(sa_type=Instant)
    written: bool = False


PEOPLE = table_of(Person)
CONSENTS = table_of(Consent)
ERASURES = table_of(Erasure)
_NAMING = text("name_asked_at IS NOT NULL")
Index("person_naming", PEOPLE.c.name_asked_at, PEOPLE.c.id, sqlite_where=_NAMING, postgresql_where=_NAMING)
Index("person_search_name", PEOPLE.c.search_name, PEOPLE.c.id)
_MERGED = text("merged_into IS NOT NULL")
Index("person_merged", PEOPLE.c.merged_into, sqlite_where=_MERGED, postgresql_where=_MERGED)
IS_ONE = PEOPLE.c.merged_into.is_(None)
"""Whether a row is a person by itself: not one that was merged into another."""
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_LAST_SIGN = chr(0x10FFFF)
_FIND = Prepared(select(PEOPLE).where(PEOPLE.c.id == bindparam("person_id"), ~PEOPLE.c.is_tombstone, IS_ONE))


def draw_number() -> int:
    """Draw a person number that says nothing about who or when; below 2**53, so that JSON readers keep it whole."""
    return secrets.randbelow(2**53 - 1) + 1


def search_copy(nickname: str) -> str:
    """Fold a nickname for finding it: one width, one case, hiragana for katakana. Never shown."""
    return unicodedata.normalize("NFKC", nickname).casefold().translate(_HIRAGANA)


def numbers_of(person_id: int | BindParameter[int]) -> CompoundSelect[tuple[int]]:
    """Ask for every number a person has: their own, and those of the persons merged into them. For an IN."""
    own = literal(person_id, BigInteger) if isinstance(person_id, int) else person_id
    return union_all(select(own), select(PEOPLE.c.id).where(_MERGED, PEOPLE.c.merged_into == own))


def list_numbers(connection: Connection, person_id: int) -> list[int]:
    """List every number a person has, their own first."""
    merged = select(PEOPLE.c.id).where(_MERGED, PEOPLE.c.merged_into == person_id).order_by(PEOPLE.c.id)
    return [person_id, *connection.execute(merged).scalars()]


def find_root(connection: Connection, person_id: int) -> int:
    """Find who somebody is now: themselves, or the person they were merged into."""
    found = connection.execute(select(PEOPLE.c.merged_into).where(PEOPLE.c.id == person_id)).scalar()
    return person_id if found is None else int(found)


def list_roots(connection: Connection, first: int, last: int) -> dict[int, int]:
    """List who was merged into whom, where either number is in a stretch: {merged: the person they are now}."""
    columns = select(PEOPLE.c.id, PEOPLE.c.merged_into).where(_MERGED)
    either = PEOPLE.c.id.between(first, last) | PEOPLE.c.merged_into.between(first, last)
    return {row.id: row.merged_into for row in connection.execute(columns.where(either))}


def find(connection: Connection, person_id: int | None) -> PersonFacts | None:
    """Find a person who has not left, and was not merged into another."""
    row = None if person_id is None else _FIND.first(connection, person_id=person_id)
    if row is None:
        return None
    return PersonFacts(
        id=row.id,
        nickname=row.nickname or "",
        nickname_is_own=row.nickname_is_own,
        ward=row.ward,
        joined_at=row.joined_at,
        consent_version=row.consent_version or "",
        awaiting=row.awaiting,
        board_name=row.board_name,
        wants_monday=row.wants_monday,
        preferred_channel=_channel(row.preferred_channel),
        name_asked_at=row.name_asked_at,
        name_verdict=NameVerdict(row.name_verdict) if row.name_verdict else None,
        plays=row.plays,
    )


_CONSENTED = (PEOPLE.c.id, PEOPLE.c.consent_version, PEOPLE.c.preferred_channel)
_LIST_CONSENTED = prepare_among(PEOPLE.c.id, lambda chosen: select(*_CONSENTED).where(chosen, ~PEOPLE.c.is_tombstone))


def list_consented(connection: Connection, person_ids: Collection[int]) -> dict[int, tuple[str, ChannelName | None]]:
    """List which text some persons agreed to last, "" for none, and which platform they prefer; without who left."""
    rows = _LIST_CONSENTED.all(connection, numbers=set(person_ids))
    return {row.id: (row.consent_version or "", _channel(row.preferred_channel)) for row in rows}


def list_nicknames(connection: Connection, person_ids: Collection[int]) -> dict[int, str]:
    """List what some persons are called, as {person: nickname}; who has none, or has left, is left out."""
    called = select(PEOPLE.c.id, PEOPLE.c.nickname).where(
        among(connection, PEOPLE.c.id, set(person_ids)), ~PEOPLE.c.is_tombstone
    )
    return {row.id: row.nickname for row in connection.execute(called).all() if row.nickname}


def list_by_name(
    connection: Connection, beginning: str, limit: int, after: tuple[str, int] | None = None
) -> list[FoundPerson]:
    """List the persons whose nickname begins like this, by name and number; ``after`` is the last one's key."""
    first = search_copy(beginning)
    name, number = after or (first, 0)
    key = tuple_(PEOPLE.c.search_name, PEOPLE.c.id)
    behind = key > tuple_(literal(name), literal(number))
    columns = (PEOPLE.c.id, PEOPLE.c.nickname, PEOPLE.c.ward, PEOPLE.c.joined_at, PEOPLE.c.search_name)
    begins = (behind, PEOPLE.c.search_name < first + _LAST_SIGN, IS_ONE)
    question = select(*columns).where(*begins).order_by(PEOPLE.c.search_name, PEOPLE.c.id).limit(limit)
    return [FoundPerson(**row._mapping) for row in connection.execute(question)]


def list_waiting_names(
    connection: Connection, limit: int, after: tuple[datetime, int] | None = None
) -> list[WaitingName]:
    """List the names that wait for staff, oldest first; ``after`` is the key of the last one of the page before."""
    key = (PEOPLE.c.name_asked_at, PEOPLE.c.id)
    question = select(PEOPLE.c.id, PEOPLE.c.nickname, PEOPLE.c.name_asked_at).where(_NAMING).order_by(*key).limit(limit)
    if after is not None:
        at, number = after
        question = question.where(tuple_(*key) > tuple_(literal(at, Instant()), literal(number)))
    return [WaitingName(*row) for row in connection.execute(question)]


def _channel(written: str | None) -> ChannelName | None:
    return ChannelName(written) if written else None


def add(connection: Connection, nickname: str, now: datetime) -> int:
    """Add a person under a generated nickname; gives the new person's number."""
    number = draw_number()
    values = {"id": number, "nickname": nickname, "nickname_is_own": False, "joined_at": now, "is_tombstone": False}
    connection.execute(PEOPLE.insert().values(**values, search_name=search_copy(nickname)))
    return number


def add_without_account(connection: Connection) -> int:
    """Add a person who has no account and agreed to nothing, such as a companion; gives the number.

    They have no nickname: the name somebody gave for them is a guest's (storage.registrations).
    """
    number = draw_number()
    connection.execute(PEOPLE.insert().values(id=number, nickname_is_own=False, is_tombstone=False))
    return number


def add_consent(
    connection: Connection, person_id: int, account_id: int, version: str, language: str, now: datetime
) -> None:
    """Record an agreement with its version and time."""
    values = {"person_id": person_id, "account_id": account_id, "version": version, "language": language}
    connection.execute(CONSENTS.insert().values(**values, given_at=now))
    change(connection, person_id, consent_version=version)


def list_consents(connection: Connection, person_id: int) -> list[tuple[str, str, datetime]]:
    """List a person's agreements as (version, language, time), oldest first, those of whom they merged with too."""
    columns = (CONSENTS.c.version, CONSENTS.c.language, CONSENTS.c.given_at)
    ours = CONSENTS.c.person_id.in_(numbers_of(person_id))
    rows = connection.execute(select(*columns).where(ours).order_by(CONSENTS.c.id))
    return [(row.version, row.language, row.given_at) for row in rows]


def change(connection: Connection, person_id: int, **values: Any) -> None:
    """Change some of a person's columns; a new nickname changes the copy it is found by, and nobody judged it yet."""
    if "nickname" in values:
        values["search_name"] = search_copy(values["nickname"])
        values = {"name_asked_at": None, "name_verdict": None, **values}
    connection.execute(PEOPLE.update().where(PEOPLE.c.id == person_id).values(**values))


def bury(connection: Connection, person_id: int) -> int:
    """Replace a person, with whom was merged into them, by a tombstone under a new random number; gives that number.

    Everything personal is gone.
    """
    tombstone, numbers = draw_number(), list_numbers(connection, person_id)
    connection.execute(CONSENTS.delete().where(CONSENTS.c.person_id.in_(numbers)))
    connection.execute(PEOPLE.delete().where(PEOPLE.c.id.in_(numbers)))
    connection.execute(PEOPLE.insert().values(id=tombstone, nickname_is_own=False, is_tombstone=True))
    return tombstone


def add_erasure(connection: Connection, key_hash: str, now: datetime) -> None:
    """Remember that an account was erased, by its keyed hash."""
    exists = connection.execute(select(ERASURES.c.key_hash).where(ERASURES.c.key_hash == key_hash)).first()
    if exists:
        connection.execute(
            ERASURES.update().where(ERASURES.c.key_hash == key_hash).values(erased_at=now, written=False)
        )
    else:
        connection.execute(ERASURES.insert().values(key_hash=key_hash, erased_at=now, written=False))


def list_unwritten_erasures(connection: Connection) -> list[tuple[str, datetime]]:
    """List the erasures that are not yet in the file outside the database."""
    rows = connection.execute(select(ERASURES.c.key_hash, ERASURES.c.erased_at).where(~ERASURES.c.written))
    return [(row.key_hash, row.erased_at) for row in rows]


def mark_erasures_written(connection: Connection, key_hashes: list[str]) -> None:
    """Mark erasures as written to the file outside the database."""
    connection.execute(ERASURES.update().where(ERASURES.c.key_hash.in_(key_hashes)).values(written=True))
