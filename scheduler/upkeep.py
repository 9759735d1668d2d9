"""Keeps the house clean: empties what was kept long enough, writes erasures down outside. Idempotent; sends nothing."""

import os
from datetime import timedelta
from pathlib import Path

from handlers.rules.calendar import tokyo_day
from scheduler.slots import SlotRun
from storage import alerts, draws, evidence, inbox, inquiries, notices, outbox, people, puzzles, recoveries, slots
from storage.database import Database
from storage.slots import SlotState

BODY_LIFE = timedelta(days=7)
EVENT_LIFE = timedelta(days=30)
DONE_LIFE = timedelta(days=1)  # slots: a job of every minute makes many, and only the newest counts for anything
SHOWN_LIFE = timedelta(days=30)
ALERT_LIFE = timedelta(days=90)
NOTICE_LIFE = timedelta(days=90)  # as long as the names of an event's guests: until then staff may be asked
PUZZLE_LIFE = timedelta(days=90)  # since it was last written
PICTURE_LIFE = timedelta(days=30)  # of evidence, since it was decided on
EVIDENCE_WAIT = timedelta(days=60)  # for staff to decide
EVIDENCE_LIFE = timedelta(days=180)  # since it was asked for; what came of it stays in the ledger
LOT_LIFE = timedelta(days=366)  # whose lots they were, since a draw was set up; the proof stays
CODE_LIFE = timedelta(days=1)  # of codes that link accounts, since they were over
INQUIRY_QUIET = timedelta(days=14)  # after an answer: then the question is closed
INQUIRY_LIFE = timedelta(days=90)  # since it was closed
CALL_LIFE = NOTICE_LIFE  # emptied of all that names anybody since the first week
PIECE = 500  # rows a transaction: no unit holds the writer for long


def run(run: SlotRun, erased_file: Path) -> None:
    """Do all of it once, by real time; notices live by the calendar."""
    now, today = run.clock.real(), run.clock.now()
    pieces = (
        lambda c, limit: inbox.empty_bodies(c, now - BODY_LIFE, limit),
        lambda c, limit: inbox.remove_old(c, now - EVENT_LIFE, limit),
        lambda c, limit: outbox.expire_stranded(c, now, limit),
        lambda c, limit: outbox.empty_bodies(c, now - BODY_LIFE, limit),
        lambda c, limit: outbox.remove_old(c, now - CALL_LIFE, limit),
        lambda c, limit: notices.remove_old(c, today - NOTICE_LIFE, limit),
        lambda c, limit: puzzles.forget_old(c, tokyo_day(today - PUZZLE_LIFE), limit),
        lambda c, limit: recoveries.forget_codes(c, now - CODE_LIFE, limit),
        lambda c, limit: evidence.expire(c, today - EVIDENCE_WAIT, today, limit),
        lambda c, limit: evidence.forget_pictures(c, today - PICTURE_LIFE, limit),
        lambda c, limit: evidence.remove_old(c, today - EVIDENCE_LIFE, limit),
        lambda c, limit: draws.forget_old(c, today - LOT_LIFE, limit),
        lambda c, limit: inquiries.close_quiet(c, today - INQUIRY_QUIET, today, limit),
        lambda c, limit: inquiries.forget_old(c, today - INQUIRY_LIFE, limit),
        lambda c, limit: alerts.remove_old(c, now - ALERT_LIFE, limit),
        lambda c, limit: slots.forget_old(c, [SlotState.DONE, SlotState.BEFORE], now - DONE_LIFE, limit),
        lambda c, limit: slots.forget_old(c, slots.SHOWN, now - SHOWN_LIFE, limit),
    )
    for piece in pieces:
        run.in_pieces(piece, PIECE)
    write_erasures(run.database, erased_file)


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
