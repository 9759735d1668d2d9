"""Accounts: one platform identity each, whether it can be reached, and what it was about to do. Never sends."""

from collections import Counter
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Index, Row, UniqueConstraint, bindparam, case, func, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import reach
from storage.bulk import prepare_among
from storage.database import BigId, Instant, table_of
from storage.facts import AccountFacts, AccountState, ChannelName, Reach, ReminderChoice
from storage.prepared import Prepared


class Account(SQLModel, table=True):
    """One identity on one platform, of a person who joined or a friend who only follows; a group chat has one too."""

    __table_args__ = (UniqueConstraint("channel", "bot_id", "key"), {"sqlite_autoincrement": True})
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    channel: str
    bot_id: str
    key: str
    language: str | None = None
    person_id: int | None = Field(default=None, sa_type=BigId, index=True)
    state: str = AccountState.FOLLOWING
    paused: bool = False
    pending: str | None = None
    state_at: datetime | None = Field(default=None, sa_type=Instant)
    made_at: datetime = Field(sa_type=Instant)
    greeted_at: datetime | None = Field(default=None, sa_type=Instant)
    reminders: str = ReminderChoice.BOTH
    unreachable_at: datetime | None = Field(default=None, sa_type=Instant)  # calendar time; None while it follows


ACCOUNTS = table_of(Account)
_UNREACHABLE = text("unreachable_at IS NOT NULL")
Index("account_unreachable", ACCOUNTS.c.unreachable_at, sqlite_where=_UNREACHABLE, postgresql_where=_UNREACHABLE)
TOMBSTONE_PREFIX = "tombstone:"
_REACH = case(
    (ACCOUNTS.c.state == AccountState.TOMBSTONE, Reach.TOMBSTONE),
    (ACCOUNTS.c.greeted_at.is_not(None), Reach.GROUP),
    (ACCOUNTS.c.state == AccountState.GONE, Reach.GONE),
    (ACCOUNTS.c.state == AccountState.BLOCKED, Reach.BLOCKED),
    (ACCOUNTS.c.paused, Reach.PAUSED),
    (ACCOUNTS.c.person_id.is_not(None), Reach.JOINED),
    else_=Reach.FOLLOWED,
)
"""How an account stands, as the counters of storage.reach count it."""
COUNTED = frozenset({"state", "greeted_at", "paused", "person_id"})
"""The columns that this rests on."""
_BY_KEY = select(*(ACCOUNTS.c[name] for name in AccountFacts.__slots__))
_FIND = Prepared(
    _BY_KEY.where(
        ACCOUNTS.c.channel == bindparam("channel"),
        ACCOUNTS.c.bot_id == bindparam("bot_id"),
        ACCOUNTS.c.key == bindparam("account_key"),
    )
)
_GET = Prepared(_BY_KEY.where(ACCOUNTS.c.id == bindparam("account_id")))
_LIST_OF_PERSONS = prepare_among(ACCOUNTS.c.person_id, lambda chosen: _BY_KEY.where(chosen).order_by(ACCOUNTS.c.id))


def find(connection: Connection, channel: ChannelName, bot_id: str, key: str) -> AccountFacts | None:
    """Find an account by its platform identity."""
    row = _FIND.first(connection, channel=channel, bot_id=bot_id, account_key=key)
    return None if row is None else _facts(row)


def get(connection: Connection, account_id: int) -> AccountFacts:
    """Get an account; LookupError when it is gone."""
    row = _GET.first(connection, account_id=account_id)
    if row is None:
        raise LookupError("no such account")
    return _facts(row)


def list_by_keys(
    connection: Connection, channel: ChannelName, bot_id: str, keys: Collection[str]
) -> list[AccountFacts]:
    """List those of some platform identities (at most 1,000) that are known, oldest first."""
    ours = (ACCOUNTS.c.channel == channel, ACCOUNTS.c.bot_id == bot_id, ACCOUNTS.c.key.in_(keys))
    return [_facts(row) for row in connection.execute(_BY_KEY.where(*ours).order_by(ACCOUNTS.c.id))]


