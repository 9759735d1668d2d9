"""The first page of the staff: what is due, what waits for a second person, what failed, what is left. Changes nothing.

Everything on it comes from an index of few rows or from counters: it is as fast in a large city as in a small one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from bot.web.staff import failures, mondays, overview, rosters
from bot.web.staff.desk import Desk
from bot.web.staff.gate import guarded
from bot.web.staff.present import Present
from bot.web.staff.rosters import Standing
from bot.web.staff.sending import wording
from handlers import alerting
from handlers.alerting import PLATFORMS
from handlers.rules import weekly
from handlers.rules.calendar import TOKYO, tokyo_day
from handlers.rules.roles import Right
from handlers.texts import Texts
from storage import (
    alerts,
    audit,
    broadcasts,
    events,
    evidence,
    inbox,
    inquiries,
    notices,
    people,
    quotas,
    reach,
    slots,
    staff,
    standing_orders,
    totals,
    weeks,
)
from storage.alerts import AlertKind
from storage.facts import (
    BroadcastFacts,
    BroadcastState,
    ChannelName,
    EventFacts,
    EventState,
    PartState,
    Programme,
    Reach,
    StandingOrder,
    WeeklyPush,
)
from storage.slots import SlotState, StoredSlot

DAYS = 7  # looked ahead, today included
PARTS, BROADCASTS, SLOTS, URGENT = 30, 30, 10, 10  # at most shown
MOST_NOTICES, NAMES = 10_000, 50  # counted at most
JAPANESE = Texts(()).of("ja")
URGENT_ACTS = {
    "part.move": "日時の変更",
    "part.cancel": "回の中止",
    "event.cancel": "イベントの中止",
    "rules.missed": "決めた日に、きまりの新しい版を始められませんでした",
    "disaster.on": "災害時の切りかえ",
    "disaster.off": "災害時の切りかえの終わり",
}
REACH_WORDS = {
    Reach.JOINED: "参加している人",
    Reach.FOLLOWED: "友だちだけ",
    Reach.PAUSED: "お知らせを休んでいる人",
    Reach.BLOCKED: "ブロックした人",
    Reach.GONE: "いなくなった人",
}
"""How an account stands, each in one way only; groups and those forgotten after a year are nobody to tell."""
JOB_WORDS = {
    "upkeep": "古い記録の片づけ",
    "offers": "キャンセル待ちの案内",
    "held": "開かれた回の記録",
    "backup": "バックアップ",
    "rules": "きまりの新しい版の始まり",
    "stale_broadcasts": "期限が過ぎた配信の片づけ",
    "forgetting": "電話で申し込んだ人の名前の消去",
    "tombstones": "長く届かないアカウントの消去",
    "boards": "区の順位の確定",
    "weekly": "月曜日の配信",
}
SLOT_WORDS = {SlotState.FAILED: "失敗しました", SlotState.MISSED: "時間どおりに動きませんでした"}


@dataclass(frozen=True, slots=True)
class UrgentAct:
    """A change so near the start that one member of staff made it alone; the approver reads it here afterwards."""

    at: datetime
    by: str
    what: str
    event: EventFacts | None


@dataclass(frozen=True, slots=True)
class DuePart:
    """One part that begins within the week."""

    event: EventFacts
    standing: Standing
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Monday:
    """The next of Monday's messages, the order it goes out under (None: it does not), and what became of the last."""

    at: datetime
    order: StandingOrder | None
    last: WeeklyPush | None


def routes(desk: Desk) -> list[BaseRoute]:
    """Give ``GET /staff``; volunteers find the events there, as on ``/staff/events``."""

    async def today(request: Request, who: Present) -> Response:
        if not who.may(Right.LOOK):
            return await overview.show_events(desk, who)
        now, real = desk.clock.now(), desk.clock.real()
        work = await desk.read(partial(find_work, now=now))
        state = await desk.read(partial(find_state, programme=desk.programme(), now=now, real_now=real))
        own = await desk.read(partial(staff.find, staff_id=who.staff_id))
        codes_left = own.codes_left if own is not None and not own.has_app else None
        done = failures.DONE if request.query_params.get("done") == "again" else ""
        words: dict[str, Any] = {"reach_words": REACH_WORDS, "job_words": JOB_WORDS, "slot_words": SLOT_WORDS}
        words |= {"words": wording, "shortages": mondays.SHORTAGES, "platforms": PLATFORMS}
        return desk.render("today.html", who=who, codes_left=codes_left, done=done, **work, **state, **words)

    return [guarded(desk, "/staff", today, Right.ENTER)]


