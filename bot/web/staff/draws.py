"""Staff set up draws, carry out those of others once every photo is decided, withdraw them, and see who won."""

import io
from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot import cells
from bot.web.numbers import read_number
from bot.web.staff.desk import HEADERS, Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import Handler, guarded
from bot.web.staff.present import Present
from handlers import drawing
from handlers.correcting import Signer
from handlers.rules import draws as rule
from handlers.rules import person_codes
from handlers.rules.calendar import tokyo_day
from handlers.rules.draws import Problem
from handlers.rules.roles import Right
from storage import audit, draws
from storage.facts import DrawFacts, DrawKind, DrawState, DrawTerms, Winner

PAGE = 50
GATHERINGS = 3  # of the lots, where somebody's record comes in meanwhile
ROOM = "/staff/draws"
ONE = f"{ROOM}/{{draw_id:number}}"
KINDS = {
    DrawKind.REPORTS: "記録した",
    DrawKind.CONFIRMED: "写真で確かめた記録がある",
    DrawKind.ATTENDED: "イベントに出席した",
}
STATES = {
    DrawState.PLANNED: "まだ",
    DrawState.FROZEN: "途中",
    DrawState.DRAWN: "抽選済み",
    DrawState.WITHDRAWN: "取り下げ",
}
PROBLEMS = {
    Problem.NO_NAME: "名前を書いてください。",
    Problem.NO_WORDS: "当たった人が読む文を書いてください。",
    Problem.DAYS: f"期間の始まりと終わりを選んでください。{rule.MOST_DAYS}日までです。",
    Problem.TIMES: f"回数は、1から{rule.MOST_TIMES:,}までの数で書いてください。",
    Problem.PRIZES: f"当たる人数は、1から{rule.MOST_PRIZES:,}までの数で書いてください。",
    Problem.NO_REASON: "取り下げるわけを書いてください。",
    Problem.NOT_OVER: "期間とおそい報告の日が終わるまで、抽選できません。",
    Problem.WAITING: "この期間の写真が、確認を待っています。全部決まってから抽選してください。",
    Problem.SAME_PERSON: "自分が作った抽選は、抽選できません。ほかの人に頼んでください。",
    Problem.ENDED: "この抽選は、もう終わっています。",
    Problem.NOBODY: "条件に合う人がいません。",
    Problem.MOVED: "調べているあいだに、この期間の記録が変わりました。もう一度押してください。",
}
DONE = {"added": "抽選を作りました。", "drawn": "抽選しました。", "withdrawn": "取り下げました。"}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/draws``, a page for each draw, its drawing, its end, and the winners as a table."""
    rooms = _Rooms(desk)
    ways: tuple[tuple[str, Handler, str, bool], ...] = (
        (ROOM, rooms.overview, "GET", False),
        (ROOM, rooms.add, "POST", False),
        (ONE, rooms.show, "GET", False),
        (f"{ONE}/winners.csv", rooms.save, "GET", False),
        (f"{ONE}/drawing", rooms.carry_out, "POST", True),
        (f"{ONE}/withdrawal", rooms.withdraw, "POST", False),
    )
    return [
        guarded(desk, path, rooms.where_wanted(handler), Right.DRAW, method=method, fresh=fresh)
        for path, handler, method, fresh in ways
    ]


class _Rooms:
    """What answers at each address."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def where_wanted(self, handler: Handler) -> Handler:
        """Let a page answer only where the city wants draws."""

        async def answer(request: Request, who: Present) -> Response:
            if not self.desk.programme().games.draws:
                raise NowhereError
            return await handler(request, who)

        return answer

    async def overview(self, request: Request, who: Present) -> Response:
        return await self._list(request, who)

    async def _list(
        self, request: Request, who: Present, form: Mapping[str, str] | None = None, wrong: str = ""
    ) -> Response:
        before = read_number(request.query_params.get("before", ""))
        rows = await self.desk.read(partial(draws.list_newest, limit=PAGE + 1, before=before))
        shown: dict[str, Any] = {"rows": rows[:PAGE], "more": rows[PAGE - 1].id if len(rows) > PAGE else None}
        shown |= {"kinds": KINDS, "states": STATES, "longest": rule.LONGEST, "said": form or {}, "wrong": wrong}
        done = DONE.get(request.query_params.get("done", ""), "")
        return self.desk.render("draws.html", who=who, done=done, status=409 if wrong else 200, **shown)

    async def add(self, request: Request, who: Present) -> Response:
        form = await read_form(request)
        act = partial(drawing.add, terms=read_terms(form), signer=_signer(who), now=self.desk.clock.now())
        problem = await self.desk.write(act)
        if problem is not None:
            return await self._list(request, who, form, PROBLEMS[problem])
        return see_other(f"{ROOM}?done=added")

    async def show(self, request: Request, who: Present) -> Response:
        found = await self.desk.read(partial(self._look, draw_id=_number(request), who=who))
        done = DONE.get(request.query_params.get("done", ""), "")
        return self.desk.render("draw.html", who=who, done=done, kinds=KINDS, states=STATES, **found)

    def _look(self, connection: Connection, draw_id: int, who: Present) -> dict[str, Any]:
        draw, programme, today = _find(connection, draw_id), self.desk.programme(), tokyo_day(self.desk.clock.now())
        obstacle = drawing.find_obstacle(connection, programme, draw, who.staff_id, today)
        return {
            "draw": draw,
            "winners": _view(drawing.list_winners(connection, draw_id)),
            "waiting": draws.count_waiting(connection, draw.terms.first_on, draw.terms.last_on),
            "obstacle": PROBLEMS[obstacle] if obstacle else "",
            "opens_on": rule.opens_on(draw.terms, programme.limits.late_days),
            "reason_length": rule.LONGEST["reason"],
        }

    async def save(self, request: Request, who: Present) -> Response:
        rows = await self.desk.write(partial(self._take_away, draw_id=_number(request), by=who.name))
        written = io.StringIO(newline="")
        cells.write(written, ("順番", "くじ", "参加者コード", "ニックネーム"), rows)
        named = {"Content-Disposition": f'attachment; filename="draw-{_number(request)}.csv"'}
        return Response(written.getvalue(), headers={**HEADERS, **named}, media_type="text/csv; charset=utf-8")

    def _take_away(self, connection: Connection, draw_id: int, by: str) -> list[tuple[cells.Cell, ...]]:
        """Give the winners as a table, and write down who took it."""
        _find(connection, draw_id)
        audit.add(connection, by, "draw.export", f"draw:{draw_id}", self.desk.clock.now())
        winners = _view(drawing.list_winners(connection, draw_id))
        return [(one.place, f"{one.lot}", code, name) for one, code, name in winners]

    async def carry_out(self, request: Request, who: Present) -> Response:
        draw_id = _number(request)
        for _ in range(GATHERINGS):
            problem = await self._freeze(draw_id, who)
            if problem is not Problem.MOVED:
                break
        _refuse(problem)
        chosen = await self.desk.read(partial(drawing.choose, draw_id=draw_id))
        act = partial(drawing.settle, draw_id=draw_id, chosen=chosen, signer=_signer(who))
        _refuse(await self.desk.write(partial(act, now=self.desk.clock.now())))
        return see_other(f"{ROOM}/{draw_id}?done=drawn")

    async def _freeze(self, draw_id: int, who: Present) -> Problem | None:
        """Gather the lots on a reader, which may take long, and freeze them."""
        try:
            gathered = await self.desk.read(partial(drawing.gather, draw_id=draw_id))
        except LookupError:
            raise NowhereError from None
        act = partial(drawing.freeze, draw_id=draw_id, gathered=gathered, programme=self.desk.programme())
        return await self.desk.write(partial(act, signer=_signer(who), now=self.desk.clock.now()))

    async def withdraw(self, request: Request, who: Present) -> Response:
        draw_id, form = _number(request), await read_form(request)
        await self.desk.read(partial(_find, draw_id=draw_id))
        reason = form.get("why", "")[: rule.LONGEST["reason"]]
        act = partial(drawing.withdraw, draw_id=draw_id, reason=reason, signer=_signer(who))
        _refuse(await self.desk.write(partial(act, now=self.desk.clock.now())))
        return see_other(f"{ROOM}/{draw_id}?done=withdrawn")


