"""Recount: every planted difference between the ledger and what stands beside it is found, and nothing else."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Connection, update

from handlers import attending
from storage import participations, recount, totals, week_recount, weeks
from storage.attendances import ATTENDANCES, PARTICIPANTS
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import Metric
from storage.ledger import CLAIMS, LEDGER, TALLIES, EntryKind
from storage.recount import Differences
from storage.totals import COUNTERS, CounterName
from storage.weeks import PERSON_WEEKS, WEEK_STEPS
from tests.handlers import occasions
from tests.town import Citizen, Town, kitaq


def compare(database: Database) -> Differences:
    return database.read(lambda c: recount.compare(c, kitaq().periods)).result()


def mend(database: Database, found: Differences) -> None:
    persons = [one.person_id for one in found.tallies]
    database.write(lambda c: recount.mend_tallies(c, persons)).result()
    for counter in found.counters:
        database.write(lambda c, counter=counter: recount.mend_counter(c, counter)).result()
    database.write(lambda c: week_recount.mend_weeks(c, found.weeks)).result()
    for step in found.steps:
        database.write(lambda c, step=step: week_recount.mend_step(c, step)).result()


def reported(town: Town) -> Citizen:
    """Somebody who did three things and took one of them back."""
    citizen = town.citizen()
    for code in ("my_bottle", "my_bag"):
        citizen.press(f"r:{code}:{town.now.date().isoformat()}:1")
    citizen.press("undo")
    citizen.tap("取り消す")
    return citizen


@pytest.fixture
def busy(town: Town) -> Town:
    """A town with reports, a withdrawal, a leaving person and the portal's visits, over the end of a month."""
    town.now = datetime(2022, 1, 31, 23, 30, tzinfo=TOKYO)
    reported(town)
    leaver = reported(town)
    leaver.press("leave")
    leaver.tap("退会して消す")
    town.now = datetime(2022, 2, 1, 0, 30, tzinfo=TOKYO)
    reported(town)
    values = (Metric.SITE_VISITS, 1200, date(2022, 1, 1), "portal", "staff", town.now)
    town.database.write(lambda c: totals.add_figure(c, *values)).result()
    return town


def test_what_the_bot_wrote_is_equal_to_its_ledger(busy: Town) -> None:
    kinds = busy.database.read(lambda c: c.execute(LEDGER.select()).all()).result()
    assert {row.kind for row in kinds} == {EntryKind.REPORT, EntryKind.WITHDRAWAL}
    months = busy.database.read(lambda c: {row.month for row in c.execute(COUNTERS.select())}).result()
    assert months == {date(2022, 1, 1), date(2022, 2, 1)}
    assert not compare(busy.database)


def test_an_empty_database_has_no_differences(database: Database) -> None:
    assert compare(database) == Differences((), (), ())


def first_tally(connection: Connection) -> int:
    return int(connection.execute(TALLIES.select().order_by(TALLIES.c.person_id)).first().person_id)


@pytest.mark.parametrize("column", recount.SUM_NAMES)
def test_a_tally_that_was_tampered_with_is_found_and_mended(busy: Town, column: str) -> None:
    busy.database.write(lambda c: c.execute(update(TALLIES).values({column: TALLIES.c[column] + 7}))).result()
    found = compare(busy.database)
    rows = busy.database.read(lambda c: c.execute(TALLIES.select()).all()).result()
    assert len(found.tallies) == len(rows)
    place = recount.SUM_NAMES.index(column)
    assert {one.stored[place] - one.counted[place] for one in found.tallies} == {7}
    assert not found.counters
    assert not found.claims
    mend(busy.database, found)
    assert not compare(busy.database)


def test_a_lost_tally_and_one_of_nobody_are_found_and_mended(busy: Town) -> None:
    person = busy.database.read(first_tally).result()
    busy.database.write(lambda c: c.execute(TALLIES.delete().where(TALLIES.c.person_id == person))).result()
    nobody = {"person_id": 2**53 - 1, "action": "my_bag", **dict.fromkeys(recount.SUM_NAMES, 1)}
    busy.database.write(lambda c: c.execute(TALLIES.insert().values(**nobody))).result()
    found = compare(busy.database)
    assert {one.person_id for one in found.tallies} == {person, 2**53 - 1}
    mend(busy.database, found)
    assert not compare(busy.database)


