"""Fetches a picture that a bot names by its address, once, as Telegram does; asks the app under test and nobody else.

Manual, "Sending files": photos by address have at most 5 MB. The words of the refusals are those of Telegram's server.
"""

from collections.abc import Callable

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.files import File, Files, photo

NOT_FETCHED = "failed to get HTTP URL content"


class Fetching:
    """What was fetched so far; `real` gives the address behind the reserved https name."""

    def __init__(self, files: Files, real: Callable[[str], str]) -> None:
        self._files, self._real = files, real
        self._fetched: dict[str, File] = {}

    async def photo(self, url: str) -> File:
        """Return the picture at an address; raise RefusedError for one that Telegram would not take."""
        if url not in self._fetched:
            self._fetched[url] = self._files.keep(photo(await self._get(url), url.rpartition("/")[2]))
        return self._fetched[url]

    async def _get(self, url: str) -> bytes:
        address = self._real(url)
        if address == url:  # not the app under test
            raise bad_request(NOT_FETCHED)
        try:
            async with ClientSession(timeout=ClientTimeout(total=5)) as client, client.get(address) as answer:
                content = await answer.read()
        except (ClientError, TimeoutError):
            raise bad_request(NOT_FETCHED) from None
        if answer.status != 200 or len(content) > limits.FETCHED_PHOTO_BYTES:
            raise bad_request(NOT_FETCHED)
        if not answer.content_type.startswith("image/"):
            raise bad_request("wrong type of the web page content")
        return content
