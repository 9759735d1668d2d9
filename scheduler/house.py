"""What the scheduler needs besides the database, as `bot` puts it together; holds nothing itself."""

from collections.abc import Callable, Mapping
from typing import Protocol

from handlers.messages import Sender
from handlers.texts import Texts
from storage.clock import Clock
from storage.facts import ChannelName, Programme


class House(Protocol):
    """The platforms, the clock, the texts and the programme in force."""

    @property
    def channels(self) -> Mapping[ChannelName, Sender]:
        """The platforms that are switched on."""
        ...

    @property
    def clock(self) -> Clock:
        """The one clock."""
        ...

    @property
    def programme(self) -> Callable[[], Programme]:
        """Gives the programme in force."""
        ...

    @property
    def texts(self) -> Texts:
        """The texts of the chats."""
        ...

    @property
    def private_chats(self) -> Mapping[ChannelName, str]:
        """Where people reach the bot alone."""
        ...

    @property
    def public_url(self) -> str:
        """The address of our own pages; "" for none."""
        ...

    @property
    def public_channel(self) -> str:
        """The city's own Telegram channel, such as @city_events; "" for none."""
        ...

    @property
    def generation(self) -> str:
        """The generation that this machine remembers: a database of another one pushes nothing."""
        ...
