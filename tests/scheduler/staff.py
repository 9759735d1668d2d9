"""Two named members of staff with a phone on each platform, and a watch that looks when a test says so."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from bot.dispatch import House
from bot.sandbox.server import Sandbox
from handlers.messages import Channel
from handlers.texts import Texts
from scheduler.alerts import Watch
from scheduler.delivery import Delivery
from storage import accounts, alerts
from storage.clock import Clock, real_now
from storage.database import Database
from storage.facts import ChannelName
from tests.scheduler import post
from tests.town import kitaq

NAMES = ("sato", "suzuki")


class Staff:
    """Who is told. ``now`` may be moved; phones show what really arrived at the strict platforms."""

    def __init__(self, database: Database, sandbox: Sandbox, folder: Path, *, platforms: str = "line telegram") -> None:
        self.database, self.sandbox, self.folder = database, sandbox, folder
        self.line, self.telegram = post.line(sandbox), post.telegram(sandbox)
        self.waited = timedelta(0)
        self.clock = Clock(source=lambda: real_now() + self.waited)
        self.phones: dict[str, dict[str, Any]] = {name: {} for name in NAMES}
        for name in NAMES:
            for platform in platforms.split():
                self.phones[name][platform] = self._register(name, ChannelName(platform))

    def _register(self, name: str, channel: ChannelName) -> Any:
        platform = getattr(self.sandbox, channel)
        key = platform.person()
        if channel is ChannelName.LINE:
            platform.follow(key, hold=True)
        else:
            platform.start(key, wait=False)

        def unit(connection: Any) -> None:
            account = accounts.add(connection, channel, "bot", str(key), real_now())
            alerts.add_receiver(connection, account.id, name, f"{name} {channel}", real_now())

        self.database.write(unit).result()
        return key

    def house(self) -> House:
        channels: Mapping[ChannelName, Channel] = {self.line.name: self.line, self.telegram.name: self.telegram}
        texts = Texts(kitaq().city.languages)
        return House(channels=channels, clock=self.clock, programme=kitaq, texts=texts, secret=b"s", make_link=_no_link)

    def watch(self, delivery: Delivery, **more: Any) -> Watch:
        return Watch(self.database, self.house(), delivery, names=NAMES, folder=self.folder, **more)

    @contextlib.asynccontextmanager
    async def delivering(self, *channels: Line | Telegram) -> AsyncIterator[Delivery]:
        """Make the calls that are stored, on both platforms or only some, by the clock that a test may move."""
        chosen = channels or (self.line, self.telegram)
        for channel in chosen:
            await channel.open()
        delivery = Delivery(self.database, self.clock, {one.name: one for one in chosen}, post.ignore)
        running = asyncio.create_task(delivery.run())
        try:
            yield delivery
        finally:
            await delivery.stop()
            await running
            for channel in chosen:
                await channel.close()

    def said(self, name: str, platform: str) -> list[str]:
        """What the bot said on one of the phones."""
        screen = getattr(self.sandbox, platform).screen(self.phones[name][platform])
        return [one["text"] for one in screen["messages"] if one["from"] != "me" and one.get("text")]

    def everywhere(self) -> list[list[str]]:
        """What stands on each phone that somebody has."""
        return [self.said(name, platform) for name in NAMES for platform in self.phones[name]]

    def open(self) -> list[tuple[str, str]]:
        found = self.database.read(alerts.list_open).result()
        return [(one.kind.value, one.key) for one in found]


def _no_link(page: str, subject: str) -> str:
    return ""
