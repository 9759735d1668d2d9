"""Puts all questions, those to the network side by side, and prints what was found. Changes nothing."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import typer

from bot import wiring
from bot.channels.line.channel import Line
from bot.channels.line.tokens import LINE_API
from bot.channels.telegram.channel import API_URL, Telegram
from bot.doctor import database, line, machine, telegram
from bot.doctor.findings import Finding, Level
from bot.phones import Phones
from bot.settings import Settings
from handlers.messages import Channel

COLOURS = {Level.OK: "green", Level.LOOK: "cyan", Level.WARN: "yellow", Level.WRONG: "red"}
WIDTH = 17


async def run(settings: Settings) -> int:
    """Examine everything; gives 1 when something is wrong, else 0."""
    found = [finding async for finding in _examine(settings)]
    for finding in found:
        _print(finding)
    counts = [f"{sum(f.level is level for f in found)} {level}" for level in Level]
    typer.echo(", ".join(counts))
    return int(any(finding.level is Level.WRONG for finding in found))


def _print(finding: Finding) -> None:
    level = typer.style(f"{finding.level:<6}", fg=COLOURS[finding.level])
    typer.echo(f"{level}{finding.part:<{WIDTH}}{finding.words}")
    if finding.remedy:
        typer.echo(f"{'':<6}{'':<{WIDTH}}→ {finding.remedy}")


async def _examine(settings: Settings) -> AsyncIterator[Finding]:
    is_sandbox = database.is_sandbox(settings)
    phones = Phones(settings, "") if is_sandbox else None
    apis = [f"{phones.url}/line"] if phones else _apis(settings)
    channels = wiring.channels(settings, phones)
    webhooks = phones.home if phones else settings.public_url
    for finding in _examine_here(settings):
        yield finding
    asked = await asyncio.gather(
        machine.look_at_process(settings),
        machine.look_at_clock(apis),
        *(_ask(channel, webhooks, settings, is_sandbox) for channel in channels.values()),
    )
    for findings in asked:
        for finding in findings:
            yield finding


def _apis(settings: Settings) -> list[str]:
    line_api = [settings.line_api_url or LINE_API] if settings.has_line else []
    return [*line_api, settings.telegram_api_url or API_URL]


def _examine_here(settings: Settings) -> Iterable[Finding]:
    yield from machine.look_at_settings(settings)
    yield machine.look_at_folder(settings)
    yield machine.look_at_fonts()
    yield from machine.look_at_secrets(settings)
    yield from database.look_at_database(settings)


async def _ask(channel: Channel, home: str, settings: Settings, is_sandbox: bool) -> list[Finding]:
    """Ask one platform; the channel is opened for as long as that takes."""
    await channel.open()
    webhook = f"{home}/webhooks/{channel.name}" if home else ""
    try:
        if isinstance(channel, Line):
            return [f async for f in line.look_at_line(channel.account, webhook, settings.line_plan)]
        if isinstance(channel, Telegram):
            polls = settings.telegram_mode == "polling" and not is_sandbox
            return [f async for f in telegram.look_at_telegram(channel.wiring, None if polls else webhook)]
        return []
    finally:
        await channel.close()
