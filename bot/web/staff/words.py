"""A web seminar's word: suggests when to show it, opens it, and shows it large until its time is over."""

import hashlib
import hmac
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_part
from bot.web.staff.present import Present
from handlers import attending
from handlers.attending import WordRefusedError
from handlers.rules.attendance import WORD_OPEN_FOR
from handlers.rules.roles import Right
from storage.facts import PartFacts

MIDDLE = (0.3, 0.7)  # of the schedule: late enough for latecomers, early enough for who leaves before the end


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``/staff/parts/{id}/word``: to look at, and to open the word."""

    async def show(request: Request, who: Present) -> Response:
        event, part = await desk.read(lambda connection: find_part(connection, request.path_params["part_id"]))
        now = desk.clock.now()
        left = _left(part, now)
        return desk.render(
            "word.html", who=who, event=event, part=part, left=left, best=suggest(desk.secret, part), life=WORD_OPEN_FOR
        )

    async def open_word(request: Request, who: Present) -> Response:
        part_id, now = request.path_params["part_id"], desk.clock.now()
        await desk.read(lambda connection: find_part(connection, part_id))
        try:
            await desk.write(lambda c: attending.open_word(c, desk.programme(), part_id, by=who.name, now=now))
        except WordRefusedError as error:
            raise RefusedError(str(error)) from None
        return see_other(f"/staff/parts/{part_id}/word")

    return [
        guarded(desk, "/staff/parts/{part_id:number}/word", show, Right.ARRANGE),
        guarded(desk, "/staff/parts/{part_id:number}/word", open_word, Right.ARRANGE, method="POST"),
    ]


def suggest(secret: bytes, part: PartFacts) -> datetime | None:
    """Give a moment in the middle of a part that nobody can foresee and that stays the same; None while it is open."""
    if part.starts_at is None or part.ends_at is None:
        return None
    seed = hmac.new(secret, f"word:{part.id}:{part.schedule_version}".encode(), hashlib.sha256).digest()
    drawn = int.from_bytes(seed[:4], "big") / 2**32
    share = MIDDLE[0] + (MIDDLE[1] - MIDDLE[0]) * drawn
    moment = part.starts_at + (part.ends_at - part.starts_at) * share
    return moment.replace(second=0, microsecond=0)


def _left(part: PartFacts, now: datetime) -> timedelta | None:
    """Tell how long the word is still open; None when it is not."""
    if part.word is None or part.word_opened_at is None:
        return None
    left = part.word_opened_at + WORD_OPEN_FOR - now
    return left if left > timedelta(0) else None
