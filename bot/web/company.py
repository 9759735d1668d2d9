"""Takes a company's name and e-mail for one registration, at the signed address that the chat showed; nothing else.

The form is ours so that neither is ever written in a chat (docs/PRIVACY.md).
"""

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import signed
from bot.web.events import EventParts
from handlers.texts import _
from storage import events, people, registrations
from storage.facts import EventFacts

PURPOSE = "company"
SUBJECT = re.compile(r"(\d{1,18})-(\d{1,18})", re.ASCII)
LARGEST_BODY = 8_192  # octets; both fields at their longest, percent-encoded, take a third
LONGEST_COMPANY = 100
LONGEST_EMAIL = 254  # RFC 5321, 4.5.3.1.3 less the angle brackets
EMAIL = re.compile(r"[^\s@]{1,64}@[^\s@.]+(\.[^\s@.]+)+")
HEADERS = {
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    # Nobody else learns the address; ours does, or browsers would send "Origin: null" with the form.
    "Referrer-Policy": "same-origin",
}
COMPANY_MISSING = _("会社名を入力してください。")
COMPANY_TOO_LONG = _("会社名は100文字までで入力してください。")
NOT_ONE_LINE = _("使えない文字が入っています。もう一度入力してください。")
EMAIL_MISSING = _("メールアドレスを入力してください。")
EMAIL_WRONG = _("メールアドレスの形を確かめてください。例：name@example.com")


@dataclass(frozen=True, slots=True)
class Form:
    """What was written, and what is wrong with it by field, as texts to be said."""

    company: str
    email: str
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Subject:
    """Whose registration for which event an address is about."""

    event: EventFacts
    person_id: int
    given: Form


def routes(parts: EventParts, secret: bytes) -> list[BaseRoute]:
    """Give ``GET`` and ``POST /company/{token}``."""

    async def answer(request: Request) -> Response:
        subject = await _find(parts, secret, request)
        if subject is None:
            return _rendered(parts, request, "gone.html", status=404)
        if request.method != "POST":
            return _page(parts, request, subject, subject.given)
        _refuse_other_sites(request, parts.address)
        form = read_form(await _body(request))
        if form.faults:
            return _page(parts, request, subject, form, status=422)
        event, person_id, now = subject.event, subject.person_id, parts.public.clock.now()
        kept = parts.public.database.write(lambda c: _keep(c, event.id, person_id, form, now))
        if not await asyncio.wrap_future(kept):
            return _rendered(parts, request, "gone.html", status=404)
        return _page(parts, request, subject, form, is_done=True)

    return [Route("/company/{token}", answer, methods=["GET", "POST"])]


async def _find(parts: EventParts, secret: bytes, request: Request) -> _Subject | None:
    """Find what a token is about; None where it is not ours, its time is up, or nobody is registered any more."""
    found = signed.verify(secret, PURPOSE, request.path_params["token"], parts.public.clock.real())
    match = SUBJECT.fullmatch(found or "")
    if match is None:
        return None
    event_id, person_id = int(match[1]), int(match[2])
    return await asyncio.wrap_future(parts.public.database.read(lambda c: _load(c, event_id, person_id)))


def _load(connection: Connection, event_id: int, person_id: int) -> _Subject | None:
    person_id = people.find_root(connection, person_id)
    event = events.find(connection, event_id)
    if event is None or not registrations.list_party(connection, event_id, person_id):
        return None
    company, email = registrations.find_company_form(connection, event_id, person_id) or ("", "")
    return _Subject(event, person_id, Form(company, email, {}))


def _keep(connection: Connection, event_id: int, person_id: int, form: Form, now: datetime) -> bool:
    """Keep the form; False where the person has cancelled or left meanwhile, whose data must not come back."""
    events.lock(connection, event_id)
    if not registrations.list_party(connection, event_id, person_id):
        return False
    registrations.put_company_form(connection, event_id, person_id, form.company, form.email, now)
    return True


def _page(
    parts: EventParts, request: Request, subject: _Subject, form: Form, *, is_done: bool = False, status: int = 200
) -> Response:
    view = parts.viewer(request).view(subject.event, {})
    return _rendered(parts, request, "company.html", status=status, event=view, form=form, is_done=is_done)


def _rendered(parts: EventParts, request: Request, template: str, *, status: int, **values: Any) -> Response:
    response = parts.public.pages.render(request, template, status=status, here=request.url.path, **values)
    response.headers.update(HEADERS)
    return response


def _refuse_other_sites(request: Request, address: str) -> None:
    """Refuse a form that another site's page sends (OWASP: verifying origin with standard headers)."""
    fetched_from = request.headers.get("sec-fetch-site")
    if fetched_from is not None:
        is_ours = fetched_from == "same-origin"
    else:
        hosts = {request.headers.get("host", ""), urlsplit(address).netloc}
        origin = request.headers.get("origin") or request.headers.get("referer") or ""
        is_ours = urlsplit(origin).netloc in hosts - {""}
    if not is_ours:
        raise HTTPException(403, headers=HEADERS)


async def _body(request: Request) -> bytes:
    """Read a form's octets; 413 for more than a form holds."""
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) > LARGEST_BODY:
            raise HTTPException(413, headers=HEADERS)
    return body


def read_form(body: bytes) -> Form:
    """Read and check what was sent as ``application/x-www-form-urlencoded``; what cannot be read is missing.

    The company's name is kept as written but for spaces around it. The address is folded in width: it is ASCII to
    most who type it in Japanese.
    """
    try:
        fields = parse_qs(body.decode(), errors="strict", max_num_fields=10)
    except ValueError:
        fields = {}
    company = fields.get("company", [""])[0].strip()
    email = unicodedata.normalize("NFKC", fields.get("email", [""])[0]).strip()
    faults = {"company": _company_fault(company), "email": _email_fault(email)}
    return Form(company, email, {name: fault for name, fault in faults.items() if fault})


def _company_fault(company: str) -> str:
    if not company:
        return COMPANY_MISSING
    if len(company) > LONGEST_COMPANY:
        return COMPANY_TOO_LONG
    return NOT_ONE_LINE if _has_control(company) else ""


def _email_fault(email: str) -> str:
    if not email:
        return EMAIL_MISSING
    is_address = len(email) <= LONGEST_EMAIL and EMAIL.fullmatch(email) and not _has_control(email)
    return "" if is_address else EMAIL_WRONG


def _has_control(text: str) -> bool:
    """Tell whether a text holds what no name does: control, formatting and line-breaking characters."""
    return any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp") for character in text)
