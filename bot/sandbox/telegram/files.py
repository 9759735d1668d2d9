"""Keeps files under Telegram's two kinds of id and reads the size of a picture; downloads nothing.

Manual, File: `file_id` is of this bot, `file_unique_id` is of the file and cannot be used to download it.
"""

import secrets
import struct
import zlib
from dataclasses import dataclass, field

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import bad_request


@dataclass
class File:
    """One stored file; `width` and `height` are 0 for what is no picture."""

    content: bytes
    name: str
    kind: str
    width: int = 0
    height: int = 0
    id: str = field(default_factory=lambda: "AgAC" + secrets.token_urlsafe(36))
    unique_id: str = field(default_factory=lambda: "AQAD" + secrets.token_urlsafe(9))
    downloads: int = 0

    @property
    def path(self) -> str:
        """Return `file_path`, under which the bot may download it."""
        folder = "photos" if self.width else "documents"
        return f"{folder}/{self.unique_id}{'.' + self.name.rpartition('.')[2] if '.' in self.name else ''}"


class Files:
    """All files of one bot."""

    def __init__(self) -> None:
        self._of: dict[str, File] = {}

    def keep(self, file: File) -> File:
        """Store a file and return it."""
        self._of[file.id] = file
        return file

    def get(self, file_id: str) -> File:
        """Return a file by `file_id`; raise RefusedError for another bot's, a `file_unique_id` or none."""
        if file_id not in self._of:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return self._of[file_id]

    def at(self, path: str) -> File | None:
        """Return the file of a `file_path`."""
        return next((file for file in self._of.values() if file.path == path), None)

    def downloads(self) -> int:
        """Return how often the bot has downloaded anything."""
        return sum(file.downloads for file in self._of.values())

    def unique(self, unique_id: str) -> File | None:
        """Return the file of a `file_unique_id`, for the phones' page."""
        return next((file for file in self._of.values() if file.unique_id == unique_id), None)


def photo(content: bytes, name: str) -> File:
    """Return a picture to keep, or raise RefusedError for one that Telegram would not take."""
    if len(content) > limits.PHOTO_BYTES:
        raise bad_request(f"file of size {len(content)} bytes is too big for a photo; the maximum size is 10 MB")
    size = picture_size(content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > limits.PHOTO_SIDES or max(size) > limits.PHOTO_RATIO * max(1, min(size)):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return File(content, name, "image/jpeg", width, height)


def picture_size(content: bytes) -> tuple[int, int] | None:
    """Return width and height of a PNG or JPEG in pixels, None for anything else."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and len(content) >= 24:
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    if content.startswith(b"\xff\xd8"):
        return _jpeg_size(content)
    return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], struct.unpack(">H", content[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None


def plain_picture(width: int, height: int) -> bytes:
    """Return a grey PNG, for a person who sends a photo."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", check)

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\xb0" * width) * height
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")
