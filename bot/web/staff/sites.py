"""Tells for which site passkeys are made and used. Asks no browser."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.requests import Request

from bot.web.staff.desk import Desk, RefusedError

NO_SITE = "パスキーは、このページを https か http://localhost で開いたときだけ使えます。"


@dataclass(frozen=True, slots=True)
class Site:
    """What passkeys are bound to: the host they are made for, and the origin that a browser must name."""

    rp_id: str
    origin: str


def site_of(desk: Desk, request: Request) -> Site | None:
    """Tell for where passkeys are made: PUBLIC_URL, or without it this machine's localhost; None elsewhere."""
    if desk.is_https:
        public = urlsplit(desk.public_url)
        return Site(public.hostname or "", f"https://{public.netloc.removesuffix(':443')}")
    if not desk.public_url and request.url.hostname == "localhost":
        return Site("localhost", f"http://{request.url.netloc}")
    return None


def need_site(desk: Desk, request: Request) -> Site:
    """Tell for where passkeys are made; RefusedError where they cannot be."""
    site = site_of(desk, request)
    if site is None:
        raise RefusedError(NO_SITE)
    return site
