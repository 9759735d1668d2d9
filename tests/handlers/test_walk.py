"""A random walk over the chat, LINE's and Telegram's: whatever is tapped, typed or sent, the talk goes on.

More by hand: ``WALK_STEPS=20000 python -m pytest tests/handlers/test_walk.py``.
"""

import json
import os
import random
import re
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

import pytest
from babel.messages.pofile import read_po

from bot.channels.telegram.channel import Telegram
from handlers.messages import Card, Choice, Message, Text
from handlers.texts import LOCALES, language_name
from storage.database import Database
from storage.facts import AudienceKind, EventMode, EventState
from tests import databases
from tests.calendar_of_events import a_date, announce, announce_course
from tests.town import Citizen, Town, kitaq

STEPS = int(os.environ.get("WALK_STEPS", "400"))
PACE = timedelta(seconds=4)
TYPED = (
    "マイボトル使った",
    "I used my own bottle and took the bus 12 km",
    "きのう自転車で3キロ",
    "節電とマイバッグ",
    "合計",
    "退会したい",
    "undo",
    "３キロ",
    "-5",
    "1e309",
    "½",
    "nan km",
    "0",
    "明日マイボトル使う？",
    "イベント",
    "申し込みたい",
    "e_walk0",
    "イベント e_walk1",
    "e_nothing",
    "/events",
    "/myevents",
    "はなこ",
    "/start",
    "/help",
    "/leave",
    "/undo now",
    "/language",
    "/data",
    "/pause",
    "/resume",
    "/unknown",
    "/",
    " ",
    "\u200b",
    "\u200b\u200d\ufeff",
    "\u202eمرحبا بكم\u202c",
    "ｍｙ　ｂｏｔｔｌｅ　ｕｓｅｄ",
    "👨‍👩‍👧‍👦🏳️‍🌈🇯🇵",
    "𠮷田﨑",
    "\ufa10本",
    "e" + "\u0301" * 300,
    "ﷺ" * 50,
    "{name} %s {0} {{}}",
    "<b>&amp;</b> [x](y) *_`~",
    "'; DROP TABLE ledger; --",
    "あ" * 5_000,
    "マイボトルとマイバッグと自転車と" * 300,
    "\n\n\n",
    "\ud83d",
    "\x00\x07",
)
FORGED = (
    "menu:1",
    "stay:x:y",
    "d:１:walk:5",
    "r:my_bottle:0001-01-01:1",
    "report:2:9999-12-31",
    "w:9" * 9,
    ":",
    "lang:",
    "events:w-nowhere:9",
    "events:x:y:z",
    "ev:-1",
    "reg:1:999",
    "regco:9999999999999999999",
    "unregyes:1:2:3",
    "seat:1",
    "back:2",
    "pass:١",
    "bring:1:c",
    "again:1:1",
    "remind:never",
)


class Walker:
    """Somebody who taps, types and sends at random, and what every answer must keep."""

    def __init__(self, town: Town, language: str, draw: random.Random) -> None:
        self.town, self.language, self.draw = town, language, draw
        self.citizen = town.citizen(language)
        self.seen: dict[str, None] = {"menu": None, "report": None, "events": None}
        self.telegram = Telegram(token="1:A", webhook_secret="s")
        self.did = "joined"

    def step(self) -> None:
        self.town.now += PACE
        act = self.draw.choices(
            (self.tap, self.tap_the_newest, self.type, self.send, self.block, self.unsend, self.forge, self.wait),
            (40, 25, 22, 6, 1, 2, 2, 2),
        )[0]
        act()
        self.restore_the_language()

    def tap(self) -> None:
        self.press(self.draw.choice(list(self.seen)))

    def tap_the_newest(self) -> None:
        newest = [choice.data for choice in self.citizen.buttons() if choice.data]
        self.press(self.draw.choice(newest or ["menu"]))

    def press(self, data: str) -> None:
        self.did = f"pressed {data}"
        self.look(self.citizen.press(data))

    def type(self) -> None:
        words = self.draw.choice(TYPED)
        self.did = f"typed {words[:40]!r}"
        self.look(self.citizen.text(words))

    def send(self) -> None:
        self.did = "sent a thing"
        kind = self.draw.choice(("sticker", "image", "video", "audio", "file", "location"))
        self.look(self.citizen.send({"type": kind}))

    def block(self) -> None:
        self.did = "blocked and came back"
        assert not self.citizen.block()
        self.town.now += PACE
        self.look(self.citizen.follow())

    def unsend(self) -> None:
        self.did = "unsent"
        assert not self.citizen.unsend("1")

    def forge(self) -> None:
        self.press(self.draw.choice(FORGED))

    def wait(self) -> None:
        self.town.now += timedelta(hours=self.draw.choice((1, 9, 24, 24 * 8)))

    def restore_the_language(self) -> None:
        """Whoever left or chose another language joins again and goes on in the walk's own."""
        if self.did.startswith(("pressed lang", "pressed leaving")):
            self.join_again()

    def join_again(self) -> None:
        for data in (f"lang:{self.language}", f"join:{self.town.programme.consent.version}"):
            self.town.now += PACE
            self.citizen.press(data)

    def look(self, said: Sequence[Message]) -> None:
        """See that an answer leaves a way on, fits both platforms and keeps to its language."""
        choices = [c for m in said for c in (m.buttons if isinstance(m, Card) else m.choices)]
        assert choices, f"{self.did}: no way on from {said}"
        self.seen.update((choice.data, None) for choice in choices if choice.data)
        for choice in choices:
            assert choice.label.strip()
            assert bool(choice.data) != bool(choice.url)
            assert len(choice.data.encode()) <= 64
        line = self.town.house.channels["line"].render(said)
        assert len(line) == 1, "one reply token serves one call"
        for body in line:
            see_line_limits(json.loads(body))
        for body in self.telegram.render(said):
            see_telegram_limits(json.loads(body))
        if not self.language.startswith("ja") and not self.did.startswith(("pressed lang", "pressed leaving")):
            see_no_japanese(said, self.did)


