"""Fills a new database with very many rows by a few statements, spread as real ones are; no handler runs here."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, text

from storage.database import Database, Instant

PRIME, STEP = 9_007_199_254_740_881, 6_364_136_223_847
"""Person numbers are spread over all below 2**53, as drawn ones are; the product stays below 2**63 up to 1,400,000."""
ROWS = 100_000  # a transaction: memory stays flat, and no journal grows without end


def person_number(number: int) -> int:
    """Give the number of the n-th person, counted from 1."""
    return number * STEP % PRIME


def account_key(number: int) -> str:
    """Give the platform's id of the n-th person's account."""
    return f"U{'0' * 16}{10**15 + number}"


PERSON = f"(CAST(i AS bigint) * {STEP} % {PRIME})"
KEY = f"('U{'0' * 16}' || CAST({10**15} + i AS text))"


def insert(database: Database, statement: str, count: int, **values: Any) -> None:
    """Run an INSERT … SELECT … FROM {numbers} over i = 1 … count, in pieces; moments are named ``…_at``."""
    for first in range(1, count + 1, ROWS):
        last = min(first + ROWS - 1, count)
        database.write(_piece(statement, first, last, values)).result()


def _piece(statement: str, first: int, last: int, values: dict[str, Any]) -> Callable[[Connection], None]:
    moments = [bindparam(name, type_=Instant()) for name, value in values.items() if isinstance(value, datetime)]

    def unit(connection: Connection) -> None:
        question = text(statement.format(numbers=_numbers(connection, first, last))).bindparams(*moments)
        connection.execute(question, values)

    return unit


def _numbers(connection: Connection, first: int, last: int) -> str:
    if connection.dialect.name == "postgresql":
        return f"generate_series({first}, {last}) AS n(i)"
    counting = f"WITH RECURSIVE c(i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM c WHERE i < {last})"
    return f"({counting} SELECT i FROM c) AS n"


def people(database: Database, count: int, now: datetime, *, consent: str, bot_id: str) -> None:
    """Let people have joined by LINE; one in five reads English."""
    common: dict[str, Any] = {"now_at": now, "no": False}
    insert(
        database,
        "INSERT INTO person (id, nickname, nickname_is_own, ward, joined_at, consent_version, is_tombstone)"
        f" SELECT {PERSON}, 'みどりのカササギ' || i, :no, NULL, :now_at, :consent, :no FROM {{numbers}}",
        count,
        **common,
        consent=consent,
    )
    insert(
        database,
        "INSERT INTO account (channel, bot_id, key, language, person_id, state, paused, made_at, reminders)"
        f" SELECT 'line', :bot_id, {KEY}, CASE WHEN i % 5 = 0 THEN 'en' ELSE 'ja' END, {PERSON}, 'following', :no,"
        " :now_at, 'both' FROM {numbers}",
        count,
        **common,
        bot_id=bot_id,
    )


def seats(database: Database, count: int, part_ids: list[int], now: datetime) -> None:
    """Seat the first people, spread over parts of one event each, whose numbers must follow one another."""
    part = f"({part_ids[0]} + i % {len(part_ids)})"
    insert(
        database,
        "INSERT INTO registration (event_id, part_id, person_id, state, queued, code, as_company, made_at, changed_at)"
        f" SELECT (SELECT event_id FROM part WHERE id = {part}), {part}, {PERSON}, 'seated', i,"
        " CAST(1000 + i % 9000 AS text), :no, :now_at, :now_at FROM {numbers}",
        count,
        now_at=now,
        no=False,
    )
    database.write(
        lambda c: c.execute(text("UPDATE part SET taken = (SELECT count(*) FROM registration WHERE part_id = part.id)"))
    ).result()


def reminders(database: Database, count: int, part_ids: list[int], due_at: datetime, not_after: datetime) -> None:
    """Plan the reminder of each who was seated by ``seats``, all due at one moment."""
    part = f"({part_ids[0]} + i % {len(part_ids)})"
    detail = """'{{"stands_for": "day_before"}}'"""
    insert(
        database,
        "INSERT INTO notice (kind, event_id, part_id, person_id, schedule_version, n, due_at, not_after, detail, state,"
        f" reason, made_at) SELECT 'day_before', (SELECT event_id FROM part WHERE id = {part}), {part}, {PERSON}, 1, 0,"
        f" :due_at, :not_after, {detail}, 'waiting', '', :due_at FROM {{numbers}}",
        count,
        due_at=due_at,
        not_after=not_after,
    )