def list_buried(connection: Connection, channel: ChannelName, bot_id: str, key_hashes: Collection[str]) -> list[str]:
    """List those of some keyed hashes (at most 1,000) under which somebody is buried."""
    buried = list_by_keys(connection, channel, bot_id, [f"{TOMBSTONE_PREFIX}{one}" for one in key_hashes])
    return [account.key.removeprefix(TOMBSTONE_PREFIX) for account in buried]


def find_person(connection: Connection, account_id: int) -> int | None:
    """Find whose account this is; None when it is gone, or nobody joined from it."""
    return connection.execute(select(ACCOUNTS.c.person_id).where(ACCOUNTS.c.id == account_id)).scalar()


def list_of_person(connection: Connection, person_id: int) -> list[AccountFacts]:
    """List a person's accounts, oldest first."""
    rows = connection.execute(_BY_KEY.where(ACCOUNTS.c.person_id == person_id).order_by(ACCOUNTS.c.id))
    return [_facts(row) for row in rows]


def list_of_persons(connection: Connection, person_ids: Collection[int]) -> dict[int, list[AccountFacts]]:
    """List some persons' accounts, oldest first, as {person: [account, …]}; who has none is left out."""
    owned: dict[int, list[AccountFacts]] = {}
    for row in _LIST_OF_PERSONS.all(connection, numbers=set(person_ids)):
        owned.setdefault(row.person_id, []).append(_facts(row))
    return owned


def list_persons(connection: Connection, person_ids: list[int]) -> list[int]:
    """List those of some persons who have an account."""
    chosen = select(ACCOUNTS.c.person_id).where(ACCOUNTS.c.person_id.in_(person_ids)).distinct()
    return list(connection.execute(chosen.order_by(ACCOUNTS.c.person_id)).scalars())


def find_reachable(connection: Connection, person_id: int) -> AccountFacts | None:
    """Find the account that a person is written to first: the oldest that still follows."""
    owned = list_of_person(connection, person_id)
    return next((account for account in owned if account.state is AccountState.FOLLOWING), None)


def list_after(connection: Connection, account_id: int, limit: int) -> list[tuple[AccountFacts, datetime]]:
    """List the accounts with the next higher numbers, and when each was made."""
    rows = connection.execute(select(ACCOUNTS).where(ACCOUNTS.c.id > account_id).order_by(ACCOUNTS.c.id).limit(limit))
    return [(_facts(row), row.made_at) for row in rows]


def list_keys_of_language(
    connection: Connection, channel: ChannelName, language: str, after: int, limit: int
) -> list[tuple[int, str]]:
    """List (id, key) of those who chose a language on a platform, a page after an id."""
    ours = (ACCOUNTS.c.channel == channel, ACCOUNTS.c.language == language, ACCOUNTS.c.id > after)
    chosen = select(ACCOUNTS.c.id, ACCOUNTS.c.key).where(*ours, ACCOUNTS.c.state == AccountState.FOLLOWING)
    return [(row.id, row.key) for row in connection.execute(chosen.order_by(ACCOUNTS.c.id).limit(limit))]


def add(connection: Connection, channel: ChannelName, bot_id: str, key: str, now: datetime) -> AccountFacts:
    """Add an account that was never seen before."""
    values = {"channel": channel, "bot_id": bot_id, "key": key, "made_at": now}
    defaults = {"state": AccountState.FOLLOWING, "paused": False, "reminders": ReminderChoice.BOTH}
    added = connection.execute(ACCOUNTS.insert().values(**values, **defaults).returning(ACCOUNTS.c.id)).scalar_one()
    reach.add(connection, [(channel, Reach.FOLLOWED, 1)], stripe=added)
    return get(connection, added)


def add_followers(
    connection: Connection, channel: ChannelName, bot_id: str, keys: Collection[str], now: datetime
) -> int:
    """Add those of some accounts (at most 1,000) that were never seen before, as friends; gives how many were new."""
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(ACCOUNTS)
    same = {"channel": channel, "bot_id": bot_id, "made_at": now, "paused": False}
    same |= {"state": AccountState.FOLLOWING, "reminders": ReminderChoice.BOTH}
    rows = [{**same, "key": key} for key in sorted(set(keys))]
    added = connection.execute(insert.on_conflict_do_nothing().returning(ACCOUNTS.c.id), rows).scalars().all()
    if added:
        reach.add(connection, [(channel, Reach.FOLLOWED, len(added))], stripe=added[0])
    return len(added)


