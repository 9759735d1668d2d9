"""How volunteers get in to the door by a link, what they see there, and what counts as coming from our own pages."""

from datetime import timedelta

import pytest

from bot.web.staff import entrance
from bot.web.staff.forms import make_token
from storage.facts import EventState
from tests.town import Town
from tests.web.staff_desk import NAME, SECRET, START, Office, batch, carrying, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def paths(office: Office) -> list[str]:
    event = office.add_event()
    part = f"/staff/parts/{event.parts[0].id}"
    pages = ["/staff", f"/staff/events/{event.id}", part]
    return [*pages, *(f"{part}/{room}" for room in ("door", "list", "word", "roster"))]


async def test_without_a_cookie_every_page_says_kindly_how_to_get_in(office: Office) -> None:
    async with office.browser() as browser:
        for path in paths(office):
            answer = await browser.get(path)
            assert answer.status_code == 403, path
            assert "職員のサインイン" in answer.text, path
            assert "python -m bot staff desk" in answer.text, path


async def test_a_link_lets_its_person_in_for_twelve_hours(office: Office) -> None:
    office.at(START)
    async with office.by_link() as browser:
        for path in paths(office):
            closed = path.endswith(("/list", "/word"))
            assert (await browser.get(path)).status_code == (403 if closed else 200), path
        assert f"{NAME}さん" in (await browser.get("/staff")).text
        office.at(START + timedelta(hours=12, seconds=1))
        assert (await browser.get("/staff")).status_code == 403


async def test_the_cookie_is_kept_from_scripts_other_sites_and_other_pages(office: Office) -> None:
    async with office.browser() as browser:
        answer = await browser.get(entrance.entry_path(SECRET, NAME, office.town.now))
    cookie = answer.headers["set-cookie"]
    for mark in ("HttpOnly", "SameSite=strict", "Path=/;", "Max-Age=43200"):
        assert mark in cookie
    assert NAME not in cookie
    assert "Secure" not in cookie  # this address is plain http; the next test has https


async def test_on_https_the_cookie_never_goes_over_an_open_wire(town: Town) -> None:
    office = Office(town, public_url="https://bot.city.test")
    async with office.browser() as browser:
        answer = await browser.get(entrance.entry_path(SECRET, NAME, town.now))
    assert answer.headers["set-cookie"].startswith("__Host-desk=")
    assert "Secure" in answer.headers["set-cookie"]


async def test_a_link_ends_after_fifteen_minutes(office: Office) -> None:
    path = entrance.entry_path(SECRET, NAME, office.town.now)
    office.at(office.town.now + timedelta(minutes=15, seconds=1))
    async with office.browser() as browser:
        answer = await browser.get(path)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
        assert "期限が過ぎました" in text_of(answer)


@pytest.mark.parametrize("secret", [b"another secret", b""])
async def test_a_link_signed_by_somebody_else_is_nothing(office: Office, secret: bytes) -> None:
    async with office.browser() as browser:
        assert (await browser.get(entrance.entry_path(secret, NAME, office.town.now))).status_code == 403


async def test_a_link_is_no_cookie_and_a_ticket_is_neither(office: Office) -> None:
    event = office.add_event()
    link = entrance.entry_path(SECRET, NAME, office.town.now).rpartition("/")[2]
    async with office.browser() as browser:
        for token in (link, office.qr(event.parts[0], 1), "", "x", "1.2.3"):
            answer = await browser.get("/staff", headers={"cookie": f"desk={token}; session={token}"})
            assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 303),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "none"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://city.test"}, 403),
        ({"origin": "http://city.test"}, 303),
        ({"origin": "http://elsewhere.test"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_an_act_counts_only_from_a_page_of_ours(office: Office, headers: dict[str, str], status: int) -> None:
    event = office.add_event()
    async with office.at_the_desk() as browser:
        del browser.headers["sec-fetch-site"]
        answer = await browser.post(f"/staff/events/{event.id}/people", data={"name": "山田"}, headers=headers)
    assert answer.status_code == status
    assert office.event(event.id).parts[0].taken == (status == 303)


async def test_scans_from_elsewhere_or_from_nobody_are_refused(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    office.at(START)
    body = batch(START, {"qr": office.qr(part, person_id)})
    async with office.browser() as stranger, office.at_the_desk() as browser:
        assert (await stranger.post(f"/staff/parts/{part.id}/scans", json=body)).status_code == 403
        elsewhere = await browser.post(
            f"/staff/parts/{part.id}/scans", json=body, headers={"sec-fetch-site": "cross-site"}
        )
        assert elsewhere.status_code == 403
    assert office.attendance(part, person_id) is None


async def test_a_volunteer_who_leaves_is_out(office: Office) -> None:
    office.at(START)
    async with office.by_link() as browser:
        browser.event_hooks["request"].append(carrying(make_token(SECRET, browser.cookies["desk"])))
        assert (await browser.post("/staff/leave")).status_code == 303
        assert (await browser.get("/staff")).status_code == 403


@pytest.mark.parametrize("name", ["", "   ", "あ" * 41, "a\x07b"])
def test_a_link_needs_a_name(name: str) -> None:
    with pytest.raises(ValueError, match="a name has 1 to 40 signs"):
        entrance.entry_path(SECRET, name, START)


async def test_only_the_door_may_ask_for_the_camera_and_nothing_is_kept(office: Office) -> None:
    async with office.at_the_desk() as browser:
        for path in paths(office):
            answer = await browser.get(path)
            camera = answer.headers["permissions-policy"].split(",")[0]
            assert camera == ("camera=(self)" if path.endswith("/door") else "camera=()"), path
            assert answer.headers["cache-control"] == "no-store"
            assert answer.headers["x-robots-tag"] == "noindex"
            assert "script-src 'self'" in answer.headers["content-security-policy"]
            assert "unsafe" not in answer.headers["content-security-policy"]


async def test_a_volunteer_sees_the_names_of_a_part_from_the_day_before_to_the_day_after(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    office.guest(event)
    for moment, status in (
        (START - timedelta(hours=25), 403),
        (START - timedelta(hours=23), 200),
        (START + timedelta(hours=25), 200),
        (START + timedelta(hours=27), 403),
    ):
        office.at(moment)
        async with office.by_link() as browser:
            for path in (f"/staff/parts/{part.id}", f"/staff/parts/{part.id}/roster", f"/staff/parts/{part.id}/door"):
                assert (await browser.get(path)).status_code == status, (path, moment)


async def test_a_volunteer_is_shown_neither_drafts_nor_who_can_be_reached_nor_acts(office: Office) -> None:
    office.add_event()
    draft = office.add_event(code="draft", title={"ja": "ひみつの下書き"}, state=EventState.DRAFT)
    office.at(START)
    async with office.by_link() as browser, office.at_the_desk() as editor:
        said, all_said = text_of(await browser.get("/staff")), text_of(await editor.get("/staff"))
        assert "ひみつの下書き" in all_said
        assert "ひみつの下書き" not in said
        assert "ひみつの下書き" not in (await browser.get(f"/staff/events/{draft.id}")).text
