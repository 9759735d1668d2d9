"""What parts of the scheduler need besides the database, as `bot` puts it together; holds nothing itself."""

from collections.abc import Callable, Mapping
from typing import Protocol

from handlers.messages import Sender
from handlers.texts import Texts
from storage.clock import Clock
from storage.facts import ChannelName, Programme


class Platforms(Protocol):
    """The platforms and the clock: what whoever sends needs."""

    @property
    def channels(self) -> Mapping[ChannelName, Sender]:
        """The platforms that are switched on."""
        ...

    @property
    def clock(self) -> Clock:
        """The one clock."""
        ...


class Worded(Platforms, Protocol):
    """What whoever puts something into words needs as well."""

    @property
    def texts(self) -> Texts:
        """The texts of the chats."""
        ...


class Armed(Platforms, Protocol):
    """What whoever stores pushes needs as well."""

    @property
    def generation(self) -> str:
        """The generation that this machine remembers: a database of another one pushes nothing."""
        ...

    @property
    def public_url(self) -> str:
        """The address of our own pages; "" for none."""
        ...


class House(Worded, Armed, Protocol):
    """All of these, the programme in force, and where people find the bot."""

    @property
    def programme(self) -> Callable[[], Programme]:
        """Gives the programme in force."""
        ...

    @property
    def private_chats(self) -> Mapping[ChannelName, str]:
        """Where people reach the bot alone."""
        ...

    @property
    def public_channel(self) -> str:
        """The city's own Telegram channel, such as @city_events; "" for none."""
        ...

    @property
    def make_picture(self) -> Callable[[object], str]:
        """Gives the address of a picture from what it is of; "" where none can be shown."""
        ...
