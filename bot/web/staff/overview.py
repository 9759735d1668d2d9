"""Shows staff the events, one event with its parts, and who is at a part; the printed list. Changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff import rosters
from bot.web.staff.desk import Desk, NotAllowedError, NowhereError
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.rosters import Entry, Standing
from handlers.rules.roles import Right
from storage import events, registrations
from storage.facts import AudienceKind, EventFacts, EventState, PartFacts

NEXT, EARLIER = 50, 50  # events listed
SHOWN_LINKS = 200  # persons whose company form is missing, at most named
DONE = {
    "saved": "保存しました。",
    "publish": "公開しました。",
    "close": "申し込みを締め切りました。",
    "cancel-event": "イベントを中止しました。",
    "cancel-part": "この回を中止しました。",
    "move": "日時を変えました。",
    "capacity": "定員を変えました。",
    "not-held": "この回は開かれなかったことにしました。",
    "registered": "申し込みを受け付けました。席があります。",
    "waiting": "申し込みを受け付けました。満席のため、キャンセル待ちです。",
    "seated": "席を用意しました。",
    "cancelled": "申し込みを取り消しました。",
    "checked-in": "受け付けました。",
    "taken-back": "受付を取り消しました。",
    "confirmed": "出席を確定しました。",
    "listed": "会議のリストと合わせて、出席を確定しました。",
}
"""What is said after something was done; only these words, whatever an address asks for."""


DOOR_OPEN_FOR = timedelta(days=1)  # before and after a part: volunteers see names then, and at no other time


@dataclass(frozen=True, slots=True)
class EventView:
    """One event as its page shows it. ``formless`` are company people who have not written on the form."""

    event: EventFacts
    standings: list[Standing]
    formless: list[str]


def routes(desk: Desk) -> list[BaseRoute]:
    """Give the pages to look at, each only for who is in."""

    async def listed(_: Request, who: Present) -> Response:
        return await show_events(desk, who)

    async def event(request: Request, who: Present) -> Response:
        view = await desk.read(lambda connection: _view(connection, request.path_params["event_id"]))
        if view.event.state is EventState.DRAFT and not who.may(Right.LOOK):
            raise NotAllowedError
        done = DONE.get(request.query_params.get("done", ""), "")
        return desk.render(
            "event.html",
            who=who,
            view=view,
            event=view.event,
            done=done,
            audiences=_audiences(view.event),
            now=desk.clock.now(),
        )

    async def part(request: Request, who: Present) -> Response:
        part_id, now = request.path_params["part_id"], desk.clock.now()
        await desk.read(lambda connection: open_part(connection, who, part_id, now))
        found = await desk.read(lambda connection: _people(connection, part_id))
        return desk.render("part.html", who=who, done=DONE.get(request.query_params.get("done", ""), ""), **found)

    async def printed(request: Request, who: Present) -> Response:
        found = await desk.read(lambda connection: _people(connection, request.path_params["part_id"]))
        has_companies = any(entry.company for entry in found["seated"])
        return desk.render("list.html", who=who, has_companies=has_companies, **found)

    return [
        guarded(desk, "/staff/events", listed, Right.ENTER),
        guarded(desk, "/staff/events/{event_id:number}", event, Right.ENTER),
        guarded(desk, "/staff/parts/{part_id:number}", part, Right.ENTER),
        guarded(desk, "/staff/parts/{part_id:number}/list", printed, Right.LOOK),
    ]


async def show_events(desk: Desk, who: Present) -> Response:
    """Show the events to come, soonest first, and to who has an account the rest, newest first."""
    found = await desk.read(lambda connection: _list_events(connection, desk.clock.now()))
    return desk.render("events.html", who=who, **found)


def find_event(connection: Connection, event_id: int) -> EventFacts:
    """Find an event; NowhereError where there is none."""
    found = events.find(connection, event_id)
    if found is None:
        raise NowhereError
    return found


def find_part(connection: Connection, part_id: int) -> tuple[EventFacts, PartFacts]:
    """Find a part and its event; NowhereError where there is none."""
    event = events.find_by_part(connection, part_id)
    part = event.part(part_id) if event else None
    if event is None or part is None:
        raise NowhereError
    return event, part


def open_part(connection: Connection, who: Present, part_id: int, now: datetime) -> tuple[EventFacts, PartFacts]:
    """Find a part for who may see who is expected at it: volunteers only from the day before to the day after.

    NowhereError where there is none, NotAllowedError where somebody may not see this one.
    """
    event, part = find_part(connection, part_id)
    if not who.may(Right.LOOK) and not _is_near(part, now):
        raise NotAllowedError
    return event, part


def _is_near(part: PartFacts, now: datetime) -> bool:
    if part.starts_at is None:
        return False
    return part.starts_at - DOOR_OPEN_FOR < now < (part.ends_at or part.starts_at) + DOOR_OPEN_FOR


def _list_events(connection: Connection, now: datetime) -> dict[str, Any]:
    """List what is coming, soonest first, and of the rest the newest."""
    coming = events.list_coming(connection, now, NEXT)
    known = {event.id for event in coming}
    others = [event for event in events.list_all(connection, NEXT + EARLIER) if event.id not in known]
    counts = rosters.standings(connection, [part for event in coming for part in event.parts])
    return {"coming": coming, "others": others[:EARLIER], "counts": counts}


def _view(connection: Connection, event_id: int) -> EventView:
    event = find_event(connection, event_id)
    standings = rosters.standings(connection, event.parts)
    return EventView(event, list(standings.values()), _formless(connection, event))


def _formless(connection: Connection, event: EventFacts) -> list[str]:
    """Name who came as a company's and has not given company and e-mail; they are asked again by their own chat."""
    given: Mapping[int, Any] = registrations.list_company_forms(connection, event.id)
    missing: dict[int, str] = {}
    for part in event.parts:
        silent = [one for one in registrations.list_companies(connection, part.id) if one.person_id not in given]
        missing.update({entry.registration.person_id: entry.name for entry in rosters.named(connection, part, silent)})
    return sorted(missing.values())[:SHOWN_LINKS]


def _people(connection: Connection, part_id: int) -> dict[str, Any]:
    event, part = find_part(connection, part_id)
    live = rosters.entries(connection, part)
    seated = sorted((entry for entry in live if entry.is_seated), key=_by_party)
    line = [entry for entry in live if not entry.is_seated]
    standing = rosters.standings(connection, [part])[part.id]
    return {"event": event, "part": part, "seated": seated, "line": line, "standing": standing}


def _by_party(entry: Entry) -> tuple[str, int, bool, str]:
    """Sort by name, companions behind who brings them."""
    return entry.host or entry.name, entry.registration.party, bool(entry.host), entry.name


def _audiences(event: EventFacts) -> str:
    return "・".join("企業" if one is AudienceKind.COMPANY else "市民" for one in event.audiences)
