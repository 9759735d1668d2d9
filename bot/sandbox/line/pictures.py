"""Reads the size of a PNG or JPEG from its bytes and draws plain ones; may not decode any."""

import struct
import zlib

PNG = b"\x89PNG\r\n\x1a\n"


def plain(width: int, height: int) -> bytes:
    """Draw a white PNG, for a person who sends "a photo" and for tests."""
    rows = zlib.compress(b"".join(b"\x00" + b"\xff" * width for _ in range(height)))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return PNG + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def size(data: bytes) -> tuple[str, int, int] | None:
    """Return media type, width and height in pixels; None for anything else."""
    if data.startswith(PNG) and data[12:16] == b"IHDR" and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return "image/png", width, height
    return _jpeg(data) if data.startswith(b"\xff\xd8") else None


def _jpeg(data: bytes) -> tuple[str, int, int] | None:
    """Walk the segments to the frame header (SOF0 to SOF15 without DHT, JPG and DAC)."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        kind = data[at + 1]
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return "image/jpeg", width, height
        at += 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return None
