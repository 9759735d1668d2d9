"""Counts the visitors of a day to our public pages, without cookies; the request path never touches the database.

A visitor is a network address and a browser, held in memory for seconds, then hashed under a salt that changes every
Tokyo day and is thrown away with it: nobody can be recognised from one day to the next, nor found from the hash.
"""

import asyncio
import hmac
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

import structlog
from sqlalchemy import Connection
from starlette.requests import Request

from storage import marks, totals
from storage.clock import TOKYO, Clock
from storage.database import Database

log = structlog.get_logger(__name__)
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

FLUSH_SECONDS = 5.0
WAITING_LIMIT = 20_000  # visitors held in memory while the database is away: about 4 MB
PIECE = 500  # hashes in one unit of work, to leave the writer free within 50 ms
IPV6_PREFIX = 64  # one household; phones change the rest of the address many times a day

ROBOT_WORDS = (
    *("bot", "crawl", "spider", "slurp", "preview", "externalhit", "line-poker", "embed", "fetch", "scan", "archiv"),
    *("monitor", "uptime", "pingdom", "probe", "health", "check", "lighthouse", "headless", "feed", "validator"),
    *("curl", "wget", "python", "httpx", "aiohttp", "go-http-client", "java/", "okhttp", "libwww", "axios", "node"),
)
NOT_ROBOTS = ("cubot",)  # a maker of telephones


@dataclass(frozen=True, slots=True)
class _Visitor:
    day: date
    network: str
    browser: str


class Visits:
    """Notes visits in memory and writes them behind the requests.

    ``trusted_proxies`` are the networks (``10.0.0.0/8``) whose X-Forwarded-For is believed; ``is_staff`` tells a
    signed-in member of staff, who is not counted.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        trusted_proxies: Sequence[str] = (),
        is_staff: Callable[[Request], bool] = lambda request: False,
    ) -> None:
        self._database = database
        self._clock = clock
        self.trusted = tuple(ipaddress.ip_network(network) for network in trusted_proxies)
        self._is_staff = is_staff
        self._waiting: set[_Visitor] = set()
        self._tidied_on: date | None = None

    def note(self, request: Request) -> None:
        """Note that somebody saw a public page; robots, prefetching, HEAD and staff are left out."""
        if request.method != "GET" or is_automatic(request.headers) or self._is_staff(request):
            return
        address = client_address(request, self.trusted)
        if address is not None and len(self._waiting) < WAITING_LIMIT:
            browser = request.headers.get("user-agent", "")[:300]
            self._waiting.add(_Visitor(self._clock.today(), network_of(address), browser))

    async def flush(self) -> None:
        """Write what was noted; what cannot be stored now is kept for the next time.

        Raises what the database raises. On a new day the old salt and hashes go, even if nobody came.
        """
        today = self._clock.today()
        waiting = sorted(self._waiting, key=lambda visitor: visitor.day)
        if not waiting and self._tidied_on == today:
            return
        pieces = [waiting[start : start + PIECE] for start in range(0, len(waiting), PIECE)] or [[]]
        for piece in pieces:
            await asyncio.wrap_future(self._database.write(partial(_store, visitors=piece, today=today)))
            self._waiting.difference_update(piece)
        self._tidied_on = today

    async def run(self, seconds: float = FLUSH_SECONDS) -> None:
        """Flush every few seconds until cancelled, and once more then; a failure is logged and tried again."""
        try:
            while True:
                await asyncio.sleep(seconds)
                await self._try_to_flush()
        finally:
            await self._try_to_flush()

    async def _try_to_flush(self) -> None:
        try:
            await self.flush()
        except Exception as error:
            log.warning("visits_not_stored", waiting=len(self._waiting), error=type(error).__name__)


def _store(connection: Connection, visitors: Sequence[_Visitor], today: date) -> None:
    for day in sorted({visitor.day for visitor in visitors}):
        salt = bytes.fromhex(marks.keep_salt(connection, day))
        hashes = {_hash(salt, visitor) for visitor in visitors if visitor.day == day}
        totals.add_visitors(connection, day, hashes, datetime(day.year, day.month, day.day, 12, tzinfo=TOKYO))
    marks.keep_salt(connection, today)
    totals.forget_visitors(connection, today)


def _hash(salt: bytes, visitor: _Visitor) -> str:
    seen = f"{visitor.network}\n{visitor.browser}".encode()
    return hmac.new(salt, seen, "sha256").hexdigest()[:32]


def is_automatic(headers: Mapping[str, str]) -> bool:
    """Tell by its own words whether a program asks: a robot, a preview, a health check, a browser's prefetch."""
    browser = headers.get("user-agent", "").lower()
    for name in NOT_ROBOTS:
        browser = browser.replace(name, "phone")
    purpose = headers.get("sec-purpose", "") + headers.get("purpose", "")
    return not browser or "prefetch" in purpose or any(word in browser for word in ROBOT_WORDS)


def client_address(request: Request, trusted: Sequence[Network]) -> Address | None:
    """Find who asks: the peer, or behind our own proxies the last address they did not add; None if there is none."""
    peer = _address(request.client.host if request.client else "")
    forwarded = [part for line in request.headers.getlist("x-forwarded-for") for part in line.split(",")]
    while peer is not None and forwarded and any(peer in network for network in trusted):
        before = _address(forwarded.pop())
        if before is None:
            break
        peer = before
    return peer


def _address(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def network_of(address: Address) -> str:
    """Give what counts as one place: an IPv4 address, or the household of an IPv6 address."""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