def announce_some(town: Town) -> None:
    """Announce events of every sort: full, dateless, whole, for companies, cancelled, a course, one over soon."""
    both = (AudienceKind.PUBLIC, AudienceKind.COMPANY)
    long = {"ja": "とても長い題名の" * 12, "en": "A title that is very long indeed " * 6}
    announce(town, "walk0", joining_url="https://meeting.example/1", audiences=both)
    announce(town, "walk1", a_date(1, 0), mode=EventMode.VENUE, ward="moji", interests=("life",))
    announce(town, "walk2", a_date(2, 1), title=long, cost_yen=500, interpreted_into=("en",), audiences=both)
    announce(town, "walk3", a_date(starts_at=None, ends_at=None, capacity=2))
    announce(town, "walk4", state=EventState.CANCELLED)
    announce(town, "walk5", a_date(-5), description=long, mode=EventMode.BOTH)
    announce_course(town, "walk6", 12, audiences=both, title=long)
    announce_course(town, "walk7", 2, whole_only=True, audiences=(AudienceKind.COMPANY,), interests=("business",))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def see_line_limits(body: dict[str, list[dict[str, object]]]) -> None:
    assert 1 <= len(body["messages"]) <= 5
    for message in body["messages"]:
        assert units(message.get("text", "")) <= 5_000
        assert units(message.get("altText", "")) <= 1_500
        assert len(json.dumps(message.get("contents", {}))) <= 30_000
        items = message.get("quickReply", {"items": []})["items"]
        assert len(items) <= 13
        for item in items:
            assert 0 < len(item["action"]["label"]) <= 20 + 20  # graphemes; code points may be a few more
            assert units(item["action"].get("data", "x")) <= 300


def see_telegram_limits(body: dict[str, object]) -> None:
    words = re.sub(r"<[^>]+>", "", str(body["text"])) if body.get("parse_mode") else str(body["text"])
    assert 1 <= len(words.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")) <= 4_096
    keyboard = body.get("reply_markup", {}).get("inline_keyboard", [])
    assert sum(len(row) for row in keyboard) <= 100
    assert all(len(key.get("callback_data", "").encode()) <= 64 for row in keyboard for key in row)


KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa\u4e00-\u9fff]")
MEANT = {*map(language_name, kitaq().city.languages), "言語 / Language"}


@cache
def sentences() -> tuple[re.Pattern[str], ...]:
    """Our own Japanese sentences, as patterns, each {value} standing for anything."""
    catalogue = read_po((LOCALES / "en" / "LC_MESSAGES" / "bot.po").open("rb"))
    ids = [str(message.id) for message in catalogue if message.id and KANA.search(str(message.id))]
    fixed = [re.split(r"\{[^}]*\}", sentence) for sentence in ids if sentence not in MEANT]
    return tuple(re.compile(".*".join(map(re.escape, parts))) for parts in fixed if len("".join(parts)) >= 4)


def see_no_japanese(said: Sequence[Message], did: str) -> None:
    asks_language = any(choice.data.startswith("lang:") for m in said if isinstance(m, Card) for choice in m.buttons)
    if asks_language:
        return
    for part in words_of(said):
        found = next((p.pattern for p in sentences() if p.search(part)), None)
        assert found is None, f"{did}: Japanese in a chat of another language: {part!r} ({found})"
    names = [ward.name["ja"] for ward in kitaq().wards] + [a.title["ja"] for a in kitaq().actions]
    for part in words_of(said):
        assert not [name for name in names if name in part], f"{did}: a Japanese name in {part!r}"


def words_of(said: Sequence[Message]) -> list[str]:
    parts: list[str] = []
    for message in said:
        choices: tuple[Choice, ...] = message.choices if isinstance(message, Text) else message.buttons
        parts += [message.text] if isinstance(message, Text) else [message.title, *message.lines]
        parts += [choice.label for choice in choices]
    return [part for part in parts if part not in MEANT]


@pytest.mark.parametrize(("language", "seed"), [("ja", 1), ("ja", 2), ("en", 1), ("en", 2), ("ja-easy", 3), ("vi", 4)])
def test_a_random_walk_always_goes_on(language: str, seed: int) -> None:
    with databases.fresh("sqlite") as database:
        town = Town(database)
        announce_some(town)
        walker = Walker(town, language, random.Random(seed))
        for _ in range(STEPS):
            walker.step()


def test_leaving_is_always_possible(database: Database) -> None:
    town = Town(database)
    announce_some(town)
    walker = Walker(town, "ja", random.Random(3))
    for _ in range(40):
        walker.step()
        walker.town.now += PACE
        leave_by_word(walker.citizen)
        walker.join_again()


def leave_by_word(citizen: Citizen) -> None:
    citizen.text("退会")
    citizen.town.now += PACE
    citizen.tap("退会して消す")
    assert "退会しました" in citizen.words()
