"""What staff switch on for the whole city: days with a heat alert, and a disaster. Decides and sends nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, or_, select

from storage import marks
from storage.database import lock_job
from storage.marks import MARKS, MarkName
from storage.prepared import Prepared

_FIND = Prepared(
    select(MARKS.c.name, MARKS.c.content).where(
        or_(MARKS.c.name == MarkName.HEAT_ALERT, MARKS.c.name == MarkName.DISASTER)
    )
)


@dataclass(frozen=True, slots=True)
class Disaster:
    """Since when (calendar time) nothing but answers and notices goes out, and who of the staff saw to it."""

    since: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Switches:
    """How they stand; ``heat_days`` are those that staff added to the programme's own, in Tokyo."""

    heat_days: frozenset[date] = frozenset()
    disaster: Disaster | None = None


def find(connection: Connection) -> Switches:
    """Find how the switches stand."""
    said = {row.name: row.content for row in _FIND.all(connection)}
    days = filter(None, said.get(MarkName.HEAT_ALERT, "").split(","))
    return Switches(frozenset(map(date.fromisoformat, days)), _read_disaster(said.get(MarkName.DISASTER, "")))


def is_disaster(connection: Connection) -> bool:
    """Tell whether the disaster switch is on."""
    return bool(marks.find(connection, MarkName.DISASTER))


def hold(connection: Connection) -> Switches:
    """Find how they stand, and keep others from changing them until the transaction ends."""
    lock_job(connection, "switches")
    return find(connection)


def put_heat_days(connection: Connection, days: Collection[date]) -> None:
    """Replace the days that staff added."""
    marks.put(connection, MarkName.HEAT_ALERT, ",".join(day.isoformat() for day in sorted(days)))


def put_disaster(connection: Connection, disaster: Disaster | None) -> None:
    """Switch a disaster on, or off."""
    written = "" if disaster is None else f"{disaster.since.isoformat()} {disaster.by}"
    marks.put(connection, MarkName.DISASTER, written)


def _read_disaster(written: str) -> Disaster | None:
    since, _, by = written.partition(" ")
    return Disaster(datetime.fromisoformat(since), by) if since else None
