"""Nicknames: generated ones in two languages, chosen ones kept byte for byte or refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules.names import NicknameProblem, checked_nickname, generated_name, graphemes
from storage.facts import NameWords

WORDS = NameWords(
    first={"ja": ("みどり", "あかるい", "しろの"), "en": ("Green", "Bright"), "zh": ("绿色",), "ko": ()},
    second={"ja": ("カササギ", "ホタル"), "en": ("Magpie", "Firefly"), "zh": ("喜鹊",), "ko": ()},
)


@pytest.mark.parametrize(
    ("language", "first", "name"),
    [
        ("ja", 0, "みどりのカササギ12"),
        ("ja", 1, "あかるいカササギ12"),
        ("ja", 2, "しろのカササギ12"),
        ("ja-easy", 0, "みどりのカササギ12"),
        ("en", 0, "Green Magpie 12"),
        ("zh", 0, "绿色喜鹊12"),
        ("ko", 0, "Green Magpie 12"),
        ("vi", 1, "Bright Magpie 12"),
    ],
)
def test_a_generated_name_is_joined_as_its_language_joins(language: str, first: int, name: str) -> None:
    assert generated_name(WORDS, language, first, 0, 12) == name


def test_without_words_in_any_other_language_the_name_is_japanese() -> None:
    only_japanese = NameWords(first={"ja": ("みどり",)}, second={"ja": ("ホタル",)})
    assert generated_name(only_japanese, "en", 0, 0, 7) == "みどりのホタル7"


@given(st.sampled_from(["ja", "en"]), st.integers(0), st.integers(0), st.integers(0, 9999))
def test_any_lots_make_a_name(language: str, first: int, second: int, number: int) -> None:
    assert generated_name(WORDS, language, first, second, number).endswith(str(number))


@pytest.mark.parametrize(
    "name",
    [
        *("みどり", "𠮷野家", "﨑山\ufa10", "e\u0301clair", "한글이름", "A", "Mr.Green", "J. 田中", "山田太郎(123456)"),
        *("👨‍👩‍👧‍👦" * 20, "🇯🇵" * 20, "か\u3099" * 20, "👍🏽" * 20, "あ い", "7個のりんご"),
    ],
)
def test_a_good_name_is_kept_byte_for_byte(name: str) -> None:
    assert checked_nickname(f"\u3000 {name}\n") == name


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NicknameProblem.EMPTY),
        (" \u3000\n", NicknameProblem.EMPTY),
        ("あ" * 21, NicknameProblem.TOO_LONG),
        ("A\u0301" + "\u0301" * 300, NicknameProblem.TOO_LONG),
        ("あ\u200d" * 30, NicknameProblem.TOO_LONG),
        ("み\nどり", NicknameProblem.CONTROL),
        ("み\u2028どり", NicknameProblem.CONTROL),
        ("み\x00どり", NicknameProblem.CONTROL),
        ("\u202eりどみ", NicknameProblem.CONTROL),
        ("\ud800", NicknameProblem.CONTROL),
        ("\u200b\u200b", NicknameProblem.INVISIBLE),
        ("\u3164", NicknameProblem.INVISIBLE),
        ("\u2800", NicknameProblem.INVISIBLE),
        ("https://x.y", NicknameProblem.LINK),
        ("ｗｗｗ．あ", NicknameProblem.LINK),
        ("example.comへ", NicknameProblem.LINK),
        ("EXAMPLE.COM へ", NicknameProblem.LINK),
        ("exa\u200bmple.co\u200bm", NicknameProblem.LINK),
        ("me＠example", NicknameProblem.CONTACT),
        ("@someone", NicknameProblem.CONTACT),
        ("090-1234-567", NicknameProblem.CONTACT),
        ("０９０１２３４", NicknameProblem.CONTACT),
        ("〇九三五八二一", NicknameProblem.CONTACT),
        ("①②③④⑤⑥⑦", NicknameProblem.CONTACT),
    ],
)
def test_a_name_that_cannot_be_taken_says_why(text: str, problem: NicknameProblem) -> None:
    assert checked_nickname(text) is problem


@given(st.text(max_size=300))
def test_an_accepted_name_is_the_stripped_text_and_short_enough(text: str) -> None:
    answer = checked_nickname(text)
    if isinstance(answer, str):
        assert answer == text.strip()
        assert 1 <= graphemes(answer) <= 20


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("abc", 3), ("か\u3099", 1), ("👨‍👩‍👧‍👦", 1), ("🇯🇵🇯🇵", 2), ("🇯🇵🇰", 2), ("❤\ufe0f", 1), ("\u0301", 1)],
)
def test_graphemes_are_counted_as_a_reader_sees_them(text: str, count: int) -> None:
    assert graphemes(text) == count
