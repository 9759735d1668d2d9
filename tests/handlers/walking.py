"""A random walk over the chat, on LINE or Telegram: whatever is tapped, typed or sent, the talk goes on.

``tests/handlers/test_walk.py`` walks a little, ``python -m bench.walk`` far.
"""

import math
import random
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import cache

from babel.messages.pofile import read_po
from sqlalchemy import func, select

from handlers.messages import Card, Choice, Message, Text
from handlers.texts import LOCALES, language_name
from storage.facts import AudienceKind, ChannelName, EventMode, EventState
from storage.inbox import INBOX
from tests.calendar_of_events import a_date, announce, announce_course
from tests.channels.line.phone import LinePhone
from tests.channels.phone import Phone
from tests.channels.telegram.phone import TelegramPhone
from tests.handlers.telegram_citizen import bring
from tests.town import Town, kitaq

PHONES: dict[ChannelName, Phone] = {ChannelName.LINE: LinePhone(), ChannelName.TELEGRAM: TelegramPhone()}
LONG, LONG_IN_ENGLISH = "とても長い題名の", "A title that is very long indeed "
"""What an event's title is made of to try the limits; no answer that holds it is measured for its length."""
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

    def __init__(self, town: Town, channel: ChannelName, language: str, draw: random.Random) -> None:
        self.town, self.channel, self.language, self.draw = town, channel, language, draw
        self.citizen = town.citizen(language) if channel is ChannelName.LINE else bring(town, language)
        self.seen: dict[str, None] = {"menu": None, "report": None, "events": None}
        self.renders = PHONES[channel].channel().render
        self.did = "joined"
        self.steps = Counter[str]()
        self.longest: tuple[int, str] = (0, "")

    def step(self) -> None:
        self.town.now += PACE
        acts = {
            self.tap: 38, self.tap_the_newest: 25, self.type: 22, self.send: 6, self.send_twice: 2, self.block: 1,
            self.unsend: 2, self.forge: 2, self.wait: 2,
        }  # fmt: skip
        act = self.draw.choices(list(acts), list(acts.values()))[0]
        self.steps[act.__name__] += 1
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

    def send_twice(self) -> None:
        """See that what the platform delivers a second time is not answered a second time."""
        self.type()
        self.did += ", delivered again"
        assert not self.citizen.receive(self.citizen.delivered)

    def block(self) -> None:
        self.did = "blocked and came back"
        assert not self.citizen.block()
        self.town.now += PACE
        self.look(self.citizen.follow())

    def unsend(self) -> None:
        self.did = "unsent or changed a message"
        self.citizen.unsend("1")

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
        """See that an answer leaves a way on, fits its platform and a phone, and keeps to its language."""
        choices = [c for m in said for c in (m.buttons if isinstance(m, Card) else m.choices)]
        assert choices, f"{self.did}: no way on from {said}"
        self.seen.update((choice.data, None) for choice in choices if choice.data)
        for choice in choices:
            assert choice.label.strip()
            assert bool(choice.data) != bool(choice.url)
        bodies = self.renders(said)
        assert len(bodies) == 1 or self.channel is not ChannelName.LINE, "one reply token serves one call"
        for body in bodies:
            assert not PHONES[self.channel].violations(body), self.did
        if not any(LONG in part or LONG_IN_ENGLISH in part for part in words_of(said)):
            self.longest = max(self.longest, (lines_on_a_phone(said), self.did))
            assert self.longest[0] <= MOST_LINES, self.longest
        if not self.language.startswith("ja") and not self.did.startswith(("pressed lang", "pressed leaving")):
            see_no_japanese(said, self.language, self.did)

    def see_that_all_is_well(self) -> None:
        """See after a walk that no message was given up, and that menu, language, leaving and joining still work."""
        given_up = select(func.count()).select_from(INBOX).where(INBOX.c.state == "failed")
        assert self.town.database.read(lambda c: c.execute(given_up).scalar_one()).result() == 0
        self.town.now += timedelta(days=1)
        self.citizen.press(f"lang:{self.language}")
        for word in ("menu", "report"):
            self.town.now += PACE
            self.did = word
            self.look(self.citizen.text(word))
        self.town.now += PACE
        self.leave_by_word()
        self.join_again()

    def leave_by_word(self) -> None:
        self.citizen.text("退会")
        self.town.now += PACE
        (yes,) = [c.data for c in self.citizen.buttons() if c.data.startswith("leaving")]
        self.citizen.press(yes)
        assert self.citizen.buttons(), "who left is shown how to come back"


