"""Counting and cutting as LINE counts: what a reader takes for one character is never cut through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.line.lengths import clip, clip_units, graphemes, pieces, printable, units
from bot.sandbox import counting

AWKWARD = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from("\r\n\u200d\ufe0f👨👩👧🏽🇯🇵がか\u3099ㄱ각ᄀ\u1161\u11a8𠮷\U000e0100\uff9eé\u0301"),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    "one",
    [
        *("a", "𠮷", "が", "か\u3099", "é", "e\u0301", "ｶ\uff9e", "\r\n"),
        *("👨‍👩‍👧‍👦", "🇯🇵", "👍🏽", "❤️", "1️⃣", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "🏳️‍🌈"),
        *("葛\U000e0100", "한", "\u1112\u1161\u11ab", "ệ", "e\u0323\u0302"),
    ],
)
def test_what_a_reader_takes_for_one_character_is_one(one: str) -> None:
    assert list(graphemes(one)) == [one]
    assert list(graphemes(one * 3)) == [one] * 3
    assert list(graphemes(f"a{one}b")) == ["a", one, "b"]


def test_flags_pair_up_from_the_left() -> None:
    assert list(graphemes("🇯🇵🇰🇷🇻")) == ["🇯🇵", "🇰🇷", "🇻"]


def test_joiners_join_pictures_only() -> None:
    assert list(graphemes("a\u200db")) == ["a\u200d", "b"]
    assert list(graphemes("\u200b\u0301")) == ["\u200b", "\u0301"]


@given(AWKWARD)
def test_cutting_into_graphemes_loses_nothing(text: str) -> None:
    assert "".join(graphemes(text)) == text


@given(AWKWARD)
def test_the_sandbox_which_shares_no_code_counts_the_same(text: str) -> None:
    assert len(list(graphemes(text))) == counting.graphemes(text)
    assert units(text) == counting.utf16_units(text)


@given(AWKWARD, st.integers(2, 30))
def test_a_clipped_text_fits_and_says_that_it_was_clipped(text: str, most: int) -> None:
    short = clip(text, most)
    assert len(list(graphemes(short))) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(AWKWARD, st.integers(2, 30))
def test_clipping_by_units_fits(text: str, most: int) -> None:
    short = clip_units(text, most)
    assert units(short) <= most
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))


@given(AWKWARD, st.integers(12, 40))
def test_pieces_join_to_the_text_and_end_between_graphemes(text: str, most: int) -> None:
    cut = pieces(text, most)
    assert "".join(cut) == text
    assert all(units(piece) <= most for piece in cut)
    if all(units(cluster) <= most for cluster in graphemes(text)):
        assert [cluster for piece in cut for cluster in graphemes(piece)] == list(graphemes(text))


def test_pieces_end_at_line_ends_where_there_are_any() -> None:
    assert pieces("12345\n78\n12345", 10) == ["12345\n78\n", "12345"]
    assert pieces("1\n3456789012", 10) == ["1\n34567890", "12"]


@pytest.mark.parametrize("one", ["👨‍👩‍👧‍👦", "🇯🇵", "か\u3099", "\r\n", "𠮷"])
def test_a_piece_ends_before_the_character_that_no_longer_fits(one: str) -> None:
    for room in range(units(one)):
        assert pieces("a" * (40 - room) + one + "b", 40)[0] == "a" * (40 - room)


def test_a_grapheme_longer_than_a_message_is_cut_between_code_points() -> None:
    tower = "𠮷" + "\u0301" * 50
    assert "".join(pieces(tower, 9)) == tower


def test_printable_keeps_everything_that_can_be_kept() -> None:
    for text in ("𠮷 \ufa10 \ufa19 \u200b\ufeff\U0010ffff", unicodedata.normalize("NFD", "が")):
        assert printable(text) == text
    assert printable("a\ud83d\0b\udc00") == "a\ufffd\ufffdb\ufffd"
    assert printable("\ud83d\ude00") == "😀"  # the two halves of one pair, as JSON may spell them
