"""Looks at this machine: the data folder, the files that hold secrets, the clock, the bot's own process."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
from dotenv import dotenv_values

from bot.doctor.findings import Finding, ok, warn, wrong
from bot.drawing import fonts
from bot.settings import Role, Settings, suggest
from bot.web.health import LEAST_FREE_BYTES
from storage.clock import TOKYO, real_now

SHORTEST_KEY = 16
LATE_WARN = timedelta(seconds=5)
LATE_WRONG = timedelta(seconds=50)  # a reply token of LINE lives about a minute; redelivered events are judged by time
SECONDS = 5.0


def look_at_settings(settings: Settings, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Say which channels are on, and name lines of ``.env`` that are no settings."""
    names = [name for name, on in (("LINE", settings.has_line), ("Telegram", settings.has_telegram)) if on]
    yield ok("settings", f"all can be read; switched on: {' and '.join(names) or 'the sandbox only'}")
    for name in dotenv_values(env_file, encoding="utf-8-sig") if env_file.exists() else ():
        if name.lower() not in type(settings).model_fields:
            yield warn("settings", f"{name} in .env is no setting and does nothing", suggest(name))


def look_at_folder(settings: Settings) -> Finding:
    """Look whether the data folder can be written to and has room."""
    folder, part = settings.data_dir, "data folder"
    if not folder.exists():
        return ok(part, f"{folder} is not there yet; the first start makes it")
    try:
        with tempfile.TemporaryFile(dir=folder):
            free = shutil.disk_usage(folder).free
    except OSError as error:
        remedy = "let the user who runs the bot own the folder, or set DATA_DIR to another"
        return wrong(part, f"{folder} cannot be written to ({error.strerror})", remedy)
    said = f"{folder} can be written to; {free / 2**30:.1f} GiB are free"
    if free < LEAST_FREE_BYTES:
        return wrong(part, said, f"make room: below {LEAST_FREE_BYTES // 2**20} MiB the bot says that it is not ready")
    return ok(part, said)


def look_at_secrets(settings: Settings, env_file: Path = Path(".env")) -> Iterator[Finding]:
    """Look who may read the key and the file of settings."""
    given, path = settings.secret_key.get_secret_value(), settings.data_dir / "secret.key"
    if given:
        short = len(given) < SHORTEST_KEY
        remedy = "take a longer one: links that were given out and hashes of erased accounts rest on it"
        words = f"SECRET_KEY is set{' but is short' if short else ''}"
        yield warn("secret key", words, remedy) if short else ok("secret key", words)
    elif path.exists():
        yield _readable_by_others("secret key", path)
    else:
        yield ok("secret key", f"{path} is not there yet; the first start makes it")
    if env_file.exists():
        yield _readable_by_others("settings file", env_file)


def _readable_by_others(part: str, path: Path) -> Finding:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        return wrong(part, f"other users of this machine can read {path}", f"chmod 600 {path}")
    return ok(part, f"only its owner can read {path}")


def look_at_fonts() -> Finding:
    """Look whether pictures can be drawn in every language; without a font chats get the words alone."""
    packages = fonts.missing_packages(tuple(fonts.SAMPLES))
    if not packages:
        return ok("fonts", "pictures can be drawn in every language")
    poor = ", ".join(tag for tag in fonts.SAMPLES if not fonts.can_write(tag))
    return warn("fonts", f"no pictures in {poor}: words are sent alone", f"sudo apt install {' '.join(packages)}")


async def look_at_clock(addresses: list[str]) -> list[Finding]:
    """Compare this machine's clock with the date that one of the platforms answers with."""
    part = "clock"
    if real_now().astimezone(TOKYO).utcoffset() != timedelta(hours=9):
        return [wrong(part, "the time zone data do not know Tokyo's time", "install the requirements anew")]
    for address in addresses:
        theirs = await _ask_time(address)
        if theirs is not None:
            return [_compare(real_now() - theirs)]
    words = "no platform could be asked for the time; the time zone data are right"
    return [warn(part, words, "see that this machine keeps its clock by NTP (timedatectl)")]


async def _ask_time(address: str) -> datetime | None:
    try:
        async with httpx.AsyncClient(timeout=SECONDS) as client:
            answer = await client.head(address)
        return parsedate_to_datetime(answer.headers["date"]).astimezone(UTC)
    except (httpx.HTTPError, httpx.InvalidURL, KeyError, ValueError):
        return None


def _compare(late: timedelta) -> Finding:
    """Judge a difference of clocks; the date of an answer has whole seconds and took its time."""
    apart = abs(late)
    words = f"this machine and the platform are {apart.total_seconds():.0f} s apart; the time zone data are right"
    if apart <= LATE_WARN:
        return ok("clock", words)
    judge = wrong if apart > LATE_WRONG else warn
    return judge("clock", words, "let this machine keep its clock by NTP: sudo timedatectl set-ntp true")


async def look_at_process(settings: Settings) -> list[Finding]:
    """Ask the bot on this machine whether it is ready; nothing for a process without the web role."""
    if Role.WEB not in settings.roles:
        return []
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 - compared, not bound
    home = f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"
    try:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            answer = (await client.get(f"{home}/readyz")).json()
            if answer["ready"]:
                return [ok("bot", f"runs at {home} and is ready")]
            troubles = "; ".join(f"{part} {words}" for part, words in answer["wrong"].items())
    except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError):
        return [warn("bot", f"does not answer at {home}", "start it (make run, or systemctl start)")]
    return [wrong("bot", f"runs at {home} but is not ready: {troubles}", "mend that; its log says more")]
