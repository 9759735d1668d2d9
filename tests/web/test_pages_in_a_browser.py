"""The public pages in a real browser: on a phone and a desk, light and dark, without a script, for all (WCAG 2.2).

To look at them: ``SCREENSHOTS=folder pytest tests/web/test_pages_in_a_browser.py``.
"""

import contextlib
import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import Connection

from bot import signed
from bot.web.pages import Pages
from bot.web.public import PublicParts
from handlers import founding
from handlers.rules.boards import closed_week
from storage import boards, donations, registrations, totals
from storage.facts import GivenSum, GroupWeek, LocalBody, RegistrationState, TeamKind
from storage.programme_file import read_programme
from storage.totals import CounterName
from tests import databases
from tests.chromium import CHROMIUM, needs_chromium
from tests.end_to_end.accessibility import RULES
from tests.factories import a_period
from tests.town import KITAQ
from tests.web.public_app import NOON, OPENING, SECRET, TEXTS, app_of, public_parts
from tests.web.town_events import seed_the_first_citys

pytestmark = needs_chromium
SIZES = {"phone": (390, 844), "desk": (1440, 900)}
PERSON = 7
LANGUAGES = ("ja", "en")
EASY = "ja-easy"  # the same pages with readings above: looked at on the narrow screen
FORM = f"/company/{signed.sign(SECRET, 'company', f'1-{PERSON}', NOON + signed.LINK_LIFE)}"
PATHS = (
    *("/", "/privacy", "/nowhere", "/accessibility", "/events", "/events/1", "/events/5", FORM),
    *("/actions", "/points", "/open-data", "/widget"),
)

FIGURES = {
    CounterName.PARTICIPATIONS: 3_180,
    CounterName.PARTICIPANTS_DISTINCT: 104,
    CounterName.EVENTS_HELD: 41,
    CounterName.POINTS_CONFIRMED: 12_350,
    CounterName.POINTS_SELF_REPORTED: 1_234_560,
    CounterName.VISITS_OWN: 5_678,
    CounterName.VISITS_PORTAL: 20_900,
}
MONTHS = 13  # of the period before now, each with more than the one before
WARDS = {
    "moji": (120, 31),
    "kokura_kita": (311, 99),
    "kokura_minami": (280, 70),
    "wakamatsu": (52, 9),
    "yahata_higashi": (98, 40),
    "yahata_nishi": (330, 81),
    "tobata": (40, 3),
}
TEAMS = ("みどり製作所", "Kokura Night Cyclists", "小倉北区の通りを毎朝掃く会")
BODIES = (
    LocalBody(
        code="river",
        name={"ja": "紫川を守る会", "en": "Friends of the river"},
        about={"ja": "川の掃除をしています。", "en": "They clean the river."},
    ),
    LocalBody(
        code="forest",
        name={"ja": "子どもの森", "en": "Children's forest"},
        about={"ja": "木を植えています。", "en": "They plant trees."},
    ),
)


def fill(connection: Connection) -> None:
    """Spread the figures over thirteen months, the last of them this one, and close a week's board."""
    for name, amount in FIGURES.items():
        for number in range(MONTHS):
            share = amount * 2 * (number + 1) // (MONTHS * (MONTHS + 1))
            month = date(2021, number + 1, 1) if number < 12 else date(2022, 1, 1)
            totals.add_to_month(connection, name, month, share, stripe=0)
        sums = totals.sum_counters(connection, date(2021, 1, 1), NOON.date())
        totals.add(connection, name, NOON, amount - sums[name], stripe=1)
    week = closed_week(NOON)
    wards = [GroupWeek(code=code, persons=n, active=a, points=a * 37) for code, (n, a) in WARDS.items()]
    boards.close_week(connection, week, wards)
    made = [founding.make_by_staff(connection, TeamKind.COMPANY, name, "city", NOON) for name in TEAMS]
    boards.close_teams(connection, week, [GroupWeek(code=str(one), persons=9, active=4, points=300) for one in made])
    given = [GivenSum(local_body=one.code, year=2021, week=week, points=1_234, persons=7) for one in BODIES]
    donations.fix(connection, given)


