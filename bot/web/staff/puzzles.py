"""Staff read what people wrote and nobody understood, most often first, and put away what they have dealt with."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, name_language
from storage import audit, puzzles

PAGE = 50
Key = tuple[int, str, str]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/puzzles``; its forms turn the page and put one thing away (no words may stand in an address)."""

    async def show(_: Request, who: Present) -> Response:
        return await _show(who, None)

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        if form.get("act") == "more":
            return await _show(who, _read_key(form))
        if not await desk.write(partial(_put_away, form=form, by=who.name, now=desk.clock.now())):
            raise RefusedError("もう片づいています。")
        return await _show(who, None, "片づけました。また書かれたら、また出ます。")

    async def _show(who: Present, after: Key | None, done: str = "") -> Response:
        rows = await desk.read(partial(puzzles.list_most, limit=PAGE + 1, after=after))
        more = rows[PAGE - 1] if len(rows) > PAGE else None
        shown = [(one, name_language(one.language, JAPANESE)) for one in rows[:PAGE]]
        return desk.render("puzzles.html", who=who, rows=shown, more=more, done=done)

    return [
        guarded(desk, "/staff/puzzles", show, Right.WORDS),
        guarded(desk, "/staff/puzzles", act, Right.WORDS, method="POST"),
    ]


def _put_away(connection: Connection, form: Mapping[str, str], by: str, now: datetime) -> bool:
    if not puzzles.remove(connection, form.get("language", ""), form.get("words", "")):
        return False
    audit.add(connection, by, "puzzle.remove", "puzzle", now)
    return True


def _read_key(form: Mapping[str, str]) -> Key:
    """Read where the page before ended."""
    times = read_number(form.get("times", ""))
    if times is None or times >= 2**31:
        raise RefusedError("ページを開きなおしてください。")
    return times, form.get("words", ""), form.get("language", "")
