"""What the points rule is told of a report and answers, and what was understood of a sentence."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from storage.facts.programme import Action, Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """All that the points rule needs to know about one report. Days are Tokyo days."""

    action: Action
    on: date
    today: date
    limits: Limits
    claimed: tuple[int, ...] = ()  # the n of each claim of this action that stands in the cap's period
    claimed_by_sharers: int = 0  # how many claims of other actions stand there that draw on the same shared cap
    everyday_points_on_day: int = 0
    at_home_on_day: int = 0
    heat_alert: bool = False
    nth: int | None = None  # the n the pressed button was drawn for; None when typed


class Refusal(StrEnum):
    """Why a report was not recorded; each is a value that the answer puts into kind words."""

    ALREADY = "already"  # this very button did it before
    CAP_REACHED = "cap_reached"
    TOO_LATE = "too_late"
    IN_FUTURE = "in_future"
    OUT_OF_SEASON = "out_of_season"
    HEAT_ALERT = "heat_alert"
    NEEDS_AT_HOME = "needs_at_home"
    NEEDS_CHECK_IN = "needs_check_in"


class Earned(StrEnum):
    """How the points of a recorded report came about."""

    FULL = "full"
    PART = "part"  # the day's limit left only part
    DAY_FULL = "day_full"  # the day's limit was reached: recorded with 0
    MILESTONE = "milestone"
    AWAITS_REVIEW = "awaits_review"


@dataclass(frozen=True, slots=True)
class Recorded:
    """A report that stands: ``n`` is its place in the cap's ``period``; person, action, period and n are one claim."""

    points: int
    period: str
    n: int
    earned: Earned


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that does not stand, and why."""

    reason: Refusal


class Intent(StrEnum):
    """What a typed sentence wants (fixed: other programs read these words)."""

    REPORT = "report"
    EVENTS = "events"
    REGISTER = "register"
    MY_EVENTS = "my_events"
    POINTS = "points"
    RANKING = "ranking"
    TOTALS = "totals"
    HELP = "help"
    LANGUAGE = "language"
    PAUSE = "pause"
    LEAVE = "leave"
    UNDO = "undo"
    LINK = "link"
    SETTINGS = "settings"
    CONTACT = "contact"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Mentioned:
    """An action that a sentence speaks of, the Tokyo day it was done, and the kilometres if they were said."""

    action: str
    on: date
    km: float | None = None


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a sentence means: an intent, the actions it reports (empty unless REPORT), and how sure that is, 0 to 1.

    ``maybe`` are actions that it may report: to be asked about, never recorded unasked (empty unless NONE).
    """

    intent: Intent
    actions: tuple[Mentioned, ...]
    confidence: float
    maybe: tuple[Mentioned, ...] = ()
