"""Reads a broadcast from a TOML file as staff write it; docs/OPERATIONS.md shows one. Stores nothing."""

import tomllib
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from handlers import drafting, messages
from handlers.illustrating import Illustration
from handlers.messages import Choice, Message
from storage.facts import Audience, AudienceKind, BroadcastContent, BroadcastKind, ChannelName, EventRelation

LIFE = timedelta(hours=24)
"""How long a broadcast may be told unless its file says otherwise."""
FindEvent = Callable[[str], int]


class FileRefusedError(Exception):
    """A file that is no broadcast; the message says where and why."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Button(_Strict):
    """A button: it opens an address, or sends back what one of the bot's own buttons sends (such as ``menu``)."""

    label: Annotated[str, Field(min_length=1)]
    url: str = ""
    press: str = ""

    def choice(self) -> Choice:
        if bool(self.url) == bool(self.press):
            raise FileRefusedError(f"button {self.label!r}: give either url or press")
        return Choice(self.label, self.press, self.url)


class _Words(_Strict):
    """What is said in one language: plain words, or a card where there is a headline, a button or a picture.

    ``alt`` says what the picture shows, for who does not see it.
    """

    body: str
    headline: str = ""
    alt: str = ""
    buttons: tuple[_Button, ...] = ()

    def message(self, illustration: Illustration | None) -> Message:
        if self.alt and illustration is None:
            raise FileRefusedError("alt says what a picture shows, and no --picture was given")
        picture = illustration.described(self.alt.strip()) if illustration else None
        return drafting.compose(self.body, self.headline, [button.choice() for button in self.buttons], picture)


class _For(_Strict):
    """Whom it is for; see storage.facts.Audience."""

    channels: tuple[ChannelName, ...] = ()
    wards: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    interests: tuple[str, ...] = ()
    kinds: tuple[AudienceKind, ...] = ()
    event: str = ""
    relation: EventRelation | None = None
    active_within_days: Annotated[int, Field(ge=1, le=366)] | None = None
    friends: bool = False
    by_line_itself: bool = False
    training: bool = False

    def audience(self, find_event: FindEvent) -> Audience:
        return Audience(
            channels=self.channels,
            wards=self.wards,
            languages=self.languages,
            interests=self.interests,
            kinds=self.kinds,
            event_id=find_event(self.event) if self.event else None,
            relation=self.relation,
            active_within_days=self.active_within_days,
            friends=self.friends,
            by_line_itself=self.by_line_itself,
            is_training=self.training,
        )


class _File(_Strict):
    title: Annotated[str, Field(min_length=1, max_length=100)]
    send_at: AwareDatetime
    text: dict[str, _Words]
    not_after: AwareDatetime | None = None
    hours: tuple[int, int] = (8, 21)
    capped: bool = True
    hold_out_percent: int = 0
    tracked: bool = False
    event: str = ""
    audience: _For = _For()


def read(written: str, find_event: FindEvent, illustration: Illustration | None = None) -> BroadcastContent:
    """Read a broadcast; FileRefusedError says what is wrong. ``find_event`` gives the number of an event's code.

    A picture stands above the words of every language.
    """
    file = _parse(written)
    return BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title=file.title,
        audience=file.audience.audience(find_event),
        texts=_dumped(file.text, illustration),
        send_at=file.send_at,
        not_after=file.not_after or file.send_at + LIFE,
        opens_hour=file.hours[0],
        closes_hour=file.hours[1],
        is_capped=file.capped,
        hold_out_percent=file.hold_out_percent,
        has_tracked_links=file.tracked,
        event_id=find_event(file.event) if file.event else None,
    )


def read_texts(written: str) -> dict[str, str]:
    """Read the texts of a file alone, as a correction has them."""
    try:
        tables = tomllib.loads(written).get("text", {})
        return _dumped({language: _Words.model_validate(table) for language, table in tables.items()})
    except (tomllib.TOMLDecodeError, ValidationError, AttributeError) as error:
        raise FileRefusedError(_plain(error)) from None


def _parse(written: str) -> _File:
    try:
        return _File.model_validate(tomllib.loads(written))
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise FileRefusedError(_plain(error)) from None


def _plain(error: Exception) -> str:
    if isinstance(error, ValidationError):
        faults = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
        return "\n".join(faults)
    return f"no TOML: {error}"


def _dumped(texts: dict[str, _Words], illustration: Illustration | None = None) -> dict[str, str]:
    return {language: messages.dump([words.message(illustration)]) for language, words in texts.items()}
