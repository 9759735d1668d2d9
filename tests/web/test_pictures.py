"""The pictures of broadcasts: served to whoever was given the address, and to nobody else."""

import httpx
import pytest
from starlette.applications import Starlette

from bot.sandbox.line.pictures import plain
from bot.web import pictures
from handlers import illustrating
from storage.clock import real_now
from storage.database import Database

PICTURE = plain(300, 200)


@pytest.fixture
def browser(database: Database) -> httpx.AsyncClient:
    app = Starlette(routes=pictures.routes(database))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://bot.test")


def keep(database: Database, data: bytes) -> str:
    kept = illustrating.look_at(data, "https://bot.test")
    for _ in range(2):  # two broadcasts may show one picture
        database.write(lambda c: illustrating.keep(c, kept, real_now())).result()
    return kept.url


async def test_a_kept_picture_is_served_whole_for_other_places_to_show_and_for_ever(
    database: Database, browser: httpx.AsyncClient
) -> None:
    url = keep(database, PICTURE)
    for _ in range(2):
        answer = await browser.get(url)
        assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PICTURE, "image/png")
        assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
        assert "immutable" in answer.headers["cache-control"]


async def test_another_name_leads_nowhere_however_many_pictures_there_are(
    database: Database, browser: httpx.AsyncClient
) -> None:
    urls = [keep(database, plain(300, 200 + number)) for number in range(pictures.KEPT + 2)]
    assert len(set(urls)) == len(urls)
    for url in (*urls, *urls):
        assert (await browser.get(url)).status_code == 200
        assert (await browser.get(url.replace(".png", ".jpg"))).status_code == 404
    assert (await browser.get("/pictures/")).status_code == 404
