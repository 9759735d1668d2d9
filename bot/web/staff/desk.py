"""What every page of the staff shares: database, clock, templates, who is in, and its headers. Decides nothing."""

import asyncio
import contextlib
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.web.staff import entrance, wording
from storage.clock import Clock
from storage.database import ConflictError, Database
from storage.facts import Programme

WEB = Path(__file__).parents[1]
STYLES = ("pages.css", "staff.css")
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
Result = TypeVar("Result")
Handler = Callable[[Request, str], Awaitable[Response]]
"""What answers somebody who is in: the request and their name."""


class RefusedError(Exception):
    """What was asked for cannot be done; the message says why, in Japanese, for the people at the desk."""


class NowhereError(Exception):
    """There is no such event, part or person."""


def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(WEB / "templates" / "staff"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


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
    templates: Environment = field(default_factory=_templates)

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

    def render(self, template: str, *, by: str = "", status: int = 200, **values: Any) -> HTMLResponse:
        """Render a page of the staff, in Japanese; ``by`` is who looks at it."""
        shared = {
            "by": by,
            "project": self.programme().city.project["ja"],
            "styles": [_versioned(name) for name in STYLES],
            "is_sandbox": self.is_sandbox,
            "now": self.clock.now(),
        }
        page = self.templates.get_template(template).render({**wording.WORDS, **shared, **values})
        return HTMLResponse(page, status, dict(HEADERS))


def _versioned(name: str) -> str:
    return f"/static/{name}?v={hashlib.sha256((WEB / 'static' / name).read_bytes()).hexdigest()[:12]}"


def guarded(desk: Desk, path: str, handler: Handler, *, method: str = "GET", name: str | None = None) -> Route:
    """Make a route for who is in; anybody else is told kindly how to get in, and acts only count from our pages."""

    async def answer(request: Request) -> Response:
        by = entrance.who_is_in(request, desk.secret, desk.clock.real())
        if by is None:
            return _refuse(desk, request, "closed.html", 403, "ここは受付の職員のページです")
        if method == "POST" and not entrance.is_from_our_pages(request, desk.public_url):
            return _refuse(desk, request, "refused.html", 403, "この画面からの操作ではありませんでした")
        try:
            return await handler(request, by)
        except NowhereError:
            return _refuse(desk, request, "refused.html", 404, "見つかりませんでした", by)
        except RefusedError as error:
            return _refuse(desk, request, "refused.html", 409, str(error), by)

    return Route(path, answer, methods=[method], name=name)


def _refuse(desk: Desk, request: Request, template: str, status: int, words: str, by: str = "") -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse({"error": words}, status, headers=HEADERS)
    again = request.url.path if request.method == "GET" else ""  # from a page of ours the strict cookie is sent
    return desk.render(template, by=by, status=status, words=words, back=_back(request), again=again)


def _back(request: Request) -> str:
    """Give the page of the staff that somebody came from; only its path, and only ours."""
    event_id, part_id = request.path_params.get("event_id"), request.path_params.get("part_id")
    if event_id is not None:
        return f"/staff/events/{event_id}"
    return f"/staff/parts/{part_id}" if part_id is not None else "/staff"


def see_other(path: str) -> Response:
    """Lead to a page after something was done, so that reloading it does nothing twice."""
    return RedirectResponse(path, 303, headers=HEADERS)


async def read_form(request: Request) -> Mapping[str, str]:
    """Read the fields of a form; RefusedError for one that is too large."""
    if int(request.headers.get("content-length") or LARGEST_FORM + 1) > LARGEST_FORM:
        raise RefusedError("送られた内容が大きすぎます")
    async with request.form(max_files=0, max_fields=50) as form:
        return {name: value.strip() for name, value in form.items() if isinstance(value, str)}
