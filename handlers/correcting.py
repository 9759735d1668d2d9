"""Corrects a person's points by a new signed entry, and pauses what is sent to a person. Sends nothing.

docs/decisions/corrections-of-points.md says what may be corrected, and why nobody is written to about it.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from handlers.rules import calendar, corrections
from handlers.rules.attendance import ACTION as ATTENDANCE
from handlers.rules.corrections import CorrectionFacts, Problem, Reason
from handlers.talk import Talk
from handlers.texts import _
from storage import accounts, audit, ledger, people, weeks
from storage.database import lock_account, lock_person
from storage.facts import Programme

REASONS = {
    Reason.DOUBLE: _("二重に数えていました"),
    Reason.MISSED: _("数え忘れていました"),
    Reason.AGAINST_RULES: _("数え方のきまりに合いませんでした"),
    Reason.MISTAKE: _("まちがえて記録されていました"),
    Reason.PRACTICE: _("練習や試験の記録でした"),
    Reason.TAKEN_BACK: _("前の訂正をもどしました"),
}
TOLD_FOR = timedelta(days=62)
"""How long a person sees a correction beside their points."""
TOLD = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What staff want to correct. ``key`` is the form's own: one form counts once."""

    action: str
    points: int
    confirmed: bool
    on: date
    reason: Reason
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Who of the staff signs."""

    staff_id: int
    name: str


class NobodyThereError(Exception):
    """There is no such person, or they have left."""


def list_actions(programme: Programme) -> tuple[str, ...]:
    """List what can be corrected by an entry: an attendance is taken back or confirmed at its part instead."""
    return (*(action.code for action in programme.actions if action.code != ATTENDANCE), corrections.UNNAMED)


def find_problem(connection: Connection, person_id: int, wanted: Correction, now: datetime) -> Problem | None:
    """Say why a correction cannot be made now; None where it can."""
    week = calendar.week_start(wanted.on)
    facts = CorrectionFacts(
        points=wanted.points,
        on=wanted.on,
        today=calendar.tokyo_day(now),
        stands=ledger.find_share(connection, person_id, wanted.action, confirmed=wanted.confirmed),
        on_board=weeks.find(connection, person_id, week).points if is_week_open(wanted.on, now) else None,
    )
    return corrections.find_problem(facts)


def is_week_open(on: date, now: datetime) -> bool:
    """Tell whether the boards of a day's week still change: what is corrected later changes no board."""
    return calendar.counts_for_board(on, now)


def correct(
    connection: Connection, programme: Programme, person_id: int, wanted: Correction, signer: Signer, now: datetime
) -> Problem | None:
    """Append a correction, with the person's sums, the city's of this month and an open week's; or say why not.

    NobodyThereError for who has left. A closed month stays as it was: an entry counts in the month it is made in.
    """
    lock_person(connection, person_id)
    if people.find(connection, person_id) is None:
        raise NobodyThereError
    reference = f"{signer.staff_id}:{wanted.key}"
    if ledger.find_by_reference(connection, ledger.EntryKind.CORRECTION, reference) is not None:
        return Problem.ALREADY
    problem = find_problem(connection, person_id, wanted, now)
    if problem is not None:
        return problem
    entry_id = ledger.correct(
        connection,
        person_id=person_id,
        action=wanted.action,
        points=wanted.points,
        confirmed=wanted.confirmed,
        acted_on=wanted.on,
        reference=reference,
        detail=wanted.reason,
        entered_at=now,
        counts_for_board=is_week_open(wanted.on, now),
        rule_version=programme.version,
    )
    audit.add(connection, signer.name, "person.correct", f"person:{person_id}", now, f"entry:{entry_id}")
    return None


def pause(connection: Connection, person_id: int, by: str, now: datetime) -> None:
    """Stop writing first to every account of a person; they themselves resume it, and nobody for them.

    NobodyThereError for who has left.
    """
    for account in accounts.list_of_person(connection, person_id):
        lock_account(connection, account.channel, account.bot_id, account.key)
    lock_person(connection, person_id)
    if people.find(connection, person_id) is None:
        raise NobodyThereError
    for account in accounts.list_of_person(connection, person_id):
        accounts.change(connection, account.id, paused=True, state_at=now)
    audit.add(connection, by, "person.pause", f"person:{person_id}", now)


def tell(talk: Talk) -> tuple[str, ...]:
    """Say a person's newest corrections beside their points, each with its reason."""
    found = ledger.list_corrections(talk.connection, talk.joined.id, TOLD)
    return tuple(
        talk.say(
            "市による訂正（{day}）：{action} {points}ポイント（{reason}）",
            day=talk.day(calendar.tokyo_day(entry.entered_at)),
            action=name_action(talk, entry.action),
            points=f"{entry.points:+,}",
            reason=talk.say(REASONS[Reason(entry.detail)]),
        )
        for entry in found
        if talk.now - entry.entered_at < TOLD_FOR
    )


def name_action(talk: Talk, code: str) -> str:
    """Name an action in the person's language; points that belong to none are the city's correction."""
    action = talk.programme.action(code)
    if action is not None:
        return talk.word(action.title)
    return talk.say("そのほか") if code == corrections.UNNAMED else code
