"""Draws: staff set one up, a second person carries it out once every photo is decided, winners read it in the chat.

Two transactions: the lots are frozen with their hash, then a seed is taken. A stop in between goes on from the lots.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from handlers.correcting import Signer
from handlers.rules import draws as rule
from handlers.rules.calendar import tokyo_day
from handlers.rules.draws import Problem
from handlers.talk import Talk
from storage import audit, draws, people
from storage.facts import DrawFacts, DrawState, DrawTerms, Programme, Winner

TOLD_FOR = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class Gathered:
    """Who did what the terms ask, as a reader saw it up to the ledger's entry ``newest``."""

    candidates: tuple[int, ...]
    newest: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lots that a seed chose, in order."""

    seed: str
    lots: tuple[int, ...]


def add(connection: Connection, terms: DrawTerms, *, signer: Signer, now: datetime) -> Problem | None:
    """Set a draw up; or say why not."""
    problem = rule.find_problem(terms)
    if problem is None:
        number = draws.add(connection, terms, signer.name, signer.staff_id, now)
        audit.add(connection, signer.name, "draw.add", f"draw:{number}", now)
    return problem


def find(connection: Connection, draw_id: int) -> DrawFacts:
    """Find a draw; LookupError where there is none."""
    found = draws.find(connection, draw_id)
    if found is None:
        raise LookupError(draw_id)
    return found


def find_obstacle(
    connection: Connection, programme: Programme, draw: DrawFacts, staff_id: int, today: date
) -> Problem | None:
    """Tell why somebody cannot carry a draw out now; None where they can."""
    waiting = draws.count_waiting(connection, draw.terms.first_on, draw.terms.last_on)
    late_days = programme.limits.late_days
    return rule.find_obstacle(draw, staff_id, waiting=waiting, today=today, late_days=late_days)


def gather(connection: Connection, draw_id: int) -> Gathered:
    """Gather the candidates of a draw: a long look, for a reader; none once the lots are frozen."""
    draw = find(connection, draw_id)
    newest = draws.find_newest_entry(connection)
    is_open = draw.state is DrawState.PLANNED
    return Gathered(tuple(draws.list_candidates(connection, draw.terms)) if is_open else (), newest)


def freeze(
    connection: Connection, draw_id: int, gathered: Gathered, *, programme: Programme, signer: Signer, now: datetime
) -> Problem | None:
    """Write the lots and their hash, if all that was gathered still holds; what is frozen already stays as it is."""
    draw = find(connection, draw_id)
    obstacle = find_obstacle(connection, programme, draw, signer.staff_id, tokyo_day(now))
    if obstacle is not None or draw.state is DrawState.FROZEN:
        return obstacle
    if draws.has_moved(connection, draw.terms, gathered.newest):
        return Problem.MOVED
    entitled = draws.list_entitled(connection, gathered.candidates)
    if not entitled:
        return Problem.NOBODY
    lots = {people.draw_number(): person_id for person_id in entitled}
    hashed = rule.hash_lots(lots)
    if not draws.freeze(connection, draw_id, lots, hashed, now):
        return Problem.ENDED
    audit.add(connection, signer.name, "draw.freeze", f"draw:{draw_id}", now, f"{len(lots)} {hashed}")
    return None


def choose(connection: Connection, draw_id: int) -> Chosen:
    """Take a seed and let it choose among the frozen lots; nothing holds before it is settled."""
    draw, seed = find(connection, draw_id), secrets.token_hex(32)
    return Chosen(seed, tuple(rule.choose(draws.list_lots(connection, draw_id), seed, draw.terms.prizes)))


def settle(connection: Connection, draw_id: int, chosen: Chosen, *, signer: Signer, now: datetime) -> Problem | None:
    """Write seed and winners down, once; or say that somebody else was first."""
    if find(connection, draw_id).made_by_id == signer.staff_id:
        return Problem.SAME_PERSON
    if not draws.settle(connection, draw_id, chosen.seed, chosen.lots, signer.name, now):
        return Problem.ENDED
    audit.add(connection, signer.name, "draw.draw", f"draw:{draw_id}", now, chosen.seed)
    return None


def withdraw(connection: Connection, draw_id: int, reason: str, *, signer: Signer, now: datetime) -> Problem | None:
    """Withdraw a draw with a reason; winners read nothing of it any more."""
    find(connection, draw_id)
    if not reason.strip():
        return Problem.NO_REASON
    if not draws.withdraw(connection, draw_id, reason.strip(), signer.name, now):
        return Problem.ENDED
    audit.add(connection, signer.name, "draw.withdraw", f"draw:{draw_id}", now)
    return None


def list_winners(connection: Connection, draw_id: int) -> list[tuple[Winner, str]]:
    """List for staff whose lots were drawn, in order, each with the nickname; "" for who left."""
    winners = draws.list_winners(connection, draw_id)
    names = people.list_nicknames(connection, [one.person_id for one in winners if one.person_id is not None])
    return [(one, names.get(one.person_id or 0, "")) for one in winners]


def tell(talk: Talk) -> tuple[str, ...]:
    """Say beside a person's points what they won of late, in the words that staff wrote for it."""
    if not (talk.programme.games.draws and talk.joined.plays):
        return ()
    won = draws.list_won(talk.connection, talk.joined.id, talk.now - TOLD_FOR)
    return tuple(talk.say("抽選「{name}」に当たりました。{words}", name=one.name, words=one.words) for one in won)
