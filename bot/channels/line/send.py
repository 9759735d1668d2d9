"""Makes one call to LINE and says how it ended; renders nothing and retries nothing.

A time-out or a broken connection is UNKNOWN: LINE may have taken the call. A push with its key may then be repeated
with the same bytes, and LINE answers 409 if it had it: accepted. The meaning of each status:
https://developers.line.biz/en/docs/messaging-api/retrying-api-request/ and reference #status-codes, #error-messages.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

from bot.channels.line import limits
from bot.channels.line.account import Account
from bot.channels.line.tokens import TokenError
from bot.channels.line.wire import Answer, LineError, NotSentError, Wire
from handlers.messages import Call, Fate, Outcome, Reason, Way

_PATHS = {
    Way.REPLY: "/v2/bot/message/reply",
    Way.PUSH: "/v2/bot/message/push",
    Way.MULTICAST: "/v2/bot/message/multicast",
    Way.BROADCAST: "/v2/bot/message/broadcast",
    Way.WAITING_SIGN: "/v2/bot/chat/loading/start",
}
_UNADDRESSED = frozenset({Way.MULTICAST, Way.BROADCAST})  # calls that name nobody beside their body
_NOBODY = re.compile(r"failed to send messages|the property, '?to'?,")  # #error-messages; the texts may change
_PROPERTY = re.compile(r"[A-Za-z0-9_.\[\]]{1,80}")


async def send(wire: Wire, account: Account, call: Call) -> Outcome:
    """Make one call within the wire's deadline; every failure becomes an Outcome."""
    if call.way not in _PATHS:
        return Outcome(fate=Fate.PERMANENT, reason=Reason.REFUSED, detail=f"LINE has no {call.way}")
    try:
        body, headers = _addressed(call)
    except ValueError:
        return Outcome(fate=Fate.PERMANENT, reason=Reason.REFUSED, detail="not sent: the body is no JSON object")
    await wire.open()  # before the clock runs: the first time it imports the SDK
    ends = asyncio.get_running_loop().time() + wire.deadline
    try:
        async with asyncio.timeout_at(ends):
            answer = await wire.post(_PATHS[call.way], body, headers)
    except NotSentError as error:
        return Outcome(fate=Fate.TEMPORARY, detail=f"not sent: {error}")
    except TokenError as error:
        return Outcome(fate=Fate.HALTED if error.refused else Fate.TEMPORARY, detail=f"not sent: {error}")
    except Exception as error:
        return Outcome(fate=Fate.UNKNOWN, detail=f"perhaps sent: {type(error).__name__}")
    if answer.status == 401:
        wire.tokens.forget()
    if answer.status == 429:
        return await _told_apart(account, call, answer, ends)
    return judged(call.way, answer)


def _addressed(call: Call) -> tuple[bytes, dict[str, str]]:
    """Add whom it is for; a retry key on a reply is refused by LINE, so only a push carries it."""
    if call.way is Way.REPLY:
        return _with({"replyToken": call.token or ""}, call.body), {}
    if call.way is Way.WAITING_SIGN:
        return _with({"chatId": call.to}, call.body), {}
    to = {} if call.way in _UNADDRESSED else {"to": call.to}
    return _with(to, call.body), {"X-Line-Retry-Key": call.key} if call.key else {}


def _with(fields: dict[str, str], body: bytes) -> bytes:
    """Put fields before those of a stored JSON object, whose bytes stay as they are; ValueError where it is none."""
    if not (body.startswith(b"{") and body.endswith(b"}")):
        raise ValueError("no JSON object")
    if not fields:
        return body
    first = json.dumps(fields, separators=(",", ":")).encode()
    return first[:-1] + (b"," if len(body) > 2 else b"") + body[1:]


def judged(way: Way, answer: Answer) -> Outcome:
    """Say what an answer means, 429 apart. An accepted call stays accepted whatever its body holds."""
    status = answer.status
    fate, reason = Fate.PERMANENT, None
    if 200 <= status < 300 or status == 409:
        fate = Fate.ACCEPTED
    elif status in {401, 403, 404, 405}:  # the token, the plan or the address is wrong: so it is for every call
        fate = Fate.HALTED
    elif status >= 500 or status == 408 or status < 400:
        fate = Fate.UNKNOWN
    else:
        reason = _reason(way, status, _told(answer))
    return Outcome(fate=fate, reason=reason, request_id=_request_id(answer), detail=_detail(answer))


def _reason(way: Way, status: int, told: Mapping[str, Any]) -> Reason:
    message = str(told.get("message", "")).lower()
    if status == 413:
        return Reason.TOO_LONG
    if way is Way.REPLY and ("reply token" in message or "replyToken" in _properties(told)):
        return Reason.TOKEN_DEAD
    if way is Way.PUSH and ("to" in _properties(told) or _NOBODY.search(message)):
        return Reason.GONE
    if way is Way.MULTICAST and not any(name.startswith("messages") for name in _properties(told)):
        return Reason.GONE  # one of them, as far as LINE tells: it refuses a call to many as a whole
    return Reason.REFUSED


async def _told_apart(account: Account, call: Call, answer: Answer, ends: float) -> Outcome:
    """Tell a full month from a full second. LINE does not promise its texts, so the quota is asked as well.

    A text that speaks of the month is believed even with quota left: a narrowcast reserves ahead. Replies are free.
    """
    monthly = "monthly" in str(_told(answer).get("message", "")).lower()
    if call.way is not Way.REPLY and not monthly:
        try:
            async with asyncio.timeout_at(ends):
                monthly = (await account.quota()).used_up
        except (LineError, TimeoutError):
            monthly = False
    found = _request_id(answer)
    if monthly and call.way is not Way.REPLY:
        detail = "status 429, month's quota used up"
        return Outcome(fate=Fate.HALTED, reason=Reason.QUOTA, request_id=found, detail=detail)
    return Outcome(fate=Fate.TEMPORARY, retry_after=limits.RATE_PAUSE, request_id=found, detail="status 429")


def _told(answer: Answer) -> Mapping[str, Any]:
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _properties(told: Mapping[str, Any]) -> list[str]:
    details = told.get("details")
    found = [each.get("property") for each in details if isinstance(each, dict)] if isinstance(details, list) else []
    return [name for name in found if isinstance(name, str) and _PROPERTY.fullmatch(name)]


def _detail(answer: Answer) -> str:
    """Name the status and the fields that LINE complained about; its sentences could quote what a person wrote."""
    complained = [] if answer.status < 400 else _properties(_told(answer))
    return " ".join([f"status {answer.status}", *complained[:5]])


def _request_id(answer: Answer) -> str | None:
    return answer.headers.get("x-line-accepted-request-id") or answer.headers.get("x-line-request-id")
