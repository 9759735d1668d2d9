"""Fills a new database with very many rows by a few statements, spread as real ones are; no handler runs here.

It writes by a connection of its own, before any bot has opened the database, and with no care for a crash.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Engine, bindparam, create_engine, event, text

from storage.database import Instant
from storage.facts import ChannelName

PRIME, STEP = 9_007_199_254_740_881, 6_364_136_223_847
"""Person numbers are spread over all below 2**53, as drawn ones are; the product stays below 2**63 up to 1,400,000."""
ROWS = 200_000  # a transaction: memory stays flat, and no journal grows without end
PERSON = f"(CAST(i AS bigint) * {STEP} % {PRIME})"
KEY = f"('U{'0' * 16}' || CAST({10**15} + i AS text))"
KEYS = {ChannelName.LINE: KEY, ChannelName.TELEGRAM: f"CAST({10**15} + i AS text)"}
ACTIONS = ("my_bag", "my_bottle", "sorting", "save_water", "no_leftovers")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WEEKS = 4  # in which people acted, the last of them over


def person_number(number: int) -> int:
    """Give the number of the n-th person, counted from 1."""
    return number * STEP % PRIME


def account_key(number: int) -> str:
    """Give the platform's id of the n-th person's account."""
    return f"U{'0' * 16}{10**15 + number}"


def open_for_filling(url: str) -> Engine:
    """Open a database that nobody else uses, with much memory for its indexes."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            for pragma in ("journal_mode=WAL", "synchronous=OFF", "cache_size=-2000000", "temp_store=MEMORY"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


def run(engine: Engine, statement: str, **values: Any) -> None:
    """Run one statement in a transaction of its own; moments and days are bound as the tables keep them."""
    types = {datetime: Instant(), date: Date()}
    typed = [bindparam(name, type_=types[type(value)]) for name, value in values.items() if type(value) in types]
    with engine.begin() as connection:
        connection.execute(text(statement).bindparams(*typed), values)


def insert(engine: Engine, statement: str, count: int, **values: Any) -> None:
    """Run an INSERT … SELECT … FROM {numbers} over i = 1 … count, in pieces."""
    for first in range(1, count + 1, ROWS):
        last = min(first + ROWS - 1, count)
        run(engine, statement.format(numbers=_numbers(engine, first, last)), **values)


def _numbers(engine: Engine, first: int, last: int) -> str:
    if engine.dialect.name == "postgresql":
        return f"generate_series(CAST({first} AS bigint), {last}) AS n(i)"
    counting = f"WITH RECURSIVE c(i) AS (VALUES ({first}) UNION ALL SELECT i + 1 FROM c WHERE i < {last})"
    return f"({counting} SELECT i FROM c) AS n"


def people(
    engine: Engine,
    count: int,
    now: datetime,
    *,
    consent: str,
    bot_id: str,
    wards: Sequence[str] = (),
    channel: ChannelName = ChannelName.LINE,
) -> None:
    """Let people have joined on a channel; one in five reads English, one in twenty stands on the person board."""
    ward = _one_of(wards, "i") if wards else "NULL"
    insert(
        engine,
        "INSERT INTO person (id, nickname, nickname_is_own, ward, joined_at, consent_version, is_tombstone, board_name)"
        f" SELECT {PERSON}, 'みどりのカササギ' || i, :no, {ward}, :now, :consent, :no,"
        " CASE WHEN i % 20 = 0 THEN 'あおいメダカ' || i END FROM {numbers}",
        count,
        now=now,
        no=False,
        consent=consent,
    )
    insert(
        engine,
        "INSERT INTO account (channel, bot_id, key, language, person_id, state, paused, made_at, reminders)"
        f" SELECT :channel, :bot_id, {KEYS[channel]}, CASE WHEN i % 5 = 0 THEN 'en' ELSE 'ja' END, {PERSON},"
        " 'following', :no, :now, 'both' FROM {numbers}",
        count,
        now=now,
        no=False,
        bot_id=bot_id,
        channel=channel.value,
    )


def seats(engine: Engine, count: int, part_ids: Sequence[int], now: datetime) -> None:
    """Seat the first people, spread over parts of one event each, whose numbers must follow one another."""
    part = f"({part_ids[0]} + i % {len(part_ids)})"
    insert(
        engine,
        "INSERT INTO registration (event_id, part_id, person_id, state, queued, code, as_company, made_at, changed_at)"
        f" SELECT (SELECT event_id FROM part WHERE id = {part}), {part}, {PERSON}, 'seated', i,"
        " CAST(1000 + i % 9000 AS text), :no, :now, :now FROM {numbers}",
        count,
        now=now,
        no=False,
    )
    run(engine, "UPDATE part SET taken = (SELECT count(*) FROM registration WHERE part_id = part.id)")


