"""What the last backup came to, in a file beside the database: whoever makes backups may not write to the database."""

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

FILE_NAME = "backup.json"


@dataclass(frozen=True, slots=True)
class BackupNote:
    """How the last backup ended: ``trouble`` is "" for a good one; ``good_at`` is None while there was none."""

    tried_at: datetime
    trouble: str
    good_at: datetime | None


def write(folder: Path, now: datetime, trouble: str = "") -> None:
    """Note that a backup was made, or (with ``trouble``, in a few words) that it failed. ``now`` is real time."""
    before = read(folder)
    good_at = (before.good_at if before else None) if trouble else now
    note = {"tried_at": now.isoformat(), "trouble": trouble[:200], "good_at": good_at.isoformat() if good_at else None}
    path = folder / FILE_NAME
    fresh = path.with_name(f"{FILE_NAME}.{os.getpid()}")
    fresh.write_text(json.dumps(note), encoding="utf-8")
    fresh.replace(path)


def read(folder: Path) -> BackupNote | None:
    """Read the note; None where no backup was ever noted. A note that cannot be read tells of a failed backup."""
    path = folder / FILE_NAME
    try:
        note = json.loads(path.read_text(encoding="utf-8"))
        good_at = datetime.fromisoformat(note["good_at"]) if note["good_at"] else None
        return BackupNote(datetime.fromisoformat(note["tried_at"]), str(note["trouble"]), good_at)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        return BackupNote(datetime.fromtimestamp(0, UTC), f"{FILE_NAME}: {type(error).__name__}", None)
