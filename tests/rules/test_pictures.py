"""Which picture files may be shown: told by their first bytes, whatever their names say, without decoding one pixel."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.line.pictures import plain
from handlers.rules.pictures import MOST_BYTES, Shape, look_at
from handlers.rules.pictures import PictureFault as Fault


def jpeg(width: int, height: int, ends: bytes = b"\xff\xd9") -> bytes:
    """The segments of a JPEG up to its scan: JFIF, a thumbnail with an end mark of its own, a table, the frame."""
    jfif = b"\xff\xe0\x00\x10JFIF\x00" + bytes(9)
    exif = b"\xff\xe1\x00\x08\xff\xd8\xff\xd9.." + b"\xff\xc4\x00\x04.."
    frame = b"\xff\xc2\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"
    return b"\xff\xd8" + jfif + exif + frame + b"\xff\xda\x00\x02" + b"scan" + ends


def claiming(width: int, height: int) -> bytes:
    """A small PNG that claims to have other sides."""
    data = plain(8, 8)
    return data[:16] + struct.pack(">II", width, height) + data[24:]


def test_a_png_and_a_jpeg_are_known_with_their_sides() -> None:
    assert look_at(plain(300, 200)) == Shape("image/png", 300, 200)
    assert look_at(jpeg(300, 200)) == Shape("image/jpeg", 300, 200)
    assert look_at(jpeg(300, 200) + b"a camera's own trailer") == Shape("image/jpeg", 300, 200)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", Fault.NO_PICTURE),
        (b"GIF89a" + bytes(100), Fault.NO_PICTURE),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", Fault.NO_PICTURE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Fault.NO_PICTURE),
        (plain(300, 200)[:-20], Fault.BROKEN),
        (plain(300, 200)[:30], Fault.BROKEN),
        (claiming(0, 8), Fault.BROKEN),
        (jpeg(300, 200, ends=b""), Fault.BROKEN),
        (jpeg(300, 200)[:20], Fault.BROKEN),
        (jpeg(300, 0), Fault.BROKEN),
        (claiming(60_000, 60_000), Fault.TOO_MANY_PIXELS),
        (claiming(4_097, 2_000), Fault.TOO_MANY_PIXELS),
        (jpeg(65_535, 65_535), Fault.TOO_MANY_PIXELS),
        (plain(100, 301), Fault.TOO_NARROW),
        (plain(301, 100), Fault.TOO_NARROW),
        (plain(8, 8) + bytes(MOST_BYTES), Fault.TOO_LARGE),
    ],
)
def test_what_a_phone_could_not_show_is_refused_with_its_reason(data: bytes, fault: Fault) -> None:
    assert look_at(data) is fault


@given(st.binary(max_size=200), st.sampled_from([b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b""]))
def test_no_bytes_whatsoever_break_it(tail: bytes, head: bytes) -> None:
    assert isinstance(look_at(head + tail), Fault | Shape)
