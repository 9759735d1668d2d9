"""Generations: a restored database starts a new one, and pushes nothing until somebody re-arms it. Sends nothing.

The database says which generation it is; what remembers the one that may push (DATA_DIR) lies outside it, so that a
backup that is put back cannot bring its own permission along.
"""

import secrets

from sqlalchemy import Connection

from storage import marks
from storage.marks import MarkName


def find(connection: Connection) -> str:
    """Find which generation the database is; "" for one that was never started."""
    return marks.find(connection, MarkName.GENERATION) or ""


def start(connection: Connection) -> str:
    """Start a new generation, as a restore does; gives its name."""
    name = secrets.token_hex(8)
    marks.put(connection, MarkName.GENERATION, name)
    return name


def is_armed(connection: Connection, remembered: str) -> bool:
    """Tell whether the database is of the generation that this machine remembers: else nothing but replies may go out.

    Whatever seals or makes pushes asks this in the transaction in which it does so: a database can be put back while
    processes run.
    """
    return find(connection) == remembered
