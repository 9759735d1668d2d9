"""What citizens wrote and the bot gave up on: an approver or administrator lets it be tried again. Shows no page.

Calls to the platforms are never made again from here: docs/decisions/todays-page.md says why.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from storage import audit, inbox

SHOWN = 10  # on the first page
AT_ONCE = 200  # put back by one press
DONE = "もう一度やらせています。うまくいけば、ここから消えます。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST /staff/failures``: one event's ``number``, or ``all``, the newest AT_ONCE."""

    async def try_again(request: Request, who: Present) -> Response:
        form = await read_form(request)
        if not await desk.write(partial(put_back, form=form, by=who.name, now=desk.clock.now())):
            raise RefusedError(
                "もう残っていません。書かれたものは7日で消えます。ほかの人が先に押したのかもしれません。"
            )
        return see_other("/staff?done=again")

    return [guarded(desk, "/staff/failures", try_again, Right.RETRY, method="POST")]


def put_back(connection: Connection, form: Mapping[str, str], by: str, now: datetime) -> list[int]:
    """Let what was given up wait again, and write down who did it; gives the events that do."""
    back = inbox.put_back(connection, _chosen(connection, form.get("number", "")))
    for number in back:
        audit.add(connection, by, "event.retry", f"inbox:{number}", now)
    return back


def _chosen(connection: Connection, text: str) -> list[int]:
    if text == "all":
        return [one.id for one in inbox.list_failed(connection, AT_ONCE) if one.has_body]
    number = read_number(text)
    return [] if number is None else [number]
