"""The engine, the writer and the transaction: the only place that commits. Knows no table.

SQLite has one writer thread: the units of work that wait share one transaction, each in a savepoint of its own, so one
sync of the disk serves them all. PostgreSQL runs each unit in a transaction of its own on a small pool of threads; only
those that nobody can wait for are grouped there too.
"""

import contextlib
import os
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from sqlalchemy import BigInteger, Boolean, Connection, DateTime, Engine, Integer, Table, create_engine, event, text
from sqlalchemy.engine import Dialect, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel

from storage import prepared
from storage.file_lock import lock_file
from storage.prepared import Prepared

Result = TypeVar("Result")
Unit = Callable[[Connection], Result]
BigId = BigInteger().with_variant(Integer(), "sqlite")
"""A key that counts up by itself on both engines."""

_SAVEPOINT = Prepared(text("SAVEPOINT unit"))
_RELEASE = Prepared(text("RELEASE SAVEPOINT unit"))
_ROLL_BACK = Prepared(text("ROLLBACK TO SAVEPOINT unit"))
GROUP_LIMIT = 64  # units that may share one commit: a group stays well under 50 ms
POOL_SIZE = 8


class StorageUnavailableError(Exception):
    """The database cannot take the work now (full disk, lock, lost connection): nothing was stored, try later."""


class ConflictError(Exception):
    """Another transaction was first (a unique key, a deadlock): run the unit again with fresh facts."""


class Instant(TypeDecorator[datetime]):
    """A moment, aware UTC on both sides; SQLite keeps it without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a moment without a time zone must not be stored")
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give aware UTC; PostgreSQL answers in its session's zone."""
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write SQLite's moments at once: there are several in every row, and each step costs as much as the rest."""
        return _write_moment if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: Any) -> Callable[[Any], datetime | None] | None:
        """Read SQLite's moments at once, as they are written."""
        return _read_moment if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _write_moment(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment without a time zone must not be stored")
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:26]  # without its zone, which is UTC


def _read_moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value + "+00:00")


class Database:
    """One database, written by units of work: plain functions that take a connection, do no other I/O and never wait.

    ``write`` and ``read`` give a Future; a write's Future is done only once its commit is durable.
    """

    def __init__(self, url: str, *, read_only: bool = False) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._lock = lock_file(self.url.database) if self.is_sqlite and not read_only else None
        self._readers = ThreadPoolExecutor(4, thread_name_prefix="reader")
        self._engine = _sqlite_engine(url, read_only) if self.is_sqlite else _postgresql_engine(url)
        self.full_at: float | None = None
        """When a write was last refused for want of room or by a bad disk (time.monotonic); None: never."""
        writer = _GroupingWriter if self.is_sqlite else _PooledWriter
        self._writer: _GroupingWriter | _PooledWriter = writer(self._engine, self._note)
        self._together = self._writer if self.is_sqlite else _GroupingWriter(self._engine, self._note)

    def write(self, unit: Unit[Result]) -> "Future[Result]":
        """Run a unit of work in a transaction; its Future gives the result after the commit, or raises.

        StorageUnavailableError at once when the database is closed.
        """
        return self._writer.submit(unit)

    def write_together(self, unit: Unit[Result]) -> "Future[Result]":
        """Do as ``write``, and let what waits at the same time share the commit, on PostgreSQL as well.

        Only for short units that hold no account or person and change rows of their own alone: a group keeps what each
        of its units took until all are committed, and two groups would wait for each other in a circle.
        """
        return self._together.submit(unit)

    def read(self, question: Unit[Result]) -> "Future[Result]":
        """Ask a question on a connection of its own; what it writes is rolled back."""
        return self._readers.submit(self._ask, question)

    def _ask(self, question: Unit[Result]) -> Result:
        with storage_errors(), self._engine.connect() as connection:
            connection.begin()  # a prepared statement does not do so by itself
            return question(connection)

    def _note(self, error: Exception) -> None:
        if isinstance(error, StorageUnavailableError) and str(error).startswith(NO_ROOM):
            self.full_at = time.monotonic()

    def close(self) -> None:
        """Finish what was submitted, then let go of the file and the connections; closing twice is once."""
        self._writer.close()
        self._together.close()
        self._readers.shutdown()
        self._engine.dispose()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    @property
    def engine(self) -> Engine:
        """The engine, for migrations and diagnosis only."""
        return self._engine


