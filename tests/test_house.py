"""The house rules, each with its check, because a rule without a check decays; reads the source, runs none of it."""

import ast
import re
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp
import pytest

from tests import run
from tests.running import ROOT

FLOORS = ("bot", "scheduler", "handlers", "storage")
BANNED_NAMES = {"utils", "helpers", "common", "manager", "service", "base", "misc"}
FILE_LINES, FUNCTION_LINES, MEDIAN_LINES, LONG_LINES = 400, 60, 10, 30
RULES_MAY_IMPORT = {
    "array", "binascii", "bisect", "collections", "dataclasses", "datetime", "enum", "fractions", "functools",
    "hashlib", "itertools", "json", "math", "re", "typing", "unicodedata", "zlib", "zoneinfo",
}  # fmt: skip
Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*tops: str) -> list[Path]:
    """List the Python files of some folders, without migrations, which a tool writes."""
    found = [path for top in tops or FLOORS for path in sorted((ROOT / top).rglob("*.py"))]
    return [path for path in found if "versions" not in path.parts]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def called(method: str) -> set[str]:
    """Name the files that call a method of this name."""
    return {
        name_of(path)
        for path in sources()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    }


def functions(*tops: str) -> Iterator[tuple[Path, Function]]:
    for path in sources(*tops):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, Function):
                yield path, node


@pytest.mark.parametrize("method", ["commit", "begin", "begin_nested", "rollback"])
def test_only_the_database_opens_and_ends_transactions(method: str) -> None:
    assert called(method) <= {"storage/database.py"}


def test_somebody_commits() -> None:
    assert called("begin") == {"storage/database.py"}


@pytest.mark.parametrize(
    "reading", [r"\.now\(UTC|\.now\(TOKYO|\.utcnow\(", r"\bdate\.today\(|datetime\.today\(", r"time\.time\(|time_ns\("]
)
def test_only_the_clock_reads_the_time(reading: str) -> None:
    readers = {name_of(path) for path in sources() if re.search(reading, path.read_text(encoding="utf-8"))}
    assert {name for name in readers if not name.startswith("bot/sandbox/")} <= {"storage/clock.py"}


def test_only_delivery_sends() -> None:
    inside_a_channel = {name for name in called("send") if name.startswith(("bot/channels/", "bot/sandbox/"))}
    assert called("send") - inside_a_channel == {"scheduler/delivery.py"}


@pytest.mark.parametrize("floor", ["handlers", "storage"])
def test_nothing_awaits_where_work_is_decided_and_stored(floor: str) -> None:
    waiting = (ast.Await, ast.AsyncFor, ast.AsyncWith)
    assert [name_of(p) for p in sources(floor) if any(isinstance(node, waiting) for node in ast.walk(tree_of(p)))] == []


def test_no_unit_of_work_is_asynchronous() -> None:
    units = [
        f"{name_of(path)}: {function.name}"
        for path, function in functions()
        if isinstance(function, ast.AsyncFunctionDef)
        and any(a.annotation and ast.unparse(a.annotation).endswith("Connection") for a in function.args.args)
        and not name_of(path).startswith("bot/sandbox/")
    ]
    assert units == []


def test_files_are_short() -> None:
    pages = [p for kind in ("*.js", "*.css", "*.html") for top in FLOORS for p in (ROOT / top).rglob(kind)]
    pages = [p for p in pages if "vendor" not in p.parts]  # others' files stay as published: tests/web/test_vendored.py
    lengths = {
        name_of(p): len(p.read_text(encoding="utf-8").splitlines()) for p in [*sources(*FLOORS, "tests"), *pages]
    }
    assert {name: length for name, length in lengths.items() if length > FILE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = {(name_of(p), f.name): (f.end_lineno or f.lineno) - f.lineno + 1 for p, f in functions()}
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}
    assert statistics.median(lengths.values()) <= MEDIAN_LINES
    assert statistics.quantiles(lengths.values(), n=10)[8] <= LONG_LINES


def test_every_module_says_what_it_is_for() -> None:
    silent = [name_of(path) for path in sources() if not ast.get_docstring(tree_of(path))]
    silent += [
        name_of(path)
        for path in sources("tests")
        if path.name != "__init__.py" and not ast.get_docstring(tree_of(path))
    ]
    assert silent == []


def test_no_file_has_a_name_that_says_nothing() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    names = files or [name_of(path) for path in sources(*FLOORS, "tests")]
    assert [name for name in names if Path(name).stem in BANNED_NAMES] == []


@cache
def imports() -> grimp.ImportGraph:
    return grimp.build_graph(*FLOORS, include_external_packages=True, cache_dir=None)


def of_ours(module: str) -> bool:
    return module.split(".")[0] in FLOORS


def imported_by(package: str) -> set[str]:
    """Name all that the modules of a package import from outside it."""
    graph = imports()
    inside = {package, *graph.find_descendants(package)}
    found = {module for one in inside for module in graph.find_modules_directly_imported_by(one)}
    return found - inside


def test_a_rule_imports_facts_and_pure_parts_of_the_standard_library_only() -> None:
    assert imported_by("handlers.rules") <= {"storage.facts", *RULES_MAY_IMPORT}


def test_facts_import_nothing_of_ours() -> None:
    assert {module for module in imported_by("storage.facts") if of_ours(module)} == set()


def test_the_sandbox_imports_nothing_of_ours() -> None:
    assert {module for module in imported_by("bot.sandbox") if of_ours(module)} == set()


@pytest.mark.parametrize("library", ["telegram", "linebot"])
def test_a_platforms_library_is_imported_by_its_channel_only(library: str) -> None:
    users = imports().find_modules_that_directly_import(library)
    assert users
    assert {user for user in users if not user.startswith("bot.channels.")} == set()


def check_contracts(folder: Path) -> "subprocess.CompletedProcess[str]":
    """Check the import contracts of a tree with the very command of ``make test``."""
    command = [sys.executable, *run.CHECKS["imports"]]
    return subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(folder)}, capture_output=True, text=True)


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(copied: Path, file: str, line: str) -> None:
    path = copied / file
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")


def test_the_import_contracts_are_kept(copied: Path) -> None:
    found = check_contracts(copied)
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize(
    ("file", "line", "named"),
    [
        ("storage/ledger.py", "from handlers import messages", "storage.ledger -> handlers.messages"),
        ("handlers/helping.py", "from scheduler import delivery", "handlers.helping -> scheduler.delivery"),
        ("scheduler/delivery.py", "from bot import settings", "scheduler.delivery -> bot.settings"),
        ("handlers/rules/points.py", "from storage import marks", "handlers.rules.points -> storage.marks"),
        ("handlers/rules/points.py", "import random", "handlers.rules.points -> random"),
        ("bot/dispatch.py", "import telegram", "bot.dispatch -> telegram"),
        ("bot/sandbox/calls.py", "from bot import settings", "bot.sandbox.calls -> bot.settings"),
    ],
)
def test_a_planted_import_is_caught_and_named(copied: Path, file: str, line: str, named: str) -> None:
    plant(copied, file, line)
    found = check_contracts(copied)
    assert found.returncode == 1
    assert named in found.stdout


def test_a_planted_cycle_is_caught(copied: Path) -> None:
    plant(copied, "storage/accounts.py", "from storage import people")
    plant(copied, "storage/people.py", "from storage import accounts")
    found = check_contracts(copied)
    assert found.returncode == 1
    assert "no cycles BROKEN" in found.stdout
