"""What staff and citizens upload: shown upright and small, without where it was taken; bombs and forgeries refused."""

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from bot.photos import MOST_UPLOADED, PhotoFault, PhotoRefusedError, clean

RED, BLUE = (200, 30, 30), (30, 30, 200)


def picture(kind: str, size: tuple[int, int] = (40, 20), **how: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    out = BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data), formats=["JPEG"])


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 40 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_what_telephones_and_screens_make_becomes_a_jpeg(kind: str) -> None:
    photo = clean(picture(kind))
    assert (photo.width, photo.height) == (40, 20)
    assert near(opened(photo.data).getpixel((5, 10)), RED)


def test_where_and_when_and_by_whom_it_was_taken_is_left_out() -> None:
    exif = Image.Exif()
    exif[Base.Artist], exif[Base.Make] = "Taro", "Maker"
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (33.0, 53.0, 1.0)
    data = picture("JPEG", exif=exif.tobytes(), comment=b"at home")
    assert b"Taro" in data
    photo = clean(data)
    assert not opened(photo.data).getexif()
    assert b"Exif" not in photo.data
    assert b"Taro" not in photo.data
    assert b"at home" not in photo.data


def test_a_photograph_taken_sideways_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    photo = clean(picture("JPEG", exif=exif.tobytes()))
    assert (photo.width, photo.height) == (20, 40)
    assert near(opened(photo.data).getpixel((10, 5)), RED)


def test_a_large_photograph_becomes_small_enough_for_a_telephone() -> None:
    photo = clean(picture("JPEG", (4000, 3000)), most_side=1024)
    assert (photo.width, photo.height) == (1024, 768)


def test_what_is_full_of_detail_is_written_less_well_till_it_fits() -> None:
    out = BytesIO()
    Image.effect_noise((700, 700), 90).save(out, "PNG")
    fits = clean(out.getvalue(), most_bytes=200_000)
    assert len(fits.data) <= 200_000
    with pytest.raises(PhotoRefusedError) as refused:
        clean(out.getvalue(), most_bytes=1_000)
    assert refused.value.fault is PhotoFault.TOO_LARGE


def test_what_can_be_seen_through_stands_on_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert near(opened(clean(out.getvalue()).data).getpixel((5, 5)), (255, 255, 255))


def claiming(width: int, height: int) -> bytes:
    """A small PNG whose head says that it has other sides, with a checksum that is right."""
    data = picture("PNG")
    head = data[12:16] + struct.pack(">II", width, height) + data[24:29]
    return data[:12] + head + struct.pack(">I", zlib.crc32(head)) + data[33:]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", PhotoFault.EMPTY),
        (bytes(MOST_UPLOADED + 1), PhotoFault.TOO_LARGE),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), PhotoFault.HEIC),
        (b"<?xml version='1.0'?><SVG onload='alert(1)'/>", PhotoFault.SVG),
        (b"%PDF-1.7" + bytes(50), PhotoFault.NO_PHOTO),
        (picture("GIF"), PhotoFault.NO_PHOTO),
        (picture("JPEG")[:200], PhotoFault.BROKEN),
        (picture("PNG")[:-40], PhotoFault.BROKEN),
        (claiming(50_000, 50_000), PhotoFault.TOO_MANY_PIXELS),
        (claiming(10_000, 10_000), PhotoFault.TOO_MANY_PIXELS),
    ],
    ids=["empty", "huge", "heic", "svg", "pdf", "gif", "cut jpeg", "cut png", "bomb", "large"],
)
def test_what_cannot_be_shown_is_refused_and_said_why(data: bytes, fault: PhotoFault) -> None:
    with pytest.raises(PhotoRefusedError) as refused:
        clean(data)
    assert refused.value.fault is fault
