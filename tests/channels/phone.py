"""What the conformance suite needs to know of a platform: how its people act, what they see, how it answers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from handlers.messages import Call, Channel, Fate, Reason
from tests.channels.recorder import Answer, Request

Event = dict[str, Any]


@dataclass(frozen=True)
class Ending:
    """One way a call ends: what the platform answers, and what the channel must make of it."""

    answer: Answer
    fate: Fate
    reason: Reason | None = None
    retry_after: float | None = None


@dataclass(frozen=True)
class Seen:
    """One message on the screen, in words; a button is (label, the data it sends back or the address it opens)."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()


class Phone(ABC):
    """Drive one channel from the platform's side. ``secrets`` may appear in no outcome's detail.

    A platform whose calls do not go over HTTP leaves ``endings`` empty, and the suite asks nothing about them.
    """

    name: str
    secrets: tuple[str, ...] = ()
    endings: dict[str, Ending]
    knows_stickers = True
    knows_groups = True

    @abstractmethod
    def channel(self, api_url: str = "", deadline: float = 5.0) -> Channel:
        """Make the channel, talking to ``api_url``."""

    # --- what people do: each gives one event in the platform's own form -----------------------------------------

    @abstractmethod
    def writes(self, text: str, *, group: bool = False) -> Event: ...

    @abstractmethod
    def presses(self, data: str) -> Event: ...

    @abstractmethod
    def follows(self) -> Event: ...

    @abstractmethod
    def blocks(self) -> Event: ...

    @abstractmethod
    def sends_picture(self) -> Event: ...

    @abstractmethod
    def sends_sticker(self) -> Event: ...

    @abstractmethod
    def strange(self) -> list[Event]:
        """Events of kinds and shapes that no manual names yet, each still valid JSON."""

    @abstractmethod
    def deliveries(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        """Signed webhooks with these events in order: headers and body; one for all where the platform batches."""

    @abstractmethod
    def forged(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        """The same, with a wrong signature, none, and one for another body."""

    # --- what people see -----------------------------------------------------------------------------------------

    @abstractmethod
    def seen(self, body: bytes) -> list[Seen]:
        """What a rendered body shows, message by message."""

    @abstractmethod
    def violations(self, body: bytes) -> list[str]:
        """Which of the platform's limits and forms a rendered body breaks, counted as the platform counts."""

    # --- how calls end -------------------------------------------------------------------------------------------

    def push(self, body: bytes) -> Call:
        """Seal a body into a call to somebody."""
        raise NotImplementedError

    def carries_message(self, request: Request) -> bool:
        """Tell the sending call from what the channel asks besides (its token, its quota, who it is)."""
        raise NotImplementedError

    def besides(self, request: Request) -> Answer:
        """Answer what the channel asks besides."""
        raise NotImplementedError
