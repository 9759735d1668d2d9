"""Rich menus at a strict LINE: each person's follows their language, and all of them the disaster switch."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot import richmenus
from bot.channels.line.channel import Line
from bot.menuwatch import MenuWatch
from bot.sandbox.platform import Settings as SandboxSettings
from bot.sandbox.server import Sandbox
from handlers.messages import Call, Fate, Reason, Way
from handlers.texts import Texts
from storage import accounts, switches
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.switches import Disaster
from tests.town import kitaq

LANGUAGES = ("ja", "en")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox.running() as running:
        yield running


@pytest.fixture
async def line(sandbox: Sandbox) -> AsyncIterator[Line]:
    played = SandboxSettings()
    made = Line(bot_id="", channel_secret=played.line_secret, access_token=played.line_token, api_url=sandbox.line_url)
    await made.open()
    yield made
    await made.close()


def menus() -> list[Any]:
    return richmenus.make(kitaq(), Texts(LANGUAGES))[:4]


def friend(sandbox: Sandbox) -> str:
    key: str = sandbox.line.person()
    sandbox.line.follow(key, hold=True)
    return key


def bar(sandbox: Sandbox, key: str) -> list[str]:
    menu = sandbox.line.screen(key)["rich_menu"]
    return [] if menu is None else [area["action"]["label"] for area in menu["areas"]][:2]


def show(key: str, language: str) -> Call:
    return Call(way=Way.MENU, to=key, body=f'{{"language": "{language}", "is_disaster": false}}'.encode())


async def test_the_menus_follow_language_and_switch_and_a_second_look_does_nothing(
    sandbox: Sandbox, line: Line, database: Database
) -> None:
    everybody, reader = friend(sandbox), friend(sandbox)
    watch = MenuWatch(database, line.menus, LANGUAGES)
    wanted = menus()
    assert len(await line.menus.put(wanted)) == len(wanted)
    assert await line.menus.put(wanted) == ()

    def join(connection: Any) -> None:
        account = accounts.add(connection, ChannelName.LINE, "bot", reader, real_now())
        accounts.change(connection, account.id, language="en")

    database.write(join).result()
    assert await watch.look()
    assert bar(sandbox, everybody) == ["報告する", "イベント"]
    assert bar(sandbox, reader) == ["Report an action", "Events"]
    assert not await watch.look()
    database.write(lambda c: switches.put_disaster(c, Disaster(real_now(), "First"))).result()
    assert await watch.look()
    assert bar(sandbox, everybody)[1] == "110 警察"
    assert bar(sandbox, reader)[1] == "110 Police"
    database.write(lambda c: switches.put_disaster(c, None)).result()
    assert await watch.look()
    assert bar(sandbox, reader) == ["Report an action", "Events"]


async def test_a_language_that_was_chosen_brings_its_menu_and_none_where_none_was_made(
    sandbox: Sandbox, line: Line
) -> None:
    key = friend(sandbox)
    assert (await line.send(show(key, "en"))).fate is Fate.ACCEPTED
    assert bar(sandbox, key) == []
    await line.menus.put(menus())
    assert (await line.send(show(key, "en"))).fate is Fate.ACCEPTED
    assert bar(sandbox, key) == ["Report an action", "Events"]
    broken = Call(way=Way.MENU, to=key, body=b"{}")
    assert (await line.send(broken)).reason is Reason.REFUSED


async def test_a_changed_menu_takes_the_place_of_the_old_one(sandbox: Sandbox, line: Line) -> None:
    first, *others = menus()
    await line.menus.put([first, *others])
    await line.menus.put_default(first.alias)
    changed = type(first)(first.alias, f"{first.name} changed", {**first.object, "chatBarText": "新"}, first.image)
    assert await line.menus.put([changed, *others]) == (first.alias,)
    assert await line.menus.find_default() == await line.menus.find(first.alias)
    assert len(await line.menus.list_aliases()) == 1 + len(others)
