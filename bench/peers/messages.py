"""Sends messages with python-telegram-bot alone and keeps nothing: what a broadcast on Telegram is measured against.

``messages.py BASE_URL TOKEN WORDS PEOPLE AT_ONCE``; prints its processor seconds, from the first message on; the
platform counts and times them.
"""

import asyncio
import sys
import time

from telegram import Bot
from telegram.request import HTTPXRequest


async def main(url: str, token: str, words: str, people: int, at_once: int) -> None:
    """Send them, so many at once."""
    request, chats = HTTPXRequest(connection_pool_size=at_once), iter(range(1, people + 1))
    bot = Bot(token, base_url=url, request=request)

    async def send_some() -> None:
        for chat in chats:
            await bot.send_message(chat, words)

    used = time.process_time()
    await asyncio.gather(*(send_some() for _ in range(at_once)))
    print(time.process_time() - used)
    await request.shutdown()


if __name__ == "__main__":
    address, secret, said, *numbers = sys.argv[1:]
    asyncio.run(main(address, secret, said, *map(int, numbers)))
