"""Puts a backup in the place of the database: cleaned of who left since, and not armed. What was there is kept."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import Connection, func, select

from bot import opening, wiring
from bot.enlisting import keyed_hash
from bot.settings import Settings, SettingsError
from handlers import erasing
from scheduler.backups import FOLDER
from storage import backups, copying, generations, marks, outbox, schema
from storage.accounts import ACCOUNTS
from storage.backups import BackupError
from storage.clock import real_now
from storage.database import Database, count_others
from storage.file_lock import lock_file
from storage.inbox import INBOX
from storage.ledger import LEDGER
from storage.marks import MarkName

PIECE = 200  # accounts looked at in one transaction
SHOWN = (ACCOUNTS, LEDGER)


def run(settings: Settings, file: Path, *, confirmed: bool) -> None:
    """Show what a backup holds; when confirmed, put it in the place of the database. BackupError, SettingsError."""
    backups.check(file)
    typer.echo(_describe(file))
    if not confirmed:
        typer.echo("nothing was changed; --yes puts it in the place of the database, with the bot stopped")
        return
    _demand_key(settings)
    with _copied(settings, file) as copy:
        erased = _prepare(settings, copy)
        kept = _replace_sqlite(settings, copy) if opening.sqlite_path(settings) else _replace_rows(settings, copy)
    typer.echo(f"restored; {erased} accounts that had been erased since were erased again")
    typer.echo(f"what was there is kept in {kept}" if kept else "there was nothing before")
    typer.echo("the bot answers when it is started, and pushes nothing until: python -m bot rearm")


def _describe(file: Path) -> str:
    database = Database(f"sqlite:///{file}", read_only=True)
    try:
        return database.read(_count).result()
    finally:
        database.close()


def _count(connection: Connection) -> str:
    newest = connection.execute(select(func.max(INBOX.c.received_at))).scalar()
    counted = {table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in SHOWN}
    rows = ", ".join(f"{count:,} rows of {name}" for name, count in counted.items())
    return f"{rows}; newest event: {newest:%Y-%m-%d %H:%M} UTC" if newest else f"{rows}; no event"


def _demand_key(settings: Settings) -> None:
    """Refuse to go on under a new key: nobody who left could be found, and every link given out would be dead."""
    if not settings.secret_key.get_secret_value() and not (settings.data_dir / "secret.key").exists():
        words = f"put the secret.key of then into {settings.data_dir} (or set SECRET_KEY) before you restore"
        raise SettingsError(f"SECRET_KEY: {words}")


@contextmanager
def _copied(settings: Settings, file: Path) -> Iterator[Path]:
    """Copy a backup into DATA_DIR, to be prepared there; the backup itself is never changed."""
    copy = settings.data_dir / ".restoring.sqlite"
    backups.remove(copy)
    try:
        copy.touch(mode=0o600)
        shutil.copyfile(file, copy)
        yield copy
    finally:
        backups.remove(copy)
        Path(f"{copy}.lock").unlink(missing_ok=True)


def _prepare(settings: Settings, copy: Path) -> int:
    """Bring a copy up to this program, start its generation, and clean it; gives how many were erased again."""
    with opening.plainly(settings):
        database = Database(f"sqlite:///{copy}")
        try:
            schema.upgrade(database)
            mark = database.read(lambda c: marks.find(c, MarkName.SANDBOX)).result()
            wiring.refuse_misfit(mark == "True", settings)
            database.write(_begin).result()
            erased = _erase_again(settings, database)
        finally:
            database.close()
    backups.settle(copy)
    return erased


def _begin(connection: Connection) -> None:
    """Start the generation; what was being answered when the backup was made was answered then."""
    generations.start(connection)
    generations.end_open(connection, outbox.REPLIES, real_now(), "of before the restore")


def _erase_again(settings: Settings, database: Database) -> int:
    erased = _read_erased(settings.data_dir / "erased.txt")
    hashed = partial(keyed_hash, wiring.secret_key(settings))
    after, total = 0, 0
    while True:
        unit = partial(_erase_piece, erased=erased, hashed=hashed, after=after)
        after, gone = database.write(unit).result()
        total += gone
        if not after:
            return total


def _erase_piece(
    connection: Connection, erased: dict[str, datetime], hashed: erasing.KeyedHash, after: int
) -> tuple[int, int]:
    now = real_now() + marks.find_clock_offset(connection)
    return erasing.erase_again(connection, erased, hashed, now, after, PIECE)


def _read_erased(path: Path) -> dict[str, datetime]:
    """Read when each keyed hash was erased last; a line that a crash cut off is left out."""
    if not path.exists():
        typer.echo(f"{path} is not there: whoever left since the backup is back; put the file there and restore again")
        return {}
    fields = [line.split() for line in path.read_text(encoding="ascii").splitlines()]
    return dict(sorted((key_hash, datetime.fromisoformat(at)) for at, key_hash in (f for f in fields if len(f) == 2)))


def _replace_sqlite(settings: Settings, copy: Path) -> Path | None:
    """Put the copy in the place of a SQLite file that no process uses; gives where the old one is kept."""
    path = opening.sqlite_path(settings)
    assert path is not None  # noqa: S101
    held = lock_file(str(path))
    try:
        kept = _set_aside(path)
        copy.replace(path)
        backups.sync(path.parent)
    finally:
        if held is not None:
            os.close(held)
    return kept


def _set_aside(path: Path) -> Path | None:
    """Keep a database file, with its log, under another name as well; a kill in between leaves nothing half.

    The log must be gone from its place before another file takes the database's: it would be played into that one.
    """
    kept = path.with_name(f"before-restore-{real_now():%Y%m%dT%H%M%SZ}.sqlite")
    is_new = path.stat().st_size == 0 and not Path(f"{path}-wal").exists()
    for ending in ("-wal", ""):
        beside = Path(f"{path}{ending}")
        if beside.exists() and not is_new:
            Path(f"{kept}{ending}").hardlink_to(beside)
    for ending in ("-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
    return None if is_new else kept


def _replace_rows(settings: Settings, copy: Path) -> Path | None:
    """Put the rows of the copy in the place of PostgreSQL's, in one transaction; gives where the old ones are kept."""
    target = opening.open_database(settings)
    source = Database(f"sqlite:///{copy}", read_only=True)
    try:
        if target.read(count_others).result():
            raise SettingsError("DATABASE_URL: a process of the bot is using the database: stop all of them first")
        kept = None if target.read(copying.is_empty).result() else _keep_rows(settings, target)
        copying.copy(source, target, lambda *_: None, replace=True)
    finally:
        source.close()
        target.close()
    return kept


def _keep_rows(settings: Settings, database: Database) -> Path:
    kept = settings.data_dir / FOLDER / f"before-restore-{real_now():%Y%m%dT%H%M%SZ}.sqlite"
    kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        backups.make(database, kept)
    except OSError as error:
        raise BackupError(f"what is there cannot be kept first: {error}") from None
    return kept
