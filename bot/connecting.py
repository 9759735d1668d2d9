"""Sets webhooks, commands and descriptions on the platforms, and says what it changed; a second time nothing is."""

from collections.abc import AsyncIterator

import typer

from bot import dressing, opening, wiring
from bot.channels.line.channel import Line
from bot.channels.line.wire import LineError
from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.wiring import WiringError
from bot.doctor.findings import Level
from bot.doctor.line import CONSOLE, judge_try
from bot.settings import Settings, SettingsError
from handlers.messages import Channel
from storage.facts import ChannelName, Programme


async def run(settings: Settings) -> int:
    """Bring the platforms in line with the settings; gives 1 when something is left to do by hand, else 0."""
    if not settings.has_line and not settings.has_telegram:
        raise SettingsError("LINE_CHANNEL_SECRET, TELEGRAM_BOT_TOKEN: no channel is switched on; set one of them.")
    if not settings.public_url and (settings.has_line or settings.telegram_mode == "webhook"):
        raise SettingsError("PUBLIC_URL: is missing: the https address under which the platforms reach this bot")
    programme = opening.programme_in_force(settings)
    left = 0
    for channel in wiring.channels(settings, None).values():
        left += await _connect(channel, settings, programme)
    return min(left, 1)


async def _connect(channel: Channel, settings: Settings, programme: Programme) -> int:
    """Connect one platform; gives how much is left to do by hand."""
    await channel.open()
    left = 0
    try:
        async for is_right, words in _steps(channel, settings, programme):
            typer.echo(words)
            left += not is_right
    except (LineError, WiringError) as error:
        typer.echo(f"{channel.name}: refused: {error}; python -m bot doctor says more")
        left += 1
    finally:
        await channel.close()
    return left


def _steps(channel: Channel, settings: Settings, programme: Programme) -> AsyncIterator[tuple[bool, str]]:
    """Give the steps of a platform as (whether all is right, what was done)."""
    if isinstance(channel, Line):
        return _connect_line(channel, f"{settings.public_url}/webhooks/{ChannelName.LINE}", programme)
    if isinstance(channel, Telegram):
        return _connect_telegram(channel, settings, programme)
    raise TypeError(f"no way to connect {channel.name}")


async def _connect_line(line: Line, webhook: str, programme: Programme) -> AsyncIterator[tuple[bool, str]]:
    async for step in _set_webhook(line, webhook):
        yield step
    yield True, await _put_menus(line, programme)


async def _set_webhook(line: Line, webhook: str) -> AsyncIterator[tuple[bool, str]]:
    there = await line.account.webhook_endpoint()
    if there is None or there.url != webhook:
        await line.account.set_webhook_endpoint(webhook)
        yield True, f"line: webhook changed to {webhook}"
    else:
        yield True, f"line: webhook already right ({webhook})"
    now = await line.account.webhook_endpoint()
    if now is None or not now.active:
        yield False, f"line: webhook is switched off; {CONSOLE}: switch Use webhook on"
        return
    tried = judge_try(webhook, await line.account.test_webhook_endpoint(webhook))
    yield tried.level is Level.OK, f"line: {tried.words}{f'; {tried.remedy}' if tried.remedy else ''}"


async def _put_menus(line: Line, programme: Programme) -> str:
    """Put the rich menus in their places; nothing depends on them, so nothing is left to do where none was drawn."""
    changed = await dressing.hang_menus(line, programme)
    if changed is None:
        return "line: no rich menu, for no font was found to write one; python -m bot doctor says which package has it"
    return f"line: rich menus {f'changed: {_named(changed)}' if changed else 'already right'}"


async def _connect_telegram(
    telegram: Telegram, settings: Settings, programme: Programme
) -> AsyncIterator[tuple[bool, str]]:
    wires = telegram.wiring
    if settings.telegram_mode == "polling":
        yield True, _said("webhook", await wires.delete_webhook(), "deleted, as polling needs it", "none, as wanted")
    else:
        webhook = f"{settings.public_url}/webhooks/{ChannelName.TELEGRAM}"
        changed = await wires.set_webhook(webhook)
        yield True, _said("webhook", changed, f"changed to {webhook}", f"already right ({webhook})")
    menus, texts = await dressing.dress(telegram, programme)
    yield True, _said("commands", bool(menus), f"changed for {_named(menus)}", "already right")
    yield True, _said("descriptions", bool(texts), f"changed for {_named(texts)}", "already right")


def _named(tags: tuple[str, ...]) -> str:
    return ", ".join(tag or "all others" for tag in tags)


def _said(what: str, changed: bool, done: str, right: str) -> str:
    return f"telegram: {what} {done if changed else right}"
