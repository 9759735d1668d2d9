"""A closed month stays as it was for ever; what is entered for it later stands in a later month's corrections."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError, OperationalError

from handlers import attending, closing, correcting
from handlers.closing import PortalFigure
from handlers.correcting import Correction, Signer
from handlers.rules.corrections import Reason
from handlers.rules.forecast import PLANS
from handlers.rules.monthly import Problem
from storage import audit, ledger, months, participations, totals
from storage.clock import TOKYO
from storage.database import Database, fix_view
from storage.facts import Metric, MonthReport, MonthSums
from tests import databases
from tests.factories import a_period, a_programme
from tests.handlers import occasions
from tests.town import Town

PLAN = PLANS["standard"]
MONTHS = [date(2022, number, 1) for number in range(1, 7)]
PROGRAMME = a_programme(periods=(a_period(starts_on=MONTHS[0], ends_on=date(2022, 12, 31)),))
places = st.integers(0, 5)
entries = st.tuples(st.just("entry"), places, st.integers(0, 2), st.integers(-20, 60), st.booleans())
attended = st.tuples(st.just("attended"), places, st.integers(0, 2))
visits = st.tuples(st.just("portal"), places, st.integers(0, 2), st.integers(1, 900))
acts = st.lists(st.one_of(entries, attended, visits), max_size=10)


def noon(month: date) -> datetime:
    return datetime(month.year, month.month, 15, 12, tzinfo=TOKYO)


def after(month: date) -> datetime:
    """Give a moment at which a month is over."""
    return noon(month) + timedelta(days=31)


def act(connection: Connection, number: int, done: Any) -> None:
    """Enter something in a month about the same or an earlier one."""
    kind, place, back, *rest = done
    at, about = noon(MONTHS[place]), MONTHS[max(place - back, 0)]
    if kind == "portal":
        totals.add_figure(connection, Metric.SITE_VISITS, rest[0], about, "made up", "staff", at)
        return
    points, confirmed = rest if kind == "entry" else (50, True)
    entry = {"kind": "report", "action": "my_bottle", "n": 1, "account_id": 1, "counts_for_board": False}
    when = {"entered_at": at, "acted_on": about, "reference": str(number), "rule_version": 1, "period": str(number)}
    if kind == "attended":
        entry |= {"kind": "attendance", "action": "event_attendance", "period": f"part:{number}"}
        participations.count(connection, PROGRAMME.periods, 1, about, at, 1)
    ledger.add_entry(connection, person_id=1, **{**when, **entry}, points=points, confirmed=confirmed)


def sums(*reports: MonthSums) -> dict[str, int]:
    return MonthSums(month=MONTHS[0]).plus(*reports).amounts


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(acts, st.integers(1, 5))
def test_months_closed_one_by_one_never_change_and_add_up_to_what_was_counted(
    database: Database, done: list[Any], closed: int
) -> None:
    """Entries come month by month; the first months are closed, each when the next one's entries are there already."""

    def unit(connection: Connection) -> None:
        fix_view(connection)
        frozen: list[MonthReport] = []
        for place, month in enumerate(MONTHS):
            for number, one in enumerate(done):
                if one[1] == place:
                    act(connection, number, one)
            if 0 < place <= closed:
                assert closing.close(connection, PROGRAMME, MONTHS[place - 1], PLAN, by="承認", now=noon(month)) is None
                frozen.append(closing.find_report(connection, PROGRAMME, MONTHS[place - 1], PLAN, noon(month)))
        later = [closing.find_report(connection, PROGRAMME, month, PLAN, after(month)) for month in MONTHS]
        assert later[:closed] == frozen
        for report in later:
            told = MonthSums(month=report.month).plus(report.own, *(sums for _, sums in report.corrections))
            assert told == report.reported
        live = totals.list_months(connection, MONTHS[0], MONTHS[-1])
        assert sums(*(report.reported for report in later)) == sums(*live)
        assert later[-1].upto.amounts == sums(*live)
        shown = months.list_reported(connection, MONTHS[0], MONTHS[-1], MONTHS[0])
        assert shown == [report.reported for report in later]

    database.read(unit).result()  # a question's writes are rolled back


