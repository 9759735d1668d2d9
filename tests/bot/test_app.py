"""The bot put together, as a whole: what must hold whatever the parts do."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bot import app as whole
from bot import opening
from bot.app import App
from bot.channels.telegram.channel import Telegram
from bot.settings import Settings
from handlers.messages import Arrived
from storage.facts import ChannelName
from tests.town import KITAQ


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    built = App(Settings(_env_file=None, data_dir=tmp_path, programme_file=KITAQ))
    yield built
    built.database.close()


async def test_no_request_decides_by_its_host_where_people_are_sent(app: App) -> None:
    transport = httpx.ASGITransport(app=app.web)
    async with httpx.AsyncClient(transport=transport, base_url="http://evil.example") as client:
        answered = await client.get("/privacy/")
    assert (answered.status_code, answered.headers.get("location")) == (404, None)


@pytest.mark.parametrize(("cookie", "counted"), [({}, 1), ({"session": "x"}, 0), ({"desk": "x"}, 0)])
async def test_who_is_signed_in_as_staff_is_no_visitor(app: App, cookie: dict[str, str], counted: int) -> None:
    transport, headers = httpx.ASGITransport(app=app.web), {"user-agent": "Mozilla/5.0 (iPhone) Safari/604.1"}
    async with httpx.AsyncClient(transport=transport, base_url="http://city.test", cookies=cookie) as client:
        assert (await client.get("/", headers=headers)).status_code == 200
    assert len(app.visits._waiting) == counted


async def test_a_programme_that_cannot_be_read_does_not_end_the_looking(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, looks, again = opening.find_newer_programme, [], asyncio.Event()

    def broken_once(*given: object, **more: object) -> object:
        looks.append(1)
        if len(looks) == 1:
            raise ValueError("a version of a newer program")
        again.set()
        return find(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "find_newer_programme", broken_once)
    monkeypatch.setattr(whole, "REFRESH_SECONDS", 0.01)
    looking = asyncio.create_task(app._refresh())
    try:
        await asyncio.wait_for(again.wait(), 5)
    finally:
        looking.cancel()


class Strange(Telegram):
    """A Telegram whose batch holds something that is no update."""

    async def updates(self) -> AsyncIterator[list[bytes]]:
        yield [b"[]", b'{"update_id": 7, "message": {"chat": {"id": 5, "type": "private"}, "date": 1642600000}}']


async def test_something_strange_in_a_batch_loses_none_of_its_neighbours(
    app: App, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Arrived] = []

    async def take(channel: ChannelName, arrived: list[Arrived]) -> None:
        taken.extend(arrived)

    monkeypatch.setattr(app.worker, "take_in", take)
    await app._poll(Strange(token="42:sandbox-telegram-token"))
    assert [event.event_id for event in taken] == ["7"]
