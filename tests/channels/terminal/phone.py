"""The terminal as the conformance suite meets it: events of our own making, and a screen without limits."""

import json
from itertools import count
from typing import Any, ClassVar

from bot.channels.terminal import Terminal
from tests.channels.phone import Ending, Event, Phone, Seen


class TerminalPhone(Phone):
    name = "terminal"
    endings: ClassVar[dict[str, Ending]] = {}
    knows_groups = False

    def __init__(self) -> None:
        self._numbers = count(1)

    def channel(self, api_url: str = "", deadline: float = 5.0) -> Terminal:
        return Terminal(lambda text: None)

    def event(self, kind: Any, **more: Any) -> Event:
        number = next(self._numbers)
        return {"kind": kind, "id": str(number), "at": 1642636800 + number, **more}

    def writes(self, text: str, *, group: bool = False) -> Event:
        return self.event("text", text=text)

    def presses(self, data: str) -> Event:
        return self.event("pressed", data=data)

    def follows(self) -> Event:
        return self.event("followed")

    def blocks(self) -> Event:
        return self.event("blocked")

    def sends_picture(self) -> Event:
        return self.event("media")

    def sends_sticker(self) -> Event:
        return self.event("sticker")

    def strange(self) -> list[Event]:
        odd: list[Any] = [None, 7, "x", [], {}]
        return [*(self.event(each, at=each, id=each, text=each) for each in odd), self.event("?", at=1e300)]

    def deliveries(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        return [({}, json.dumps(event).encode()) for event in events]

    def forged(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        """Nothing: what the own process hands over is genuine."""
        return []

    def seen(self, body: bytes) -> list[Seen]:
        shown = json.loads(body)
        return [Seen(shown["text"], tuple((label, data or url) for label, data, url in shown["choices"]))]

    def violations(self, body: bytes) -> list[str]:
        return []