def _number(request: Request) -> int:
    return int(request.path_params["draw_id"])


def _signer(who: Present) -> Signer:
    return Signer(staff_id=who.staff_id, name=who.name)


def _find(connection: Connection, draw_id: int) -> DrawFacts:
    try:
        return drawing.find(connection, draw_id)
    except LookupError:
        raise NowhereError from None


def _refuse(problem: Problem | None) -> None:
    if problem is not None:
        raise RefusedError(PROBLEMS[problem])


def _view(winners: list[tuple[Winner, str]]) -> list[tuple[Winner, str, str]]:
    """Give each winner with person code and nickname; "" and a word for who left."""
    return [
        (one, person_codes.write(one.person_id), name) if one.person_id is not None else (one, "", "（退会）")
        for one, name in winners
    ]


def read_terms(form: Mapping[str, str]) -> DrawTerms:
    """Read what a draw is to be; what cannot be read is given as what the rule refuses."""
    return DrawTerms(
        name=form.get("name", "").strip()[: rule.LONGEST["name"]],
        first_on=_read_day(form.get("first_on", "")) or date.max,
        last_on=_read_day(form.get("last_on", "")) or date.min,
        kind=DrawKind(form["kind"]) if form.get("kind") in set(DrawKind) else DrawKind.REPORTS,
        at_least=_read_times(form.get("at_least", "")),
        prizes=_read_times(form.get("prizes", "")),
        words=form.get("words", "").strip()[: rule.LONGEST["words"]],
    )


def _read_times(text: str) -> int:
    """Read a count in any width; 0 for none."""
    return read_number(text.strip().translate(str.maketrans("０１２３４５６７８９", "0123456789"))) or 0


def _read_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
