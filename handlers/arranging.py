"""What staff do with an event: publish, close, cancel, move, shrink or reword it; those concerned are told once.

Each act is written to the audit trail in the same transaction; one that does not make sense is refused in plain words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import groupby

from sqlalchemy import Connection

from handlers import announcing, broadcasting, planning, queueing
from handlers.rules import registration as rules
from handlers.rules.notices import URGENT, due_for_change
from storage import attendances, audit, events, notices, outbox, registrations
from storage.facts import (
    REMINDERS,
    EventDetails,
    EventFacts,
    EventState,
    NoticeFacts,
    NoticeKind,
    PartFacts,
    PartState,
    RegistrationFacts,
)

TOLD_AGAIN = frozenset({NoticeKind.SEATED, NoticeKind.OFFERED, NoticeKind.OFFER_LAPSED, NoticeKind.BUMPED})
"""What is still true after a move."""
ABOUT_A_PLACE = TOLD_AGAIN | REMINDERS | {NoticeKind.MOVED}
ABOUT_A_SEAT = REMINDERS | {NoticeKind.SEATED, NoticeKind.OFFERED}


class NotArranged(StrEnum):
    """Why an act of staff was refused; the words are for the member of staff."""

    NOT_FOUND = "このイベントは見つかりません。"
    NOT_A_DRAFT = "このイベントは、いまの状態では公開できません。"
    NOT_PUBLISHED = "このイベントは公開中ではありません。"
    NOT_GOING = "このイベントは、もう終わったか中止になっています。"
    IN_THE_PAST = "過ぎた日時です。これからの日時を入れてください。"
    ENDS_FIRST = "終わりの時刻が、始まりの時刻より前です。"
    NO_ZONE = "日時に時差（+09:00など）がありません。"
    SAME_TIME = "日時が変わっていません。"
    TOO_FEW = "定員は1人以上にしてください。"
    BELOW_TAKEN = "申し込んだ人のほうが多くなります。"
    ATTENDED = "もう受付をした人がいます。中止にするには、先に受付を取り消してください。"
    OTHER_CODE = "イベントのコードは変えられません。"
    CODE_TAKEN = "このコードは、もう使われています。"
    CHANGED = "ほかの人が先に変えました。"


class ArrangementRefusedError(Exception):
    """An act of staff that does not make sense; ``reason`` says why, and so do its words."""

    def __init__(self, reason: NotArranged) -> None:
        super().__init__(reason.value)
        self.reason = reason


def publish(connection: Connection, event_id: int, *, by: str, now: datetime) -> None:
    """Show a draft to everybody and take registrations, or open a closed event again."""
    event = _lock(connection, event_id)
    if event.state not in (EventState.DRAFT, EventState.CLOSED):
        raise ArrangementRefusedError(NotArranged.NOT_A_DRAFT)
    if all(rules.is_over(part, now) for part in event.parts):
        raise ArrangementRefusedError(NotArranged.IN_THE_PAST)
    is_news = event.published_at is None
    events.change(connection, event_id, now, state=EventState.PUBLISHED, published_at=event.published_at or now)
    if is_news:
        announcing.post(connection, event, now=now)
    audit.add(connection, by, "event.publish", f"event:{event_id}", now)


def close(connection: Connection, event_id: int, *, by: str, now: datetime) -> None:
    """Take no more registrations; who waits is still served."""
    event = _lock(connection, event_id)
    if event.state is not EventState.PUBLISHED:
        raise ArrangementRefusedError(NotArranged.NOT_PUBLISHED)
    events.change(connection, event_id, now, state=EventState.CLOSED)
    audit.add(connection, by, "event.close", f"event:{event_id}", now)


def change_details(connection: Connection, event_id: int, details: EventDetails, *, by: str, now: datetime) -> None:
    """Replace what the city says of an event; its dates, seats and state are changed by the other acts."""
    event = _lock(connection, event_id)
    if details.code != event.code:
        raise ArrangementRefusedError(NotArranged.OTHER_CODE)
    events.change_details(connection, event_id, details, now)
    _hold_back(connection, event_id, now)
    audit.add(connection, by, "event.change", f"event:{event_id}", now)


def cancel_event(connection: Connection, event_id: int, *, by: str, now: datetime) -> None:
    """Cancel all parts of an event that are still to come; whoever registered is told once, not once a part."""
    event = _lock(connection, event_id)
    if event.state in (EventState.CANCELLED, EventState.HELD):
        raise ArrangementRefusedError(NotArranged.NOT_GOING)
    going = [part for part in event.parts if not rules.is_over(part, now)]
    _refuse_attended(connection, going)
    events.change(connection, event_id, now, state=EventState.CANCELLED)
    is_soon = _cancel_parts(connection, going, now, {"whole": "yes"}, _cancelled(event))
    _hold_back(connection, event_id, now)
    audit.add(connection, by, "event.cancel", f"event:{event_id}", now, to_report=is_soon)


def cancel_part(connection: Connection, part_id: int, *, by: str, now: datetime) -> None:
    """Cancel one part of an event; the event is cancelled with its last one."""
    event, part = _lock_part(connection, part_id, now)
    _refuse_attended(connection, [part])
    others = [other for other in event.parts if other.id != part_id and other.state is not PartState.CANCELLED]
    if not others:
        events.change(connection, event.id, now, state=EventState.CANCELLED)
    words, before = ({}, []) if others else ({"whole": "yes"}, _cancelled(event))
    is_soon = _cancel_parts(connection, [part], now, words, before)
    _hold_back(connection, event.id, now)
    audit.add(connection, by, "part.cancel", f"part:{part_id}", now, to_report=is_soon)


def _hold_back(connection: Connection, event_id: int, now: datetime) -> None:
    """Hold back the broadcasts that announce an event as it was, and have its public post edited."""
    event = events.find(connection, event_id)
    if event is not None:
        broadcasting.hold_of_event(connection, event, now)
        announcing.amend(connection, event, now=now)


def _refuse_attended(connection: Connection, parts: Sequence[PartFacts]) -> None:
    """Refuse to cancel what somebody was seen at: the sums count them."""
    if any(attendances.list_of_part(connection, part.id) for part in parts):
        raise ArrangementRefusedError(NotArranged.ATTENDED)


def _cancelled(event: EventFacts) -> list[PartFacts]:
    return [part for part in event.parts if part.state is PartState.CANCELLED]


def _cancel_parts(
    connection: Connection,
    parts: Sequence[PartFacts],
    now: datetime,
    words: dict[str, str],
    before: Sequence[PartFacts],
) -> bool:
    """End all registrations of parts; a party is told once, of its first one. Gives whether one was to begin soon.

    What those who are told so have not heard yet of the parts that were cancelled ``before`` is not told any more.
    """
    ordered = sorted(parts, key=lambda part: (part.starts_at is None, part.starts_at, part.number))
    all_live = {part.id: registrations.list_of_part(connection, part.id) for part in ordered}
    until = _worth_until(connection, ordered, all_live, before, now)
    told: set[int] = set()
    for part in ordered:
        live = all_live[part.id]
        cancelled = replace(part, state=PartState.CANCELLED, schedule_version=part.schedule_version + 1)
        known = _known_times(part, _withhold(connection, cancelled, now), live)
        details = {one: {**words, **was} for one, was in known.items()}
        first = [one for one in live if one.person_id not in told]
        for moment in sorted({until[one.person_id] for one in first}):
            some = [one for one in first if until[one.person_id] == moment]
            _tell_cancelled(connection, cancelled, live, some, details, now, moment)
        queueing.end(connection, part.id, live, now)
        _store(connection, cancelled, now)
        told |= {one.person_id for one in live}
    return any(_is_soon(part.starts_at, now) for part in parts)


def _worth_until(
    connection: Connection,
    parts: Sequence[PartFacts],
    live: Mapping[int, Sequence[RegistrationFacts]],
    before: Sequence[PartFacts],
    now: datetime,
) -> dict[int, datetime]:
    """Say by person how long that parts are off is worth telling: they may stand at the door of their last one.

    What they have not heard yet of the parts cancelled before is taken back, and told with it for as long.
    """
    until: dict[int, datetime] = {}
    for part in parts:
        end = part.ends_at or part.starts_at or now + planning.WHILE_OPEN
        until |= {one.person_id: max(end, until.get(one.person_id, end)) for one in live[part.id]}
    for part in before:
        untold = notices.cancel(connection, now, part_id=part.id, person_ids=set(until), kinds={NoticeKind.CANCELLED})
        until |= {one.person_id: max(one.not_after, until[one.person_id]) for one in untold}
    return until


def _tell_cancelled(
    connection: Connection,
    part: PartFacts,
    live: Sequence[RegistrationFacts],
    concerned: Sequence[RegistrationFacts],
    details: Mapping[int, Mapping[str, str]],
    now: datetime,
    until: datetime,
) -> None:
    """Tell some of those at a cancelled part; at once where the hour or the beginning asks for it."""
    due_at = _due(part, concerned, details, now)
    _tell(connection, NoticeKind.CANCELLED, part, live, concerned, details, now, due_at, until)


def _tell(
    connection: Connection,
    kind: NoticeKind,
    part: PartFacts,
    live: Sequence[RegistrationFacts],
    concerned: Sequence[RegistrationFacts],
    details: Mapping[int, Mapping[str, str]],
    now: datetime,
    due_at: datetime,
    until: datetime | None = None,
) -> None:
    """Tell those concerned, each what they must know; quicker where that is the same for all who are live."""
    first = details[concerned[0].person_id] if concerned else {}
    if len(concerned) == len(live) and all(details[one.person_id] == first for one in live):
        planning.tell_all(connection, kind, part, now, due_at=due_at, detail=first, not_after=until)
    else:
        planning.tell(connection, kind, part, concerned, now, due_at=due_at, not_after=until, details=details)


def move(
    connection: Connection,
    part_id: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    *,
    by: str,
    now: datetime,
) -> None:
    """Set a part's time anew, or open its date; reminders follow, and who registered is told once, with both times.

    A move before an earlier one was told is told together with it; one back to what people know is not told at all.
    """
    event, part = _lock_part(connection, part_id, now)
    _check_times(part, starts_at, ends_at, now)
    version = part.schedule_version + 1
    moved = replace(part, starts_at=starts_at, ends_at=ends_at, schedule_version=version)
    untold = _withhold(connection, moved, now)
    _store(connection, moved, now)
    live = registrations.list_of_part(connection, part_id)
    registrations.keep_guests(connection, event.id, rules.forget_guests_at([moved], now))
    _shorten_offers(connection, moved, live, now)
    planning.tell_again(connection, moved, [one for one in untold if one.kind in TOLD_AGAIN], now)
    known = _known_times(part, untold, live)
    _tell_moved(connection, moved, live, known, now)
    planning.remind_all(connection, moved, now)
    _hold_back(connection, event.id, now)
    is_soon = _is_soon(part.starts_at, now) or _is_soon(starts_at, now)
    audit.add(
        connection, by, "part.move", f"part:{part_id}", now, f"{_iso(starts_at)}/{_iso(ends_at)}", to_report=is_soon
    )
    queueing.serve_line(connection, event.id, now)


def _tell_moved(
    connection: Connection,
    moved: PartFacts,
    live: Sequence[RegistrationFacts],
    known: Mapping[int, dict[str, str]],
    now: datetime,
) -> None:
    concerned = [one for one in live if known[one.person_id] != _times(moved)]
    due_at = _due(moved, concerned, known, now)
    _tell(connection, NoticeKind.MOVED, moved, live, concerned, known, now, due_at)


def _due(
    part: PartFacts, concerned: Sequence[RegistrationFacts], known: Mapping[int, Mapping[str, str]], now: datetime
) -> datetime:
    """Say when a change is told: by the earliest beginning that anybody concerned knows of, or the one that is true."""
    starts = [_moment(known[one.person_id]["was_starts_at"]) for one in concerned]
    return due_for_change(now, min((at for at in [part.starts_at, *starts] if at is not None), default=None))


def _shorten_offers(connection: Connection, moved: PartFacts, live: Sequence[RegistrationFacts], now: datetime) -> None:
    """End offers with the beginning of a part that was moved before their end."""
    start = moved.starts_at
    late = [one.id for one in live if start and one.offered_until and one.offered_until > start]
    registrations.change(connection, late, now, offered_until=start)


def _withhold(connection: Connection, part: PartFacts, now: datetime) -> list[NoticeFacts]:
    """Take back all that speaks of a part's earlier schedules and was not sent yet; gives what people do not know."""
    notices.drop(connection, now, part_id=part.id, kinds=REMINDERS)
    waiting = notices.cancel(connection, now, part_id=part.id, kinds=ABOUT_A_PLACE - REMINDERS)
    unsent = notices.recall(connection, now, part_id=part.id, kinds=ABOUT_A_PLACE - REMINDERS)
    outbox.skip_outdated(connection, part.id, part.schedule_version, now)
    return [*unsent, *waiting]


