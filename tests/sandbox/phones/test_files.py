"""How the files of the page are served; no browser here, whose event loop would stand in the way of these tests."""

from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sandbox import phones


async def client(pictures_from: str) -> TestClient:
    application = web.Application()
    application.add_routes(phones.routes(pictures_from))
    made = TestClient(TestServer(application))
    await made.start_server()
    return made


async def test_every_file_is_served_with_its_kind_and_the_strict_headers() -> None:
    browser = await client("http://127.0.0.1:8000/app")
    names = sorted(path.name for path in phones.FILES.iterdir() if path.suffix in phones.TYPES)
    assert "page.js" in names
    for address in ["/", *(f"/phones/{name}" for name in names)]:
        answer = await browser.get(address)
        assert answer.status == 200, address
        assert answer.content_type == phones.TYPES[Path(address).suffix or ".html"]
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'self'; img-src 'self' http://127.0.0.1:8000;")
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
    await browser.close()


@pytest.mark.parametrize("name", ["__init__.py", "none.js", "..%2f__main__.py", "%2e%2e/server.py", "__pycache__"])
async def test_nothing_but_the_page_is_served(name: str) -> None:
    browser = await client("")
    assert (await browser.get(f"/phones/{name}")).status == 404
    await browser.close()


@pytest.mark.parametrize("address", ["", "javascript:alert(1)", "data:text/html,x", "*"])
async def test_an_odd_address_opens_no_door_for_pictures(address: str) -> None:
    browser = await client(address)
    assert "img-src 'self'; " in (await browser.get("/")).headers["Content-Security-Policy"]
    await browser.close()