def reminders(engine: Engine, count: int, part_ids: Sequence[int], due_at: datetime, not_after: datetime) -> None:
    """Plan the reminder of each who was seated by ``seats``, all due at one moment."""
    part = f"({part_ids[0]} + i % {len(part_ids)})"
    insert(
        engine,
        "INSERT INTO notice (kind, event_id, part_id, person_id, schedule_version, n, due_at, not_after, detail, state,"
        f" reason, made_at) SELECT 'day_before', (SELECT event_id FROM part WHERE id = {part}), {part}, {PERSON}, 1, 0,"
        " :due_at, :not_after, '{{\"stands_for\": \"day_before\"}}', 'waiting', '', :due_at FROM {numbers}",
        count,
        due_at=due_at,
        not_after=not_after,
    )


def reports(engine: Engine, persons: int, each: int, monday: date, entered_at: datetime) -> None:
    """Let everybody have made some reports in the weeks up to one, with all that the ledger keeps beside itself.

    Claims stand for the first report of each person alone: nothing measured here asks for older ones.
    """
    run(engine, "DROP INDEX ledger_person")
    for k in range(each):
        values = {"on_day": _day(monday, k), "now": entered_at, "action": ACTIONS[k % len(ACTIONS)], "no": False}
        insert(
            engine,
            "INSERT INTO ledger (id, person_id, account_id, kind, reference, action, acted_on, entered_at, points,"
            " confirmed, counts_for_board, rule_version, period, n, co2_grams, detail)"
            f" SELECT {k * persons} + i, {PERSON}, i, 'report', 'bench-' || CAST({10**9 + k * persons} + i AS text),"
            f" :action, :on_day, :now, {_points(k)}, :no, :yes, 1, '{values['on_day']}', 1, 10, '' FROM {{numbers}}",
            persons,
            yes=True,
            **values,
        )
    run(engine, "CREATE INDEX ledger_person ON ledger (person_id, acted_on)")
    if engine.dialect.name == "postgresql":
        run(engine, "SELECT setval(pg_get_serial_sequence('ledger', 'id'), (SELECT max(id) FROM ledger))")
    insert(
        engine,
        f"INSERT INTO claim (person_id, name, period, n, entry_id) SELECT {PERSON}, '{ACTIONS[0]}',"
        f" '{_day(monday, 0)}', 1, i FROM {{numbers}}",
        persons,
    )
    _tallies(engine, persons, each)
    _weeks(engine, persons, each, monday)
    run(
        engine,
        "INSERT INTO counter (name, month, stripe, amount) SELECT 'points_self_reported', :month, person_id % 16,"
        " sum(points) FROM ledger GROUP BY person_id % 16",
        month=entered_at.date().replace(day=1),
    )


def _tallies(engine: Engine, persons: int, each: int) -> None:
    for number, action in enumerate(ACTIONS):
        mine = range(number, each, len(ACTIONS))
        insert(
            engine,
            "INSERT INTO tally (person_id, action, times, confirmed, self_reported, co2_grams)"
            f" SELECT {PERSON}, '{action}', {len(mine)}, 0, {_sum(mine)}, {10 * len(mine)} FROM {{numbers}}",
            persons,
        )


def _weeks(engine: Engine, persons: int, each: int, monday: date) -> None:
    for back in range(WEEKS):
        mine = range(back, each, WEEKS)
        times = ", ".join(str(sum(k % 7 == day for k in mine)) for day in range(7))
        insert(
            engine,
            f"INSERT INTO person_week (week, person_id, points, {', '.join(DAYS)}, is_listed)"
            f" SELECT :week, {PERSON}, {_sum(mine)}, {times}, i % 20 = 0 FROM {{numbers}}",
            persons,
            week=monday - timedelta(weeks=back),
        )
    run(
        engine,
        "INSERT INTO week_step (week, points, stripe, persons) SELECT week, points, person_id % 16, count(*)"
        " FROM person_week WHERE points > 0 GROUP BY week, points, person_id % 16",
    )


def settle(engine: Engine) -> None:
    """Let the engine know what is in its tables, as its own upkeep would in time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "PRAGMA wal_checkpoint"))


def _day(monday: date, k: int) -> date:
    """Give the day of everybody's k-th report: one of the weeks in turn, one of its days in turn."""
    return monday - timedelta(weeks=k % WEEKS) + timedelta(days=k % 7)


def _points(k: int) -> str:
    """Give the points of a person's k-th report."""
    return f"(1 + (i * 7919 + {k * 31}) % 97)"


def _sum(reports_made: range) -> str:
    return " + ".join(_points(k) for k in reports_made) or "0"


def _one_of(words: Sequence[str], number: str) -> str:
    cases: Iterator[str] = (f"WHEN {place} THEN '{word}'" for place, word in enumerate(words))
    return f"CASE {number} % {len(words)} {' '.join(cases)} END"
