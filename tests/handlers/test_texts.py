"""Texts: every sentence in code has its translation, with the same placeholders; numbers and days read as people write.

Extraction is Babel's own, from Python and Jinja, so a text that translators cannot see is found here.
"""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import product
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot.channels.line.lengths import graphemes
from bot.channels.line.limits import QUICK_LABEL_GRAPHEMES
from handlers.texts import (
    LOCALES,
    Texts,
    format_day,
    format_moment,
    format_month,
    format_number,
    format_plain_day,
    format_time,
    language_name,
    web_tag,
)

ROOT = Path(__file__).parents[2]
DOMAINS = {"bot": ROOT / "handlers", "pages": ROOT / "bot" / "web"}
METHODS = [("**.py", "python"), ("**.html", "jinja2")]
KEYWORDS = {
    "_": None,
    "say": None,
    "choice": None,
    "say_many": (1, 1),
    "count": (1, 1),
    "gettext": None,
    "ngettext": (1, 2),
}
KANA, KANA_OR_KANJI = "[ぁ-んァ-ヺ]", "[ぁ-んァ-ヺ一-鿿]"
HEADER = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
ENGLISH = HEADER + '"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n'


def ids_in(folder: Path) -> set[str]:
    found = extract_from_dir(folder, METHODS, keywords=KEYWORDS, comment_tags=())
    return {message if isinstance(message, str) else message[0] for _, _, message, _, _ in found}


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def faults(source: Path, catalogue: Path) -> list[str]:
    """What a translator has left to do, or did wrong."""
    with catalogue.open("rb") as file:
        translated = {
            message.id if isinstance(message.id, str) else message.id[0]: message for message in read_po(file)
        }
    return list(_faults(ids_in(source), translated))


def _faults(ids: set[str], translated: dict) -> Iterator[str]:
    for message_id in sorted(ids):
        message = translated.get(message_id)
        if message is None or message.fuzzy or not message.string:
            yield f"not translated: {message_id}"
            continue
        for text in [message.string] if isinstance(message.string, str) else message.string:
            if placeholders(text) != placeholders(message_id):
                yield f"other placeholders: {message_id}"


CATALOGUES = [(domain, path) for domain in DOMAINS for path in sorted(LOCALES.glob(f"*/LC_MESSAGES/{domain}.po"))]


@pytest.mark.parametrize(
    ("domain", "path"), CATALOGUES, ids=[f"{path.parts[-3]}-{domain}" for domain, path in CATALOGUES]
)
def test_every_text_in_code_is_translated_with_the_same_placeholders(domain: str, path: Path) -> None:
    assert faults(DOMAINS[domain], path) == []


def test_the_chats_and_the_pages_speak_seven_languages() -> None:
    translated = {"ja-easy", "en", "zh-Hans", "ko", "vi", "id"}
    assert {(domain, path.parts[-3]) for domain, path in CATALOGUES} == set(product(DOMAINS, translated))


def translations(catalogue: Path) -> Iterator[tuple[str, str]]:
    """Pair each Japanese sentence with what it is in the catalogue, every plural form."""
    with catalogue.open("rb") as file:
        for message in read_po(file):
            if isinstance(message.id, str):
                yield message.id, str(message.string)
            else:
                yield from ((message.id[0], form) for form in message.string)


@pytest.mark.parametrize("language", ["ja-easy", "en", "zh-Hans", "ko", "vi", "id"])
def test_a_buttons_words_fit_lines_quick_replies(language: str) -> None:
    """LINE cuts a quick reply after 20 characters; the same words stand on cards and in Telegram's menu."""
    found = extract_from_dir(ROOT / "handlers", METHODS, keywords={"choice": None}, comment_tags=())
    labels = {message for _, _, message, _, _ in found}
    said = dict(translations(LOCALES / language / "LC_MESSAGES" / "bot.po"))
    assert {one: said[one] for one in labels if len(list(graphemes(said[one]))) > QUICK_LABEL_GRAPHEMES} == {}


@pytest.mark.parametrize(
    ("language", "foreign"),
    [("en", KANA_OR_KANJI), ("vi", KANA_OR_KANJI), ("id", KANA_OR_KANJI), ("ko", KANA_OR_KANJI), ("zh-Hans", KANA)],
)
def test_no_japanese_is_left_in_another_language(language: str, foreign: str) -> None:
    said = [pair for domain in DOMAINS for pair in translations(LOCALES / language / "LC_MESSAGES" / f"{domain}.po")]
    assert [text for _, text in said if re.search(foreign, text)] == []


