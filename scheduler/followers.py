"""Takes in who follows an account that its platform lets us list, page by page; goes on where it was cut off.

LINE lists follower ids for verified and premium accounts only, without those who blocked us
(https://developers.line.biz/en/reference/messaging-api/#get-follower-ids).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection

from handlers import burying
from handlers.burying import KeyedHash
from storage import accounts, marks
from storage.clock import Clock
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import AccountState, ChannelName
from storage.marks import MarkName

PIECE = 200  # accounts a transaction
TOKEN_LIFE = timedelta(hours=23)  # of the word by which a list goes on: 24 hours, #get-follower-ids
EVERY = timedelta(days=7)
LOOK_SECONDS = 3600.0

log = structlog.get_logger()


class NotVerifiedError(Exception):
    """The platform does not let this account list its followers."""


class NotListedError(Exception):
    """The platform did not answer; the words hold no secret."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of followers: their keys, and the word by which the list goes on ("" at its end)."""

    keys: tuple[str, ...]
    next: str


@runtime_checkable
class Listed(Protocol):
    """A channel whose platform can list who follows."""

    name: ChannelName

    async def find_bot_id(self) -> str:
        """Ask for the account's own id, as events name it; NotListedError when the platform does not answer."""
        ...

    async def list_followers(self, start: str) -> Page:
        """Ask for a page, the first for ``start`` ""; NotVerifiedError, or NotListedError when there is no answer."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """How far taking in has come: real times; ``listed`` followers so far, of whom ``new`` were not known here."""

    bot_id: str
    next: str = ""
    asked_at: str = ""
    listed: int = 0
    new: int = 0
    done_at: str = ""
    is_verified: bool = True


def find_progress(connection: Connection) -> Progress | None:
    """Find how far taking in has come; None where it was never tried."""
    written = marks.find(connection, MarkName.FOLLOWERS)
    return Progress(**json.loads(written)) if written else None


async def run(database: Database, clock: Clock, channels: Mapping[ChannelName, object], keyed_hash: KeyedHash) -> None:
    """Take in every week, for ever, where the platform lets us; looks hourly."""
    while True:
        for channel in channels.values():
            if isinstance(channel, Listed):
                await _take_in_when_due(database, clock, channel, keyed_hash)
        await asyncio.sleep(LOOK_SECONDS)


async def _take_in_when_due(database: Database, clock: Clock, channel: Listed, keyed_hash: KeyedHash) -> None:
    try:
        before = await asyncio.wrap_future(database.read(find_progress))
        if before is None or not before.done_at or clock.real() - datetime.fromisoformat(before.done_at) >= EVERY:
            done = await take_in(database, clock, channel, keyed_hash)
            log.info("followers_taken_in", listed=done.listed, new=done.new)
    except NotVerifiedError:
        log.info("followers_not_listed", channel=channel.name)
    except (NotListedError, StorageUnavailableError, ConflictError) as error:
        log.warning("followers_not_taken_in", error=str(error))
    except Exception as error:
        log.error("followers_not_taken_in", error=type(error).__name__, exc_info=error)


async def take_in(
    database: Database,
    clock: Clock,
    channel: Listed,
    keyed_hash: KeyedHash,
    tell: Callable[[Progress], None] = lambda _: None,
) -> Progress:
    """Take in all who follow, from where an earlier try was cut off; ``tell`` is told after each page.

    NotVerifiedError where the platform refuses the list, NotListedError where it does not answer.
    """
    progress = await _begin(database, clock, channel)
    while not progress.done_at:
        asked_at, real = clock.now(), clock.real()
        try:
            page = await channel.list_followers(progress.next)
        except NotVerifiedError:
            refused = replace(Progress(progress.bot_id), is_verified=False, done_at=real.isoformat())
            await _keep(database, refused)
            raise
        progress = await _store(database, channel.name, progress, page, keyed_hash, asked_at)
        done_at = "" if page.next else clock.real().isoformat()
        progress = replace(progress, next=page.next, asked_at=real.isoformat(), done_at=done_at)
        await _keep(database, progress)
        tell(progress)
    return progress


async def _begin(database: Database, clock: Clock, channel: Listed) -> Progress:
    """Go on with a list that was cut off less than a day ago; else begin another."""
    before = await asyncio.wrap_future(database.read(find_progress))
    bot_id = await channel.find_bot_id()
    goes_on = before is not None and before.bot_id == bot_id and before.next and not before.done_at
    if before is not None and goes_on and clock.real() - datetime.fromisoformat(before.asked_at) < TOKEN_LIFE:
        return before
    return Progress(bot_id)


async def _store(
    database: Database, name: ChannelName, progress: Progress, page: Page, keyed_hash: KeyedHash, asked_at: datetime
) -> Progress:
    new = 0
    unit = partial(add_followers, channel=name, bot_id=progress.bot_id, keyed_hash=keyed_hash, asked_at=asked_at)
    for first in range(0, len(page.keys), PIECE):
        some = partial(unit, keys=page.keys[first : first + PIECE])
        new += await asyncio.wrap_future(database.write(some))
    return replace(progress, listed=progress.listed + len(page.keys), new=progress.new + new)


def add_followers(
    connection: Connection,
    *,
    channel: ChannelName,
    bot_id: str,
    keys: tuple[str, ...],
    keyed_hash: KeyedHash,
    asked_at: datetime,
) -> int:
    """Add those of some followers that are new, and note that the others follow; gives how many were new.

    ``asked_at`` is calendar time: who blocked us after that has the last word.
    """
    hashes = {burying.hash_of(keyed_hash, channel, bot_id, key): key for key in keys}
    for key_hash in accounts.list_buried(connection, channel, bot_id, list(hashes)):
        accounts.revive(connection, channel, bot_id, hashes[key_hash], key_hash)
    for account in accounts.list_by_keys(connection, channel, bot_id, keys):
        is_older = account.state_at is None or account.state_at < asked_at
        if account.state is not AccountState.FOLLOWING and is_older:
            accounts.mark_reachable(connection, account.id, state_at=asked_at)
    return accounts.add_followers(connection, channel, bot_id, keys, asked_at)


async def _keep(database: Database, progress: Progress) -> None:
    written = json.dumps(asdict(progress))
    await asyncio.wrap_future(database.write(lambda c: marks.put(c, MarkName.FOLLOWERS, written)))
