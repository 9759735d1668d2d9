"""Makes backups in DATA_DIR, removes old ones, and notes how the last one ended. Restores none."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from scheduler.slots import LeaseLostError, SlotRun
from storage import backup_notes, backups
from storage.database import Database

FOLDER = "backups"
KEPT = 7  # one a day: what somebody had erased stays in a backup for a week at the longest


def run(run: SlotRun, data_dir: Path) -> None:
    """Make the day's backup."""
    make(run.database, data_dir, run.clock.real(), run.hold_on)


def make(database: Database, data_dir: Path, now: datetime, progress: Callable[[], None] = lambda: None) -> Path:
    """Make a backup beside the others and keep the newest; gives its path. A failure is noted, then raised."""
    path = data_dir / FOLDER / backups.name_at(now)
    with noted(data_dir, now):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        backups.make(database, path, progress)
        backups.prune(path.parent, KEPT)
    return path


@contextlib.contextmanager
def noted(data_dir: Path, now: datetime) -> Iterator[None]:
    """Note how the making of a backup ended."""
    try:
        yield
    except LeaseLostError:
        raise  # another process makes it
    except Exception as error:
        with contextlib.suppress(OSError):  # on a full disk not even that can be noted; the disk is told of by itself
            backup_notes.write(data_dir, now, f"{type(error).__name__}: {error}")
        raise
    backup_notes.write(data_dir, now)
