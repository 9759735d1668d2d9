"""Staff release the names that people chose for themselves or a team, or refuse them with a reason, oldest first."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import founding, naming
from handlers.naming import REASONS
from handlers.rules.roles import Right
from storage import people, teams
from storage.facts import NameVerdict

PAGE = 50
Key = tuple[datetime, int]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/names``; its forms turn the page and decide on one name (no name may stand in an address)."""

    async def show(_: Request, who: Present) -> Response:
        return await _show(who, None)

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        if form.get("act") == "more":
            return await _show(who, _read_key(form))
        if not await desk.write(_read_act(form, who.name, desk.clock.now())):
            raise RefusedError("この名前は、もう決まったか、本人が変えました。")
        return await _show(who, None, "決めました。本人には、順位や設定を開いたときに伝わります。")

    async def _show(who: Present, after: Key | None, done: str = "") -> Response:
        rows = await desk.read(partial(people.list_waiting_names, limit=PAGE + 1, after=after))
        more = rows[PAGE - 1] if len(rows) > PAGE else None
        named = [] if after else await desk.read(partial(teams.list_waiting_names, limit=PAGE))
        shown: dict[str, Any] = {"rows": rows[:PAGE], "teams": named, "more": more}
        return desk.render("names.html", who=who, done=done, reasons=REASONS, **shown)

    return [
        guarded(desk, "/staff/names", show, Right.NAMES),
        guarded(desk, "/staff/names", act, Right.NAMES, method="POST"),
    ]


def _read_act(form: Mapping[str, str], by: str, now: datetime) -> Callable[..., bool]:
    """Read what is decided on which name; RefusedError says in Japanese what does not fit."""
    whose, acts = ("team", founding) if "team" in form else ("person", naming)
    number, wanted = read_number(form.get(whose, "")), form.get("act", "")
    about: dict[str, Any] = {f"{whose}_id": number, "name": form.get("name", ""), "by": by, "now": now}
    if number is not None and wanted == "release":
        return partial(acts.release, **about)
    if number is not None and wanted == "refuse":
        why = form.get("reason", "")
        if why not in REASONS:
            raise RefusedError("断るわけを選んでください。")
        return partial(acts.refuse, **about, why=NameVerdict(why))
    raise RefusedError("この操作はありません。")


def _read_key(form: Mapping[str, str]) -> Key:
    """Read where the page before ended."""
    number = read_number(form.get("after_person", ""))
    try:
        return datetime.fromisoformat(form.get("after", "")), number or 0
    except ValueError:
        raise RefusedError("ページを開きなおしてください。") from None
