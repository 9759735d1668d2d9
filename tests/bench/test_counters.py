"""The measurement of queues on counters, in short: both processes report, and PostgreSQL is asked who waits."""

from bench import counters, large
from tests import databases


def test_two_processes_report_and_every_report_and_every_wait_is_counted() -> None:
    with databases.fresh("postgresql") as database:
        url = database.url.render_as_string(hide_password=False)
        large.build(url, 1_000, each=1).database.close()
        found = counters.measure(url, stripes=16, a_second=100, seconds=0.5)
    assert len(found.took) == 50
    assert len(found.waiting) > 10
    assert 0 <= found.share < 0.5
