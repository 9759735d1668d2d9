"""Makes what the settings name: secret key, sandbox mark, programme, channels; says what does not fit. Runs nothing."""

import contextlib
import secrets
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from bot.channels.line.channel import Line
from bot.channels.line.limits import PUSH_RATE
from bot.channels.line.tokens import StatelessToken
from bot.channels.telegram.album import Fetch, fetch_nothing
from bot.channels.telegram.channel import Telegram
from bot.opening import find_newer_programme
from bot.phones import LINE_SECRET, LINE_TOKEN, TELEGRAM_SECRET, TELEGRAM_TOKEN, Phones
from bot.settings import Settings, SettingsError
from handlers.messages import Channel
from handlers.rules.forecast import PLANS
from scheduler.house import House
from scheduler.weekly import Means
from storage import answers, catalogue, events, generations, marks, programme_file
from storage.clock import TOKYO, real_now
from storage.database import Database, lock_start
from storage.facts import ChannelName, EventState, PlannedEvent, Programme
from storage.marks import MarkName

SANDBOX_STARTS_AT = datetime(2022, 1, 20, 9, tzinfo=TOKYO)  # the week in which the first city announced its programme


def secret_key(settings: Settings) -> bytes:
    """Give SECRET_KEY, or the one that was made at the first start and lies in DATA_DIR."""
    given = settings.secret_key.get_secret_value()
    if given:
        return given.encode()
    path = settings.data_dir / "secret.key"
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        _make_key(path)
    key = path.read_bytes()
    if not key.strip():
        raise SettingsError(f"SECRET_KEY: {path} is empty; put it back from a backup, or remove it to have one made")
    return key


