"""A channel for those who live in a terminal: lines in, plain text out, buttons by number; decides nothing."""

import asyncio
import json
import os
import sys
import threading
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from handlers.messages import (
    Arrived,
    Call,
    Card,
    Choice,
    Fate,
    Incoming,
    IncomingKind,
    Message,
    Outcome,
    Reason,
    Way,
    choices_of,
)
from storage.clock import real_now
from storage.facts import ChannelName

PERSON = "terminal"
"""The one account of a terminal, and the name of its bot."""


def to_screen(text: str) -> None:
    """Write at once, also into a pipe; what the screen's encoding lacks becomes a question mark."""
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


class Terminal:
    """One person at one terminal. ``write`` takes what is shown; ``now`` dates what was typed.

    An event is a JSON object of our own: ``kind`` as in IncomingKind, ``id``, ``at`` in seconds since 1970, and
    ``text``, ``data``, ``payload`` or ``language`` where there is one.
    """

    name: ChannelName = ChannelName.TERMINAL
    answers_by_token: bool = False
    has_retry_key: bool = False
    multicast_limit: int = 0
    rates: Mapping[Way, float] = MappingProxyType({})
    chat_seconds: float = 0.0

    def __init__(self, write: Callable[[str], None] = to_screen, now: Callable[[], datetime] = real_now) -> None:
        self._write = write
        self._now = now
        self._offered: list[Choice] = []
        self._next_turn = False

    # --- in ----------------------------------------------------------------------------------------------------------

    def verify(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Tell that what the own process hands over is genuine."""
        return True

    def split(self, body: bytes) -> list[Arrived]:
        """Give the one event; ValueError when it is none."""
        raw = body.decode()
        event = _parsed(raw)
        if not isinstance(event, dict) or "kind" not in event:
            raise ValueError("every event of a terminal has a kind")
        number = event.get("id")
        return [
            Arrived(
                bot_id=PERSON,
                event_id=number if isinstance(number, str) else None,
                account_key=PERSON,
                occurred_at=_at(event.get("at")) or self._now(),
                raw=raw,
            )
        ]

    def read(self, raw: str) -> Incoming:
        """Understand one event; nothing raises."""
        try:
            event = _parsed(raw)
        except ValueError:
            event = None
        if not isinstance(event, dict) or event.get("kind") not in list(IncomingKind):
            return Incoming(kind=IncomingKind.OTHER, answerable=False)
        kind = IncomingKind(event["kind"])
        return Incoming(
            kind=kind,
            text=_words(event.get("text")),
            data=_words(event.get("data")),
            payload=_words(event.get("payload")),
            language=_words(event.get("language")) or None,
            answerable=kind is not IncomingKind.BLOCKED,
        )

    def heard(self, line: str, language: str | None = None) -> bytes | None:
        """Turn a typed line into an event: a shown number presses that button, ``/start CODE`` opens a link.

        None when there is nothing to tell the bot: an empty line, or the number of a page, whose address is shown.
        """
        line = line.strip()
        choice = self._choice(line)
        if not line or (choice and choice.url):
            self._write(_harmless(f"{choice.url}\n") if choice else "")
            return None
        self._next_turn = True
        if choice:
            return self._event(IncomingKind.PRESSED, language, data=choice.data)
        command, _, payload = line.partition(" ")
        if command == "/start":
            return self._event(IncomingKind.FOLLOWED, language, payload=payload.strip())
        return self._event(IncomingKind.TEXT, language, text=line)

    def _choice(self, line: str) -> Choice | None:
        """Find the button of a number, full-width digits included."""
        number = int(line) if line.isdecimal() and len(line) < 4 else 0
        return self._offered[number - 1] if 1 <= number <= len(self._offered) else None

    def _event(self, kind: IncomingKind, language: str | None, **more: str) -> bytes:
        event = {"kind": kind, "id": uuid4().hex, "at": self._now().timestamp(), "language": language, **more}
        return json.dumps(event).encode()

    # --- out ---------------------------------------------------------------------------------------------------------

    def render(self, messages: Sequence[Message]) -> tuple[bytes, ...]:
        """Give one call a message; a terminal has no limits. A message without words and buttons is no call."""
        return tuple(_bytes(message) for message in messages if _shown_words(message) or choices_of(message))

    def address(self, body: bytes, keys: Sequence[str]) -> bytes:
        """Raise ValueError: a terminal is one person's."""
        raise ValueError("a terminal has no multicast")

    def render_press_answer(self, text: str) -> bytes | None:
        """Give None: a number typed waits for nothing."""
        return None

    def render_edit(self, was: bytes, messages: Sequence[Message]) -> bytes | None:
        """Give None: what was printed stays as it is."""
        return None

    def render_waiting_sign(self, key: str) -> bytes | None:
        """Give None: who sits at a terminal sees that nothing came yet."""
        return None

    async def open(self) -> None:
        """Do nothing: a terminal is open."""

    async def close(self) -> None:
        """Do nothing: the terminal stays its owner's."""

    async def send(self, call: Call) -> Outcome:
        """Show the message; its buttons go on numbering until the next line is typed."""
        try:
            body = json.loads(call.body)
            text, choices = body["text"], [Choice(*choice) for choice in body["choices"]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return Outcome(fate=Fate.PERMANENT, reason=Reason.REFUSED, detail="the stored body is no call")
        if self._next_turn:
            self._offered, self._next_turn = [], False
        self._write(_harmless(f"{text}\n") if text else "")
        for choice in choices:
            self._offered.append(choice)
            self._write(_harmless(f"  [{len(self._offered)}] {choice.label}\n"))
        return Outcome(fate=Fate.ACCEPTED)


async def talk(
    terminal: Terminal,
    take: Callable[[bytes], Awaitable[None]],
    lines: AsyncIterator[str],
    language: str | None = None,
) -> None:
    """Hand each typed line to ``take`` as an event, a first follow before them; end with the input.

    ``take`` does what a webhook does with a body (store, decide) and returns when the answer has been shown.
    """
    await take(terminal._event(IncomingKind.FOLLOWED, language))
    async for line in lines:
        event = terminal.heard(line, language)
        if event is not None:
            await take(event)


async def typed_lines(descriptor: int = 0) -> AsyncIterator[str]:
    """Yield lines from the keyboard, a pipe or a file, without holding up the loop; stop at its end.

    The thread is a daemon that reads the bare descriptor: a program stopped by Ctrl-C does not wait for one more line.
    """
    queue: asyncio.Queue[bytes] = asyncio.Queue()
    loop = asyncio.get_running_loop()
    threading.Thread(target=_pump, args=(descriptor, loop, queue), daemon=True).start()
    rest = b""
    while chunk := await queue.get():
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
    if rest:
        yield rest.decode(errors="replace")


def _pump(descriptor: int, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[bytes]) -> None:
    """Move what is typed into the loop; b"" is the end."""
    chunk = b"more"
    while chunk:
        try:
            chunk = os.read(descriptor, 4096)
        except OSError:
            chunk = b""
        try:
            loop.call_soon_threadsafe(queue.put_nowait, chunk)
        except RuntimeError:  # the loop is closed: nobody listens any more
            return


def _parsed(raw: str) -> Any:
    try:
        return json.loads(raw)
    except RecursionError as error:
        raise ValueError("nested too deep for an event") from error


def _at(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
    except (ValueError, OverflowError, OSError):
        return None


def _words(value: object) -> str:
    """Keep a text, with what no database can store (NUL, half a surrogate pair) replaced."""
    if not isinstance(value, str):
        return ""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")


def _harmless(text: str) -> str:
    """Drop control characters: a nickname must not be able to command somebody's terminal."""
    return "".join(sign for sign in text if sign in "\n\t" or unicodedata.category(sign) != "Cc")


def _shown_words(message: Message) -> str:
    if isinstance(message, Card):
        picture = f"[{message.picture.alt} {message.picture.url}]" if message.picture else ""
        return _words("\n".join(part for part in (picture, message.title, *message.lines) if part))
    return _words(message.text)


def _bytes(message: Message) -> bytes:
    choices = [[_words(choice.label), choice.data, choice.url] for choice in choices_of(message)]
    return json.dumps({"text": _shown_words(message), "choices": choices}, ensure_ascii=False).encode()
