"""Fetches raw updates by long polling, confirming none before its caller has stored it; understands none of them."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

from telegram.error import TelegramError

from bot.channels.telegram import limits
from bot.channels.telegram.wire import Wire

_LOG = logging.getLogger(__name__)


class PollingRefusedError(Exception):
    """Telegram will not give updates until somebody acts; the words are for staff and hold no secret."""


class Polling:
    """One consumer of one bot's updates: Telegram allows no second beside it, and no webhook (API, getUpdates).

    ``wait`` is how long Telegram holds an empty answer; ``slack`` what the network may add before the connection is
    given up for dead; ``first_pause`` doubles to ``longest_pause`` while things fail; a conflict may last ``patience``
    seconds, the time a predecessor needs to go. ``trouble`` says what is wrong now, "" while updates flow.

    PTB's ``Bot.get_updates`` is not used: it parses, and one update it cannot parse loses the whole batch.
    """

    def __init__(
        self,
        base_url: str,
        *,
        wait: float = limits.POLL_SECONDS,
        slack: float = 15,
        first_pause: float = 1,
        longest_pause: float = 30,
        patience: float = 60,
    ) -> None:
        self._address = f"{base_url}/getUpdates"
        self._wait = wait
        self._deadline = wait + slack
        self._wire = Wire(self._deadline, 1)
        self._pauses = (first_pause, longest_pause)
        self._pause = first_pause
        self._patience = patience
        self._conflict_since: float | None = None
        self.trouble = ""

    async def updates(self) -> AsyncIterator[list[bytes]]:
        """Yield batches of raw updates, each one JSON object; going on to the next confirms the one before.

        So store a batch, commit, and only then go on: what was not confirmed comes again, for up to 24 hours. Raises
        PollingRefusedError when waiting will not help.
        """
        offset: int | None = None
        while True:
            batch = await self._ask(offset)
            if batch:
                yield [json.dumps(update).encode() for update in batch]
                offset = _after(batch, offset)
            elif batch == []:
                # All before the offset is confirmed now. After a quiet week ids start anew, maybe lower (API, Update).
                offset = None

    async def close(self) -> None:
        """Close the connection; an update on its way is not lost, Telegram gives it again."""
        await self._wire.shutdown()

    async def _ask(self, offset: int | None) -> list[Any] | None:
        """Make one getUpdates; None when there was no answer to go by, after a pause."""
        asked = time.monotonic()
        try:
            status, answer = await self._wire.do_request(self._address + _query(offset, self._wait), "POST")
        except TelegramError as error:
            await self._new_connection()
            await self._again(f"no answer ({error})")
            return None
        batch = _batch(status, answer)
        if batch is None or (batch and _after(batch, None) is None):
            await self._failed(status, answer)
            return None
        self._recovered()
        if not batch and time.monotonic() - asked < min(1, self._wait / 2):
            await asyncio.sleep(self._pauses[0])  # an empty answer given at once must not become a hot loop
        return batch

    async def _failed(self, status: int, answer: bytes) -> None:
        error = _body(answer)
        if status in (401, 404):
            raise PollingRefusedError("Telegram does not know this bot token: check TELEGRAM_BOT_TOKEN")
        if status == 409:
            self._check_conflict(str(error.get("description", "")))
        parameters = error.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        await self._again(f"answer {status}", wait if isinstance(wait, int) else None)

    def _check_conflict(self, description: str) -> None:
        if "webhook is active" in description:
            raise PollingRefusedError("a webhook is set for this bot: delete it, or set TELEGRAM_MODE=webhook")
        self._conflict_since = self._conflict_since or time.monotonic()
        if time.monotonic() - self._conflict_since >= self._patience:
            raise PollingRefusedError("another process fetches this bot's updates: only one may run with one token")

    async def _again(self, trouble: str, wait: float | None = None) -> None:
        if not self.trouble:
            _LOG.warning("Telegram gives no updates: %s; trying again until it does", trouble)
        self.trouble = trouble
        await asyncio.sleep(self._pause if wait is None else wait)
        self._pause = min(self._pause * 2, self._pauses[1])

    def _recovered(self) -> None:
        if self.trouble:
            _LOG.warning("Telegram gives updates again")
        self.trouble = ""
        self._pause = self._pauses[0]
        self._conflict_since = None

    async def _new_connection(self) -> None:
        """Leave the old connection: a torn one can hold the only place of the pool for ever."""
        await self._wire.shutdown()
        self._wire = Wire(self._deadline, 1)


def _query(offset: int | None, wait: float) -> str:
    fields = {
        "timeout": int(wait),
        "limit": limits.POLL_UPDATES,
        "allowed_updates": json.dumps(limits.ALLOWED_UPDATES),
        **({} if offset is None else {"offset": offset}),
    }
    return "?" + urlencode(fields)


def _batch(status: int, answer: bytes) -> list[Any] | None:
    body = _body(answer)
    result = body.get("result") if status == 200 and body.get("ok") is True else None
    return result if isinstance(result, list) else None


def _body(answer: bytes) -> dict[str, Any]:
    try:
        body = json.loads(answer)
    except (ValueError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def _after(batch: list[Any], offset: int | None) -> int | None:
    """Give the offset that confirms this batch; without any id in it the old one stays."""
    ids = [update["update_id"] for update in batch if isinstance(update, dict) and type(update.get("update_id")) is int]
    return max(ids) + 1 if ids else offset
