"""Compares what the database and the played LINE hold with what was sent; reads only, and believes no counter."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, text

from bench.crowd import Crowd
from storage.database import Database
from storage.outbox import END_STATES

Call = dict[str, Any]


def judge(database: Database, crowd: Crowd, notices: dict[str, str], calls: list[Call]) -> dict[str, list[str]]:
    """Give each promise with what breaks it: an empty list where it was kept."""

    def ask(connection: Connection) -> dict[str, list[str]]:
        return {
            "every accepted event was handled once": list(_events(connection, crowd)),
            "the ledger equals what was sent": list(_ledger(connection, crowd)),
            "tallies, counters and claims equal the ledger": list(_aggregates(connection)),
            "every call reached an end state": list(_ends(connection)),
            "no reply token worked twice": list(_replies(calls)),
            "every push kept its key and its bytes": list(_pushes(connection, calls)),
            "every notice was shown once": list(_notices(connection, crowd, notices)),
            "LINE found nothing to object to": [str(call["violation"]) for call in calls if call["violation"]],
            "the database is sound": list(_integrity(connection)),
        }

    return database.read(ask).result()


def _events(connection: Connection, crowd: Crowd) -> Iterable[str]:
    states = {row[0]: row[1] for row in connection.execute(text("SELECT event_id, state FROM inbox"))}
    lost = crowd.taken - set(states)
    if lost:
        yield f"{len(lost)} accepted events are not stored"
    not_done = Counter(state for state in states.values() if state != "done")
    if not_done:
        yield f"events not handled: {dict(not_done)}"
    twice = connection.execute(
        text(
            "SELECT inbox_id FROM outbox WHERE kind = 'answer' AND way <> 'menu' AND inbox_id IS NOT NULL"
            " GROUP BY 1 HAVING count(*) > 1"
        )
    ).all()
    if twice:
        yield f"{len(twice)} events were answered more than once"


def _ledger(connection: Connection, crowd: Crowd) -> Iterable[str]:
    sums = {row[0]: (int(row[1]), int(row[2])) for row in connection.execute(text(_PERSONS))}
    owners = {row[0]: row[1] for row in connection.execute(text("SELECT key, person_id FROM account"))}
    for citizen in crowd.citizens:
        expected = (citizen.points, citizen.entries + citizen.withdrawn)
        if citizen.left:
            continue
        person = owners.get(citizen.key)
        if sums.get(person, (0, 0)) != expected:
            yield f"a person has {sums.get(person)} (points, entries) and not {expected}"
    gone = sorted(
        sums.get(row[0], (0, 0)) for row in connection.execute(text("SELECT id FROM person WHERE is_tombstone"))
    )
    left = sorted((c.points, c.entries + c.withdrawn) for c in crowd.citizens if c.left)
    if gone != left:
        yield f"those who left had {left}, their tombstones have {gone}"
    total, expected_total = sum(s[0] for s in sums.values()), sum(c.points for c in crowd.citizens)
    if total != expected_total:
        yield f"the city has {total} points and not {expected_total}"


_PERSONS = "SELECT person_id, sum(points), count(*) FROM ledger GROUP BY person_id"
_TALLIED = """
SELECT person_id, action,
  sum(CASE kind WHEN 'report' THEN 1 WHEN 'withdrawal' THEN -1 ELSE 0 END),
  sum(CASE WHEN confirmed THEN points ELSE 0 END), sum(CASE WHEN confirmed THEN 0 ELSE points END), sum(co2_grams)
