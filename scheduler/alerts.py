"""Looks for trouble that nobody else meets, and sees to it that named staff are told of all of it. Mends nothing.

What is told goes through the outbox. Only a disk that takes nothing any more is told from memory.
"""

import asyncio
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from handlers import alerting
from handlers.messages import Call, Fate, Way
from scheduler import telling
from scheduler.delivery import Delivery
from scheduler.house import Worded
from storage import alerts, backup_notes, broadcasts, marks, slots
from storage.alerts import AlertKind, Receiver
from storage.backup_notes import BackupNote
from storage.clock import real_now
from storage.database import ConflictError, Database, StorageUnavailableError, lock_job
from storage.facts import BroadcastState
from storage.marks import MarkName

LOOK_SECONDS = 10.0
LEAST_FREE_BYTES = 200 * 1024 * 1024  # the same as /readyz asks for
SILENCE = timedelta(minutes=4)  # with a ticker alive, the job of every minute ends well
CALM = timedelta(hours=1)  # without another failure, failed rows are no news any more
BACKUP_AGE = timedelta(days=2)  # backups are made daily
PROBE = "x" * 64 * 1024  # more than any page has room for: only a disk with space takes it

log = structlog.get_logger()
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen outside the database: free bytes of the data folder, the last backup's note, how long we run."""

    free_bytes: int
    backup: BackupNote | None
    running: timedelta


