"""Staff look at the photos that confirm reports, one at a time, and accept or refuse each. Sends nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import HEADERS, Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from handlers import reviewing
from handlers.proving import REASONS
from handlers.reviewing import Review
from handlers.rules.evidence import LEAVE_REPORT, Reason
from handlers.rules.roles import Right
from scheduler.upkeep import EVIDENCE_WAIT
from storage import audit, evidence, ledger
from storage.evidence import EvidenceFacts, EvidenceState
from storage.facts import Action

PAGE = 50
OLD = timedelta(days=7)
"""From then on a photo is marked: its person waits."""
ROOM = "/staff/evidence"
ONE = f"{ROOM}/{{evidence_id:number}}"
DONE = {
    "accepted": "確かめました。ポイントがつきました。",
    "again": "写真では確かめられないと伝えます。記録はそのままです。",
    "refused": "断りました。記録を取り消しました。",
}
UNDONE = {
    Review.DECIDED: "この写真は、ほかの職員がもう決めました。",
    Review.TAKEN_BACK: "本人が記録を取り消したか退会したので、もう確かめられません。",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A photo with what it is to confirm; ``points`` stand on the person's word."""

    one: EvidenceFacts
    action: Action | None
    points: int


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/evidence``, a page for each photo that waits, and its picture."""

    async def show_all(request: Request, who: Present) -> Response:
        after = read_number(request.query_params.get("after", ""))
        rows = await desk.read(partial(_list, desk=desk, after=after))
        more = rows[PAGE - 1].one.id if len(rows) > PAGE else None
        done = DONE.get(request.query_params.get("done", ""), "")
        shown: dict[str, Any] = {"rows": rows[:PAGE], "more": more, "old": desk.clock.now() - OLD}
        shown |= {"days": EVIDENCE_WAIT.days, "share": desk.programme().limits.evidence_share}
        return desk.render("evidence_all.html", who=who, done=done, **shown)

    async def show_one(request: Request, who: Present) -> Response:
        found = await desk.read(partial(_find, desk=desk, evidence_id=request.path_params["evidence_id"]))
        if found.one.state is not EvidenceState.WAITING:
            raise RefusedError(UNDONE[Review.DECIDED])
        return desk.render("evidence_one.html", who=who, shown=found, reasons=REASONS, leave=LEAVE_REPORT)

    async def picture(request: Request, who: Present) -> Response:
        look = partial(_look, evidence_id=request.path_params["evidence_id"], by=who.name, now=desk.clock.now())
        found = await desk.write(look)
        if found is None:
            raise NowhereError
        return Response(found, media_type="image/jpeg", headers=HEADERS)

    async def decide(request: Request, who: Present) -> Response:
        form = await read_form(request)
        act = partial(_decide, desk=desk, evidence_id=request.path_params["evidence_id"], form=form, by=who.name)
        review, done = await desk.write(partial(act, now=desk.clock.now()))
        if review is not Review.DONE:
            raise RefusedError(UNDONE[review])
        return see_other(f"{ROOM}?done={done}")

    return [
        guarded(desk, ROOM, show_all, Right.EVIDENCE),
        guarded(desk, ONE, show_one, Right.EVIDENCE),
        guarded(desk, f"{ONE}/picture", picture, Right.EVIDENCE),
        guarded(desk, ONE, decide, Right.EVIDENCE, method="POST"),
    ]


def _list(connection: Connection, desk: Desk, after: int | None) -> list[Shown]:
    last = evidence.find(connection, after) if after is not None else None
    key = (last.sent_at, last.id) if last is not None and last.sent_at is not None else None
    return [_view(connection, desk, one) for one in evidence.list_waiting(connection, PAGE + 1, key)]


def _find(connection: Connection, desk: Desk, evidence_id: int) -> Shown:
    one = evidence.find(connection, evidence_id)
    if one is None or one.state is EvidenceState.ASKED:
        raise NowhereError
    return _view(connection, desk, one)


def _look(connection: Connection, evidence_id: int, by: str, now: datetime) -> bytes | None:
    """Give a photo and note who saw it; None, and nothing noted, when it is gone."""
    found = evidence.find_picture(connection, evidence_id)
    if found is not None:
        audit.add(connection, by, "evidence.look", f"evidence:{evidence_id}", now)
    return found


def _view(connection: Connection, desk: Desk, one: EvidenceFacts) -> Shown:
    return Shown(one, desk.programme().action(one.action), ledger.get(connection, one.entry_id).points)


def _decide(
    connection: Connection, desk: Desk, evidence_id: int, form: Mapping[str, str], by: str, now: datetime
) -> tuple[Review, str]:
    """Do what a form says; gives what became of it, and the name of what was done."""
    if form.get("act") == "accept":
        return reviewing.accept(connection, evidence_id, by, now), "accepted"
    if form.get("act") != "refuse":
        raise RefusedError("この操作はありません。")
    if form.get("reason") not in REASONS:
        raise RefusedError("断るわけを選んでください。")
    why = Reason(form["reason"])
    review = reviewing.refuse(connection, desk.programme(), evidence_id, why, by, now)
    return review, "again" if why in LEAVE_REPORT else "refused"
