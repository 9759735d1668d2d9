"""What every channel must do, whatever its platform: one suite over every phone in ``PHONES``."""

from collections.abc import Sequence

from handlers.messages import Card, Message
from storage.database import Database
from storage.facts import AudienceKind, EventMode
from tests.calendar_of_events import a_date, announce, announce_course
from tests.channels.line.phone import LinePhone
from tests.channels.phone import Phone
from tests.channels.telegram.phone import TelegramPhone
from tests.channels.terminal.phone import TerminalPhone
from tests.town import Citizen, Town

PHONES: list[Phone] = [LinePhone(), TelegramPhone(), TerminalPhone()]

AWKWARD = {
    "emoji": "🎉👨‍👩‍👧‍👦🇯🇵👍🏽 ゴミ拾い",
    "five thousand": "あ" * 5_000,
    "five thousand astral": "𠮷" * 5_000,
    "twelve thousand in lines": "今日もエコバッグを使いました🌱\n" * 700,
    "right to left": "مرحبا بكم في كيتاكيوشو ‏(2022)",
    "zero width": "a\u200bb\u200cc\u200dd\ufeffe\u2060f",
    "full-width digits": "１２３km ＡＢＣ（株）",
    "names": "𠮷田 﨑山 \ufa10 \ufa19 葛\U000e0100城 が か\u3099",
    "markup": "<b>&amp;</b> *a* _b_ [c](d) `e` {f} $g \\n \"h\" 'i'",
    "line ends": "一\n二\r\n三\n\n四",
    "half a pair": "half \ud83d pair",
}
"""Texts that careless programs lose, count wrongly or cut through. The last is no valid text: it may be replaced."""

DATA = ["a", "r:my_bottle:2022-01-20:1", "e=1&p=２", "x" * 64, "日" * 21, "<&>\"'\\", "🎉" * 16]
"""Button data within the 64 bytes that a Choice may carry."""

LONG_TITLE = {"ja": "脱炭素の時代にまちの会社とくらしはどう変わるのかを考えるとても長い題名の会" * 3}
LONG_WORDS = {"ja": "𠮷野さんといっしょに、<b>まち</b>を歩いて考えます。\n" * 300}
NAMES = ("👨‍👩‍👧‍👦" * 20, "同行者の呼び名が二十文字ちょうどのとき", "{name} <b>", "が" * 20)


def answers_about_events(database: Database) -> dict[str, Sequence[Message]]:
    """Every answer about events where it is longest: long titles, a full course, four companions with long names."""
    town = Town(database)
    both = (AudienceKind.PUBLIC, AudienceKind.COMPANY)
    long = {"title": LONG_TITLE, "description": LONG_WORDS, "audiences": both, "interpreted_into": ("en", "zh-Hans")}
    for number in range(6):
        announce(town, f"event{number}", a_date(number), ward="moji" if number else None, **long)
    here = {"joining_url": "https://meeting.example/" + "a" * 900, "place": LONG_TITLE, "mode": EventMode.BOTH}
    event = announce(town, "party", **long, **here)
    course = announce_course(town, "course", 12, **long)
    full = announce(town, "full", a_date(20, 0), **long)
    citizen, answers = town.citizen(), {}
    for data in ("menu", "events", "events::2", "narrow", f"ev:{event.id}", f"reg:{event.id}"):
        answers[data] = citizen.press(data)
    answers |= _party(town, citizen, event.id)
    part = event.parts[0].id
    cards = (f"mine:{event.id}", f"pass:{part}", f"bring:{event.id}", f"unreg:{event.id}", f"unregyes:{event.id}")
    course_cards = ("ev", "regco", "reg", "mine", "unreg", f"unregyes:{course.id}:{course.parts[0].id}")
    of_course = [data if ":" in data else f"{data}:{course.id}" for data in course_cards]
    for data in (*cards, *of_course, f"reg:{full.id}", f"mine:{full.id}", "my", "settings", "remind", "remind:day"):
        town.pass_minutes(1)
        answers[data] = citizen.press(data)
    (mine,) = answers[f"mine:{event.id}"]
    assert isinstance(mine, Card)
    assert all(name in "\n".join(mine.lines) for name in NAMES)
    return answers


def _party(town: Town, citizen: Citizen, event_id: int) -> dict[str, Sequence[Message]]:
    answers = {}
    for name in NAMES:
        town.pass_minutes(1)
        answers[f"ask {name}"] = citizen.press(f"bring:{event_id}:c")
        answers[f"named {name}"] = citizen.text(name)
    return answers
