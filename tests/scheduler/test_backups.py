"""The day's backup: made, read through, seven kept, and its end noted for whoever is alarmed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scheduler import backups as daily
from scheduler.slots import LeaseLostError, SlotRun
from storage import backup_notes, backups
from storage.clock import Clock
from storage.database import Database
from storage.slots import SlotState, StoredSlot

NIGHT = datetime(2022, 1, 20, 17, 30, tzinfo=UTC)


def slot_run(database: Database, now: datetime) -> SlotRun:
    ours = {"owner": "me", "attempts": 1, "leased_until": None, "started_at": now, "ended_at": None, "detail": ""}
    slot = StoredSlot(job="backup", due_at=now, state=SlotState.CLAIMED, **ours)  # type: ignore[arg-type]
    return SlotRun(database, Clock(source=lambda: now), slot)


def test_one_backup_a_day_is_made_and_a_week_of_them_is_kept(database: Database, tmp_path: Path) -> None:
    nights = [NIGHT + timedelta(days=day) for day in range(9)]
    for night in nights:
        daily.run(slot_run(database, night), tmp_path)
    kept = sorted(path.name for path in (tmp_path / "backups").iterdir())
    assert kept == [backups.name_at(night) for night in nights[-7:]]
    backups.check(tmp_path / "backups" / kept[0])
    note = backup_notes.read(tmp_path)
    assert note == backup_notes.BackupNote(nights[-1], "", nights[-1])


def test_a_backup_that_fails_is_noted_and_tried_again_by_its_slot(database: Database, tmp_path: Path) -> None:
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(FileExistsError):
        daily.run(slot_run(database, NIGHT), tmp_path)
    note = backup_notes.read(tmp_path)
    assert note is not None
    assert note.trouble.startswith("FileExistsError")
    assert note.good_at is None


def test_a_backup_that_another_process_took_over_is_no_failure(database: Database, tmp_path: Path) -> None:
    def lose() -> None:
        raise LeaseLostError("backup")

    with pytest.raises(LeaseLostError):
        daily.make(database, tmp_path, NIGHT, lose)
    assert backup_notes.read(tmp_path) is None
    assert list((tmp_path / "backups").iterdir()) == []
