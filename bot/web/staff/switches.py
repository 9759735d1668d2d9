"""Staff switch heat alerts on for some days, and a disaster that silences what goes out to many. Sends nothing."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import switching
from handlers.rules.roles import Right
from handlers.switching import MOST_DAYS, Problem
from storage import switches

PROBLEMS = {
    Problem.BACKWARDS: "終わりの日は、始まりの日か、そのあとにしてください。",
    Problem.OVER: "過ぎた日は選べません。",
    Problem.TOO_FAR: f"{MOST_DAYS}日より先の日は、まだ選べません。",
}
DONE = {
    "heat": "熱中症に注意する日を加えました。",
    "cool": "熱中症に注意する日から外しました。",
    "disaster": "災害時に切りかえました。一斉配信と月曜のお知らせは、もう出ません。",
    "over": "ふだんに戻しました。止まっていた一斉配信は、見直してから動かしてください。",
}
ALREADY = "ほかの人が先に変えました。いまの様子を見てから、もう一度押してください。"


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/switches``; its form's ``act`` is ``heat``, ``cool``, ``disaster`` or ``over``."""

    async def show(request: Request, who: Present) -> Response:
        return await _show(who, request.query_params.get("done", ""))

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        unit = _read_act(desk, form, who.name)
        if await desk.write(unit) is False:
            raise RefusedError(ALREADY)
        return see_other(f"/staff/switches?done={form['act']}")

    async def _show(who: Present, done: str) -> Response:
        found, today = await desk.read(switches.find), desk.clock.today()
        shown: dict[str, Any] = {
            "added": sorted(day for day in found.heat_days if day >= today),
            "planned": sorted(day for day in desk.programme().heat_alert_days if day >= today),
            "today": today,
            "tomorrow": today + timedelta(days=1),
            "done": DONE.get(done, ""),
        }
        return desk.render("switches.html", who=who, **shown)

    return [
        guarded(desk, "/staff/switches", show, Right.SWITCH),
        guarded(desk, "/staff/switches", act, Right.SWITCH, method="POST"),
    ]


def _read_act(desk: Desk, form: Mapping[str, str], by: str) -> Callable[[Connection], object]:
    """Read what is to be done; RefusedError says in Japanese what does not fit."""
    now, real_now, today = desk.clock.now(), desk.clock.real(), desk.clock.today()
    match form.get("act", ""):
        case "heat":
            first, last = read_day(form.get("first", "")), read_day(form.get("last", ""))
            problem = switching.find_problem(first, last, today)
            if problem is not None:
                raise RefusedError(PROBLEMS[problem])
            return partial(switching.set_heat_days, first=first, last=last, today=today, by=by, now=now)
        case "cool":
            return partial(switching.clear_heat_day, day=read_day(form.get("day", "")), by=by, now=now)
        case "disaster":
            return partial(switching.begin_disaster, by=by, now=now, real_now=real_now)
        case "over":
            return partial(switching.end_disaster, by=by, now=now, real_now=real_now)
    raise RefusedError("この操作はありません。")


def read_day(text: str) -> date:
    """Read a field that is a day; RefusedError where it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError("日付を選んでください。") from None
