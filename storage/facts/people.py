"""People, their accounts, their entries, and what they add up to."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from storage.facts.programme import ProgrammePeriod


class ChannelName(StrEnum):
    """The platforms; also the word in every row that belongs to one."""

    LINE = "line"
    TELEGRAM = "telegram"
    TERMINAL = "terminal"


class AccountState(StrEnum):
    """Whether a platform account can be reached: following, blocked by its owner, gone, or so for a year."""

    FOLLOWING = "following"
    BLOCKED = "blocked"
    GONE = "gone"
    TOMBSTONE = "tombstone"  # only a keyed hash is left of who it was


class Reach(StrEnum):
    """How an account stands; each account stands in exactly one of these ways, and they are counted apart."""

    JOINED = "joined"  # follows, and its person agreed to the terms
    FOLLOWED = "followed"  # follows only
    PAUSED = "paused"  # follows, and wants nothing unasked
    BLOCKED = "blocked"
    GONE = "gone"
    TOMBSTONE = "tombstone"
    GROUP = "group"  # a group chat: no friend, and nothing is ever told there unasked


class ReminderChoice(StrEnum):
    """Which reminders of events a person wants on an account."""

    BOTH = "both"
    DAY = "day"
    HOUR = "hour"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """One platform identity as a handler sees it; ``person_id`` is None for a friend who has not joined."""

    id: int
    channel: ChannelName
    bot_id: str
    key: str
    language: str | None
    person_id: int | None
    state: AccountState
    paused: bool
    pending: str | None  # what brought the person, or what they were about to do, before consent
    state_at: datetime | None  # the platform's time of the last state that was applied
    greeted_at: datetime | None  # when a group was answered: that happens once
    reminders: ReminderChoice = ReminderChoice.BOTH


class NameVerdict(StrEnum):
    """What was decided of a name that a person chose: others may see it, or why they may not."""

    RELEASED = "released"
    WORDS = "words"  # it holds a word of the programme's list
    REAL_NAME = "real_name"
    HURTS = "hurts"
    POSES = "poses"  # as the city, another body or person


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """Who earns points: a nickname seen by others only when released, a ward, and the consent that stands."""

    id: int
    nickname: str
    nickname_is_own: bool
    ward: str | None
    joined_at: datetime
    consent_version: str
    awaiting: str | None = None  # the question a typed answer belongs to, such as a nickname
    board_name: str | None = None  # what others see on the person board; None for who did not ask to be on it
    wants_monday: bool = False
    preferred_channel: ChannelName | None = None  # None: Telegram if there is an account, which costs the city nothing
    name_asked_at: datetime | None = None  # since when their own nickname waits for staff to show it to others
    name_verdict: NameVerdict | None = None  # what was said of this nickname
    plays: bool = True  # False: shown no rankings, teams, streaks and badges


@dataclass(frozen=True, slots=True)
class WaitingName:
    """A name that waits for staff to show it to others, and since when (calendar time)."""

    person_id: int
    name: str
    asked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPerson:
    """One of those whom a search by nickname finds; ``search_name`` and ``id`` are where the next page goes on."""

    id: int
    nickname: str
    ward: str | None
    joined_at: datetime | None
    search_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacts:
    """One ledger entry as a handler sees it."""

    id: int
    person_id: int
    kind: str
    action: str
    acted_on: date
    entered_at: datetime
    points: int
    confirmed: bool
    co2_grams: int
    n: int
    period: str
    reference: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A person's points, confirmed and self-reported apart, each as (all, week, today) sums of the ledger."""

    today: int
    week: int
    all: int
    confirmed: int
    self_reported: int
    by_action: tuple[tuple[str, int, int], ...]  # code, times, points
    co2_grams: tuple[tuple[str, int], ...]  # action code, grams saved that may be added up


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The four running totals (PROGRAMME: one participation = one identified person at one session)."""

    period: ProgrammePeriod
    participants: int
    participants_distinct: int
    participants_before: int
    events_held: int
    points_confirmed: int
    points_self_reported: int
    points_before: int
    visits_own: int
    visits_portal: int
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthSums:
    """What was counted in one Tokyo month (its first day); what stood before the bot is in no month.

    ``first_timers`` are persons who took part for the first time. Corrections may make a number negative.
    """

    month: date
    participations: int = 0
    first_timers: int = 0
    events_held: int = 0
    points_confirmed: int = 0
    points_self_reported: int = 0
    visits_own: int = 0
    visits_portal: int = 0

    @property
    def amounts(self) -> dict[str, int]:
        """Give every sum by its name."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "month"}

    def plus(self, *others: "MonthSums") -> "MonthSums":
        """Give the sums together with those of others, as this month's."""
        added = {name: sum(getattr(other, name) for other in others) for name in self.amounts}
        return replace(self, **{name: amount + added[name] for name, amount in self.amounts.items()})

    def minus(self, other: "MonthSums") -> "MonthSums":
        """Give by how much the sums are more than another's, as this month's."""
        return replace(self, **{name: amount - getattr(other, name) for name, amount in self.amounts.items()})
