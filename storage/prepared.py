"""Statements that are built and compiled once and run on a cursor of their own; knows no table, commits only when told.

For the statements that every message runs. SQLAlchemy builds, keys and wraps a statement anew each time, which costs
ten to fifty times what SQLite itself needs to answer it; all others stay plain Core, which is easier to read.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Connection
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError

Row = Any
"""A named tuple of the statement's columns."""

_CURSOR = "the cursor of prepared statements"


@dataclass(frozen=True, slots=True)
class _Form:
    """A statement as one engine's driver takes it; ``names`` is the order of its values, where their place counts."""

    sql: str
    names: tuple[str, ...]
    constants: dict[str, Any]
    binds: tuple[tuple[str, Callable[[Any], Any]], ...]
    row: Callable[[Sequence[Any]], Row]


class Prepared:
    """One statement with named values (``bindparam``); ``columns`` names those that an INSERT fills.

    A list of values (IN) has no fixed number of places: it must be written as equations, or as so many ``bindparam``.
    ``postgresql`` is the statement for that engine, where the two must differ. Errors are SQLAlchemy's own.
    """

    def __init__(
        self, statement: ClauseElement, *, postgresql: ClauseElement | None = None, columns: Sequence[str] | None = None
    ) -> None:
        self._statements = {"sqlite": statement, "postgresql": statement if postgresql is None else postgresql}
        self._columns = columns
        self._forms: dict[str, _Form] = {}

    def all(self, connection: Connection, **values: Any) -> list[Row]:
        """Give every row."""
        form = self.form(connection.dialect)
        return [form.row(row) for row in _run(connection, form, values).fetchall()]

    def first(self, connection: Connection, **values: Any) -> Row | None:
        """Give the first row, or None."""
        form = self.form(connection.dialect)
        rows = _run(connection, form, values).fetchall()  # all: a statement half read would stay open
        return form.row(rows[0]) if rows else None

    def one(self, connection: Connection, **values: Any) -> Row:
        """Give the one row of a statement that surely has one."""
        form = self.form(connection.dialect)
        return form.row(_run(connection, form, values).fetchall()[0])

    def change(self, connection: Connection, **values: Any) -> int:
        """Run a statement that gives no rows; gives how many it changed."""
        return int(_run(connection, self.form(connection.dialect), values).rowcount)

    def put_off(self, connection: Connection, **values: Any) -> None:
        """Run a statement of which nobody asks what it gave.

        PostgreSQL is told of it together with the next statement or the commit, where it raises what it failed with.
        """
        form = self.form(connection.dialect)
        way = "put_off" if connection.dialect.name == "postgresql" else "execute"
        _execute(connection, form, _arguments(form, values), way)

    def change_many(self, connection: Connection, many: Sequence[dict[str, Any]]) -> None:
        """Run a statement that gives no rows once for each of many sets of values."""
        form = self.form(connection.dialect)
        _execute(connection, form, [_arguments(form, values) for values in many], "executemany")

    def form(self, dialect: Dialect) -> _Form:
        """Give the statement as an engine's driver takes it."""
        form = self._forms.get(dialect.name)
        if form is None:
            compiled = self._statements[dialect.name].compile(dialect=_writing(dialect), column_keys=self._columns)
            form = self._forms[dialect.name] = _compiled(compiled, dialect)
        return form


def _writing(dialect: Dialect) -> Dialect:
    """Give the dialect that statements are written in: PostgreSQL numbers values ($1), which its driver does not."""
    if dialect.name != "postgresql":
        return dialect
    return PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]


def _compiled(compiled: Any, dialect: Dialect) -> _Form:
    binds = {name: bind for bind, name in compiled.bind_names.items()}
    processes = {name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()}
    given = {name for name, bind in binds.items() if bind.required}
    constants = {name: bind.effective_value for name, bind in binds.items() if name not in given}
    return _Form(
        sql=str(compiled),
        names=tuple(compiled.positiontup) if compiled.positional else (),
        constants={name: _processed(value, processes[name]) for name, value in constants.items()},
        binds=tuple((name, processes[name]) for name in given if processes[name] is not None),
        row=_row_maker(compiled._result_columns, dialect),
    )


def _processed(value: Any, process: Callable[[Any], Any] | None) -> Any:
    return value if process is None else process(value)


def _row_maker(columns: Sequence[Any], dialect: Dialect) -> Callable[[Sequence[Any]], Row]:
    """Give the function that turns a driver's tuple into a named one, each value as its column's type says."""
    make: Callable[[Sequence[Any]], Row] = namedtuple("Row", [str(c.keyname) for c in columns])._make  # type: ignore[attr-defined]
    processes = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
    if not any(processes):
        return make
    pairs = [(place, process) for place, process in enumerate(processes) if process is not None]

    def row(values: Sequence[Any]) -> Row:
        changed = list(values)
        for place, process in pairs:
            changed[place] = process(changed[place])
        return make(changed)

    return row


def _arguments(form: _Form, values: dict[str, Any]) -> Any:
    values = {**form.constants, **values}
    for name, process in form.binds:
        values[name] = process(values[name])
    return [values[name] for name in form.names] if form.names else values


def _run(connection: Connection, form: _Form, values: dict[str, Any]) -> Any:
    return _execute(connection, form, _arguments(form, values))


def _execute(connection: Connection, form: _Form, arguments: Any, way: str = "execute") -> Any:
    """Run a statement on the cursor that the connection keeps for these; gives the cursor."""
    if not connection.in_transaction():  # at whose end, however it comes, what was put off ends too
        raise RuntimeError("a prepared statement runs in a transaction that was begun")
    cursor = connection.info.get(_CURSOR)
    if cursor is None:
        cursor = connection.info[_CURSOR] = _new_cursor(connection)
    try:
        return getattr(cursor, way)(form.sql, arguments)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, form.sql, error) from error


def flush(connection: Connection, *_: Any) -> None:
    """Let PostgreSQL run what it was not told of yet, before anything runs that is not prepared."""
    _end(connection, "flush")


def commit(connection: Connection) -> None:
    """Let PostgreSQL run what it was not told of yet, and commit, in one piece: for storage.database alone."""
    _end(connection, "commit")


def forget(connection: Connection) -> None:
    """Drop what PostgreSQL was not told of yet: all of it is to be undone."""
    _end(connection, "forget")


def _end(connection: Connection, way: str) -> None:
    if connection.dialect.name != "postgresql" or connection.invalidated or _CURSOR not in connection.info:
        return
    cursor = connection.info[_CURSOR]
    try:
        getattr(cursor, way)()
    except connection.dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, way, error) from error


def _new_cursor(connection: Connection) -> Any:
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name != "postgresql":
        return driver.cursor()
    from storage.server_side import ServerSideCursor  # here: its driver is nothing that SQLite should wait for

    return ServerSideCursor(driver)


def _wrapped(connection: Connection, sql: str, error: Exception) -> BaseException:
    """Give the error as SQLAlchemy's, without its values; a connection that broke is not used again."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    wrapped = DBAPIError.instance(
        sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_lost
    )
    if is_lost:
        connection.invalidate(error)
    return wrapped