@pytest.fixture
def january(town: Town) -> Town:
    """A town in which January has a report and a participation, and is over."""
    (part,) = occasions.add_event(town)
    town.now = occasions.START
    occasions.check_in(town, part, occasions.seated(town, part, town.citizen()))
    town.now += timedelta(hours=2)
    town.database.write(lambda c: attending.mark_held(c, town.programme, part, town.now)).result()
    town.citizen().press(f"r:my_bottle:{town.now.date()}:1")
    town.now = datetime(2022, 2, 2, 9, tzinfo=TOKYO)
    return town


def close(town: Town, month: date = MONTHS[0], by: str = "承認") -> Problem | None:
    unit = lambda c: closing.close(c, town.programme, month, PLAN, by=by, now=town.now)  # noqa: E731
    return town.database.write(unit).result()


def report(town: Town, month: date) -> MonthReport:
    return town.database.read(lambda c: closing.find_report(c, town.programme, month, PLAN, town.now)).result()


def enter_portal(town: Town, visitors: int) -> None:
    values = (Metric.SITE_VISITS, visitors, MONTHS[0], "portal statistics", "佐藤", town.now)
    town.database.write(lambda c: totals.add_figure(c, *values)).result()


def test_the_portals_visitors_that_come_after_closing_are_the_next_months_correction(january: Town) -> None:
    assert close(january) is None
    before = report(january, MONTHS[0])
    enter_portal(january, 1_200)
    assert report(january, MONTHS[0]) == before
    assert before.reported.visits_portal == 0
    assert report(january, MONTHS[1]).corrections == ((MONTHS[0], MonthSums(month=MONTHS[0], visits_portal=1_200)),)
    assert report(january, MONTHS[2]).corrections == ()


def test_points_corrected_by_staff_for_a_closed_month_stand_in_the_next_ones_corrections(january: Town) -> None:
    assert close(january) is None
    before = report(january, MONTHS[0])
    wanted = Correction(
        action="my_bottle", points=-5, confirmed=False, on=occasions.START.date(), reason=Reason.DOUBLE, key="a"
    )
    how = {"signer": Signer(staff_id=1, name="承認"), "now": january.now, "person_id": reporter(january)}
    january.database.write(lambda c: correcting.correct(c, january.programme, wanted=wanted, **how)).result()
    assert report(january, MONTHS[0]) == before
    february = report(january, MONTHS[1])
    assert february.own == MonthSums(month=MONTHS[1])
    assert february.corrections == ((MONTHS[0], MonthSums(month=MONTHS[0], points_self_reported=-5)),)
    assert february.upto.points_self_reported == 0


def reporter(town: Town) -> int:
    """Give the number of the one who reported."""
    report = ledger.LEDGER.select().where(ledger.LEDGER.c.kind == "report")
    return int(town.database.read(lambda c: c.execute(report).one().person_id).result())


def test_what_was_corrected_in_one_closed_month_is_not_told_again_in_the_next(january: Town) -> None:
    assert close(january) is None
    enter_portal(january, 1_200)
    january.now = datetime(2022, 3, 2, 9, tzinfo=TOKYO)
    assert close(january, MONTHS[1]) is None
    assert report(january, MONTHS[2]).corrections == ()
    enter_portal(january, -200)
    assert report(january, MONTHS[2]).corrections == ((MONTHS[0], MonthSums(month=MONTHS[0], visits_portal=-200)),)


def test_the_report_names_the_part_held_and_where_points_came_from(january: Town) -> None:
    found = report(january, MONTHS[0])
    assert [(part.on, part.participations) for part in found.parts] == [(occasions.START.date(), 1)]
    assert found.own.participations == found.own.events_held == found.own.first_timers == 1
    assert {code: (s.participations, s.self_reported) for code, s in found.channels.items()} == {
        "": (1, 0),
        "line": (0, 5),
    }
    assert list(found.wards)[:2] == ["門司区", "小倉北区"]