class Watch:
    """One process's eyes on the house, and its memory of a full disk. ``names`` are those of ALERT_TO."""

    def __init__(
        self,
        database: Database,
        house: Worded,
        delivery: Delivery,
        *,
        names: Sequence[str],
        folder: Path,
        least_free_bytes: int = LEAST_FREE_BYTES,
    ) -> None:
        self._database, self._house, self._delivery = database, house, delivery
        self._names, self._folder, self._least_free = names, folder, least_free_bytes
        self._started = house.clock.real()
        self._receivers: list[Receiver] = []
        self._full_since: datetime | None = None
        self._looked_at = time.monotonic()
        self._told_full: set[str] = set()
        self._logged: set[tuple[int, bool]] = set()

    async def run(self) -> None:
        """Look every few seconds, for ever."""
        while True:
            try:
                await self.look()
            except (StorageUnavailableError, ConflictError) as error:
                log.warning("alerts_not_written", error=str(error))
            except Exception as error:  # whatever it was, the next trouble must not go untold
                log.error("alerts_not_written", error=type(error).__name__, exc_info=error)
            await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Look once at everything, and tell what is new."""
        await self._look_at_disk()
        seen = await asyncio.to_thread(self._look_outside)
        await self._ask(self._database.write, lambda c: self._look_inside(c, seen))
        self._receivers = await self._ask(self._database.read, lambda c: alerts.list_receivers(c, self._names))

    async def _ask(self, way: Callable[..., object], unit: Callable[[Connection], Result]) -> Result:
        return await asyncio.wrap_future(way(unit))  # type: ignore[arg-type]

    def _look_outside(self) -> Seen:
        return Seen(
            free_bytes=shutil.disk_usage(self._folder).free,
            backup=backup_notes.read(self._folder),
            running=self._house.clock.real() - self._started,
        )

    def _look_inside(self, connection: Connection, seen: Seen) -> None:
        """Raise and end what only this watch meets, then tell what is untold; one process at a time."""
        lock_job(connection, "alerts")
        now = self._house.clock.real()
        for kind, key, detail in _conditions(connection, seen, self._least_free, now):
            if detail is None:
                alerts.end(connection, kind, key, now)
            else:
                alerts.raise_(connection, kind, key, detail, now)
        for alert in alerts.list_open(connection):
            if _is_over(connection, alert, now):
                alerts.end(connection, alert.kind, alert.key, now)
        for alert in alerts.list_untold(connection):
            self._log(alert)
            telling.tell(connection, self._house, alert, self._names, now)

    def _log(self, alert: alerts.AlertFacts) -> None:
        """Say it in the log as well, once: for a bot that tells nobody, it is the only place."""
        mark = (alert.id, alert.ended_at is not None)
        if mark not in self._logged:
            self._logged.add(mark)
            say = log.error if alert.ended_at is None else log.info
            say("alert_begun" if alert.ended_at is None else "alert_over", kind=alert.kind, key=alert.key)

    async def _look_at_disk(self) -> None:
        """Tell from memory that nothing can be stored, and, once a large row can be again, that this is over."""
        refused_at, looked_at = self._database.full_at, self._looked_at
        self._looked_at = time.monotonic()
        if self._full_since is None and (refused_at is None or refused_at < looked_at):
            return
        if self._full_since is None:
            log.error("disk_full")
            self._full_since, self._told_full = real_now(), set()
        elif await self._takes_a_large_row():
            log.info("disk_has_room")
            await self._tell_of_disk(is_end=True)
            self._full_since = None
            return
        await self._tell_of_disk(is_end=False)

    async def _takes_a_large_row(self) -> bool:
        try:
            await self._ask(self._database.write, lambda c: marks.put(c, MarkName.DISK_PROBE, PROBE))
            await self._ask(self._database.write, lambda c: marks.put(c, MarkName.DISK_PROBE, ""))
        except StorageUnavailableError:
            return False
        return True

    async def _tell_of_disk(self, *, is_end: bool) -> None:
        """Tell each name on the first account that takes it; who was told that it began is told that it is over."""
        if not self._receivers:
            self._receivers = await self._ask(self._database.read, lambda c: alerts.list_receivers(c, self._names))
        for name in self._names:
            if (name in self._told_full) is is_end and await self._tell_now(name, is_end=is_end):
                self._told_full ^= {name}

    async def _tell_now(self, name: str, *, is_end: bool) -> bool:
        since = self._full_since or real_now()
        for one in telling.ordered([r for r in self._receivers if r.name == name], self._house, ()):
            sender, words = self._house.channels[one.channel], self._house.texts.of(one.language)
            said = alerting.compose(AlertKind.DISK_FULL, "full", "", since, words, is_end=is_end)
            key = str(uuid.uuid4()) if sender.has_retry_key else None
            call = Call(way=Way.PUSH, to=one.key, body=sender.render(said)[0], key=key)
            if (await self._delivery.tell_from_memory(one.channel, call)).fate is Fate.ACCEPTED:
                return True
        return False


def _conditions(
    connection: Connection, seen: Seen, least_free: int, now: datetime
) -> list[tuple[AlertKind, str, str | None]]:
    """List what this watch looks at itself as (kind, key, detail), the detail None where nothing is wrong."""
    last = max(slots.list_last_done(connection).values(), default=None)
    silent = last is not None and seen.running > SILENCE and now - last > SILENCE
    free = f"{seen.free_bytes // 2**20} MiB" if seen.free_bytes < least_free else None
    return [
        (AlertKind.MISSED_SLOT, "ticker", f"{last.isoformat() if last else ''}" if silent else None),
        (AlertKind.DISK_FULL, "disk", free),
        (AlertKind.FAILED_BACKUP, "backup", _backup_trouble(seen.backup, now)),
    ]


def _is_over(connection: Connection, alert: alerts.AlertFacts, now: datetime) -> bool:
    """Tell whether a trouble is over that nobody ends by an act of their own."""
    if alert.kind is AlertKind.AUTO_PAUSED:
        broadcast = broadcasts.find(connection, int(alert.key))
        return broadcast is None or broadcast.state is not BroadcastState.PAUSED
    return alert.kind is AlertKind.FAILED_ROWS and now - alert.seen_at > CALM


def _backup_trouble(note: BackupNote | None, now: datetime) -> str | None:
    if note is None or (not note.trouble and note.good_at is not None and now - note.good_at <= BACKUP_AGE):
        return None
    return note.trouble or f"{note.good_at.isoformat() if note.good_at else ''}"
