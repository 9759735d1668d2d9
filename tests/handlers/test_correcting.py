"""Staff correct points by a signed entry: every sum moves with it, closed figures stay, and the person reads why."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from handlers import correcting
from handlers.correcting import Correction, NobodyThereError, Signer
from handlers.rules.corrections import UNNAMED, Problem, Reason
from storage import accounts, audit, ledger, people, totals, weeks
from storage.facts import ChannelName
from tests.handlers.occasions import differences, person_of
from tests.town import Citizen, Town

THURSDAY = date(2022, 1, 20)
MONDAY = date(2022, 1, 17)
SIGNER = Signer(staff_id=7, name="佐藤 花子")


def correct(town: Town, citizen: Citizen, points: int, **changes: Any) -> Problem | None:
    plain = {"action": "my_bottle", "confirmed": False, "on": THURSDAY, "reason": Reason.DOUBLE, "key": "k1"}
    wanted = Correction(points=points, **{**plain, **changes})
    person_id = person_of(town, citizen)
    unit = {"wanted": wanted, "signer": SIGNER, "now": town.now}
    return town.database.write(lambda c: correcting.correct(c, town.programme, person_id, **unit)).result()


def city_points(town: Town, month: date) -> int:
    chosen = select(totals.COUNTERS.c.amount).where(
        totals.COUNTERS.c.month == month, totals.COUNTERS.c.name == totals.CounterName.POINTS_SELF_REPORTED
    )
    return sum(town.database.read(lambda c: c.execute(chosen).scalars().all()).result())


def week_points(town: Town, citizen: Citizen) -> int:
    person_id = person_of(town, citizen)
    return town.database.read(lambda c: weeks.find(c, person_id, MONDAY)).result().points


def drinker(town: Town, language: str = "ja") -> Citizen:
    """Bring somebody with five points of this Thursday."""
    citizen = town.citizen(language)
    citizen.press("r:my_bottle:2022-01-20:1")
    return citizen


def test_points_taken_are_gone_from_every_sum_and_the_first_entry_stands(town: Town) -> None:
    citizen = drinker(town)
    assert correct(town, citizen, -5) is None
    citizen.press("points")
    assert "きょう 0・今週 0・合計 0" in citizen.words()
    assert "マイボトルを使う 1回、0ポイント" in citizen.words()
    assert (city_points(town, date(2022, 1, 1)), week_points(town, citizen)) == (0, 0)
    assert not differences(town)
    entries = town.database.read(lambda c: ledger.list_entries(c, person_of(town, citizen))).result()
    assert [(one.kind, one.points) for one in entries] == [("report", 5), ("correction", -5)]


def test_points_given_are_added_also_to_an_action_never_done_and_to_none(town: Town) -> None:
    citizen = drinker(town)
    assert correct(town, citizen, 20, action="repair", confirmed=True) is None
    assert correct(town, citizen, 3, action=UNNAMED, key="k2") is None
    citizen.press("points")
    assert "合計 28" in citizen.words()
    assert "確認済み 20・自己申告 8" in citizen.words()
    assert "そのほか（訂正）3ポイント" in citizen.words()
    assert not differences(town)


def test_the_person_reads_the_reason_in_their_own_language_for_two_months(town: Town) -> None:
    citizen = drinker(town, "en")
    correct(town, citizen, -5)
    citizen.press("points")
    assert " -5 points (it was counted twice)" in citizen.words()
    town.pass_days(63)
    citizen.press("points")
    assert "it was counted twice" not in citizen.words()


def test_a_closed_month_and_a_closed_week_stay_as_they_were(town: Town) -> None:
    citizen = drinker(town)
    town.pass_days(20)
    assert correct(town, citizen, -5) is None
    assert (city_points(town, date(2022, 1, 1)), city_points(town, date(2022, 2, 1))) == (5, -5)
    assert week_points(town, citizen) == 5
    assert not differences(town)


def test_no_more_is_taken_than_stands_of_the_action(town: Town) -> None:
    citizen = drinker(town)
    assert correct(town, citizen, -6) is Problem.BELOW_ACTION
    assert correct(town, citizen, -5, confirmed=True) is Problem.BELOW_ACTION
    assert correct(town, citizen, -5, action="my_bag") is Problem.BELOW_ACTION


def test_an_earlier_weeks_points_are_not_taken_out_of_this_week(town: Town) -> None:
    citizen = drinker(town)
    town.pass_days(7)
    this_week = THURSDAY + timedelta(days=7)
    assert correct(town, citizen, -5, on=this_week) is Problem.BELOW_WEEK
    assert correct(town, citizen, -5) is None


def test_one_form_counts_once_and_another_of_the_same_content_again(town: Town) -> None:
    citizen = drinker(town)
    assert correct(town, citizen, 5) is None
    assert correct(town, citizen, 5) is Problem.ALREADY
    assert correct(town, citizen, 5, key="k2") is None
    citizen.press("points")
    assert "合計 15" in citizen.words()


def test_a_report_whose_points_were_taken_cannot_be_taken_back_as_well(town: Town) -> None:
    citizen = drinker(town)
    correct(town, citizen, -5)
    citizen.press("undo")
    citizen.tap("取り消す")
    assert "市が訂正したので、取り消せません" in citizen.words()
    citizen.press("points")
    assert "合計 0" in citizen.words()
    assert not differences(town)


def test_a_correction_leaves_the_days_limit_and_the_count_of_active_days_as_they_were(town: Town) -> None:
    citizen = drinker(town)
    person_id = person_of(town, citizen)
    correct(town, citizen, 7, on=date(2022, 1, 18))
    days = town.database.read(lambda c: ledger.count_days(c, person_id, 9)).result()
    on_day = town.database.read(lambda c: ledger.list_day(c, person_id, date(2022, 1, 18))).result()
    assert (days, on_day) == (1, [])


def test_who_signed_and_why_stand_in_the_entry_and_in_the_records_without_a_name_of_the_person(town: Town) -> None:
    citizen = drinker(town)
    correct(town, citizen, -5)
    person_id = person_of(town, citizen)
    (entry,) = town.database.read(lambda c: ledger.list_corrections(c, person_id, 9)).result()
    assert (entry.reference, entry.detail) == ("7:k1", "double")
    (row,) = town.database.read(lambda c: audit.list_newest(c, 1)).result()
    assert (row.actor, row.act, row.subject) == ("佐藤 花子", "person.correct", f"person:{person_id}")
    assert row.detail == f"entry:{entry.id}"


def test_a_correction_stays_with_the_totals_when_the_person_leaves(town: Town) -> None:
    citizen = drinker(town)
    correct(town, citizen, 7)
    citizen.press("leave")
    citizen.tap("退会して消す")
    assert city_points(town, date(2022, 1, 1)) == 12
    assert not differences(town)


def test_an_attendance_is_not_corrected_by_an_entry(town: Town) -> None:
    listed = correcting.list_actions(town.programme)
    assert "event_attendance" not in listed
    assert {"my_bottle", UNNAMED} <= set(listed)


def test_nobody_is_corrected_who_has_left(town: Town) -> None:
    now = town.now
    with pytest.raises(NobodyThereError):
        town.database.write(lambda c: correcting.pause(c, 1, "佐藤 花子", now)).result()


def test_a_pause_holds_on_every_account_until_the_person_ends_it(town: Town) -> None:
    citizen = town.citizen()
    person_id = person_of(town, citizen)

    def second(connection: Any) -> None:
        added = accounts.add(connection, ChannelName.TELEGRAM, "bot", "42", town.now)
        accounts.change(connection, added.id, person_id=person_id)

    town.database.write(second).result()
    town.database.write(lambda c: correcting.pause(c, person_id, "佐藤 花子", town.now)).result()
    owned = town.database.read(lambda c: accounts.list_of_person(c, person_id)).result()
    assert [one.paused for one in owned] == [True, True]
    assert not differences(town)
    town.pass_minutes(1)
    citizen.press("resume")
    owned = town.database.read(lambda c: accounts.list_of_person(c, person_id)).result()
    assert [one.paused for one in owned] == [False, True]
    assert town.database.read(lambda c: people.find(c, person_id)).result() is not None
