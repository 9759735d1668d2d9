"""Draws, and the lots of each: one a person, under a number that says nothing of whose it is. Chooses nobody."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Index, Row, String, UniqueConstraint, cast, exists, func, select
from sqlmodel import Field, SQLModel

from storage.accounts import ACCOUNTS
from storage.approvers import OFFICE_DEVICES
from storage.bulk import among
from storage.database import BigId, Instant, table_of
from storage.evidence import EVIDENCE, EvidenceState
from storage.facts import DrawFacts, DrawKind, DrawState, DrawTerms, Winner
from storage.ledger import CLAIMS, LEDGER, EntryKind
from storage.people import IS_ONE, PEOPLE, numbers_of


class Draw(SQLModel, table=True):
    """One draw: its terms never change; the rest says how far it has come, and proves it."""

    __table_args__ = ({"sqlite_autoincrement": True},)
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    name: str
    first_on: date
    last_on: date
    kind: str
    at_least: int
    prizes: int
    words: str
    state: str
    made_by: str
    made_by_id: int = Field(sa_type=BigId)
    made_at: datetime = Field(sa_type=Instant, index=True)
    frozen_at: datetime | None = Field(default=None, sa_type=Instant)
    lots: int = 0
    lots_hash: str = ""
    seed: str = ""
    drawn_by: str = ""
    drawn_at: datetime | None = Field(default=None, sa_type=Instant)
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = Field(default=None, sa_type=Instant)
    reason: str = ""


class DrawLot(SQLModel, table=True):
    """One person's one lot; without the person once they left. ``place`` is from 1 for who won, unique in a draw."""

    __tablename__ = "draw_lot"
    __table_args__ = (UniqueConstraint("draw_id", "person_id"), UniqueConstraint("draw_id", "place"))
    draw_id: int = Field(primary_key=True, sa_type=BigId)
    lot: int = Field(primary_key=True, sa_type=BigId)
    person_id: int | None = Field(default=None, sa_type=BigId)
    place: int | None = None


DRAWS, LOTS = table_of(Draw), table_of(DrawLot)
Index("draw_lot_person", LOTS.c.person_id)
_TERMS = DrawTerms.__slots__


def add(connection: Connection, terms: DrawTerms, by: str, by_id: int, now: datetime) -> int:
    """Add a draw; gives its number."""
    values = {name: getattr(terms, name) for name in _TERMS}
    values |= {"state": DrawState.PLANNED, "made_by": by, "made_by_id": by_id, "made_at": now}
    return int(connection.execute(DRAWS.insert().values(**values).returning(DRAWS.c.id)).scalar_one())


def find(connection: Connection, draw_id: int) -> DrawFacts | None:
    """Find a draw by its number."""
    row = connection.execute(select(DRAWS).where(DRAWS.c.id == draw_id)).first()
    return None if row is None else _facts(row)


def list_newest(connection: Connection, limit: int, before: int | None = None) -> list[DrawFacts]:
    """List draws, the newest first; ``before`` is a number to go on from."""
    asked = select(DRAWS).order_by(DRAWS.c.id.desc()).limit(limit)
    rows = connection.execute(asked if before is None else asked.where(DRAWS.c.id < before))
    return [_facts(row) for row in rows]


def count_waiting(connection: Connection, first_on: date, last_on: date) -> int:
    """Count the photos of a stretch of days that wait for staff: as many as lie on the desk."""
    waits = (EVIDENCE.c.state == EvidenceState.WAITING, EVIDENCE.c.acted_on.between(first_on, last_on))
    return int(connection.execute(select(func.count()).select_from(EVIDENCE).where(*waits)).scalar_one())


def find_newest_entry(connection: Connection) -> int:
    """Find the number of the ledger's newest entry."""
    return int(connection.execute(select(func.max(LEDGER.c.id))).scalar() or 0)


