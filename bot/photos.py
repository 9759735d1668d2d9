"""Makes a picture that somebody uploads fit to be shown: upright, small, and without where and when it was taken.

It reads no more than the head of a file before it knows what opening it would cost. Keeps nothing.
"""

import warnings
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

MOST_UPLOADED = 12_000_000
"""Bytes: a telephone's photograph at its best has four to ten million."""
MOST_PIXELS = 60_000_000
"""Opened, these are 180 MB in memory; a file of a few thousand bytes may claim more."""
MOST_SIDE = 2048
MOST_BYTES = 1_000_000
KINDS = ("JPEG", "PNG", "WEBP")
QUALITIES = (88, 80, 70, 55, 40)
WHITE = (255, 255, 255)
_HEIC = (b"ftypheic", b"ftypheix", b"ftyphevc", b"ftypmif1", b"ftypmsf1", b"ftypavif")


class PhotoFault(StrEnum):
    """Why a file cannot be taken."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"  # its bytes
    TOO_MANY_PIXELS = "too_many_pixels"
    HEIC = "heic"  # what telephones of one maker keep, and few browsers show
    SVG = "svg"  # a drawing that may hold a program
    NO_PHOTO = "no_photo"
    BROKEN = "broken"


class PhotoRefusedError(Exception):
    """A file that cannot be shown."""

    def __init__(self, fault: PhotoFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Photo:
    """A picture as it may be kept: a JPEG with nothing in it but its pixels."""

    data: bytes
    width: int
    height: int


def clean(data: bytes, *, most_side: int = MOST_SIDE, most_bytes: int = MOST_BYTES) -> Photo:
    """Turn a picture upright, make it small, leave out all but its pixels; PhotoRefusedError says why it cannot be.

    It takes up to a second of the processor: call it in a thread, and in no transaction.
    """
    _look_at(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(BytesIO(data), formats=KINDS) as opened:
                if opened.width * opened.height > MOST_PIXELS:
                    raise PhotoRefusedError(PhotoFault.TOO_MANY_PIXELS)
                opened.draft("RGB", (most_side, most_side))  # a JPEG is opened at half its size where that is enough
                upright = ImageOps.exif_transpose(opened)
                upright.thumbnail((most_side, most_side))
                return _written(_on_white(upright), most_bytes)
    except Image.DecompressionBombError:
        raise PhotoRefusedError(PhotoFault.TOO_MANY_PIXELS) from None
    except UnidentifiedImageError:
        raise PhotoRefusedError(PhotoFault.NO_PHOTO) from None
    except (OSError, SyntaxError, ValueError, EOFError):  # what Pillow says of a file that is cut off or forged
        raise PhotoRefusedError(PhotoFault.BROKEN) from None


def _look_at(data: bytes) -> None:
    """Refuse by its first bytes what is not opened at all."""
    if not data:
        raise PhotoRefusedError(PhotoFault.EMPTY)
    if len(data) > MOST_UPLOADED:
        raise PhotoRefusedError(PhotoFault.TOO_LARGE)
    if data[4:12] in _HEIC:
        raise PhotoRefusedError(PhotoFault.HEIC)
    if b"<svg" in data[:1_000].lower():
        raise PhotoRefusedError(PhotoFault.SVG)


def _on_white(image: Image.Image) -> Image.Image:
    """Lay what can be seen through on white, as a sheet of paper would show it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    over = image.convert("RGBA")
    sheet = Image.new("RGBA", over.size, (*WHITE, 255))
    return Image.alpha_composite(sheet, over).convert("RGB")


def _written(image: Image.Image, most_bytes: int) -> Photo:
    """Write the pixels and nothing else, as good as there is room for."""
    plain = Image.new("RGB", image.size)  # a copy of the pixels: what else the file carried stays behind
    plain.paste(image)
    for quality in QUALITIES:
        out = BytesIO()
        plain.save(out, "JPEG", quality=quality, optimize=True)
        if len(out.getvalue()) <= most_bytes:
            return Photo(out.getvalue(), *plain.size)
    raise PhotoRefusedError(PhotoFault.TOO_LARGE)
