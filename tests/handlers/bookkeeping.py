"""The rules for reports in plain Python, from the city's own words, beside the program's: what each act must enter.

It shares nothing with handlers.rules but the programme's data: two tellings of one rule that must agree.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from storage.clock import TOKYO
from storage.facts import Action, Programme

EFFECTS = ("large", "medium", "small")


class Line(NamedTuple):
    """What one ledger entry must say."""

    kind: str
    action: str
    acted_on: date
    points: int
    co2_grams: int
    n: int
    rule_version: int
    counts_for_board: bool


@dataclass
class Report:
    """A report that was recorded; ``id`` is the ledger's number of it, known once it was seen there."""

    line: Line
    entered_on: date
    id: int = 0
    withdrawn: bool = False
    distance: int | None = None


@dataclass
class Book:
    """One person's own history, as they would keep it on paper."""

    reports: list[Report] = field(default_factory=list)

    def standing(self) -> list[Report]:
        return [report for report in self.reports if not report.withdrawn]

    def times(self, code: str) -> int:
        return sum(report.line.action == code for report in self.standing())


@dataclass
class Rules:
    """What holds at the moment of an act."""

    programme: Programme
    now: datetime
    alert_day: date | None

    @property
    def today(self) -> date:
        return self.now.astimezone(TOKYO).date()

    def report(self, book: Book, code: str, on: date, n: int | None) -> list[Line]:
        """Say what a report must enter: one line, or none; a line entered joins the book."""
        action = self.programme.action(code)
        if action is None or not self._day_is_open(on) or not self._action_is_open(action, on):
            return []
        used = [report.line.n for report in book.standing() if self._one_cap(action, on, report, shared=False)]
        drawn = [report for report in book.standing() if self._one_cap(action, on, report, shared=True)]
        if n in used or len(drawn) >= action.cap.times or (n is not None and not 1 <= n <= action.cap.times):
            return []
        if self._at_home(book, on) < action.needs_at_home:
            return []
        place = n or min(set(range(1, action.cap.times + 1)) - set(used))
        grams = sum(factor.grams for factor in action.factors if factor.per == "act")
        line = self._line("report", code, on, self._points(book, action, on), grams, place)
        book.reports.append(Report(line, self.today))
        return [line]

    def usual(self, book: Book) -> list[Line]:
        """Say what the one tap for the usual five must enter today."""
        done = {report.line.action for report in book.standing() if report.line.acted_on == self.today}
        habits = [action for action in self.programme.actions if action.group == "everyday" and book.times(action.code)]
        open_now = [a for a in habits if self._in_season(a, self.today) and not self._asks_or_stops(a, self.today)]
        open_now.sort(key=lambda action: (-book.times(action.code), EFFECTS.index(action.effect)))
        lines = []
        for action in open_now[: self.programme.limits.usual_actions]:
            if action.code not in done:
                lines += self.report(book, action.code, self.today, None)
        return lines

    def withdraw(self, report: Report) -> list[Line]:
        """Say what taking a report back must enter."""
        if report.withdrawn or (self.today - report.entered_on).days > self.programme.limits.withdraw_days:
            return []
        report.withdrawn = True
        line = report.line
        grams = line.co2_grams + (report.distance or 0)
        return [self._line("withdrawal", line.action, line.acted_on, -line.points, -grams, line.n)]

    def add_distance(self, report: Report, way: str, km: int) -> list[Line]:
        """Say what a distance must enter."""
        action = self.programme.action(report.line.action)
        factors = [f for f in (action.factors if action else ()) if f.code == way and f.per == "km"]
        if report.withdrawn or report.distance is not None or not factors:
            return []
        if not 0 < km <= (factors[0].longest_km or km):
            return []
        report.distance = factors[0].grams * km
        return [self._line("distance", report.line.action, report.line.acted_on, 0, report.distance, report.line.n)]

    def asks_about_cooling(self, code: str, on: date) -> bool:
        """Tell whether "was it other than cooling?" must be answered before the action counts."""
        action = self.programme.action(code)
        return action is not None and on == self.alert_day and action.on_heat_alert == "ask_not_cooling"

    def _line(self, kind: str, code: str, on: date, points: int, grams: int, n: int) -> Line:
        sunday = on + timedelta(days=6 - on.weekday())
        return Line(kind, code, on, points, grams, n, self.programme.version, self.today <= sunday)

    def _day_is_open(self, on: date) -> bool:
        return 0 <= (self.today - on).days <= self.programme.limits.late_days

    def _action_is_open(self, action: Action, on: date) -> bool:
        stopped = on == self.alert_day and action.on_heat_alert == "not_offered"
        return action.group != "checked_in" and self._in_season(action, on) and not stopped

    def _asks_or_stops(self, action: Action, on: date) -> bool:
        return on == self.alert_day and action.on_heat_alert != "as_usual"

    @staticmethod
    def _in_season(action: Action, on: date) -> bool:
        day = f"{on:%m-%d}"
        spans = [(season.first, season.last) for season in action.seasons]
        inside = [a <= day <= b if a <= b else not b < day < a for a, b in spans]
        return not spans or any(inside)

    def _one_cap(self, action: Action, on: date, report: Report, *, shared: bool) -> bool:
        """Tell whether a report stands in the stretch of the action's cap, by itself or with those who share it."""
        other = self.programme.action(report.line.action)
        same = report.line.action == action.code
        partner = shared and other is not None and action.cap.shared and other.cap.shared == action.cap.shared
        return bool(same or partner) and self._stretch(action, on) == self._stretch(action, report.line.acted_on)

    def _stretch(self, action: Action, on: date) -> object:
        fiscal = on.year - (on.month < self.programme.limits.fiscal_year_starts_month)
        monday = on - timedelta(days=on.weekday())
        stretches = {"day": on, "week": monday, "month": (on.year, on.month), "year": fiscal, "ever": 0}
        return stretches[action.cap.per]

    def _at_home(self, book: Book, on: date) -> int:
        actions = [self.programme.action(r.line.action) for r in book.standing() if r.line.acted_on == on]
        return sum(action is not None and action.at_home for action in actions)

    def _points(self, book: Book, action: Action, on: date) -> int:
        if action.group == "milestone":
            return 0
        if action.group != "everyday":
            return action.points
        return min(action.points, self.programme.limits.everyday_points_a_day - everyday_points(self, book, on))


def everyday_points(rules: Rules, book: Book, on: date) -> int:
    """Sum what a person's everyday actions earned on a day."""
    everyday = {action.code for action in rules.programme.actions if action.group == "everyday"}
    return sum(r.line.points for r in book.standing() if r.line.acted_on == on and r.line.action in everyday)
