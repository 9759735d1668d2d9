"""Shows the public what one can do and how it counts: the catalogue and the rules of points. Changes nothing."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from bot.web.events import EventParts
from handlers import actionwords as said
from handlers.boardwords import word
from handlers.rules import points
from handlers.texts import Words
from storage import switches
from storage.facts import Action, ActionGroup, Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionView:
    """One action as a page shows it, in one language. ``number`` is its own in ゼロカーボンアクション30."""

    code: str
    title: str
    number: int | None
    effect: str
    worth: str
    cap: str
    counts_as: str
    does_not_count: str
    notes: tuple[str, ...]


def today(programme: Programme, words: Words, on: date, *, is_hot: bool) -> list[ActionView]:
    """Show what can be reported on a day, the largest effect first; nothing about cooling on a heat alert."""
    return view(programme, words, points.offered(programme, on, is_hot, {}))


def is_heat_alert(programme: Programme, on: date, switched_on: Collection[date]) -> bool:
    """Tell whether saving on cooling is out of the question on a day: by the programme, or as staff switched it on."""
    return on in programme.heat_alert_days or on in switched_on


def view(programme: Programme, words: Words, actions: Iterable[Action]) -> list[ActionView]:
    """Show actions in the words of the chats."""
    return [
        ActionView(
            code=action.code,
            title=word(action.title, words),
            number=action.number,
            effect=said.effect(words, action.effect),
            worth=said.worth(words, action),
            cap=said.cap(words, action),
            counts_as=word(action.counts_as, words),
            does_not_count=word(action.does_not_count, words),
            notes=(*said.shared(words, programme, action), *said.figures(words, action)),
        )
        for action in actions
    ]


def routes(parts: EventParts) -> list[BaseRoute]:
    """Give ``/actions`` and ``/points``."""

    async def actions(request: Request) -> Response:
        programme, on = parts.public.programme(), parts.public.clock.today()
        words, _ = parts.words(request)
        groups = {
            group.value: view(programme, words, [one for one in programme.actions if one.group is group])
            for group in ActionGroup
        }
        switched = await parts.public.read(switches.find)
        values = {"groups": groups, "is_heat_alert": is_heat_alert(programme, on, switched.heat_days)}
        return _page(parts, request, "actions.html", **values)

    async def how_points_count(request: Request) -> Response:
        programme = parts.public.programme()
        checked_in = [action for action in programme.actions if action.group is ActionGroup.CHECKED_IN]
        values = {"limits": programme.limits, "boards": programme.boards, "version": programme.version}
        return _page(parts, request, "points.html", checked_in=checked_in, **values)

    return [Route("/actions", actions), Route("/points", how_points_count)]


def _page(parts: EventParts, request: Request, template: str, **values: Any) -> Response:
    response = parts.public.pages.render(request, template, **values)
    parts.public.visits.note(request)
    return response
