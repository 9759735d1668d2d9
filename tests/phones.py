"""Makes pictures of both sandbox phones in every language of the city: ``python -m tests.phones FOLDER [language …]``.

They are for people to look at; what a page says for certain stands beside them: words that are cut off, and messages
that do not fit on the screen. Checks nothing.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.app import App
from bot.settings import Settings
from handlers.rules import boards as rule
from handlers.texts import Texts, Words, language_name
from storage import boards
from storage.facts import RESERVED_WARDS, GroupWeek
from tests.chromium import need_japanese_font
from tests.end_to_end.browsers import browser_of
from tests.end_to_end.conftest import WAIT_MS
from tests.end_to_end.hands import Phone
from tests.running import Bot, running
from tests.town import KITAQ, kitaq

WIDTH, HEIGHT = 390, 844  # of the glass, in CSS pixels: the commonest size of a phone
SMALL, GAP = 150, 6  # pixels on the sheet: a phone's width, and between two
ON_SHEET = ("02-consent", "05-recorded", "08-event", "10-board", "13-menu-open")
NO_FRAME = f"""
.phone {{ border: 0 !important; border-radius: 0 !important; height: {HEIGHT}px !important; }}
main {{ grid-template-columns: {WIDTH}px {WIDTH}px 1fr !important; }}
"""
TROUBLES = """(phone) => {
  const found = [];
  const chat = phone.querySelector(".chat");
  for (const node of phone.querySelectorAll(".messages *, .under *, .foot *, .bar *"))
    if (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).overflowX === "hidden" && node.textContent)
      found.push(`cut off: ${node.textContent.slice(0, 60)}`);
  for (const node of phone.querySelectorAll(".said:last-child"))
    if (node.offsetHeight > chat.clientHeight && !phone.querySelector(".rich-menu"))
      found.push(`taller than the screen by ${node.offsetHeight - chat.clientHeight} px`);
  return found;
}"""
Steps = Iterator[str]


def fill_boards(folder: Path) -> None:
    """Close last week with figures for every ward, as the week's close would have left them."""
    app = App(Settings(data_dir=folder / "data", programme_file=KITAQ, _env_file=None))  # type: ignore[call-arg]
    codes = [ward.code for ward in app.programme.wards if ward.code not in RESERVED_WARDS]
    groups = [GroupWeek(code=code, persons=100, active=60 - 7 * n, points=900) for n, code in enumerate(codes)]
    week = rule.closed_week(app.clock.now())
    app.database.write(lambda c: boards.close_week(c, week, groups)).result()
    app.database.close()


def walk(phone: Phone, words: Words) -> Steps:
    """Do what a newcomer does, and name each screen worth a look."""
    phone.desk.locator(".invitation").wait_for()
    yield "00-before"
    phone.follow()
    yield "01-language"
    phone.tap(language_name(words.language))
    yield "02-consent"
    phone.tap(words.say("同意してはじめる"))
    yield "03-joined"
    phone.tap(words.say("報告する"))
    yield "04-report"
    phone.tap(_action(words))
    yield "05-recorded"
    phone.write("/menu")
    yield "06-menu"
    phone.tap(words.say("イベント"))
    yield "07-events"
    phone.press(phone.newest.get_by_role("button").first)
    yield "08-event"
    phone.tap(words.say("申し込む"))
    yield "09-registered"
    phone.write("/ranking")
    yield "10-board"
    phone.write("/points")
    yield "11-points"
    phone.write("/help")
    yield "12-help"
    yield from _open_menu(phone)


def _action(words: Words) -> str:
    label = next(action.label for action in kitaq().actions if action.code == "telework")
    return label.get(words.language) or label["ja"]


def _open_menu(phone: Phone) -> Steps:
    """Open what each app has beside the field for writing: the rich menu, or the list of commands."""
    bar = phone.desk.locator(".menu-bar, .menu-button:visible")
    if bar.count():
        bar.click()
        yield "13-menu-open"


def shut_rich_menu(phone: Phone) -> None:
    """Shut the rich menu, which opens by itself, to see the whole chat; it is drawn when the page is first opened."""
    if phone.platform != "line" or not phone.desk.locator("textarea").count():
        return
    bar = phone.desk.locator(".menu-bar")
    bar.wait_for()
    if bar.get_attribute("aria-expanded") == "true":
        bar.click()


def take(phone: Phone, to: Path) -> None:
    """Take a picture of one phone once its pictures have loaded, and print what is wrong with it."""
    shown = phone.desk.locator(".phone")
    shown.evaluate("(phone) => Promise.allSettled([...phone.querySelectorAll('img')].map((each) => each.decode()))")
    phone.desk.locator(".phone :focus").evaluate_all("(nodes) => nodes.forEach((node) => node.blur())")
    phone.page.mouse.move(0, 0)
    shown.screenshot(path=to)
    for trouble in shown.evaluate(TROUBLES):
        print(f"{to.stem}: {trouble}")


def open_page(browser: Browser, bot: Bot) -> Page:
    """Open the two phones side by side, without the frames around their glass."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 1200}, locale="ja-JP", timezone_id="Asia/Tokyo", bypass_csp=True
    )
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{bot.url}/sandbox")
    page.add_style_tag(content=NO_FRAME)
    return page


def shoot(page: Page, folder: Path, language: str, words: Words) -> None:
    """Walk both phones in one language, a picture a step."""
    for platform in ("line", "telegram"):
        phone = Phone(page, platform)
        phone.give_to(f"{language} {platform}", language)
        for name in walk(phone, words):
            if "menu-open" not in name:
                shut_rich_menu(phone)
            take(phone, folder / f"{platform}-{language}-{name}.png")


def draw_sheet(folder: Path, platform: str, languages: tuple[str, ...]) -> Path:
    """Put some of one platform's pictures on one sheet: a step a row, a language a column."""
    height = SMALL * HEIGHT // WIDTH
    sheet = Image.new("RGB", (len(languages) * (SMALL + GAP), len(ON_SHEET) * (height + GAP)), "white")
    for row, step in enumerate(ON_SHEET):
        for column, language in enumerate(languages):
            with Image.open(folder / f"{platform}-{language}-{step}.png") as picture:
                small = picture.convert("RGB").resize((SMALL, height), Image.Resampling.LANCZOS)
            sheet.paste(small, (column * (SMALL + GAP), row * (height + GAP)))
    to = folder / f"phones-{platform}.webp"
    sheet.save(to, quality=40, method=6)
    return to


def main(folder: Path, wanted: list[str]) -> None:
    """Start a bot of its own, walk both phones in each language, and lay the pictures out."""
    need_japanese_font()
    expect.set_options(timeout=WAIT_MS)
    folder.mkdir(parents=True, exist_ok=True)
    languages = tuple(wanted) or kitaq().city.languages
    texts = Texts(languages)
    with tempfile.TemporaryDirectory() as city:
        fill_boards(Path(city))
        with running(Path(city)) as bot, sync_playwright() as playwright, browser_of(playwright) as browser:
            page = open_page(browser, bot)
            for language in languages:
                shoot(page, folder, language, texts.of(language))
    for platform in ("line", "telegram"):
        print(draw_sheet(folder, platform, languages))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
