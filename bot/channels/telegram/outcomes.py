"""Tells how a call ended from what python-telegram-bot raised; makes no call, and lets no secret or id through."""

import re
from datetime import timedelta

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.channels.telegram.wire import NotSentError
from handlers.messages import Fate, Outcome, Reason

# The words are those of Telegram's own server (tdlib/telegram-bot-api, Client.cpp): the API gives no finer code.
_FORBIDDEN = {
    "bot was blocked": Reason.BLOCKED,
    "can't initiate conversation": Reason.BLOCKED,  # never pressed Start: like a block, a Start ends it
    "user is deactivated": Reason.GONE,
    "was kicked": Reason.GONE,
    "not a member": Reason.GONE,
    "was deleted": Reason.GONE,
}
_NOT_FETCHED = ("failed to get http url content", "webpage_curl_failed")
"""Telegram could not fetch a picture from our address just then: it sent nothing."""
_BAD_REQUEST = {
    "too long": Reason.TOO_LONG,
    "too_long": Reason.TOO_LONG,
    "query is too old": Reason.TOKEN_DEAD,
    "query_id_invalid": Reason.TOKEN_DEAD,
    "chat not found": Reason.GONE,
    "user not found": Reason.GONE,
    "peer_id_invalid": Reason.GONE,
    "user_deactivated": Reason.GONE,
    "upgraded to a supergroup": Reason.GONE,
}


def outcome_of(error: Exception) -> Outcome:
    """Turn what one try raised into how it ended.

    Anything that is no Telegram error was raised over an answer of 2xx that could not be understood: the call was
    taken.
    """
    match error:
        case RetryAfter():
            return Outcome(fate=Fate.TEMPORARY, retry_after=seconds_of(error.retry_after), detail="flood control")
        case Forbidden():
            return _refused(error, _FORBIDDEN)
        case BadRequest() if any(words in error.message.casefold() for words in _NOT_FETCHED):
            return Outcome(fate=Fate.TEMPORARY, detail=said(error))
        case BadRequest():
            return _refused(error, _BAD_REQUEST)
        case ChatMigrated():
            return Outcome(fate=Fate.PERMANENT, reason=Reason.GONE, detail="migration: the group has a new chat id")
        case InvalidToken():
            return Outcome(fate=Fate.HALTED, detail="Telegram does not know this bot token")
        case Conflict():
            return Outcome(fate=Fate.TEMPORARY, detail=said(error))
        case NetworkError():
            return _network_outcome(error)
        case _:
            return Outcome(fate=Fate.ACCEPTED, detail=f"answer not understood ({type(error).__name__})")


def said(error: TelegramError) -> str:
    """Repeat Telegram's words without anything quoted in them and without ids or tokens."""
    words = re.sub(r'"[^"]*"|\'[^\']*\'|\d+:[\w-]{20,}|\d{5,}', "…", error.message)
    return words[:150]


def seconds_of(wait: float | timedelta) -> float:
    """Read PTB's retry_after, which is a number or, in newer versions, a timedelta."""
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


def _refused(error: TelegramError, words: dict[str, Reason]) -> Outcome:
    message = error.message.casefold()
    reason = next((reason for word, reason in words.items() if word in message), Reason.REFUSED)
    return Outcome(fate=Fate.PERMANENT, reason=reason, detail=said(error))


def _network_outcome(error: NetworkError) -> Outcome:
    """Tell surely not sent from maybe sent by its kind; PTB puts every other HTTP status here as well."""
    if isinstance(error, NotSentError):
        return Outcome(fate=Fate.TEMPORARY, detail=f"not sent ({error.message})")
    message = error.message.casefold()
    if message.startswith("too many requests"):
        return Outcome(fate=Fate.TEMPORARY, detail="flood control")
    if "entity too large" in message:
        return Outcome(fate=Fate.PERMANENT, reason=Reason.TOO_LONG, detail="request too large")
    return Outcome(fate=Fate.UNKNOWN, detail=_status_words(error))


def _status_words(error: NetworkError) -> str:
    """Keep the status line; PTB adds the whole answer to it where that was no JSON."""
    return said(error).partition(". Parsing")[0]
