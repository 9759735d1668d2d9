"""Any history of acts over the real handlers: the ledger says what the rules say, and every sum beside it agrees."""

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import Connection, Row, select

from storage import accounts, marks, totals, week_recount
from storage.clock import TOKYO
from storage.facts import ChannelName
from storage.ledger import CLAIMS, LEDGER, TALLIES
from storage.marks import MarkName
from storage.totals import COUNTERS
from tests import databases
from tests.handlers.bookkeeping import Book, Line, Report, Rules, everyday_points
from tests.town import Citizen, Town, kitaq

CODES = [action.code for action in kitaq().actions]
EVERYDAY = [action.code for action in kitaq().actions if action.group == "everyday"]
COMMON = ["my_bottle", "bicycle_walk", "public_transport", "save_electricity", "eco_drive", "one_delivery", "cleanup"]
WAYS = ("walk", "bicycle", "bus", "rail", "redelivery", "none")
SAID = {
    "マイボトル使った": ("my_bottle",),
    "昨日マイバッグ使った": ("my_bag",),
    "マイボトルとマイバッグを使った": ("my_bottle", "my_bag"),
    "節電とマイボトルをした": ("save_electricity", "my_bottle"),
}
PACE = timedelta(seconds=7)  # between two acts: never too fast for the limit of messages a minute
people = st.integers(0, 2)
codes = st.one_of(st.sampled_from(COMMON), st.sampled_from(CODES))
places = st.sampled_from(["", "1", "1", "2", "3", "9"])


@dataclass
class Player:
    """One of the people, with their own book and what they pressed last."""

    citizen: Citizen
    number: int
    book: Book = field(default_factory=Book)
    pressed: str = ""


@dataclass(frozen=True)
class Stored:
    """All that the database holds about points."""

    ledger: list[Row[Any]]
    claims: list[Row[Any]]
    tallies: list[Row[Any]]
    counters: list[Row[Any]]


def stored(connection: Connection) -> Stored:
    tables = (select(LEDGER).order_by(LEDGER.c.id), select(CLAIMS), select(TALLIES), select(COUNTERS))
    return Stored(*[list(connection.execute(table)) for table in tables])


