"""Takes the picture that staff put above a broadcast, and says what cannot be shown. Writes no broadcast."""

import asyncio
from collections.abc import Mapping
from functools import partial

from starlette.requests import Request

from bot import photos
from bot.photos import PhotoFault, PhotoRefusedError
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.forms import LOST, read_file
from bot.web.staff.sending.drafts import FILE, PICTURE, REMOVE, YES, Form
from handlers import illustrating
from handlers.illustrating import PictureRefusedError
from handlers.messages import Picture
from handlers.rules import pictures as rules
from handlers.rules.pictures import PictureFault

LARGEST = photos.MOST_UPLOADED
AS_JPEG = "JPEGかPNGで保存しなおしてください。"
FAULTS: Mapping[str, str] = {
    PhotoFault.EMPTY: "ファイルが空です。",
    PhotoFault.TOO_LARGE: f"大きすぎます。{LARGEST // 1_000_000} MBまでにしてください。",
    PhotoFault.TOO_MANY_PIXELS: f"画素が多すぎます。{photos.MOST_PIXELS // 10_000:,}万画素までにしてください。",
    PhotoFault.HEIC: f"HEIC（iPhoneの写真）は、ブラウザーで開けません。{AS_JPEG}",
    PhotoFault.SVG: f"SVGは使えません。{AS_JPEG}",
    PhotoFault.NO_PHOTO: f"画像ではありません。{AS_JPEG}",
    PhotoFault.BROKEN: "ファイルが途中で切れているか、壊れています。",
    PictureFault.TOO_NARROW: f"長い辺が短い辺の{rules.MOST_RATIO}倍をこえています。切り抜いてください。",
}
NO_ADDRESS = "ボットの公開アドレスの設定がないので、画像を使えません。担当の人に伝えてください。"
NOT_THERE = "画像が届いていません。もう一度選んでください。"


async def receive(desk: Desk, request: Request, form: Form, public_url: str) -> Form:
    """Keep the picture that came with a form; gives the form that names it. RefusedError says what cannot be shown.

    It is kept before the broadcast that shows it is: what was chosen is still there when a date has to be mended.
    """
    name, data = await read_file(request, FILE)
    if f"{LOST}.{FILE}" in form:
        raise RefusedError(NOT_THERE)
    if not name:
        return form
    if not public_url:
        raise RefusedError(NO_ADDRESS)
    try:
        photo = await asyncio.to_thread(photos.clean, data)
        found = illustrating.look_at(photo.data, public_url)
    except (PhotoRefusedError, PictureRefusedError) as error:
        raise RefusedError(f"画像を使えません。{FAULTS[error.fault]}") from None
    await desk.write(partial(illustrating.keep, illustration=found, now=desk.clock.now()))
    return {**form, PICTURE: found.name, REMOVE: ""}


async def find(desk: Desk, form: Form, was: Picture | None, public_url: str) -> Picture | None:
    """Find the picture that a form names; the one there ``was`` stays as it was. RefusedError where there is none."""
    name = form.get(PICTURE)
    if form.get(REMOVE) == YES:
        return None
    if name is None or (was is not None and name == illustrating.name_of(was)):
        return was
    if not name:
        return None
    found = await desk.read(partial(illustrating.find, name=name, public_url=public_url))
    if found is None:
        raise RefusedError(NOT_THERE)
    return found
