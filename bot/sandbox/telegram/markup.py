"""Reads Telegram's HTML into plain text and entities, refusing what the server refuses; knows nothing of messages.

Supported tags and attributes: manual, "HTML style"; the errors' words and byte offsets: server (its client library).
`tg-time` is not played.
"""

from dataclasses import dataclass
from typing import Any

from bot.sandbox.counting import utf16_units
from bot.sandbox.telegram.errors import RefusedError, bad_request

Entity = dict[str, Any]
STYLES = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "span": "spoiler",
    "tg-spoiler": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
SPACES = " \t\r\n\0\v"
END = "\0"  # stands for the end of the text, as in the server


def cannot_parse(words: str) -> RefusedError:
    """Return the 400 for markup that cannot be read."""
    return bad_request(f"can't parse entities: {words}")


def parse_html(text: str) -> tuple[str, list[Entity]]:
    """Return the plain text and its entities, offsets and lengths in UTF-16 code units; raise RefusedError."""
    return _Reader(text).read()


@dataclass
class _Open:
    tag: str
    argument: str
    offset: int  # UTF-16, in the plain text
    start: int  # code points, in the plain text
    expandable: bool = False


class _Reader:
    def __init__(self, text: str):
        self.text = text.replace(END, "") + END
        self.at = 0
        self.plain: list[str] = []
        self.length = 0  # UTF-16 units of `plain`
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        while self._here() != END:
            if self._here() == "<":
                self._tag()
            else:
                self._add(self._sign())
        if self.open:
            raise cannot_parse(f"Can't find end tag corresponding to start tag {self.open[-1].tag}")
        self.entities.sort(key=lambda entity: (entity["offset"], -entity["length"]))
        return "".join(self.plain), self.entities

    def _here(self) -> str:
        return self.text[self.at]

    def _bytes(self, at: int) -> int:
        return len(self.text[:at].encode("utf-8", "surrogatepass"))

    def _add(self, sign: str) -> None:
        self.plain.append(sign)
        self.length += utf16_units(sign)

    def _skip(self, signs: str) -> str:
        start = self.at
        while self._here() in signs and self._here() != END:
            self.at += 1
        return self.text[start : self.at]

    def _until(self, signs: str) -> str:
        start = self.at
        while self._here() not in signs:
            self.at += 1
        return self.text[start : self.at]

    def _sign(self) -> str:
        """Take one sign or one character reference; an unknown reference stays as it is written."""
        if self._here() == "&":
            sign, after = _reference(self.text, self.at)
            if sign:
                self.at = after
                return sign
        self.at += 1
        return self.text[self.at - 1]

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._here() == "/":
            self.at += 1
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _start_tag(self, begin: int) -> None:
        tag = self._until(SPACES + ">").lower()
        if self._here() == END:
            raise cannot_parse(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        if tag not in STYLES:
            raise cannot_parse(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        opened = _Open(tag, "", self.length, len(self.plain))
        while self._here() != ">":
            self._skip(SPACES)
            if self._here() == ">":
                break
            name, value = self._attribute(tag, begin)
            _apply(opened, name, value)
        self.at += 1
        if tag == "span" and opened.argument != "spoiler":
            offset = self._bytes(begin)
            raise cannot_parse(f'Tag "span" must have class "tg-spoiler" at byte offset {offset}')
        self.open.append(opened)

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        offset = self._bytes(begin)
        name = self._until(SPACES + "=>")
        if not name:
            if self._here() == END:
                raise cannot_parse(f"Unclosed start tag at byte offset {offset}")
            raise cannot_parse(f'Empty attribute name in the tag "{tag}" at byte offset {offset}')
        self._skip(SPACES)
        if self._here() != "=":
            if tag == "blockquote" and name == "expandable" and self._here() != END:
                return name, ""
            words = f'Expected equal sign in declaration of an attribute of the tag "{tag}"'
            raise cannot_parse(f"{words} at byte offset {offset}")
        self.at += 1
        self._skip(SPACES)
        if self._here() == END:
            raise cannot_parse(f'Unclosed start tag "{tag}" at byte offset {offset}')
        value = self._value()
        if self._here() == END:
            raise cannot_parse(f"Unclosed start tag at byte offset {offset}")
        return name, value

    def _value(self) -> str:
        quote = self._here()
        if quote not in "'\"":
            begin = self.at
            while self._here().isascii() and (self._here().isalnum() or self._here() in ".-"):
                self.at += 1
            if self._here() not in SPACES + ">":
                raise cannot_parse(f"Unexpected end of name token at byte offset {self._bytes(begin)}")
            return self.text[begin : self.at].lower()
        self.at += 1
        value = []
        while self._here() not in (quote, END):
            value.append(self._sign())
        if self._here() == quote:
            self.at += 1
        return "".join(value)

    def _end_tag(self, begin: int) -> None:
        offset = self._bytes(begin)
        if not self.open:
            raise cannot_parse(f"Unexpected end tag at byte offset {offset}")
        found = self._until(SPACES + ">").lower()
        self._skip(SPACES)
        if self._here() != ">":
            raise cannot_parse(f"Unclosed end tag at byte offset {offset}")
        self.at += 1
        opened = self.open.pop()
        if found and found != opened.tag:
            words = f'Unmatched end tag at byte offset {offset}, expected "</{opened.tag}>", found "</{found}>"'
            raise cannot_parse(words)
        if self.length > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {"offset": opened.offset, "length": self.length - opened.offset}
        kind = STYLES[opened.tag]
        if kind == "text_link":
            link = _link(opened.argument or "".join(self.plain[opened.start :]))
            if link is None:
                return  # a link that is none is dropped, its text stays (server)
            entity |= link
        elif kind == "custom_emoji":
            if not opened.argument.isdecimal() or int(opened.argument) == 0:
                raise cannot_parse("Invalid custom emoji identifier specified")
            entity |= {"type": kind, "custom_emoji_id": opened.argument}
        elif kind == "blockquote" and opened.expandable:
            entity["type"] = "expandable_blockquote"
        else:
            entity["type"] = kind
        if kind in ("pre", "code"):
            self._merge_code(opened, entity)
        else:
            self.entities.append(entity)

    def _merge_code(self, opened: _Open, entity: Entity) -> None:
        """Join `<pre><code class="language-…">` into one entity with a language (manual, HTML style)."""
        if opened.tag == "code" and opened.argument:
            entity["language"] = opened.argument
        inner = self.entities[-1] if self.entities else None
        same = inner is not None and (inner["offset"], inner["length"]) == (entity["offset"], entity["length"])
        if opened.tag == "pre":
            if inner is not None and same and inner["type"] == "code":
                inner["type"] = "pre"
                return
            for code in self.entities:
                if code["type"] == "code":
                    code.pop("language", None)
        elif not any(outer.tag == "pre" for outer in self.open):
            entity.pop("language", None)
        self.entities.append(entity)


def _apply(opened: _Open, name: str, value: str) -> None:
    wanted = {
        ("a", "href"): "",
        ("code", "class"): "language-",
        ("span", "class"): "tg-",
        ("tg-emoji", "emoji-id"): "",
    }
    prefix = wanted.get((opened.tag, name))
    if prefix is not None and value.startswith(prefix):
        opened.argument = value.removeprefix(prefix)
    if opened.tag == "blockquote" and name == "expandable":
        opened.expandable = True


def _reference(text: str, at: int) -> tuple[str, int]:
    """Return the sign a character reference stands for, or nothing, and the place after it."""
    end = at + 1
    if text[end] == "#":
        end += 1
        base, digits = (16, "0123456789abcdefABCDEF") if text[end] == "x" else (10, "0123456789")
        end += base == 16
        start = end
        while text[end] in digits:
            end += 1
        number = int(text[start:end] or "0", base)
        if number == 0 or number >= 0x10FFFF or end - at >= 10:
            return "", at
        if 0xD800 <= number <= 0xDFFF:
            words = "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched"
            raise cannot_parse(f"{words} surrogate code units")
        sign = chr(number)
    else:
        start = end
        while text[end].isascii() and text[end].isalpha():
            end += 1
        sign = NAMED.get(text[start:end], "")
        if not sign:
            return "", at
    return sign, end + (text[end] == ";")


def _link(url: str) -> Entity | None:
    person = url.removeprefix("tg://user?id=")
    if person != url and person.isdecimal():
        return {"type": "text_mention", "user": {"id": int(person), "is_bot": False, "first_name": ""}}
    host = url.split("://", 1)[-1].split("/")[0].split("?")[0]
    if url.startswith(("tg://", "tonsite://")) and host:
        return {"type": "text_link", "url": url}
    if " " in url or "." not in host.strip("."):
        return None
    if "://" in url and url.split("://")[0].lower() not in ("http", "https"):
        return None
    return {"type": "text_link", "url": url if "://" in url else f"http://{url}"}
