"""Shows whom a broadcast would reach, what it costs and what is wrong with it, before it is sent. Changes nothing."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff.desk import Desk, see_other
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending import showing, wording
from bot.web.staff.sending.counting import Counting
from bot.web.staff.sending.outlook import Outlook
from handlers.rules import broadcasts as rules
from handlers.rules import preflight
from handlers.rules.preflight import Finding
from handlers.rules.roles import Right
from storage import events
from storage.facts import Audience, BroadcastContent, BroadcastState

Looked = dict[str, Any]
BEFORE = (BroadcastState.DRAFT, BroadcastState.SUBMITTED, BroadcastState.APPROVED)


def routes(desk: Desk, outlook: Outlook, counting: Counting) -> list[BaseRoute]:
    """Give ``/staff/broadcasts/{id}/check``: it asks every link that is not ours, and so may take seconds."""

    async def check(request: Request, who: Present) -> Response:
        number, programme = request.path_params["broadcast_id"], desk.programme()
        found = await desk.read(lambda c: showing.describe(c, showing.find(c, number), programme))
        if found["one"].state not in BEFORE:
            return see_other(f"/staff/broadcasts/{number}")
        looked = await look(desk, outlook, counting, number, found["one"].content)
        one = found["one"]
        is_own = any(rules.is_same_name(who.name, name) for name in (*one.authors, one.submitted_by or ""))
        return desk.render("broadcast_check.html", who=who, words=wording, is_own=is_own, **found, **looked)

    return [guarded(desk, "/staff/broadcasts/{broadcast_id:number}/check", check, Right.LOOK)]


async def look(desk: Desk, outlook: Outlook, counting: Counting, number: int, content: BroadcastContent) -> Looked:
    """Look through a broadcast for a page: what is found, what is foreseen, and the hash of what was looked at.

    Nothing is foreseen (``forecast`` is None) while its audience has never been counted.
    """
    counted, findings = await asyncio.gather(counting.find(number, content), find_faults(desk, outlook, content))
    forecast = await asyncio.to_thread(outlook.foresee, number, counted.counts) if counted else None
    return {
        "forecast": forecast,
        "counted_at": counted.at if counted else None,
        "findings": findings,
        "is_kept_back": bool(preflight.keeps_back(findings)),
        "is_for_all": replace(content.audience, friends=False) == Audience(),
        "seen": rules.content_hash(content),
        "will_hold": bool(forecast and rules.held_until(content, forecast.told, desk.clock.now())),
    }


async def find_faults(desk: Desk, outlook: Outlook, content: BroadcastContent) -> tuple[Finding, ...]:
    """List what preflight finds in a broadcast as it stands now."""
    seen = await asyncio.to_thread(outlook.gather, content, is_unchecked=False)
    if content.event_id is not None:
        seen = replace(seen, event=await desk.read(partial(events.find, event_id=content.event_id)))
    return preflight.look_through(content, seen, desk.clock.now())
