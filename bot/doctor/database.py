"""Looks at the database through a connection that only reads, so that the bot may run beside it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, text

from bot import arming, opening, wiring
from bot.doctor import reach
from bot.doctor.findings import Finding, ok, warn, wrong
from bot.settings import Settings, SettingsError
from storage import catalogue, inbox, marks, notices, outbox, programme_file, schema, slots
from storage.clock import TOKYO, real_now
from storage.database import Database, StorageUnavailableError
from storage.marks import MarkName
from storage.programme_file import ProgrammeError
from storage.slots import StoredSlot

PART = "database"
RECENT = timedelta(days=7)  # a run that went wrong before is no news
QUIET = timedelta(hours=1)  # with a ticker alive, some job ends every few minutes
MANY = 100
NETWORK_FILE_SYSTEMS = frozenset(
    ("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.rclone")
)
"""File systems over a network: SQLite's log does not work on them (https://sqlite.org/wal.html, "Disadvantages")."""


def look_at_database(settings: Settings) -> list[Finding]:
    """Look at the database and at the programme in it."""
    try:
        path = opening.sqlite_path(settings)
        if path is not None and not path.exists():
            programme = _look_at_file(settings, in_force=None)
            return [ok(PART, f"{path} is not there yet; the first start makes it"), *programme]
        with opening.opened_as_it_is(settings) as database:
            return [*_look_at_engine(database, path), *_look_inside(database, settings)]
    except (SettingsError, StorageUnavailableError) as error:
        return [wrong(PART, str(error), "mend that; nothing else about the database can be said until then")]


def is_sandbox(settings: Settings) -> bool:
    """Tell whether the database is a sandbox's, or would be made for one."""
    try:
        with opening.opened_as_it_is(settings) as database:
            mark = database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result()
    except Exception:  # what is wrong with the database is said elsewhere
        mark = None
    return wiring.wants_sandbox(settings) if mark is None else mark == "True"


def _look_at_engine(database: Database, path: Path | None) -> Iterator[Finding]:
    if path is not None:
        mode = database.read(lambda c: _ask(c, "PRAGMA journal_mode")).result()
        if mode != "wal":
            yield wrong(PART, f"{path} writes its log as {mode!r}, not as WAL", "start the bot on a local disk")
        kind = file_system(path)
        if kind in NETWORK_FILE_SYSTEMS:
            yield wrong(PART, f"{path} lies on a network drive ({kind})", "move DATA_DIR to a disk of this machine")
        return
    version, commit = database.read(lambda c: (_ask(c, "SHOW server_version"), _ask(c, "SHOW fsync"))).result()
    yield ok(PART, f"PostgreSQL {version} answers")
    if commit != "on":
        yield wrong(PART, "PostgreSQL does not wait for its disk (fsync is off)", "set fsync = on: nothing may be lost")


def _ask(connection: Connection, question: str) -> str:
    return str(connection.execute(text(question)).scalar())


def file_system(path: Path, mounts: Path = Path("/proc/mounts")) -> str | None:
    """Name the file system that a path lies on; None where this cannot be seen."""
    try:
        lines = [line.split() for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines()]
    except OSError:
        return None
    inside = path.resolve()
    holding = [(len(line[1]), line[2]) for line in lines if inside.is_relative_to(line[1].replace("\\040", " "))]
    return max(holding)[1] if holding else None


def _look_inside(database: Database, settings: Settings) -> Iterator[Finding]:
    if not database.read(schema.is_current).result():
        yield wrong(PART, "has another program's schema", "python -m bot migrate (a start of the bot does it as well)")
        return
    yield _look_at_marks(database, settings)
    waiting, calls = database.read(lambda c: (inbox.count_states(c), outbox.count_open(c))).result()
    failed = waiting.get("failed", 0)
    words = f"{waiting.get('waiting', 0)} events and {calls.get('waiting', 0)} calls wait; {failed} events failed"
    remedy = "look in the log for event_failed: the people concerned got a kind word and no answer"
    yield warn("queues", words, remedy) if failed else ok("queues", words)
    yield _look_at_notices(database)
    yield from reach.look_at_receivers(database, settings.alert_names)
    yield reach.look_at_alerts(database)
    yield from reach.look_at_reach(database)
    yield _look_at_jobs(*database.read(lambda c: (slots.list_shown(c, MANY), slots.list_last_done(c))).result())
    yield from _look_at_file(settings, database.read(catalogue.find_newest).result())


