"""Staff see on their first page who can be reached, what is left of the month, and what trouble is open."""

import pytest

from storage import alerts, quotas
from storage.alerts import AlertKind
from storage.facts import ChannelName
from tests.town import Town
from tests.web.staff_desk import Office, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def first_page(office: Office) -> str:
    async with office.at_the_desk() as browser:
        return text_of(await browser.get("/staff"))


async def test_who_joined_follows_only_paused_and_blocked_is_counted_apart(office: Office) -> None:
    town = office.town
    people = [town.citizen() for _ in range(4)]
    for _ in range(2):
        town.citizen(joined=False)
    people[0].press("pause")
    people[1].block()
    page = await first_page(office)
    assert "参加している人 2・友だちだけ 2・お知らせを休んでいる人 1・ブロックした人 1・いなくなった人 0" in page


async def test_the_month_and_the_troubles_are_shown(office: Office) -> None:
    town = office.town
    assert "いま起きている問題" not in await first_page(office)
    now = town.house.clock.real()
    town.database.write(lambda c: quotas.put(c, ChannelName.LINE, 5_000, 1_000, now)).result()
    town.database.write(lambda c: alerts.raise_(c, AlertKind.CHANNEL_HALTED, "line:quota", "", now)).result()
    page = await first_page(office)
    assert "残り 4,000（5,000のうち）。一斉送信に使えるのは 3,000、予備は 1,000" in page
    assert "いま起きている問題" in page
    assert "今月の通数を使い切り" in page
