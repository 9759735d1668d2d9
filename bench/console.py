"""Measures every page of the console over HTTP, as an administrator opens it, at 1,000,000 persons on PostgreSQL.

``python -m bench.console 100000`` does the same in a smaller city. The bot runs in a process of its own with
``ROLES=web``: a ticker would begin with a day's backup.
"""

import re
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import cast

import httpx
from sqlalchemy import Connection, func, select
from starlette.routing import Route

from bench import filling, large, servers
from bench.large import City
from bench.servers import Server
from bot.signed import hash_token
from bot.web.staff import rooms
from bot.web.staff.cookies import Cookie, name_of
from bot.web.staff.desk import Desk
from bot.web.staff.sending.outlook import Outlook
from handlers import broadcasting, messages
from handlers.messages import Text
from storage import (
    answers,
    audiences,
    catalogue,
    draws,
    evidence,
    inquiries,
    kpis,
    ledger,
    programme_file,
    sessions,
    staff,
)
from storage.clock import Clock
from storage.database import Database
from storage.facts import (
    AnswerRow,
    Audience,
    BroadcastContent,
    BroadcastKind,
    DrawKind,
    DrawTerms,
    KpiWords,
    StaffRole,
)
from storage.ledger import LEDGER
from tests.running import two_free_ports

PERSONS = 1_000_000
BAR = 300.0  # ms at the median, for each page
TIMES, WARM = 40, 3  # requests of each page, the first of which do not count
PHOTO_BYTES = 500_000
NOTICES, RECORDS, EVENTS_FAILED, WORDS, BROADCASTS = 100_000, 200_000, 2_000, 20_000, 200
ONE_OF = ("broadcast_id", "staff_id", "kpi_id", "answer_id", "inquiry_id", "evidence_id", "draw_id", "version")
"""What is opened again and again: the city has one, or all of them are as large."""
LOTS, WINNERS = 10_000, 100
WAYS_IN = (
    "/staff/sign-in", "/staff/enter/{token}", "/staff/join/{token}", "/staff/directory", "/staff/directory/back",
)  # fmt: skip
"""The addresses for who is not in."""
Page = tuple[str, Callable[[int], str]]


def pages(city: City) -> Iterator[Page]:
    """Give every page of the console, with the address of its n-th opening: of another person and part each time."""
    desk = Desk(database=city.database, clock=Clock(), programme=lambda: city.programme, secret=b"", keyed_hash=str)
    for route in rooms.routes(desk, cast(Outlook, None)):
        if isinstance(route, Route) and "GET" in (route.methods or ()) and route.path not in WAYS_IN:
            yield route.path, lambda n, path=route.path: _address(city, path, n)  # type: ignore[misc]


def _address(city: City, path: str, number: int) -> str:
    """Put numbers into an address; KeyError names a kind of number that is not known here."""
    part_id = city.part_ids[number % len(city.part_ids)]
    numbers: Mapping[str, int] = {
        "person_id": city.person(number),
        "part_id": part_id,
        "event_id": 1 + number % len(city.part_ids),
        **dict.fromkeys(ONE_OF, 1),
    }
    there = {"code": city.programme.actions[number % len(city.programme.actions)].code, "month": f"{city.now:%Y%m}"}
    return re.sub(r":\w+}", "}", path).format_map({**numbers, **there})


def furnish(url: str, city: City) -> str:
    """Fill what the console shows beside persons and events; gives the cookie of a signed-in administrator."""
    engine, now = filling.open_for_filling(url), city.now
    filling.reminders(engine, min(NOTICES, city.persons), city.part_ids, now + timedelta(hours=1), now + timedelta(1))
    filling.insert(
        engine,
        "INSERT INTO audit (at, actor, act, subject, detail, to_report)"
        " SELECT :now, 'bench', 'staff.sign_in', 'staff:1', '', :no FROM {numbers}",
        RECORDS,
        now=now,
        no=False,
    )
    filling.insert(
        engine,
        "INSERT INTO inbox (channel, bot_id, event_id, account_key, occurred_at, received_at, raw, state, attempts)"
        f" SELECT 'line', 'bot', 'failed-' || i, {filling.KEY}, :now, :now, '{{{{}}}}', 'failed', 3 FROM {{numbers}}",
        EVENTS_FAILED,
        now=now,
    )
    filling.insert(
        engine,
        "INSERT INTO puzzle (language, words, times, last_on)"
        " SELECT 'ja', 'words ' || i, 2 + i % 90, :today FROM {numbers}",
        WORDS,
        today=now.date(),
    )
    filling.settle(engine)
    engine.dispose()
    return city.database.write(lambda c: _let_in(c, city, now)).result()


def _let_in(connection: Connection, city: City, now: datetime) -> str:
    """Add drafts, one of each thing that staff keep, and an administrator with a session."""
    programme = replace(city.programme, games=replace(city.programme.games, draws=True))
    catalogue.add_version(connection, programme_file.to_document(programme), "Bench", now)
    _hold_draw(connection, city, now)
    kpis.add(connection, KpiWords(name="家庭ごみの量", unit="グラム"), "Bench", now)
    answers.add(
        connection, AnswerRow(code="bench", words={"ja": ("粗大ごみ",)}, lines={"ja": ("窓口へ",)}), "Bench", now
    )
    inquiry_id = inquiries.add(connection, city.person(0), 1, now.date(), now)
    inquiries.add_line(connection, inquiry_id, "どこに相談できますか", now)
    _send_photo(connection, city, now)
    for number in range(BROADCASTS):
        broadcasting.draft(connection, _notice(number, now), by="Somebody else", now=now)
    token = secrets.token_urlsafe(32)
    staff_id = staff.add(connection, "Bench", StaffRole.ADMINISTRATOR, now)
    staff.change(connection, staff_id, joined_at=now)
    sessions.add(connection, hash_token(token), staff_id, now)
    return token


