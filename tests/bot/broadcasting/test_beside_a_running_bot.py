"""The whole way with real processes: staff on the command line, the bot on SQLite, two phones, a pressed link."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.sandbox.line.pictures import plain
from bot.settings import Settings
from tests.running import ROOT, Bot, running
from tests.town import kitaq

PICTURE = plain(300, 200)
FILE = """
title = "清掃"
send_at = 2022-01-20T08:00:00+09:00
not_after = 2022-01-20T20:00:00+09:00
tracked = true
[text.ja]
headline = "清掃のお知らせ"
alt = "川辺の清掃"
body = "1月29日(土)に清掃をします。"
[[text.ja.buttons]]
label = "くわしく見る"
url = "https://sandbox.test/events"
"""


def environment(bot: Bot) -> dict[str, str]:
    own = {"PROGRAMME_FILE": str(ROOT / "programmes" / "kitaq.toml"), "PORT": str(bot.port)}
    return {**own, "DATA_DIR": str(bot.folder / "data")}


def refused(bot: Bot, *words: str) -> str:
    """Call a command that is not done; gives what it says."""
    unset = {name.upper(): None for name in Settings.model_fields}
    done = CliRunner().invoke(app, ["broadcast", *words], env={**unset, **environment(bot)})
    assert done.exit_code == 1, done.output
    return done.stderr


def staff(bot: Bot, *words: str, typed: str = "") -> str:
    """Call a command beside the bot; gives what it printed."""
    unset = {name.upper(): None for name in Settings.model_fields}
    done = CliRunner().invoke(app, ["broadcast", *words], input=typed, env={**unset, **environment(bot)})
    assert done.exit_code == 0, done.output
    return done.stdout


def staff_at_a_terminal(bot: Bot, *words: str) -> str:
    """Run a command as a process of its own; it costs a second of the processor, so once is enough."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "broadcast", *words],
        cwd=bot.folder,
        env={**kept, **environment(bot), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class Phones:
    """Two people's phones, through the sandbox's own address."""

    def __init__(self, bot: Bot) -> None:
        self.url = f"http://127.0.0.1:{bot.port + 1}/control"

    def join(self, platform: str, start: str) -> str:
        made = httpx.post(f"{self.url}/people", json={"platform": platform, "name": "A", "language": "ja"}, timeout=20)
        person = str(made.raise_for_status().json()["id"])
        self.act(platform, person, start)
        self.press(platform, person, "lang:ja")
        self.press(platform, person, f"join:{kitaq().consent.version}")
        return person

    def act(self, platform: str, person: str, act: str, **more: Any) -> None:
        wish = {"act": act, **more}
        httpx.post(f"{self.url}/{platform}/people/{person}/act", json=wish, timeout=20).raise_for_status()

    def press(self, platform: str, person: str, data: str) -> None:
        where: dict[str, Any] = {}
        if platform == "telegram":
            shown = until(lambda: [m for m in self.screen(platform, person) if data in str(m)])[-1]
            where = {"message_id": shown["id"]}
            (data,) = re.findall(f'"(~?{data})"', json.dumps(shown))  # with the mark of a page, where it is one
        self.act(platform, person, "press", data=data, **where)

    def screen(self, platform: str, person: str) -> list[Any]:
        found = httpx.get(f"{self.url}/{platform}/people/{person}/screen", timeout=20).json()
        return list(found["messages"])


def until(ask: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        found = ask()
        if found:
            return found
        time.sleep(0.2)
    raise TimeoutError


def test_two_people_of_the_staff_tell_two_phones_which_press_a_counted_button(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # no .env of whoever runs the tests is read
    with running(tmp_path) as bot:
        phones = Phones(bot)
        people = {"line": phones.join("line", "follow"), "telegram": phones.join("telegram", "start")}
        until(lambda: "told       2 accounts" in _forecast(bot, tmp_path))
        staff(bot, "approver", "Ben", "--by", "Ann", typed="open sesame\n")
        staff(bot, "submit", "1", "--by", "Ann")
        seen = re.search(r"^submitted  Ann  (\w+)", staff(bot, "show", "1"), re.MULTILINE)
        assert seen
        staff(bot, "approve", "1", "--name", "Ben", "--hash", seen[1], typed="open sesame\n")
        assert "broadcast 1 is armed" in staff_at_a_terminal(bot, "arm", "1", "--by", "Ann")
        for platform, person in people.items():
            told = until(lambda p=platform, who=person: [m for m in phones.screen(p, who) if "清掃の" in str(m)])
            path = re.search(r"/r/[\w-]+", json.dumps(told))
            assert path
            answer = httpx.get(f"{bot.url}{path[0]}", timeout=20)  # where the reserved name leads
            assert (answer.status_code, answer.headers["location"]) == (302, "https://sandbox.test/events")
            if platform == "line":
                shown = told[0]["contents"]["hero"]["url"].replace("https://sandbox.test", bot.url)
            else:
                shown = f"http://127.0.0.1:{bot.port + 1}{told[0]['photo']}"
            assert httpx.get(shown, timeout=20).content == PICTURE
        until(lambda: "state      finished" in staff(bot, "show", "1"))
        shown = staff(bot, "show", "1")
        assert re.search(r"pressed +2 persons +https://sandbox.test/events", shown)
        assert len(re.findall(r"accepted +1$", shown, re.MULTILINE)) == 2


def _forecast(bot: Bot, folder: Path) -> str:
    """Foresee the draft, made first; both people count once they have joined."""
    file = folder / "notice.toml"
    if not file.exists():
        file.write_text(FILE, encoding="utf-8")
        picture = folder / "river.png"
        picture.write_bytes(bytes(2_000_000))
        assert "画像を使えません" in refused(bot, "draft", str(file), "--picture", str(picture))
        picture.write_bytes(PICTURE)
        staff(bot, "draft", str(file), "--picture", str(picture), "--by", "Ann")
    return staff(bot, "forecast", "1")
