"""The text as the server keeps it, and the runs a phone shows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.entities import formatted, runs
from bot.sandbox.telegram.errors import RefusedError


def kinds(text, **more):
    shown, marks = formatted(text, **more)
    encoded = shown.encode("utf-16-le")
    return [
        (
            mark["type"],
            encoded[2 * mark["offset"] : 2 * (mark["offset"] + mark["length"])].decode("utf-16-le"),
        )
        for mark in marks
    ]


def test_white_space_at_both_ends_is_cut_and_entities_follow():
    text, marks = formatted("  <b> a </b>  ", "HTML")
    assert (text, marks) == ("a", [{"type": "bold", "offset": 0, "length": 1}])


def test_commands_links_mentions_and_hashtags_are_found():
    text = "🎉 /start@sandbox_city_bot https://e.jp/a, @abc #環境 a@b.jp"
    assert kinds(text) == [
        ("bot_command", "/start@sandbox_city_bot"),
        ("url", "https://e.jp/a"),
        ("mention", "@abc"),
        ("hashtag", "#環境"),
        ("email", "a@b.jp"),
    ]


def test_nothing_is_found_inside_code_or_a_link():
    assert kinds("<code>/start</code> <a href='https://e.jp'>@abc</a>", parse_mode="HTML") == [
        ("code", "/start"),
        ("text_link", "@abc"),
    ]


def test_given_entities_are_kept():
    assert kinds("ab", entities=[{"type": "bold", "offset": 1, "length": 1}]) == [("bold", "b")]


@pytest.mark.parametrize(
    ("entity", "words"),
    [
        ({"type": "bold", "offset": 1, "length": 9}, "ends after the end of the text at UTF-16 offset 4"),
        ({"type": "bold", "offset": 2, "length": 1}, "begins in a middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": 0, "length": 2}, "ends in a middle of a UTF-16 symbol"),
        ({"type": "bold", "offset": -1, "length": 1}, "incorrect offset or length"),
        ({"type": "loud", "offset": 0, "length": 1}, "unsupported type"),
        ({"type": "bold", "offset": 0}, 'field "length"'),
    ],
)
def test_an_entity_that_does_not_fit_its_text_is_refused(entity, words):
    with pytest.raises(RefusedError, match=words):
        formatted("a🎉b", entities=[entity])


@pytest.mark.parametrize("mode", ["Markdown", "MarkdownV2", "html5"])
def test_a_mode_that_is_not_played_is_refused_instead_of_shown_raw(mode):
    with pytest.raises(RefusedError):
        formatted("*a*", mode)


def test_entities_beyond_a_hundred_are_ignored():
    _, marks = formatted("".join(f"<b>{n % 10}</b> " for n in range(101)), "HTML")
    assert len(marks) == 100


def test_runs_carry_every_style_over_them_and_the_address():
    text, marks = formatted("<b>a<i>🎉</i></b> <a href='https://e.jp'>c</a> https://f.jp", "HTML")
    assert runs(text, marks) == [
        {"text": "a", "style": ["bold"], "url": None},
        {"text": "🎉", "style": ["bold", "italic"], "url": None},
        {"text": " ", "style": [], "url": None},
        {"text": "c", "style": ["text_link"], "url": "https://e.jp"},
        {"text": " ", "style": [], "url": None},
        {"text": "https://f.jp", "style": ["url"], "url": "https://f.jp"},
    ]


@given(st.text(alphabet="a 🎉é/@#.", max_size=40))
def test_runs_put_together_are_the_whole_text(text):
    shown, marks = formatted(text)
    assert "".join(run["text"] for run in runs(shown, marks)) == shown
