"""What every channel must do, whatever its platform: one suite over every phone in ``PHONES``."""

from tests.channels.line.phone import LinePhone
from tests.channels.phone import Phone
from tests.channels.telegram.phone import TelegramPhone
from tests.channels.terminal.phone import TerminalPhone

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