def test_a_text_that_nobody_translated_is_found(tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text('words.say("{name}さん、こんにちは", name=1)\nTABLE = [_("表の文")]\n')
    (tmp_path / "page.html").write_text('<p>{{ say("頁の文") }}</p>{{ say_many("{n}件", n, n=n) }}')
    catalogue = tmp_path / "en.po"
    catalogue.write_text(
        ENGLISH + '\nmsgid "{name}さん、こんにちは"\nmsgstr "Hello {nome}"\n\nmsgid "表の文"\nmsgstr ""\n'
    )
    assert sorted(faults(tmp_path, catalogue)) == [
        "not translated: {n}件",
        "not translated: 表の文",
        "not translated: 頁の文",
        "other placeholders: {name}さん、こんにちは",
    ]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for language, extra in {
        "en": '\nmsgid "{n}件です"\nmsgid_plural "{n}件です"\nmsgstr[0] "{n} item"\nmsgstr[1] "{n} items"\n',
        "ja-easy": '\nmsgid "登録済みです"\nmsgstr "もう 登録(とうろく)しました"\n',
        "zh-Hans": '\nmsgid "登録済みです"\nmsgstr "已登记"\n',
    }.items():
        path = tmp_path / language / "LC_MESSAGES" / "bot.po"
        path.parent.mkdir(parents=True)
        path.write_text((ENGLISH if language == "en" else HEADER) + extra)
    return tmp_path


def test_plural_forms_follow_the_language(folder: Path) -> None:
    texts = Texts(["ja", "en"], folder=folder)
    said = [texts.of(language).say_many("{n}件です", n, n=n) for language in ("en", "ja") for n in (1, 2)]
    assert said == ["1 item", "2 items", "1件です", "2件です"]


def test_what_is_not_translated_stays_japanese(folder: Path) -> None:
    assert Texts(["en"], folder=folder).of("en").say("登録済みです") == "登録済みです"


def test_an_unknown_language_is_answered_in_japanese(folder: Path) -> None:
    texts = Texts(["en", "ko"], folder=folder)
    assert texts.languages == ("ja", "en")
    assert [texts.of(tag).language for tag in ("ko", None, "", "xx-!")] == ["ja"] * 4


@pytest.mark.parametrize(
    ("tag", "language"),
    [
        ("en-GB", "en"),
        ("en_US", "en"),
        ("EN", "en"),
        ("ja-JP", "ja"),
        ("ja-easy", "ja-easy"),
        ("zh-hans-CN", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-TW", "zh-Hans"),
        ("vi-VN", "ja"),
    ],
)
def test_a_language_tag_finds_its_nearest_catalogue(folder: Path, tag: str, language: str) -> None:
    assert Texts(["ja", "en", "ja-easy", "zh-Hans"], folder=folder).of(tag).language == language


def test_languages_are_named_in_themselves() -> None:
    named = ["日本語", "やさしい日本語", "English", "简体中文", "한국어", "Tiếng Việt", "Bahasa Indonesia"]
    assert [language_name(tag) for tag in ("ja", "ja-easy", "en", "zh-Hans", "ko", "vi", "id")] == named


def test_browsers_are_told_of_languages_that_they_know() -> None:
    assert [web_tag(language) for language in ("ja", "ja-easy", "zh-Hans")] == ["ja", "ja", "zh-Hans"]


def test_numbers_have_a_comma_every_three_digits() -> None:
    assert [format_number(60000, language) for language in ("ja", "en", "ja-easy")] == ["60,000"] * 3


def test_days_carry_their_weekday() -> None:
    on = date(2026, 11, 26)
    assert [format_day(on, language) for language in ("ja", "ja-easy", "en")] == [
        "11月26日(木)",
        "11月26日(木)",
        "Thu 26 Nov",
    ]
    assert format_day(on, "ja", year=True) == "2026年11月26日(木)"
    assert format_day(on, "en", year=True) == "Thu 26 Nov 2026"
    assert [format_day(on, language) for language in ("zh-Hans", "ko", "vi", "id")] == [
        "11月26日(周四)",
        "11월 26일 (목)",
        "Th 5, 26 thg 11",
        "Kam, 26 Nov",
    ]


def test_days_of_periods_and_sources_do_without() -> None:
    on = date(2022, 1, 1)
    assert [format_plain_day(on, language) for language in ("ja", "ja-easy", "en")] == [
        "2022年1月1日",
        "2022年1月1日",
        "1 January 2022",
    ]


def test_months_are_written_in_full_and_short() -> None:
    on = date(2022, 1, 1)
    assert [format_month(on, language) for language in ("ja", "ja-easy", "en")] == ["2022年1月"] * 2 + ["January 2022"]
    short = [format_month(on, language, year=False) for language in ("ja", "en", "zh-Hans", "ko", "vi", "id")]
    assert short == ["1月", "Jan", "1月", "1월", "thg 1", "Jan"]


@pytest.mark.parametrize(
    ("hour", "minute", "ja", "en"),
    [
        (5, 0, "午後2時", "2:00 pm"),
        (5, 30, "午後2時30分", "2:30 pm"),
        (15, 5, "午前0時5分", "12:05 am"),
        (3, 0, "午後0時", "12:00 pm"),
    ],
)
def test_times_are_tokyo_times_with_morning_or_afternoon(hour: int, minute: int, ja: str, en: str) -> None:
    at = datetime(2026, 11, 26, hour, minute, tzinfo=UTC)
    assert (format_time(at, "ja"), format_time(at, "en")) == (ja, en)


def test_a_moment_is_its_tokyo_day_and_time() -> None:
    at = datetime(2026, 11, 25, 15, 30, tzinfo=UTC)
    assert format_moment(at, "ja") == "11月26日(木) 午前0時30分"
    assert format_moment(at, "en", year=True) == "Thu 26 Nov 2026, 12:30 am"


def test_moments_and_numbers_read_as_each_language_writes_them() -> None:
    at = datetime(2026, 11, 26, 5, 30, tzinfo=UTC)
    assert [format_moment(at, language) for language in ("zh-Hans", "ko", "vi", "id")] == [
        "11月26日(周四) 14:30",
        "11월 26일 (목) 오후 2:30",
        "Th 5, 26 thg 11, 14:30",
        "Kam, 26 Nov, 14.30",
    ]
    assert [format_number(60_000, language) for language in ("zh-Hans", "ko", "vi", "id")] == [
        "60,000",
        "60,000",
        "60.000",
        "60.000",
    ]
