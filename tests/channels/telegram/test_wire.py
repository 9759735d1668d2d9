"""The library's requests go over aiohttp once and whole; a failure says whether it may have arrived, and no secret."""

import asyncio
import logging
import socket
import time
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot
from telegram.error import NetworkError, TimedOut

from bot.channels.telegram import wire as wires
from bot.channels.telegram.wire import NotSentError, Wire
from tests.channels.recorder import deaf_port
from tests.channels.telegram.played import (
    TOKEN,
    Answer,
    Played,
    closed,
    cut_off,
    drip,
    endless,
    ok,
    plain,
    played,
    redirect,
    reset,
    silence,
    swollen,
)


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@asynccontextmanager
async def wired(*answers: Answer, deadline: float = 5, size: int = 2) -> AsyncIterator[tuple[Played, Wire, str]]:
    async with played(*answers) as api, Wire(deadline, size) as wire:
        yield api, wire, f"{api.url}/bot{TOKEN}/getMe"


async def failure(wire: Wire, address: str) -> NetworkError:
    """Make a call that fails, and give its error, which names no token however it is shown."""
    with pytest.raises(NetworkError) as raised:
        await wire.do_request(address, "POST")
    assert TOKEN not in "".join(traceback.format_exception(raised.value))
    assert raised.value.__cause__ is None
    return raised.value


async def test_status_and_body_come_as_they_are() -> None:
    async with wired(plain(418, "紅茶")) as (_, wire, address):
        assert await wire.do_request(address, "POST") == (418, "紅茶".encode())


async def test_a_connection_is_used_again() -> None:
    ports = set()

    async def note(request: web.Request) -> web.StreamResponse:
        assert request.transport
        ports.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True, "result": True})

    async with wired(note) as (_, wire, address):
        for _ in range(3):
            await wire.do_request(address, "POST")
    assert len(ports) == 1


async def test_words_in_any_script_arrive_as_they_are() -> None:
    async with wired(ok()) as (api, wire, _):
        bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=wire, get_updates_request=wire)
        await bot.send_message(7001, "a=b&c 100% + 日本語 😀\r\n", disable_notification=True)
    sent = {"chat_id": 7001, "text": "a=b&c 100% + 日本語 😀\r\n", "disable_notification": True}
    assert api.asked == [("sendMessage", sent)]


async def test_a_file_is_uploaded_with_its_name_and_its_fields(tmp_path: Any) -> None:
    found = {}

    async def keep(request: web.Request) -> web.StreamResponse:
        fields = await request.post()
        part = fields["document"]
        assert isinstance(part, web.FileField)
        found.update(name=part.filename, kind=part.content_type, content=part.file.read(), caption=fields["caption"])
        return await ok()(request)

    (tmp_path / "案内.txt").write_bytes(b"\x00whole\xff")
    async with wired(keep) as (api, wire, _):
        bot = Bot(TOKEN, base_url=f"{api.url}/bot", request=wire, get_updates_request=wire)
        await bot.send_document(7001, (tmp_path / "案内.txt").open("rb"), caption="ご案内")
    assert found == {"name": "案内.txt", "kind": "text/plain", "content": b"\x00whole\xff", "caption": "ご案内"}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(status: int) -> None:
    async with played(ok()) as elsewhere:
        away = redirect(status, f"{elsewhere.url}/bot{TOKEN}/getMe")
        async with wired(away) as (api, wire, address):
            assert (await wire.do_request(address, "POST"))[0] == status
        assert (len(api.asked), elsewhere.asked) == (1, [])


@pytest.mark.parametrize("breaks", [reset, closed, cut_off])
async def test_a_connection_that_breaks_after_the_request_may_have_delivered_it(breaks: Answer) -> None:
    async with wired(breaks) as (api, wire, address):
        error = await failure(wire, address)
    assert not isinstance(error, NotSentError | TimedOut)
    assert len(api.asked) == 1


@pytest.mark.parametrize("slow", [silence, drip])
async def test_one_deadline_bounds_the_whole_call(slow: Answer) -> None:
    async with wired(slow, deadline=0.5) as (_, wire, address):
        started = time.monotonic()
        assert isinstance(await failure(wire, address), TimedOut)
        assert 0.4 < time.monotonic() - started < 2


@pytest.mark.parametrize("huge", [endless, swollen])
async def test_an_answer_without_end_is_given_up(huge: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wires, "LARGEST_ANSWER", 2**20)
    async with wired(huge, ok(), deadline=60) as (_, wire, address):
        async with asyncio.timeout(20):
            assert "ValueError" in str(await failure(wire, address))
        assert (await wire.do_request(address, "POST"))[0] == 200, "its connection is not used again"


