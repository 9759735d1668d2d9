"""Merges of two persons into one, and what each moved, so that it can be undone. Rewrites no entry; decides nothing.

A merge joins two persons by a row. What was entered keeps its number; seats, attendances, accounts and claims, which
are what is true now, pass to the person who stays.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, func, or_, select
from sqlmodel import Field, SQLModel

from storage import ledger
from storage.accounts import ACCOUNTS
from storage.attendances import ATTENDANCES
from storage.database import BigId, Instant, table_of
from storage.facts import EntryFacts
from storage.ledger import CLAIMS, LEDGER, EntryKind
from storage.notices import NOTICES, NoticeState
from storage.people import PEOPLE, numbers_of
from storage.registrations import COMPANY_FORMS, GUESTS, REGISTRATIONS

MARK = "merge:"  # begins the detail of every entry that a merge made; the merge's number follows
_KEY = ("part_id", "kind", "schedule_version", "n")


class Merge(SQLModel, table=True):
    """One merge: the person who stays, the one who joined them, the newest entry then, and what was moved."""

    __tablename__ = "person_merge"
    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    kept_id: int = Field(sa_type=BigId, index=True)
    joined_id: int = Field(sa_type=BigId, index=True)
    made_at: datetime = Field(sa_type=Instant)
    last_entry_id: int = Field(sa_type=BigId)
    moved: str
    undone_at: datetime | None = Field(default=None, sa_type=Instant)


MERGES = table_of(Merge)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The rows that a merge gave to the person who stays, and the attendances it took back, each with its state."""

    accounts: Sequence[int] = ()
    persons: Sequence[int] = ()
    registrations: Sequence[int] = ()
    attendances: Sequence[int] = ()
    companions: Sequence[int] = ()
    guests: Sequence[int] = ()
    undone: Sequence[tuple[int, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeFacts:
    """One merge as a handler sees it."""

    id: int
    kept_id: int
    joined_id: int
    made_at: datetime
    last_entry_id: int
    moved: Moved
    undone_at: datetime | None


def add(connection: Connection, kept_id: int, joined_id: int, now: datetime) -> int:
    """Add a merge that has moved nothing yet; gives its number."""
    newest = connection.execute(select(func.max(LEDGER.c.id))).scalar() or 0
    values = {"kept_id": kept_id, "joined_id": joined_id, "made_at": now, "last_entry_id": newest, "moved": "{}"}
    return int(connection.execute(MERGES.insert().values(**values).returning(MERGES.c.id)).scalar_one())


def seal(connection: Connection, merge_id: int, moved: Moved) -> None:
    """Write down what a merge moved, and the newest entry after its own."""
    newest = connection.execute(select(func.max(LEDGER.c.id))).scalar() or 0
    values = {"moved": json.dumps(asdict(moved)), "last_entry_id": newest}
    connection.execute(MERGES.update().where(MERGES.c.id == merge_id).values(**values))


def mark_undone(connection: Connection, merge_id: int, now: datetime) -> None:
    """Note that a merge was undone."""
    connection.execute(MERGES.update().where(MERGES.c.id == merge_id).values(undone_at=now))


def find(connection: Connection, merge_id: int) -> MergeFacts | None:
    """Find a merge."""
    row = connection.execute(select(MERGES).where(MERGES.c.id == merge_id)).first()
    return None if row is None else _facts(row)


def find_newest(connection: Connection, person_id: int) -> MergeFacts | None:
    """Find the newest merge of a person that stands: the one that can be undone."""
    ours = (MERGES.c.kept_id == person_id, MERGES.c.undone_at.is_(None))
    row = connection.execute(select(MERGES).where(*ours).order_by(MERGES.c.id.desc()).limit(1)).first()
    return None if row is None else _facts(row)


def list_of_person(connection: Connection, person_id: int) -> list[MergeFacts]:
    """List a person's merges, undone ones too, oldest first, with those of whom they merged with."""
    ours = numbers_of(person_id)
    either = or_(MERGES.c.kept_id.in_(ours), MERGES.c.joined_id.in_(ours))
    return [_facts(row) for row in connection.execute(select(MERGES).where(either).order_by(MERGES.c.id))]


def forget_person(connection: Connection, numbers: Collection[int]) -> None:
    """Forget the merges of a person who leaves, under any of their numbers."""
    connection.execute(MERGES.delete().where(or_(MERGES.c.kept_id.in_(numbers), MERGES.c.joined_id.in_(numbers))))


def join(connection: Connection, kept_id: int, joined_id: int) -> list[int]:
    """Let one person, and whom they had merged with, be another from now on; gives the numbers that are."""
    whole = or_(PEOPLE.c.id == joined_id, PEOPLE.c.merged_into == joined_id)
    changed = PEOPLE.update().where(whole).values(merged_into=kept_id, awaiting=None)
    return list(connection.execute(changed.returning(PEOPLE.c.id)).scalars())


def part(connection: Connection, joined_id: int, persons: Collection[int]) -> None:
    """Let a person who had joined another be themselves again, with whom they had merged with before."""
    others = (PEOPLE.c.id.in_(persons), PEOPLE.c.id != joined_id)
    connection.execute(PEOPLE.update().where(PEOPLE.c.id == joined_id).values(merged_into=None))
    connection.execute(PEOPLE.update().where(*others).values(merged_into=joined_id))


def move_claims(connection: Connection, from_id: int, to_id: int, numbers: Collection[int]) -> None:
    """Give the claims of the entries that stand under some numbers to a person."""
    entries = select(LEDGER.c.id).where(LEDGER.c.person_id.in_(numbers), LEDGER.c.id == CLAIMS.c.entry_id)
    ours = (CLAIMS.c.person_id == from_id, entries.exists())
    connection.execute(CLAIMS.update().where(*ours).values(person_id=to_id))


def move_places(connection: Connection, table: Any, row_ids: Iterable[int], from_id: int, to_id: int) -> None:
    """Give seats or attendances to a person; a row that they have at the same part goes the other way."""
    for row_id in row_ids:
        mine = (table.c.id == row_id, table.c.person_id == from_id)
        part_id = connection.execute(select(table.c.part_id).where(*mine)).scalar()
        if part_id is not None:
            _swap(connection, table, row_id, [table.c.part_id == part_id], from_id, to_id)


def _swap(connection: Connection, table: Any, row_id: int, same: list[Any], from_id: int, to_id: int) -> None:
    """Change whose a row is, and whose the one in its place is; by way of a number that nobody has."""
    change = table.update()
    other = connection.execute(select(table.c.id).where(*same, table.c.person_id == to_id)).scalar()
    if other is not None:
        connection.execute(change.where(table.c.id == other).values(person_id=-to_id))
    connection.execute(change.where(table.c.id == row_id).values(person_id=to_id))
    if other is not None:
        connection.execute(change.where(table.c.id == other).values(person_id=from_id))


def move_notices(connection: Connection, from_id: int, to_id: int, part_ids: Collection[int]) -> None:
    """Give what a person is still to be told about some parts to another, once: what both wait for, one is told."""
    ours = (NOTICES.c.part_id.in_(part_ids), NOTICES.c.state == NoticeState.WAITING)
    for row in connection.execute(select(NOTICES).where(*ours, NOTICES.c.person_id == from_id)).all():
        same = [NOTICES.c[name] == getattr(row, name) for name in _KEY]
        _swap(connection, NOTICES, row.id, same, from_id, to_id)


def list_companions(connection: Connection, host_id: int) -> tuple[list[int], list[int]]:
    """List whom a person brings: the numbers of their registrations, and their own."""
    brought = select(REGISTRATIONS.c.id).where(REGISTRATIONS.c.host_id == host_id)
    known = select(GUESTS.c.person_id).where(GUESTS.c.host_id == host_id)
    return list(connection.execute(brought).scalars()), list(connection.execute(known).scalars())


def move_companions(connection: Connection, rows: Collection[int], guests: Collection[int], host_id: int) -> None:
    """Let companions be brought by another person."""
    connection.execute(REGISTRATIONS.update().where(REGISTRATIONS.c.id.in_(rows)).values(host_id=host_id))
    connection.execute(GUESTS.update().where(GUESTS.c.person_id.in_(guests)).values(host_id=host_id))


def move_forms(connection: Connection, from_id: int, to_id: int) -> None:
    """Give a company's forms to the person who stays, where they wrote none for the same event."""
    own = select(COMPANY_FORMS.c.event_id).where(COMPANY_FORMS.c.person_id == to_id)
    ours = (COMPANY_FORMS.c.person_id == from_id, COMPANY_FORMS.c.event_id.not_in(own))
    connection.execute(COMPANY_FORMS.update().where(*ours).values(person_id=to_id))


def list_through(connection: Connection, table: Any, person_id: int, account_ids: Collection[int]) -> list[int]:
    """List a person's seats or attendances that came through some accounts."""
    ours = (table.c.person_id == person_id, table.c.account_id.in_(account_ids))
    return list(connection.execute(select(table.c.id).where(*ours)).scalars())


def list_offset(connection: Connection, merge: MergeFacts) -> list[tuple[EntryFacts, int, int]]:
    """List the reports that a merge offset as doubles, each with the entry that did and the grams it took."""
    taken = (LEDGER.c.kind == EntryKind.WITHDRAWAL, LEDGER.c.detail == f"{MARK}{merge.id}")
    numbers = LEDGER.c.person_id.in_([merge.joined_id, *merge.moved.persons])
    rows = connection.execute(select(LEDGER).where(*taken, numbers).order_by(LEDGER.c.id)).all()
    found = [(ledger.get(connection, int(row.reference)), int(row.id), -int(row.co2_grams)) for row in rows]
    return [one for one in found if one[0].kind == EntryKind.REPORT]


def give_later(
    connection: Connection, merge: MergeFacts, account_ids: Collection[int], attendance_ids: Collection[int]
) -> None:
    """Give what was entered after a merge, through some accounts or of some attendances, to who had joined.

    What follows an entry goes with it. Only the number of whose they are changes.
    """
    later = select(LEDGER.c.id, LEDGER.c.kind, LEDGER.c.reference, LEDGER.c.account_id).where(
        LEDGER.c.person_id == merge.kept_id, LEDGER.c.id > merge.last_entry_id
    )
    given = set[int]()
    for row in connection.execute(later.order_by(LEDGER.c.id)):
        if row.kind == EntryKind.REPORT:
            goes = row.account_id in account_ids
        elif row.kind == EntryKind.ATTENDANCE:
            goes = int(row.reference.partition(":")[0]) in attendance_ids
        else:
            goes = row.kind != EntryKind.CORRECTION and int(row.reference) in given
        if goes:
            given.add(row.id)
    _set_number(connection, LEDGER.c.id, sorted(given), merge.joined_id)


def _set_number(connection: Connection, column: Column[Any], numbers: Sequence[int], person_id: int) -> None:
    for first in range(0, len(numbers), 500):
        some = column.in_(numbers[first : first + 500])
        connection.execute(LEDGER.update().where(some).values(person_id=person_id))


def list_own_accounts(connection: Connection, person_id: int, account_ids: Collection[int]) -> list[int]:
    """List those of some accounts that are a person's."""
    ours = (ACCOUNTS.c.id.in_(account_ids), ACCOUNTS.c.person_id == person_id)
    return list(connection.execute(select(ACCOUNTS.c.id).where(*ours).order_by(ACCOUNTS.c.id)).scalars())


def list_parts(connection: Connection, registration_ids: Collection[int], attendance_ids: Collection[int]) -> set[int]:
    """List the parts that some seats and attendances are of."""
    seats = select(REGISTRATIONS.c.part_id).where(REGISTRATIONS.c.id.in_(registration_ids))
    seen = select(ATTENDANCES.c.part_id).where(ATTENDANCES.c.id.in_(attendance_ids))
    return {*connection.execute(seats).scalars(), *connection.execute(seen).scalars()}


def _facts(row: Row[Any]) -> MergeFacts:
    same = {name: getattr(row, name) for name in MergeFacts.__slots__ if name != "moved"}
    return MergeFacts(**same, moved=Moved(**json.loads(row.moved)))
