"""Plans what people are told about their seats, and takes back what no longer holds; sends nothing itself.

Companions are never told: who brings them is. Guests on staff's list have nowhere to be told.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers.rules.notices import due_for_change, plan_reminders, write_kinds
from storage import notices, registrations
from storage.facts import EVERYBODY, NoticeFacts, NoticeKind, PartFacts, RegistrationFacts, RegistrationState
from storage.notices import NewNotice

WHILE_OPEN = timedelta(days=30)
"""How long news of a part without a date are worth telling."""


def remind(connection: Connection, part: PartFacts, seated: Sequence[RegistrationFacts], now: datetime) -> None:
    """Plan the reminders of people who hold a seat; which of them they want is asked when they are due."""
    planned = plan_reminders(part.starts_at, now)
    people = list_told(connection, seated) if planned else []
    rows = [
        NewNotice(
            kind=reminder.kind,
            part=part,
            person_id=one.person_id,
            due_at=reminder.due_at,
            not_after=reminder.not_after,
            detail={"stands_for": write_kinds(reminder.stands_for)},
        )
        for one in people
        for reminder in planned
    ]
    notices.add_all(connection, rows, now)


def remind_all(connection: Connection, part: PartFacts, now: datetime) -> None:
    """Plan the reminders of everybody who holds a seat at a part, however many they are."""
    for reminder in plan_reminders(part.starts_at, now):
        planned = NewNotice(
            kind=reminder.kind,
            part=part,
            person_id=EVERYBODY,
            due_at=reminder.due_at,
            not_after=reminder.not_after,
            detail={"stands_for": write_kinds(reminder.stands_for)},
        )
        notices.add_for_all(connection, planned, (RegistrationState.SEATED,), now, by_turn=False)


def tell(
    connection: Connection,
    kind: NoticeKind,
    part: PartFacts,
    concerned: Sequence[RegistrationFacts],
    now: datetime,
    *,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
    details: Mapping[int, Mapping[str, str]] | None = None,
) -> None:
    """Plan one notice for each party among the registrations; nothing that would be stale before it is due.

    By default it is due as soon as the hour allows and worth telling until the part begins. ``details`` goes by person.
    """
    due = due_at or due_for_change(now, part.starts_at)
    until = not_after or part.starts_at or due + WHILE_OPEN
    rows = [
        NewNotice(
            kind=kind,
            part=part,
            person_id=one.person_id,
            due_at=due,
            not_after=until,
            n=one.queued,
            detail=(details or {}).get(one.person_id, {}),
        )
        for one in list_told(connection, concerned)
    ]
    notices.add_all(connection, rows if due < until else [], now)


def tell_all(
    connection: Connection,
    kind: NoticeKind,
    part: PartFacts,
    now: datetime,
    *,
    due_at: datetime,
    detail: Mapping[str, str],
    not_after: datetime | None = None,
) -> None:
    """Tell everybody at a part the same, as ``tell`` does, however many they are."""
    until = not_after or part.starts_at or due_at + WHILE_OPEN
    if due_at < until:
        planned = NewNotice(kind=kind, part=part, person_id=EVERYBODY, due_at=due_at, not_after=until, detail=detail)
        notices.add_for_all(connection, planned, registrations.LIVE, now, by_turn=True)


def take_back(
    connection: Connection,
    part_id: int,
    concerned: Sequence[RegistrationFacts],
    now: datetime,
    kinds: Collection[NoticeKind] | None = None,
) -> list[NoticeFacts]:
    """Cancel what people were still to be told about a part; gives what they will not be told."""
    people = {one.person_id for one in concerned}
    return notices.cancel(connection, now, part_id=part_id, person_ids=people, kinds=kinds)


def take_back_offers(
    connection: Connection, part_id: int, offered: Sequence[RegistrationFacts], now: datetime
) -> set[int]:
    """Cancel what people were still to be told of their offers; gives the persons who surely never learnt of theirs."""
    turns = {one.person_id: one.queued for one in offered}
    kinds = {NoticeKind.OFFERED}
    untold = (
        *take_back(connection, part_id, offered, now, kinds),
        *notices.recall(connection, now, part_id=part_id, kinds=kinds, person_ids=turns),
        *notices.list_expired(connection, part_id, NoticeKind.OFFERED),
    )
    return {one.person_id for one in untold if turns.get(one.person_id) == one.n}


def tell_again(connection: Connection, part: PartFacts, untold: Sequence[NoticeFacts], now: datetime) -> None:
    """Plan anew, under the part's schedule as it is now, what people had not been told before it changed."""
    soonest = due_for_change(now, part.starts_at)
    rows = [
        NewNotice(
            kind=one.kind,
            part=part,
            person_id=one.person_id,
            due_at=min(one.due_at, soonest),
            not_after=_worth_until(one, part),
            n=one.n,
            detail=one.detail,
        )
        for one in untold
    ]
    notices.add_all(connection, rows, now)


def _worth_until(notice: NoticeFacts, part: PartFacts) -> datetime:
    """Say until when a notice is worth telling after a move: an offer until its end, the rest until the part begins."""
    if notice.kind is NoticeKind.OFFERED:
        return min(notice.not_after, part.starts_at or notice.not_after)
    return part.starts_at or notice.due_at + WHILE_OPEN


def list_told(connection: Connection, concerned: Sequence[RegistrationFacts]) -> list[RegistrationFacts]:
    """List those among some registrations who are told: each party's host, if it is a person with an account."""
    hosts = [one for one in concerned if one.host_id is None]
    guests = registrations.list_guests(connection, [one.person_id for one in hosts]) if hosts else {}
    return [one for one in hosts if one.person_id not in guests]
