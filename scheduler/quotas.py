"""Asks each platform that counts messages how many are left this month, and keeps the answer. Sends nothing."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import structlog
from sqlalchemy import Connection

from storage import alerts, quotas
from storage.alerts import AlertKind
from storage.clock import Clock
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName
from storage.quotas import QuotaFacts

ASK_SECONDS = 240.0
"""LINE's figure is an estimate that lags behind; 2,000 questions a second would be allowed (reference #rate-limits)."""

log = structlog.get_logger()


class NotAnsweredError(Exception):
    """A platform was asked for its quota and did not tell; the words hold no secret."""


class TokenRefusedError(NotAnsweredError):
    """A platform refused our token: it would refuse every call."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a platform tells: ``most`` messages a month (None: no limit) and how many were ``used``."""

    most: int | None
    used: int


@runtime_checkable
class Metered(Protocol):
    """A channel whose platform counts messages by the month."""

    async def read_quota(self) -> Reading | None:
        """Ask for this month's messages; None when the platform does not answer, TokenRefusedError when it refuses."""
        ...


async def run(database: Database, clock: Clock, channels: Mapping[ChannelName, object]) -> None:
    """Ask every ten minutes, for ever; the first time at once."""
    while True:
        try:
            await refresh(database, clock, channels)
        except (StorageUnavailableError, ConflictError, NotAnsweredError) as error:
            log.warning("quota_not_read", error=str(error))
        except Exception as error:
            log.error("quota_not_read", error=type(error).__name__, exc_info=error)
        await asyncio.sleep(ASK_SECONDS)


async def refresh(database: Database, clock: Clock, channels: Mapping[ChannelName, object]) -> list[QuotaFacts]:
    """Ask now, such as before arming; gives what was told. NotAnsweredError when a platform that counts is silent."""
    told = []
    for name, channel in channels.items():
        if not isinstance(channel, Metered):
            continue
        try:
            reading = await channel.read_quota()
        except TokenRefusedError as error:
            await asyncio.wrap_future(_raise(database, clock, name, str(error)))
            raise
        if reading is None:
            raise NotAnsweredError(f"{name} did not tell its quota")
        told.append(await asyncio.wrap_future(_keep(database, clock, name, reading)))
    return told


def _keep(database: Database, clock: Clock, name: ChannelName, reading: Reading) -> Future[QuotaFacts]:
    now = clock.real()

    def unit(connection: Connection) -> QuotaFacts:
        alerts.end(connection, AlertKind.CHANNEL_HALTED, _token_key(name), now)
        return quotas.put(connection, name, reading.most, reading.used, now)

    return database.write(unit)


def _raise(database: Database, clock: Clock, name: ChannelName, detail: str) -> Future[bool]:
    """Have staff told of a refused token, though nothing was to be sent; ended by the next answer."""
    kind, now = AlertKind.CHANNEL_HALTED, clock.real()
    return database.write(lambda c: alerts.raise_(c, kind, _token_key(name), detail, now))


def _token_key(name: ChannelName) -> str:
    return f"{name}:token"
