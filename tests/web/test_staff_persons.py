"""Staff find a person by code or nickname over HTTP, see where they stand, and leave a trace; no platform's id."""

import re

import pytest

from handlers.rules import person_codes
from storage import audit, people
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def named(office: Office, name: str) -> tuple[Citizen, int]:
    """Bring somebody who chose a nickname; gives them and their number."""
    citizen = office.town.citizen()
    citizen.press("name")
    citizen.text(name)
    return citizen, person_of(office.town, citizen)


async def search(one: Clerk, words: str) -> str:
    await one.open("/staff/people")
    await one.press("さがす", sought=words)
    return one.words


async def test_the_code_that_a_persons_own_chat_shows_leads_to_their_page(office: Office) -> None:
    citizen, _ = named(office, "みどり")
    citizen.press("data")
    found = re.search(r"参加者コード：([\w-]+)", citizen.words())
    assert found is not None
    clerk = await hired(office)
    assert f"参加者コード {found[1]}" in await search(clerk, found[1].lower().replace("-", " "))
    assert clerk.shown.url.path == f"/staff/people/{person_codes.read(found[1])}"


async def test_the_beginning_of_a_nickname_finds_everybody_called_so_a_page_at_a_time(office: Office) -> None:
    office.do(lambda c: [people.add(c, f"カササギ{number:02}", office.town.now) for number in range(60)])
    named(office, "みどり")
    clerk = await hired(office)
    first = await search(clerk, "かささぎ")
    assert ("カササギ00" in first, "カササギ49" in first, "カササギ50" in first) == (True, True, False)
    await clerk.press("次の人たち")
    assert ("カササギ49" in clerk.words, "カササギ50" in clerk.words, "カササギ59" in clerk.words) == (
        False,
        True,
        True,
    )
    assert "みどり" not in clerk.words
    assert "次の人たち" not in clerk.words


async def test_nobody_found_and_nothing_typed_are_said_in_plain_words(office: Office) -> None:
    clerk = await hired(office)
    assert "見つかりませんでした" in await search(clerk, "いない人")
    assert "1文字から60文字" in await search(clerk, "")
    assert "1文字から60文字" in await search(clerk, "あ" * 61)
    gone = person_codes.write(12345)
    assert "見つかりませんでした" in await search(clerk, gone)
    assert (await clerk.open("/staff/people/12345")).status_code == 404


async def test_the_page_shows_where_somebody_stands_and_no_id_of_a_platform(office: Office) -> None:
    citizen, person_id = named(office, "みどり")
    citizen.press("ward:moji")
    citizen.press("l:my_bottle:2022-01-17:1")
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("pause")
    event = office.add_event()
    citizen.press(f"reg:{event.id}")
    clerk = await hired(office)
    said = text_of(await clerk.open(f"/staff/people/{person_id}"))
    assert "みどり" in said
    assert "門司区" in said
    assert "LINE（日本語）：届きます・お知らせを休んでいます" in said
    assert "合計 10 （確認済み 0・自己申告 10）" in said
    assert "マイボトルを使う 2 0 10" in said
    assert "2022年1月17日(月) 10 2日" in said
    assert "脱炭素セミナー" in said
    assert "席あり" in said
    assert citizen.key not in clerk.shown.text


async def test_each_look_is_written_down_without_a_name(office: Office) -> None:
    _, person_id = named(office, "みどり")
    clerk = await hired(office)
    await clerk.open(f"/staff/people/{person_id}")
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.actor, newest.act, newest.subject) == (clerk.name, "person.look", f"person:{person_id}")
    assert newest.detail == ""


async def test_a_nickname_that_is_markup_stays_words(office: Office) -> None:
    number = office.do(lambda c: people.add(c, "<b>太字</b>", office.town.now))
    clerk = await hired(office)
    await search(clerk, "<b>")
    assert "&lt;b&gt;太字&lt;/b&gt;" in clerk.shown.text
    assert "<b>太字" not in (await clerk.open(f"/staff/people/{number}")).text


async def test_the_words_of_a_search_stand_in_no_address(office: Office) -> None:
    named(office, "みどり")
    clerk = await hired(office)
    await search(clerk, "みどり")
    assert clerk.shown.url.path == "/staff/people"
    assert not clerk.shown.url.query
    assert "みどり" not in "".join(re.findall(r'(?:href|action)="([^"]*)"', clerk.shown.text))
