"""Staff make one person of two accounts, part them again, and give who lost a phone a code for the new one.

What would be offset is shown before anything is done, and both codes are typed.
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
from bot.web.staff.persons import look, person_words
from bot.web.staff.present import Present
from handlers import merging, uniting
from handlers.merging import Forecast, Merged, NotMerged
from handlers.rules import link_codes, person_codes
from handlers.rules.roles import Right
from handlers.uniting import UndoReason
from storage import events, merges, people
from storage.facts import EventFacts
from storage.merges import MergeFacts

OWN_CODE = "1つめのコードが違います。この人のコードを、上から書き写してください。"
NO_CODE = "2つめのコードの人が見つかりません。コードを確かめてください。"
PROBLEMS = {
    NotMerged.NOBODY: "どちらかの人が、もういません。コードを確かめてください。",
    NotMerged.SAME: "2つのコードは、同じ人のものです。",
    NotMerged.NOT_NEWEST: "もどせるのは、いちばん新しくまとめた分だけです。ほかの人が先に操作したかもしれません。",
    NotMerged.DONE: "これは、もうもどしてあります。",
}
REASONS = {
    UndoReason.OTHER_PERSON: "別の人の記録でした",
    UndoReason.ASKED: "本人にたのまれました",
    UndoReason.MISTAKE: "まちがえてまとめました",
    UndoReason.PRACTICE: "練習や試験でした",
}


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/people/{id}/merge`` (a POST without ``confirmed`` only shows), ``…/unmerge`` and ``…/handover``."""

    async def ask(request: Request, who: Present) -> Response:
        return await _ask(desk, request, who)

    async def merge(request: Request, who: Present) -> Response:
        person_id, form = request.path_params["person_id"], await read_form(request)
        other_id = person_codes.read(form.get("other", ""))
        error = OWN_CODE if person_codes.read(form.get("one", "")) != person_id else NO_CODE if not other_id else ""
        if error or other_id is None:
            return await _ask(desk, request, who, form, error)
        if form.get("confirmed") != "yes":
            found = await desk.read(partial(_foresee, desk=desk, one_id=person_id, other_id=other_id))
            return await _show(desk, request, who, form, found)
        unit = partial(_merge, desk=desk, one_id=person_id, other_id=other_id, by=who.name)
        done = await desk.write(partial(unit, now=desk.clock.now()))
        if isinstance(done, NotMerged):
            return await _ask(desk, request, who, form, PROBLEMS[done])
        return see_other(f"/staff/people/{done.kept_id}?done=merged")

    async def unmerge(request: Request, who: Present) -> Response:
        person_id, form = request.path_params["person_id"], await read_form(request)
        if person_codes.read(form.get("one", "")) != person_id:
            return await _ask(desk, request, who, form, OWN_CODE)
        merge_id, reason = read_number(form.get("merge", "")), form.get("reason", "")
        if merge_id is None or reason not in set(UndoReason):
            raise RefusedError("もどすわけを選んでください。")
        unit = partial(_unmerge, desk=desk, person_id=person_id, merge_id=merge_id, reason=UndoReason(reason))
        done = await desk.write(partial(unit, by=who.name, now=desk.clock.now()))
        if isinstance(done, NotMerged):
            return await _ask(desk, request, who, form, PROBLEMS[done])
        return see_other(f"/staff/people/{person_id}?done=unmerged")

    async def hand_over(request: Request, who: Present) -> Response:
        person_id, moment = request.path_params["person_id"], (desk.clock.now(), desk.clock.real())
        unit = partial(uniting.make_handover_code, person_id=person_id, keyed_hash=desk.keyed_hash, by=who.name)
        letters = await desk.write(partial(unit, now=moment[0], real_now=moment[1]))
        if letters is None:
            raise NowhereError
        view = await look(desk, who, person_id)
        return desk.render("handover.html", who=who, view=view, person=view.person, code=link_codes.write(letters, 3))

    address = "/staff/people/{person_id:number}"
    return [
        guarded(desk, f"{address}/merge", ask, Right.PERSONS),
        guarded(desk, f"{address}/merge", merge, Right.MERGE, method="POST", fresh=True),
        guarded(desk, f"{address}/unmerge", unmerge, Right.MERGE, method="POST", fresh=True),
        guarded(desk, f"{address}/handover", hand_over, Right.PERSONS, method="POST", fresh=True),
    ]


async def _ask(
    desk: Desk, request: Request, who: Present, form: Mapping[str, str] | None = None, error: str = ""
) -> Response:
    """Show what can be done with a person's records; what was typed is kept."""
    person_id = request.path_params["person_id"]
    view = await look(desk, who, person_id)
    newest = await desk.read(partial(_find_newest, person_id=person_id))
    shown: dict[str, Any] = {"view": view, "person": view.person, "newest": newest, "form": form or {}, "error": error}
    status = 409 if error else 200
    return desk.render("merge.html", who=who, status=status, **shown, undo_reasons=REASONS)


async def _show(
    desk: Desk, request: Request, who: Present, form: Mapping[str, str], found: tuple[Forecast, Any] | NotMerged
) -> Response:
    """Show what a merge would do, before it is done."""
    if isinstance(found, NotMerged):
        return await _ask(desk, request, who, form, PROBLEMS[found])
    forecast, named = found
    view = await look(desk, who, request.path_params["person_id"])
    codes = {one.id: person_codes.write(one.id) for one in (forecast.kept, forecast.joining)}
    shown: dict[str, Any] = {"view": view, "person": view.person, "forecast": forecast, "codes": codes, "form": form}
    return desk.render("merging.html", who=who, events=named, **shown, **person_words(desk.programme()))


def _foresee(
    connection: Connection, desk: Desk, one_id: int, other_id: int
) -> tuple[Forecast, dict[int, EventFacts]] | NotMerged:
    """Foresee a merge, with the events it touches."""
    found = merging.foresee(connection, desk.programme(), one_id, people.find_root(connection, other_id))
    if isinstance(found, NotMerged):
        return found
    numbers = {one.event_id for one in found.seats} | {one.event_id for one in found.seen}
    return found, {event.id: event for event in events.list_by_id(connection, sorted(numbers))}


def _merge(
    connection: Connection, desk: Desk, one_id: int, other_id: int, by: str, now: datetime
) -> Merged | NotMerged:
    root = people.find_root(connection, other_id)
    return uniting.merge(connection, desk.programme(), one_id, root, by, now)


def _find_newest(connection: Connection, person_id: int) -> tuple[MergeFacts, str] | None:
    """Find the merge that can be undone, with the code that who joined had before."""
    newest = merges.find_newest(connection, person_id)
    return None if newest is None else (newest, person_codes.write(newest.joined_id))


def _unmerge(
    connection: Connection, desk: Desk, person_id: int, merge_id: int, reason: UndoReason, by: str, now: datetime
) -> MergeFacts | NotMerged:
    """Undo a merge of this very person."""
    found = merges.find(connection, merge_id)
    if found is None or found.kept_id != person_id:
        return NotMerged.NOT_NEWEST
    return uniting.unmerge(connection, desk.programme(), merge_id, reason, by, now)
