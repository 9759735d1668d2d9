"""The documents name every setting, command, address, job, metric and log line that operators meet, and no other."""

import re
from pathlib import Path

import pytest
from starlette.routing import Mount, Route
from typer.main import get_command

from bot import metrics
from bot.__main__ import app
from bot.app import App
from bot.settings import Settings
from scheduler import jobs
from tests.town import KITAQ, kitaq

ROOT = Path(__file__).parents[1]
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")
API = (ROOT / "docs" / "API.md").read_text(encoding="utf-8")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
SETTINGS = {name.upper() for name in Settings.model_fields}
FLOORS = ("bot", "handlers", "scheduler", "storage")


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


def test_every_setting_is_explained_in_the_example_and_named_for_operators() -> None:
    assert set(re.findall(r"^([A-Z_]+)=", EXAMPLE, re.MULTILINE)) == SETTINGS
    for name in SETTINGS:
        assert f"`{name}`" in OPERATIONS, name


def test_every_line_of_the_example_stands_under_an_explanation() -> None:
    lines = EXAMPLE.splitlines()
    for number, line in enumerate(lines):
        if "=" in line and not line.startswith("#"):
            assert lines[number - 1].startswith(("# ", "HOST=", "LINE_CHANNEL_ID=")), line


def test_the_example_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(EXAMPLE, encoding="utf-8")
    assert Settings() == Settings(_env_file=None)  # type: ignore[call-arg]


def test_every_command_is_in_the_operations() -> None:
    command = get_command(app)
    groups = {name: getattr(found, "commands", {}) for name, found in command.commands.items()}  # type: ignore[attr-defined]
    names = {name for name, inside in groups.items() if not inside}
    names |= {f"{group} {name}" for group, inside in groups.items() for name in inside}
    for name in names:
        assert re.search(rf"^\| `{name}[ `]", OPERATIONS, re.MULTILINE), name


async def test_every_address_is_in_the_documents(tmp_path: Path) -> None:
    found = App(Settings(data_dir=tmp_path / "data", programme_file=KITAQ))
    try:
        routes = [route for route in found.web.app.app.routes if isinstance(route, Route | Mount)]
    finally:
        found.database.close()
    assert {"/webhooks/line", "/", "/sandbox"} <= {route.path for route in routes}
    for route in routes:
        path = re.sub(r":\w+}", "}", route.path)  # {id:int} is {id} to people
        assert re.search(rf"`(\w+ )?{re.escape(path)}`", OPERATIONS + API), path


def test_every_job_is_in_the_operations_with_its_time_and_its_limit_and_no_other_is(tmp_path: Path) -> None:
    table = OPERATIONS.partition("| job | due |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| [^|]+ \| `([^`]+)` \| ([^|]+) \| [^|]+ \|$", table, re.MULTILINE)
    there = jobs.table(tmp_path / "erased.txt", kitaq, str, lambda run: None)
    assert rows == [(job.name, str(job.trigger)[5:-1], str(job.limit)) for job in there]


def test_every_metric_that_is_named_exists() -> None:
    there = {sample.name for family in metrics.registry.collect() for sample in family.samples}
    there |= {family.name for family in metrics.registry.collect()}
    there |= {f"{family.name}_total" for family in metrics.registry.collect()}
    named = set(re.findall(r"`(bot_[a-z_]+)`", OPERATIONS))
    assert len(named) > 5
    assert named <= there
    assert {"bot_slots", "bot_job_done_timestamp_seconds"} <= named


def test_every_log_line_that_is_named_is_written_somewhere() -> None:
    table = OPERATIONS.partition("| in the log |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`([a-z]+_[a-z_]+)`", table))
    source = "".join(path.read_text(encoding="utf-8") for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    assert len(named) > 5
    for name in named:
        assert f'"{name}"' in source, name


def test_every_setting_is_used() -> None:
    source = "".join(path.read_text(encoding="utf-8") for floor in FLOORS for path in (ROOT / floor).rglob("*.py"))
    assert "not used yet" not in OPERATIONS
    for name in SETTINGS:
        assert re.search(rf"(settings|self)\.{name.lower()}\b", source), name