class _GroupingWriter:
    """SQLite's one writer, and PostgreSQL's for ``write_together``.

    What waits shares one transaction, up to a limit; a unit that raises undoes only itself.
    """

    def __init__(self, engine: Engine, note: Callable[[Exception], None]) -> None:
        self._engine, self._note = engine, note
        self._waiting: queue.SimpleQueue[tuple[Unit[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._door = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, unit: Unit[Result]) -> "Future[Result]":
        future: Future[Result] = Future()
        with self._door:  # what came after the end would wait for ever, and its thread with it
            if self._closed:
                raise StorageUnavailableError("closed")
            self._waiting.put((unit, future))
        return future

    def close(self) -> None:
        with self._door:
            self._closed = True
            self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        going_on = True
        while going_on:
            group = [self._waiting.get()]
            while len(group) < GROUP_LIMIT and not self._waiting.empty():
                group.append(self._waiting.get())
            going_on = None not in group
            self._commit([waiting for waiting in group if waiting is not None and _is_wanted(waiting[1])])

    def _commit(self, group: list[tuple[Unit[Any], "Future[Any]"]]) -> None:
        ended: list[tuple[Future[Any], Any, Exception | None]] = []
        try:
            with storage_errors(), self._engine.begin() as connection:
                if len(group) == 1:  # nobody else's work is undone with it
                    ended = [(future, unit(connection), None) for unit, future in group]
                else:
                    ended = [(future, *in_savepoint(connection, unit)) for unit, future in group]
        except Exception as error:
            self._note(error)
            ended = [(future, None, error) for _, future in group]
        for future, result, failure in ended:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)


def _is_wanted(future: "Future[Any]") -> bool:
    """Tell whether nobody cancelled a unit while it waited; from then on it cannot be cancelled any more."""
    return future.set_running_or_notify_cancel()


def in_savepoint(connection: Connection, unit: Unit[Result]) -> tuple[Result | None, Exception | None]:
    """Run a unit; when it raises, undo it alone. A failure of the storage itself undoes the whole group."""
    _SAVEPOINT.change(connection)
    try:
        with storage_errors():
            result = unit(connection)
            _RELEASE.change(connection)
    except StorageUnavailableError:
        raise
    except Exception as error:
        with storage_errors():
            prepared.forget(connection)  # what the unit had not even sent
            _ROLL_BACK.change(connection)
            _RELEASE.change(connection)
        return None, error
    return result, None


class _PooledWriter:
    """PostgreSQL's writer: a few threads, each unit in a transaction of its own."""

    def __init__(self, engine: Engine, note: Callable[[Exception], None]) -> None:
        self._engine, self._note = engine, note
        self._threads = ThreadPoolExecutor(POOL_SIZE, thread_name_prefix="writer")

    def submit(self, unit: Unit[Result]) -> "Future[Result]":
        try:
            return self._threads.submit(self._commit, unit)
        except RuntimeError as error:
            raise StorageUnavailableError("closed") from error

    def _commit(self, unit: Unit[Result]) -> Result:
        try:
            with storage_errors(), self._engine.begin() as connection:
                return unit(connection)
        except StorageUnavailableError as error:
            self._note(error)
            raise

    def close(self) -> None:
        self._threads.shutdown()


_SQLITE_STATES = "FULL IOERR BUSY LOCKED CANTOPEN READONLY NOTADB CORRUPT"
SQLITE_FAILURES = tuple(f"SQLITE_{state}" for state in _SQLITE_STATES.split())
POSTGRESQL_FAILURES = ("08", "53", "57", "58")  # connection, resources (disk full), operator's stop, system
NO_ROOM = ("SQLITE_FULL", "SQLITE_IOERR", "53100", "58030")  # no space left, or the disk answers with errors
CONFLICTS = ("SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY", "23505", "40")  # a taken key, a deadlock


@contextlib.contextmanager
def storage_errors() -> Iterator[None]:
    """Sort the engine's errors, without their values: unavailable, a conflict, or (as they are) our own mistakes."""
    try:
        yield
    except DBAPIError as error:
        name = str(getattr(error.orig, "sqlite_errorname", "") or getattr(error.orig, "sqlstate", "") or "")
        if error.connection_invalidated or name.startswith((*SQLITE_FAILURES, *POSTGRESQL_FAILURES)):
            raise StorageUnavailableError(name) from error
        if name.startswith(CONFLICTS):
            raise ConflictError(name) from error
        if not name and isinstance(error, OperationalError):  # PostgreSQL could not be reached at all
            raise StorageUnavailableError("no connection") from error
        raise


_LOCK = Prepared(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"))
_TRY_LOCK = Prepared(text("SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0)) AS held").columns(held=Boolean))


def lock_account(connection: Connection, channel: str, bot_id: str, account_key: str) -> None:
    """Hold one account until the transaction ends. SQLite's one writer needs no lock."""
    _lock(connection, f"account:{channel}:{bot_id}:{account_key}")


def fix_view(connection: Connection) -> None:
    """Let a transaction see one moment, from its first question (after this) to its last, however long it reads."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def try_lock_account(connection: Connection, channel: str, bot_id: str, account_key: str) -> bool:
    """Hold one account until the transaction ends, unless another transaction does; tell whether it is held here."""
    if connection.dialect.name != "postgresql":
        return True
    name = f"account:{channel}:{bot_id}:{account_key}"
    return bool(_TRY_LOCK.one(connection, name=name).held)


def lock_person(connection: Connection, person_id: int) -> bool:
    """Hold one person until the transaction ends; after the account, and of two persons the lower number first.

    Tell whether others may have changed something meanwhile: not on SQLite, whose one writer needs no lock.
    """
    _lock(connection, f"person:{person_id}")
    return connection.dialect.name == "postgresql"


def hold_free_persons(connection: Connection, person_ids: Sequence[int], limit: int) -> list[int]:
    """Hold the first of some persons whom nobody holds, until the transaction ends; gives them. It waits for nobody.

    So it cannot wait in a circle, and of several processes each takes others. SQLite's one writer needs no lock.
    """
    if connection.dialect.name != "postgresql":
        return list(person_ids[:limit])
    free = (
        "SELECT number FROM unnest(CAST(:numbers AS bigint[])) AS number"
        " WHERE pg_try_advisory_xact_lock(hashtextextended('person:' || number, 0)) LIMIT :limit"
    )
    return list(connection.execute(text(free), {"numbers": list(person_ids), "limit": limit}).scalars())


def draw_ids(connection: Connection, table: Table, count: int) -> list[int]:
    """Draw the next numbers of a table whose key counts up by itself, rising, for rows stored in this transaction."""
    if connection.dialect.name == "postgresql":
        drawn = "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        return sorted(connection.execute(text(drawn), {"name": table.name, "count": count}).scalars())
    last = "SELECT seq FROM sqlite_sequence WHERE name = :name"
    first = int(connection.execute(text(last), {"name": table.name}).scalar() or 0) + 1
    return list(range(first, first + count))


def lock_job(connection: Connection, job: str) -> None:
    """Hold one job of the ticker until the transaction ends; taken alone, never together with another lock."""
    _lock(connection, f"job:{job}")


def lock_lists(connection: Connection) -> None:
    """Hold the taking in of lists and figures until the transaction ends, before any person: two would both add one."""
    _lock(connection, "lists")


def lock_start(connection: Connection) -> None:
    """Hold a new database until the transaction ends: of several processes that start, one marks and seeds it."""
    _lock(connection, "start")


def lock_quota(connection: Connection, channel: str) -> None:
    """Hold what a channel's month still allows until the transaction ends, before any broadcast: two would share it."""
    _lock(connection, f"quota:{channel}")


def _lock(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        _LOCK.change(connection, name=name)


def _postgresql_engine(url: str) -> Engine:
    # psycopg itself is to prepare nothing: at a ROLLBACK it lets go of all that was, by storage.server_side as well
    connect_args = {"application_name": _process_name(), "prepare_threshold": None}
    engine = create_engine(url, pool_size=POOL_SIZE + 4, connect_args=connect_args)
    event.listen(engine, "before_cursor_execute", prepared.flush)
    event.listen(engine, "commit", prepared.commit)
    event.listen(engine, "rollback", prepared.forget)
    return engine


def _process_name() -> str:
    return f"bot {socket.gethostname()} {os.getpid()}"


def count_others(connection: Connection) -> int:
    """Count the connections of this program's other processes to this database, if it is PostgreSQL's; 0 on SQLite."""
    if connection.dialect.name != "postgresql":
        return 0
    counted = text(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND application_name LIKE 'bot %' AND application_name <> :ours"
    )
    return int(connection.execute(counted, {"ours": _process_name()}).scalar_one())


def _sqlite_engine(url: str, read_only: bool) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 5})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own habit breaks savepoints
        for pragma in ("query_only=ON",) if read_only else ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        is_writer = threading.current_thread().name == "writer"
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writer else "BEGIN")

    return engine


def table_of(model: type[SQLModel]) -> Table:
    """Give the table behind a SQLModel class, for Core statements."""
    return cast(Table, model.__table__)  # type: ignore[attr-defined]
