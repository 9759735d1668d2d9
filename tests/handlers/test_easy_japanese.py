"""Easy Japanese keeps its rules, in the chats, on the pages and in the city's file; what is good style is not judged.

Rules: 在留支援のためのやさしい日本語ガイドライン (Immigration Services Agency, Agency for Cultural Affairs, 2020):
short sentences, です and ます, readings beside kanji, no double negation, no era years, 午前 and 午後. The most kanji
in a sentence of daily life, 13: the guide of Hirosaki University (2019).
"""

import re
from collections.abc import Iterator

import pytest
from babel.messages.pofile import read_po

from handlers.texts import LOCALES
from tests.town import kitaq

KANJI = "[一-鿿々]"
READING = re.compile(rf"({KANJI}+)（[ぁ-んー]+）")
ENDS = re.compile("[。？！：]")
NOT_COUNTED = re.compile(r"\{[^}]*\}|[!-~\s]")  # values, codes and the spaces between words
LONGEST, MOST_KANJI = 40, 13  # characters without readings
DOUBLE_NEGATION = re.compile(
    "ないことは(?:ない|ありません)|ないわけでは|なく(?:は|も)(?:ない|ありません)|なければなり?ません"
)
ERA, CLOCK, WAVE = (
    re.compile("令和|平成|昭和"),
    re.compile(r"(?<!午前)(?<!午後)\b\d{1,2}(?::\d\d|時(?!間))"),
    re.compile("[〜～]"),
)
PLAIN_STYLE = re.compile("(?<!まし)(?<!でし)た。|(?:る|ない|だ)。")


def faults(text: str) -> Iterator[str]:
    """Name what breaks a rule."""
    bare = READING.sub("", text)
    if re.search(KANJI, bare):
        yield f"no reading: {''.join(re.findall(KANJI, bare))}"
    said = NOT_COUNTED.sub("", READING.sub(r"\1", text))
    for sentence in ENDS.split(said):
        if len(sentence) > LONGEST:
            yield f"{len(sentence)} characters: {sentence}"
        if len(re.findall(KANJI, sentence)) > MOST_KANJI:
            yield f"too many kanji: {sentence}"
    said = READING.sub(r"\1", text)
    for name, rule in {"era": ERA, "clock": CLOCK, "wave": WAVE, "double negation": DOUBLE_NEGATION}.items():
        if found := rule.search(said):
            yield f"{name}: {found[0]}"
    if PLAIN_STYLE.search(said):
        yield "not です or ます"


def sentences() -> Iterator[str]:
    for domain in ("bot", "pages"):
        with (LOCALES / "ja-easy" / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
            for message in read_po(file):
                if message.id:
                    yield from [message.string] if isinstance(message.string, str) else message.string
    programme = kitaq()
    yield from programme.consent.lines["ja-easy"]
    for action in programme.actions:
        yield from (one["ja-easy"] for one in (action.title, action.label, action.counts_as, action.does_not_count))
    for named in (*programme.wards, *programme.interests):
        yield named.name["ja-easy"]


def test_easy_japanese_keeps_its_rules() -> None:
    assert {text: found for text in sentences() if (found := list(faults(text)))} == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("受付で 見（み）せてください。", "no reading: 受付"),
        ("令和（れいわ）4年（ねん）です。", "era: 令和"),
        ("14時（じ）からです。", "clock: 14時"),
        ("14:30からです。", "clock: 14:30"),
        ("月曜日（げつようび）〜金曜日（きんようび）です。", "wave: 〜"),
        ("できないことはありません。", "double negation: ないことはありません"),
        ("記録（きろく）した。", "not です or ます"),
        ("あ" * 41 + "。", f"41 characters: {'あ' * 41}"),
    ],
)
def test_a_broken_rule_is_named(text: str, fault: str) -> None:
    assert list(faults(text)) == [fault]


def test_what_keeps_the_rules_is_let_through() -> None:
    assert list(faults("午後（ごご）2時（じ）から 始（はじ）まります。{name}さんの 席（せき）です。")) == []
