"""Over any history of check-ins, the database's sums are those that the rule defines, and a recount finds nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, select

from handlers import attending, claiming
from handlers.attending import CheckedIn
from handlers.rules import totals as rule
from handlers.rules.calendar import tokyo_day
from handlers.rules.totals import Attended, HeldPart, History, PointsEntry
from storage import events, people, recount, registrations, totals
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import ActionGroup, Cap, CheckInWay, EventState, PartFacts, Per, PlannedPart, Totals
from storage.ledger import LEDGER
from storage.recount import Differences
from tests.factories import a_period, a_programme, an_action
from tests.handlers.occasions import details, seat

SPANS = (
    (date(2022, 1, 1), date(2022, 3, 31)),
    (date(2022, 4, 1), date(2022, 4, 30)),
    (date(2022, 7, 1), date(2023, 1, 31)),
)
PROGRAMME = a_programme(
    periods=tuple(a_period(name={"ja": str(n)}, starts_on=a, ends_on=b) for n, (a, b) in enumerate(SPANS, 1)),
    actions=(
        an_action(
            "event_attendance",
            group=ActionGroup.CHECKED_IN,
            points=0,
            confirmed_points=50,
            cap=Cap(times=6, per=Per.DAY),
        ),
    ),
    version=1,
)
DAY = datetime(2022, 3, 31, 9, tzinfo=TOKYO)
PARTS = (  # three on one day (the last of a period), one of them without an end; then another period, and no period
    (DAY, 200),
    (DAY.replace(hour=13), 100),
    (DAY.replace(hour=22), None),
    (DAY.replace(month=4, day=1), 45),
    (DAY.replace(month=5, day=20), 45),
)
PEOPLE = 3  # the first hosts the second; the third is a guest of staff's list
WORTH = (350, 200, 50, 100, 100)  # 50 for each half hour begun, before the day's limit
person, part = st.integers(0, PEOPLE - 1), st.integers(0, len(PARTS) - 1)
wait = st.sampled_from([0, 1, 20, 100, 400])
ways = st.sampled_from([CheckInWay.HAND, CheckInWay.IMPORT])
acts = st.one_of(
    st.tuples(st.just("in"), person, part, wait, ways),
    st.tuples(st.just("in"), person, part, wait, ways),
    st.tuples(st.just("in"), person, part, wait, ways),
    st.tuples(st.just("back"), person, part, wait),
    st.tuples(st.just("word"), person, part),
    st.tuples(st.just("confirm"), person, part, wait),
    st.tuples(st.just("back"), person, part, wait),
    st.tuples(st.just("hold"), part, wait),
    st.tuples(st.just("unhold"), part, wait),
    st.tuples(st.just("claim"), person, person, wait),
)


@dataclass
class Paper:
    """What happened, as it would be kept on paper: who was where (True: for sure), and what became of each part."""

    seen: dict[tuple[int, int], bool] = field(default_factory=dict)
    held: set[int] = field(default_factory=set)
    void: set[int] = field(default_factory=set)

    def do(self, act: str, one: int, other: int | None = None) -> None:
        if act in ("in", "word", "confirm", "back"):
            self._person(act, (one, other or 0))
        elif act == "claim" and other is not None and one != other:
            self._claim(one, other)
        elif act == "hold" and one not in self.void:
            self.held.add(one)
        elif act == "unhold":
            self.void.add(one)
            self.held.discard(one)
            self.seen = {key: sure for key, sure in self.seen.items() if key[1] != one}

    def _person(self, act: str, key: tuple[int, int]) -> None:
        if act == "back":
            self.seen.pop(key, None)
        elif act == "in" and key[1] not in self.void:
            self.seen[key] = True
        elif act == "word" and key[1] not in self.void:
            self.seen.setdefault(key, False)
        elif act == "confirm" and key in self.seen:
            self.seen[key] = True

    def _claim(self, guest: int, taker: int) -> None:
        for number in range(len(PARTS)):
            sure = self.seen.pop((guest, number), None)
            if sure is not None:
                self.seen[taker, number] = sure or self.seen.get((taker, number), False)

    def points(self) -> dict[tuple[int, date], int]:
        """Give what each person has for each day: the sum of their parts, at most 300."""
        sums: dict[tuple[int, date], int] = {}
        for (who, where), sure in self.seen.items():
            key = (who, PARTS[where][0].date())
            sums[key] = min(300, sums.get(key, 0) + WORTH[where] * sure)
        return {key: amount for key, amount in sums.items() if amount}


@dataclass
class Scene:
    """A connection with the parts and the people, everybody seated everywhere."""

    connection: Connection
    parts: list[PartFacts]
    people: list[int]

    def do(self, act: str, *about: Any) -> None:
        getattr(self, f"_{act}")(*about)

    def _in(self, who: int, where: int, days: int, way: CheckInWay) -> None:
        self._check_in(who, where, self._later(where, days), way=way)

    def _word(self, who: int, where: int) -> None:
        self._check_in(who, where, self._later(where, 0), way=CheckInWay.WORD, provisional=True)

    def _check_in(self, who: int, where: int, now: datetime, **how: Any) -> None:
        numbers = (self.parts[where].id, self.people[who])
        came = attending.check_in(self.connection, PROGRAMME, *numbers, by="staff", at=now, now=now, **how)
        assert isinstance(came, CheckedIn) or came.reason in ("already", "cancelled")

    def _confirm(self, who: int, where: int, days: int) -> None:
        about, now = (self.parts[where].id, self.people[who]), self._later(where, days)
        attending.confirm(self.connection, PROGRAMME, *about, by="staff", now=now)

    def _back(self, who: int, where: int, days: int) -> None:
        about, now = (self.parts[where].id, self.people[who]), self._later(where, days)
        attending.take_back(self.connection, PROGRAMME, *about, by="staff", now=now)

    def _hold(self, where: int, days: int) -> None:
        attending.mark_held(self.connection, PROGRAMME, self.parts[where].id, self._later(where, days, minutes=400))

    def _unhold(self, where: int, days: int) -> None:
        now = self._later(where, days)
        attending.mark_not_held(self.connection, PROGRAMME, self.parts[where].id, by="staff", now=now)

    def _claim(self, guest: int, taker: int, days: int) -> None:
        if guest != taker:
            now = self._later(0, days)
            claiming.hand_over(self.connection, PROGRAMME, self.people[guest], self.people[taker], 7, now)

    def _later(self, where: int, days: int, minutes: int = 0) -> datetime:
        return PARTS[where][0] + timedelta(days=days, minutes=minutes)


def open_scene(connection: Connection) -> Scene:
    planned = [PlannedPart(starts_at=at, ends_at=at + timedelta(minutes=m) if m else None) for at, m in PARTS]
    event_id = events.add(connection, details(), planned, EventState.PUBLISHED, DAY)
    event = events.find(connection, event_id)
    assert event is not None
    numbers = [people.add_without_account(connection) for _ in range(PEOPLE)]
    for n, number in enumerate(numbers):
        registrations.add_guest(connection, number, "名", DAY, host_id=numbers[0] if n == 1 else None)
        for one in event.parts:
            seat(connection, one.id, number, DAY)
    return Scene(connection, list(event.parts), numbers)


def history(connection: Connection, paper: Paper) -> History:
    def parts() -> Iterator[HeldPart]:
        for number, (at, _) in enumerate(PARTS):
            yield HeldPart(number, at.date(), took_place=number not in paper.void, is_over=number in paper.held)

    columns = (LEDGER.c.person_id, LEDGER.c.entered_at, LEDGER.c.points, LEDGER.c.confirmed)
    entries = [
        PointsEntry(p, tokyo_day(at), points, sure) for p, at, points, sure in connection.execute(select(*columns))
    ]
    attended = tuple(Attended(who, where) for (who, where), sure in paper.seen.items() if sure)
    return History(parts=tuple(parts()), attendances=attended, entries=tuple(entries))


def points_by_day(scene: Scene) -> dict[tuple[int, date], int]:
    sums: dict[tuple[int, date], int] = {}
    for who, on, points in scene.connection.execute(select(LEDGER.c.person_id, LEDGER.c.acted_on, LEDGER.c.points)):
        key = (scene.people.index(who), on)
        sums[key] = sums.get(key, 0) + points
    return {key: amount for key, amount in sums.items() if amount}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    done=st.lists(acts, min_size=15, max_size=30),
    as_of=st.sampled_from([DAY, DAY.replace(month=4, day=1), DAY.replace(month=8)]),
)
def test_the_database_sums_attendances_as_the_rule_defines(
    database: Database, done: list[tuple[Any, ...]], as_of: datetime
) -> None:
    paper = Paper()

    def unit(connection: Connection) -> tuple[Totals, Totals, Differences, bool]:
        scene = open_scene(connection)
        for act, *about in done:
            paper.do(act, *about[: 1 if act in ("hold", "unhold") else 2])
            scene.do(act, *about)
        found = totals.find_totals(connection, PROGRAMME, as_of)
        defined = rule.totals(PROGRAMME, history(connection, paper), as_of)
        differences = recount.find_differences(connection, PROGRAMME.periods)
        return found, defined, differences, points_by_day(scene) == paper.points()

    found, defined, differences, points_agree = database.read(unit).result()  # a question's writes are rolled back
    assert found == defined
    assert not differences
    assert points_agree