def has_moved(connection: Connection, terms: DrawTerms, newest: int) -> bool:
    """Tell whether an entry of the days came in behind ``newest``: whoever reports, confirms or takes back enters."""
    later = (LEDGER.c.id > newest, LEDGER.c.acted_on.between(terms.first_on, terms.last_on))
    return connection.execute(select(LEDGER.c.id).where(*later).limit(1)).first() is not None


def list_candidates(connection: Connection, terms: DrawTerms) -> list[int]:
    """List who did often enough what the terms ask, each once, merged persons as one.

    It looks at every claim that stands: for a reader, not while the writer is held.
    """
    root = func.coalesce(PEOPLE.c.merged_into, PEOPLE.c.id)
    kind = EntryKind.ATTENDANCE if terms.kind is DrawKind.ATTENDED else EntryKind.REPORT
    counts = [LEDGER.c.kind == kind, LEDGER.c.acted_on.between(terms.first_on, terms.last_on)]
    if terms.kind is DrawKind.CONFIRMED:
        later = LEDGER.alias("confirmation")
        of_report = (later.c.kind == EntryKind.CONFIRMATION, later.c.reference == cast(LEDGER.c.id, String))
        counts.append(exists().where(*of_report))
    standing = CLAIMS.join(LEDGER, LEDGER.c.id == CLAIMS.c.entry_id).join(PEOPLE, PEOPLE.c.id == CLAIMS.c.person_id)
    times = func.count(func.distinct(CLAIMS.c.entry_id))
    asked = select(root).select_from(standing).where(*counts).group_by(root).having(times >= terms.at_least)
    return [int(number) for number in connection.execute(asked).scalars()]


def list_entitled(connection: Connection, person_ids: Collection[int]) -> list[int]:
    """List those of some persons who may have a lot: joined, playing, none of their accounts paused or the office's."""
    owned = ACCOUNTS.c.person_id == PEOPLE.c.id
    of_office = ACCOUNTS.join(OFFICE_DEVICES, OFFICE_DEVICES.c.account_id == ACCOUNTS.c.id)
    fits = (
        among(connection, PEOPLE.c.id, person_ids),
        ~PEOPLE.c.is_tombstone,
        IS_ONE,
        PEOPLE.c.plays,
        exists().where(owned).correlate(PEOPLE),
        ~exists().where(owned, ACCOUNTS.c.paused).correlate(PEOPLE),
        ~exists().select_from(of_office).where(owned).correlate(PEOPLE),
    )
    return list(connection.execute(select(PEOPLE.c.id).where(*fits)).scalars())


def freeze(connection: Connection, draw_id: int, lots: Mapping[int, int], lots_hash: str, now: datetime) -> bool:
    """Write the lots, {number: person}, and their hash, for good; False where somebody else was first."""
    frozen = {"state": DrawState.FROZEN, "frozen_at": now, "lots": len(lots), "lots_hash": lots_hash}
    if not _move(connection, draw_id, (DrawState.PLANNED,), frozen):
        return False
    rows = [{"draw_id": draw_id, "lot": lot, "person_id": person} for lot, person in lots.items()]
    connection.execute(LOTS.insert(), rows)
    return True


def list_lots(connection: Connection, draw_id: int) -> list[int]:
    """List the numbers of a draw's lots: once frozen they never change, whoever leaves."""
    return list(connection.execute(select(LOTS.c.lot).where(LOTS.c.draw_id == draw_id)).scalars())


def settle(connection: Connection, draw_id: int, seed: str, lots: Sequence[int], by: str, now: datetime) -> bool:
    """Write the seed and the lots that win, in order, once; False where the draw was drawn before, or withdrawn."""
    drawn = {"state": DrawState.DRAWN, "seed": seed, "drawn_by": by, "drawn_at": now}
    if not _move(connection, draw_id, (DrawState.FROZEN,), drawn):
        return False
    for place, lot in enumerate(lots, start=1):
        ours = (LOTS.c.draw_id == draw_id, LOTS.c.lot == lot)
        connection.execute(LOTS.update().where(*ours).values(place=place))
    return True


