"""Staff correct points and pause over HTTP: seen before it is done, the password asked again, done once."""

from datetime import timedelta
from typing import Any

import pytest

from storage import ledger
from storage.facts import StaffRole
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office

FIELDS = {"action": "my_bottle", "share": "self_reported", "points": "-5", "on": "2022-01-20", "reason": "double"}


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def drinker(office: Office) -> tuple[Citizen, int]:
    citizen = office.town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    return citizen, person_of(office.town, citizen)


def corrections(office: Office, person_id: int) -> list[int]:
    return [one.points for one in office.do(lambda c: ledger.list_corrections(c, person_id, 9))]


async def fill(one: Clerk, person_id: int, **changes: Any) -> str:
    await one.open(f"/staff/people/{person_id}")
    await one.press("確かめる…", **{**FIELDS, **changes})
    return one.words


async def test_a_correction_is_shown_first_then_done_signed_and_told_to_the_person(office: Office) -> None:
    citizen, person_id = drinker(office)
    clerk = await hired(office, role=StaffRole.APPROVER)
    said = await fill(clerk, person_id)
    assert "この人の合計：5 → 0" in said
    assert "その週のランキングも変わります" in said
    assert corrections(office, person_id) == []
    await clerk.press("訂正する", confirmed="yes")
    assert "訂正しました" in clerk.words
    assert "佐藤 花子さん：マイボトルを使う -5 （自己申告・2022年1月20日(木)の分） 二重に数えていました" in clerk.words
    citizen.press("points")
    assert "マイボトルを使う -5ポイント（二重に数えていました）" in citizen.words()


async def test_the_same_form_sent_twice_counts_once(office: Office) -> None:
    _, person_id = drinker(office)
    clerk = await hired(office, role=StaffRole.APPROVER)
    await fill(clerk, person_id, points="5")
    asked = clerk.page
    await clerk.press("訂正する", confirmed="yes")
    clerk.page = asked
    assert (await clerk.press("訂正する", confirmed="yes")).status_code == 409
    assert "もう記録してあります" in clerk.words
    assert corrections(office, person_id) == [5]


async def test_the_password_is_asked_again_and_what_was_written_goes_on(office: Office) -> None:
    _, person_id = drinker(office)
    clerk = await hired(office, role=StaffRole.APPROVER)
    await clerk.open(f"/staff/people/{person_id}")
    office.at(office.town.now + timedelta(minutes=6))
    await clerk.press("確かめる…", **FIELDS)
    assert "もう一度、パスワードを確かめます" in clerk.words
    await clerk.press("確かめる", password=PASSWORD)
    await clerk.press("続ける")
    assert "この人の合計：5 → 0" in clerk.words


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"points": "たくさん"}, "5 や -5 のように"),
        ({"points": "--5"}, "5 や -5 のように"),
        ({"points": "99999"}, "5 や -5 のように"),
        ({"points": "1001"}, "1,000ポイントまで"),
        ({"points": "0"}, "0ポイントの訂正はできません"),
        ({"points": "-6"}, "より多くは引けません"),
        ({"on": "2022-01-21"}, "これからの日"),
        ({"on": "きのう"}, "行動した日を選んでください"),
        ({"action": "event_attendance"}, "どの行動か"),
        ({"reason": ""}, "わけを選んでください"),
        ({"share": ""}, "確認済みか自己申告か"),
    ],
)
async def test_what_cannot_be_corrected_is_refused_in_plain_words(
    office: Office, changes: dict[str, str], why: str
) -> None:
    _, person_id = drinker(office)
    clerk = await hired(office, role=StaffRole.APPROVER)
    assert why in await fill(clerk, person_id, **changes)
    assert clerk.shown.status_code == 409
    assert corrections(office, person_id) == []


async def test_points_may_be_written_in_full_width(office: Office) -> None:
    _, person_id = drinker(office)
    clerk = await hired(office, role=StaffRole.APPROVER)
    assert "この人の合計：5 → 0" in await fill(clerk, person_id, points="－５")


async def test_an_editor_pauses_but_is_offered_no_correction(office: Office) -> None:
    citizen, person_id = drinker(office)
    clerk = await hired(office)
    await clerk.open(f"/staff/people/{person_id}")
    assert "ポイントを訂正する" not in clerk.words
    await clerk.press("お知らせを休みにする")
    assert "お知らせを休みにしました" in clerk.words
    assert "届きます・お知らせを休んでいます" in clerk.words
    citizen.press("settings")
    assert any(button.label == "お知らせを再開する" for button in citizen.buttons())
