"""Says when a person is told something about a part, and until when that is worth saying; may not ask what time it is.

Quiet hours are 21:00 to 8:00 in Tokyo. A reminder that falls into them comes the evening before, by 20:30.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from handlers.rules.calendar import TOKYO
from storage.facts import AccountFacts, ChannelName, NoticeFacts, NoticeKind, ReminderChoice

QUIET_FROM, QUIET_UNTIL = time(21), time(8)
DAY_BEFORE_AT, EVENING_AT = time(18), time(20, 30)
URGENT = timedelta(hours=12)  # a change this close to the start is told at once, at night too
CHOSEN = {
    ReminderChoice.BOTH: frozenset({NoticeKind.DAY_BEFORE, NoticeKind.HOUR_BEFORE}),
    ReminderChoice.DAY: frozenset({NoticeKind.DAY_BEFORE}),
    ReminderChoice.HOUR: frozenset({NoticeKind.HOUR_BEFORE}),
    ReminderChoice.NONE: frozenset[NoticeKind](),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedNotice:
    """A reminder to come. ``stands_for`` names the kinds it serves: one message may be two reminders merged."""

    kind: NoticeKind
    due_at: datetime
    not_after: datetime
    stands_for: frozenset[NoticeKind]


def is_quiet(at: datetime) -> bool:
    """Tell whether a moment is in the quiet hours, when nobody is written to without need."""
    clock = at.astimezone(TOKYO).time()
    return clock >= QUIET_FROM or clock < QUIET_UNTIL


def after_quiet(at: datetime) -> datetime:
    """Give the first moment from ``at`` on that is not in the quiet hours."""
    if not is_quiet(at):
        return at
    there = at.astimezone(TOKYO)
    day = there.date() if there.time() < QUIET_UNTIL else there.date() + timedelta(days=1)
    return datetime.combine(day, QUIET_UNTIL, TOKYO)


def due_for_change(now: datetime, starts_at: datetime | None) -> datetime:
    """Say when a move or a cancellation is told: at once within 12 hours of the start, else not in quiet hours.

    ``starts_at`` is the earlier of the times before and after the change.
    """
    is_urgent = starts_at is not None and starts_at - now <= URGENT
    return now if is_urgent else after_quiet(now)


def plan_reminders(starts_at: datetime | None, now: datetime) -> tuple[PlannedNotice, ...]:
    """Plan a seat's reminders: the day before at 18:00 and an hour before; none whose time has come already."""
    if starts_at is None:
        return ()
    day, hour = _day_before(starts_at), _hour_before(starts_at)
    if is_quiet(hour.due_at):
        hour = _evening_before(hour)
        if now < day.due_at and _tokyo_day(day) == _tokyo_day(hour):
            both = day.stands_for | hour.stands_for
            return (PlannedNotice(kind=day.kind, due_at=day.due_at, not_after=day.not_after, stands_for=both),)
    return tuple(planned for planned in (day, hour) if planned.due_at > now)


def told_first(reachable: Sequence[AccountFacts], preferred: ChannelName | None) -> AccountFacts:
    """Choose the account a person is told on: their platform, else Telegram, which costs the city nothing, else LINE.

    Of several on one platform it is the oldest; ``reachable`` are in that order, and there is one at least.
    """
    order = (preferred, ChannelName.TELEGRAM, ChannelName.LINE)
    return min(reachable, key=lambda one: order.index(one.channel) if one.channel in order else len(order))


def wants(choice: ReminderChoice, stands_for: frozenset[NoticeKind]) -> bool:
    """Tell whether somebody who chose some reminders gets one that stands for these."""
    return bool(CHOSEN[choice] & stands_for)


def write_kinds(stands_for: frozenset[NoticeKind]) -> str:
    """Write the kinds that a reminder stands for into a notice's detail."""
    return ",".join(sorted(stands_for))


def read_kinds(notice: NoticeFacts) -> frozenset[NoticeKind]:
    """Read the kinds that a reminder stands for; its own where nothing was merged."""
    written = notice.detail.get("stands_for") or notice.kind
    return frozenset(NoticeKind(kind) for kind in written.split(","))


def _day_before(starts_at: datetime) -> PlannedNotice:
    day = starts_at.astimezone(TOKYO).date() - timedelta(days=1)
    due_at, not_after = (datetime.combine(day, clock, TOKYO) for clock in (DAY_BEFORE_AT, QUIET_FROM))
    kind = NoticeKind.DAY_BEFORE
    return PlannedNotice(kind=kind, due_at=due_at, not_after=not_after, stands_for=frozenset({kind}))


def _hour_before(starts_at: datetime) -> PlannedNotice:
    kind, due_at = NoticeKind.HOUR_BEFORE, starts_at - timedelta(hours=1)
    return PlannedNotice(kind=kind, due_at=due_at, not_after=starts_at, stands_for=frozenset({kind}))


def _evening_before(reminder: PlannedNotice) -> PlannedNotice:
    """Bring a reminder out of the quiet hours, to the last 20:30 before it."""
    there = reminder.due_at.astimezone(TOKYO)
    day = there.date() if there.time() >= QUIET_FROM else there.date() - timedelta(days=1)
    due_at, not_after = (datetime.combine(day, clock, TOKYO) for clock in (EVENING_AT, QUIET_FROM))
    return PlannedNotice(kind=reminder.kind, due_at=due_at, not_after=not_after, stands_for=reminder.stands_for)


def _tokyo_day(planned: PlannedNotice) -> object:
    return planned.due_at.astimezone(TOKYO).date()
