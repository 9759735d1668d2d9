"""Opens the database that the settings name, to write or only to read, and says in one line why it cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from alembic.util import CommandError
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.settings import Settings, SettingsError
from storage import catalogue, programme_file, schema
from storage.database import Database, StorageUnavailableError
from storage.facts import Programme

CAUSES = {
    "password authentication failed": "the server refuses the user name or the password",
    "no password supplied": "the server wants a password",
    "no pg_hba.conf entry": "the server does not let this machine in (pg_hba.conf)",
    "does not exist": "the server knows no such database or user: create it first",
    "connection refused": "nothing listens there: start the server, or mend host and port",
    "timeout": "the server does not answer: mend host and port, or let this machine through its firewall",
    "failed to resolve host": "the name of the server is unknown",
    "name or service not known": "the name of the server is unknown",
    "ssl": "the server and this machine do not agree on encryption (sslmode)",
    "sqlite_full": "the disk is full: make room",
    "sqlite_busy": "another program holds it for too long: stop that program",
    "sqlite_readonly": "this user may not write to the file",
    "sqlite_cantopen": "the file cannot be opened: mend the path, or the rights of this user",
    "sqlite_notadb": "the file is no SQLite database",
    "sqlite_corrupt": "the file is damaged: stop the bot, keep a copy, and go back to a backup",
}
"""A piece of the engine's words (in lower case) to ours; the engine's may hold a user's name and are not repeated."""


def open_database(settings: Settings) -> Database:
    """Open the database and bring it up to this program's schema; SettingsError says in one line what keeps it."""
    with plainly(settings):
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        database = Database(settings.effective_database_url)
        try:
            schema.upgrade(database)
        except BaseException:
            database.close()
            raise
    return database


@contextmanager
def reading(settings: Settings) -> Iterator[Database]:
    """Open the database only to read, beside a running bot; SettingsError where there is none, or of another schema."""
    with opened_as_it_is(settings) as database:
        with plainly(settings):
            is_current = database.read(schema.is_current).result()
        if not is_current:
            raise SettingsError("DATABASE_URL: the database has another program's schema: run python -m bot migrate")
        yield database


@contextmanager
def opened_as_it_is(settings: Settings) -> Iterator[Database]:
    """Open the database only to read, whatever its schema; SettingsError where there is none."""
    path = sqlite_path(settings)
    if path is not None and not path.exists():
        raise SettingsError(f"DATABASE_URL: there is no database at {path} yet; the first start makes it")
    with plainly(settings):
        database = Database(settings.effective_database_url, read_only=True)
    try:
        yield database
    finally:
        database.close()


def sqlite_path(settings: Settings) -> Path | None:
    """Give the SQLite file; None for another engine, or where the address cannot be read."""
    with plainly(settings):
        url = make_url(settings.effective_database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def find_newer_programme(connection: Connection, version: int) -> Programme | None:
    """Find the programme in force if it is newer than a version."""
    if catalogue.find_newest_version(connection) <= version:
        return None
    found = catalogue.find_newest(connection)
    return replace(programme_file.from_document(found[1]), version=found[0]) if found else None


def programme_in_force(settings: Settings) -> Programme:
    """Give the programme in force, or the file's where there is no database yet."""
    try:
        with reading(settings) as database:
            found = database.read(lambda c: find_newer_programme(c, version=0)).result()
    except SettingsError:
        found = None
    return found or programme_file.read_programme(settings.programme_file)


@contextmanager
def plainly(settings: Settings) -> Iterator[None]:
    """Turn what keeps a database from being opened into one line without a secret."""
    try:
        yield
    except StorageUnavailableError as error:
        raise SettingsError(f"DATABASE_URL: {_place(settings)}: {_cause(error)}") from None
    except CommandError:
        words = "belongs to a newer program: update this one, or take another database"
        raise SettingsError(f"DATABASE_URL: {_place(settings)} {words}") from None
    except (ArgumentError, ValueError):
        words = "cannot be read as an address; signs such as @ : / in a password are written %40 %3A %2F"
        raise SettingsError(f"DATABASE_URL: {words}") from None
    except OSError as error:
        place = error.filename or settings.data_dir
        raise SettingsError(f"DATA_DIR: {place} cannot be used ({error.strerror})") from None


def _place(settings: Settings) -> str:
    """Name the database without user and password."""
    url = make_url(settings.effective_database_url)
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return f"{url.database} on {url.host or 'this machine'}{f':{url.port}' if url.port else ''}"


def _cause(error: StorageUnavailableError) -> str:
    said = f"{error} {error.__cause__}".lower()
    return next((words for piece, words in CAUSES.items() if piece in said), "it cannot be reached")
