"""From the command line to two phones: who is named registers, and reads of a real trouble while the bot runs."""

import time
from collections.abc import Callable

from bot.sandbox.server import Sandbox
from storage import backup_notes
from storage.clock import real_now
from tests.bot.conftest import Desk

WITHIN = 60.0  # seconds; the promise is five minutes


def wait_for(condition: Callable[[], bool], within: float = WITHIN) -> None:
    ends = time.monotonic() + within
    while not condition():
        assert time.monotonic() < ends, "it never came"
        time.sleep(0.2)


def words_on(sandbox: Sandbox, platform: str, key: object) -> str:
    screen = getattr(sandbox, platform).screen(key)
    return "\n".join(str(one.get("text", "")) for one in screen["messages"] if one["from"] != "me")


def test_two_named_people_register_with_a_word_and_read_of_a_failed_backup_and_of_its_end(
    desk: Desk, sandbox: Sandbox
) -> None:
    desk.set(ALERT_TO="sato, suzuki")
    with desk.serving():
        assert desk.say("connect").code == 0
        phones = {"sato": ("line", sandbox.line.person()), "suzuki": ("telegram", sandbox.telegram.person())}
        sandbox.line.follow(phones["sato"][1])
        sandbox.telegram.start(phones["suzuki"][1])
        for name, (platform, key) in phones.items():
            made = desk.say("staff", "alerts", "--name", name)
            assert made.code == 0, made.err
            getattr(sandbox, platform).text(key, made.out.strip())
            wait_for(lambda p=platform, k=key, n=name: f"{n}さん" in words_on(sandbox, p, k))  # type: ignore[misc]
        backup_notes.write(desk.folder / "data", real_now(), "No space left on device")
        for platform, key in phones.values():
            wait_for(lambda p=platform, k=key: "No space left" in words_on(sandbox, p, k))  # type: ignore[misc]
        said = desk.say("doctor")
        assert "failed_backup" in said.lines("trouble")[0]
        assert "sato is told on line only" in said.out
        backup_notes.write(desk.folder / "data", real_now())
        for platform, key in phones.values():
            wait_for(lambda p=platform, k=key: "解消しました" in words_on(sandbox, p, k))  # type: ignore[misc]


def test_a_word_is_made_only_for_who_is_named(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(ALERT_TO="sato", SECRET_KEY="a key that is long enough")
    refused = desk.say("staff", "alerts", "--name", "mallory")
    assert refused.code == 2
    assert "ALERT_TO" in refused.err
    assert desk.say("staff", "alerts", "--name", "sato").out.startswith("alert-")


def test_doctor_asks_for_two_names(desk: Desk, sandbox: Sandbox) -> None:
    desk.say("migrate")
    assert "ALERT_TO names 0" in desk.say("doctor").lines("alerts")[0]


def test_followers_are_imported_once_line_has_verified_the_account(desk: Desk, sandbox: Sandbox) -> None:
    keys = [sandbox.line.person() for _ in range(3)]
    for key in keys:
        sandbox.line.follow(key, hold=True)
    refused = desk.say("import", "followers")
    assert refused.code == 2
    assert "verified" in refused.err
    assert desk.say("doctor").lines("LINE account")[0].startswith("look")
    sandbox.line.settings(verified=True)
    done = desk.say("import", "followers")
    assert (done.code, done.out) == (0, "3 follow the account; 3 of them were not known here\n")
    said = desk.say("doctor")
    assert said.lines("LINE account")[0].startswith("ok")
    assert "0 joined, 3 follow only, 0 paused, 0 blocked, 0 gone" in said.out