def _known_times(
    part: PartFacts, untold: Sequence[NoticeFacts], live: Sequence[RegistrationFacts]
) -> dict[int, dict[str, str]]:
    """Give the times each person knows: those before the first move that they were not told of, else the part's."""
    moves = {one.person_id: dict(one.detail) for one in reversed(untold) if one.kind is NoticeKind.MOVED}
    return {one.person_id: moves.get(one.person_id, _times(part)) for one in live}


def _times(part: PartFacts) -> dict[str, str]:
    return {"was_starts_at": _iso(part.starts_at), "was_ends_at": _iso(part.ends_at)}


def _iso(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def _moment(written: str) -> datetime | None:
    return datetime.fromisoformat(written) if written else None


def set_capacity(
    connection: Connection, part_id: int, capacity: int | None, *, by: str, now: datetime, bump: bool = False
) -> None:
    """Change how many seats a part has; None takes everybody. Those who wait are served.

    Fewer than are taken is refused, unless ``bump`` sends the newest parties back to the head of the line.
    """
    event, part = _lock_part(connection, part_id, now)
    if capacity is not None and capacity < 1:
        raise ArrangementRefusedError(NotArranged.TOO_FEW)
    over = 0 if capacity is None else part.taken - capacity
    if over > 0 and (not bump or rules.has_begun(part, now)):
        raise ArrangementRefusedError(NotArranged.BELOW_TAKEN)
    resized = replace(part, capacity=capacity)
    _store(connection, resized, now)
    bumped = _bump(connection, resized, over, now)
    audit.add(
        connection,
        by,
        "part.capacity",
        f"part:{part_id}",
        now,
        f"{capacity}",
        to_report=bumped and _is_soon(part.starts_at, now),
    )
    queueing.serve_line(connection, event.id, now)


def _bump(connection: Connection, part: PartFacts, over: int, now: datetime) -> bool:
    """Put the newest parties back at the head of the line, the earliest of them first."""
    holding = registrations.list_of_part(connection, part.id, registrations.HOLDING)
    parties = {queued: list(party) for queued, party in groupby(holding, key=lambda one: one.queued)}
    bumped = [
        parties[q] for q in rules.choose_bumped([(queued, len(party)) for queued, party in parties.items()], over)
    ]
    rows = [one for party in bumped for one in party]
    untold = planning.take_back(connection, part.id, rows, now, ABOUT_A_SEAT) if rows else []
    never_knew = {one.person_id for one in untold if one.kind in (NoticeKind.SEATED, NoticeKind.OFFERED)}
    told = [one for one in queueing.put_first(connection, part, bumped, now) if one.person_id not in never_knew]
    planning.tell(connection, NoticeKind.BUMPED, part, told, now)
    return bool(bumped)


def _lock(connection: Connection, event_id: int) -> EventFacts:
    events.lock(connection, event_id)
    event = events.find(connection, event_id)
    if event is None:
        raise ArrangementRefusedError(NotArranged.NOT_FOUND)
    return event


def _lock_part(connection: Connection, part_id: int, now: datetime) -> tuple[EventFacts, PartFacts]:
    """Lock the event of a part that is still to come."""
    found = events.find_by_part(connection, part_id)
    event = _lock(connection, found.id if found else 0)
    part = event.part(part_id)
    if part is None or event.state in (EventState.CANCELLED, EventState.HELD) or rules.is_over(part, now):
        raise ArrangementRefusedError(NotArranged.NOT_GOING)
    return event, part


def _check_times(part: PartFacts, starts_at: datetime | None, ends_at: datetime | None, now: datetime) -> None:
    given = [at for at in (starts_at, ends_at) if at is not None]
    if any(at.tzinfo is None for at in given):
        raise ArrangementRefusedError(NotArranged.NO_ZONE)
    if starts_at is not None and starts_at <= now:
        raise ArrangementRefusedError(NotArranged.IN_THE_PAST)
    if ends_at is not None and (starts_at is None or ends_at <= starts_at):
        raise ArrangementRefusedError(NotArranged.ENDS_FIRST)
    if (starts_at, ends_at) == (part.starts_at, part.ends_at):
        raise ArrangementRefusedError(NotArranged.SAME_TIME)


def _store(connection: Connection, part: PartFacts, now: datetime) -> None:
    """Store what an act changed of a part; how many seats are taken is not the part's to say."""
    names = ("starts_at", "ends_at", "capacity", "state", "schedule_version")
    events.change_part(connection, part, now, **{name: getattr(part, name) for name in names})


def _is_soon(starts_at: datetime | None, now: datetime) -> bool:
    return starts_at is not None and starts_at - now <= URGENT
