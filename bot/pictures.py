"""Gives pictures their addresses, and draws what an address is of when it is asked for; keeps the newest in memory.

Drawing is work for a thread, two at a time: Pillow lets go of the interpreter's lock.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

from bot import sealed
from bot.drawing import cards, fonts
from handlers import picturing
from handlers.picturing import Kind, Shown, Subject
from handlers.texts import Texts
from storage.clock import Clock
from storage.database import Database
from storage.facts import Programme

PATH = "/drawn/"
ENDING = ".png"
PURPOSE = "picture"
LIFE = timedelta(days=30)
"""How long a chat shows a picture to who scrolls back."""
KEPT = 64  # pictures in memory, each about 100 kB
AT_ONCE = 2


class Gallery:
    """The pictures of one process. ``programme`` gives the version in force at each call."""

    def __init__(
        self, database: Database, clock: Clock, programme: Callable[[], Programme], texts: Texts,
        secret: bytes, public_url: str,
    ) -> None:  # fmt: skip
        self._database, self._clock, self._programme = database, clock, programme
        self._texts, self._secret, self._public_url = texts, secret, public_url
        self._kept: OrderedDict[Shown, bytes] = OrderedDict()
        self._free = asyncio.Semaphore(AT_ONCE)

    def address(self, subject: object) -> str:
        """Make the address of a picture; "" where phones could not fetch it or no font can write its words.

        It ends with a whole day, so that the same picture has the same address all day.
        """
        if not (isinstance(subject, Subject) and self._public_url and fonts.can_write(subject.language)):
            return ""
        until = _midnight(self._clock.real()) + LIFE
        return f"{self._public_url}{PATH}{sealed.seal(self._secret, PURPOSE, str(subject), until)}{ENDING}"

    async def fetch(self, url: str) -> bytes | None:
        """Draw what one of our own addresses is of; None for any other, and where there is nothing to show any more."""
        if not self._public_url or not url.startswith(f"{self._public_url}{PATH}"):
            return None
        return await self.find(url.rpartition("/")[2].removesuffix(ENDING))

    async def find(self, word: str) -> bytes | None:
        """Draw what the word of an address is of; None for one that is not ours or too old."""
        written = sealed.unseal(self._secret, PURPOSE, word, self._clock.real())
        subject = picturing.read_subject(written) if written else None
        return await self.draw(subject) if subject else None

    async def ring(self, language: str) -> bytes | None:
        """Draw the city's way to its target, as it stood when this day's first was drawn."""
        return await self.draw(Subject(kind=Kind.RING, language=language, on=self._clock.today()))

    async def draw(self, subject: Subject) -> bytes | None:
        """Draw a picture as it stands now, or take it from memory; None where there is nothing to show."""
        if not fonts.can_write(subject.language):
            return None
        programme, words, now = self._programme(), self._texts.of(subject.language), self._clock.now()
        asked = self._database.read(lambda c: picturing.find(c, programme, subject, words, now))
        shown = await asyncio.wrap_future(asked)
        return None if shown is None else await self._drawn(shown)

    async def _drawn(self, shown: Shown) -> bytes:
        async with self._free:
            if shown not in self._kept:
                self._kept[shown] = await asyncio.to_thread(cards.draw, shown)
            self._kept.move_to_end(shown)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
            return self._kept[shown]


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
