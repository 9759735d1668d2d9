"""Empties accounts that could not be reached for a year, and knows again who comes back. Sends nothing.

docs/decisions/tombstones.md says what stays and why.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from handlers.rules import names
from storage import accounts, alerts, people, teams
from storage.database import lock_account
from storage.facts import AccountFacts, AccountState, ChannelName, Programme

KEPT_FOR = timedelta(days=365)
SPOKEN = "ja"  # the language of generated names where nobody knows another
KeyedHash = Callable[[str], str]


def bury_unreachable(
    connection: Connection, programme: Programme, keyed_hash: KeyedHash, now: datetime, limit: int
) -> int:
    """Empty the accounts that blocked us or were gone all year, a piece at a time; gives how many.

    A person none of whose accounts is left keeps points under a generated name, without a ward. ``now`` is calendar
    time.
    """
    found = accounts.list_unreachable(connection, now - KEPT_FOR, limit)
    buried = [account for account in found if _bury(connection, account, keyed_hash)]
    alerts.drop_receivers(connection, [account.id for account in buried])
    for person_id in sorted({account.person_id for account in buried if account.person_id is not None}):
        _forget_person(connection, programme, person_id)
    return len(found)


def _bury(connection: Connection, account: AccountFacts, keyed_hash: KeyedHash) -> bool:
    """Empty one account, unless it has come back since it was found."""
    address = (account.channel, account.bot_id, account.key)
    lock_account(connection, *address)
    now_known = accounts.find(connection, *address)
    if now_known is None or now_known.state not in (AccountState.BLOCKED, AccountState.GONE):
        return False
    accounts.bury(connection, account.id, hash_of(keyed_hash, *address))
    return True


def find_buried(
    connection: Connection, keyed_hash: KeyedHash, channel: ChannelName, bot_id: str, key: str
) -> AccountFacts | None:
    """Find who comes back after having been emptied, and give the account its key again; None for a stranger."""
    return accounts.revive(connection, channel, bot_id, key, hash_of(keyed_hash, channel, bot_id, key))


def hash_of(keyed_hash: KeyedHash, channel: ChannelName, bot_id: str, key: str) -> str:
    """Hash a platform identity so that nobody without the secret can tell or try whose it was."""
    return keyed_hash(f"buried:{channel}:{bot_id}:{key}")


def _forget_person(connection: Connection, programme: Programme, person_id: int) -> None:
    owned = accounts.list_of_person(connection, person_id)
    if any(account.state is not AccountState.TOMBSTONE for account in owned):
        return
    first, second = secrets.randbelow(10_000), secrets.randbelow(10_000)
    drawn = names.generated_name(programme.names, SPOKEN, first, second, secrets.randbelow(99) + 1)
    own = {"nickname_is_own": False, "ward": None, "awaiting": None, "board_name": None}
    people.change(connection, person_id, nickname=drawn, **own)
    teams.leave(connection, person_id)
