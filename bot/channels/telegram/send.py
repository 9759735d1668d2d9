"""Makes one Bot API call under one deadline and tells how it ended; never retries, never decides whether to."""

import asyncio
import json
import logging
import os
from typing import Any

from telegram import Bot, Message
from telegram.error import BadRequest

from bot.channels.telegram.album import Album
from bot.channels.telegram.outcomes import outcome_of
from bot.channels.telegram.wire import Wire
from handlers.messages import Call, Fate, Outcome, Reason, Way

# PTB's RetryAfter warns, in its own constructor, of the type that retry_after will have: choose the new type.
os.environ.setdefault("PTB_TIMEDELTA", "1")
# PTB writes its base address, which holds the bot's token, at DEBUG, and answers it cannot read, with whatever personal
# data they hold, at ERROR.
logging.getLogger("telegram").setLevel(logging.CRITICAL)

Body = dict[str, Any]

UNCHANGED = "message is not modified"
EDITED = (UNCHANGED, "message to edit not found")
"""What Telegram answers where nothing wrong stands there any more."""
LEAST_SECONDS = 0.1
"""A call that finds its place later than this before its deadline is not begun: it would end unknown, and unsent."""


class Sending:
    """The calls of one bot, at most ``calls_in_flight`` at a time.

    PTB's own ``Bot.initialize`` is not used: it asks getMe, so a bot could not start while the network is down.
    """

    def __init__(self, token: str, base_url: str, deadline: float, calls_in_flight: int, album: Album) -> None:
        self._album = album
        self._deadline = deadline
        self._free = asyncio.Semaphore(calls_in_flight)
        self._wire = Wire(deadline, calls_in_flight + 2)  # two for staff's look-ups beside the sending
        self.bot = Bot(token, base_url=base_url, request=self._wire, get_updates_request=self._wire)

    async def close(self) -> None:
        """Close the connections; PTB's ``Bot.shutdown`` does so only after ``initialize``."""
        await self._wire.shutdown()

    async def send(self, call: Call) -> Outcome:
        """Make the call; the wait for a free place counts against the deadline, and passing it there is harmless."""
        body = _body(call)
        if body is None:
            return Outcome(fate=Fate.PERMANENT, reason=Reason.REFUSED, detail="the stored body is no call")
        started = False
        try:
            ends = asyncio.get_running_loop().time() + self._deadline
            async with asyncio.timeout_at(ends), self._free:
                if asyncio.get_running_loop().time() > ends - LEAST_SECONDS:
                    raise TimeoutError
                started = True
                return await self._make(call, body)
        except TimeoutError:
            if not started:
                return Outcome(fate=Fate.TEMPORARY, detail="not sent (no place free)")
            return Outcome(fate=Fate.UNKNOWN, detail=f"no whole answer in {self._deadline:g} s")
        except Exception as error:
            return outcome_of(error)

    async def _make(self, call: Call, body: Body) -> Outcome:
        """Hand the stored fields through PTB untouched (``api_kwargs``)."""
        if call.way is Way.PRESS_ANSWER:
            await self.bot.answer_callback_query(str(call.token), api_kwargs=body)
            return Outcome(fate=Fate.ACCEPTED)
        if call.way is Way.WAITING_SIGN:
            await self.bot.send_chat_action(_chat(call.to), body["action"])
            return Outcome(fate=Fate.ACCEPTED)
        if call.way is Way.REPLACE:
            return await self._replace(call, body)
        if call.way is Way.PUSH and call.token:
            return await self._edit(call, body)
        message = await (self._show(call, body) if "photo" in body else self._say(call, body))
        return Outcome(fate=Fate.ACCEPTED, request_id=str(message.message_id))

    async def _say(self, call: Call, body: Body) -> Message:
        return await self.bot.send_message(_chat(call.to), body["text"], api_kwargs=body)

    async def _show(self, call: Call, body: Body) -> Message:
        """Send a picture: one that we draw by what Telegram calls it already, else with the call; others by address."""
        words = {name: value for name, value in body.items() if name != "photo"}
        drawn = await self._album.find(body["photo"])
        known = self._album.known(drawn) if drawn else body["photo"]
        if known:
            try:
                return await self.bot.send_photo(_chat(call.to), known, api_kwargs=words)
            except BadRequest:  # sent nothing; Telegram may have forgotten the file
                if drawn is None:
                    raise
        message = await self.bot.send_photo(_chat(call.to), drawn or "", api_kwargs=words)
        if drawn and message.photo:
            self._album.learn(drawn, message.photo[-1].file_id)
        return message

    async def _replace(self, call: Call, body: Body) -> Outcome:
        """Edit the page that was pressed; where it can no longer be, its person still gets the answer, below it."""
        try:
            await self.bot.edit_message_text(body["text"], _chat(call.to), int(str(call.token)), api_kwargs=body)
        except BadRequest as error:  # it changed nothing
            if UNCHANGED not in error.message.casefold():
                message = await self._say(call, body)
                return Outcome(fate=Fate.ACCEPTED, request_id=str(message.message_id))
        return Outcome(fate=Fate.ACCEPTED, request_id=call.token)

    async def _edit(self, call: Call, body: Body) -> Outcome:
        """Edit a message of ours; one that says the same already, or was deleted, is as good as edited."""
        chat, number = _chat(call.to), int(str(call.token))
        try:
            if "caption" in body:
                await self.bot.edit_message_caption(chat, number, api_kwargs=body)
            else:
                await self.bot.edit_message_text(body["text"], chat, number, api_kwargs=body)
        except BadRequest as error:
            if not any(words in error.message.casefold() for words in EDITED):
                raise
        return Outcome(fate=Fate.ACCEPTED, request_id=call.token)


def _body(call: Call) -> Body | None:
    try:
        body = json.loads(call.body)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(body, dict) and (
        call.token if call.way is Way.PRESS_ANSWER else call.to and {"text", "photo", "caption", "action"} & body.keys()
    )
    return body if whole else None


def _chat(to: str) -> int | str:
    """Read a chat id; a public channel may be named ``@name`` instead."""
    return int(to) if to.removeprefix("-").isdecimal() else to
