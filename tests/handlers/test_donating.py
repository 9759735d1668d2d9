"""Points given to local bodies: no more than were earned in the fiscal year, once for each yes, and nobody's loss."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Connection, select

from handlers import donating, leaving, merging
from handlers.merging import Merged
from storage import donations, people
from storage.clock import TOKYO
from storage.database import Database, lock_person
from storage.donations import DONATIONS
from storage.facts import GivenSum, LocalBody
from storage.people import PEOPLE
from tests import databases
from tests.handlers.occasions import differences, person_of
from tests.handlers.test_locks import Held, wait_until_somebody_waits
from tests.handlers.test_ranking import MONDAY, WEEK
from tests.town import Citizen, Town, kitaq

BODIES = tuple(
    LocalBody(
        code=code,
        name=dict.fromkeys(kitaq().city.languages, name),
        about=dict.fromkeys(kitaq().city.languages, "川を守ります。"),
    )
    for code, name in (("river", "川の会"), ("park", "公園の会"))
)
YEAR = 2021


@pytest.fixture
def town(database: Database) -> Town:
    return open_town(database)


def open_town(database: Database) -> Town:
    return Town(database, replace(kitaq(), local_bodies=BODIES))


def earner(town: Town, *actions: str) -> Citizen:
    """Somebody who reported today; a bottle brings 5 points, a repair 20."""
    citizen = town.citizen()
    for action in actions or ("repair",):
        citizen.press(f"r:{action}:{town.now.date()}:1")
    return citizen


def given(town: Town) -> list[tuple[str, int, int]]:
    asked = select(DONATIONS.c.local_body, DONATIONS.c.points, DONATIONS.c.year).order_by(DONATIONS.c.id)
    return [tuple(row) for row in town.database.read(lambda c: c.execute(asked).all()).result()]


def ask(citizen: Citizen, points: int, code: str = "river") -> str:
    """Come to the question; gives the button that says yes."""
    citizen.press(f"give:{code}:{points}")
    return next(choice.data for choice in citizen.buttons() if choice.data.startswith("giveyes"))


def test_points_are_given_by_button_after_one_question_and_told_back(town: Town) -> None:
    citizen = earner(town)
    citizen.press("points")
    citizen.tap("ポイントを贈る")
    assert "贈れるポイント：20" in citizen.words()
    citizen.tap("川の会")
    citizen.tap("10ポイント")
    assert given(town) == []
    citizen.tap("はい、贈る")
    assert "「川の会」に10ポイントを贈りました" in citizen.words()
    assert "贈れるポイント：10" in citizen.words()
    assert given(town) == [("river", 10, YEAR)]


@pytest.mark.parametrize("words", ["寄付", "ポイントを贈る"])
def test_typed_words_lead_there_too(town: Town, words: str) -> None:
    citizen = earner(town)
    citizen.text(words)
    assert "どこに贈りますか？" in citizen.words()


def test_giving_lowers_nothing_of_ones_own(town: Town) -> None:
    citizen = earner(town)
    citizen.press("points")
    before = citizen.words()
    citizen.press(ask(citizen, 20))
    citizen.press("points")
    assert citizen.words().replace("\n今年度に贈った：20ポイント", "") == before
    assert not differences(town)


def test_one_yes_counts_once_however_often_it_is_tapped(town: Town) -> None:
    citizen = earner(town)
    yes = ask(citizen, 10)
    citizen.press(yes)
    citizen.press(yes)
    assert "もう贈ってあります" in citizen.words()
    assert given(town) == [("river", 10, YEAR)]


def test_no_more_is_given_than_is_left(town: Town) -> None:
    citizen = earner(town)
    first, second = ask(citizen, 15), ask(citizen, 10, "park")
    citizen.press(first)
    citizen.press(second)
    assert "贈れるポイント：5" in citizen.words()
    for forged in ("giveyes:river:6:999", "giveyes:river:-5:998", "giveyes:river:0:997", "giveyes:none:5:996"):
        citizen.press(forged)
    assert given(town) == [("river", 15, YEAR)]


def test_a_new_fiscal_year_begins_with_nothing_and_the_old_years_points_are_over(town: Town) -> None:
    citizen = earner(town)
    yes = ask(citizen, 20)
    town.now = datetime(2022, 4, 1, 9, tzinfo=TOKYO)
    citizen.press(yes)
    assert "これから贈れるものはありません" in citizen.words()
    citizen.press("r:my_bottle:2022-04-01:1")
    citizen.press(ask(citizen, 5))
    assert given(town) == [("river", 5, 2022)]


def test_what_was_given_of_a_report_that_is_taken_back_is_made_good_by_the_next(town: Town) -> None:
    citizen = earner(town)
    citizen.press(ask(citizen, 20))
    citizen.press("undo")
    citizen.tap("取り消す")
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("give")
    assert "これから贈れるものはありません" in citizen.words()


def test_a_city_that_names_no_body_shows_nothing_of_it(town: Town) -> None:
    citizen = earner(town)
    citizen.press(ask(citizen, 20))
    town.programme = replace(town.programme, local_bodies=())
    citizen.press("points")
    assert "贈" not in citizen.words()
    assert all("贈" not in choice.label for choice in citizen.buttons())
    citizen.press("give")
    assert "いまは使えません" in citizen.words()


def test_a_stranger_is_asked_for_consent_first(town: Town) -> None:
    friend = town.citizen(joined=False)
    friend.press("lang:ja")
    friend.press("giveyes:river:5:1")
    assert "同意" in "".join(choice.label for choice in friend.buttons())
    assert given(town) == []


def test_who_leaves_takes_nothing_from_the_body_and_is_named_nowhere(town: Town) -> None:
    citizen = earner(town)
    citizen.press(ask(citizen, 20))
    number = person_of(town, citizen)
    account = town.database.read(lambda c: c.execute(select(DONATIONS.c.account_id)).scalar_one()).result()
    export: Any = town.database.read(lambda c: leaving.collect(c, account)).result()
    assert [row["points"] for row in export["donations"]] == [20]
    citizen.press("leave")
    citizen.tap("退会して消す")
    (row,) = town.database.read(lambda c: c.execute(select(DONATIONS)).all()).result()
    assert (row.points, row.account_id, row.asked_by) == (20, None, None)
    assert row.person_id != number


def merge(town: Town, one: Citizen, other: Citizen) -> Merged:
    both = (person_of(town, one), person_of(town, other))
    done = town.database.write(lambda c: merging.merge(c, town.programme, *both, town.now)).result()
    assert isinstance(done, Merged)
    return done


def left(town: Town, citizen: Citizen) -> str:
    citizen.press("give")
    return next((line for line in citizen.words().splitlines() if line.startswith("贈れる")), "")


def test_two_who_are_one_give_of_what_both_earned_and_each_keeps_their_own_when_parted(town: Town) -> None:
    one = earner(town, "repair")
    town.pass_minutes(1)
    other = earner(town, "my_bottle")
    other.press(ask(other, 5))
    done = merge(town, one, other)
    assert left(town, one) == "贈れるポイント：20（今年度にためた分から）"
    other.press("r:my_bag:2022-01-20:1")
    other.press(ask(other, 5))
    one.press(ask(one, 10))
    town.database.write(lambda c: merging.unmerge(c, town.programme, done.merge_id, town.now)).result()
    assert left(town, one) == "贈れるポイント：10（今年度にためた分から）"
    assert left(town, other) == ""
    assert not differences(town)


def test_two_phones_of_one_person_at_one_moment_never_give_more_than_there_is(town: Town) -> None:
    one = earner(town, "repair")
    town.pass_minutes(1)
    other = town.citizen()
    merge(town, one, other)
    yes = {phone.key: ask(phone, 15) for phone in (one, other)}
    with ThreadPoolExecutor(2) as both:
        list(both.map(lambda phone: phone.press(yes[phone.key]), (one, other)))
    assert given(town) == [("river", 15, YEAR)]


def test_on_postgresql_the_second_yes_waits_for_the_first_and_counts_what_it_left() -> None:
    with databases.fresh("postgresql") as database, ThreadPoolExecutor(1) as phone:
        town = open_town(database)
        citizen = earner(town)
        yes, number = ask(citizen, 15), person_of(town, citizen)
        row = {"local_body": "park", "points": 10, "year": YEAR, "given_at": town.now, "asked_by": 7}
        first = Held(database, lambda c: lock_person(c, number), lambda c: donations.add(c, person_id=number, **row))
        pressed = phone.submit(citizen.press, yes)
        wait_until_somebody_waits(database)
        first.go_on()
        pressed.result()
        assert given(town) == [("park", 10, YEAR)]


# --- What is shown of all -----------------------------------------------------------------------------------------


def put(town: Town, *numbers: int, at: datetime | None = None, code: str = "river") -> None:
    """Let persons give 10 points each."""

    def unit(connection: Connection) -> None:
        for number in numbers:
            row = {"local_body": code, "points": 10, "year": YEAR, "given_at": at or town.now}
            donations.add(connection, person_id=number, **row)

    town.database.write(unit).result()


def close(town: Town, week: Any = WEEK) -> list[GivenSum]:
    sums = town.database.read(lambda c: donating.sum_week(c, town.programme, week)).result()
    town.database.write(lambda c: donations.fix(c, sums)).result()
    return sums


def test_a_sum_is_shown_from_five_persons_on_and_moves_only_when_five_more_gave(town: Town) -> None:
    put(town, 1, 2, 3, 4)
    put(town, 1, 1)
    put(town, *range(1, 6), code="park")
    fixed = GivenSum(local_body="park", year=YEAR, week=WEEK, points=50, persons=5)
    assert close(town) == [fixed]
    town.now = MONDAY
    put(town, 5)
    second, third = MONDAY.date(), datetime(2022, 1, 31, tzinfo=TOKYO).date()
    put(town, 1, 2, 3, 4, code="park")
    assert [one.local_body for one in close(town, second)] == ["river"]
    put(town, 9, code="park", at=datetime(2022, 2, 1, tzinfo=TOKYO))
    assert close(town, third) == [replace(fixed, week=third, points=100, persons=6)]
    on = third
    shown = town.database.read(lambda c: donating.find_shown(c, town.programme, on)).result()
    assert [(one.local_body, one.points) for one in shown] == [("river", 70), ("park", 100)]


def test_two_merged_persons_are_one_of_the_five(town: Town) -> None:
    numbers = [town.database.write(lambda c: people.add(c, "な", town.now)).result() for _ in range(5)]
    put(town, *numbers)
    merged = PEOPLE.update().where(PEOPLE.c.id == numbers[0]).values(merged_into=numbers[1])
    town.database.write(lambda c: c.execute(merged)).result()
    assert close(town) == []
