"""A week of jobs in short: several processes, one killed in a slot, three zones. ``make prove`` runs it long."""

from datetime import timedelta
from pathlib import Path

import pytest

from bench.week import ZONES, Week
from tests import databases

RARE = ("nightly", "weekly", "monthly")


def a_week(url: str, folder: Path, **changes: object) -> Week:
    given = {"jobs": RARE, "step": timedelta(hours=4), **changes}
    return Week(url=url, folder=folder, **given)  # type: ignore[arg-type]


@pytest.mark.timeout(180)
def test_three_processes_run_each_slot_of_a_week_once_and_the_killed_one_once_more(tmp_path: Path) -> None:
    with databases.fresh("postgresql") as database:
        url = database.url.render_as_string(hide_password=False)
        often = {"jobs": ("four_hourly", *RARE), "step": timedelta(hours=4), "kills": 1, "zones": ZONES}
        week = a_week(url, tmp_path, **often)
        week.run()
    assert week.broken == [], week.summary()
    assert len(week.figures["slots run by each process"]) >= 3, week.summary()


@pytest.mark.timeout(180)
def test_the_proof_fails_when_each_process_remembers_for_itself(tmp_path: Path) -> None:
    with databases.fresh("postgresql") as database:
        week = a_week(database.url.render_as_string(hide_password=False), tmp_path, flaw="memory")
        week.run()
    assert week.promises["each slot was run to its end once"], week.summary()


@pytest.mark.timeout(180)
def test_the_week_is_the_same_in_every_zone_of_the_machine(tmp_path: Path) -> None:
    weeks = []
    for zone in ZONES:
        with databases.fresh("sqlite") as database:
            url = database.url.render_as_string()
            database.close()  # a file is written by one process
            weeks.append(a_week(url, tmp_path, processes=1, zones=[zone]))
            weeks[-1].run()
    assert [week.broken for week in weeks] == [[], [], []]
    assert weeks[0].rows == weeks[1].rows == weeks[2].rows
    assert len(weeks[0].rows) == 7 + 1 + 1
