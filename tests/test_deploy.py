"""The units of systemd under deploy/: systemd reads them without a complaint, and they start what the documents say."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bench import fleet
from bot.settings import Role

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OPERATIONS = (ROOT / "docs" / "OPERATIONS.md").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not on this machine")
def test_systemd_reads_every_unit_without_a_complaint(tmp_path: Path) -> None:
    names = []
    for unit in [*DEPLOY.glob("*.service"), *DEPLOY.glob("*.target")]:
        here = unit.read_text().replace("/opt/kitaq-bot/.venv/bin/python", sys.executable)
        name = unit.name.replace("@.", "@web.")
        for written in {unit.name, name}:
            (tmp_path / written).write_text(here)
        names.append(name)
    done = subprocess.run(
        ["systemd-analyze", "verify", *names], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    complaints = [line for line in done.stderr.splitlines() if "kitaq-bot" in line]
    assert (done.returncode, complaints) == (0, []), done.stderr


def test_the_three_processes_have_a_role_and_a_port_each() -> None:
    found = {path.stem: dict(re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M)) for path in DEPLOY.glob("env/*.env")}
    assert sorted(found) == sorted(fleet.LAYOUT) == sorted(Role)
    assert {name: settings["ROLES"] for name, settings in found.items()} == {name: name for name in found}
    assert len({settings["PORT"] for settings in found.values()}) == len(found)


def test_one_process_and_several_are_shut_in_alike() -> None:
    def walls(name: str) -> list[str]:
        text = (DEPLOY / name).read_text()
        return re.findall(r"^(?:Protect|Restrict|Private|No|Cap|Ambient|Lock|System|UMask)\w*=.*$", text, re.M)

    assert walls("kitaq-bot@.service") == walls("kitaq-bot.service")
    assert len(walls("kitaq-bot.service")) > 10


def test_every_file_of_deploy_is_in_the_operations() -> None:
    for path in DEPLOY.rglob("*.*"):
        assert f"deploy/{path.relative_to(DEPLOY).as_posix()}" in OPERATIONS, path
