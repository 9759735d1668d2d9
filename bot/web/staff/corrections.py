"""Staff correct a person's points, once they have seen what it does, and pause what is sent to a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.persons import PersonView, look, person_words
from bot.web.staff.present import Present
from handlers import correcting
from handlers.correcting import Correction, NobodyThereError, Signer
from handlers.rules.corrections import MOST, Problem, Reason
from handlers.rules.roles import Right
from storage.facts import Programme

PROBLEMS = {
    Problem.NOTHING: "0ポイントの訂正はできません。",
    Problem.TOO_MANY: f"一度に訂正できるのは、{MOST:,}ポイントまでです。けたを確かめてください。",
    Problem.TO_COME: "これからの日は訂正できません。",
    Problem.TOO_OLD: "1年より前の日は訂正できません。",
    Problem.BELOW_ACTION: "この行動にあるポイントより多くは引けません。確認済みか自己申告かも、確かめてください。",
    Problem.BELOW_WEEK: "今週のポイントより多くは、今週の日から引けません。前の週の分は、前の週の日を選んでください。",
    Problem.ALREADY: "この訂正は、もう記録してあります。",
}
SHARES = {"self_reported": False, "confirmed": True}


@dataclass(frozen=True, slots=True)
class Before:
    """What a correction would change: the person's points in all, before and after, and whether an open week's."""

    was: int
    becomes: int
    on_board: bool


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``POST …/corrections`` (without ``confirmed`` it only shows what would happen) and ``POST …/pause``."""

    async def correct(request: Request, who: Present) -> Response:
        person_id, form = request.path_params["person_id"], await read_form(request)
        programme, now = desk.programme(), desk.clock.now()
        wanted = read_correction(form, programme)
        if form.get("confirmed") != "yes":
            problem = await desk.read(partial(correcting.find_problem, person_id=person_id, wanted=wanted, now=now))
            _refuse(problem)
            shown = _shown(await look(desk, who, person_id), wanted, now)
            return desk.render("correct.html", who=who, form=form, wanted=wanted, **shown, **person_words(programme))
        signer = Signer(staff_id=who.staff_id, name=who.name)
        unit = partial(correcting.correct, programme=programme, person_id=person_id, wanted=wanted, signer=signer)
        await _do(desk, partial(unit, now=now))
        return see_other(f"/staff/people/{person_id}?done=corrected")

    async def pause(request: Request, who: Present) -> Response:
        person_id = request.path_params["person_id"]
        await _do(desk, partial(correcting.pause, person_id=person_id, by=who.name, now=desk.clock.now()))
        return see_other(f"/staff/people/{person_id}?done=paused")

    return [
        guarded(
            desk, "/staff/people/{person_id:number}/corrections", correct, Right.CORRECT, method="POST", fresh=True
        ),
        guarded(desk, "/staff/people/{person_id:number}/pause", pause, Right.PERSONS, method="POST"),
    ]


async def _do(desk: Desk, unit: Any) -> None:
    try:
        problem = await desk.write(unit)
    except NobodyThereError:
        raise NowhereError from None
    _refuse(problem)


def _refuse(problem: Problem | None) -> None:
    """Say in Japanese why something cannot be corrected."""
    if problem is not None:
        raise RefusedError(PROBLEMS[problem])


def read_correction(form: Mapping[str, str], programme: Programme) -> Correction:
    """Read what is to be corrected; RefusedError says in Japanese what does not fit."""
    action, share, reason = form.get("action", ""), form.get("share", ""), form.get("reason", "")
    if action not in correcting.list_actions(programme):
        raise RefusedError("どの行動かを選んでください。")
    if share not in SHARES:
        raise RefusedError("確認済みか自己申告かを選んでください。")
    if reason not in set(Reason):
        raise RefusedError("訂正のわけを選んでください。")
    if not form.get("key", "").isalnum():
        raise RefusedError("ページを開きなおしてから、もう一度書いてください。")
    return Correction(
        action=action,
        points=_read_points(form.get("points", "")),
        confirmed=SHARES[share],
        on=_read_day(form.get("on", "")),
        reason=Reason(reason),
        key=form["key"][:32],
    )


def _read_points(text: str) -> int:
    """Read points with their sign, in any width; − and － are minus, too."""
    plain = text.translate(str.maketrans("０１２３４５６７８９＋－−", "0123456789+--"))
    digits = plain.lstrip("+-")
    if len(plain) - len(digits) > 1 or not (digits.isascii() and digits.isdecimal()) or len(digits) > len(str(MOST)):
        raise RefusedError("ポイントを、5 や -5 のように書いてください。")
    return int(plain)


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise RefusedError("行動した日を選んでください。") from None


def _shown(view: PersonView, wanted: Correction, now: datetime) -> dict[str, Any]:
    """Give what the page that asks again shows."""
    was = sum(tally.confirmed + tally.self_reported for tally in view.tallies)
    on_board = correcting.is_week_open(wanted.on, now)
    return {"view": view, "person": view.person, "before": Before(was, was + wanted.points, on_board)}
