"""Renders pages in the reader's language, the pages of errors too; fetches no figure and counts nothing."""

import hashlib
import math
import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ExceptionHandler, Scope

from handlers.texts import (
    JAPANESE,
    Texts,
    Words,
    _,
    format_moment,
    format_month,
    format_number,
    format_plain_day,
    language_name,
    web_tag,
)
from storage.database import StorageUnavailableError
from storage.facts import Programme

HERE = Path(__file__).parent
STYLES = ("tokens.css", "pages.css", "public.css")
RETRY_AFTER_SECONDS = "30"
API = "/api/"
EASY_JAPANESE = "ja-easy"
_WITH_READING = re.compile(  # a tag, or what may hold none, is taken first and left as it is
    r"<title\b.*?</title>|<desc\b.*?</desc>|<text\b.*?</text>|<[^>]*>|([一-鿿々]+)（([ぁ-んー]+)）", re.DOTALL
)
_RUBY = "<ruby>{}<rp>（</rp><rt>{}</rt><rp>）</rp></ruby>"


class Pages:
    """The public pages' templates; ``programme`` gives the version in force, ``public_url`` our address or ""."""

    def __init__(
        self, texts: Texts, programme: Callable[[], Programme], public_url: str = "", *, is_sandbox: bool = False
    ) -> None:
        self.texts = texts
        self._programme = programme
        self._environment = _environment(public_url, is_sandbox)

    def words_for(self, request: Request, preferred: str | None = None) -> Words:
        """Give the words of the language asked for: ``?lang=``, else ``preferred``, Accept-Language, Japanese."""
        chosen = self.texts.match(request.query_params.get("lang")) or self.texts.match(preferred)
        return self.texts.of(chosen or self._accepted(request.headers.get("accept-language", "")))

    def _accepted(self, header: str) -> str | None:
        wanted = sorted((_weighed(part) for part in header.split(",")), key=lambda pair: -pair[1])
        return next((found for tag, weight in wanted if weight > 0 and (found := self.texts.match(tag))), None)

    def render(
        self, request: Request, template: str, *, status: int = 200, preferred: str | None = None, **values: Any
    ) -> HTMLResponse:
        """Render a template for a request; the page may be kept but is asked for anew each time.

        ``preferred`` is the language of the reader's own chat, where that is known.
        """
        words, programme = self.words_for(request, preferred), self._programme()
        page = self._environment.get_template(template).render(
            {
                **_writing(words),
                "city": programme.city,
                "languages": [(tag, language_name(tag), _with_language(request, tag)) for tag in self.texts.languages],
                "link": partial(_link, request),
                "path": request.url.path,
                **values,
            }
        )
        if words.language == EASY_JAPANESE:
            page = read_aloud(page)
        headers = {"Content-Language": web_tag(words.language), "Vary": "Accept-Language", "Cache-Control": "no-cache"}
        return HTMLResponse(page, status, headers)

    def piece(self, language: str, template: str, **values: Any) -> Markup:
        """Render what another frame shows of a page, in one language."""
        words = self.texts.of(language)
        said = self._environment.get_template(template).render({**_writing(words), "link": str, **values})
        return Markup(read_aloud(said) if words.language == EASY_JAPANESE else said)  # noqa: S704 - a template's

    @property
    def failures(self) -> Mapping[Any, ExceptionHandler]:
        """Starlette's exception handlers: a page, or JSON under ``/api/``; nothing of the error is shown."""

        async def refused(request: Request, error: Exception) -> Response:
            status = error.status_code if isinstance(error, HTTPException) else 500
            headers = getattr(error, "headers", None)
            return self._failure(request, status, headers)

        async def unavailable(request: Request, _error: Exception) -> Response:
            return self._failure(request, 503, {"Retry-After": RETRY_AFTER_SECONDS})

        return {HTTPException: refused, StorageUnavailableError: unavailable, Exception: refused}

    def _failure(self, request: Request, status: int, headers: Mapping[str, str] | None) -> Response:
        if request.url.path.startswith(API):
            words = {404: "not found", 405: "method not allowed", 503: "unavailable"}
            response: Response = JSONResponse({"error": words.get(status, "failed")}, status)
            response.headers["Access-Control-Allow-Origin"] = "*"
        else:
            response = self.render(request, "failure.html", status=status, status_code=status)
        response.headers.update(headers or {})
        response.headers["Cache-Control"] = "no-store"
        return response


@cache
def _environment(public_url: str, is_sandbox: bool) -> Environment:
    """Make what compiles the templates, each once while the bot runs."""
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["web_tag"] = web_tag
    environment.globals.update(
        styles=[_versioned(name) for name in STYLES], public_url=public_url, is_sandbox=is_sandbox
    )
    return environment


def _versioned(name: str) -> str:
    """Address one of our files by its content, so that it may be kept for a year."""
    return f"/static/{name}?v={hashlib.sha256((HERE / 'static' / name).read_bytes()).hexdigest()[:12]}"


def _weighed(part: str) -> tuple[str, float]:
    """Read one part of Accept-Language (RFC 9110, 12.5.4): ``en;q=0.8``."""
    tag, _, parameter = part.strip().partition(";")
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return tag.strip(), 1.0
    try:
        weight = float(value)
    except ValueError:
        return tag.strip(), 0.0
    return tag.strip(), weight if math.isfinite(weight) else 0.0


def _writing(words: Words) -> dict[str, Any]:
    """Give what templates write with: texts, numbers and days in one language."""
    language = words.language

    def pick(texts: Mapping[str, Any]) -> Any:
        return texts.get(language) or texts[JAPANESE]

    def say(message: str, **values: object) -> Markup:
        return escape(words.gettext(message)).format(**values)

    def count(message: str, amount: int, **values: object) -> Markup:
        text = words.ngettext(message, message, amount)
        return escape(text).format(n=format_number(amount, language), **values)

    def in_japanese(text: str) -> Markup:
        return Markup('<span lang="ja">{}</span>').format(text) if language != JAPANESE else escape(text)

    return {
        "language": language,
        "_": _,
        "say": say,
        "in_japanese": in_japanese,
        "count": count,
        "pick": pick,
        "number": lambda amount: format_number(amount, language),
        "date": lambda on: format_plain_day(on, language),
        "month": lambda on, year=True: format_month(on, language, year=year),
        "moment": lambda at: format_moment(at, language, year=True),
        "percent": percent,
    }


def read_aloud(page: str) -> str:
    """Put readings that texts carry in brackets, 市（し）, above their characters; not where there are no tags."""
    return _WITH_READING.sub(lambda hit: _RUBY.format(*hit.groups()) if hit.group(1) else hit.group(), page)


def percent(part: int, whole: int) -> float:
    """Give a part in per cent, cut to one decimal: 99.96 must not look like the goal reached. 0 where whole is 0."""
    return part * 1000 // whole / 10 if whole > 0 else 0.0


def _with_language(request: Request, tag: str) -> str:
    return f"{quote(request.url.path)}?lang={tag}"


def _link(request: Request, path: str, **query: object) -> str:
    """Link to another page of ours in the language that was chosen by link."""
    tag = request.query_params.get("lang")
    asked = urlencode({**query, **({"lang": tag} if tag else {})})
    return f"{path}?{asked}" if asked else path


class VersionedFiles(StaticFiles):
    """Our own static files: kept for a year under an address that names their version, else asked for anew."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        """Answer with a file and say how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        kept = b"v=" in scope["query_string"]
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return response
