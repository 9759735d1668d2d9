"""Makes the pictures of the staff's manual from the pages themselves: ``python -m tests.screenshots [name …]``.

Beside the pictures stands a hash of each page's words as they were then: a page that changed since makes its test fail.
"""

import hashlib
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from handlers import broadcasting, messages
from handlers.messages import Card, Choice
from storage import people, quotas
from storage.facts import Audience, BroadcastContent, BroadcastKind, ChannelName, StaffRole
from tests.chromium import need_japanese_font
from tests.end_to_end.browsers import browser_of
from tests.end_to_end.office import START, Office, open_office
from tests.running import ROOT

FOLDER = ROOT / "docs" / "images" / "staff"
WORDS = FOLDER / "words.json"
RENEW = "python -m tests.screenshots"
WIDTH, HEIGHT, ABOVE, COLOURS = 1240, 800, 12, 64
Cookies = Mapping[StaffRole, Any]
WRITER, APPROVER, HEAD = StaffRole.EDITOR, StaffRole.APPROVER, StaffRole.ADMINISTRATOR
PICTURES = {
    "today": ("/staff", APPROVER),
    "accounts": ("/staff/accounts", HEAD),
    "people": ("/staff/people", WRITER),
    "switches": ("/staff/switches", WRITER),
    "months": ("/staff/months", WRITER),
    "new-event": ("/staff/events/new", WRITER),
    "event": ("/staff/events/{event}", WRITER),
    "door": ("/staff/parts/{part}/door", WRITER),
    "compose": ("/staff/broadcasts/1/edit", WRITER),
    "check": ("/staff/broadcasts/1/check", WRITER),
}
"""Each picture's page, and who looks at it. They show nobody but a sample."""
BEGINS = {"compose": "section[aria-labelledby=texts]"}  # else with the first line that is no notice
PASSING = re.compile(r"午[前後]\d+時(\d+分)?|\([月火水木金土日]\)|[\d\s]+")  # on the hour no minutes are said


def set_scene(office: Office) -> Cookies:
    """Let somebody have registered, and a broadcast be begun; gives the cookie of each role."""
    now = office.app.clock.now()
    agreed = {"consent_version": office.app.programme_now().consent.version}
    person_id = office.host("見本")
    office.do(lambda c: people.change(c, person_id, **agreed))
    office.do(lambda c: quotas.put(c, ChannelName.LINE, 200, 0, office.app.clock.real()))
    lines = ("1月29日(土)の朝9時に、清掃をします。", "軍手を持ってきてください。")
    said = BroadcastContent(
        kind=BroadcastKind.NOTICE,
        title="川の清掃",
        audience=Audience(),
        texts={"ja": messages.dump([Card("川の清掃のお知らせ", lines, (Choice("メニューを見る", "menu"),))])},
        send_at=START + timedelta(days=1),
        not_after=START + timedelta(days=2),
    )
    office.do(lambda c: broadcasting.draft(c, said, by="職員 editor", now=now))
    return {role: office.cookie(role) for role in (WRITER, APPROVER, HEAD)}


def hash_of_words(page: str) -> str:
    """Hash what a page says below its menu; numbers, weekdays and hours are those of the day."""
    main = page[page.index("<main") : page.index("</main>")]
    words = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", main, flags=re.DOTALL)
    return hashlib.sha256(PASSING.sub("", words).encode()).hexdigest()[:16]


def address(office: Office, path: str) -> str:
    return office.url + path.format(event=office.event.id, part=office.part.id)


def read_pages(office: Office, cookies: Cookies) -> dict[str, str]:
    """Hash the words of every page that has a picture."""
    found = {}
    for name, (path, role) in PICTURES.items():
        answer = httpx.get(address(office, path), cookies={"session": cookies[role]["value"]}, timeout=60)
        found[name] = hash_of_words(answer.raise_for_status().text)
    return found


def take(browser: Browser, office: Office, cookies: Cookies, name: str) -> bytes:
    """Take a picture of what a page says first, below its menu; a PNG of few colours."""
    path, role = PICTURES[name]
    size = {"width": WIDTH, "height": HEIGHT}
    with browser.new_context(viewport=size, locale="ja-JP", timezone_id="Asia/Tokyo") as context:  # type: ignore[arg-type]
        context.add_cookies([cookies[role]])
        page = context.new_page()
        page.goto(address(office, path), wait_until="networkidle")
        main = page.locator("main").bounding_box()
        begins = page.locator(BEGINS.get(name, "main > :not(.notice)")).first.bounding_box()
        assert main is not None
        assert begins is not None
        top, end = begins["y"] - ABOVE, main["y"] + main["height"]
        clip = {"x": 0.0, "y": top, "width": float(WIDTH), "height": min(end - top, HEIGHT)}
        shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
    out = BytesIO()
    Image.open(BytesIO(shot)).convert("RGB").quantize(COLOURS).save(out, "PNG", optimize=True)
    return out.getvalue()


def renew(names: list[str]) -> None:
    """Take pictures of pages by their names, and keep the hash of their words."""
    need_japanese_font()
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = json.loads(WORDS.read_text()) if WORDS.exists() else {}
    with (
        tempfile.TemporaryDirectory() as folder,
        open_office(Path(folder)) as office,
        sync_playwright() as playwright,
        browser_of(playwright) as browser,
    ):
        cookies = set_scene(office)
        found = read_pages(office, cookies)
        for name in names:
            picture = take(browser, office, cookies, name)
            (FOLDER / f"{name}.png").write_bytes(picture)
            print(f"{name}: {len(picture):,} bytes")
    WORDS.write_text(json.dumps({**kept, **{name: found[name] for name in names}}, indent=2) + "\n")


if __name__ == "__main__":
    renew(sys.argv[1:] or list(PICTURES))
