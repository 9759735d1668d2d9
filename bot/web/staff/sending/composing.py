"""Lets staff write a broadcast: languages side by side, a picture, whom it is for, when. Sends nothing."""

from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending import deriving, drafts, picturing, showing, wording
from bot.web.staff.sending.drafts import Form
from bot.web.staff.sending.outlook import Outlook
from bot.web.staff.sending.previews import previews
from handlers import broadcasting
from handlers.broadcasting import BroadcastRefusedError
from handlers.rules import broadcasts as rules
from handlers.rules.broadcasts import Act
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, name_language
from storage import events
from storage.facts import BroadcastContent, BroadcastFacts, BroadcastKind

EVENTS = 200  # at most so many to choose from: those to come, and of all the newest
CHANGED = (
    "ほかの人が先に変えました。書いたものは、下に残っています。いまの内容と見くらべてから、もう一度保存してください。"
)
NOT_EDITABLE = "この配信は、この画面では直せません。ボットを動かしている機械で直してください（OPERATIONS.mdの10）。"


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give the forms: a new broadcast, one that has not begun, drafts from what is known, and how phones draw them."""

    async def begin(request: Request, who: Present) -> Response:
        return await _page(desk, who, drafts.empty(desk.clock.now()), None)

    async def make(request: Request, who: Present) -> Response:
        now = desk.clock.now()
        _, content = await _read(desk, who, request, None, outlook)
        if isinstance(content, Response):
            return content
        number = await desk.write(lambda c: broadcasting.draft(c, content, by=who.name, now=now))
        return see_other(f"/staff/broadcasts/{number}?done=saved")

    async def show(request: Request, who: Present) -> Response:
        one = await _find(desk, request)
        return await _page(desk, who, drafts.fill(one.content), one)

    async def edit(request: Request, who: Present) -> Response:
        one, now = await _find(desk, request), desk.clock.now()
        form, content = await _read(desk, who, request, one, outlook)
        if isinstance(content, Response):
            return content
        replace = partial(broadcasting.edit, broadcast_id=one.id, content=content, by=who.name, now=now)
        try:
            await desk.write(partial(replace, seen_hash=form.get("seen", "")))
        except BroadcastRefusedError as error:
            return await _give_back(desk, who, form, await _find(desk, request), error)
        return see_other(f"/staff/broadcasts/{one.id}?done=saved")

    async def sketch(request: Request, who: Present) -> Response:
        form = await read_form(request)
        texts = drafts.sketch(form, desk.programme().city.languages, outlook.texts)
        return desk.render("looks.html", who=who, shown_texts=previews(texts))

    one_of_them = "/staff/broadcasts/{broadcast_id:number}/edit"
    return [
        guarded(desk, "/staff/broadcasts/new", begin, Right.WRITE),
        guarded(desk, "/staff/broadcasts/new", make, Right.WRITE, method="POST", largest_file=picturing.LARGEST),
        guarded(desk, "/staff/broadcasts/looks", sketch, Right.WRITE, method="POST"),
        guarded(desk, one_of_them, show, Right.WRITE),
        guarded(desk, one_of_them, edit, Right.WRITE, method="POST", largest_file=picturing.LARGEST),
        *deriving.routes(desk, outlook),
    ]


async def _find(desk: Desk, request: Request) -> BroadcastFacts:
    """Find a broadcast that the form can hold; RefusedError for another."""
    one = await desk.read(partial(showing.find, broadcast_id=request.path_params["broadcast_id"]))
    if not drafts.is_editable(one.content):
        raise RefusedError(NOT_EDITABLE)
    return one


async def _read(
    desk: Desk, who: Present, request: Request, one: BroadcastFacts | None, outlook: Outlook
) -> tuple[Form, BroadcastContent | Response]:
    """Read what was written; or give the form back, with how it looks, or with what does not fit."""
    form, was = await read_form(request), one.content if one else None
    try:
        form = await picturing.receive(desk, request, form, outlook.public_url)
        picture = await picturing.find(desk, form, drafts.picture_of(was), outlook.public_url)
        content = drafts.read(form, desk.programme(), was, outlook.texts, picture)
    except RefusedError as error:
        return form, await _page(desk, who, form, one, status=409, error=str(error))
    if form.get("act") == "preview":
        return form, await _page(desk, who, form, one, shown=content)
    return form, content


async def _give_back(
    desk: Desk, who: Present, form: Form, one: BroadcastFacts, error: BroadcastRefusedError
) -> Response:
    """Give back what was written, beside what is there now; saved once more, it takes that one's place."""
    if rules.next_state(one.state, Act.EDIT) is None:
        return await _page(desk, who, form, one, status=409, error=wording.refusal(error.reasons[0]))
    seen = rules.content_hash(one.content)
    return await _page(desk, who, {**form, "seen": seen}, one, status=409, error=CHANGED, theirs=one.content)


async def _page(
    desk: Desk,
    who: Present,
    form: Form,
    one: BroadcastFacts | None,
    *,
    status: int = 200,
    error: str = "",
    shown: BroadcastContent | None = None,
    theirs: BroadcastContent | None = None,
) -> Response:
    """Show the form; ``shown`` is what was written as phones draw it, ``theirs`` what another has saved meanwhile."""
    found = await desk.read(lambda connection: _choices(connection, desk))
    seen = form.get("seen") or (rules.content_hash(one.content) if one else "")
    values: dict[str, Any] = {
        "form": form,
        "one": one,
        "seen": seen,
        "error": error,
        "words": wording,
        "is_correction": one is not None and one.content.kind is BroadcastKind.CORRECTION,
        "buttons": drafts.BUTTONS,
        "hours": drafts.HOURS,
        "most_mb": picturing.LARGEST // 1_000_000,
        "shown_texts": previews(shown.texts) if shown else (),
        "theirs": previews(theirs.texts) if theirs else (),
    }
    return desk.render("compose.html", who=who, status=status, **values, **found)


def _choices(connection: Connection, desk: Desk) -> dict[str, Any]:
    programme = desk.programme()
    coming = events.list_coming(connection, desk.clock.now(), EVENTS)
    known = {event.id for event in coming}
    newest = [event for event in events.list_all(connection, EVENTS) if event.id not in known]
    languages = sorted(programme.city.languages, key=lambda tag: tag != JAPANESE)
    return {
        "coming": coming,
        "events": [*coming, *newest],
        "groups": drafts.groups(programme),
        "languages": [(tag, name_language(tag, JAPANESE)) for tag in languages],
    }
