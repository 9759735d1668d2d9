"""Which database the tests of the pages run on: docs/decisions/engines-of-page-tests.md."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from tests import databases

ON_BOTH = {
    "test_staff_roles",  # opens every address of the console
    "test_staff_evidence", "test_health", "test_home", "test_links", "test_open_data", "test_visits",
    "test_staff_answers", "test_staff_kpis", "test_staff_merges", "test_staff_months", "test_staff_names",
    "test_staff_persons", "test_staff_puzzles", "test_staff_questions", "test_staff_today",
}  # fmt: skip
"""Those whose pages put questions of their own to the database, or where two who act at once must meet in it."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Name the engines of each test that takes a database."""
    if "database" in metafunc.fixturenames:
        is_on_both = metafunc.module.__name__.rpartition(".")[2] in ON_BOTH
        engines = ["sqlite", "postgresql"] if is_on_both else ["sqlite"]
        metafunc.parametrize("database", engines, indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A migrated, empty database of the engine that was named."""
    with databases.fresh(request.param) as opened:
        yield opened
