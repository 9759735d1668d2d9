"""Foresees what a broadcast takes before it is armed: recipients, LINE messages, yen and time. Pure; asks nobody.

Prices: https://developers.line.biz/en/docs/messaging-api/pricing/ and the plans of LINE in Japan as of August 2026,
excluding tax. A message is one recipient, whatever it holds; replies are free.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from handlers.rules.broadcasts import opens_at
from handlers.rules.calendar import TOKYO
from storage.facts import AudienceCount, BroadcastContent, ChannelName

PRICES_AT = "https://developers.line.biz/en/docs/messaging-api/pricing/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of LINE in Japan: yen a month, messages in it, and yen for each beyond; None where there is no beyond."""

    yen: int
    messages: int | None
    extra_yen: float | None


PLANS: Mapping[str, Plan] = {
    "communication": Plan(yen=0, messages=200, extra_yen=None),
    "light": Plan(yen=5_000, messages=5_000, extra_yen=None),
    "standard": Plan(yen=15_000, messages=30_000, extra_yen=3.0),  # 3 yen at most; less for very many
    "municipal": Plan(yen=0, messages=None, extra_yen=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """LINE's month: ``used`` so far, ``most`` allowed (None: no limit), of which ``reserve`` only reminders may use.

    ``promised`` is what other broadcasts that are armed or under way will still use. ``is_known`` is False while LINE
    was not asked yet.
    """

    used: int = 0
    most: int | None = None
    reserve: int = 0
    promised: int = 0
    is_known: bool = True

    @property
    def free(self) -> int | None:
        """Messages a broadcast may use; None without a limit."""
        return None if self.most is None else max(self.most - self.used - self.reserve - self.promised, 0)


class Lack(StrEnum):
    """Why a broadcast cannot be finished as it is."""

    NOBODY = "nobody"
    QUOTA = "quota"
    QUOTA_UNKNOWN = "quota_unknown"
    TIME = "time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """What a broadcast takes. ``yen`` is beyond the plan's monthly fee. Times are calendar times; None: never."""

    counts: tuple[AudienceCount, ...]
    held_out: int
    line_messages: int
    month: Month
    yen: int
    takes: timedelta
    begins_at: datetime | None
    ends_at: datetime | None
    lacks: tuple[Lack, ...]

    @property
    def told(self) -> int:
        """How many accounts are told, over all channels."""
        return sum(count.told for count in self.counts) - self.held_out


def foresee(
    content: BroadcastContent,
    counts: Sequence[AudienceCount],
    month: Month,
    plan: Plan,
    rates: Mapping[ChannelName, float],
    now: datetime,
) -> Forecast:
    """Foresee a broadcast; ``rates`` are accounts a second, by channel."""
    held_out = sum(count.told for count in counts) * content.hold_out_percent // 100
    line = sum(count.told for count in counts if count.channel is ChannelName.LINE)
    takes = max((timedelta(seconds=count.told / rates[count.channel]) for count in counts), default=timedelta())
    begins_at = opens_at(content, now)
    ends_at = None if begins_at is None else _ends_at(content, begins_at, takes)
    return Forecast(
        counts=tuple(counts),
        held_out=held_out,
        line_messages=line,
        month=month,
        yen=extra_yen(plan, month, line),
        takes=takes,
        begins_at=begins_at,
        ends_at=ends_at,
        lacks=tuple(_lacks(counts, month, line, ends_at, is_by_line=content.audience.by_line_itself)),
    )


def extra_yen(plan: Plan, month: Month, messages: int) -> int:
    """Count the yen that so many messages cost beyond the plan's, what is used and promised before them."""
    if plan.messages is None or plan.extra_yen is None:
        return 0
    before = month.used + month.promised
    extra = max(before + messages - plan.messages, 0) - max(before - plan.messages, 0)
    return round(extra * plan.extra_yen)


def quota_lacks(month: Month, messages: int) -> tuple[Lack, ...]:
    """Say why a month does not hold so many more messages; nothing where it does."""
    if not messages:
        return ()
    if not month.is_known:
        return (Lack.QUOTA_UNKNOWN,)
    return (Lack.QUOTA,) if month.free is not None and messages > month.free else ()


def _lacks(
    counts: Sequence[AudienceCount], month: Month, line: int, ends_at: datetime | None, *, is_by_line: bool
) -> Iterator[Lack]:
    """Say what is lacking; whom LINE itself tells (``is_by_line``), nobody here knows."""
    if not any(count.told for count in counts) and not is_by_line:
        yield Lack.NOBODY
    yield from quota_lacks(month, line)
    if ends_at is None:
        yield Lack.TIME


def _ends_at(content: BroadcastContent, begins_at: datetime, takes: timedelta) -> datetime | None:
    """Give the moment at which the last is told, counting only the hours of the window; None where it is too late."""
    left, at = takes, begins_at
    while True:
        midnight = at.astimezone(TOKYO).replace(hour=0, minute=0, second=0, microsecond=0)
        closes = min(midnight + timedelta(hours=content.closes_hour), content.not_after)
        if at + left <= closes:
            return at + left
        following = opens_at(content, closes)
        if following is None:
            return None
        left, at = left - (closes - at), following
