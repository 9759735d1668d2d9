"""Prepares how a broadcast looks on a phone: as a LINE bubble and as a Telegram message. Sends and stores nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from handlers import messages
from handlers.illustrating import PATH
from handlers.messages import Card, Choice, Message, choices_of
from handlers.texts import JAPANESE, name_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """One message as both platforms draw it. ``picture`` is a path of our own and what it shows; "" for none."""

    headline: str
    lines: tuple[str, ...]
    buttons: tuple[Choice, ...]
    picture: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All that is said in one language."""

    language: str
    name: str
    bubbles: tuple[Bubble, ...]


def previews(texts: Mapping[str, str]) -> list[Preview]:
    """Prepare the texts of every language, Japanese first."""
    ordered = sorted(texts, key=lambda language: language != JAPANESE)
    return [_preview(language, texts[language]) for language in ordered]


def _preview(language: str, written: str) -> Preview:
    bubbles = tuple(map(_bubble, messages.load(written)))
    return Preview(language=language, name=name_language(language, JAPANESE), bubbles=bubbles)


def _bubble(message: Message) -> Bubble:
    buttons = choices_of(message)
    if not isinstance(message, Card):
        return Bubble(headline="", lines=tuple(message.text.split("\n")), buttons=buttons)
    if message.picture is None:
        return Bubble(headline=message.title, lines=message.lines, buttons=buttons)
    path = PATH + message.picture.url.rpartition("/")[2]
    return Bubble(headline=message.title, lines=message.lines, buttons=buttons, picture=path, alt=message.picture.alt)
