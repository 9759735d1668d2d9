"""Lets staff write an event: a new draft, a draft anew, or other words for one that is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.pages import EASY_JAPANESE, Pages
from bot.web.staff import wording
from bot.web.staff.desk import Desk, RefusedError, see_other
from bot.web.staff.events import drafts, faults, looks
from bot.web.staff.events.drafts import Written
from bot.web.staff.events.looks import Looks
from bot.web.staff.forms import read_form
from bot.web.staff.gate import guarded
from bot.web.staff.overview import find_event
from bot.web.staff.present import Present
from bot.web.staff.sending.outlook import Outlook
from bot.web.staff.sending.wording import AUDIENCE_KINDS
from handlers import eventwords, preparing
from handlers.arranging import ArrangementRefusedError, NotArranged
from handlers.rules.roles import Right
from handlers.texts import JAPANESE, Texts, name_language
from storage import event_checks
from storage.facts import EventFacts, EventKind, EventState, PlannedEvent

Form = Mapping[str, str]
CHANGED = (
    "ほかの人が先に変えました。あなたが書いたものは下に残っています。いまの内容と見くらべて、もう一度保存してください。"
)
OVER = "中止したイベントは、直せません。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What the page of the form shows: the form, what is wrong with it, how it looks, what another has saved."""

    form: Form
    was: EventFacts | None = None
    written: Written | None = None
    error: str = ""
    looks: Looks | None = None
    theirs: Looks | None = None
    status: int = 200


def routes(desk: Desk, outlook: Outlook) -> list[BaseRoute]:
    """Give ``/staff/events/new``, which takes ``?like=`` an event, and ``/staff/events/{id}/edit``."""
    public = Pages(Texts((*desk.programme().city.languages, EASY_JAPANESE), "pages"), desk.programme)
    writer = _Writer(desk, outlook, public)

    async def begin(request: Request, who: Present) -> Response:
        like = read_number(request.query_params.get("like", ""))
        if like is None:
            return writer.show(who, Sheet(form=drafts.empty(desk.programme())))
        event = await desk.read(partial(find_event, event_id=like))
        return writer.show(who, Sheet(form=drafts.like(event)))

    async def make(request: Request, who: Present) -> Response:
        return await writer.take(who, dict(await read_form(request)), None)

    async def show(request: Request, who: Present) -> Response:
        event = await writer.find(request)
        return writer.show(who, Sheet(form=drafts.fill(event), was=event))

    async def edit(request: Request, who: Present) -> Response:
        return await writer.take(who, dict(await read_form(request)), await writer.find(request))

    return [
        guarded(desk, "/staff/events/new", begin, Right.ARRANGE),
        guarded(desk, "/staff/events/new", make, Right.ARRANGE, method="POST"),
        guarded(desk, "/staff/events/{event_id:number}/edit", show, Right.ARRANGE),
        guarded(desk, "/staff/events/{event_id:number}/edit", edit, Right.ARRANGE, method="POST"),
    ]


class _Writer:
    """Takes a form for what its button says: other rows, a look, or to be saved."""

    def __init__(self, desk: Desk, outlook: Outlook, public: Pages) -> None:
        self.desk, self.outlook, self.public = desk, outlook, public

    async def find(self, request: Request) -> EventFacts:
        """Find the event of an address; RefusedError for one that is off."""
        event = await self.desk.read(partial(find_event, event_id=request.path_params["event_id"]))
        if event.state is EventState.CANCELLED:
            raise RefusedError(OVER)
        return event

    async def take(self, who: Present, form: Form, was: EventFacts | None) -> Response:
        """Take a form; what does not fit is given back with all that was typed."""
        if form.get("act") == "rows":
            return self.show(who, Sheet(form=form, was=was))
        now = self.desk.clock.now()
        written = drafts.read(form, self.desk.programme(), was, now)
        if written.faults:
            return self.show(who, Sheet(form=form, was=was, written=written, status=409))
        if form.get("act") == "preview":
            shown = await self._look(looks.as_shown(written.event, was, now))
            return self.show(who, Sheet(form=form, was=was, written=written, looks=shown))
        try:
            event_id = await self._save(who.name, form, written.event, was)
        except ArrangementRefusedError as error:
            return await self._give_back(who, form, written, was, error.reason)
        return see_other(f"/staff/events/{event_id}?done=saved")

    async def _save(self, by: str, form: Form, event: PlannedEvent, was: EventFacts | None) -> int:
        now = self.desk.clock.now()
        if was is None:
            return await self.desk.write(partial(preparing.draft, event=event, by=by, now=now))
        seen = read_number(form.get("seen", "")) or 0
        change = partial(preparing.rewrite if was.state is EventState.DRAFT else preparing.reword, event_id=was.id)
        await self.desk.write(partial(change, event=event, seen=seen, by=by, now=now))
        return was.id

    async def _give_back(
        self, who: Present, form: Form, written: Written, was: EventFacts | None, reason: NotArranged
    ) -> Response:
        """Give back what was written, beside what is there now; saved once more, it takes that one's place."""
        if reason is NotArranged.CODE_TAKEN:
            written.faults["code"] = reason.value
            return self.show(who, Sheet(form=form, was=was, written=written, status=409))
        if reason is not NotArranged.CHANGED or was is None:
            return self.show(who, Sheet(form=form, was=was, written=written, error=reason.value, status=409))
        now = await self.desk.read(partial(find_event, event_id=was.id))
        theirs = await self._look(now)
        again = {**form, "seen": str(now.sequence)}
        return self.show(who, Sheet(form=again, was=now, error=CHANGED, theirs=theirs, status=409))

    async def _look(self, event: EventFacts) -> Looks:
        return await self.desk.read(
            lambda connection: looks.look(connection, self.desk, self.outlook, self.public, event)
        )

    def show(self, who: Present, sheet: Sheet) -> Response:
        """Show the form."""
        programme = self.desk.programme()
        languages = list(dict.fromkeys((JAPANESE, *programme.city.languages)))
        japanese = self.outlook.texts.of(JAPANESE)
        values: dict[str, Any] = {
            "sheet": sheet,
            "form": {**({"seen": str(sheet.was.sequence)} if sheet.was else {}), **sheet.form},
            "event": sheet.was,
            "has_parts": sheet.was is None or sheet.was.state is EventState.DRAFT,
            "faults": sheet.written.faults if sheet.written else {},
            "lacking": sheet.written.lacking if sheet.written else [],
            "name": faults.name,
            "languages": [(tag, name_language(tag, JAPANESE)) for tag in languages],
            "kinds": [(kind.value, japanese.say(eventwords.KINDS[kind])) for kind in EventKind],
            "modes_of": list(wording.MODES.items()),
            "audience_words": AUDIENCE_KINDS,
            "wards": [(ward.code, ward.name[JAPANESE]) for ward in programme.wards],
            "interests": [(one.code, one.name[JAPANESE]) for one in programme.interests],
            "rows": drafts.rows(sheet.form),
            "most_parts": drafts.MOST_PARTS,
            "days": [("", "選ばない"), *((day, day) for day in drafts.DAYS)],
            "companions": [(number, f"{number}人") for number in range(event_checks.COMPANIONS + 1)],
        }
        return self.desk.render("event_form.html", who=who, status=sheet.status, **values)
