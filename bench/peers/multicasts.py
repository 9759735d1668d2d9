"""Posts multicasts to LINE with aiohttp alone and keeps nothing: what a broadcast on LINE is measured against.

``multicasts.py URL MESSAGES PEOPLE EACH AT_ONCE``; prints its seconds and processor seconds, from the first call on.
"""

import asyncio
import json
import sys
import time
import uuid

import aiohttp


async def main(url: str, messages: str, people: int, each: int, at_once: int) -> None:
    """Post them, so many at once."""
    firsts, said = iter(range(0, people, each)), json.loads(messages)
    connector = aiohttp.TCPConnector(limit=at_once)
    headers = {"Authorization": "Bearer bench", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(url, headers=headers, connector=connector) as session:

        async def post_some() -> None:
            for first in firsts:
                to = [f"U{number:032d}" for number in range(first, min(first + each, people))]
                body = json.dumps({"messages": said, "to": to}, ensure_ascii=False).encode()
                key = {"X-Line-Retry-Key": str(uuid.uuid4())}
                async with session.post("/v2/bot/message/multicast", data=body, headers=key) as answer:
                    await answer.read()
                    answer.raise_for_status()

        began, used = time.monotonic(), time.process_time()
        await asyncio.gather(*(post_some() for _ in range(at_once)))
        print(json.dumps({"seconds": time.monotonic() - began, "cpu": time.process_time() - used}))


if __name__ == "__main__":
    address, words, *numbers = sys.argv[1:]
    asyncio.run(main(address, words, *map(int, numbers)))
