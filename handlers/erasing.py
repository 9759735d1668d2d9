"""Erases persons and accounts, and once more those that a restored backup brought back. Sends nothing.

The ledger keeps its entries under a random number, so that totals do not move.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from handlers import seating
from storage import (
    accounts,
    alerts,
    audit,
    batches,
    donations,
    draws,
    evidence,
    inbox,
    ledger,
    merges,
    outbox,
    people,
    recoveries,
    registrations,
    remains,
    teams,
)
from storage.database import lock_account, lock_person
from storage.facts import AccountFacts

KeyedHash = Callable[[str], str]
"""Hashes words so that nobody without the city's secret can tell or try what they were."""


def erase_person(connection: Connection, person_id: int, keyed_hash: KeyedHash, now: datetime) -> None:
    """Erase a person with every account, in one transaction; the accounts' keyed hashes are remembered."""
    owned = accounts.list_of_person(connection, person_id)
    numbers = people.list_numbers(connection, person_id)
    _leave_events(connection, person_id, now)
    for number in numbers:
        remains.forget_broadcasts(connection, number, [account.id for account in owned])
    merges.forget_person(connection, numbers)
    recoveries.forget_person(connection, numbers)
    evidence.forget_person(connection, numbers)
    draws.forget_person(connection, numbers)
    teams.forget_person(connection, numbers)
    erase_accounts(connection, owned, keyed_hash, now)


def erase_by_staff(connection: Connection, person_id: int, keyed_hash: KeyedHash, by: str, now: datetime) -> bool:
    """Erase a person who asked staff for it, as if they had left by themselves; False for who has left already.

    What they wrote and nobody has handled is not handled any more.
    """
    for account in accounts.list_of_person(connection, person_id):
        lock_account(connection, account.channel, account.bot_id, account.key)
    lock_person(connection, person_id)
    if people.find(connection, person_id) is None:
        return False
    for account in accounts.list_of_person(connection, person_id):
        inbox.drop_waiting(connection, account.channel, account.key, now)
    audit.add(connection, by, "person.erase", f"person:{person_id}", now)
    erase_person(connection, person_id, keyed_hash, now)
    return True


def _leave_events(connection: Connection, person_id: int, now: datetime) -> None:
    """Give seats that are still to come to the next in line, then unlink the person and whom they brought."""
    brought = [guest.person_id for guest in registrations.list_companions(connection, person_id)]
    for event_id in remains.list_events(connection, [person_id, *brought]):
        seating.cancel(connection, event_id, person_id, now=now)
    for number in (person_id, *brought):
        numbers = people.list_numbers(connection, number)
        tombstone = people.bury(connection, number)
        ledger.hand_over(connection, numbers, tombstone)
        remains.hand_over(connection, numbers, tombstone)
        donations.hand_over(connection, numbers, tombstone)


def erase_accounts(connection: Connection, owned: Sequence[AccountFacts], keyed_hash: KeyedHash, now: datetime) -> None:
    """Erase accounts with what was said there; their keyed hashes are remembered."""
    numbers = [account.id for account in owned]
    batches.forget_accounts(connection, numbers, now)
    outbox.forget_account(connection, numbers)
    for account in owned:
        inbox.forget_account(connection, account.channel, account.key)
        people.add_erasure(connection, hash_of(account, keyed_hash), now)
    alerts.drop_receivers(connection, numbers)
    accounts.remove(connection, numbers)


def hash_of(account: AccountFacts, keyed_hash: KeyedHash) -> str:
    """Give the keyed hash by which an erased account is remembered."""
    return keyed_hash(f"{account.channel}:{account.bot_id}:{account.key}")


def erase_again(
    connection: Connection, erased: Mapping[str, datetime], keyed_hash: KeyedHash, now: datetime, after: int, limit: int
) -> tuple[int, int]:
    """Erase those among the next accounts that were erased before, as a restored backup knows them.

    ``erased`` says when each keyed hash was erased last: an account made later is of somebody who came back, and stays.
    What they had written and nobody had handled is not handled any more. Gives (the last account looked at, or 0 when
    none was left; how many were erased).
    """
    looked_at = accounts.list_after(connection, after, limit)
    known = [(account, erased.get(hash_of(account, keyed_hash))) for account, _ in looked_at]
    gone = [
        account
        for (account, at), (_, made_at) in zip(known, looked_at, strict=True)
        if at is not None and made_at <= at
    ]
    for account in gone:
        inbox.drop_waiting(connection, account.channel, account.key, now)
        if account.person_id is not None and people.find(connection, account.person_id) is not None:
            erase_person(connection, account.person_id, keyed_hash, now)
    erase_accounts(connection, gone, keyed_hash, now)
    return (looked_at[-1][0].id if looked_at else 0), len(gone)
