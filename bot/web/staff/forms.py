"""Reads what staff send, and tells whether a page of ours sends it. Decides nothing of what is in it."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import FormData
from starlette.requests import Request

from bot.web.staff.desk import LARGEST_FORM, RefusedError

TOKEN = "form_token"  # noqa: S105 - the field's name
KEPT = "kept:"
LOST = "lost"  # before the name of a file that was not carried on: its form says so
NEVER_KEPT = frozenset({TOKEN, "password", "new_password", "again", "code", "passkey", "list", "list_seal"})
NOT_TYPED = frozenset({
    "act", "part", "person", "seen", "confirmed", "salt", "role", "is_child", "channel", "language", "ward", "interest",
    "kind", "friends", "training", "capped", "tracked", "event", "of_event", "relation", "opens_hour", "closes_hour",
    "action", "share", "reason", "key", "per", "effect", "after", "after_person", "merge", "version",
    "is_public", "is_ended", "mode", "audience", "held_in", "interpreted_into", "companions", "weekday",
    "whole_only", "rows", "drop", "question", "table", "marked", "add", "list_name",
    "first_on", "last_on", LOST, "picture", "no_picture", "correction",
})  # fmt: skip
"""What was ticked or chosen, by its field's name up to a dot: it is carried on, and says nothing to people."""
MOST_FIELDS = 500  # a course of fifteen parts in seven languages has more than two hundred
OURS = re.compile(r"/staff(/[\w/.-]*)?(\?[\w=&%.:-]*)?", re.ASCII)
Fields = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Carried:
    """Where somebody was going when they were asked who they are, and what they had typed; None: they only looked."""

    to: str
    fields: Fields | None = None

    @property
    def typed(self) -> list[str]:
        """What they typed themselves: the rest says nothing to people."""
        return [value for name, value in self.fields or () if value and name.partition(".")[0] not in NOT_TYPED]


def make_token(secret: bytes, cookie: str) -> str:
    """Make what every form of one session carries: nobody without its cookie and our key can."""
    return hmac.new(secret, f"form:{cookie}".encode(), hashlib.sha256).hexdigest()


def is_from_our_pages(request: Request, public_url: str) -> bool:
    """Tell whether a browser says that a page of ours sends this (Fetch Metadata, else Origin). Silence is a no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin", "")
    ours = {urlsplit(public_url).netloc, request.headers.get("host", "")} - {""}
    return urlsplit(origin).netloc in ours


async def carries_token(request: Request, token: str) -> bool:
    """Tell whether a form carries its session's token, or was sent by a script of ours.

    A script says so in a way that no form can, and that no page of another site may (OWASP ASVS 5.0, 3.5.1).
    """
    if is_by_script(request):
        return True
    given = (await _read(request)).get(TOKEN, "")
    return isinstance(given, str) and hmac.compare_digest(given.encode(), token.encode())


def is_by_script(request: Request) -> bool:
    """Tell whether a script sends this, by a header or a type that a form cannot have."""
    is_json = request.headers.get("content-type", "").startswith("application/json")
    return is_json or "x-requested-with" in request.headers


async def read_form(request: Request) -> Mapping[str, str]:
    """Read the fields of a form, without its token; RefusedError for one that is too large."""
    form = await _read(request)
    return {name: value.strip() for name, value in form.items() if isinstance(value, str) and name != TOKEN}


async def keep(request: Request) -> Carried:
    """Keep where somebody was going and what they typed, where it cannot be taken now; nothing secret."""
    query = f"?{request.url.query}" if request.url.query else ""
    if request.method != "POST":
        return Carried(_safe_path(request.url.path + query))
    fields = (await _read(request)).multi_items()
    typed = [(name, value) for name, value in fields if isinstance(value, str) and name not in NEVER_KEPT]
    lost = [(f"{LOST}.{name}", "yes") for name, value in fields if not isinstance(value, str) and value.filename]
    return Carried(_safe_path(request.url.path), typed + lost)


async def read_carried(request: Request) -> Carried:
    """Read what another form carries on."""
    fields = (await _read(request)).multi_items()
    typed = [(name.removeprefix(KEPT), str(value)) for name, value in fields if name.startswith(KEPT)]
    has_form = any(name == "has_form" for name, _ in fields)
    return Carried(_safe_path(dict(fields).get("to", "")), typed if has_form else None)


def _safe_path(path: object) -> str:
    """Give a path if it is one of the staff's pages; else their first page."""
    return path if isinstance(path, str) and OURS.fullmatch(path) and ".." not in path else "/staff"


async def read_file(request: Request, name: str) -> tuple[str, bytes]:
    """Read the name and the bytes of a file that a form carries, on a route that takes one; both empty without it."""
    file = (await _read(request)).get(name)
    return ("", b"") if file is None or isinstance(file, str) else (file.filename or "", await file.read())


async def _read(request: Request) -> FormData:
    """Read a form once; Starlette keeps it for whoever asks again. ``gate`` says how large a file may come with it."""
    file = getattr(request.state, "largest_file", 0)
    largest = LARGEST_FORM + file
    if int(request.headers.get("content-length") or largest + 1) > largest:
        raise RefusedError("送られた内容が大きすぎます")
    return await request.form(max_files=1 if file else 0, max_fields=MOST_FIELDS)