def _hold_draw(connection: Connection, city: City, now: datetime) -> None:
    """Have had a draw, with a lot for each of some persons."""
    on = now.date()
    terms = DrawTerms(
        name="抽選", first_on=on, last_on=on, kind=DrawKind.REPORTS, at_least=1, prizes=WINNERS, words="窓口へ"
    )
    draw_id = draws.add(connection, terms, "Bench", 1, now)
    lots = {number + 1: city.person(number) for number in range(min(LOTS, city.persons))}
    draws.freeze(connection, draw_id, lots, "", now)
    draws.settle(connection, draw_id, "", list(lots)[:WINNERS], "Bench", now)


def _send_photo(connection: Connection, city: City, now: datetime) -> None:
    """Have a person's first report wait for staff with a photo; a drawing of its size stands for one."""
    entry_id = int(connection.execute(select(func.min(LEDGER.c.id))).scalar_one())
    report = ledger.get(connection, entry_id)
    asked = {"action": report.action, "acted_on": report.acted_on, "points": 50, "rule_version": 1, "language": "ja"}
    link = {"token_hash": "bench", "token_until": now + timedelta(days=1), "asked_at": now}
    evidence.ask(connection, entry_id, person_id=report.person_id, **asked, **link)
    evidence.take(connection, "bench", secrets.token_bytes(PHOTO_BYTES), now, now)


def _notice(number: int, now: datetime) -> BroadcastContent:
    return BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title=f"Notice {number}",
        texts={"ja": messages.dump([Text("川の清掃をします。")])},
        audience=Audience(),
        send_at=now + timedelta(hours=1),
        not_after=now + timedelta(hours=9),
    )


@dataclass(frozen=True)
class Opened:
    """One page's openings: milliseconds of each, of the processor (the database included) in the mean, bytes."""

    taken: Sequence[float]
    processor: float
    size: int


def measure(url: str, process: int, city: City, token: str, times: int = TIMES) -> dict[str, Opened]:
    """Open each page so many times, one after another; ``process`` is the database's."""
    cookie = {"cookie": f"{name_of(Cookie.SESSION, https=True)}={token}"}
    with servers.bot(url, two_free_ports(), database=process, ROLES="web") as server:
        address = f"http://127.0.0.1:{server.ports[0]}"
        with httpx.Client(base_url=address, headers=cookie, trust_env=False, timeout=120) as browser:
            _await_count(browser)
            return {path: _open(browser, server, address, times) for path, address in pages(city)}


def _await_count(browser: httpx.Client) -> None:
    """Look at a broadcast until its audience was counted: what a page shows that waits for that would be too little."""
    while "data-live" in browser.get("/staff/broadcasts/1/check").text:
        time.sleep(1)


def _open(browser: httpx.Client, server: Server, address: Callable[[int], str], times: int) -> Opened:
    for number in range(WARM):
        browser.get(address(number))
    taken, used = [], server.cpu_seconds()
    for number in range(WARM, WARM + times):
        began = time.perf_counter()
        answer = browser.get(address(number))
        taken.append((time.perf_counter() - began) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{address(number)} answered {answer.status_code}")
    return Opened(taken, (server.cpu_seconds() - used) / times * 1000, len(answer.content))


def count_anew(url: str, now: datetime) -> float:
    """Count an audience of everybody, as the console does where nobody waits for it; gives the seconds it takes."""
    database, began = Database(url), time.monotonic()
    database.read(lambda c: audiences.count(c, Audience(), now)).result()
    taken = time.monotonic() - began
    database.close()
    return taken


def show(found: Mapping[str, Opened]) -> list[str]:
    """Write the table, the slowest page first."""
    lines = ["| page | median | 99 % | processor | kB | |", "|---|---|---|---|---|---|"]
    for path, opened in sorted(found.items(), key=lambda item: -median(item[1].taken)):
        middle, slowest = median(opened.taken), quantiles(opened.taken, n=100)[98]
        word = "" if middle < BAR else f"MISSED: {BAR:.0f} ms"
        figures = f"{middle:.0f} ms | {slowest:.0f} ms | {opened.processor:.0f} ms | {opened.size / 1000:.0f}"
        lines.append(f"| {path} | {figures} | {word} |")
    return lines


def main(persons: int = PERSONS) -> None:
    with servers.postgresql() as (url, process):
        began = time.monotonic()
        city = large.build(url, persons)
        token = furnish(url, city)
        print(f"{persons:,} persons, {persons * large.EACH:,} entries: {time.monotonic() - began:.0f} s", flush=True)
        city.database.close()
        found = measure(url, process, city, token)
        counted = count_anew(url, city.now)
    print("\n".join([*show(found), f"an audience of all of them, counted anew beside the pages: {counted:.1f} s"]))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
