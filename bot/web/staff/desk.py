"""What every page of the staff shares: database, clock, templates and headers. Decides nothing, lets nobody in."""

import asyncio
import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy import Connection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.directory import Directory
from bot.web.staff import wording
from bot.web.staff.present import Present
from bot.web.visits import Network
from handlers.rules.roles import Right
from storage.clock import Clock
from storage.database import ConflictError, Database
from storage.facts import Programme

WEB = Path(__file__).parents[1]
STYLES = ("pages.css", "tokens.css", "staff.css", "console.css")
TRIES = 5  # of an act that met another transaction
LARGEST_FORM = 200_000  # bytes; a batch of scans is the largest thing anybody sends
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self';"
    " base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
ROOMS = (
    ("/staff", "今日", Right.LOOK),
    ("/staff/events", "イベント", Right.ENTER),
    ("/staff/broadcasts", "一斉配信", Right.LOOK),
    ("/staff/people", "参加者", Right.PERSONS),
    ("/staff/questions", "質問", Right.QUESTIONS),
    ("/staff/switches", "緊急の切りかえ", Right.SWITCH),
)
"""The pages of every day, and of the day when minutes count: every page leads to them, for who may open them."""
DRAWS = "/staff/draws"  # shown only where the city wants draws
OTHER_ROOMS = (
    ("/staff/months", "月次報告", Right.LOOK),
    ("/staff/kpis", "指標", Right.LOOK),
    ("/staff/answers", "答えの表", Right.ANSWERS),
    ("/staff/puzzles", "分からなかった言葉", Right.WORDS),
    ("/staff/evidence", "写真の確認", Right.EVIDENCE),
    (DRAWS, "抽選", Right.DRAW),
    ("/staff/names", "確認を待つ名前", Right.NAMES),
    ("/staff/teams", "チーム", Right.NAMES),
    ("/staff/catalogue", "行動ときまり", Right.LOOK),
    ("/staff/accounts", "職員", Right.STAFF),
    ("/staff/records", "操作の記録", Right.RECORDS),
    ("/staff/me", "自分のアカウント", Right.OWN),
)
"""The rest, folded up until somebody opens them."""
TOKEN_FIELD = Markup('<input type="hidden" name="form_token" value="{}">')
Result = TypeVar("Result")


class RefusedError(Exception):
    """What was asked for cannot be done; the message says why, in Japanese, for the people at the desk."""


class NowhereError(Exception):
    """There is no such event, part or person."""


class NotAllowedError(Exception):
    """Somebody may open this page, and not do this on it, or not with this part."""


TEMPLATES = Environment(
    loader=FileSystemLoader(WEB / "templates" / "staff"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
"""The pages as they were when the bot started, each compiled when it is first shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What the pages are made of. ``keyed_hash`` hashes what nobody without the secret may try out."""

    database: Database
    clock: Clock
    programme: Callable[[], Programme]
    secret: bytes
    keyed_hash: Callable[[str], str]
    public_url: str = ""
    is_sandbox: bool = False
    trusted_proxies: tuple[Network, ...] = ()
    directory: Directory | None = None

    @property
    def is_https(self) -> bool:
        """Whether browsers reach us by https."""
        return self.public_url.startswith("https://")

    async def read(self, question: Callable[[Connection], Result]) -> Result:
        """Ask the database."""
        return await asyncio.wrap_future(self.database.read(question))

    async def write(self, unit: Callable[[Connection], Result]) -> Result:
        """Do something in one transaction; again with fresh facts where another transaction was first."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(ConflictError):
                return await asyncio.wrap_future(self.database.write(unit))
        return await asyncio.wrap_future(self.database.write(unit))

    def render(self, template: str, *, who: Present | None = None, status: int = 200, **values: Any) -> HTMLResponse:
        """Render a page of the staff, in Japanese; ``who`` looks at it."""
        shared = {
            "who": who,
            "rights": who.rights if who else (),
            "rooms": ROOMS,
            "other_rooms": [room for room in OTHER_ROOMS if room[0] != DRAWS or self.programme().games.draws],
            "form_token": TOKEN_FIELD.format(who.form_token) if who else "",
            "project": self.programme().city.project["ja"],
            "styles": [_versioned(name) for name in STYLES],
            "is_sandbox": self.is_sandbox,
            "now": self.clock.now(),
            "has_directory": self.directory is not None,
        }
        page = TEMPLATES.get_template(template).render({**wording.WORDS, **shared, **values})
        return HTMLResponse(page, status, dict(HEADERS))


@cache
def _versioned(name: str) -> str:
    return f"/static/{name}?v={hashlib.sha256((WEB / 'static' / name).read_bytes()).hexdigest()[:12]}"


def see_other(path: str) -> Response:
    """Lead to a page after something was done, so that reloading it does nothing twice."""
    return RedirectResponse(path, 303, headers=HEADERS)
