"""Visitors: a person a day, no robots, no cookies, no address kept, and nobody waits for the count."""

import asyncio
import ipaddress
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.requests import Request

from bot.web.visits import Visits, client_address, is_automatic
from storage import marks, totals
from storage.clock import Clock
from storage.database import Database
from storage.marks import MarkName
from storage.totals import VISITORS, CounterName
from tests.web.public_app import BROWSER, NOON, app_of, public_parts, reader

PROXIES = ("127.0.0.0/8", "10.0.0.0/8")


def request_from(peer: str, headers: Mapping[str, str] = BROWSER, method: str = "GET") -> Request:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "path": "/", "headers": raw, "client": (peer, 1)})


def counted(database: Database) -> int:
    sums = database.read(lambda c: totals.sum_counters(c, date(2022, 1, 1), date(2024, 12, 31))).result()
    return sums.get(CounterName.VISITS_OWN, 0)


@pytest.fixture
def visits(database: Database) -> Visits:
    return Visits(database, Clock(source=lambda: NOON), PROXIES)


async def test_one_visitor_counts_once_a_day_however_often_they_look(database: Database, visits: Visits) -> None:
    for _ in range(3):
        visits.note(request_from("192.0.2.1"))
        await visits.flush()
    assert counted(database) == 1


async def test_other_addresses_and_other_browsers_are_other_visitors(database: Database, visits: Visits) -> None:
    visits.note(request_from("192.0.2.1"))
    visits.note(request_from("192.0.2.2"))
    visits.note(request_from("192.0.2.1", {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"}))
    await visits.flush()
    assert counted(database) == 3


async def test_a_visitor_counts_again_the_next_day_under_another_hash(database: Database) -> None:
    clock = Clock(source=lambda: NOON)
    visits = Visits(database, clock)
    hashes = []
    for days in (0, 1):
        clock.offset = timedelta(days=days)
        visits.note(request_from("192.0.2.1"))
        await visits.flush()
        hashes += database.read(lambda c: c.execute(select(VISITORS.c.visitor_hash)).scalars().all()).result()
    assert counted(database) == 2
    assert len(hashes) == len(set(hashes)) == 2


async def test_yesterdays_salt_and_hashes_go_even_if_nobody_comes(database: Database) -> None:
    clock = Clock(source=lambda: NOON)
    visits = Visits(database, clock)
    visits.note(request_from("192.0.2.1"))
    await visits.flush()
    old = database.read(lambda c: marks.find(c, MarkName.VISITOR_SALT)).result()
    clock.offset = timedelta(days=1)
    await visits.flush()
    new = database.read(lambda c: marks.find(c, MarkName.VISITOR_SALT)).result()
    assert old != new
    assert database.read(lambda c: c.execute(select(VISITORS)).all()).result() == []
    assert counted(database) == 1


async def test_two_processes_count_one_visitor_once(database: Database) -> None:
    processes = [Visits(database, Clock(source=lambda: NOON)) for _ in range(2)]
    for process in processes:
        process.note(request_from("192.0.2.1"))
    await asyncio.gather(*(process.flush() for process in processes))
    assert counted(database) == 1


def test_processes_that_ask_at_once_agree_on_the_days_salt(database: Database) -> None:
    database.write(lambda c: marks.keep_salt(c, date(2022, 1, 19))).result()
    asked = [database.write(lambda c: marks.keep_salt(c, date(2022, 1, 20))) for _ in range(12)]
    salts = {future.result() for future in asked}
    assert len(salts) == 1
    assert len(salts.pop()) == 32


def test_neither_address_nor_browser_is_stored(database: Database, visits: Visits, tmp_path: Path) -> None:
    visits.note(request_from("192.0.2.77", {"user-agent": "Netscape Navigator"}))
    asyncio.run(visits.flush())
    (stored,) = database.read(lambda c: c.execute(select(VISITORS.c.visitor_hash)).scalars().all()).result()
    assert len(stored) == 32
    for path in tmp_path.glob("*.sqlite*"):
        assert b"192.0.2.77" not in path.read_bytes()
        assert b"Netscape" not in path.read_bytes()


@pytest.mark.parametrize(
    "browser",
    [
        "",
        "Mozilla/5.0 (compatible; Googlebot/2.1)",
        "facebookexternalhit/1.1;line-poker/1.0",
        "TelegramBot (like TwitterBot)",
        "curl/8.5.0",
        "python-httpx/0.28.1",
        "Mozilla/5.0+(compatible; UptimeRobot/2.0)",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0",
    ],
)
def test_robots_are_known_by_their_words(browser: str) -> None:
    assert is_automatic({"user-agent": browser})


@pytest.mark.parametrize(
    "browser",
    [
        BROWSER["user-agent"],
        "Mozilla/5.0 (Linux; Android 11; CUBOT X50) AppleWebKit/537.36 Chrome/120.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) Chrome/120.0 Mobile Safari/537.36 Line/14.1/IAB",
    ],
)
def test_peoples_browsers_are_not_taken_for_robots(browser: str) -> None:
    assert not is_automatic({"user-agent": browser})


def test_a_page_fetched_ahead_by_the_browser_is_not_a_visit() -> None:
    assert is_automatic({**BROWSER, "sec-purpose": "prefetch;prerender"})


async def test_head_requests_and_staff_are_not_counted(database: Database) -> None:
    visits = Visits(database, Clock(source=lambda: NOON), is_staff=lambda request: "staff" in request.headers)
    visits.note(request_from("192.0.2.1", method="HEAD"))
    visits.note(request_from("192.0.2.1", {**BROWSER, "staff": "yes"}))
    await visits.flush()
    assert counted(database) == 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "not an address", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("not an address", "203.0.113.9", "None"),
    ],
)
def test_a_forwarded_address_is_believed_from_our_own_proxies_only(peer: str, forwarded: str, found: str) -> None:
    request = request_from(peer, {"x-forwarded-for": forwarded} if forwarded else {})
    trusted = [ipaddress.ip_network(network) for network in PROXIES]
    assert str(client_address(request, trusted)) == found


async def test_one_household_on_ipv6_is_one_visitor(database: Database, visits: Visits) -> None:
    visits.note(request_from("2001:db8:1:2::aaaa"))
    visits.note(request_from("2001:db8:1:2::bbbb"))
    visits.note(request_from("2001:db8:1:3::aaaa"))
    await visits.flush()
    assert counted(database) == 2


async def test_pages_count_and_data_and_errors_do_not(database: Database) -> None:
    parts = public_parts(database)
    async with reader(app_of(parts)) as browser:
        for path in ("/api/v1/totals", "/static/pages.css", "/nowhere"):
            await browser.get(path)
        await parts.visits.flush()
        assert counted(database) == 0
        await browser.get("/privacy")
        await parts.visits.flush()
        assert counted(database) == 1


async def test_a_visit_is_written_behind_the_request(database: Database) -> None:
    parts = public_parts(database)
    async with reader(app_of(parts)) as browser:
        await browser.get("/")
        assert counted(database) == 0
        task = asyncio.create_task(parts.visits.run(0.01))
        await _until_counted(database, 1)
        await browser.get("/", headers={"user-agent": "Mozilla/5.0 Firefox/130.0"})
        await _until_counted(database, 2)
    task.cancel()


async def _until_counted(database: Database, visitors: int) -> None:
    async with asyncio.timeout(10):
        while counted(database) != visitors:  # noqa: ASYNC110 - another program's commit sets no event
            await asyncio.sleep(0.01)


async def test_what_was_noted_last_is_written_when_the_bot_stops(database: Database) -> None:
    parts = public_parts(database)
    task = asyncio.create_task(parts.visits.run(3600))
    async with reader(app_of(parts)) as browser:
        await browser.get("/")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert counted(database) == 1


async def test_visits_wait_in_memory_while_the_database_refuses(database: Database) -> None:
    clock = Clock(source=lambda: NOON)
    visits = Visits(database, clock)
    visits.note(request_from("192.0.2.1"))
    rename = "ALTER TABLE {} RENAME TO {}"
    database.write(lambda c: c.exec_driver_sql(rename.format("visitor", "away"))).result()
    with pytest.raises(Exception, match="visitor"):
        await visits.flush()
    database.write(lambda c: c.exec_driver_sql(rename.format("away", "visitor"))).result()
    await visits.flush()
    assert counted(database) == 1