def change(connection: Connection, account_id: int, **values: Any) -> None:
    """Change some of an account's columns."""
    update = ACCOUNTS.update().where(ACCOUNTS.c.id == account_id).values(**values)
    if COUNTED.isdisjoint(values):
        connection.execute(update)
        return
    before = _find_standings(connection, [account_id])
    connection.execute(update)  # SQLite 3.40 gets "IS NOT NULL" wrong in RETURNING, so it is asked apart
    moved = Counter(_find_standings(connection, [account_id]))
    moved.subtract(before)
    reach.add(connection, [(*standing, number) for standing, number in moved.items()], stripe=account_id)


def mark_unreachable(connection: Connection, account_id: int, state: AccountState, now: datetime, **more: Any) -> None:
    """Note that an account blocked us or is gone, and since when it cannot be reached; ``now`` is calendar time."""
    since = func.coalesce(ACCOUNTS.c.unreachable_at, bindparam("since", now, type_=Instant()))
    change(connection, account_id, state=state, unreachable_at=since, **more)


def mark_reachable(connection: Connection, account_id: int, **more: Any) -> None:
    """Note that an account follows."""
    change(connection, account_id, state=AccountState.FOLLOWING, unreachable_at=None, **more)


def list_unreachable(connection: Connection, before: datetime, limit: int) -> list[AccountFacts]:
    """List accounts that have blocked us or been gone since before a moment, the longest first."""
    long_gone = (_UNREACHABLE, ACCOUNTS.c.unreachable_at < before)
    return [
        _facts(row)
        for row in connection.execute(_BY_KEY.where(*long_gone).order_by(ACCOUNTS.c.unreachable_at).limit(limit))
    ]


def bury(connection: Connection, account_id: int, key_hash: str) -> None:
    """Empty an account of everything but whose it was and a keyed hash, by which who comes back is known again."""
    empty = {"language": None, "pending": None, "reminders": ReminderChoice.BOTH, "unreachable_at": None}
    change(connection, account_id, key=f"{TOMBSTONE_PREFIX}{key_hash}", state=AccountState.TOMBSTONE, **empty)


def revive(connection: Connection, channel: ChannelName, bot_id: str, key: str, key_hash: str) -> AccountFacts | None:
    """Give a buried account its key back: who it was follows again. None where nobody was buried under this hash."""
    found = find(connection, channel, bot_id, f"{TOMBSTONE_PREFIX}{key_hash}")
    if found is None:
        return None
    mark_reachable(connection, found.id, key=key)
    return get(connection, found.id)


def remove(connection: Connection, account_ids: list[int]) -> None:
    """Remove accounts with everything they say about anybody."""
    gone = Counter(_find_standings(connection, account_ids))
    connection.execute(ACCOUNTS.delete().where(ACCOUNTS.c.id.in_(account_ids)))
    reach.add(
        connection,
        [(*standing, -number) for standing, number in gone.items()],
        stripe=account_ids[0] if account_ids else 0,
    )


def _find_standings(connection: Connection, account_ids: list[int]) -> list[tuple[str, str]]:
    """Find how some accounts stand, and hold them: what is taken from a counter is what was added to it."""
    chosen = select(ACCOUNTS.c.channel, _REACH).where(ACCOUNTS.c.id.in_(account_ids)).order_by(ACCOUNTS.c.id)
    return [(row[0], row[1]) for row in connection.execute(chosen.with_for_update())]


def count_anew(connection: Connection) -> dict[reach.Standing, int]:
    """Count all accounts by channel and by how they stand; reads every account."""
    counted = select(ACCOUNTS.c.channel, _REACH.label("reach"), func.count()).group_by(
        ACCOUNTS.c.channel, text("reach")
    )
    return {(ChannelName(row[0]), Reach(row[1])): row[2] for row in connection.execute(counted)}


def _facts(row: Row[Any]) -> AccountFacts:
    return AccountFacts(
        id=row.id,
        channel=ChannelName(row.channel),
        bot_id=row.bot_id,
        key=row.key,
        language=row.language,
        person_id=row.person_id,
        state=AccountState(row.state),
        paused=row.paused,
        pending=row.pending,
        state_at=row.state_at,
        greeted_at=row.greeted_at,
        reminders=ReminderChoice(row.reminders),
    )
