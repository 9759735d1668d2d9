"""Staff make teams, above all a school's classes, read their codes to who asks, and close those that are over."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import founding
from handlers.rules import names
from handlers.rules.names import NicknameProblem
from handlers.rules.roles import Right
from handlers.rules.teams import write_code
from storage import teams
from storage.facts import TeamFacts, TeamKind

PAGE = 50
KINDS = {TeamKind.SCHOOL: "学校のクラス", TeamKind.COMPANY: "会社・団体", TeamKind.GROUP: "グループ"}
Row = tuple[TeamFacts, str, int]
"""A team, its code as it is read out, and how many belong to it."""


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/teams``: the newest first; its forms make a team and close one."""

    async def show(request: Request, who: Present) -> Response:
        return await _show(who, read_number(request.query_params.get("before", "")))

    async def act(request: Request, who: Present) -> Response:
        form = await read_form(request)
        if form.get("act") == "make":
            return await _make(form, who)
        number = read_number(form.get("team", ""))
        if form.get("act") != "close" or number is None:
            raise RefusedError("この操作はありません。")
        if not await desk.write(partial(founding.close, team_id=number, by=who.name, now=desk.clock.now())):
            raise RefusedError("このチームは、もう閉じられています。")
        return await _show(who, None, done="閉じました。入っていた人のポイントはそのままです。")

    async def _make(form: Mapping[str, str], who: Present) -> Response:
        name, kind = names.checked_nickname(form.get("name", "")), form.get("kind", "")
        if isinstance(name, NicknameProblem) or kind not in set(KINDS):
            wrong = "種類を選び、名前を20文字までで書いてください（電話番号・メール・リンクは入れられません）。"
            return await _show(who, None, said=form, wrong=wrong)
        make = partial(founding.make_by_staff, kind=TeamKind(kind), name=name, by=who.name, now=desk.clock.now())
        team_id = await desk.write(make)
        team = await desk.read(partial(teams.find, team_id=team_id))
        code = write_code(team.code) if team else ""
        return await _show(who, None, done=f"「{name}」を作りました。コードは {code} です。")

    async def _show(
        who: Present, before: int | None, *, done: str = "", said: Mapping[str, str] | None = None, wrong: str = ""
    ) -> Response:
        rows = await desk.read(partial(_list, before=before))
        more = rows[PAGE - 1][0].id if len(rows) > PAGE else None
        typed = {name: (said or {}).get(name, "") for name in ("kind", "name")}
        shown: dict[str, Any] = {"rows": rows[:PAGE], "more": more, "kinds": KINDS}
        return desk.render("teams.html", who=who, done=done, said=typed, wrong=wrong, **shown)

    return [
        guarded(desk, "/staff/teams", show, Right.NAMES),
        guarded(desk, "/staff/teams", act, Right.NAMES, method="POST"),
    ]


def _list(connection: Connection, before: int | None) -> list[Row]:
    found = teams.list_newest(connection, PAGE + 1, before)
    persons = teams.count_persons(connection, [team.id for team in found])
    return [(team, write_code(team.code), persons.get(team.id, 0)) for team in found]
