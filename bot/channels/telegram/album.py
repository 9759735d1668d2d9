"""The pictures of our own that Telegram was handed, by what it calls them (file_id); keeps no picture, sends nothing.

API, "Sending files": a file that Telegram stores already need not be uploaded again. A file_id is the same bot's for
good, and it is kept by the hash of what was drawn, so that a changed picture is another. A process that starts anew
hands each picture over once more.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import structlog

Fetch = Callable[[str], Awaitable[bytes | None]]
KEPT = 1_000

log = structlog.get_logger()


async def fetch_nothing(url: str) -> bytes | None:
    """Know no picture of our own: Telegram fetches each from its address."""
    return None


class Album:
    """What one bot handed over."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._file_ids: OrderedDict[str, str] = OrderedDict()

    async def find(self, url: str) -> bytes | None:
        """Give the picture at an address of our own; None for one that Telegram should fetch itself."""
        try:
            return await self._fetch(url)
        except Exception as error:  # a message with words must not be lost over its picture
            log.warning("picture_not_drawn", error=type(error).__name__)
            return None

    def known(self, picture: bytes) -> str | None:
        """Give what Telegram calls a picture; None for one it was not handed yet."""
        return self._file_ids.get(_hash(picture))

    def learn(self, picture: bytes, file_id: str) -> None:
        """Keep what Telegram calls a picture."""
        self._file_ids[_hash(picture)] = file_id
        while len(self._file_ids) > KEPT:
            self._file_ids.popitem(last=False)


def _hash(picture: bytes) -> str:
    return hashlib.sha256(picture).hexdigest()
