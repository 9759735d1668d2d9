"""The page with the two phones: serves its plain files with strict headers and may not know either platform."""

from pathlib import Path
from urllib.parse import urlsplit

from aiohttp import web

FILES = Path(__file__).parent
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


def routes(pictures_from: str = "") -> list[web.RouteDef]:
    """Give the routes of the page: `/`, and its files under `/phones/`.

    `pictures_from` is the address of the app under test (`--public-url-is`), the one place besides the sandbox
    itself from which the phones may show pictures; nothing else is ever asked for.
    """
    headers = _headers(pictures_from)

    async def page(_: web.Request) -> web.Response:
        return _answer(FILES / "index.html", headers)

    async def file(request: web.Request) -> web.Response:
        path = FILES / request.match_info["name"]
        if path.suffix not in TYPES or not path.is_file():
            raise web.HTTPNotFound(headers=headers)
        return _answer(path, headers)

    return [web.get("/", page), web.get(r"/phones/{name:[a-z_]+\.[a-z]+}", file)]


def _headers(pictures_from: str) -> dict[str, str]:
    address = urlsplit(pictures_from)
    origin = f" {address.scheme}://{address.netloc}" if address.scheme in ("http", "https") else ""
    policy = (
        f"default-src 'self'; img-src 'self'{origin}; object-src 'none'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
    }


def _answer(path: Path, headers: dict[str, str]) -> web.Response:
    kind = TYPES[path.suffix]
    return web.Response(body=path.read_bytes(), content_type=kind, charset="utf-8", headers=headers)