def filled() -> Iterator[PublicParts]:
    plain = read_programme(KITAQ)
    contact = {"ja": "窓口は https://city.example/ です", "en": "Ask at https://city.example/"}
    programme = replace(
        plain,
        city=replace(plain.city, contact=contact, page="https://city.example/"),
        periods=(a_period(starts_on=date(2021, 1, 1), year_one_target=10_000, target=60_000),),
        opening_balances=(OPENING,),
        local_bodies=BODIES,
        version=3,
    )
    with databases.fresh("sqlite") as database:
        database.write(fill).result()
        first, *_ = seed_the_first_citys(database)
        seat = {"event_id": first.id, "state": RegistrationState.SEATED, "queued": 1}
        database.write(lambda c: registrations.put(c, first.parts[0].id, PERSON, NOON, **seat)).result()
        pages = Pages(TEXTS, lambda: programme, "https://city.example", is_sandbox=True)
        yield public_parts(database, programme, pages=pages)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A running server with figures in it."""
    for parts in filled():
        server = uvicorn.Server(uvicorn.Config(app_of(parts), port=0, log_config=None, lifespan="off"))
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        server.should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def window(browser: Browser) -> Page:
    """One window for all that is looked at: to open one costs far more than to show the next page in it."""
    context = browser.new_context(bypass_csp=True, locale="ja-JP")  # axe itself is a script put into the page
    return context.new_page()


@pytest.fixture
def page(window: Page) -> Page:
    """The window as a visitor's first look finds it: a phone's width, light, nothing remembered."""
    window.context.clear_cookies()
    width, height = SIZES["phone"]
    window.set_viewport_size({"width": width, "height": height})
    window.emulate_media(color_scheme="light")
    return window


def show(page: Page, address: str) -> None:
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == (404 if "/nowhere" in address else 200)


# Neither width, colours nor language depend on each other: every page in each of each, not in all their pairs.
@pytest.mark.parametrize(("size", "scheme"), list(zip(SIZES, ["light", "dark"], strict=True)))
@pytest.mark.parametrize("path", PATHS)
def test_axe_finds_nothing_to_mend(page: Page, address: str, path: str, size: str, scheme: str) -> None:
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for language in ("ja", EASY) if size == "phone" else ("en",):
        show(page, f"{address}{path}?lang={language}")
        found = Axe().run(page, options=RULES)
        keep_screenshot(page, f"{name_of(path)}-{language}-{size}-{scheme}")
        assert found.violations_count == 0, found.generate_report()


def name_of(path: str) -> str:
    return "company" if path == FORM else path.strip("/").replace("/", "-") or "home"


def keep_screenshot(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_axe_would_find_a_planted_fault(page: Page, address: str) -> None:
    show(page, address)
    page.evaluate("document.documentElement.removeAttribute('lang')")
    assert "html-has-lang" in Axe().run(page, options=RULES).generate_snapshot()


def test_the_companys_form_is_sent_put_right_and_thanked_for(page: Page, address: str) -> None:
    show(page, address + FORM)

    def look(name: str) -> None:
        keep_screenshot(page, name)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()

    page.get_by_label("会社名").fill("はとば製作所")
    page.get_by_label("メールアドレス").fill("desk.hatoba.example")
    page.get_by_role("button", name="送る").click()
    assert page.get_by_role("alert").inner_text().startswith("まだ送られていません。")
    assert page.get_by_label("会社名").input_value() == "はとば製作所"
    look("company-fault")
    page.get_by_label("メールアドレス").fill("desk@hatoba.example")
    page.get_by_role("button", name="送る").click()
    assert page.get_by_role("heading", level=1).inner_text() == "ありがとうございます"
    look("company-thanks")
    page.get_by_role("link", name="直す").click()
    assert page.get_by_label("メールアドレス").input_value() == "desk@hatoba.example"
    page.goto(f"{address}/company/old")
    assert page.get_by_role("heading", level=1).inner_text() == "このページは使えなくなりました"
    look("company-gone")


def test_the_page_is_read_and_walked_without_a_script(browser: Browser, address: str) -> None:
    width, height = SIZES["phone"]
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ja-JP", java_script_enabled=False)
    show(page, address)
    assert page.get_by_role("heading", level=1).inner_text() == "みんなの合計"
    assert page.get_by_text("延べ3,220人", exact=True).is_visible()
    page.get_by_role("link", name="English").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Running totals"
    page.get_by_role("link", name="Privacy").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Privacy"
    page.close()


@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_out_at_the_side_even_with_text_twice_as_large(page: Page, address: str, path: str) -> None:
    for language in (*LANGUAGES, EASY):
        show(page, f"{address}{path}?lang={language}")
        for width, text_size in ((320, 100), (390, 100), (390, 200), (768, 100), (1440, 200)):
            page.set_viewport_size({"width": width, "height": 844})
            page.evaluate(f"document.documentElement.style.setProperty('font-size', '{text_size}%', 'important')")
            keep_screenshot(page, f"{name_of(path)}-{language}-{width}-{text_size}")
            run_out = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(run_out) <= 0, (language, width, text_size)


def test_the_bar_is_as_long_as_its_words_say(page: Page, address: str) -> None:
    show(page, address)
    share = page.evaluate(
        "(() => { const bar = document.querySelector('.bar'); return 100 *"
        " bar.querySelector('.reached').getBoundingClientRect().width / bar.getBoundingClientRect().width; })()"
    )
    assert page.get_by_text("延べ10,000人の32.2%").is_visible()
    assert share == pytest.approx(32.2, abs=0.2)


def test_the_browser_obeys_the_content_policy_and_finds_nothing_amiss(browser: Browser, address: str) -> None:
    context = browser.new_context(locale="ja-JP")
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("requestfailed", lambda request: said.append(request.url))
    for path in PATHS[:2] + PATHS[3:]:
        page.goto(address + path, wait_until="networkidle")
    assert said == []
    context.close()


def test_links_are_large_enough_to_touch_and_the_keyboard_shows_where_it_is(page: Page, address: str) -> None:
    show(page, address)
    heights = page.eval_on_selector_all(
        "nav a, .doors a, .links a", "links => links.map(link => link.getBoundingClientRect().height)"
    )
    assert len(heights) >= 7
    assert min(heights) >= 44
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"


def test_every_number_of_the_curves_is_in_the_table_under_them_without_a_script(browser: Browser, address: str) -> None:
    page = browser.new_page(locale="ja-JP", java_script_enabled=False)
    show(page, address)
    assert page.get_by_role("img", name="延べ参加者数").is_visible()
    table = page.get_by_role("table", name="月ごとの数")
    assert not table.is_visible()
    page.get_by_text("数字の表で見る").click()
    assert table.get_by_role("row").nth(1).get_by_role("cell").nth(1).inner_text() == "3,220"
    assert table.get_by_role("row").count() == 1 + 12
    page.close()


def test_the_curve_ends_where_its_last_number_says(page: Page, address: str) -> None:
    show(page, address)
    chart = page.get_by_role("img", name="延べ参加者数")
    assert "2022年1月は3,220人です。" in chart.locator("desc").inner_html()
    frame, last = chart.bounding_box(), chart.locator("circle").last.bounding_box()
    assert frame is not None
    assert last is not None
    height = (frame["y"] + frame["height"] * 0.86 - last["y"] - last["height"] / 2) / (frame["height"] * 0.72)
    assert height == pytest.approx(3_220 / 4_000, abs=0.01)


@contextlib.contextmanager
def portal_with(frame: str) -> Iterator[str]:
    """Another site, whose page holds a frame."""

    class Portal(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(frame.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Portal) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize(("path", "is_shown"), [("/widget", True), ("/", False), ("/events", False)])
def test_the_small_page_is_shown_inside_another_site_and_no_other_page_is(
    browser: Browser, address: str, path: str, is_shown: bool
) -> None:
    page = browser.new_page(locale="ja-JP")
    with portal_with(f"<iframe src='{address}{path}' width='100%' height='400'></iframe>") as portal:
        page.goto(portal)
        keep_screenshot(page, f"framed-{name_of(path)}")
        heading = page.frames[1].get_by_role("heading", level=1)
        assert heading.is_visible() is is_shown
    page.close()


def test_the_first_page_is_one_sheet_of_a4_on_paper(page: Page, address: str) -> None:
    for language in (*LANGUAGES, EASY):
        show(page, f"{address}/?lang={language}")
        page.emulate_media(color_scheme="dark", media="print")
        printed = page.pdf(prefer_css_page_size=True, print_background=True)
        page.emulate_media(media="screen")
        if folder := os.environ.get("SCREENSHOTS"):
            Path(folder, f"printed-{language}.pdf").write_bytes(printed)
        assert len(re.findall(rb"/Type /Page\b", printed)) == 1


def test_ink_on_paper_is_dark_whatever_the_screen_was(page: Page, address: str) -> None:
    show(page, address)
    page.emulate_media(color_scheme="dark", media="print")
    ink = page.evaluate("getComputedStyle(document.body).color")
    page.emulate_media(media="screen")
    assert max(int(part) for part in re.findall(r"\d+", ink)) < 60
