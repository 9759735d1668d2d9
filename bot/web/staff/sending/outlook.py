"""What the broadcasts' pages ask of whoever knows the platforms, their prices and where links lead. Asks nothing."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from handlers.messages import Sender
from handlers.rules.forecast import Forecast, Plan
from handlers.rules.preflight import Seen
from handlers.texts import Texts
from storage.facts import AudienceCount, BroadcastContent, ChannelName


class Outlook(Protocol):
    """What ``bot.broadcasting.office.Office`` can do. It waits: never ask it in an event loop."""

    @property
    def texts(self) -> Texts:
        """The bot's words in the city's languages."""

    @property
    def plan(self) -> Plan:
        """The plan of LINE by which it asks for money."""

    @property
    def public_url(self) -> str:
        """Where phones reach our pages; "" where they do not."""

    @property
    def senders(self) -> Mapping[ChannelName, Sender]:
        """The platforms that are switched on."""

    def foresee(self, number: int, counts: Sequence[AudienceCount] | None = None) -> Forecast:
        """Foresee what a broadcast takes; without ``counts`` its audience is counted now, which reads every account."""

    def tell_approvers(self, number: int, by: str) -> list[str]:
        """Tell who may approve by e-mail that something waits."""

    def gather(self, content: BroadcastContent, *, is_unchecked: bool) -> Seen:
        """Gather what preflight needs to know; asks every link, unless ``is_unchecked``."""
