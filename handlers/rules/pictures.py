"""Tells from a picture file's own head what it is, and whether both platforms and every phone can show it. Pure.

It decodes no pixel: a file that claims more of them than a phone can hold is refused by its head alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 1_000_000
"""Each phone fetches it from this machine within minutes. LINE takes 10 MB, https://developers.line.biz/en/reference/
messaging-api/#f-image, and Telegram 5 MB by address, https://core.telegram.org/bots/api#sending-files."""
MOST_SIDE = 4096
"""Pixels: at most 67 MB in a phone's memory; Telegram takes 10,000 for both sides together (API, sendPhoto)."""
MOST_RATIO = 3
"""LINE shows nothing over three times as high as wide (#f-image, aspectRatio); Telegram's limit is 20."""
PNG, JPEG = "image/png", "image/jpeg"
_PNG_HEAD, _JPEG_HEAD, _JPEG_END = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"\xff\xd9"
_NO_FRAME = (0xC4, 0xC8, 0xCC)  # tables among the frame headers' numbers


class PictureFault(StrEnum):
    """Why a file cannot be shown."""

    NO_PICTURE = "no_picture"  # neither JPEG nor PNG, whatever its name says
    BROKEN = "broken"  # cut off, or its parts do not fit
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_NARROW = "too_narrow"


@dataclass(frozen=True, slots=True)
class Shape:
    """What a picture file is: its media type, and its sides in pixels."""

    kind: str
    width: int
    height: int


def look_at(data: bytes) -> Shape | PictureFault:
    """Say what a picture is, or why it cannot be shown."""
    if len(data) > MOST_BYTES:
        return PictureFault.TOO_LARGE
    if not data.startswith((_PNG_HEAD, _JPEG_HEAD)):
        return PictureFault.NO_PICTURE
    shape = _png(data) if data.startswith(_PNG_HEAD) else _jpeg(data)
    if shape is None or not (shape.width and shape.height):
        return PictureFault.BROKEN
    if max(shape.width, shape.height) > MOST_SIDE:
        return PictureFault.TOO_MANY_PIXELS
    if max(shape.width, shape.height) > MOST_RATIO * min(shape.width, shape.height):
        return PictureFault.TOO_NARROW
    return shape


def _png(data: bytes) -> Shape | None:
    """Read the first chunk of one whose chunks follow each other to the end (PNG, https://www.w3.org/TR/png-3/#5)."""
    names = list(_png_chunks(data))
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or b"IDAT" not in names:
        return None
    return Shape(PNG, _number(data[16:20]), _number(data[20:24]))


def _png_chunks(data: bytes) -> Iterator[bytes]:
    at = len(_PNG_HEAD)
    while at + 12 <= len(data):
        name = data[at + 4 : at + 8]
        at += 12 + _number(data[at : at + 4])
        yield name if at <= len(data) else b"cut off"


def _jpeg(data: bytes) -> Shape | None:
    """Walk the segments to the frame header (ITU T.81, annex B); no end mark after it, and the rest is cut off."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark, length = data[at + 1], _number(data[at + 2 : at + 4])
        if 0xC0 <= mark <= 0xCF and mark not in _NO_FRAME:
            height, width = _number(data[at + 5 : at + 7]), _number(data[at + 7 : at + 9])
            return Shape(JPEG, width, height) if _JPEG_END in data[at:] else None
        at += 2 + length
    return None


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")
