"""Accounts: one platform identity each, whether it can be reached, and what it was about to do. Never sends."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, UniqueConstraint, bindparam, select
from sqlmodel import Field, SQLModel

from storage.bulk import among
from storage.database import BigId, Instant, table_of
from storage.facts import AccountFacts, AccountState, ChannelName, ReminderChoice
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


ACCOUNTS = table_of(Account)
_BY_KEY = select(*(ACCOUNTS.c[name] for name in AccountFacts.__slots__))
_FIND = Prepared(
    _BY_KEY.where(
        ACCOUNTS.c.channel == bindparam("channel"),
        ACCOUNTS.c.bot_id == bindparam("bot_id"),
        ACCOUNTS.c.key == bindparam("account_key"),
    )
)
_GET = Prepared(_BY_KEY.where(ACCOUNTS.c.id == bindparam("account_id")))


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
    chosen = _BY_KEY.where(among(connection, ACCOUNTS.c.person_id, set(person_ids))).order_by(ACCOUNTS.c.id)
    for row in connection.execute(chosen).all():
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


def add(connection: Connection, channel: ChannelName, bot_id: str, key: str, now: datetime) -> AccountFacts:
    """Add an account that was never seen before."""
    values = {"channel": channel, "bot_id": bot_id, "key": key, "made_at": now}
    defaults = {"state": AccountState.FOLLOWING, "paused": False, "reminders": ReminderChoice.BOTH}
    added = connection.execute(ACCOUNTS.insert().values(**values, **defaults).returning(ACCOUNTS.c.id)).scalar_one()
    return get(connection, added)


def change(connection: Connection, account_id: int, **values: Any) -> None:
    """Change some of an account's columns."""
    connection.execute(ACCOUNTS.update().where(ACCOUNTS.c.id == account_id).values(**values))


def remove(connection: Connection, account_ids: list[int]) -> None:
    """Remove accounts with everything they say about anybody."""
    connection.execute(ACCOUNTS.delete().where(ACCOUNTS.c.id.in_(account_ids)))


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
