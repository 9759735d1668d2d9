"""Begins drafts from what is known: the announcement of an event, the correction of a broadcast. Reads no text."""

from functools import partial

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.acts import read_moment
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event
from bot.web.staff.present import Present
from bot.web.staff.sending import drafts, showing, wording
from bot.web.staff.sending.outlook import Outlook
from handlers import broadcasting, drafting
from handlers.broadcasting import BroadcastRefusedError
from handlers.rules.roles import Right


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give the acts that make such drafts."""

    async def announce(request: Request, who: Present) -> Response:
        form, now = await read_form(request), desk.clock.now()
        send_at = read_moment(form.get("send_at", ""), "いつから")
        event = await desk.read(partial(find_event, event_id=read_number(form.get("event", "")) or 0))
        languages, title = desk.programme().city.languages, wording.title(event)[: drafts.LONGEST_TITLE]
        content = drafting.announce(event, outlook.texts, languages, outlook.public_url, send_at, title)
        number = await desk.write(lambda c: broadcasting.draft(c, content, by=who.name, now=now))
        return see_other(f"/staff/broadcasts/{number}?done=announced")

    async def correct(request: Request, who: Present) -> Response:
        await read_form(request)
        now, number = desk.clock.now(), request.path_params["broadcast_id"]
        wrong = await desk.read(partial(showing.find, broadcast_id=number))
        texts = drafting.correct(wrong.content.texts, outlook.texts)
        try:
            number = await desk.write(lambda c: broadcasting.correct(c, wrong.id, texts, by=who.name, now=now))
        except BroadcastRefusedError as error:
            raise RefusedError(wording.refusal(error.reasons[0])) from None
        return see_other(f"/staff/broadcasts/{number}?done=correction")

    return [
        guarded(desk, "/staff/broadcasts/announcements", announce, Right.WRITE, method="POST"),
        guarded(desk, "/staff/broadcasts/{broadcast_id:number}/corrections", correct, Right.WRITE, method="POST"),
    ]
