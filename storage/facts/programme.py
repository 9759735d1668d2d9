"""What a city's programme says, as frozen facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from storage.facts.answers import NATIONAL_HELPLINE, USUAL_HOURS, AnswerRow, Helpline, StaffHours
from storage.facts.challenges import Challenge
from storage.facts.donations import LocalBody
from storage.facts.events import PlannedEvent
from storage.facts.texts import Texts


class Per(StrEnum):
    """The calendar stretch over which a cap counts, in Tokyo days; a year is a fiscal year."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"
    EVER = "ever"


class ActionGroup(StrEnum):
    """How an action earns: on one's word, out and about, by a check-in only, or never (a milestone)."""

    EVERYDAY = "everyday"
    OUTING = "outing"
    CHECKED_IN = "checked_in"
    MILESTONE = "milestone"


class Effect(StrEnum):
    """The effect mark beside an action: 大, 中, 小."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"


class OnHeatAlert(StrEnum):
    """What a heat alert does to an action: nothing, it earns and is offered no more, or one is asked about cooling."""

    AS_USUAL = "as_usual"
    NOT_OFFERED = "not_offered"
    ASK_NOT_COOLING = "ask_not_cooling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """At most ``times`` in each ``per``; actions of the same ``shared`` name draw on one cap together."""

    times: int
    per: Per
    shared: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Season:
    """Month-day to month-day, both included, ``MM-DD``; a season may run over the new year."""

    first: str
    last: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A CO2 (or kWh) figure that stands beside an action as a guide (目安) and is never added up."""

    amount: str
    unit: Texts
    basis: Texts
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Grams of CO2 that one act or one kilometre not driven saves; only these are ever added up."""

    code: str
    title: Texts
    grams: int
    per: str  # "km" or "act"
    basis: Texts
    source: str
    longest_km: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One row of the catalogue. ``points`` on one's word; ``confirmed_points`` when somebody checked."""

    code: str
    group: ActionGroup
    title: Texts
    label: Texts  # short, for buttons: at most 10 characters wide in Japanese
    effect: Effect
    points: int
    counts_as: Texts
    does_not_count: Texts
    cap: Cap
    number: int | None = None  # in ゼロカーボンアクション30
    confirmed_points: int | None = None
    at_home: bool = False
    needs_at_home: int = 0  # so many at-home actions on the same day come first
    seasons: tuple[Season, ...] = ()
    on_heat_alert: OnHeatAlert = OnHeatAlert.AS_USUAL
    figures: tuple[Figure, ...] = ()
    factors: tuple[Factor, ...] = ()
    asks_instead_of_car: bool = False
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


RESERVED_WARDS = ("outside", "rather_not_say")
"""The wards that every city has, so that nobody is made to name one; they stand on no board."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """A part of the city that a person may name as theirs; also "outside" and "rather not say"."""

    code: str
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Something that events are about, by which one looks for them; the name fits a button."""

    code: str
    name: Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePeriod:
    """A stretch with targets, in attendances by identifiable participants. Days are Tokyo days, both included."""

    name: Texts
    starts_on: date
    ends_on: date
    year_one_target: int
    target: int


class Metric(StrEnum):
    """The four running totals that the city promised to show."""

    PARTICIPANTS = "participants"
    EVENTS_HELD = "events_held"
    ACTION_POINTS = "action_points"
    SITE_VISITS = "site_visits"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningBalance:
    """What stood before the bot: never tied to persons, shown as "before the bot" with its source."""

    metric: Metric
    amount: int
    on: date
    source: str
    distinct: int = 0
    signed_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What a person agrees to before anything is stored: at most five short lines in each language."""

    version: str
    lines: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWords:
    """The two word lists of which a generated nickname is made, by language: 「みどりのカササギ12」.

    A chosen name that holds one of ``refused`` is never shown to others, whatever its width, case and signs between.
    """

    first: Mapping[str, tuple[str, ...]]
    second: Mapping[str, tuple[str, ...]]
    refused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The numbers of the rules, all data."""

    everyday_points_a_day: int
    late_days: int
    withdraw_days: int
    usual_after_days: int
    usual_actions: int
    first_page: int
    messages_a_minute: int
    fiscal_year_starts_month: int
    evidence_share: int = 100  # of a hundred reports that could be confirmed by a photo, how many may be


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardLimits:
    """The numbers of the weekly boards, all data. A person's part in a group's mean is at most ``points_a_week``."""

    active_days: int = 2
    points_a_week: int = 420
    smallest_group: int = 5
    newcomer_days: int = 14
    persons_shown: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Games:
    """What the city wants of what makes a game of it; a person may want none of it, whatever stands here.

    Draws are for the city to want first: their prizes have to come from somewhere.
    """

    teams: bool = True
    person_board: bool = True
    streaks: bool = True
    badges: bool = True
    challenges: bool = True
    draws: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """Who runs the bot. ``page`` is the city's own page; ``contact`` says how a person reaches staff.

    ``disaster_page`` is the city's page for disasters; without one people are shown its own page.
    ``data_licence`` (an SPDX name, such as CC-BY-4.0) and its page stand beside the open data. ``staff_languages``
    are those that staff write events in; empty: all of ``languages``.
    """

    name: Texts
    project: Texts
    office: Texts
    contact: Texts
    languages: tuple[str, ...]
    population: int
    population_source: str
    page: str = ""
    disaster_page: str = ""
    mascot: str = ""
    data_licence: str = "CC-BY-4.0"
    data_licence_page: str = "https://creativecommons.org/licenses/by/4.0/"
    staff_languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A city's whole content as checked and frozen facts; ``version`` is the rule version kept by ledger entries."""

    city: City
    limits: Limits
    consent: Consent
    names: NameWords
    periods: tuple[ProgrammePeriod, ...]
    wards: tuple[Ward, ...]
    actions: tuple[Action, ...]
    boards: BoardLimits = BoardLimits()
    games: Games = Games()
    opening_balances: tuple[OpeningBalance, ...] = ()
    heat_alert_days: tuple[date, ...] = ()
    interests: tuple[Interest, ...] = ()
    challenges: tuple[Challenge, ...] = ()
    local_bodies: tuple[LocalBody, ...] = ()
    phrases: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)  # by action's code, by language
    helpline: Helpline = NATIONAL_HELPLINE
    staff_hours: StaffHours = USUAL_HOURS
    answers: tuple[AnswerRow, ...] = ()  # as a file brings them, as with events (storage.answers)
    events: tuple[PlannedEvent, ...] = ()  # as a file brings them; a stored version holds none (storage.events does)
    version: int = 0

    def action(self, code: str) -> Action | None:
        """Find an action by its stable code."""
        return next((action for action in self.actions if action.code == code), None)

    def ward(self, code: str | None) -> Ward | None:
        """Find a ward by its stable code."""
        return next((ward for ward in self.wards if ward.code == code), None)

    def interest(self, code: str) -> Interest | None:
        """Find an interest by its stable code."""
        return next((interest for interest in self.interests if interest.code == code), None)

    def local_body(self, code: str) -> LocalBody | None:
        """Find a local body by its stable code."""
        return next((one for one in self.local_bodies if one.code == code), None)

    def period(self, on: date) -> ProgrammePeriod:
        """Find the period that holds a day; before the first the first, after the last the last."""
        started = [period for period in self.periods if period.starts_on <= on]
        return started[-1] if started else self.periods[0]

    def balances(self, period: ProgrammePeriod) -> tuple[OpeningBalance, ...]:
        """List the opening balances dated in a period; one dated before the first period belongs to the first."""
        return tuple(balance for balance in self.opening_balances if self.period(balance.on) == period)
