"""Administrators look after accounts, and read what everybody did, over HTTP."""

import re
from datetime import timedelta

import pytest

from storage import audit, staff
from storage.facts import StaffRole
from tests.town import Town
from tests.web.staff_clerks import Clerk, clerk, hired
from tests.web.staff_desk import Office, text_of

ADMINISTRATOR, EDITOR = StaffRole.ADMINISTRATOR, StaffRole.EDITOR


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def number_of(office: Office, name: str) -> int:
    found = office.do(lambda c: staff.find_by_name(c, name))
    assert found is not None
    return int(found.id)


async def act(one: Clerk, whose: str, **fields: str) -> str:
    """Do something to somebody's account; gives what is said."""
    await one.open("/staff/accounts")
    await one.send(f"/staff/accounts/{number_of(one.office, whose)}", **fields)
    return one.words


def link_on(one: Clerk) -> str:
    found = re.search(r"<code>http://[^/]+(/staff/join/[\w-]+)</code>", one.shown.text)
    assert found is not None
    return found[1]


async def test_who_is_invited_gets_a_link_that_is_shown_once_and_their_own_password(office: Office) -> None:
    chief = await hired(office, "管理 者", ADMINISTRATOR)
    await chief.open("/staff/accounts")
    await chief.press("招く…", name="  新人　一郎 ", role="approver")
    link, newcomer = link_on(chief), clerk(office, "新人 一郎")
    await chief.open("/staff/accounts")
    assert "まだ入っていない人（1人）" in chief.words
    assert link not in chief.shown.text
    await newcomer.join(link)
    assert len(newcomer.codes) == 10
    found = office.do(lambda c: staff.find_by_name(c, "新人 一郎"))
    assert found.role is StaffRole.APPROVER


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "", "role": "editor"}, "名前を1文字から"),
        ({"name": "あ" * 41, "role": "editor"}, "名前を1文字から"),
        ({"name": "新人", "role": ""}, "役割を選んでください"),
        ({"name": "新人", "role": "desk"}, "役割を選んでください"),
        ({"name": "管理 者", "role": "editor"}, "この名前は使われています"),
    ],
)
async def test_what_cannot_be_an_account_is_refused_in_plain_words(
    office: Office, fields: dict[str, str], why: str
) -> None:
    chief = await hired(office, "管理 者", ADMINISTRATOR)
    await chief.open("/staff/accounts")
    assert (await chief.send("/staff/accounts", **fields)).status_code == 409
    assert why in chief.words


async def test_who_is_ended_is_out_at_once(office: Office) -> None:  # 7.4.2
    chief, editor = await hired(office, "管理 者", ADMINISTRATOR), await hired(office, "去る 人")
    assert "もう入れません" in await act(chief, "去る 人", act="end")
    assert not await editor.is_in()
    await editor.sign_in()
    assert not await editor.is_in()


async def test_another_role_counts_from_the_next_request(office: Office) -> None:
    chief, editor = await hired(office, "管理 者", ADMINISTRATOR), await hired(office, "佐藤 花子")
    await act(chief, "佐藤 花子", act="role", role="viewer")
    assert not await editor.is_in()
    await editor.sign_in()
    event = office.add_event()
    await editor.open("/staff")
    assert (await editor.send(f"/staff/events/{event.id}/acts", act="close")).status_code == 403


async def test_an_administrator_can_sign_somebody_out_everywhere(office: Office) -> None:  # 7.4.5
    chief, editor = await hired(office, "管理 者", ADMINISTRATOR), await hired(office, "佐藤 花子")
    await act(chief, "佐藤 花子", act="sign-out")
    assert not await editor.is_in()
    await editor.sign_in()
    assert await editor.is_in()


async def test_who_lost_password_and_codes_gets_a_link_and_chooses_anew(office: Office) -> None:  # 6.4.3, 6.4.6
    chief, editor = await hired(office, "管理 者", ADMINISTRATOR), await hired(office, "佐藤 花子")
    await act(chief, "佐藤 花子", act="link")
    link = link_on(chief)
    assert await editor.is_in()
    other = clerk(office, "佐藤 花子")
    await other.join(link, "a wholly new phrase")
    assert not await editor.is_in()
    await editor.sign_in()
    assert not await editor.is_in()
    await other.leave()
    await other.sign_in(password="a wholly new phrase")
    assert await other.is_in()


async def test_the_only_administrator_hands_over_and_is_out_when_the_successor_is_in(office: Office) -> None:
    chief = await hired(office, "前任 者", ADMINISTRATOR)
    assert "管理者が一人もいなくなる" in await act(chief, "前任 者", act="end")
    await act(chief, "前任 者", act="hand-over", name="後任 者")
    link = link_on(chief)
    assert await chief.is_in()
    after = clerk(office, "後任 者")
    await after.join(link)
    assert not await chief.is_in()
    await after.open("/staff/accounts")
    assert "終わったアカウント（1人）" in after.words


async def test_an_account_that_is_not_there_is_said_to_be_so(office: Office) -> None:
    chief = await hired(office, "管理 者", ADMINISTRATOR)
    await chief.open("/staff/accounts")
    assert (await chief.send("/staff/accounts/99", act="end")).status_code == 409
    assert "見つかりませんでした" in chief.words


async def test_records_are_read_from_the_newest_a_page_at_a_time(office: Office) -> None:
    chief = await hired(office, "管理 者", ADMINISTRATOR)
    for number in range(120):
        office.do(lambda c, n=number: audit.add(c, "だれか", "event.publish", f"event:{n}", office.town.now, "<b>"))
    seen: list[str] = []
    await chief.open("/staff/records")
    while True:
        seen += re.findall(r"<td>event:(\d+)</td>", chief.shown.text)
        more = re.search(r'href="(/staff/records\?before=\d+)"', chief.shown.text)
        if more is None:
            break
        await chief.open(more[1])
    assert seen == [str(number) for number in reversed(range(120))]
    assert "イベントを公開した" in text_of(await chief.open("/staff/records"))
    assert "<b></td>" not in chief.shown.text


async def test_what_was_done_to_an_account_stands_in_the_records_with_who_did_it(office: Office) -> None:  # 16.2.1
    chief, editor = await hired(office, "管理 者", ADMINISTRATOR), await hired(office, "佐藤 花子")
    await act(chief, "佐藤 花子", act="role", role="viewer")
    await editor.sign_in()
    office.at(office.town.now + timedelta(minutes=1))
    said = text_of(await chief.open("/staff/records"))
    assert f"管理 者 役割を変えた staff:{number_of(office, '佐藤 花子')} editor&gt;viewer" in said
    assert "佐藤 花子 サインインした" in said
