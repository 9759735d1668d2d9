"""Keeps the rich menus of LINE's chats in step with the disaster switch and with newly made menus. Draws none."""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bot.channels.line.limits import MENUS_LINKED
from bot.channels.line.menus import Menus, alias
from bot.channels.line.wire import LineError
from handlers.texts import JAPANESE
from storage import accounts, switches
from storage.database import ConflictError, Database, StorageUnavailableError
from storage.facts import ChannelName

LOOK_SECONDS = 20.0
"""How soon after the switch the menus begin to change; each look asks LINE once."""

log = structlog.get_logger()


class MenuWatch:
    """What the chats show as far as this process knows; a new process has them shown once more, which changes nothing.

    Japanese is everybody's menu; who chose another language has their own, and is told of each change.
    """

    def __init__(self, database: Database, menus: Menus, languages: Sequence[str]) -> None:
        self._database, self._menus = database, menus
        self._others = [language for language in languages if language != JAPANESE]
        self._shown: tuple[bool, Mapping[str, str]] | None = None

    async def run(self) -> None:
        """Look every twenty seconds, for ever."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except (LineError, StorageUnavailableError, ConflictError) as error:
                log.warning("menus_not_shown", error=str(error))
            except Exception as error:
                log.error("menus_not_shown", error=type(error).__name__, exc_info=error)

    async def look(self) -> bool:
        """Show the menus that should be shown, unless they are; tell whether anything was to be done."""
        is_disaster = await asyncio.wrap_future(self._database.read(switches.is_disaster))
        found = is_disaster, await self._menus.list_aliases()
        if found == self._shown:
            return False
        await self._menus.put_default(alias(JAPANESE, is_disaster=is_disaster))
        for language in self._others:
            menu = found[1].get(alias(language, is_disaster=is_disaster))
            if menu is not None:
                await self._link(language, menu)
        self._shown = found
        return True

    async def _link(self, language: str, menu: str) -> None:
        last = 0
        while page := await self._page(language, last):
            last = page[-1][0]
            await self._menus.link(menu, [key for _id, key in page])

    async def _page(self, language: str, after: int) -> list[tuple[int, str]]:
        return await asyncio.wrap_future(
            self._database.read(
                lambda c: accounts.list_keys_of_language(c, ChannelName.LINE, language, after, MENUS_LINKED)
            )
        )
