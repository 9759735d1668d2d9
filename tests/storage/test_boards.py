"""The database's weeks and boards are those that the rule defines over the same history."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select

from handlers.rules import boards as rule
from handlers.rules import teams as team_rule
from handlers.rules.boards import Acted, Joined
from handlers.rules.calendar import TOKYO, counts_for_board
from storage import boards, ledger, schema, slices, teams, week_recount, weeks
from storage.database import ConflictError, Database
from storage.facts import BoardLimits, Crowd, GroupWeek
from storage.people import PEOPLE
from storage.weeks import PERSON_WEEKS, WEEK_STEPS

WEEK = date(2022, 1, 17)
CLOSE = datetime(2022, 1, 24, tzinfo=TOKYO)
WARDS = ("north", "south", "outside", "rather_not_say")
RANKED = ("north", "south")
LIMITS = BoardLimits(points_a_week=60)
people = st.lists(
    st.builds(
        Joined,
        st.integers(1, 12),
        st.sampled_from([*WARDS, None, "gone"]),
        st.integers(0, 30).map(lambda days: CLOSE - timedelta(days=days)),
    ),
    unique_by=lambda one: one.person,
)
histories = st.lists(
    st.builds(
        Acted,
        person=st.integers(1, 14),
        on=st.integers(-8, 8).map(lambda day: WEEK + timedelta(days=day)),
        entered_at=st.integers(-48, 24 * 9).map(lambda hour: CLOSE - timedelta(days=7) + timedelta(hours=hour)),
        points=st.integers(-10, 50),
        times=st.sampled_from([1, 1, 1, -1, 0]),
    ),
    max_size=40,
)


def add_person(connection: Connection, one: Joined, board_name: str | None = None) -> None:
    values = {"id": one.person, "ward": one.ward, "joined_at": one.joined_at.astimezone(UTC), "board_name": board_name}
    connection.execute(PEOPLE.insert().values(**values, nickname_is_own=False, is_tombstone=False))


def add_place(connection: Connection, one: Joined) -> None:
    """Put a person into the team that their ward stands for."""
    teams.join(connection, one.person, int(one.ward or 0), one.joined_at)


def add_act(connection: Connection, number: int, one: Acted) -> None:
    """Enter one act as the ledger does; a kind of its own for each of 1, -1 and 0 times."""
    kind = {1: "report", -1: "withdrawal", 0: "distance"}[one.times]
    values: dict[str, Any] = {"person_id": one.person, "account_id": 1, "kind": kind, "reference": f"{number}"}
    values |= {"action": "a", "acted_on": one.on, "entered_at": one.entered_at, "points": one.points, "n": 1}
    values |= {"counts_for_board": counts_for_board(one.on, one.entered_at), "rule_version": 1, "period": f"{number}"}
    connection.execute(ledger.LEDGER.insert().values(**values, confirmed=False, co2_grams=0, detail=""))
    ledger._count(connection, values, times=one.times)


def test_persons_of_all_numbers_are_counted_anew_slice_by_slice(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "ENTRIES", 2)
    persons = [1, 2**46, 2**50, 2**52, 2**53 - 1]

    def unit(connection: Connection) -> None:
        for number, person in enumerate(persons):
            add_act(connection, number, Acted(person, WEEK, CLOSE - timedelta(days=1), 5, 1))
        assert len(list(slices.list_slices(connection))) == 3
        assert week_recount.compare(connection) == ([], [])
        connection.execute(PERSON_WEEKS.update().values(points=6))
        differences, steps = week_recount.compare(connection)
        assert [one.person_id for one in differences] == persons
        assert steps == []

    database.write(unit).result()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(people, histories)
def test_the_database_sums_what_the_rule_defines(
    database: Database, joined: list[Joined], history: list[Acted]
) -> None:
    expected = rule.person_weeks(history)

    def unit(connection: Connection) -> None:
        for one in joined:
            add_person(connection, one)
        for number, act in enumerate(history):
            add_act(connection, number, act)
        assert week_recount.compare(connection) == ([], [])
        for person in range(1, 15):
            for week in (WEEK - rule.WEEK, WEEK, WEEK + rule.WEEK):
                found = weeks.find(connection, person, week)
                none = (0, 0)
                should = expected.get((week, person))
                assert (found.points, found.days) == ((should.points, should.days) if should else none)
        earned = [one.points for (week, _), one in expected.items() if week == WEEK and one.points > 0]
        for points in (0, 10, 60):
            crowd = Crowd(len(earned), sum(more > points for more in earned))
            assert weeks.find_crowd(connection, WEEK, points) == crowd
        by = rule.oldest_newcomer(WEEK, LIMITS)
        summed = boards.sum_wards(connection, RANKED, WEEK, by, LIMITS)
        assert tuple(summed) == rule.ward_weeks(WARDS, joined, expected, WEEK, LIMITS)

    database.read(unit).result()  # a question's writes are rolled back


places = st.lists(
    st.builds(
        Joined,
        st.integers(1, 12),
        st.sampled_from(["1", "2", "3"]),
        st.integers(0, 30).map(lambda days: CLOSE - timedelta(days=days)),
    ),
    unique_by=lambda one: one.person,
)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(places, histories)
def test_the_database_sums_teams_as_the_rule_does(
    database: Database, placed: list[Joined], history: list[Acted]
) -> None:
    expected = rule.person_weeks(history)

    def unit(connection: Connection) -> None:
        for one in placed:
            add_person(connection, Joined(one.person, None, CLOSE - timedelta(days=90)))
            add_place(connection, one)
        for number, act in enumerate(history):
            add_act(connection, number, act)
        summed = boards.sum_teams(connection, WEEK, rule.oldest_newcomer(WEEK, LIMITS), LIMITS)
        defined = team_rule.team_weeks((1, 2, 3), placed, expected, WEEK, LIMITS)
        assert tuple(summed) == tuple(one for one in defined if one.persons)

    database.read(unit).result()


def test_a_fixed_team_board_stays_as_it_was_and_holds_no_small_team(database: Database) -> None:
    def unit(connection: Connection) -> None:
        first = [
            GroupWeek(code="7", persons=5, active=2, points=30),
            GroupWeek(code="8", persons=4, active=4, points=9),
        ]
        boards.close_teams(connection, WEEK, first)
        boards.close_teams(connection, WEEK, [GroupWeek(code="7", persons=9, active=9, points=90)])
        assert boards.find_teams(connection, WEEK, smallest=5) == first[:1]
        assert list(boards.list_team_weeks(connection, WEEK, WEEK, smallest=5)) == [(WEEK, first[0])]

    database.read(unit).result()


def test_a_fixed_board_stays_as_it_was(database: Database) -> None:
    def unit(connection: Connection) -> None:
        one = Joined(1, "north", CLOSE - timedelta(days=90))
        add_person(connection, one)
        by = rule.oldest_newcomer(WEEK, LIMITS)
        boards.close_week(connection, WEEK, boards.sum_wards(connection, RANKED, WEEK, by, LIMITS))
        before = boards.find_wards(connection, WEEK)
        assert [(w.code, w.persons) for w in before] == [("north", 1), ("south", 0)]
        add_person(connection, Joined(2, "north", one.joined_at))
        boards.close_week(connection, WEEK, boards.sum_wards(connection, RANKED, WEEK, by, LIMITS))
        assert boards.find_wards(connection, WEEK) == before

    database.read(unit).result()


def test_fixed_boards_are_listed_week_by_week(database: Database) -> None:
    def group(code: str, persons: int) -> GroupWeek:
        return GroupWeek(code=code, persons=persons, active=1, points=10)

    for number in (2, 0, 1):
        fixed = [group("south", number), group("north", number)]
        database.write(lambda c, n=number, f=fixed: boards.close_week(c, WEEK + n * timedelta(days=7), f)).result()
    found = database.read(lambda c: boards.list_weeks(c, WEEK, WEEK + timedelta(days=7))).result()
    assert [(week, one.code, one.persons) for week, one in found] == [
        (WEEK + timedelta(days=7 * number), code, number) for number in (0, 1) for code in ("north", "south")
    ]


def test_only_who_asked_stands_on_the_person_board_and_the_best_first(database: Database) -> None:
    def unit(connection: Connection) -> None:
        noon = CLOSE - timedelta(days=6)
        for person, name in ((1, "a"), (2, None), (3, "c"), (4, "d")):
            add_person(connection, Joined(person, None, noon), name)
            act = Acted(person, WEEK, noon, person * 10)
            add_act(connection, person, act)
        assert weeks.list_best(connection, WEEK, 2) == [(4, "d", 40), (3, "c", 30)]
        weeks.unlist_person(connection, 4)
        weeks.list_person(connection, 2, WEEK)  # has no name to be shown under
        assert weeks.list_best(connection, WEEK, 5) == [(3, "c", 30), (1, "a", 10)]

    database.read(unit).result()


def test_a_leaving_persons_week_stays_in_the_crowd_and_leaves_the_board(database: Database) -> None:
    def unit(connection: Connection) -> None:
        noon = CLOSE - timedelta(days=6)
        add_person(connection, Joined(1, "north", noon), "a")
        add_act(connection, 1, Acted(1, WEEK, noon, 10))
        ledger.hand_over(connection, [1], 99)
        assert weeks.list_best(connection, WEEK, 5) == []
        assert weeks.find_crowd(connection, WEEK, 0) == Crowd(1, 1)
        assert weeks.find(connection, 99, WEEK).points == 10
        assert week_recount.compare(connection) == ([], [])

    database.read(unit).result()


def test_steps_are_spread_over_stripes_by_person(database: Database) -> None:
    def unit(connection: Connection) -> None:
        noon = CLOSE - timedelta(days=6)
        for person in range(40):
            add_act(connection, person, Acted(person + 1, WEEK, noon, 5))
        stripes = select(func.count()).where(WEEK_STEPS.c.week == WEEK, WEEK_STEPS.c.points == 5)
        assert connection.execute(stripes).scalar() == 16
        assert connection.execute(select(func.count()).select_from(PERSON_WEEKS)).scalar() == 40

    database.read(unit).result()


def test_the_migration_counts_the_weeks_of_a_ledger_that_is_older_than_they_are(database: Database) -> None:
    def unit(connection: Connection) -> None:
        for number, day in enumerate((-8, -1, 0, 3, 6, 7, 7)):
            on = WEEK + timedelta(days=day)
            entered_at = datetime(on.year, on.month, on.day, 23, 30, tzinfo=TOKYO) + timedelta(days=number % 3)
            add_act(connection, number, Acted(number % 2 + 1, on, entered_at, 5, -1 if number == 6 else 1))
        before = [sorted(connection.execute(select(table)).all()) for table in (PERSON_WEEKS, WEEK_STEPS)]
        for table in (PERSON_WEEKS, WEEK_STEPS):
            connection.execute(table.delete())
        migration = ScriptDirectory.from_config(schema._config(connection)).get_revision("0008")
        with Operations.context(MigrationContext.configure(connection)):
            migration.module._count_what_is_there()
        after = [sorted(connection.execute(select(table)).all()) for table in (PERSON_WEEKS, WEEK_STEPS)]
        assert [[row for row in rows if row.points > 0] for rows in before] == [
            [row for row in rows if row.points > 0] for rows in after
        ]
        assert week_recount.compare(connection) == ([], [])

    database.read(unit).result()


def test_reports_of_many_at_once_are_all_counted(database: Database) -> None:
    """Several transactions at a time move persons up and down the same steps; a circle of locks is tried again."""
    moments = [CLOSE - timedelta(days=6, minutes=number) for number in range(4)]

    def report(number: int, person: int) -> None:
        at, taken_back = moments[number % 4], number % 5 == 4
        act = Acted(person, WEEK + timedelta(days=number % 3), at, -5 if taken_back else 5, -1 if taken_back else 1)
        while True:
            try:
                database.write(lambda c: add_act(c, number * 100 + person, act)).result()
            except ConflictError:
                continue
            return

    with ThreadPoolExecutor(8) as threads:
        jobs = [threads.submit(report, number, person) for number in range(10) for person in range(1, 33)]
    assert [job.exception() for job in jobs] == [None] * 320
    assert database.read(week_recount.compare).result() == ([], [])
    assert database.read(lambda c: weeks.find_crowd(c, WEEK, 0)).result() == Crowd(32, 32)
