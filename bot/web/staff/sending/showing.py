"""Shows staff the broadcasts and one of them: what it says, how far it has come, what became of it. Changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.numbers import read_number
from bot.web.staff.desk import Desk, NowhereError
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.sending import drafts, wording
from bot.web.staff.sending.previews import previews
from handlers.rules import broadcasts as rules
from handlers.rules.broadcasts import Act
from handlers.rules.roles import Right
from storage import broadcasts, events, friends, generations, links, tallies
from storage.facts import BroadcastFacts, BroadcastState, ChannelName, DeliveryState, EventFacts, Programme
from storage.tallies import Tally

PAGE = 30
S = BroadcastState
OPEN_STATES = (DeliveryState.WAITING, DeliveryState.SEALED)
LIVE = (S.ARMED, S.SENDING, S.PAUSED)
"""The states in which the page looks again by itself."""
DONE = {
    "saved": (S.DRAFT, "下書きを保存しました。"),
    "announced": (S.DRAFT, "お知らせの下書きを作りました。文を読んで、必要なら直してください。"),
    "returned": (S.DRAFT, "書いた人に返しました。"),
    "correction": (S.DRAFT, "訂正の下書きを作りました。「直す」で、正しい文に直してください。"),
    "submitted": (S.SUBMITTED, "申請しました。ほかの人が承認するまで、送られません。"),
    "approved": (
        S.APPROVED,
        "承認しました。送るには、もう一度、人数を確かめて「配信待ちにする」を押します。",
    ),
    "armed": (S.ARMED, "配信待ちにしました。時間になると、自動で始まります。"),
    "rearmed": (S.ARMED, "もう一度、配信待ちにしました。"),
    "paused": (S.PAUSED, "一時停止しました。もう送り出した分は、戻せません。"),
    "resumed": (S.SENDING, "再開しました。"),
    "stopped": (S.STOPPED, "中止しました。まだの人には送りません。"),
}
"""What is said after something was done, while the broadcast still stands where that led it."""
REHEARSED = "職場の端末に、ためしに送りました。市民には送っていません。"


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a broadcast's deliveries: how many of each state on each channel, and why in how many cases."""

    rows: tuple[tuple[DeliveryState, dict[ChannelName, int]], ...]
    reasons: tuple[Tally, ...]
    total: int | None

    @property
    def ended(self) -> int:
        """How many deliveries have ended."""
        return sum(sum(counts.values()) for state, counts in self.rows if state not in OPEN_STATES)

    def count(self, state: DeliveryState) -> int:
        """How many deliveries stand in a state."""
        return sum(sum(counts.values()) for one, counts in self.rows if one is state)


def report(counted: Sequence[Tally], total: int | None) -> Report:
    """Add up a broadcast's counters; the states in the order in which the pages show them."""
    rows = []
    for state in wording.DELIVERIES:
        ours = [one for one in counted if one.state is state]
        counts = {channel: sum(one.number for one in ours if one.channel is channel) for channel in wording.PLATFORMS}
        if ours:
            rows.append((state, counts))
    return Report(tuple(rows), tuple(one for one in counted if one.reason), total)


def routes(desk: Desk) -> list[BaseRoute]:
    """Give the list and the page of one broadcast."""

    async def listed(request: Request, who: Present) -> Response:
        before = read_number(request.query_params.get("before", ""))
        found = await desk.read(partial(broadcasts.list_newest, limit=PAGE + 1, before=before))
        more = found[PAGE - 1].id if len(found) > PAGE else None
        return desk.render("broadcasts.html", who=who, words=wording, listed=found[:PAGE], more=more, before=before)

    async def show(request: Request, who: Present) -> Response:
        programme = desk.programme()
        found = await desk.read(lambda connection: _view(connection, request.path_params["broadcast_id"], programme))
        word = request.query_params.get("done", "")
        led_to, done = DONE.get(word, (None, ""))
        done = done if found["one"].state is led_to else REHEARSED if word == "rehearsed" else ""
        return desk.render("broadcast.html", who=who, done=done, words=wording, **found)

    return [
        guarded(desk, "/staff/broadcasts", listed, Right.LOOK),
        guarded(desk, "/staff/broadcasts/{broadcast_id:number}", show, Right.LOOK),
    ]


def find(connection: Connection, broadcast_id: int) -> BroadcastFacts:
    """Find a broadcast; NowhereError where there is none."""
    found = broadcasts.find(connection, broadcast_id)
    if found is None:
        raise NowhereError
    return found


def describe(connection: Connection, one: BroadcastFacts, programme: Programme) -> dict[str, Any]:
    """Describe a broadcast for a page: itself, its event, whom it is for, and how it looks on phones."""
    event = _event(connection, one.content.event_id)
    asked = _event(connection, one.content.audience.event_id)
    title = wording.title(asked) if asked else ""
    return {
        "one": one,
        "event": event,
        "audience": wording.audience(one.content.audience, programme, title),
        "previews": previews(one.content.texts),
        "is_editable": drafts.is_editable(one.content) and rules.next_state(one.state, Act.EDIT) is not None,
        "may": {act.value for act in Act if rules.next_state(one.state, act)},
    }


def _event(connection: Connection, event_id: int | None) -> EventFacts | None:
    return None if event_id is None else events.find(connection, event_id)


def _view(connection: Connection, broadcast_id: int, programme: Programme) -> dict[str, Any]:
    one = find(connection, broadcast_id)
    return {
        **describe(connection, one, programme),
        "report": report(tallies.list_of(connection, broadcast_id), one.total),
        "links": links.list_of_broadcast(connection, broadcast_id),
        "is_of_restore": one.generation not in (None, generations.find(connection)) and one.state in LIVE,
        "call": friends.find(connection, broadcast_id),
        "is_live": one.state in LIVE,
    }
