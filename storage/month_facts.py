"""What a month's report says beside its sums: the parts that took place, and how each channel was used. Adds no totals.

Each question looks at the few parts and broadcasts of the month; none looks at entries, persons or deliveries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Select, func, select

from storage import events
from storage.attendances import ATTENDANCES
from storage.broadcasts import BROADCASTS
from storage.clock import TOKYO
from storage.events import PARTS
from storage.facts import AttendanceState, ChannelName, DeliveryState, EventFacts, PartFacts, PartState
from storage.ledger import LEDGER
from storage.quotas import QUOTAS
from storage.tallies import TALLIES


@dataclass(frozen=True, slots=True)
class Use:
    """How a channel was used in a month: broadcasts that began, their accepted messages, and what it counts as used."""

    broadcasts: int = 0
    accepted: int = 0
    charged: int | None = None


def list_held(connection: Connection, month: date) -> list[tuple[EventFacts, PartFacts, int]]:
    """List the parts of a month that took place, with how many were confirmed there by its end, oldest first."""
    since, until = _moments(month)
    within = (PARTS.c.starts_at >= since, PARTS.c.starts_at < until, PARTS.c.state == PartState.HELD)
    found = {row.id: row.event_id for row in connection.execute(select(PARTS.c.id, PARTS.c.event_id).where(*within))}
    if not found:
        return []
    were_there = _count_attendances(connection, list(found), until)
    known = events.list_by_id(connection, sorted(set(found.values())))
    held = [(event, part, were_there.get(part.id, 0)) for event in known for part in event.parts if part.id in found]
    return sorted(held, key=lambda one: (one[1].starts_at or since, one[1].id))


def find_use(connection: Connection, month: date) -> dict[ChannelName, Use]:
    """Find how each channel was used; a platform's own count is the last it told within the month."""
    began = _of_broadcasts(month).with_only_columns(BROADCASTS.c.id)
    accepted = (TALLIES.c.broadcast_id.in_(began), TALLIES.c.state == DeliveryState.ACCEPTED)
    columns = (TALLIES.c.channel, func.count(TALLIES.c.broadcast_id.distinct()), func.sum(TALLIES.c.number))
    rows = connection.execute(select(*columns).where(*accepted).group_by(TALLIES.c.channel)).all()
    sent = {ChannelName(channel): (int(many), int(number)) for channel, many, number in rows}
    told = connection.execute(
        select(QUOTAS.c.channel, QUOTAS.c.used).where(QUOTAS.c.channel.in_(ChannelName), QUOTAS.c.month == month)
    )
    charged = {ChannelName(channel): int(used) for channel, used in told}
    return {
        channel: Use(*sent.get(channel, (0, 0)), charged.get(channel))
        for channel in sorted(sent.keys() | charged.keys())
    }


def _of_broadcasts(month: date) -> Select[tuple[int]]:
    since, until = _moments(month)
    return select(BROADCASTS.c.id).where(BROADCASTS.c.began_at >= since, BROADCASTS.c.began_at < until)


def _count_attendances(connection: Connection, part_ids: Sequence[int], until: datetime) -> dict[int, int]:
    """Count who was confirmed at some parts by an entry made before a moment; through the index of a part's persons."""
    counted = select(ATTENDANCES.c.part_id, func.count()).join(LEDGER, LEDGER.c.id == ATTENDANCES.c.entry_id)
    confirmed = (ATTENDANCES.c.state == AttendanceState.CONFIRMED, LEDGER.c.entered_at < until)
    of_parts = ATTENDANCES.c.part_id.in_(part_ids)
    rows = connection.execute(counted.where(of_parts, *confirmed).group_by(ATTENDANCES.c.part_id))
    return {row[0]: row[1] for row in rows}


def _moments(month: date) -> tuple[datetime, datetime]:
    following = (month + timedelta(days=31)).replace(day=1)
    first, last = (datetime(day.year, day.month, day.day, tzinfo=TOKYO) for day in (month, following))
    return first, last
