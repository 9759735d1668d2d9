"""Makes the text of a message as the server keeps it: entities checked, trimmed, found, and split into runs."""

import re
from itertools import pairwise
from typing import Any

from bot.sandbox.counting import utf16_units
from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.markup import Entity, parse_html

_KINDS = (
    "mention hashtag cashtag bot_command url email phone_number bold italic underline strikethrough spoiler"
    " blockquote expandable_blockquote code pre text_link text_mention custom_emoji date_time"
)
KINDS = frozenset(_KINDS.split())
FOUND = (
    ("url", re.compile(r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]、。」]|(?<![\w@.])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|jp|io|test)\b")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")),
    ("bot_command", re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/<>])")),
    ("mention", re.compile(r"(?<![\w@.])@[A-Za-z][A-Za-z0-9_]{2,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#])#\w*[^\W\d_]\w*")),
)  # fmt: skip
CLOSED = frozenset({"code", "pre", "text_link", "text_mention", "url", "email"})  # nothing is found inside these


class Utf16:
    """Turn places in a text from UTF-16 code units into code points and back."""

    def __init__(self, text: str):
        self.text = text
        self.units = [0]
        for sign in text:
            self.units.append(self.units[-1] + utf16_units(sign))
        self._points = {unit: point for point, unit in enumerate(self.units)}

    def point(self, unit: int) -> int | None:
        """Return the code point at a UTF-16 offset, None inside a surrogate pair or past the end."""
        return self._points.get(unit)


def formatted(text: str, parse_mode: str = "", entities: list[Entity] | None = None) -> tuple[str, list[Entity]]:
    """Return text and entities as the server keeps them: parsed, trimmed, links and commands found.

    Raises RefusedError for a mode or markup that cannot be read. Only HTML is played.
    """
    mode = parse_mode.strip().lower()
    if mode == "html":
        text, given = parse_html(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("the sandbox reads parse_mode HTML only")
    elif mode:
        raise bad_request("unsupported parse_mode")
    else:
        given = checked(text, entities or [])
    text, given = _trimmed(text, given)
    return text, _with_found(text, given)[: limits.ENTITIES]


def checked(text: str, entities: list[Entity]) -> list[Entity]:
    """Return the entities a bot gave, or raise RefusedError for one that does not fit its text."""
    places = Utf16(text)
    kept = []
    for entity in entities:
        if not isinstance(entity, dict):
            raise bad_request("can't parse MessageEntity: expected an Object")
        for name, kind in (("type", str), ("offset", int), ("length", int)):
            if not isinstance(entity.get(name), kind):
                raise bad_request(f'can\'t parse MessageEntity: field "{name}" is missing or of a wrong type')
        if entity["type"] not in KINDS:
            raise bad_request("can't parse MessageEntity: unsupported type specified")
        _check_place(places, entity["offset"], entity["length"])
        if entity["length"] > 0:
            kept.append(entity)
    return sorted(kept, key=lambda entity: (entity["offset"], -entity["length"]))


def _check_place(places: Utf16, offset: int, length: int) -> None:
    where = f"entity beginning at UTF-16 offset {offset}"
    if offset < 0 or length < 0:
        raise bad_request("receive an entity with incorrect offset or length")
    if offset + length > places.units[-1]:
        raise bad_request(f"{where} ends after the end of the text at UTF-16 offset {places.units[-1]}")
    if places.point(offset) is None:
        raise bad_request(f"{where} begins in a middle of a UTF-16 symbol")
    if places.point(offset + length) is None:
        raise bad_request(f"{where} ends in a middle of a UTF-16 symbol")


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Cut the white space at both ends (server), and the entities with it."""
    start = len(text) - len(text.lstrip())
    shown = text.strip()
    before, size = utf16_units(text[:start]), utf16_units(shown)
    moved = []
    for entity in entities:
        begin = max(0, entity["offset"] - before)
        end = min(size, entity["offset"] + entity["length"] - before)
        if end > begin:
            moved.append({**entity, "offset": begin, "length": end - begin})
    return shown, moved


def _with_found(text: str, given: list[Entity]) -> list[Entity]:
    places = Utf16(text)
    taken = [(entity["offset"], entity["offset"] + entity["length"]) for entity in given if entity["type"] in CLOSED]
    found = []
    for kind, pattern in FOUND:
        for match in pattern.finditer(text):
            begin, end = places.units[match.start()], places.units[match.end()]
            if all(end <= first or begin >= last for first, last in taken):
                taken.append((begin, end))
                found.append({"type": kind, "offset": begin, "length": end - begin})
    return sorted([*given, *found], key=lambda entity: (entity["offset"], -entity["length"]))


def runs(text: str, entities: list[Entity]) -> list[dict[str, Any]]:
    """Split a text into `{"text", "style": [entity types], "url"}`, so that a page needs no parser."""
    places = Utf16(text)
    ends = {0, places.units[-1]}
    for entity in entities:
        ends |= {entity["offset"], entity["offset"] + entity["length"]}
    cuts = sorted(ends)
    return [_run(text[places.point(begin) : places.point(end)], begin, entities) for begin, end in pairwise(cuts)]


def _run(text: str, begin: int, entities: list[Entity]) -> dict[str, Any]:
    over = [entity for entity in entities if entity["offset"] <= begin < entity["offset"] + entity["length"]]
    url = next((entity["url"] for entity in over if "url" in entity), None)
    if url is None and any(entity["type"] == "url" for entity in over):
        url = text if "://" in text else f"http://{text}"
    return {"text": text, "style": [entity["type"] for entity in over], "url": url}
