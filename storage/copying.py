"""Copies every row and every counter of keys from one database to an empty one of the same schema. Changes no row.

The two may be of different engines: values pass through the tables' own types. What arrived is compared with what left.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select, text

from storage import schema
from storage.database import Database, fix_view

PIECE = 5_000  # rows in memory at once
_MASK = 2**64 - 1
Progress = Callable[[str, int], None]
"""Told before and after each piece: the table, and how many of its rows are done (copied, then compared)."""


class CopyRefusedError(Exception):
    """The target is not empty, or what arrived is not what left; nothing of the copy stays."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds: its rows, and the sum of their hashes in this process, in whatever order they lie."""

    rows: int = 0
    hashes: int = 0

    def plus(self, rows: Sequence[Any]) -> "Content":
        """Give the content with some more rows."""
        return Content(self.rows + len(rows), (self.hashes + sum(hash(tuple(row)) for row in rows)) & _MASK)


def tables() -> list[Table]:
    """List all tables, in an order in which rows may be added."""
    return list(schema.METADATA.sorted_tables)


def copy(source: Database, target: Database, progress: Progress, *, replace: bool = False) -> dict[str, int]:
    """Copy everything in one transaction of the target; gives the rows of each table.

    ``replace`` empties the target first, in the same transaction. CopyRefusedError when it is not empty otherwise, or
    when what arrived differs from what left.
    """

    def unit(into: Connection) -> dict[str, int]:
        if replace:
            _empty(into)
        return source.read(lambda out: _copy(out, into, progress)).result()

    return target.write(unit).result()


def is_empty(connection: Connection) -> bool:
    """Tell whether no table holds a row."""
    return not any(connection.execute(select(table).limit(1)).first() for table in tables())


def _copy(out: Connection, into: Connection, progress: Progress) -> dict[str, int]:
    fix_view(out)
    if not is_empty(into):
        raise CopyRefusedError("the target is not empty")
    copied = {}
    for table in tables():
        left = _copy_table(out, into, table, progress)
        if _measure(into, table, progress) != left:
            raise CopyRefusedError(f"the rows of {table.name} did not arrive as they left")
        copied[table.name] = left.rows
    _copy_counters(out, into)
    return copied


def _copy_table(out: Connection, into: Connection, table: Table, progress: Progress) -> Content:
    content = Content()
    progress(table.name, 0)
    for rows in _pieces(out, table):
        _add(into, table, rows)
        content = content.plus(rows)
        progress(table.name, content.rows)
    return content


def _pieces(connection: Connection, table: Table) -> Iterator[Sequence[Any]]:
    with connection.execution_options(stream_results=True, yield_per=PIECE).execute(select(table)) as found:
        yield from found.partitions(PIECE)


def _measure(connection: Connection, table: Table, progress: Progress) -> Content:
    content = Content()
    for rows in _pieces(connection, table):
        content = content.plus(rows)
        progress(table.name, content.rows)
    return content


def _add(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    if connection.dialect.name == "sqlite":
        keys = [column.key for column in table.columns]
        connection.execute(insert(table), [dict(zip(keys, row, strict=True)) for row in rows])
        return
    binds = [
        column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in table.columns
    ]
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    cursor = connection.connection.cursor()
    with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as stream:
        for row in rows:
            stream.write_row([bind(value) if bind else value for bind, value in zip(binds, row, strict=True)])


def _empty(connection: Connection) -> None:
    """Empty every table of PostgreSQL, those included that may only grow otherwise."""
    names = [f'"{table.name}"' for table in tables()]
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
    connection.execute(text(f"TRUNCATE {', '.join(names)}"))
    for name in names:
        connection.execute(text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))


def _copy_counters(out: Connection, into: Connection) -> None:
    """Let the target go on counting keys where the source stands, even if the newest rows are gone."""
    for table in tables():
        if table.autoincrement_column is not None:
            _set_counter(into, table, _read_counter(out, table))


def _read_counter(connection: Connection, table: Table) -> int:
    """Read the highest key that a table ever gave; 0 for none."""
    key = table.autoincrement_column
    given: int | None = 0
    if connection.dialect.name == "sqlite":
        question = text("SELECT max(seq) FROM sqlite_sequence WHERE name = :table")
        given = connection.execute(question, {"table": table.name}).scalar()
    elif name := _sequence(connection, table):
        stands = f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {name}"  # noqa: S608
        given = connection.execute(text(stands)).scalar()
    highest = int(connection.execute(select(func.max(key))).scalar() or 0)
    return max(given or 0, highest)


def _set_counter(connection: Connection, table: Table, given: int) -> None:
    if connection.dialect.name == "sqlite":
        if given and _counts_by_itself(connection, table):
            connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
            again = text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :given)")
            connection.execute(again, {"table": table.name, "given": given})
    elif name := _sequence(connection, table):
        connection.execute(text(f"SELECT setval('{name}', {max(given, 1)}, {given > 0})"))


def _counts_by_itself(connection: Connection, table: Table) -> bool:
    """Tell whether SQLite remembers the highest key of a table that it ever gave."""
    made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = :table"), {"table": table.name}).scalar()
    return "AUTOINCREMENT" in str(made)


def _sequence(connection: Connection, table: Table) -> str | None:
    """Name the sequence behind a table's key, where it has one."""
    key = table.autoincrement_column
    question = text("SELECT pg_get_serial_sequence(:table, :key)")
    found = connection.execute(question, {"table": f'"{table.name}"', "key": key.name if key is not None else ""})
    return found.scalar()