async def test_an_answer_as_large_as_a_file_may_be_is_whole() -> None:
    async def large(request: web.Request) -> web.Response:
        return web.Response(body=bytes(20 * 2**20))

    async with wired(large) as (_, wire, address):
        assert len((await wire.do_request(address, "GET"))[1]) == 20 * 2**20


async def test_a_refused_connection_was_surely_not_sent() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound and not listening: refuses
        async with Wire(5, 2) as wire:
            error = await failure(wire, f"http://127.0.0.1:{taken.getsockname()[1]}/bot{TOKEN}/getMe")
    assert isinstance(error, NotSentError)


async def test_a_connection_that_is_never_taken_up_was_surely_not_sent() -> None:
    with deaf_port() as port:
        async with Wire(1, 2) as wire:
            error = await failure(wire, f"http://127.0.0.1:{port}/bot{TOKEN}/getMe")
    assert isinstance(error, NotSentError)


@pytest.mark.parametrize("address", ["https://no-such-name.invalid/bot", "no address at all"])
async def test_an_address_that_leads_nowhere_was_surely_not_sent(address: str) -> None:
    async with Wire(5, 2) as wire:
        assert isinstance(await failure(wire, address + TOKEN), NotSentError)


async def test_a_failed_handshake_was_surely_not_sent() -> None:
    async with wired(ok()) as (api, wire, address):
        assert isinstance(await failure(wire, address.replace("http:", "https:")), NotSentError)
    assert api.asked == []


async def test_a_call_that_finds_no_free_connection_was_surely_not_sent() -> None:
    async with wired(silence, deadline=1, size=1) as (api, wire, address):
        first = asyncio.create_task(failure(wire, address))
        await asyncio.sleep(0.05)
        assert isinstance(await failure(wire, address), NotSentError)
        assert isinstance(await first, TimedOut)
    assert len(api.asked) == 1


async def test_a_cancelled_call_leaves_its_connection_to_the_next() -> None:
    async with wired(silence, ok(), size=1) as (_, wire, address):
        task = asyncio.create_task(wire.do_request(address, "POST"))
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await wire.do_request(address, "POST"))[0] == 200


async def test_what_is_closed_sends_nothing_until_it_is_opened_anew() -> None:
    async with wired(ok()) as (api, wire, address):
        await wire.do_request(address, "POST")
        await wire.shutdown()
        await wire.shutdown()
        assert isinstance(await failure(wire, address), NotSentError)
        await wire.initialize()
        await wire.do_request(address, "POST")
    assert len(api.asked) == 2


async def test_a_proxy_of_the_environment_is_used_with_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    passed = []

    async def proxy(request: web.BaseRequest) -> web.Response:
        passed.append((request.raw_path, request.headers.get("Proxy-Authorization")))
        return web.json_response({"ok": True, "result": True})

    server = await asyncio.get_running_loop().create_server(web.Server(proxy), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    monkeypatch.setenv("HTTP_PROXY", f"http://user:word@127.0.0.1:{port}")
    async with server, Wire(5, 2) as wire:
        assert (await wire.do_request(f"http://telegram.invalid/bot{TOKEN}/getMe", "POST"))[0] == 200
    assert passed == [(f"http://telegram.invalid/bot{TOKEN}/getMe", "Basic dXNlcjp3b3Jk")]


async def test_a_proxy_that_lets_nobody_through_was_surely_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(request: web.BaseRequest) -> web.Response:
        return web.Response(status=403)

    server = await asyncio.get_running_loop().create_server(web.Server(refuse), "127.0.0.1", 0)
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    async with server, Wire(5, 2) as wire:
        assert isinstance(await failure(wire, f"https://telegram.invalid/bot{TOKEN}/getMe"), NotSentError)


async def test_an_excepted_address_needs_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    async with wired(ok()) as (_, wire, address):
        assert (await wire.do_request(address, "POST"))[0] == 200


async def test_no_log_line_holds_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    asyncio.get_running_loop().set_debug(True)
    for breaks in (
        reset,
        closed,
        cut_off,
        drip,
        redirect(302, f"http://elsewhere.invalid/bot{TOKEN}"),
        plain(500, "x"),
    ):
        async with wired(breaks, deadline=0.3) as (_, wire, address):
            with pytest.raises(NetworkError):
                await Bot(TOKEN, base_url=address.partition(TOKEN)[0], request=wire, get_updates_request=wire).get_me()
            assert TOKEN not in caplog.text
