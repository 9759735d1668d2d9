"""Keeps the house clean: empties what was kept long enough, writes erasures down outside. Idempotent; sends nothing."""

import os
from datetime import datetime, timedelta
from pathlib import Path

from storage import inbox, outbox, people
from storage.database import Database

BODY_LIFE = timedelta(days=7)
EVENT_LIFE = timedelta(days=30)
PIECE = 500  # rows a transaction: no unit holds the writer for long


def run(database: Database, now: datetime, erased_file: Path) -> None:
    """Do all of it once; ``now`` is real time."""
    _in_pieces(database, now)
    write_erasures(database, erased_file)


def _in_pieces(database: Database, now: datetime) -> None:
    pieces = (
        lambda c: inbox.empty_bodies(c, now - BODY_LIFE, PIECE),
        lambda c: inbox.remove_old(c, now - EVENT_LIFE, PIECE),
        lambda c: outbox.expire_stranded(c, now, PIECE),
        lambda c: outbox.empty_bodies(c, now - BODY_LIFE, PIECE),
    )
    for piece in pieces:
        while database.write(piece).result() == PIECE:
            pass


def write_erasures(database: Database, erased_file: Path) -> None:
    """Append new erasures to a file outside the database: a restored backup is cleaned of them by it.

    A run that died between file and database wrote lines it could not mark: they are found there and not repeated.
    """
    waiting = database.read(people.list_unwritten_erasures).result()
    if not waiting:
        return
    erased_file.parent.mkdir(parents=True, exist_ok=True)
    before = erased_file.read_text(encoding="ascii") if erased_file.exists() else ""
    whole = before[: before.rfind("\n") + 1]  # a line cut off by a crash is ended, and written again
    there = frozenset(whole.splitlines())
    lines = [f"{at.isoformat()} {key_hash}" for key_hash, at in waiting]
    with erased_file.open("a", encoding="ascii") as file:
        file.write("\n" if before != whole else "")
        file.writelines(f"{line}\n" for line in lines if line not in there)
        file.flush()
        os.fsync(file.fileno())
    hashes = [key_hash for key_hash, _ in waiting]
    database.write(lambda c: people.mark_erasures_written(c, hashes)).result()
