"""The databases that tests share: each test begins with an empty one, whatever the one before left open."""

from typing import Any

import pytest
from sqlalchemy import Connection

from storage import marks
from storage.marks import MarkName
from tests import databases


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_database_is_empty_although_the_test_before_left_a_statement_half_read(engine: str) -> None:
    held: list[Any] = []

    def hold(connection: Connection) -> None:
        marks.put(connection, MarkName.GENERATION, "kept")
        driver: Any = connection.connection.driver_connection
        held.append(driver.execute("SELECT 1 UNION ALL SELECT 2"))
        held[-1].fetchone()

    for _ in range(3):
        with databases.fresh(engine) as database:
            assert database.read(lambda c: marks.find(c, MarkName.GENERATION)).result() is None
            database.write(hold).result()
