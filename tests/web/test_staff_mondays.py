"""The standing order for Monday's message in the console: two people begin it, one ends it."""

from datetime import timedelta

import pytest

from storage import audit, standing_orders
from storage.facts import OrderTerms, Shortage, StaffRole, StandingOrder, WeeklyPush
from tests.town import Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office

PAGE = "/staff/mondays"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def in_force(office: Office) -> StandingOrder | None:
    found: StandingOrder | None = office.town.database.read(standing_orders.find_in_force).result()
    return found


async def proposed(office: Office, ceiling: str = "3,000", name: str = "作る 人") -> Clerk:
    editor = await hired(office, name)
    await editor.open(PAGE)
    await editor.press("申請する", ceiling=ceiling, posts="yes")
    return editor


async def test_one_proposes_another_approves_and_each_name_is_on_the_page(office: Office) -> None:
    editor = await proposed(office)
    assert "申請しました" in editor.words
    assert in_force(office) is None
    approver = await hired(office, "承認 人", StaffRole.APPROVER)
    await approver.open(PAGE)
    await approver.press("指示 1を承認する")
    assert "承認しました" in approver.words
    assert "申請：作る 人さん" in approver.words
    assert "承認：承認 人さん" in approver.words
    order = in_force(office)
    assert order is not None
    assert order.terms == OrderTerms(ceiling=3_000, posts=True)
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.actor, newest.act, newest.subject) == ("承認 人", "order.approve", "order:1")


async def test_who_proposed_it_does_not_approve_it(office: Office) -> None:
    approver = await hired(office, "承認 人", StaffRole.APPROVER)
    await approver.open(PAGE)
    await approver.press("申請する", ceiling="100")
    assert "自分が申請した指示は、承認できません" in approver.words
    order = office.do(standing_orders.list_open)[0]
    answer = await approver.send(f"{PAGE}/approval", number=str(order.id), seen=order.terms_hash)
    assert answer.status_code == 409
    assert in_force(office) is None


async def test_approving_asks_for_the_password_again(office: Office) -> None:
    await proposed(office)
    approver = await hired(office, "承認 人", StaffRole.APPROVER)
    await approver.open(PAGE)
    office.town.pass_minutes(30)
    await approver.press("指示 1を承認する")
    assert approver.shown.status_code == 403
    assert "パスワード" in approver.words
    assert in_force(office) is None


async def test_other_terms_than_those_seen_are_not_approved(office: Office) -> None:
    await proposed(office)
    approver = await hired(office, "承認 人", StaffRole.APPROVER)
    await approver.open(PAGE)
    assert (await approver.send(f"{PAGE}/approval", number="1", seen="another")).status_code == 409
    assert in_force(office) is None


async def test_one_person_ends_an_order_and_the_second_who_tries_is_told(office: Office) -> None:
    editor = await proposed(office)
    office.do(lambda c: standing_orders.approve(c, 1, "承認 人", office.town.now))
    await editor.open(PAGE)
    await editor.press("終わりにする")
    assert "終わりにしました" in editor.words
    assert "月曜日の配信は送られません" in editor.words
    assert (await editor.send(PAGE, act="end", number="1")).status_code == 409


@pytest.mark.parametrize("ceiling", ["", "many", "-1", "1000001", "9" * 30])
async def test_a_ceiling_that_is_none_is_refused_in_words(office: Office, ceiling: str) -> None:
    editor = await proposed(office, ceiling)
    assert editor.shown.status_code == 409
    assert "0から1,000,000までの数" in editor.words
    assert office.do(standing_orders.list_open) == []


@pytest.mark.parametrize("number", ["", "x", "7"])
async def test_an_order_that_is_not_there_is_not_ended(office: Office, number: str) -> None:
    editor = await hired(office)
    await editor.open(PAGE)
    assert (await editor.send(PAGE, act="end", number=number)).status_code in (404, 409)


async def test_what_became_of_each_monday_is_shown(office: Office) -> None:
    monday = office.town.now.date() - timedelta(days=office.town.now.weekday())
    for back, (number, shortage) in enumerate([(7, None), (None, None), (8, Shortage.CEILING)]):
        push = WeeklyPush(
            week=monday - timedelta(weeks=back + 1),
            order_id=1,
            broadcast_id=number,
            shortage=shortage,
            line_messages=12,
            made_at=office.town.now,
        )
        office.do(lambda c, push=push: standing_orders.add_push(c, push))
    viewer = await hired(office, "見る 人", StaffRole.VIEWER)
    await viewer.open(PAGE)
    assert "配信 7" in viewer.words
    assert "送る相手がいませんでした" in viewer.words
    assert "指示の上限を超えるため" in viewer.words
    assert "申請する" not in viewer.words
