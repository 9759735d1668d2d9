"""Staff change one action in the draft of the next version: its points, its cap and its texts. Starts no version."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError, RefusedError, see_other
from bot.web.staff.differences import EFFECTS, FIELDS, PERS, TEXTS
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.ruling import DRAFT, do
from handlers import ruling
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, name_language
from storage import rule_drafts
from storage.facts import Action, ActionGroup, Effect, Per, Programme

LONGEST_TEXT = 400
MOST_POINTS, MOST_TIMES = 10_000, 1_000


def routes(desk: Desk) -> list[BaseRoute]:
    """Give the form of each action under the draft's address."""

    async def edit(request: Request, who: Present) -> Response:
        seen, programme, action = await desk.read(partial(_find_action, code=request.path_params["code"]))
        return _render(who, seen, programme, action, _fields(action))

    async def save(request: Request, who: Present) -> Response:
        form, now = await read_form(request), desk.clock.now()
        seen, programme, action = await desk.read(partial(_find_action, code=request.path_params["code"]))
        try:
            changed = _read_action(form, action, programme)
        except RefusedError as error:
            return _render(who, form.get("seen", ""), programme, action, form, str(error))
        try:
            unit = partial(ruling.change_action, action=changed, seen=form.get("seen", ""), by=who.name, now=now)
            await do(desk, unit)
        except RefusedError as error:  # told once, they may press again
            return _render(who, seen, programme, action, form, str(error))
        return see_other(f"{DRAFT}?done=changed")

    def _render(
        who: Present, seen: str, programme: Programme, action: Action, form: Mapping[str, str], error: str = ""
    ) -> Response:
        languages = [(tag, name_language(tag, JAPANESE)) for tag in programme.city.languages]
        words = {"pers": PERS, "effects": EFFECTS, "texts": {name: FIELDS[name] for name in TEXTS}}
        shown: dict[str, Any] = {"action": action, "languages": languages, "form": form, "seen": seen, **words}
        return desk.render("rule_action.html", who=who, status=409 if error else 200, error=error, **shown)

    address = f"{DRAFT}/actions/{{code}}"
    return [
        guarded(desk, address, edit, Right.RULES),
        guarded(desk, address, save, Right.RULES, method="POST"),
    ]


def _find_action(connection: Connection, code: str) -> tuple[str, Programme, Action]:
    """Find the draft's mark, what the next version would say, and an action of it; NowhereError where none is."""
    draft, programme = rule_drafts.find(connection), ruling.find_next(connection)
    action = programme.action(code)
    if action is None:
        raise NowhereError
    return (draft.mark if draft else ""), programme, action


def _fields(action: Action) -> dict[str, str]:
    """Write an action as its form's fields."""
    fields = {"points": str(action.points), "times": str(action.cap.times), "per": action.cap.per.value}
    fields |= {"effect": action.effect.value}
    fields |= {} if action.confirmed_points is None else {"confirmed_points": str(action.confirmed_points)}
    return fields | {f"{name}.{tag}": text for name in TEXTS for tag, text in getattr(action, name).items()}


def _read_action(form: Mapping[str, str], action: Action, programme: Programme) -> Action:
    """Read a changed action; RefusedError says in Japanese what does not fit."""
    if form.get("per") not in set(Per) or form.get("effect") not in set(Effect):
        raise RefusedError("上限の期間と効果を選んでください。")
    cap = replace(action.cap, times=_read(form, "times", "上限の回数", MOST_TIMES), per=Per(form["per"]))
    changes: dict[str, Any] = {"cap": cap, "effect": Effect(form["effect"])}
    if action.group is not ActionGroup.MILESTONE:
        changes["points"] = _read(form, "points", FIELDS["points"], MOST_POINTS)
    if action.confirmed_points is not None:
        changes["confirmed_points"] = _read(form, "confirmed_points", FIELDS["confirmed_points"], MOST_POINTS)
    for name in TEXTS:
        changes[name] = {tag: _read_text(form, name, tag) for tag in programme.city.languages}
    return replace(action, **changes)


def _read(form: Mapping[str, str], name: str, words: str, most: int) -> int:
    number = read_number(form.get(name, ""))
    if number is None or number > most:
        raise RefusedError(f"{words}を、{most:,}までの数で書いてください。")
    return number


def _read_text(form: Mapping[str, str], name: str, tag: str) -> str:
    text = re.sub(r"\s+", " ", form.get(f"{name}.{tag}", "")).strip()
    if not text or len(text) > LONGEST_TEXT:
        language = name_language(tag, JAPANESE)
        raise RefusedError(f"{FIELDS[name]}（{language}）を、1文字から{LONGEST_TEXT}文字で書いてください。")
    return text