WIDTH, MOST_LINES = 34, 40
"""Halves of a full-width letter in a line of a bubble: LINE's at 390 pixels, letters of 15. A screen of 844 pixels
shows 33 such lines below its head, so that the longest answer is read with one short push."""


def lines_on_a_phone(said: Sequence[Message]) -> int:
    """Count the lines that an answer takes on a phone 390 pixels wide; a button is two lines high."""
    return sum(map(_lines, said))


def _lines(message: Message) -> int:
    written = message.text if isinstance(message, Text) else "\n".join((message.title, *message.lines))
    buttons = 0 if isinstance(message, Text) else 2 * math.ceil(len(message.buttons) / message.columns)
    return buttons + sum(max(1, math.ceil(_width(line) / WIDTH)) for line in written.split("\n"))


def _width(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WFA" else 1 for sign in line)


def announce_some(town: Town) -> None:
    """Announce events of every sort: full, dateless, whole, for companies, cancelled, a course, one over soon."""
    both = (AudienceKind.PUBLIC, AudienceKind.COMPANY)
    long = {"ja": LONG * 12, "en": LONG_IN_ENGLISH * 6}
    announce(town, "walk0", joining_url="https://meeting.example/1", audiences=both)
    announce(town, "walk1", a_date(1, 0), mode=EventMode.VENUE, ward="moji", interests=("life",))
    announce(town, "walk2", a_date(2, 1), title=long, cost_yen=500, interpreted_into=("en",), audiences=both)
    announce(town, "walk3", a_date(starts_at=None, ends_at=None, capacity=2))
    announce(town, "walk4", state=EventState.CANCELLED)
    announce(town, "walk5", a_date(-5), description=long, mode=EventMode.BOTH)
    announce_course(town, "walk6", 12, audiences=both, title=long)
    announce_course(town, "walk7", 2, whole_only=True, audiences=(AudienceKind.COMPANY,), interests=("business",))


KANA = re.compile("[\u3041-\u309f\u30a1-\u30fa\u4e00-\u9fff]")
MEANT = {*map(language_name, kitaq().city.languages), "言語 / Language"}


@cache
def sentences(language: str) -> tuple[re.Pattern[str], ...]:
    """Our Japanese sentences, as patterns, each {value} standing for anything; not those that are alike translated."""
    catalogue = read_po((LOCALES / language / "LC_MESSAGES" / "bot.po").open("rb"))
    said = [(str(message.id), str(message.string)) for message in catalogue if KANA.search(str(message.id))]
    fixed = [(re.split(r"\{[^}]*\}", id), other) for id, other in said if id not in MEANT]
    long = [(parts, other) for parts, other in fixed if len("".join(parts)) >= 4]
    patterns = [(re.compile(".*".join(map(re.escape, parts))), other) for parts, other in long]
    return tuple(pattern for pattern, other in patterns if not pattern.search(other))


def see_no_japanese(said: Sequence[Message], language: str, did: str) -> None:
    asks_language = any(choice.data.startswith("lang:") for m in said if isinstance(m, Card) for choice in m.buttons)
    if asks_language:
        return
    for part in words_of(said):
        found = next((p.pattern for p in sentences(language) if p.search(part)), None)
        assert found is None, f"{did}: Japanese in a chat of another language: {part!r} ({found})"
    texts = [ward.name for ward in kitaq().wards] + [action.title for action in kitaq().actions]
    names = [name["ja"] for name in texts if name["ja"] != name.get(language)]
    for part in words_of(said):
        assert not [name for name in names if name in part], f"{did}: a Japanese name in {part!r}"


def words_of(said: Sequence[Message]) -> list[str]:
    parts: list[str] = []
    for message in said:
        choices: tuple[Choice, ...] = message.choices if isinstance(message, Text) else message.buttons
        parts += [message.text] if isinstance(message, Text) else [message.title, *message.lines]
        parts += [choice.label for choice in choices]
    return [part for part in parts if part not in MEANT]
