"""Staff keep key figures beside the totals: what each is, its base, target and values, and whether the public sees it.

Nothing is overwritten: a change is a new version, a correction a newer value of the same day.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import keeping
from handlers.rules.calendar import tokyo_day
from handlers.rules.kpis import Problem, plain_number
from handlers.rules.roles import Right
from storage import kpis
from storage.facts import KpiWords

LENGTHS = {
    "name": 60, "unit": 20, "base": 20, "base_when": 20, "base_source": 200, "target": 20, "target_when": 20,
    "source": 200,
}  # fmt: skip
PROBLEMS = {
    Problem.NO_NAME: "名前と単位を書いてください。",
    Problem.NO_NUMBER: "数は、71.5 や 1,200 のように、数字だけで書いてください。",
    Problem.NO_SOURCE: "出典を書いてください。",
    Problem.TO_COME: "これからの日の値は入力できません。",
    Problem.CHANGED: "書いているあいだに、ほかの人がこの指標を変えました。いまの内容を見て、もう一度直してください。",
}
NO_DAY = "いつの値かを選んでください。"
DONE = {
    "added": "指標を加えました。",
    "changed": "指標を書きなおしました。前の内容も残っています。",
    "value": "値を入力しました。",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/kpis`` with all figures and ``/staff/kpis/{id}`` with one, its versions and its values."""

    async def overview(request: Request, who: Present) -> Response:
        return await _list(request, who)

    async def _list(request: Request, who: Present, form: Mapping[str, str] | None = None, wrong: str = "") -> Response:
        rows = await desk.read(kpis.list_all)
        return desk.render("kpis.html", who=who, rows=rows, **_said(request, form, wrong))

    async def add(request: Request, who: Present) -> Response:
        form, now = await read_form(request), desk.clock.now()
        problem = await desk.write(partial(keeping.add, words=read_words(form), by=who.name, now=now))
        if problem is not None:
            return await _list(request, who, form, PROBLEMS[problem])
        return see_other("/staff/kpis?done=added")

    async def show(request: Request, who: Present) -> Response:
        return await _show(request, who)

    async def _show(request: Request, who: Present, form: Mapping[str, str] | None = None, wrong: str = "") -> Response:
        found = await desk.read(partial(_find, kpi_id=request.path_params["kpi_id"]))
        today = tokyo_day(desk.clock.now())
        return desk.render("kpi.html", who=who, today=today, **found, **_said(request, form, wrong))

    async def change(request: Request, who: Present) -> Response:
        form = await read_form(request)
        act = partial(keeping.change, seen=read_number(form.get("version", "")) or 0, words=read_words(form))
        return await _do(request, who, form, act, "changed")

    async def enter(request: Request, who: Present) -> Response:
        form = await read_form(request)
        on = _read_day(form.get("on", ""))
        if on is None:
            return await _show(request, who, form, NO_DAY)
        amount, source = plain_number(form.get("amount", "")), form.get("source", "")[: LENGTHS["source"]]
        return await _do(request, who, form, partial(keeping.enter, on=on, amount=amount, source=source), "value")

    async def _do(
        request: Request, who: Present, form: Mapping[str, str], act: Callable[..., Problem | None], done: str
    ) -> Response:
        kpi_id = request.path_params["kpi_id"]
        try:
            problem = await desk.write(partial(act, kpi_id=kpi_id, by=who.name, now=desk.clock.now()))
        except LookupError:
            raise NowhereError from None
        if problem is not None:
            return await _show(request, who, form, PROBLEMS[problem])
        return see_other(f"/staff/kpis/{kpi_id}?done={done}")

    one = "/staff/kpis/{kpi_id:number}"
    return [
        guarded(desk, "/staff/kpis", overview, Right.LOOK),
        guarded(desk, "/staff/kpis", add, Right.FIGURES, method="POST"),
        guarded(desk, one, show, Right.LOOK),
        guarded(desk, one, change, Right.FIGURES, method="POST"),
        guarded(desk, f"{one}/values", enter, Right.FIGURES, method="POST"),
    ]


def _said(request: Request, form: Mapping[str, str] | None, wrong: str) -> dict[str, Any]:
    """Give what a page says of the act before it; what was typed in vain stays in the form."""
    done = DONE.get(request.query_params.get("done", ""), "")
    said = read_words(form) if form and "name" in form else None
    shown = {"form": form or {}, "said": said, "wrong": wrong, "done": done, "lengths": LENGTHS}
    return {**shown, "status": 409 if wrong else 200}


def _find(connection: Connection, kpi_id: int) -> dict[str, Any]:
    kpi = kpis.find(connection, kpi_id)
    if kpi is None:
        raise NowhereError
    return {
        "kpi": kpi,
        "versions": kpis.list_versions(connection, kpi_id),
        "entered": kpis.list_entered(connection, kpi_id),
    }


def read_words(form: Mapping[str, str]) -> KpiWords:
    """Read what a figure is, each field no longer than its LENGTHS."""
    text = {name: form.get(name, "")[:length] for name, length in LENGTHS.items() if name != "source"}
    numbers = {name: plain_number(text[name]) for name in ("base", "target")}
    ticked = {name: form.get(name) == "yes" for name in ("is_public", "is_ended")}
    return KpiWords(**{**text, **numbers}, **ticked)  # type: ignore[arg-type]


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
