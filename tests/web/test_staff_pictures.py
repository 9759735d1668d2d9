"""A broadcast's picture, chosen in the console: made fit to be shown, kept through mistakes, described, taken off."""

import re
from io import BytesIO

import httpx
import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.web.staff.desk import RefusedError
from bot.web.staff.sending import picturing
from handlers import drafting, illustrating
from handlers.messages import Picture
from storage import broadcasts, pictures
from tests.town import Town
from tests.web.staff_broadcasts import draft, stored
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office
from tests.web.staff_events import fields
from tests.web.test_staff_composing import WRITTEN

ALT = {"alt.ja": "川で遊ぶ子ども", "alt.en": "Children at a river"}


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def photograph(size: tuple[int, int] = (60, 40), kind: str = "JPEG") -> bytes:
    """A photograph held sideways, with the place where it was taken."""
    exif = Image.Exif()
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (33.0, 53.0, 1.0)
    out = BytesIO()
    Image.new("RGB", size, (30, 120, 60)).save(out, kind, exif=exif.tobytes())
    return out.getvalue()


def fault_of(size: tuple[int, int]) -> bytes:
    out = BytesIO()
    Image.new("1", size).save(out, "PNG", compress_level=1)
    return out.getvalue()


async def press(one: Clerk, act: str, data: bytes = b"", name: str = "川.jpg", **changes: str) -> httpx.Response:
    """Fill the form that is open, choose a file, and press one of its buttons."""
    form = re.search(r'action="([^"]+)" class="compose"', one.shown.text)
    token = re.search(r'name="form_token" value="(\w+)"', one.shown.text)
    assert form is not None
    assert token is not None
    given = {**fields(one), **changes, "act": act, "form_token": token[1]}
    given.pop("file")
    files = {"file": (name if data else "", data, "application/octet-stream")}
    one.page = await one.browser.post(form[1], data=given, files=files, follow_redirects=True)
    return one.page


def shown_in(office: Office, number: int = 1) -> dict[str, list[tuple[str, str]]]:
    return drafting.read_pictures(stored(office, number).content)


def kept(office: Office, address: str) -> Image.Image:
    found = office.do(lambda c: pictures.find(c, address.rpartition("/")[2]))
    assert found is not None
    return Image.open(BytesIO(found.body))


async def test_a_picture_is_kept_upright_and_without_its_place_above_the_words_of_every_language(
    office: Office,
) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await press(one, "save", photograph(), **WRITTEN, **ALT)
    assert "下書きを保存しました" in one.words
    found = shown_in(office)
    address, alt = found["ja"][0]
    assert alt == "川で遊ぶ子ども"
    assert found["en"] == [(address, "Children at a river")]
    assert address.startswith("https://city.test/pictures/")
    image = kept(office, address)
    assert image.size == (40, 60)
    assert not image.getexif()


async def test_a_photograph_of_ten_megabytes_is_made_small(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    heavy = photograph((3000, 2000)) + bytes(10_000_000)
    await press(one, "save", heavy, **WRITTEN, **ALT)
    image = kept(office, shown_in(office)["ja"][0][0])
    assert max(image.size) <= 2048


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(100), "HEIC（iPhoneの写真）は"),
        (b"<?xml version='1.0'?><svg/>", "SVGは使えません"),
        (b"%PDF-1.7", "画像ではありません"),
        (photograph()[:-200], "壊れています"),
        (fault_of((20_000, 10_000)), "画素が多すぎます"),
        (fault_of((400, 100)), "3倍をこえています"),
        (bytes(12_000_001), "12 MBまでに"),
    ],
    ids=["heic", "svg", "pdf", "cut off", "bomb", "narrow", "large"],
)
async def test_what_cannot_be_shown_is_said_in_clear_words_and_nothing_typed_is_lost(
    office: Office, data: bytes, words: str
) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    assert (await press(one, "save", data, **WRITTEN)).status_code == 409
    assert words in one.words
    assert "軍手を持ってきてください。" in fields(one)["body.ja"]
    assert office.do(lambda c: broadcasts.find(c, 1)) is None


