"""The door in a real browser: a camera sees the code of a person's own page, with and without a signal; for all to use.

To look at the pages: ``SCREENSHOTS=folder pytest tests/end_to_end/test_door.py``.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, Route, expect

from storage.facts import CheckInWay
from tests.chromium import needs_chromium
from tests.end_to_end.accessibility import RULES
from tests.end_to_end.browsers import CAMERA, browser_of, context_of, link_for
from tests.end_to_end.conftest import keep_picture
from tests.end_to_end.office import Office, film, open_office
from tests.running import Bot

pytestmark = needs_chromium


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with open_office(tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera sees: the film that lies here when it is started."""
    return tmp_path_factory.mktemp("camera") / "ticket.y4m"


@pytest.fixture(scope="module")
def browser(playwright: Playwright, video: Path) -> Iterator[Browser]:
    with browser_of(playwright, *CAMERA, f"--use-file-for-fake-video-capture={video}") as opened:
        yield opened


@pytest.fixture(scope="module")
def device(browser: Browser) -> Page:
    """The device at the desk, opened once for all tests: each of their offices is a site of its own to it."""
    page = context_of(browser).new_page()
    page.clock.install()  # it goes on as ever, but can be moved
    return page


@pytest.fixture
def page(device: Page) -> Iterator[Page]:
    """The device, which no office has let in; a test that moves its time or cuts it off takes one of its own."""
    yield device
    device.context.clear_cookies()  # which are the same for all ports


def film_ticket(browser: Browser, office: Office, person_id: int, video: Path) -> None:
    """Open a person's ticket on a device of their own and film its code."""
    with context_of(browser, bypass_csp=True) as device:  # drawing it elsewhere is the test's doing, not the page's
        page = device.new_page()
        page.goto(office.ticket(person_id))
        film(page, video)


def enter(page: Page, office: Office) -> None:
    """Open the link and go to the door, as somebody at the desk does."""
    page.goto(office.entry())
    page.wait_for_url("**/staff")
    page.get_by_role("link", name="省エネ工作教室").click()
    page.get_by_role("link", name="受付をする").click()
    expect(page.locator("#signal")).to_have_text("つながっています")


def keep(page: Page, name: str) -> None:
    keep_picture(page, f"door-{name}", full_page=True)


def test_a_camera_sees_a_ticket_and_the_citys_participants_move_by_one(
    browser: Browser, office: Office, video: Path
) -> None:
    person_id = office.host("みどりのカササギ")
    film_ticket(browser, office, person_id, video)
    before = office.participants()
    with context_of(browser) as context:
        said: list[str] = []
        page = context.new_page()
        page.clock.install()
        enter(page, office)
        page.on("console", lambda message: said.append(message.text))
        keep(page, "1-ready")
        page.get_by_role("button", name="カメラを始める").click()
        expect(page.locator("#result")).to_contain_text("受け付けました")
        expect(page.locator("#result")).to_contain_text("みどりのカササギさん")
        expect(page.locator("#result")).to_contain_text("+200ポイント")
        keep(page, "2-checked-in")
        expect(page.locator("#counts")).to_have_text("来た人 1 / 1")
        assert office.participants() == before + 1
        page.get_by_role("button", name="カメラを止める").click()
        office.set_time(office.app.clock.now() + timedelta(seconds=10))
        page.clock.fast_forward("00:10")
        page.get_by_role("button", name="カメラを始める").click()
        expect(page.locator("#result")).to_contain_text("受付済みです")
        keep(page, "3-again")
        assert office.participants() == before + 1
        assert said == []
    found = office.attendance(person_id)
    assert found is not None
    assert (found.way, found.entered_by) == (CheckInWay.QR, "受付 花")


