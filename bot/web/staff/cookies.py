"""The staff's cookies: how they are named, set, read and taken away. What is in them only this room's other files know.

On https each has the prefix ``__Host-``: only this very host can set it, and it never goes over an open wire (OWASP
ASVS 5.0, 3.3.1 to 3.3.4). On plain http, in the sandbox, browsers refuse that prefix, so it is left out there.
"""

from datetime import timedelta
from enum import StrEnum

from starlette.requests import Request
from starlette.responses import Response


class Cookie(StrEnum):
    """What there is."""

    SESSION = "session"  # a signed-in member of staff
    DEVICE = "device"  # this browser, on which somebody has signed in before
    DIRECTORY = "directory"  # what a sign-in by the directory must remember until it is back
    DESK = "desk"  # a volunteer let in by a link


STRICT = {Cookie.DEVICE, Cookie.DESK}
"""Sent with nothing that begins elsewhere. The way back from a directory begins there, so its cookie is Lax. A
session is sent with links that are followed (Lax), from a mail for one: nothing is changed by following a link."""


def name_of(cookie: Cookie, *, https: bool) -> str:
    """Give the name under which a browser keeps it."""
    return f"__Host-{cookie}" if https else str(cookie)


def put(response: Response, cookie: Cookie, value: str, *, https: bool, life: timedelta | None = None) -> None:
    """Set a cookie; without ``life`` it goes when the browser is closed."""
    response.set_cookie(
        name_of(cookie, https=https),
        value,
        max_age=int(life.total_seconds()) if life else None,
        path="/",
        secure=https,
        httponly=True,
        samesite="strict" if cookie in STRICT else "lax",
    )


def read(request: Request, cookie: Cookie, *, https: bool) -> str:
    """Give what a browser sent; "" where it sent none."""
    return request.cookies.get(name_of(cookie, https=https), "")


def are_staffs(request: Request, *, https: bool) -> bool:
    """Tell whether a browser shows a cookie of the staff, good or not: enough not to count it as a visitor."""
    return any(read(request, cookie, https=https) for cookie in (Cookie.SESSION, Cookie.DESK))


def take_away(response: Response, cookie: Cookie, *, https: bool) -> None:
    """Have the browser forget it."""
    response.delete_cookie(name_of(cookie, https=https), path="/", secure=https, httponly=True)
