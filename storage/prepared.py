"""Statements that are built and compiled once and run on the driver's own cursor; knows no table and never commits.

For the statements that every message runs. SQLAlchemy builds, keys and wraps a statement anew each time, which costs
ten to fifty times what SQLite itself needs to answer it; all others stay plain Core, which is easier to read.
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ClauseElement, Connection
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

    def change_many(self, connection: Connection, many: Sequence[dict[str, Any]]) -> None:
        """Run a statement that gives no rows once for each of many sets of values."""
        form = self.form(connection.dialect)
        _execute(connection, form, [_arguments(form, values) for values in many], many=True)

    def form(self, dialect: Dialect) -> _Form:
        """Give the statement as an engine's driver takes it."""
        form = self._forms.get(dialect.name)
        if form is None:
            compiled = self._statements[dialect.name].compile(dialect=dialect, column_keys=self._columns)
            form = self._forms[dialect.name] = _compiled(compiled, dialect)
        return form


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


def _execute(connection: Connection, form: _Form, arguments: Any, *, many: bool = False) -> Any:
    """Run a statement on the cursor that the connection keeps for these; gives the cursor."""
    cursor = connection.info.get(_CURSOR)
    if cursor is None:
        cursor = connection.info[_CURSOR] = connection.connection.driver_connection.cursor()  # type: ignore[union-attr]
    dialect = connection.dialect
    try:
        return cursor.executemany(form.sql, arguments) if many else cursor.execute(form.sql, arguments)
    except dialect.loaded_dbapi.Error as error:
        raise _wrapped(connection, form, error) from error


def _wrapped(connection: Connection, form: _Form, error: Exception) -> BaseException:
    """Give the error as SQLAlchemy's, without its values; a connection that broke is not used again."""
    dialect = connection.dialect
    is_lost = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)  # type: ignore[arg-type]
    wrapped = DBAPIError.instance(
        form.sql, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_lost
    )
    if is_lost:
        connection.invalidate(error)
    return wrapped