def test_without_a_signal_the_scan_waits_on_the_device_and_keeps_its_own_time(
    browser: Browser, office: Office, video: Path
) -> None:
    person_id, other = office.host("みどりのカササギ"), office.guest("電話 花子")
    film_ticket(browser, office, person_id, video)
    before = office.participants()
    with context_of(browser) as context:
        page = context.new_page()
        page.clock.install()
        enter(page, office)
        page.wait_for_function("() => caches.has('door')")
        context.set_offline(True)
        seen_at = office.app.clock.now()
        page.get_by_role("button", name="カメラを始める").click()
        expect(page.locator("#result")).to_contain_text("この端末に残しました")
        expect(page.locator("#result")).to_contain_text("みどりのカササギさん")
        page.get_by_role("button", name="カメラを止める").click()
        page.get_by_role("button", name="電話 花子：受け付ける").click()
        expect(page.locator("#signal")).to_contain_text("電波がありません")
        expect(page.locator("#unsent")).to_have_text("2")
        keep(page, "4-without-a-signal")
        assert office.attendance(person_id) is None
        assert office.participants() == before
        office.set_time(office.app.clock.now() + timedelta(hours=5))
        page.clock.fast_forward("05:00:00")  # the device has been alone for as long
        context.set_offline(False)
        expect(page.locator("#unsent")).to_have_text("0")
        keep(page, "5-sent")
        assert office.participants() == before + 2
    for one in (person_id, other):
        found = office.attendance(one)
        assert found is not None
        assert abs(found.at - seen_at) < timedelta(seconds=40)
        assert found.entered_at - found.at > timedelta(hours=4, minutes=59)


def test_the_door_opens_again_without_a_signal_and_still_knows_what_it_has_to_send(office: Office, page: Page) -> None:
    person_id = office.guest("電話 花子")
    enter(page, office)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    page.wait_for_function("() => caches.match(location.pathname).then(Boolean)")
    office.close()
    page.get_by_role("button", name="電話 花子：受け付ける").click()
    expect(page.locator("#unsent")).to_have_text("1")
    page.reload()
    expect(page.locator("#unsent")).to_have_text("1")
    expect(page.locator("#signal")).to_contain_text("電波がありません")
    expect(page.get_by_role("button", name="電話 花子：取り消す")).to_be_visible()
    office.open()
    page.get_by_role("button", name="いま送る").click()
    expect(page.locator("#unsent")).to_have_text("0")
    assert office.attendance(person_id) is not None


def test_who_comes_without_a_registration_gets_a_seat_and_a_slip(office: Office, page: Page) -> None:
    enter(page, office)
    page.get_by_label("名前", exact=True).fill("当日 太郎")
    page.get_by_role("button", name="席を取って受け付ける").click()
    expect(page.locator(".slip")).to_contain_text("当日 太郎さん・200ポイント")
    code = page.locator(".slip .code").inner_text()
    assert len(code) >= 6
    keep(page, "6-slip")
    page.reload()
    page.goto(f"{office.url}/staff/parts/{office.part.id}")
    assert code not in page.content()
    expect(page.locator(".came")).to_have_count(1)


def test_a_scan_that_cannot_be_read_does_not_hold_up_the_others(office: Office, page: Page) -> None:
    person_id = office.guest("電話 花子")
    enter(page, office)
    broken = [{"key": "a", "at": "no time"}, {"key": "b", "at": "2022-01-26T05:00:00Z", "qr": "x" * 400}]
    page.evaluate(
        "([name, queue]) => localStorage.setItem(name, queue)", [f"door:{office.part.id}:queue", json.dumps(broken)]
    )
    page.get_by_role("button", name="電話 花子：受け付ける").click()
    expect(page.locator("#result")).to_contain_text("受け付けました")
    expect(page.locator("#unsent")).to_have_text("0")
    assert office.attendance(person_id) is not None


def test_when_the_time_at_the_desk_is_over_scans_wait_for_the_next_entry(office: Office, page: Page) -> None:
    person_id = office.guest("電話 花子")
    enter(page, office)
    page.context.clear_cookies()
    page.get_by_role("button", name="電話 花子：受け付ける").click()
    expect(page.locator("#result")).to_contain_text("もう一度入ると送ります")
    expect(page.locator("#signal")).to_contain_text("もう一度入ってください")
    assert office.attendance(person_id) is None
    enter(page, office)
    expect(page.locator("#unsent")).to_have_text("0")
    assert office.attendance(person_id) is not None


def test_who_comes_while_the_list_is_fetched_is_not_left_to_the_next_try(browser: Browser, office: Office) -> None:
    office.guest("電話 花子")
    person_id = office.guest("電話 次郎")
    with context_of(browser) as context:
        page = context.new_page()
        page.clock.install()
        enter(page, office)
        page.clock.pause_at(datetime.now(UTC) + timedelta(seconds=5))  # the next try never comes
        held: list[Route] = []
        page.route("**/roster", lambda route: route.continue_() if held else held.append(route))
        page.get_by_role("button", name="電話 花子：受け付ける").click()
        expect(page.locator("#result")).to_contain_text("受け付けました")
        page.get_by_role("textbox", name="番号").fill(office.digits(person_id))
        page.get_by_role("textbox", name="番号").press("Enter")
        expect(page.locator("#result")).to_contain_text("確かめています")
        while not held:
            page.wait_for_timeout(50)
        held[0].continue_()
        expect(page.locator("#unsent")).to_have_text("0")
        assert office.attendance(person_id) is not None


