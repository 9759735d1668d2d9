"""Photos and documents: uploaded, sent again by id, received, and downloaded or not."""

import base64
import io
import struct
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest
from telegram import Bot, InputFile
from telegram.error import BadRequest

from bot.sandbox.server import Sandbox
from bot.sandbox.telegram import files
from bot.sandbox.telegram.errors import RefusedError
from tests.sandbox.telegram.refusals import refused

PICTURE = files.plain_picture(300, 200)


def header(width, height):
    """Only the head of a PNG, which is all that is looked at."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


async def test_an_uploaded_photo_can_be_sent_again_by_its_file_id(sandbox, bot, person):
    sent = await bot.send_photo(person, PICTURE, caption="<b>表</b>", parse_mode="HTML")
    assert (sent.photo[-1].width, sent.photo[-1].height, sent.caption) == (300, 200, "表")
    again = await bot.send_photo(person, sent.photo[-1].file_id)
    assert again.photo[-1].file_unique_id == sent.photo[-1].file_unique_id
    shown = sandbox.telegram.screen(person)["messages"][-2]
    assert (shown["kind"], shown["text"]) == ("image", "表")
    assert shown["photo"].startswith("/control/telegram/files/")


async def test_the_phone_page_shows_the_picture_that_was_sent(sandbox, bot, person):
    await bot.send_photo(person, PICTURE)
    path = sandbox.telegram.screen(person)["messages"][-1]["photo"]
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(sandbox.url + path)
    assert (answer.content, answer.headers["content-type"]) == (PICTURE, "image/png")
    assert sandbox.telegram.downloads() == 0


async def test_a_caption_has_1024_characters_and_not_one_more(bot, person):
    assert await bot.send_photo(person, PICTURE, caption="環" * 1024)
    with refused(BadRequest, "Message caption is too long"):
        await bot.send_photo(person, PICTURE, caption="環" * 1025)


async def test_a_document_keeps_its_name_and_its_caption_can_be_edited(sandbox, bot, person):
    sent = await bot.send_document(person, InputFile(io.BytesIO(b"a,b"), "表.csv"), caption="一")
    assert (sent.document.file_name, sent.document.file_size) == ("表.csv", 3)
    edited = await bot.edit_message_caption(person, sent.message_id, caption="二")
    assert edited.caption == "二"
    with refused(BadRequest, "There is no text in the message to edit"):
        await bot.edit_message_text("三", person, sent.message_id)
    with refused(BadRequest, "Can't use file of type Document as Photo"):
        await bot.send_photo(person, sent.document.file_id)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (header(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (header(2001, 100), "PHOTO_INVALID_DIMENSIONS"),
        (header(10, 10) + b"x" * 10_000_000, "too big for a photo"),
    ],
)
def test_a_picture_telegram_would_not_take_is_refused(content, words):
    with pytest.raises(RefusedError, match=words):
        files.photo(content, "x.png")


@pytest.mark.parametrize("content", [header(9000, 1000), header(2000, 100), header(10, 10)])
def test_a_picture_at_the_limits_is_taken(content):
    assert files.photo(content, "x.png").width


def test_the_size_of_a_jpeg_is_read_from_its_frame():
    jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x64\x00\xc8"
    assert files.picture_size(jpeg) == (200, 100)


async def test_a_persons_photo_comes_as_file_ids_and_is_downloaded_only_when_asked(sandbox, bot, person):
    sandbox.telegram.photo(person, "マイボトル", data=base64.b64encode(PICTURE).decode())
    update = (await bot.get_updates())[-1]
    assert (update.message.caption, update.message.photo[-1].width) == ("マイボトル", 300)
    assert sandbox.telegram.downloads() == 0
    assert "getFile" not in [call["name"] for call in sandbox.calls()]
    file = await bot.get_file(update.message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == PICTURE
    assert sandbox.telegram.downloads() == 1


async def test_an_unknown_file_id_is_refused(bot, person):
    for wrong in ("AgACnothing", "AQADunique"):
        with refused(BadRequest, "Wrong file_id or the file is temporarily unavailable"):
            await bot.get_file(wrong)
        with refused(BadRequest, "Wrong file_id"):
            await bot.send_photo(person, wrong)


@contextmanager
def serving(content, kind="image/png", status=200):
    """An app under test that answers every address alike, and counts how often it was asked."""
    asked = []

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


async def test_a_photo_named_by_its_address_is_fetched_once_from_the_app_under_test_and_shown():
    with serving(PICTURE) as (address, asked), Sandbox.running(public_url_is=address) as sandbox:
        person = sandbox.telegram.person("花子", "ja")
        sandbox.telegram.start(person)
        async with Bot("42:sandbox-telegram-token", base_url=f"{sandbox.telegram_url}/bot") as bot:
            for _ in range(2):
                sent = await bot.send_photo(person, "https://sandbox.test/pictures/a.png", caption="表")
        assert (sent.photo[-1].width, sent.photo[-1].height) == (300, 200)
        assert asked == ["/pictures/a.png"]
        assert sandbox.telegram.screen(person)["messages"][-1]["kind"] == "image"


@pytest.mark.parametrize(
    ("content", "kind", "status", "words"),
    [
        (PICTURE, "image/png", 404, "Failed to get HTTP URL content"),
        (b"x" * 5_000_001, "image/png", 200, "Failed to get HTTP URL content"),
        (PICTURE, "text/html", 200, "Wrong type of the web page content"),
        (b"no picture", "image/png", 200, "Image_process_failed"),
    ],
)
async def test_an_address_without_a_picture_is_refused(content, kind, status, words):
    with serving(content, kind, status) as (address, _), Sandbox.running(public_url_is=address) as sandbox:
        person = sandbox.telegram.person("花子", "ja")
        sandbox.telegram.start(person)
        async with Bot("42:sandbox-telegram-token", base_url=f"{sandbox.telegram_url}/bot") as bot:
            with refused(BadRequest, words):
                await bot.send_photo(person, "https://sandbox.test/pictures/a.png")
            with refused(BadRequest, "Failed to get HTTP URL content"):
                await bot.send_photo(person, "https://elsewhere.test/a.png")
