"""Asks about and stores many rows in one go, as each engine does it best; knows no table and never commits."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    ClauseElement,
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    select,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeDecorator

from storage import prepared
from storage.prepared import Prepared


def among(connection: Connection, column: Column[Any], numbers: Collection[int]) -> ColumnElement[bool]:
    """Ask for rows with one of many numbers, which are given as one value: no engine need read each as SQL."""
    return _among(connection.dialect.name, column, literal(numbers, _Listed))


def among_given(engine: str, column: Column[Any], name: str) -> ColumnElement[bool]:
    """Ask the same in a statement that is built once: the numbers are its value ``name``, a list."""
    return _among(engine, column, bindparam(name, type_=_Listed))


def prepare_among(column: Column[Any], make: Callable[[ColumnElement[bool]], ClauseElement]) -> Prepared:
    """Prepare a statement about rows with one of many ``numbers``; ``make`` is told how to ask for those rows."""
    sqlite, postgresql = (make(among_given(engine, column, "numbers")) for engine in ("sqlite", "postgresql"))
    return Prepared(sqlite, postgresql=postgresql)


def _among(engine: str, column: Column[Any], numbers: BindParameter[Any]) -> ColumnElement[bool]:
    if engine == "postgresql":
        # Behind a SELECT the list is read once; as it stands, a scan of a small table reads it anew for every row.
        once = select(cast(numbers, ARRAY(BigInteger))).scalar_subquery()
        return column == any_(cast(once, ARRAY(BigInteger)))
    return column.in_(select(func.json_each(numbers).table_valued("value").c.value))


class _Listed(TypeDecorator[Collection[int]]):
    """Numbers, written as the engine reads them; the driver's own way with a list takes five times as long."""

    impl, cache_ok = Text, True

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str:
        written = ",".join(map(str, value or ()))
        return f"{{{written}}}" if dialect.name == "postgresql" else f"[{written}]"


def copy_in(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows that all name the same columns, by COPY: a third of the work of as many INSERTs, on both sides.

    Errors are SQLAlchemy's, as for any statement. https://www.psycopg.org/psycopg3/docs/basic/copy.html
    """
    names = [name for name in rows[0] if any(row[name] is not None for row in rows)]  # a third of a call is empty
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    prepared.flush(connection)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except dialect.loaded_dbapi.Error as error:
        is_lost = dialect.is_disconnect(error, driver, None)
        raise DBAPIError.instance(
            statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_lost
        ) from error
