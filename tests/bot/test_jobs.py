"""The jobs in the whole bot: who runs them, and that staff see those that went wrong."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.app import App
from bot.settings import Role, Settings
from scheduler import jobs
from storage import slots
from storage.clock import TOKYO, real_now
from storage.slots import SLOTS, SlotState
from tests.bot.conftest import Desk
from tests.town import KITAQ, kitaq

CLAIMED = SlotState.CLAIMED


def an_app(folder: Path, *roles: Role) -> App:
    return App(Settings(_env_file=None, data_dir=folder, programme_file=KITAQ, roles=frozenset(roles)), {})


async def states(app: App) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in await asyncio.wrap_future(app.database.read(lambda c: c.execute(select(SLOTS)).all())):
        found.setdefault(row.job, set()).add(row.state)
    return found


async def looked(app: App, is_there: Callable[[dict[str, set[str]]], bool]) -> dict[str, set[str]]:
    """Wait until the slots stand as they should."""
    for _ in range(400):
        found = await states(app)
        if is_there(found):
            return found
        await asyncio.sleep(0.05)
    raise TimeoutError(found)


async def test_a_process_that_ticks_runs_every_job_at_its_start(tmp_path: Path) -> None:
    table = jobs.table(Path("erased.txt"), kitaq, str, lambda run: None)
    app, every = an_app(tmp_path, Role.TICKER), {job.name for job in table}
    async with app.running():
        found = await looked(app, lambda found: found.keys() == every and CLAIMED not in set().union(*found.values()))
    assert set().union(*found.values()) <= {SlotState.DONE, SlotState.BEFORE}
    assert found["upkeep"] == {SlotState.DONE}


@pytest.mark.parametrize("roles", [(Role.WEB,), (Role.WEB, Role.WORKER)])
async def test_a_process_without_the_role_runs_no_job(roles: tuple[Role, ...], tmp_path: Path) -> None:
    app = an_app(tmp_path, *roles)
    async with app.running():
        await asyncio.sleep(0.5)
        assert await states(app) == {}


async def test_a_job_that_ends_with_the_process_is_taken_up_by_the_next(tmp_path: Path) -> None:
    app = an_app(tmp_path, Role.TICKER)
    now = real_now()
    due = now.replace(minute=now.minute // 10 * 10, second=0, microsecond=0)
    for at in (due, due + timedelta(minutes=10)):  # whichever it is when the process looks
        app.database.write(lambda c, at=at: slots.claim(c, "upkeep", at, "dead", now, timedelta(days=1))).result()
    async with app.running():
        assert await looked(app, lambda found: SlotState.DONE in found["upkeep"])


def keep(desk: Desk, job: str, state: SlotState, ago: timedelta) -> None:
    """Store a slot of a job in the desk's own database, as if it had ended some time ago."""
    app = an_app(Path(desk.environment["DATA_DIR"]))
    due_at = datetime(2022, 1, 21, 3, 30, tzinfo=TOKYO)
    app.database.write(lambda c: slots.add(c, job, due_at, state, ended_at=real_now() - ago)).result()
    app.database.close()


def test_doctor_names_what_failed_or_was_missed_lately(desk: Desk) -> None:
    assert desk.say("doctor").lines("jobs") == []  # before the first start there is no database to look into
    keep(desk, "forgetting", SlotState.MISSED, timedelta(days=6))
    (line,) = desk.say("doctor").lines("jobs")
    assert line.startswith("warn")
    assert "forgetting of 2022-01-21 03:30 missed" in line


def test_doctor_lets_old_misses_rest_and_sees_when_nothing_ticks(desk: Desk) -> None:
    keep(desk, "forgetting", SlotState.MISSED, timedelta(days=8))
    assert desk.say("doctor").lines("jobs")[0].startswith("ok")
    keep(desk, "upkeep", SlotState.DONE, timedelta(hours=2))
    assert "none has ended since" in desk.say("doctor").lines("jobs")[0]
    keep(desk, "offers", SlotState.DONE, timedelta(minutes=1))
    assert "every run ended well" in desk.say("doctor").lines("jobs")[0]
