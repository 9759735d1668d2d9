"""Asks about and stores many rows in one go, as each engine does it best; knows no table and never commits."""

import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Column, ColumnElement, Connection, Table, any_, func, literal, select
from sqlalchemy.exc import DBAPIError


def among(connection: Connection, column: Column[Any], numbers: Collection[int]) -> ColumnElement[bool]:
    """Ask for rows with one of many numbers, which are given as one value: no engine need read each as SQL."""
    if connection.dialect.name == "postgresql":
        return column == any_(literal(list(numbers), ARRAY(BigInteger)))
    listed = func.json_each(json.dumps(list(numbers))).table_valued("value")
    return column.in_(select(listed.c.value))


def copy_in(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Store rows that all name the same columns, by COPY: a third of the work of as many INSERTs, on both sides.

    Errors are SQLAlchemy's, as for any statement. https://www.psycopg.org/psycopg3/docs/basic/copy.html
    """
    names = list(rows[0])
    statement = f"COPY {table.name} ({', '.join(names)}) FROM STDIN"
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except dialect.loaded_dbapi.Error as error:
        is_lost = dialect.is_disconnect(error, driver, None)
        raise DBAPIError.instance(
            statement, None, error, dialect.loaded_dbapi.Error, hide_parameters=True, connection_invalidated=is_lost
        ) from error
