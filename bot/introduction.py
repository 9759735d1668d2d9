"""Asks each platform under which address people reach the bot alone, for groups and the public page. Keeps trying."""

import asyncio
from collections.abc import MutableMapping
from urllib.parse import quote

import structlog

from bot.channels.line.channel import Line
from bot.channels.telegram.channel import Telegram
from handlers.messages import Channel
from storage.facts import ChannelName

PAUSE_SECONDS = 60.0

log = structlog.get_logger()


async def learn(channel: Channel, addresses: MutableMapping[ChannelName, str]) -> None:
    """Learn a channel's address, however long its platform takes to answer."""
    while channel.name not in addresses:
        try:
            addresses[channel.name] = await _address(channel)
        except Exception as error:  # nothing depends on the address but a link
            log.warning("address_unknown", channel=channel.name, error=type(error).__name__)
            await asyncio.sleep(PAUSE_SECONDS)


async def _address(channel: Channel) -> str:
    """Give the link that opens a private chat: https://line.me/R/ti/p/@… or https://t.me/…"""
    if isinstance(channel, Line):
        return f"https://line.me/R/ti/p/{quote((await channel.account.bot_info()).basic_id)}"
    if isinstance(channel, Telegram):
        return f"https://t.me/{(await channel.wiring.me()).username}"
    return ""


def share_link(channel: ChannelName, address: str, code: str) -> str:
    """Give the link that opens a private chat at an event, from the chat's address and the event's code.

    On LINE the text waits in the input field to be sent, on Telegram it is what the start button carries.
    """
    payload = f"e_{code}"
    if channel is ChannelName.LINE:  # https://developers.line.biz/en/docs/messaging-api/using-line-url-scheme/
        return f"{address.replace('/R/ti/p/', '/R/oaMessage/')}/?{payload}"
    return f"{address}?start={payload}"