def test_the_programmes_first_month_has_none_before_it_and_the_next_is_compared_with_it(january: Town) -> None:
    assert report(january, MONTHS[0]).before is None
    assert report(january, MONTHS[1]).before == report(january, MONTHS[0]).own


PROBLEMS = [
    (MONTHS[1], Problem.NOT_OVER),
    (date(2023, 1, 1), Problem.NOT_OVER),
    (date(2021, 12, 1), Problem.BEFORE_ALL),
]


@pytest.mark.parametrize(("month", "problem"), PROBLEMS)
def test_a_month_that_is_not_over_or_before_the_programme_is_not_closed(
    january: Town, month: date, problem: Problem
) -> None:
    assert close(january, month) is problem
    assert january.database.read(months.find_last).result() is None


def test_months_are_closed_in_their_order_and_once(january: Town) -> None:
    assert close(january) is None
    assert close(january) is Problem.CLOSED
    january.now = datetime(2022, 4, 1, 0, 0, tzinfo=TOKYO)
    assert close(january, MONTHS[2]) is Problem.EARLIER_OPEN
    assert close(january, MONTHS[1]) is None
    assert close(january, MONTHS[2]) is None


def test_a_month_before_the_first_one_closed_is_fixed_with_it(january: Town) -> None:
    january.now = datetime(2022, 3, 2, 9, tzinfo=TOKYO)
    assert close(january, MONTHS[1]) is None
    before = report(january, MONTHS[0])
    enter_portal(january, 1_200)
    assert report(january, MONTHS[0]) == before
    assert report(january, MONTHS[2]).corrections == ((MONTHS[0], MonthSums(month=MONTHS[0], visits_portal=1_200)),)


def test_who_closed_a_month_and_when_is_stored_and_in_the_records(january: Town) -> None:
    assert close(january, by="田中") is None
    closed = january.database.read(lambda c: months.list_closed(c, MONTHS[0], MONTHS[0])).result()[MONTHS[0]]
    assert (closed.closed_by, closed.closed_at) == ("田中", january.now)
    row = january.database.read(lambda c: audit.list_newest(c, 1)).result()[0]
    assert (row.actor, row.act, row.subject) == ("田中", "month.close", "month:202201")


@pytest.mark.parametrize("statement", ["UPDATE closed_month SET report = '{}'", "DELETE FROM closed_month"])
def test_the_database_itself_refuses_to_change_a_closed_month(january: Town, statement: str) -> None:
    assert close(january) is None
    with pytest.raises(DBAPIError, match="append-only"):
        january.database.write(lambda c: c.execute(text(statement))).result()


def test_of_two_who_enter_the_portals_visitors_at_once_the_second_waits_for_the_first() -> None:
    now, figure = noon(MONTHS[2]), PortalFigure(MONTHS[0], 900, "made up", seen=None)
    with (
        databases.fresh("postgresql") as database,
        database.engine.connect() as one,
        database.engine.connect() as other,
    ):
        one.begin()
        assert closing.enter_portal(one, PROGRAMME, figure, by="one", now=now) is None  # and is not committed yet
        other.begin()
        other.execute(text("SET LOCAL lock_timeout = '300ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            closing.enter_portal(other, PROGRAMME, figure, by="other", now=now)


def test_what_is_counted_while_a_month_is_being_closed_is_neither_in_its_report_nor_lost() -> None:
    now = noon(MONTHS[1])
    figure = (Metric.SITE_VISITS, 30, MONTHS[0], "made up", "staff", now)
    with databases.fresh("postgresql") as database, database.engine.connect() as closer:
        fix_view(closer)
        assert totals.sum_figures(closer, Metric.SITE_VISITS, MONTHS[0]) is None  # from here on it sees this moment
        database.write(lambda c: totals.add_figure(c, *figure)).result()
        assert closing.close(closer, PROGRAMME, MONTHS[0], PLAN, by="staff", now=now) is None
        closer.commit()
        found = [
            database.read(lambda c, month=month: closing.find_report(c, PROGRAMME, month, PLAN, now)).result()
            for month in MONTHS[:2]
        ]
        assert [one.reported.visits_portal for one in found] == [0, 30]