def _look_at_notices(database: Database) -> Finding:
    """Look whether reminders and other notices came too late to be sent."""

    def count(connection: Connection) -> int:
        since = real_now() - RECENT
        return notices.count_expired(connection, since + marks.find_clock_offset(connection)) + outbox.count_expired(
            connection, since
        )

    expired = database.read(count).result()
    if not expired:
        return ok("notices", "none came too late in the last 7 days")
    remedy = "they were not sent; look in the log for notice_expired, and why nothing was sent at that hour"
    return warn("notices", f"{expired} came too late in the last 7 days", remedy)


def _look_at_jobs(shown: list[StoredSlot], done: dict[str, datetime]) -> Finding:
    """Look at the runs of jobs that failed or were missed lately, and whether any job ends at all."""
    recent = [slot for slot in shown if slot.ended_at is not None and real_now() - slot.ended_at < RECENT]
    if recent:
        named = ", ".join(
            f"{slot.job} of {slot.due_at.astimezone(TOKYO):%Y-%m-%d %H:%M} {slot.state}" for slot in recent[:3]
        )
        remedy = "look in the log for slot_failed and slot_missed; OPERATIONS.md says what each job does"
        return warn("jobs", f"{len(recent)} runs failed or were missed in the last days, the newest: {named}", remedy)
    last = max(done.values(), default=None)
    if last is not None and real_now() - last > QUIET:
        words = f"none has ended since {last.astimezone(TOKYO):%Y-%m-%d %H:%M} Tokyo time"
        return warn("jobs", words, "start a process whose ROLES name ticker")
    return ok("jobs", "every run ended well" if done else "none was due yet")


def _look_at_marks(database: Database, settings: Settings) -> Finding:
    generation, mark = database.read(
        lambda c: (marks.find(c, MarkName.GENERATION), marks.find(c, MarkName.SANDBOX))
    ).result()
    if mark is None:
        return ok(PART, "is empty; the first start marks it")
    try:
        wiring.refuse_misfit(mark == "True", settings)
    except SettingsError as error:
        return wrong(PART, str(error).splitlines()[0], str(error).splitlines()[-1])
    kind = "the sandbox" if mark == "True" else "real accounts"
    remembered = arming.read(settings.data_dir / arming.NAME)
    if remembered not in ("", generation):
        words = f"generation {generation} is not armed here: nothing but replies goes out"
        return warn(PART, words, "python -m bot rearm shows what waits")
    return ok(PART, f"schema up to date; belongs to {kind}; generation {generation}")


def _look_at_file(settings: Settings, in_force: tuple[int, dict[str, object]] | None) -> Iterator[Finding]:
    """Look at the programme file, and whether what it says is in force."""
    part, path = "programme", settings.programme_file
    try:
        document = programme_file.to_document(programme_file.read_programme(path))
    except ProgrammeError as error:
        if in_force is None:
            yield wrong(part, f"{path} cannot be used: {'; '.join(error.problems)}", "mend the file, or PROGRAMME_FILE")
        else:
            words = f"version {in_force[0]} is in force; {path} cannot be used: {'; '.join(error.problems)}"
            yield warn(part, words, "mend the file before the next import")
        return
    if in_force is None:
        yield ok(part, f"{path} can be used; the first start puts it in force")
    elif programme_file.to_document(programme_file.from_document(in_force[1])) == document:
        yield ok(part, f"version {in_force[0]} is in force and says the same as {path}")
    else:
        words = f"version {in_force[0]} is in force; {path} says something else"
        yield warn(part, words, "python -m bot import programme shows the difference")
