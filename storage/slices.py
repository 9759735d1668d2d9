"""Cuts the persons into slices that a recount can hold in memory, however many there are. Changes nothing."""

from collections.abc import Iterator

from sqlalchemy import Connection, func, select

from storage.ledger import LEDGER

ENTRIES = 100_000  # ledger entries of one slice, about
LAST_PERSON = 2**53


def list_slices(connection: Connection) -> Iterator[tuple[int, int]]:
    """Give each slice as (first person number, how many numbers): equal ones, since the numbers are drawn evenly."""
    entries = int(connection.execute(select(func.max(LEDGER.c.id))).scalar() or 0)
    many = LAST_PERSON // (1 + entries // ENTRIES) + 1
    return ((first, many) for first in range(0, LAST_PERSON, many))
