"""Settings: what is wrong or missing is named with its place and its remedy, all at once, and no value is repeated."""

from pathlib import Path

import pytest

from bot import wiring
from bot.settings import Settings, SettingsError
from tests.bot.conftest import Desk

TELEGRAM = {"TELEGRAM_BOT_TOKEN": "123456:abcdefghijklmnop", "TELEGRAM_MODE": "polling"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"TELEGRAM_BOT_TOKEN": "hidden-value"}, "TELEGRAM_BOT_TOKEN: must look like 123456:ABC"),
        ({"PUBLIC_URL": "http://hidden-value.example.jp"}, "PUBLIC_URL: must start with https://"),
        ({"PORT": "70000"}, "PORT: Input should be less than or equal to 65535"),
        ({"PORT": "hidden-value"}, "PORT: Input should be a valid integer"),
        ({"ROLES": "web,hidden-value"}, "ROLES: Input should be 'web', 'worker' or 'ticker'"),
        ({"LINE_CHANNEL_ACCESS_TOKEN": "hidden-value"}, "LINE_CHANNEL_SECRET: is missing"),
        ({"LINE_CHANNEL_SECRET": "hidden-value"}, "LINE_CHANNEL_ACCESS_TOKEN: is missing"),
        ({"OIDC_ISSUER": "https://login.city.example"}, "OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: are missing"),
        ({"OIDC_ISSUER": "http://login.city.example"}, "OIDC_ISSUER: must start with https://"),
        ({"OIDC_SECOND_FACTOR": "mfa"}, "OIDC_SECOND_FACTOR: must be signs such as amr:mfa"),
        ({**TELEGRAM, "TELEGRAM_MODE": "webhook"}, "TELEGRAM_WEBHOOK_SECRET: is missing"),
        ({"TELEGRAM_WEBHOOK_SECRET": "hidden-value+"}, "TELEGRAM_WEBHOOK_SECRET: must be 1 to 256"),
        ({"TRUSTED_PROXIES": "hidden-value"}, "TRUSTED_PROXIES: must be addresses or networks"),
        ({"DATABASE_URL": "mysql://hidden-value@host/bot"}, "DATABASE_URL: must start with sqlite:///"),
        ({"DATABASE_URL": "sqlite://hidden-value"}, "DATABASE_URL: must start with sqlite:/// (three slashes"),
        ({"SANDBOX": "hidden-value"}, "SANDBOX: Input should be 'auto', 'on' or 'off'"),
        ({"LINE_PLAN": "hidden-value"}, "LINE_PLAN: Input should be"),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy_and_without_its_value(
    desk: Desk, wrong: dict[str, str], words: str
) -> None:
    desk.set(**wrong)
    said = desk.say("serve")
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert ".env.example" in said.err
    assert "hidden-value" not in said.err


@pytest.mark.parametrize("command", ["doctor", "connect", "migrate", "serve", "recompute"])
def test_all_that_is_wrong_is_named_at_once(desk: Desk, command: str) -> None:
    desk.set(PORT="0", PUBLIC_URL="ftp://x", LINE_CHANNEL_SECRET="x")
    said = desk.say(command)
    assert said.code == 2
    assert [line.partition(":")[0] for line in said.err.splitlines()[:3]] == [
        "PUBLIC_URL",
        "PORT",
        "LINE_CHANNEL_ACCESS_TOKEN",
    ]


def test_a_settings_file_in_another_encoding_is_named(desk: Desk) -> None:
    (desk.folder / ".env").write_bytes("PUBLIC_URL=https://市.example.jp".encode("shift_jis"))
    said = desk.say("doctor")
    assert said.code == 2
    assert said.err.startswith(".env: is not UTF-8")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://bot:hidden@127.0.0.1:9/bot", "bot on 127.0.0.1:9: nothing listens there"),
        ("postgresql://bot:hidden@no-such-host.invalid/bot", "the name of the server is unknown"),
        ("postgresql://bot:hid:d@en@127.0.0.1:x/bot", "cannot be read as an address"),
        ("sqlite:////dev/null/bot.sqlite", "DATA_DIR: /dev/null"),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "serve", "recompute"])
def test_a_database_out_of_reach_is_one_plain_line_without_its_password(
    desk: Desk, url: str, words: str, command: str
) -> None:
    desk.set(DATABASE_URL=url)
    said = desk.say(command)
    assert (said.code, said.out) == (2, "")
    assert words in said.err
    assert len(said.err.splitlines()) == 1
    assert "hid" not in said.err


def test_a_refused_password_is_told_apart_from_a_missing_database(desk: Desk) -> None:
    from tests import databases

    with databases.fresh("postgresql") as database:
        desk.set(DATABASE_URL=str(database.url.set(database="no_such_database")))
        said = desk.say("migrate")
    assert said.code == 2
    assert "the server knows no such database or user: create it first" in said.err


def test_a_file_that_is_no_database_is_named(desk: Desk) -> None:
    Path(desk.environment["DATA_DIR"]).mkdir()
    (Path(desk.environment["DATA_DIR"]) / "bot.sqlite").write_text("no database at all\n" * 100)
    said = desk.say("migrate")
    assert said.code == 2
    assert "the file is no SQLite database" in said.err


def test_a_database_of_a_newer_program_is_left_alone(desk: Desk) -> None:
    import sqlite3

    assert desk.say("migrate").code == 0
    with sqlite3.connect(Path(desk.environment["DATA_DIR"]) / "bot.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    said = desk.say("migrate")
    assert said.code == 2
    assert "belongs to a newer program" in said.err


@pytest.mark.parametrize("programme", ["nowhere.toml", "."])
def test_an_unreadable_programme_file_is_named(desk: Desk, programme: str) -> None:
    desk.set(PROGRAMME_FILE=programme, SANDBOX="on")
    said = desk.say("serve")
    assert said.code == 2
    assert "PROGRAMME_FILE" in said.err or "is a folder" in said.err


def test_every_command_explains_itself(desk: Desk) -> None:
    from typer.main import get_command

    from bot.__main__ import app

    for name, command in get_command(app).commands.items():  # type: ignore[attr-defined]
        assert command.help, name
        assert desk.say(name, "--help").code == 0


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, secret_key="")
    key = wiring.secret_key(settings)
    assert len(key) >= 32
    assert wiring.secret_key(settings) == key
    assert [(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()] == [("secret.key", 0o600)]


def test_nothing_is_signed_under_an_empty_key(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(SettingsError, match=r"secret\.key is empty"):
        wiring.secret_key(Settings(_env_file=None, data_dir=tmp_path, secret_key=""))