def withdraw(connection: Connection, draw_id: int, reason: str, by: str, now: datetime) -> bool:
    """End a draw, drawn or not; False where it was withdrawn before."""
    ended = {"state": DrawState.WITHDRAWN, "reason": reason, "withdrawn_by": by, "withdrawn_at": now}
    return _move(connection, draw_id, (DrawState.PLANNED, DrawState.FROZEN, DrawState.DRAWN), ended)


def list_winners(connection: Connection, draw_id: int) -> list[Winner]:
    """List whose lots were drawn, in order; a merged person under who they are now."""
    who = func.coalesce(PEOPLE.c.merged_into, LOTS.c.person_id).label("person_id")
    source = LOTS.outerjoin(PEOPLE, PEOPLE.c.id == LOTS.c.person_id)
    asked = select(LOTS.c.place, LOTS.c.lot, who).select_from(source)
    won = asked.where(LOTS.c.draw_id == draw_id, LOTS.c.place.is_not(None)).order_by(LOTS.c.place)
    return [Winner(**row._mapping) for row in connection.execute(won)]


def list_won(connection: Connection, person_id: int, since: datetime) -> list[DrawTerms]:
    """List the draws that a person won since a moment, and that stand, the newest first."""
    won = (LOTS.c.person_id.in_(numbers_of(person_id)), LOTS.c.place.is_not(None))
    stands = (DRAWS.c.state == DrawState.DRAWN, DRAWS.c.drawn_at > since)
    asked = select(DRAWS).join(LOTS, LOTS.c.draw_id == DRAWS.c.id).where(*won, *stands).order_by(DRAWS.c.id.desc())
    return [_facts(row).terms for row in connection.execute(asked)]


def collect(connection: Connection, person_id: int) -> list[dict[str, object]]:
    """Collect a person's lots for them to take along."""
    ours = LOTS.c.person_id.in_(numbers_of(person_id))
    asked = select(DRAWS.c.name, LOTS).join(DRAWS, DRAWS.c.id == LOTS.c.draw_id).where(ours).order_by(LOTS.c.draw_id)
    return [dict(row._mapping) for row in connection.execute(asked)]


def forget_person(connection: Connection, numbers: Collection[int]) -> None:
    """Take a leaving person off their lots; the numbers stay, nobody's, so that the hash still proves the rest."""
    connection.execute(LOTS.update().where(LOTS.c.person_id.in_(numbers)).values(person_id=None))


def forget_old(connection: Connection, made_before: datetime, limit: int) -> int:
    """Take everybody off the lots of draws that were set up before a moment; gives how many."""
    old = select(DRAWS.c.id).where(DRAWS.c.made_at <= made_before)
    held = (LOTS.c.draw_id.in_(old), LOTS.c.person_id >= 0)  # numbers are positive: found in the key of both
    chosen = list(connection.execute(select(LOTS.c.draw_id, LOTS.c.lot).where(*held).limit(limit)))
    for draw_id, lot in chosen:
        ours = (LOTS.c.draw_id == draw_id, LOTS.c.lot == lot)
        connection.execute(LOTS.update().where(*ours).values(person_id=None))
    return len(chosen)


def _move(connection: Connection, draw_id: int, states: Collection[DrawState], values: Mapping[str, Any]) -> bool:
    ours = (DRAWS.c.id == draw_id, DRAWS.c.state.in_(states))
    return connection.execute(DRAWS.update().where(*ours).values(**values)).rowcount == 1


def _facts(row: Row[Any]) -> DrawFacts:
    known = dict(row._mapping)
    terms = {name: known.pop(name) for name in _TERMS}
    terms["kind"] = DrawKind(terms["kind"])
    known["state"] = DrawState(known["state"])
    return DrawFacts(terms=DrawTerms(**terms), **known)