@pytest.mark.parametrize("name", [CounterName.POINTS_SELF_REPORTED, CounterName.VISITS_PORTAL])
def test_a_counter_that_is_out_is_found_and_mended(busy: Town, name: CounterName) -> None:
    at = datetime(2022, 1, 5, tzinfo=TOKYO)
    busy.database.write(lambda c: totals.add(c, name, at, -3, stripe=5)).result()
    found = compare(busy.database)
    assert [(one.name, one.month, one.stored - one.counted) for one in found.counters] == [(name, date(2022, 1, 1), -3)]
    mend(busy.database, found)
    assert not compare(busy.database)


def test_mending_a_counter_keeps_what_was_counted_meanwhile(busy: Town) -> None:
    at = datetime(2022, 1, 5, tzinfo=TOKYO)
    name = CounterName.POINTS_SELF_REPORTED
    busy.database.write(lambda c: totals.add(c, name, at, 40, stripe=0)).result()
    found = compare(busy.database)
    busy.database.write(lambda c: totals.add(c, name, at, 5, stripe=0)).result()
    mend(busy.database, found)
    (left,) = compare(busy.database).counters
    assert left.stored - left.counted == 5


def test_visitors_of_our_own_pages_are_no_difference(busy: Town) -> None:
    busy.database.write(lambda c: totals.add_visitors(c, date(2022, 1, 5), {"a", "b"}, busy.now)).result()
    assert not compare(busy.database)


def test_a_week_that_was_tampered_with_is_found_and_mended(busy: Town) -> None:
    busy.database.write(lambda c: c.execute(update(PERSON_WEEKS).values(points=77, friday=2))).result()
    found = compare(busy.database)
    assert {(one.stored[0], one.stored[5]) for one in found.weeks} == {(77, 2)}
    assert not found.steps
    mend(busy.database, found)
    assert not compare(busy.database)


def test_a_lost_week_and_one_of_nobody_are_found_and_mended(busy: Town) -> None:
    days = dict.fromkeys(weeks.DAYS, 0)
    nobody = {"week": date(2022, 1, 31), "person_id": 2**53 - 1, "points": 5, **days}
    busy.database.write(lambda c: c.execute(PERSON_WEEKS.delete())).result()
    busy.database.write(lambda c: c.execute(PERSON_WEEKS.insert().values(**nobody))).result()
    found = compare(busy.database)
    assert len(found.weeks) == 4
    mend(busy.database, found)
    assert not compare(busy.database)


def test_a_step_that_is_out_is_found_and_mended(busy: Town) -> None:
    busy.database.write(lambda c: c.execute(update(WEEK_STEPS).values(persons=WEEK_STEPS.c.persons + 2))).result()
    found = compare(busy.database)
    assert {one.stored - one.counted for one in found.steps} <= {2, 4, 6}
    assert found.steps
    mend(busy.database, found)
    assert not compare(busy.database)


def test_claims_that_do_not_fit_their_reports_are_found(busy: Town) -> None:
    rows = busy.database.read(lambda c: c.execute(CLAIMS.select().order_by(CLAIMS.c.entry_id)).all()).result()
    withdrawals = LEDGER.select().where(LEDGER.c.kind == EntryKind.WITHDRAWAL)
    withdrawn = busy.database.read(lambda c: c.execute(withdrawals).first()).result()
    lost, moved = rows[0], rows[1]
    entry = int(withdrawn.reference)
    stray = {"person_id": withdrawn.person_id, "name": withdrawn.action, "period": "x", "n": 1, "entry_id": entry}

    def plant(connection: Connection) -> None:
        connection.execute(CLAIMS.delete().where(CLAIMS.c.entry_id == lost.entry_id))
        connection.execute(update(CLAIMS).where(CLAIMS.c.entry_id == moved.entry_id).values(n=9))
        connection.execute(CLAIMS.insert(), [stray, {**stray, "period": "y", "entry_id": 999_999}])

    busy.database.write(plant).result()
    found = {one.entry_id: one.words for one in compare(busy.database).claims}
    assert found == {
        lost.entry_id: "has no claim: it can be made twice",
        moved.entry_id: "has a claim on something else",
        entry: "is withdrawn but still holds its claim",
        999_999: "is claimed but is no report",
    }