@pytest.mark.parametrize(("act", "wrong"), [("save", {"title": " "}), ("preview", {})])
async def test_a_picture_is_still_there_after_a_mistake_and_after_a_look(
    office: Office, act: str, wrong: dict[str, str]
) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await press(one, act, photograph(), **{**WRITTEN, **ALT, **wrong})
    name = fields(one)["picture"]
    assert f'<img src="/pictures/{name}"' in one.shown.text
    await press(one, "save", title="川の清掃")
    assert shown_in(office)["ja"] == [(f"https://city.test/pictures/{name}", "川で遊ぶ子ども")]


async def test_a_picture_is_taken_off_and_replaced(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await press(one, "save", photograph(), **WRITTEN, **ALT)
    first = shown_in(office)["ja"][0][0]
    await one.open("/staff/broadcasts/1/edit")
    await press(one, "save", photograph((90, 60), "PNG"), no_picture="yes")
    assert shown_in(office)["ja"][0][0] not in {"", first}
    await one.open("/staff/broadcasts/1/edit")
    await press(one, "save", no_picture="yes")
    assert shown_in(office) == {"ja": [], "en": []}


async def test_a_picture_that_nobody_described_keeps_the_broadcast_back(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await press(one, "save", photograph(), **WRITTEN)
    await one.open("/staff/broadcasts/1/check")
    assert "画像の説明（代替テキスト）がありません" in one.words
    assert "申請する</button>" not in one.shown.text


async def test_a_picture_that_did_not_arrive_because_the_session_had_ended_is_asked_for_again(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    office.do(lambda c: c.exec_driver_sql("DELETE FROM staff_session"))
    await press(one, "save", photograph(), **WRITTEN, **ALT)
    await one.press("サインイン", name=one.name, password=PASSWORD, code=one.codes.pop())
    answer = await one.press("続ける")
    assert answer.status_code == 409
    assert "画像が届いていません。もう一度選んでください。" in one.words
    await press(one, "save", photograph())
    assert shown_in(office)["en"][0][1] == "Children at a river"


async def test_a_picture_nobody_brought_is_not_invented(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    assert (await press(one, "save", picture="0" * 64 + ".jpg", **WRITTEN)).status_code == 409
    assert "もう一度選んでください" in one.words


async def test_without_a_public_address_no_picture_is_taken(office: Office) -> None:
    async def take(request: Request) -> Response:
        request.state.largest_file = picturing.LARGEST
        with pytest.raises(RefusedError, match="公開アドレスの設定がない"):
            await picturing.receive(office.desk, request, {}, "")
        return Response()

    transport = httpx.ASGITransport(Starlette(routes=[Route("/", take, methods=["POST"])]))
    async with httpx.AsyncClient(transport=transport, base_url="http://city.test") as browser:
        assert (await browser.post("/", files={"file": ("川.jpg", photograph())})).status_code == 200


async def test_a_picture_put_there_by_the_command_stays_through_an_edit(office: Office) -> None:
    number, one = draft(office, texts={"ja": _card("")}), await hired(office)
    await one.open(f"/staff/broadcasts/{number}/edit")
    await press(one, "save")
    assert shown_in(office, number) == {"ja": [("", "川")]}


def _card(url: str) -> str:
    picture = Picture(url=url, alt="川", width=3, height=2)
    assert illustrating.name_of(picture) == ""
    return drafting.messages.dump([drafting.compose("本文", "見出し", picture=picture)])


async def test_a_look_while_one_types_shows_what_there_is_and_minds_no_gap(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    half = {"headline.en": "Clean <b>up</b>", "label1.en": "More", "picture": "a.jpg", "correction": "yes"}
    answer = await one.send("/staff/broadcasts/looks", **half)
    assert answer.status_code == 200
    for shown in ("Clean &lt;b&gt;up&lt;/b&gt;", "More", 'src="/pictures/a.jpg"'):
        assert shown in answer.text
    assert answer.text.count('class="bubble"') == 4  # the heading of a correction and its text, on both phones
    assert "<html" not in answer.text