FROM ledger GROUP BY person_id, action"""
_CLAIMED = """
SELECT id, person_id, action, period, n FROM ledger WHERE kind = 'report'
  AND id NOT IN (SELECT CAST(reference AS INTEGER) FROM ledger WHERE kind = 'withdrawal')"""
_COUNTED = "SELECT coalesce(sum(amount), 0) FROM counter WHERE name IN ('points_confirmed', 'points_self_reported')"


def _aggregates(connection: Connection) -> Iterable[str]:
    def rows(statement: str) -> list[tuple[Any, ...]]:
        return sorted(tuple(row) for row in connection.execute(text(statement)))

    stored = rows("SELECT person_id, action, times, confirmed, self_reported, co2_grams FROM tally")
    if stored != rows(_TALLIED):
        yield "a tally differs from the sum of its entries"
    if rows("SELECT entry_id, person_id, name, period, n FROM claim") != rows(_CLAIMED):
        yield "the claims are not those of the reports that stand"
    if rows(_COUNTED) != rows("SELECT coalesce(sum(points), 0) FROM ledger"):
        yield "the city's counters differ from the ledger"


def _ends(connection: Connection) -> Iterable[str]:
    states = {row[0]: row[1] for row in connection.execute(text("SELECT state, count(*) FROM outbox GROUP BY state"))}
    open_calls = {state: count for state, count in states.items() if state not in {*END_STATES, "stranded"}}
    if open_calls:
        yield f"calls without an end: {open_calls}"
    notices = connection.execute(text("SELECT count(*) FROM outbox WHERE kind = 'notice' AND state <> 'accepted'"))
    if unaccepted := notices.scalar_one() - _skipped(connection):
        yield f"{unaccepted} notices were not accepted"


def _skipped(connection: Connection) -> int:
    """Count the notices that were stopped because their person left first."""
    left = "SELECT count(*) FROM outbox WHERE kind = 'notice' AND state = 'skipped' AND detail = 'left'"
    return int(connection.execute(text(left)).scalar_one())


def _replies(calls: list[Call]) -> Iterable[str]:
    worked = Counter(c["request"]["replyToken"] for c in calls if c["name"] == "message/reply" and c["status"] == 200)
    twice = [token for token, times in worked.items() if times > 1]
    if twice:
        yield f"{len(twice)} reply tokens were accepted twice"


def pushes_by_key(calls: list[Call]) -> dict[str | None, list[Call]]:
    """Give every push that LINE saw, under its retry key."""
    found: dict[str | None, list[Call]] = defaultdict(list)
    for call in calls:
        if call["name"] == "message/push":
            found[call["key"]].append(call)
    return found


def _pushes(connection: Connection, calls: list[Call]) -> Iterable[str]:
    rows = connection.execute(text("SELECT retry_key, body, state FROM outbox WHERE way = 'push'")).all()
    stored = {row[0]: (bytes(row[1]), row[2]) for row in rows}
    for key, tries in pushes_by_key(calls).items():
        bodies = {json.dumps(one["request"], sort_keys=True) for one in tries}
        accepted = sum(one["status"] == 200 for one in tries)
        if key is None or key not in stored:
            yield "a push went out under a key that is not stored"
            continue
        body, state = stored[key]
        if len(bodies) > 1 or (body and _without_to(tries[0]) != json.loads(body)):
            yield "a push was repeated with other bytes"
        if accepted != 1 or state != "accepted":
            yield f"a push was accepted {accepted} times under its key and is {state} here"


def _without_to(call: Call) -> Call:
    return {name: value for name, value in call["request"].items() if name != "to"}


def _notices(connection: Connection, crowd: Crowd, notices: dict[str, str]) -> Iterable[str]:
    """Every notice once; only one whose person left first may be missing."""
    missing = 0
    for words, key in notices.items():
        shown = json.dumps(crowd.sandbox.line.screen(key), ensure_ascii=False).count(f'"text": "{words}"')
        missing += shown == 0
        if shown > 1:
            yield f"a notice was shown {shown} times"
    if missing > _skipped(connection):
        yield f"{missing} notices were never shown, and only {_skipped(connection)} persons had left"


def _integrity(connection: Connection) -> Iterable[str]:
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("PRAGMA integrity_check")).scalars().all()
        if found != ["ok"]:
            yield f"integrity_check: {found[:3]}"
