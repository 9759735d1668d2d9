"""Takes one photo by a one-time link, cleaned before it is stored, on a page without script. Shows none to anybody."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from sqlalchemy import Connection
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot import photos
from bot.photos import MOST_UPLOADED, PhotoFault, PhotoRefusedError
from bot.web.pages import Pages
from handlers import proving
from handlers.texts import Texts, _
from storage import accounts, evidence, people
from storage.clock import Clock
from storage.database import Database
from storage.evidence import EvidenceFacts
from storage.facts import Programme

HEADERS = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
MOST_TRIES = 10
"""Files sent by one link: each costs up to a second of the processor."""
AT_ONCE = 2  # cleaned in one process: each takes up to 180 MB of memory meanwhile
AROUND = 10_000  # octets of a form around its file
MOST_READ = 100_000_000  # of a file that is too large, so that the browser gets to read why
MOST_SIDE, MOST_BYTES = 1600, 800_000
TOO_LARGE = _("写真が大きすぎます。12MBまでの写真を選んでください。")
UNREADABLE = _("写真として読めません。JPEGかPNGの写真を選んでください。")
FAULTS: Final = {
    PhotoFault.EMPTY: _("写真を選んでください。"),
    PhotoFault.TOO_LARGE: TOO_LARGE,
    PhotoFault.TOO_MANY_PIXELS: TOO_LARGE,
    PhotoFault.HEIC: _("HEIC形式の写真は読めません。その写真をスクリーンショットにして、選んでください。"),
    PhotoFault.SVG: UNREADABLE,
    PhotoFault.NO_PHOTO: UNREADABLE,
    PhotoFault.BROKEN: UNREADABLE,
}


@dataclass(frozen=True, slots=True)
class EvidenceParts:
    """What the page is made of. ``keyed_hash`` hashes a link's token as it is stored; ``texts`` are the chats'."""

    database: Database
    clock: Clock
    programme: Callable[[], Programme]
    keyed_hash: Callable[[str], str]
    pages: Pages
    texts: Texts


class _InMemory(MultiPartParser):
    """Reads a form and leaves no trace of its file on a disk."""

    spool_max_size = MOST_UPLOADED + AROUND


def routes(parts: EvidenceParts) -> list[BaseRoute]:
    """Give ``GET`` and ``POST /evidence/{token}``: the token is checked before a single octet of a file is read."""
    room = asyncio.Semaphore(AT_ONCE)

    async def show(request: Request) -> Response:
        found = await _find(parts, request)
        return _page(parts, request, "evidence.html", found) if found else _gone(parts, request)

    async def send(request: Request) -> Response:
        found = await _find(parts, request)
        if found is None or not await _count_try(parts, request):
            return _gone(parts, request)
        try:
            data = await _read(request)
            async with room:
                photo = await asyncio.to_thread(photos.clean, data, most_side=MOST_SIDE, most_bytes=MOST_BYTES)
        except PhotoRefusedError as error:
            return _page(parts, request, "evidence.html", found, status=422, fault=FAULTS[error.fault])
        if not await _take(parts, request, photo.data):
            return _gone(parts, request)
        return _page(parts, request, "evidence_sent.html", found)

    return [Route("/evidence/{token}", show), Route("/evidence/{token}", send, methods=["POST"])]


def _hash(parts: EvidenceParts, request: Request) -> str:
    return parts.keyed_hash(f"evidence:{request.path_params['token']}")


async def _find(parts: EvidenceParts, request: Request) -> tuple[EvidenceFacts, str] | None:
    """Find what a link is about, and the language of the person's chat."""
    question = partial(_find_both, token_hash=_hash(parts, request), parts=parts)
    return await asyncio.wrap_future(parts.database.read(question))


def _find_both(connection: Connection, token_hash: str, parts: EvidenceParts) -> tuple[EvidenceFacts, str] | None:
    found = evidence.find_by_token(connection, token_hash, parts.clock.real())
    if found is None:
        return None
    account = accounts.find_reachable(connection, people.find_root(connection, found.person_id))
    return found, (account.language if account else None) or found.language


async def _count_try(parts: EvidenceParts, request: Request) -> bool:
    counting = partial(evidence.count_try, token_hash=_hash(parts, request), most=MOST_TRIES)
    return await asyncio.wrap_future(parts.database.write(partial(counting, real_now=parts.clock.real())))


async def _take(parts: EvidenceParts, request: Request, body: bytes) -> bool:
    taking = partial(evidence.take, token_hash=_hash(parts, request), body=body, real_now=parts.clock.real())
    return await asyncio.wrap_future(parts.database.write(partial(taking, now=parts.clock.now())))


async def _read(request: Request) -> bytes:
    """Read the file of a form; PhotoRefusedError for one that is missing, too large, or no form at all."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise PhotoRefusedError(PhotoFault.BROKEN)
    if int(length) > MOST_UPLOADED + AROUND:
        await _pass_over(request, int(length))
        raise PhotoRefusedError(PhotoFault.TOO_LARGE)
    parser = _InMemory(request.headers, request.stream(), max_files=1, max_fields=2)
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ValueError):
        raise PhotoRefusedError(PhotoFault.BROKEN) from None
    file = form.get("photo")
    return await file.read() if isinstance(file, UploadFile) else b""


async def _pass_over(request: Request, length: int) -> None:
    """Let a file go by without keeping any of it: who answers before the end is not heard by most browsers."""
    if length <= MOST_READ:
        async for _piece in request.stream():
            pass


def _page(
    parts: EvidenceParts,
    request: Request,
    template: str,
    found: tuple[EvidenceFacts, str],
    *,
    status: int = 200,
    fault: str = "",
) -> Response:
    one, preferred = found
    words = parts.texts.of(parts.pages.words_for(request, preferred).language)
    about = proving.name_report(words, parts.programme(), one.action, one.acted_on)
    return _rendered(parts, request, template, status, preferred=preferred, about=about, fault=fault)


def _gone(parts: EvidenceParts, request: Request) -> Response:
    return _rendered(parts, request, "no_evidence.html", 404)


def _rendered(parts: EvidenceParts, request: Request, template: str, status: int, **values: Any) -> Response:
    response = parts.pages.render(request, template, status=status, **values)
    response.headers.update(HEADERS)
    return response
