"""Asking about many rows by their numbers, given as one value."""

from sqlalchemy import Connection, select, text

from storage import bulk
from storage.people import PEOPLE
from tests import databases


def test_postgresql_reads_the_list_once_and_not_for_every_row_of_a_scan() -> None:
    def explain(connection: Connection) -> str:
        for way in ("enable_indexscan", "enable_bitmapscan", "enable_indexonlyscan"):
            connection.execute(text(f"SET LOCAL {way} = off"))
        question = select(PEOPLE.c.id).where(bulk.among(connection, PEOPLE.c.id, [1, 2, 3]))
        written = question.compile(connection, compile_kwargs={"literal_binds": True})
        return "\n".join(connection.execute(text(f"EXPLAIN {written}")).scalars())

    with databases.fresh("postgresql") as database:
        plan = database.write(explain).result()
    (condition,) = (line for line in plan.splitlines() if "Filter:" in line)
    assert "InitPlan" in condition, plan
    assert "bigint[]" not in condition, plan