def _make_key(path: Path) -> None:
    """Make the file whole or not at all: under an empty key anybody could sign; two processes end with one key."""
    made = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    made.touch(mode=0o600)
    try:
        made.write_text(secrets.token_urlsafe(32), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(made)
    finally:
        made.unlink()


def settle_sandbox(database: Database, settings: Settings) -> bool:
    """Decide whether this is the sandbox, and mark a new database for ever; SettingsError where the two do not fit."""
    return database.write(lambda connection: _settle(connection, settings)).result()


def _settle(connection: Connection, settings: Settings) -> bool:
    lock_start(connection)
    mark = marks.find(connection, MarkName.SANDBOX)
    if mark is None:
        wanted = wants_sandbox(settings)
        _mark_new(connection, wanted)
        mark = str(wanted)
    is_sandbox = mark == "True"
    refuse_misfit(is_sandbox, settings)
    return is_sandbox


def refuse_misfit(is_sandbox: bool, settings: Settings) -> None:
    """Raise SettingsError where the settings and the mark of the database do not fit."""
    has_tokens = settings.has_line or settings.has_telegram
    if is_sandbox and (has_tokens or settings.sandbox == "off"):
        raise SettingsError(
            "DATABASE_URL: this database was made in the sandbox and stays there; real accounts need a new one.\n"
            "Set DATABASE_URL (or DATA_DIR) to a new place, or take the tokens away to play on."
        )
    if not is_sandbox and settings.sandbox == "on":
        raise SettingsError("SANDBOX: this database belongs to real accounts; the sandbox needs a new DATA_DIR.")
    if not is_sandbox and not has_tokens:
        raise SettingsError(
            "LINE_CHANNEL_SECRET, TELEGRAM_BOT_TOKEN: no channel is switched on; set one of them.\n"
            "To try the bot without an account, start it with no tokens, no PUBLIC_URL and a new DATA_DIR."
        )
    if is_sandbox and not settings.is_loopback:
        raise SettingsError("HOST: the sandbox is for this machine only; set HOST=127.0.0.1.")


def wants_sandbox(settings: Settings) -> bool:
    """Tell whether a new database is made for the sandbox."""
    has_tokens = settings.has_line or settings.has_telegram
    may_play = not has_tokens and not settings.public_url and settings.is_loopback
    return settings.sandbox == "on" or (settings.sandbox == "auto" and may_play)


def _mark_new(connection: Connection, is_sandbox: bool) -> None:
    marks.put(connection, MarkName.SANDBOX, str(is_sandbox))
    generations.start(connection)
    generations.arm(connection)
    if is_sandbox:
        offset = SANDBOX_STARTS_AT - real_now()
        marks.put(connection, MarkName.CLOCK_OFFSET_SECONDS, str(offset.total_seconds()))


def load_programme(database: Database, path: Path, now: datetime) -> Programme:
    """Give the programme in force; an empty database is seeded from the file once, events and all."""
    found = database.read(lambda connection: find_newer_programme(connection, version=0)).result()
    if found is not None:
        return found
    seed = programme_file.read_programme(path)
    return database.write(lambda connection: _seed(connection, seed, path.name, now)).result()


def _seed(connection: Connection, seed: Programme, name: str, now: datetime) -> Programme:
    lock_start(connection)
    first = find_newer_programme(connection, version=0)
    if first is not None:
        return first  # of another process that started at the same time
    for event in seed.events:
        events.add(connection, event, event.parts, EventState.DRAFT if _is_over(event, now) else event.state, now)
    for row in seed.answers:
        answers.add(connection, row, f"file {name}", now)
    version = catalogue.add_version(connection, programme_file.to_document(seed), f"file {name}", now)
    return replace(seed, version=version, events=(), answers=())


def _is_over(event: PlannedEvent, now: datetime) -> bool:
    """Tell whether an event was over before the bot began: nobody is shown it, and it is not counted as held."""
    ends = [part.ends_at or part.starts_at or event.closes_at for part in event.parts]
    return all(end is not None and end <= now for end in ends)


def channels(settings: Settings, phones: Phones | None, fetch: Fetch = fetch_nothing) -> dict[ChannelName, Channel]:
    """Give the channels that are switched on; in the sandbox both, towards the played platforms.

    ``fetch`` gives the bytes of the pictures that the bot draws itself, which Telegram is handed rather than told of.
    """
    if phones is not None:
        line = Line(bot_id="", channel_secret=LINE_SECRET, access_token=LINE_TOKEN, api_url=f"{phones.url}/line")
        api_url = f"{phones.url}/telegram"
        telegram = Telegram(token=TELEGRAM_TOKEN, webhook_secret=TELEGRAM_SECRET, api_url=api_url, fetch=fetch)
        return {ChannelName.LINE: line, ChannelName.TELEGRAM: telegram}
    found: dict[ChannelName, Channel] = {}
    if settings.has_line:
        found[ChannelName.LINE] = line_channel(settings)
    if settings.has_telegram:
        found[ChannelName.TELEGRAM] = telegram_channel(settings, fetch)
    return found


def line_channel(settings: Settings) -> Line:
    """Make the LINE channel that the settings name."""
    secret = settings.line_channel_secret.get_secret_value()
    api_url = settings.line_api_url or None
    token = settings.line_channel_access_token.get_secret_value()
    short_lived = StatelessToken(channel_id=settings.line_channel_id, channel_secret=secret, api_url=api_url)
    return Line(bot_id="", channel_secret=secret, access_token=token or short_lived, api_url=api_url)


def telegram_channel(settings: Settings, fetch: Fetch = fetch_nothing) -> Telegram:
    """Make the Telegram channel that the settings name."""
    return Telegram(
        token=settings.telegram_bot_token.get_secret_value(),
        webhook_secret=settings.telegram_webhook_secret.get_secret_value(),
        api_url=settings.telegram_api_url or None,
        rate=settings.telegram_rate,
        fetch=fetch,
    )


def rates(settings: Settings) -> dict[ChannelName, float]:
    """Give how many accounts a second each channel lets us tell at the least: by LINE one by one, as links need it."""
    return {ChannelName.LINE: PUSH_RATE, ChannelName.TELEGRAM: float(settings.telegram_rate)}


def weekly_means(house: House, settings: Settings) -> Means:
    """Give what Monday's message is made with."""
    return Means(house, PLANS[settings.line_plan], rates(settings))
