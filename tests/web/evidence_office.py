"""Persons with a report, a phone at the page that takes photos, and what the database says afterwards."""

from io import BytesIO

import httpx
from PIL import Image
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.web import evidence as pages_of_evidence
from bot.web.evidence import EvidenceParts
from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages
from handlers.texts import Texts
from storage import evidence, totals
from storage.evidence import PICTURES
from tests.town import Citizen
from tests.web.staff_desk import LANGUAGES, Office

CLEANUP = "r:cleanup:2022-01-20:1"
SIZE = (640, 480)


def browser(office: Office) -> httpx.AsyncClient:
    """A browser of anybody at the page that takes photos."""
    town, pages = office.town, Pages(Texts(LANGUAGES, "pages"), lambda: office.town.programme)
    clock, keyed_hash = town.house.clock, town.house.keyed_hash
    parts = EvidenceParts(town.database, clock, lambda: town.programme, keyed_hash, pages, Texts(LANGUAGES))
    app = SecurityHeaders(Starlette(routes=pages_of_evidence.routes(parts)), https=False)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def picture(kind: str = "JPEG", size: tuple[int, int] = SIZE) -> bytes:
    out = BytesIO()
    place = Image.Exif()
    place[0x010E] = "secret place"
    Image.new("RGB", size, (40, 120, 60)).save(out, kind, exif=place)
    return out.getvalue()


def blank(size: tuple[int, int]) -> bytes:
    """A picture of nothing, quickly made however large."""
    out = BytesIO()
    Image.new("1", size).save(out, "PNG", compress_level=1)
    return out.getvalue()


def reported(office: Office, data: str = CLEANUP) -> Citizen:
    citizen = office.town.citizen()
    citizen.press(data)
    return citizen


def link(citizen: Citizen) -> str:
    """Press the button of the receipt; gives the path of the page for the photo."""
    citizen.tap("写真で確かめてもらう")
    return shown_link(citizen)


def shown_link(citizen: Citizen) -> str:
    address = next(choice.url for choice in citizen.buttons() if "/evidence/" in choice.url)
    return address.removeprefix("https://sandbox.test")


async def send(office: Office, path: str, data: bytes | None = None, name: str = "p.jpg") -> httpx.Response:
    async with browser(office) as phone:
        return await phone.post(path, files={"photo": (name, picture() if data is None else data)})


async def sent(office: Office, data: str = CLEANUP) -> Citizen:
    """Somebody whose photo waits."""
    citizen = reported(office, data)
    assert (await send(office, link(citizen))).status_code == 200
    return citizen


def waiting(office: Office) -> list[int]:
    return [one.id for one in office.do(lambda c: evidence.list_waiting(c, 99))]


def pictures(office: Office) -> int:
    return int(office.do(lambda c: c.execute(select(func.count()).select_from(PICTURES)).scalar()))


def points(office: Office) -> tuple[int, int]:
    """The city's points, as (confirmed, on one's word)."""
    found = office.do(lambda c: totals.find_totals(c, office.town.programme, office.town.now))
    return found.points_confirmed, found.points_self_reported