class LedgerHistory(RuleBasedStateMachine):
    """Three people and a city; each act's entries are foretold by the book, and compared."""

    engine = "sqlite"

    @initialize()
    def open_town(self) -> None:
        self.closing = ExitStack()
        self.town = Town(self.closing.enter_context(databases.fresh(self.engine)))
        self.alert: date | None = None
        self.rows: list[Row[Any]] = []
        self.players = [self.joined(self.town.citizen()) for _ in range(3)]

    def teardown(self) -> None:
        if hasattr(self, "closing"):
            self.closing.close()

    def joined(self, citizen: Citizen) -> Player:
        find = self.town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
        assert find is not None
        assert find.person_id is not None
        return Player(citizen, find.person_id)

    @property
    def in_force(self) -> Rules:
        return Rules(self.town.programme, self.town.now, self.alert)

    def press(self, player: Player, data: str) -> list[Line]:
        """Press a button; gives the lines the book foretells."""
        self.town.now += PACE
        word, *parts = data.split(":")
        foretold: list[Line] = []
        if word in ("r", "l"):
            code, on, n = parts[0], date.fromisoformat(parts[1]), int(parts[2]) if parts[2] else None
            another_day = word == "r" and on != self.in_force.today
            asked = self.in_force.asks_about_cooling(code, on) and parts[3:] != ["y"]
            foretold = [] if another_day or asked else self.in_force.report(player.book, code, on, n)
        elif word == "usual" and parts[0] == self.in_force.today.isoformat():
            foretold = self.in_force.usual(player.book)
        player.citizen.press(data)
        return foretold

    def compare(self, player: Player, foretold: list[Line]) -> None:
        """See that exactly the foretold entries were added, to this person, and that nothing older changed."""
        now = self.town.database.read(stored).result().ledger
        assert now[: len(self.rows)] == self.rows
        added = now[len(self.rows) :]
        assert [Line(*(getattr(row, name) for name in Line._fields)) for row in added] == foretold
        assert {row.person_id for row in added} <= {player.number}
        assert all(row.entered_at == self.town.now for row in added)
        for row in added:
            if row.kind == "report":
                next(report for report in player.book.reports if not report.id).id = row.id
        self.rows = now

    @rule(who=people, code=codes, back=st.integers(-1, 4), n=places, word=st.sampled_from("rl"), yes=st.booleans())
    def report_by_button(self, who: int, code: str, back: int, n: str, word: str, yes: bool) -> None:
        player = self.players[who]
        on = self.in_force.today - timedelta(days=back)
        player.pressed = f"{word}:{code}:{on}:{n}" + (":y" if yes else "")
        self.compare(player, self.press(player, player.pressed))

    @rule(who=people, first=st.integers(0, len(EVERYDAY) - 1))
    def report_a_busy_day(self, who: int, first: int) -> None:
        """Report so much on one day that its points run out."""
        for code in (EVERYDAY * 2)[first : first + 8]:
            data = f"l:{code}:{self.in_force.today}:"
            self.compare(self.players[who], self.press(self.players[who], data))

    @rule(who=people, other=people)
    def press_a_button_again(self, who: int, other: int) -> None:
        data = self.players[other].pressed or "menu"
        self.compare(self.players[who], self.press(self.players[who], data))

    @rule(who=people, words=st.sampled_from(sorted(SAID)), twice=st.booleans())
    def report_by_word(self, who: int, words: str, twice: bool) -> None:
        player, said = self.players[who], SAID[words]
        self.town.now += PACE
        player.citizen.text(words)
        self.compare(player, [])
        button = next(choice.data for choice in player.citizen.buttons() if choice.label == "記録する")
        player.pressed = button
        if len(said) == 1:
            self.compare(player, self.press(player, button))
        else:
            self.press(player, button)
            self.compare(player, [line for code in said for line in self.said_together(player, code)])
        if twice:
            self.compare(player, self.press(player, button))

    def said_together(self, player: Player, code: str) -> list[Line]:
        rules = self.in_force
        if rules.asks_about_cooling(code, rules.today):
            return []
        return rules.report(player.book, code, rules.today, None)

    @rule(who=people)
    def report_the_usual(self, who: int) -> None:
        player = self.players[who]
        self.town.now += PACE
        foretold = self.in_force.usual(player.book)
        player.pressed = f"usual:{self.in_force.today}"
        player.citizen.press(player.pressed)
        self.compare(player, foretold)

    @rule(who=people, whose=people, which=st.integers(0, 50))
    def withdraw(self, who: int, whose: int, which: int) -> None:
        player, owner = self.players[who], self.players[whose]
        report = self.chosen(owner, which)
        self.town.now += PACE
        foretold = self.in_force.withdraw(report) if report and who == whose else []
        player.citizen.press(f"w:{report.id if report else 99_999_999}")
        self.compare(player, foretold)

    @rule(who=people, whose=people, which=st.integers(0, 50), way=st.sampled_from(WAYS), km=st.integers(-1, 151))
    def add_distance(self, who: int, whose: int, which: int, way: str, km: int) -> None:
        player, owner = self.players[who], self.players[whose]
        report = self.chosen(owner, which)
        self.town.now += PACE
        foretold = self.in_force.add_distance(report, way, km) if report and who == whose else []
        player.citizen.press(f"d:{report.id if report else 99_999_999}:{way}:{km}")
        self.compare(player, foretold)

    @staticmethod
    def chosen(owner: Player, which: int) -> Report | None:
        return owner.book.reports[-1 - which % len(owner.book.reports)] if owner.book.reports else None

    @rule(days=st.sampled_from([1, 1, 1, 2, 3, 7, 8, 30]), hours=st.integers(0, 23))
    def let_time_pass(self, days: int, hours: int) -> None:
        self.town.now = (self.town.now + timedelta(days=days)).replace(hour=hours)

    @rule(on=st.booleans())
    def switch_the_heat_alert(self, on: bool) -> None:
        self.alert = self.in_force.today if on else None
        written = self.alert.isoformat() if self.alert else ""
        self.town.database.write(lambda c: marks.put(c, MarkName.HEAT_ALERT, written)).result()

    @rule(factor=st.sampled_from([0, 1, 2, 3]))
    @precondition(lambda self: self.town.programme.version < 4)
    def change_the_points(self, factor: int) -> None:
        old = self.town.programme
        changed = tuple(replace(action, points=action.points * factor // 2 + factor) for action in kitaq().actions)
        self.town.programme = replace(old, actions=changed, version=old.version + 1)

    @rule(who=people)
    def leave_and_join_again(self, who: int) -> None:
        player, town = self.players[who], self.town
        for act in ("leave", "leaving", "lang:ja", f"join:{town.programme.consent.version}"):
            town.now += PACE
            tapped = [choice.data for choice in player.citizen.buttons() if choice.data.startswith(f"{act}:")]
            player.citizen.press(tapped[0] if tapped else act)
        self.expect_a_tombstone(player)
        again = self.joined(player.citizen)
        assert again.number != player.number
        self.players[who] = again

    def expect_a_tombstone(self, player: Player) -> None:
        """See that leaving changed the number on the leaver's entries, to one new number, and nothing else at all."""
        now = self.town.database.read(stored).result().ledger
        moved = [(old, new) for old, new in zip(self.rows, now, strict=True) if old != new]
        assert {old.person_id for old, _ in moved} <= {player.number}
        assert all({**old._mapping, "person_id": new.person_id} == new._mapping for old, new in moved)
        assert len({new.person_id for _, new in moved}) <= 1
        assert player.number not in {row.person_id for row in now}
        self.rows = now

    @invariant()
    def sums_beside_the_ledger_agree(self) -> None:
        found = self.town.database.read(stored).result()
        assert found.ledger == self.rows
        assert tallies_of(found.tallies) == summed(found.ledger)
        assert counted(found.counters) == by_month(found.ledger)
        standing = [r for player in self.players for r in player.book.standing()]
        claimed = {row.entry_id for row in found.claims}
        withdrawn = {int(row.reference) for row in found.ledger if row.kind == "withdrawal"}
        reports = {row.id: row for row in found.ledger if row.kind == "report"}
        assert claimed == reports.keys() - withdrawn
        assert {report.id for report in standing} <= claimed
        for claim in found.claims:
            entry = reports[claim.entry_id]
            same = (entry.person_id, entry.action, entry.period, entry.n)
            assert (claim.person_id, claim.name, claim.period, claim.n) == same

    @invariant()
    def weeks_are_those_of_the_entries_made_in_time(self) -> None:
        assert self.town.database.read(week_recount.compare).result() == ([], [])

    @invariant()
    def caps_hold(self) -> None:
        rules, limit = self.in_force, self.town.programme.limits.everyday_points_a_day
        for player in self.players:
            days = {report.line.acted_on for report in player.book.reports}
            assert all(0 <= everyday_points(rules, player.book, on) <= limit for on in days)
            trips = Counter(r.line.acted_on for r in player.book.standing() if r.line.action in COMMON[1:3])
            assert all(times <= 2 for times in trips.values())

    @invariant()
    def the_city_total_is_what_everybody_earned(self) -> None:
        town = self.town
        city = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
        inside = [row.points for row in self.rows if _in_period(row.entered_at.astimezone(TOKYO).date(), city.period)]
        assert city.points_self_reported + city.points_confirmed == sum(inside)


def _in_period(on: date, period: Any) -> bool:
    return period.starts_on <= on <= period.ends_on


def tallies_of(rows: list[Row[Any]]) -> dict[tuple[int, str], tuple[int, int, int, int]]:
    return {(t.person_id, t.action): (t.times, t.confirmed, t.self_reported, t.co2_grams) for t in rows}


def summed(ledger: list[Row[Any]]) -> dict[tuple[int, str], tuple[int, int, int, int]]:
    sums: dict[tuple[int, str], tuple[int, int, int, int]] = {}
    times = {"report": 1, "withdrawal": -1, "distance": 0}
    for row in ledger:
        before = sums.get((row.person_id, row.action), (0, 0, 0, 0))
        sure, said = (row.points, 0) if row.confirmed else (0, row.points)
        more = (times[row.kind], sure, said, row.co2_grams)
        sums[row.person_id, row.action] = tuple(a + b for a, b in zip(before, more, strict=True))
    return sums


def counted(counters: list[Row[Any]]) -> dict[tuple[str, date], int]:
    sums: Counter[tuple[str, date]] = Counter()
    for row in counters:
        sums[row.name, row.month] += row.amount
    return {key: amount for key, amount in sums.items() if amount}


def by_month(ledger: list[Row[Any]]) -> dict[tuple[str, date], int]:
    sums: Counter[tuple[str, date]] = Counter()
    for row in ledger:
        name = "points_confirmed" if row.confirmed else "points_self_reported"
        sums[name, row.entered_at.astimezone(TOKYO).date().replace(day=1)] += row.points
    return {key: amount for key, amount in sums.items() if amount}


class LedgerHistoryOnPostgresql(LedgerHistory):
    """The same on the shared engine."""

    engine = "postgresql"


_SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
TestOnSqlite = LedgerHistory.TestCase
TestOnSqlite.settings = settings(max_examples=10, stateful_step_count=25, **_SLOW)
TestOnPostgresql = LedgerHistoryOnPostgresql.TestCase
TestOnPostgresql.settings = settings(max_examples=3, stateful_step_count=20, **_SLOW)
