"""Doctor: says what is right, what is wrong and what to do, beside a running bot, and shows no secret."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from bot.doctor import database as at_database
from bot.doctor import machine
from bot.doctor.findings import Level
from bot.sandbox.server import Sandbox
from tests import databases
from tests.bot.conftest import PLAYED, PUBLIC_URL, TELEGRAM_SECRET, Desk, Said

SECRETS = (PLAYED.line_secret, PLAYED.line_token, PLAYED.telegram_token, TELEGRAM_SECRET)


def no_secret_in(said: Said) -> bool:
    return not any(secret in said.out + said.err for secret in SECRETS)


def test_a_connected_bot_is_found_healthy_while_it_runs(desk: Desk, sandbox: Sandbox) -> None:
    with desk.serving():
        assert desk.say("connect").code == 0
        said = desk.say("doctor")
    assert said.code == 0, said.out
    assert "0 wrong" in said.out.splitlines()[-1]
    for part in ("bot", "database", "programme", "LINE token", "LINE webhook", "Telegram token", "Telegram webhook"):
        assert [line for line in said.lines(part) if line.startswith("ok ")], part
    assert "belongs to real accounts" in said.out
    assert said.lines("LINE redelivery")[0].startswith("look")
    assert "0 of 200 used this month" in said.out
    assert no_secret_in(said)


def test_a_sandbox_is_healthy_without_any_token(desk: Desk) -> None:
    with desk.serving():
        said = desk.say("doctor")
    assert said.code == 0, said.out
    assert "belongs to the sandbox" in said.out
    assert "LINE called http://127.0.0.1" in said.out


def test_wrong_tokens_are_told_apart_from_everything_else(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(LINE_CHANNEL_ACCESS_TOKEN="not-the-token", TELEGRAM_BOT_TOKEN="43:not-the-token-of-this-bot")
    said = desk.say("doctor")
    assert said.code == 1
    assert said.lines("LINE token")[0].startswith("wrong")
    assert "LINE refuses it" in said.lines("LINE token")[0]
    assert said.lines("Telegram token")[0].startswith("wrong")
    assert "BotFather" in said.lines("Telegram token")[0]
    assert "not-the-token" not in said.out


def test_refused_id_and_secret_are_wrong_tokens_too(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(LINE_CHANNEL_ACCESS_TOKEN="", LINE_CHANNEL_ID="2000000000", LINE_CHANNEL_SECRET="not-the-secret")
    said = desk.say("doctor")
    assert "LINE refuses it" in said.lines("LINE token")[0]


def test_a_platform_out_of_reach_is_not_called_a_wrong_token(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(LINE_API_URL="http://127.0.0.1:9", TELEGRAM_API_URL="http://127.0.0.1:9")
    said = desk.say("doctor")
    assert said.code == 1
    assert "LINE did not answer" in said.lines("LINE token")[0]
    assert "reach https://api.line.me" in said.lines("LINE token")[0]
    assert said.lines("clock")[0].startswith("warn")


def test_without_a_webhook_connect_is_recommended(desk: Desk, sandbox: Sandbox) -> None:
    said = desk.say("doctor")
    assert said.code == 1
    for platform in ("LINE", "Telegram"):
        assert said.lines(f"{platform} webhook")[0].startswith("wrong")
        assert "python -m bot connect" in said.lines(f"{platform} webhook")[0]
    assert said.lines("bot ")[0].startswith("warn")


def test_a_webhook_of_another_system_is_named_without_its_query(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.webhook("line", "https://other.example.jp/hook?key=hidden")
    sandbox.webhook("telegram", "https://other.example.jp/hook?key=hidden")
    said = desk.say("doctor")
    assert "https://other.example.jp/hook" in said.lines("LINE webhook")[0]
    assert f"not {PUBLIC_URL}/webhooks/telegram" in said.lines("Telegram webhook")[0]
    assert "hidden" not in said.out


def test_a_webhook_that_line_calls_in_vain_is_wrong(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.webhook("line", f"{PUBLIC_URL}/webhooks/line")
    sandbox.line.settings(chat_mode="chat", used=170)
    said = desk.say("doctor")
    assert "COULD_NOT_CONNECT" in said.lines("LINE webhook")[0]
    assert said.lines("LINE answers")[0].startswith("warn")
    assert "nearly used up" in said.lines("LINE messages")[0]


def test_a_used_up_month_is_wrong_and_another_plan_is_noticed(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.line.settings(used=200)
    assert "pushes are refused" in desk.say("doctor").lines("LINE messages")[0]
    sandbox.line.settings(used=0)
    desk.set(LINE_PLAN="municipal")
    assert "not the plan municipal" in desk.say("doctor").lines("LINE messages")[0]


def test_a_webhook_beside_polling_is_wrong(desk: Desk, sandbox: Sandbox) -> None:
    sandbox.webhook("telegram", f"{PUBLIC_URL}/webhooks/telegram")
    desk.set(TELEGRAM_MODE="polling")
    said = desk.say("doctor")
    assert "polling is refused" in said.lines("Telegram webhook")[0]


def test_before_the_first_start_nothing_is_made(desk: Desk, sandbox: Sandbox) -> None:
    said = desk.say("doctor")
    assert "is not there yet" in said.lines("database")[0]
    assert not Path(desk.environment["DATA_DIR"]).exists()


def test_real_tokens_on_a_sandbox_database_are_wrong(desk: Desk, sandbox: Sandbox) -> None:
    from bot import opening, wiring
    from bot.settings import Settings

    database = opening.open_database(Settings(data_dir=Path(desk.environment["DATA_DIR"])))
    wiring.settle_sandbox(database, Settings())
    database.close()
    said = desk.say("doctor")
    assert said.code == 1
    assert "made in the sandbox" in said.lines("database")[0]


@pytest.mark.parametrize("name", ["secret.key", ".env"])
def test_a_secret_that_others_can_read_is_wrong(desk: Desk, sandbox: Sandbox, name: str) -> None:
    folder = Path(desk.environment["DATA_DIR"]) if name == "secret.key" else desk.folder
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("")
    (folder / name).chmod(0o644)
    said = desk.say("doctor")
    assert any(line.startswith("wrong") and name in line for line in said.out.splitlines())
    (folder / name).chmod(0o600)
    assert not any(line.startswith("wrong") and name in line for line in desk.say("doctor").out.splitlines())


def test_a_misspelt_line_of_the_settings_file_is_named(desk: Desk, sandbox: Sandbox) -> None:
    (desk.folder / ".env").write_text("\ufeffTELEGRAM_TOKEN=1\nLINE_PLAN=communication\n", encoding="utf-8")
    said = desk.say("doctor")
    assert "TELEGRAM_TOKEN in .env is no setting" in said.out
    assert "TELEGRAM_BOT_TOKEN?" in said.out
    assert "LINE_PLAN in .env" not in said.out


def test_a_database_of_an_older_program_is_wrong(desk: Desk, sandbox: Sandbox) -> None:
    import sqlite3

    folder = Path(desk.environment["DATA_DIR"])
    folder.mkdir()
    sqlite3.connect(folder / "bot.sqlite").execute("CREATE TABLE something (id)").connection.close()
    said = desk.say("doctor")
    assert any("another program's schema" in line for line in said.lines("database"))
    assert any("as 'delete', not as WAL" in line for line in said.lines("database"))


def test_postgresql_is_looked_at_beside_the_bot(desk: Desk, sandbox: Sandbox) -> None:
    with databases.fresh("postgresql") as database:
        desk.set(DATABASE_URL=database.url.render_as_string(hide_password=False).replace("+psycopg", ""))
        lines = desk.say("doctor").lines("database")
    assert lines[0].startswith("ok    database         PostgreSQL ")
    assert "fsync is off" in lines[1]  # the tests' own server is in a hurry


def test_a_full_disk_is_wrong(desk: Desk, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    Path(desk.environment["DATA_DIR"]).mkdir()
    monkeypatch.setattr(machine, "LEAST_FREE_BYTES", 2**62)
    assert desk.say("doctor").lines("data folder")[0].startswith("wrong")


def test_a_programme_file_that_cannot_be_used_is_wrong(desk: Desk, sandbox: Sandbox) -> None:
    desk.set(PROGRAMME_FILE="nowhere.toml")
    said = desk.say("doctor")
    assert "there is no such file" in said.lines("programme")[0]
    assert said.code == 1


@pytest.mark.parametrize(
    ("late", "level"),
    [(2, Level.OK), (-2, Level.OK), (20, Level.WARN), (-20, Level.WARN), (90, Level.WRONG), (-90, Level.WRONG)],
)
def test_a_clock_is_judged_by_how_far_it_is_off(late: int, level: Level) -> None:
    assert machine._compare(timedelta(seconds=late)).level is level


def test_a_network_drive_is_known_by_its_longest_mount(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path.resolve()} nfs4 rw 0 0\n")
    assert at_database.file_system(tmp_path / "bot.sqlite", mounts) in at_database.NETWORK_FILE_SYSTEMS
    assert at_database.file_system(Path("/somewhere/else"), mounts) == "ext4"
    assert at_database.file_system(tmp_path, tmp_path / "no such file") is None


@pytest.mark.skipif(os.name != "posix", reason="this machine has no /proc/mounts")
def test_this_machines_disk_is_no_network_drive(tmp_path: Path) -> None:
    assert at_database.file_system(tmp_path) not in at_database.NETWORK_FILE_SYSTEMS