def find_work(connection: Connection, now: datetime) -> dict[str, Any]:
    """Find what is due today and this week, and what waits for somebody; ``now`` is calendar time."""
    begins = datetime.combine(tokyo_day(now), time.min, TOKYO)
    tomorrow, ends = begins + timedelta(days=1), begins + timedelta(days=DAYS)
    under_way = broadcasts.list_under_way(connection, BROADCASTS)
    parts = _list_parts(connection, begins, ends)
    return {
        "tomorrow": tomorrow,
        "ends": ends,
        "parts": _split(parts, tomorrow),
        "due": [one for one in under_way if one.content.send_at < ends],
        "notices": [
            notices.count_due(connection, *days, MOST_NOTICES) for days in ((begins, tomorrow), (tomorrow, ends))
        ],
        "most_notices": MOST_NOTICES,
        "most_names": NAMES,
        "monday": _find_monday(connection, now),
        "orders": [one for one in standing_orders.list_open(connection) if one.approved_at is None],
        "handed_in": _by_state(broadcasts.list_handed_in(connection, BROADCASTS)),
        "questions": inquiries.count_open(connection, tokyo_day(now)),
        "names": len(people.list_waiting_names(connection, NAMES)),
        "photos": evidence.list_waiting(connection, NAMES),
        "urgent": _list_urgent(connection),
    }


def find_state(connection: Connection, programme: Programme, now: datetime, real_now: datetime) -> dict[str, Any]:
    """Find what went wrong, what is left of LINE's month, who can be reached, and the totals."""
    failed = inbox.list_failed(connection, failures.SHOWN + 1)
    return {
        "troubles": _list_troubles(connection),
        "failed": failed[: failures.SHOWN],
        "more_failed": len(failed) > failures.SHOWN,
        "slots": _list_slots(connection, now),
        "reach": {PLATFORMS.get(name, name): numbers for name, numbers in reach.find_all(connection).items()},
        "quota": quotas.find(connection, ChannelName.LINE, real_now),
        "totals": totals.find_totals(connection, programme, now),
    }


def _list_troubles(connection: Connection) -> list[tuple[datetime, str]]:
    """List since when what is wrong, in words; the events that were given up are listed by themselves."""
    opened = alerts.list_open(connection)
    others = [one for one in opened if (one.kind, one.key) != (AlertKind.FAILED_ROWS, "inbox")]
    return [(one.opened_at, alerting.name_trouble(one.kind, one.key, JAPANESE)) for one in others]


def _list_parts(connection: Connection, since: datetime, until: datetime) -> list[DuePart]:
    """List the parts that begin in a stretch of time, soonest first; what is still a draft needs publishing."""
    found = events.list_within(connection, since, until, PARTS)
    held = [one for one in found if one.state is not EventState.CANCELLED]
    within = [(event, part) for event in held for part in event.parts if part.state is not PartState.CANCELLED]
    timed = [(event, part, part.starts_at) for event, part in within if part.starts_at]
    chosen = [(event, part, at) for event, part, at in timed if since <= at < until]
    standings = rosters.standings(connection, [part for _, part, _ in chosen])
    listed = [DuePart(event, standings[part.id], at) for event, part, at in chosen]
    return sorted(listed, key=lambda one: (one.starts_at, one.event.id))


def _split(parts: Sequence[DuePart], tomorrow: datetime) -> tuple[list[DuePart], list[DuePart]]:
    """Part what is due today from what comes after."""
    return [one for one in parts if one.starts_at < tomorrow], [one for one in parts if one.starts_at >= tomorrow]


def _by_state(handed_in: Sequence[BroadcastFacts]) -> dict[str, list[BroadcastFacts]]:
    states = (BroadcastState.SUBMITTED, BroadcastState.APPROVED)
    return {state.value: [one for one in handed_in if one.state is state] for state in states}


def _find_monday(connection: Connection, now: datetime) -> Monday:
    this_week = weeks.week_of(tokyo_day(now))
    tells_of = [this_week - timedelta(weeks=1), this_week]
    at = next(at for at in map(weekly.told_from, tells_of) if at > now)
    last = standing_orders.list_pushes(connection, 1)
    return Monday(at, standing_orders.find_in_force(connection), last[0] if last else None)


def _list_slots(connection: Connection, now: datetime) -> list[StoredSlot]:
    return [one for one in slots.list_shown(connection, SLOTS) if one.due_at > now - timedelta(days=DAYS)]


def _list_urgent(connection: Connection) -> list[UrgentAct]:
    """List what was changed on one person's authority, newest first."""
    rows = audit.list_newest(connection, URGENT, to_report=True)
    return [UrgentAct(row.at, row.actor, URGENT_ACTS.get(row.act, row.act), _find(connection, row)) for row in rows]


def _find(connection: Connection, row: audit.AuditRow) -> EventFacts | None:
    kind, _, number = row.subject.partition(":")
    question = {"event": events.find, "part": events.find_by_part}.get(kind)
    return question(connection, int(number)) if question else None
