"""Takes in the list of an online meeting: shows whom it confirms and who is left over, then confirms by that file."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.importing import ImportRefusedError, meeting, meeting_list
from bot.importing.lines import Rejected
from bot.importing.meeting import Matched, Person, Situation
from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.events import list_words, uploads
from bot.web.staff.events.uploads import Upload
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_part
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from storage.facts import EventFacts, PartFacts

LONGEST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Looked:
    """What a list says of a part: whom it confirms, who is left over, and the lines of nobody we know."""

    situation: Situation
    chosen: list[Person]
    left_over: list[tuple[Person, str]]
    matched: Matched
    rejected: list[Rejected]

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The lines that lead to nobody, and why."""
        unread = [(one.number, list_words.say(one.reason)) for one in self.rejected]
        strange = [(one.numbers[0], list_words.say(why)) for one, why in self.matched.strangers]
        return sorted(unread + strange)


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/parts/{id}/meeting``."""

    async def show(request: Request, who: Present) -> Response:
        event, part = await desk.read(partial(find_part, part_id=request.path_params["part_id"]))
        return _page(who, event, part, {})

    async def act(request: Request, who: Present) -> Response:
        form = dict(await read_form(request))
        event, part = await desk.read(partial(find_part, part_id=request.path_params["part_id"]))
        try:
            return await _take(request, who, form, event, part)
        except RefusedError as error:
            return _page(who, event, part, form, status=409, errors=[str(error)])
        except ImportRefusedError as error:
            return _page(who, event, part, form, status=409, errors=list_words.say_all(str(error)))

    async def _take(
        request: Request, who: Present, form: dict[str, str], event: EventFacts, part: PartFacts
    ) -> Response:
        is_confirmed, purpose = form.get("confirmed") == "yes", f"meeting {part.id}"
        upload = uploads.take(desk, who, purpose, form) if is_confirmed else await uploads.read_upload(request)
        situation = await desk.read(lambda c: meeting.look(c, event, part, desk.programme(), desk.clock.now()))
        looked = await asyncio.to_thread(look, upload, situation, _minutes(form), add=form.get("add") == "yes")
        if not is_confirmed:
            return _page(who, event, part, form, looked=looked, carried=uploads.carry(desk, who, purpose, upload))
        await asyncio.to_thread(meeting.confirm_all, desk.database, situation, looked.chosen, upload.name, who.name)
        return see_other(f"/staff/parts/{part.id}?done=listed")

    def _page(
        who: Present, event: EventFacts, part: PartFacts, form: Mapping[str, str], *, status: int = 200, **shown: Any
    ) -> Response:
        values = {"errors": (), "looked": None, "carried": {}, "minutes": LONGEST_MINUTES, **shown}
        return desk.render(
            "meeting.html", who=who, status=status, event=event, part=part, form=form, say=list_words.say, **values
        )

    path = "/staff/parts/{part_id:number}/meeting"
    return [
        guarded(desk, path, show, Right.ARRANGE),
        guarded(desk, path, act, Right.ARRANGE, method="POST", largest_file=uploads.LARGEST),
    ]


def look(upload: Upload, situation: Situation, minutes: int, *, add: bool) -> Looked:
    """Look whom a list confirms; ImportRefusedError where it is none."""
    with uploads.as_file(upload) as path:
        found, rejected, _ = meeting_list.read(path)
    matched = meeting.match(found, situation.people)
    chosen, left_over = meeting.choose(matched, situation.people, minutes, add=add)
    return Looked(situation, chosen, left_over, matched, rejected)


def _minutes(form: Mapping[str, str]) -> int:
    minutes = read_number(form.get("minutes", ""))
    if minutes is None or not 0 < minutes <= LONGEST_MINUTES:
        raise RefusedError(f"何分からかを、1から{LONGEST_MINUTES}までの数で書いてください。")
    return minutes