def test_more_persons_and_entries_than_one_piece_are_counted_whole(busy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "PIECE", 1)
    monkeypatch.setattr(recount, "ENTRIES", 2)
    done: list[float] = []
    assert not busy.database.read(lambda c: recount.compare(c, kitaq().periods, done.append)).result()
    assert done == sorted(done)
    assert done[-1] == 1
    busy.database.write(lambda c: c.execute(update(TALLIES).values(times=77))).result()
    rows = busy.database.read(lambda c: c.execute(TALLIES.select()).all()).result()
    assert len(compare(busy.database).tallies) == len(rows)


def test_a_report_made_during_the_comparison_is_no_difference(busy: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recount, "ENTRIES", 2)
    codes = iter(("my_bottle", "my_bag"))
    citizen = busy.citizen()

    def report(_: float) -> None:
        if code := next(codes, ""):
            citizen.press(f"r:{code}:{busy.now.date().isoformat()}:1")

    before = len(busy.database.read(lambda c: c.execute(LEDGER.select()).all()).result())
    assert not busy.database.read(lambda c: recount.compare(c, kitaq().periods, report)).result()
    assert len(busy.database.read(lambda c: c.execute(LEDGER.select()).all()).result()) == before + 2
    assert not compare(busy.database)


@pytest.fixture
def attended(town: Town) -> Town:
    """A town where two people were at a seminar that is over."""
    (part,) = occasions.add_event(town)
    town.now = occasions.START
    for person in (occasions.seated(town, part, town.citizen()), occasions.seated(town, part)):
        occasions.check_in(town, part, person)
    town.now += timedelta(hours=2)
    town.database.write(lambda c: attending.mark_held(c, town.programme, part, town.now)).result()
    return town


@pytest.mark.parametrize(
    "name", [CounterName.PARTICIPATIONS, CounterName.PARTICIPANTS_DISTINCT, CounterName.EVENTS_HELD]
)
def test_a_total_of_attendances_that_is_out_is_found_and_mended(attended: Town, name: CounterName) -> None:
    assert not compare(attended.database)
    attended.database.write(lambda c: totals.add(c, name, attended.now, 4, stripe=3)).result()
    (out,) = compare(attended.database).counters
    assert (out.name, out.month, out.stored - out.counted) == (name, date(2022, 1, 1), 4)
    mend(attended.database, compare(attended.database))
    assert not compare(attended.database)


def test_participants_that_were_tampered_with_are_found_and_mended(attended: Town) -> None:
    attended.database.write(lambda c: c.execute(update(PARTICIPANTS).values(attendances=5))).result()
    nobody = {"period_starts_on": date(2022, 1, 1), "person_id": 2**53 - 1, "attendances": 1}
    attended.database.write(lambda c: c.execute(PARTICIPANTS.insert().values(**nobody))).result()
    found = compare(attended.database)
    assert sorted((one.stored, one.counted) for one in found.participants) == [(1, 0), (5, 1), (5, 1)]
    assert not found.counters
    for one in found.participants:
        attended.database.write(lambda c, one=one: participations.mend_participant(c, kitaq().periods, one)).result()
    assert not compare(attended.database)


def test_an_attendance_that_does_not_fit_its_entry_is_found(attended: Town) -> None:
    first = attended.database.read(
        lambda c: c.execute(ATTENDANCES.select().order_by(ATTENDANCES.c.id)).first()
    ).result()
    lost = update(ATTENDANCES).where(ATTENDANCES.c.id == first.id).values(entry_id=None)
    attended.database.write(lambda c: c.execute(lost)).result()
    assert {(one.entry_id, one.words) for one in compare(attended.database).claims} == {
        (0, f"is of attendance {first.id}, which counts without an entry that stands"),
        (first.entry_id, "stands for an attendance that does not count"),
    }
