"""Takes in attendance lists: shows row by row what one would count, then counts exactly that file."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.importing import ImportRefusedError, attendance
from bot.importing.attendance import LOOKED_AT, PIECE, Take
from bot.importing.counting import COUNTED, Counting, Looking, Vouching
from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.events import list_words, uploads
from bot.web.staff.events.drafts import one_line
from bot.web.staff.events.uploads import Upload
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_part
from bot.web.staff.present import Present
from handlers.rules.roles import Right
from storage.facts import EventFacts, PartFacts

PURPOSE = "attendance"
LONGEST_SOURCE = 200
NO_SOURCE = f"どこの名簿かを、{LONGEST_SOURCE}文字までで書いてください。"
Place = tuple[EventFacts, PartFacts] | None


@dataclass(slots=True)
class Read:
    """What became of a list, or would: how it is written, how many lines of each kind, and each line in turn."""

    told: str = ""
    unused: tuple[str, ...] = ()
    counted: Counter[str] = field(default_factory=Counter)
    rows: list[tuple[int, str, str]] = field(default_factory=list)


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/attendance``; ``?part=`` names the part that a list without events is about."""

    async def show(request: Request, who: Present) -> Response:
        place = await _find(request.query_params.get("part", ""))
        return _page(who, place, {})

    async def act(request: Request, who: Present) -> Response:
        form = dict(await read_form(request))
        place = await _find(form.get("part", ""))
        try:
            return await _take(request, who, form, place)
        except RefusedError as error:
            return _page(who, place, form, status=409, errors=[str(error)])
        except ImportRefusedError as error:
            return _page(who, place, form, status=409, errors=list_words.say_all(str(error)))

    async def _take(request: Request, who: Present, form: dict[str, str], place: Place) -> Response:
        is_confirmed = form.get("confirmed") == "yes"
        upload = uploads.take(desk, who, PURPOSE, form) if is_confirmed else await uploads.read_upload(request)
        source = one_line(form.get("source", ""))
        if not 0 < len(source) <= LONGEST_SOURCE:
            raise RefusedError(NO_SOURCE)
        vouching = Vouching(by=who.name, source=source, file=upload.name, programme=desk.programme())
        work = Counting(desk.database, vouching).take if is_confirmed else Looking(desk.database, vouching).take
        size = PIECE if is_confirmed else LOOKED_AT
        read = await asyncio.to_thread(go_through, upload, work, size, desk.secret, place)
        if is_confirmed:
            return _page(who, place, form, done=read)
        return _page(who, place, form, looked=read, carried=uploads.carry(desk, who, PURPOSE, upload))

    async def _find(text: str) -> Place:
        number = read_number(text)
        return None if number is None else await desk.read(partial(find_part, part_id=number))

    def _page(who: Present, place: Place, form: Mapping[str, str], *, status: int = 200, **shown: Any) -> Response:
        values = {"errors": (), "looked": None, "done": None, "carried": {}, **shown}
        event, part = place or (None, None)
        limits = {"largest": uploads.LARGEST, "most_lines": uploads.MOST_LINES}
        return desk.render(
            "attendance.html",
            who=who,
            status=status,
            event=event,
            part=part,
            form=form,
            words=list_words,
            **limits,
            **values,
        )

    return [
        guarded(desk, "/staff/attendance", show, Right.ARRANGE),
        guarded(desk, "/staff/attendance", act, Right.ARRANGE, method="POST", largest_file=uploads.LARGEST),
    ]


def go_through(upload: Upload, take: Take, size: int, secret: bytes, place: Place) -> Read:
    """Go through a list piece by piece; it waits for the database. ImportRefusedError where it is no such list."""
    with uploads.as_file(upload) as path:
        table = attendance.read(path, is_of_one_part=place is not None)
        if table.written.lines > uploads.MOST_LINES:
            raise RefusedError(uploads.TOO_LONG)
        read = Read(f"{table.written.name}、{list_words.SEPARATORS[table.separator]}", table.unused)
        for piece in attendance.pieces(table, secret, size, _of_part(place)):
            outcome = take(piece)
            read.counted += outcome.counted
            read.rows += _rows([one.number for one in piece], outcome.told)
    return read


def _of_part(place: Place) -> dict[str, str]:
    return {} if place is None else {"event": place[0].code, "part": str(place[1].number)}


def _rows(numbers: list[int], told: list[tuple[int, str, str]]) -> Iterator[tuple[int, str, str]]:
    """Say of each line what becomes of it."""
    known = {number: (what, why) for number, what, why in told}
    for number in numbers:
        what, why = known.get(number, (COUNTED, ""))
        yield number, what, list_words.say(why) if why else ""
