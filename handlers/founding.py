"""Makes, names and closes teams; staff release a name or refuse it with a reason. Says nothing, sends nothing."""

import secrets
from datetime import datetime

from sqlalchemy import Connection

from handlers.rules import names, teams
from handlers.rules.person_codes import LETTERS
from storage import audit
from storage import teams as store
from storage.facts import NameVerdict, NameWords, TeamFacts, TeamKind


def draw_code() -> str:
    """Draw the letters of a code."""
    while not teams.is_code(letters := "".join(secrets.choice(LETTERS) for _ in range(teams.LENGTH))):
        pass
    return letters


def make(
    connection: Connection, kind: TeamKind, name: str, shown_name: str, words: NameWords, made_by: int, now: datetime
) -> int:
    """Make a team on a person's word: others see the generated name until staff release the team's own."""
    team_id = store.add(
        connection, code=draw_code(), kind=kind, shown_name=shown_name, own_name=shown_name, made_by=made_by,
        made_at=now, is_closed=False,
    )  # fmt: skip
    ask_name(connection, team_id, name, words, now)
    return team_id


def make_by_staff(connection: Connection, kind: TeamKind, name: str, by: str, now: datetime) -> int:
    """Make a team on staff's word: its name needs no second look."""
    team_id = store.add(
        connection, code=draw_code(), kind=kind, shown_name=name, own_name=name, made_by=None, made_at=now,
        name_verdict=NameVerdict.RELEASED, is_closed=False,
    )  # fmt: skip
    audit.add(connection, by, "team.make", f"team:{team_id}", now, kind)
    return team_id


def ask_name(connection: Connection, team_id: int, name: str, words: NameWords, now: datetime) -> None:
    """Let a team's own name wait for staff, unless it holds a word of the list."""
    is_refused = names.holds_refused_word(name, words.refused)
    decided = {"name_verdict": NameVerdict.WORDS if is_refused else None, "name_asked_at": None if is_refused else now}
    store.change(connection, team_id, own_name=name, **decided)


def release(connection: Connection, team_id: int, name: str, by: str, now: datetime) -> bool:
    """Let others see a team's name from now on; False where it waits no more, or is another one by now."""
    if _hold(connection, team_id, name) is None:
        return False
    store.change(connection, team_id, shown_name=name, name_asked_at=None, name_verdict=NameVerdict.RELEASED)
    audit.add(connection, by, "team.release", f"team:{team_id}", now)
    return True


def refuse(connection: Connection, team_id: int, name: str, why: NameVerdict, by: str, now: datetime) -> bool:
    """Keep a team's name from others, and say why; False where it waits no more, or is another one by now."""
    if _hold(connection, team_id, name) is None:
        return False
    store.change(connection, team_id, name_asked_at=None, name_verdict=why)
    audit.add(connection, by, "team.refuse", f"team:{team_id}", now, why)
    return True


def _hold(connection: Connection, team_id: int, name: str) -> TeamFacts | None:
    team = store.find(connection, team_id, locked=True)
    return team if team is not None and team.name_asked_at is not None and team.own_name == name else None


def close(connection: Connection, team_id: int, by: str, now: datetime) -> bool:
    """Close a team on staff's word; False for one that is closed already, or never was."""
    team = store.find(connection, team_id, locked=True)
    if team is None or team.is_closed:
        return False
    store.close(connection, team_id)
    audit.add(connection, by, "team.close", f"team:{team_id}", now)
    return True