def test_nothing_can_be_typed_or_pressed_before_the_page_can_answer(browser: Browser, office: Office) -> None:
    person_id = office.guest("電話 花子")
    with context_of(browser) as context:
        page = context.new_page()
        held: list[Route] = []
        page.route("**/door.js", lambda route: held.append(route))
        page.goto(office.entry())
        page.wait_for_url("**/staff")
        page.get_by_role("link", name="省エネ工作教室").click()
        page.get_by_role("link", name="受付をする").click(no_wait_after=True)
        number = page.get_by_role("textbox", name="番号")
        expect(number).to_be_disabled()
        for button in ("カメラを始める", "いま送る", "この端末から名簿を消す"):
            expect(page.get_by_role("button", name=button)).to_be_disabled()
        held[0].continue_()
        number.fill(office.digits(person_id))
        number.press("Enter")
        expect(page.locator("#result")).to_contain_text("受け付けました")


def test_four_digits_in_wide_signs_are_understood(office: Office, page: Page) -> None:
    person_id = office.guest("電話 花子")
    digits = office.digits(person_id).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    enter(page, office)
    page.get_by_role("textbox", name="番号").fill(digits)
    page.get_by_role("textbox", name="番号").press("Enter")
    expect(page.locator("#result")).to_contain_text("電話 花子さん")
    expect(page.locator("#result")).to_contain_text("受け付けました")


def test_the_command_lets_somebody_in_beside_a_running_bot(bot: Bot) -> None:
    with httpx.Client() as browser:
        assert browser.get(f"{bot.url}/staff").status_code == 403
        assert browser.get(link_for(bot, "受付 花")).status_code == 200
        assert "受付 花さん" in browser.get(f"{bot.url}/staff").text


def show_everything(office: Office) -> dict[str, str]:
    """Fill the office so that every page has something on it; gives the pages by name."""
    host = office.host("みどりのカササギ")
    office.companion(host, "小さなカササギ")
    office.guest("電話 花子")
    office.fill_up()
    part = f"/staff/parts/{office.part.id}"
    return {
        "today": "/staff",
        "events": "/staff/events",
        "event": f"/staff/events/{office.event.id}",
        "people": part,
        "door": f"{part}/door",
        "list": f"{part}/list",
        "word": f"{part}/word",
        "ticket": office.ticket(host).removeprefix(office.url),
        "no-ticket": "/ticket/x",
        "no-seat": office.ticket(7).removeprefix(office.url),
    }


@pytest.mark.parametrize(("size", "scheme"), [("phone", "light"), ("desk", "dark")])
def test_axe_finds_nothing_to_mend_and_nothing_runs_out_at_the_side(
    browser: Browser, office: Office, size: str, scheme: str
) -> None:
    paths = show_everything(office)
    with context_of(browser, size, bypass_csp=True) as context:  # axe itself is a script put into the page
        page = context.new_page()
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.goto(office.url + "/staff")
        look_at(page, f"closed-{size}-{scheme}")
        page.goto(f"{office.url}/staff/enter/0.x.x")
        look_at(page, f"link-over-{size}-{scheme}")
        context.add_cookies([office.cookie()])
        for name, path in paths.items():
            page.goto(office.url + path)
            if name == "door":
                expect(page.locator("#signal")).to_have_text("つながっています")
            look_at(page, f"{name}-{size}-{scheme}")
        page.goto(f"{office.url}/staff/parts/{office.part.id}/word")
        page.get_by_role("button", name="合言葉を出す").click()
        look_at(page, f"word-open-{size}-{scheme}")
        page.goto(f"{office.url}/staff/events/{office.event.id}")
        page.get_by_role("button", name="イベントを中止する…").click()
        look_at(page, f"confirm-{size}-{scheme}")


def look_at(page: Page, name: str) -> None:
    keep(page, name)
    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, f"{name}\n{found.generate_report()}"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, name
