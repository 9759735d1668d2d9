"""The standing order for Monday's message: staff propose it, another person approves it, anybody who writes ends it.

The rules stand in ``handlers.ordering``; what goes out under an order the scheduler makes.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending import wording
from handlers import ordering
from handlers.ordering import OrderRefusedError
from handlers.rules.broadcasts import is_same_name
from handlers.rules.roles import Right
from storage import standing_orders
from storage.facts import OrderTerms, Shortage

WEEKS = 8  # shown of what became of them
MOST = 1_000_000  # LINE messages a month that can be ordered
SHORTAGES = {
    Shortage.RESERVE: "LINEの残りが予備だけだったため、LINEでは送りませんでした",
    Shortage.CEILING: "指示の上限を超えるため、LINEでは送りませんでした",
    Shortage.UNKNOWN: "LINEの残りが分からなかったため、LINEでは送りませんでした",
}
DONE = {
    "proposed": "申請しました。ほかの人が承認するまで、送られません。",
    "approved": "承認しました。次の月曜日から、自動で送られます。",
    "ended": "終わりにしました。月曜日の配信は送られません。",
}
Form = Mapping[str, str]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/mondays``: to look at, to propose or end an order, and to approve one after the password."""

    async def show(request: Request, who: Present) -> Response:
        found = await desk.read(_look)
        done = DONE.get(request.query_params.get("done", ""), "")
        own = {one.id for one in found["orders"] if is_same_name(one.proposed_by, who.name)}
        return desk.render("mondays.html", who=who, done=done, own=own, shortages=SHORTAGES, most=MOST, **found)

    async def act(request: Request, who: Present) -> Response:
        unit = partial(_act, form=await read_form(request), by=who.name, now=desk.clock.now())
        return see_other(f"/staff/mondays?done={await _do(desk, unit)}")

    async def approve(request: Request, who: Present) -> Response:
        unit = partial(_approve, form=await read_form(request), by=who.name, now=desk.clock.now())
        return see_other(f"/staff/mondays?done={await _do(desk, unit)}")

    return [
        guarded(desk, "/staff/mondays", show, Right.LOOK),
        guarded(desk, "/staff/mondays", act, Right.WRITE, method="POST"),
        guarded(desk, "/staff/mondays/approval", approve, Right.APPROVE, method="POST", fresh=True),
    ]


def _look(connection: Connection) -> dict[str, Any]:
    return {
        "orders": standing_orders.list_open(connection),
        "pushes": standing_orders.list_pushes(connection, WEEKS),
    }


async def _do(desk: Desk, unit: Any) -> str:
    try:
        return str(await desk.write(unit))
    except OrderRefusedError as error:
        raise RefusedError(wording.refusal(error.reason)) from None


def _act(connection: Connection, form: Form, by: str, now: datetime) -> str:
    if form.get("act") == "end":
        ordering.end(connection, _number(form), by=by, now=now)
        return "ended"
    ordering.propose(connection, read_terms(form), by=by, now=now)
    return "proposed"


def _approve(connection: Connection, form: Form, by: str, now: datetime) -> str:
    ordering.approve(connection, _number(form), form.get("seen", ""), by=by, now=now)
    return "approved"


def read_terms(form: Form) -> OrderTerms:
    """Read what is to be ordered; RefusedError says in Japanese what does not fit."""
    ceiling = read_number(form.get("ceiling", "").replace(",", ""))
    if ceiling is None or ceiling > MOST:
        raise RefusedError(f"LINEの通数は、0から{MOST:,}までの数で書いてください。")
    return OrderTerms(ceiling=ceiling, posts=form.get("posts") == "yes")


def _number(form: Form) -> int:
    number = read_number(form.get("number", ""))
    if number is None:
        raise NowhereError
    return number
