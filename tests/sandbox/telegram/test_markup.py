"""Telegram's HTML: what it becomes and in which words it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.errors import RefusedError
from bot.sandbox.telegram.markup import parse_html


@pytest.mark.parametrize(
    ("text", "plain", "entities"),
    [
        ("<b>a</b>", "a", [("bold", 0, 1)]),
        ("<STRONG>a</STRONG>", "a", [("bold", 0, 1)]),
        ("<i>a</i><em>b</em>", "ab", [("italic", 0, 1), ("italic", 1, 1)]),
        ("<u>a</u><ins>b</ins>", "ab", [("underline", 0, 1), ("underline", 1, 1)]),
        ("<s>a</s><strike>b</strike><del>c</del>", "abc", [("strikethrough", n, 1) for n in range(3)]),
        (
            '<tg-spoiler>a</tg-spoiler><span class="tg-spoiler">b</span>',
            "ab",
            [("spoiler", 0, 1), ("spoiler", 1, 1)],
        ),
        ("<blockquote>a</blockquote>", "a", [("blockquote", 0, 1)]),
        ("<blockquote expandable>a</blockquote>", "a", [("expandable_blockquote", 0, 1)]),
        ("🎉<b>é🎉</b>", "🎉é🎉", [("bold", 2, 3)]),
        ("<b>a</>", "a", [("bold", 0, 1)]),
        ("<b></b>x", "x", []),
        ("&lt;&gt;&amp;&quot;&#39;&#x3042; &nbsp; & ", "<>&\"'あ &nbsp; & ", []),
    ],
)
def test_supported_markup_becomes_entities_counted_in_utf16_units(text, plain, entities):
    found, marks = parse_html(text)
    assert found == plain
    assert [(mark["type"], mark["offset"], mark["length"]) for mark in marks] == entities


def test_a_link_keeps_its_address_and_a_mention_its_person():
    _, marks = parse_html('<a href="https://e.jp/?a=1&amp;b=2">here</a> <a href="tg://user?id=7">you</a>')
    assert marks[0]["url"] == "https://e.jp/?a=1&b=2"
    assert (marks[1]["type"], marks[1]["user"]["id"]) == ("text_mention", 7)


def test_a_link_without_a_proper_host_is_dropped_and_its_text_stays():
    assert parse_html('<a href="http://localhost:8000/x">here</a>') == ("here", [])


def test_code_in_pre_gives_one_entity_with_its_language():
    _, marks = parse_html('<pre><code class="language-python">x = 1</code></pre>')
    assert marks == [{"type": "pre", "offset": 0, "length": 5, "language": "python"}]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<abc", "Unclosed start tag at byte offset 0"),
        ("環境<br>", 'Unsupported start tag "br" at byte offset 6'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b>x", "Can't find end tag corresponding to start tag b"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b>x</i>", 'Unmatched end tag at byte offset 4, expected "</b>", found "</i>"'),
        ("<a =1>x</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>x</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x"', "Unclosed start tag at byte offset 0"),
        ("<a href=a_b>x</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ("<tg-emoji emoji-id='x'>a</tg-emoji>", "Invalid custom emoji identifier specified"),
        (
            "&#xD800;",
            "Text contains invalid Unicode characters after decoding HTML entities, check for unmatched"
            " surrogate code units",
        ),
    ],
)
def test_markup_that_cannot_be_read_is_refused_with_the_servers_words(text, words):
    with pytest.raises(RefusedError) as refused:
        parse_html(text)
    assert refused.value.description == f"Bad Request: can't parse entities: {words}"


@given(st.text(alphabet="<>/&;ab =\"'#1\n\0é🎉", max_size=60))
def test_any_text_is_either_read_with_entities_inside_it_or_refused(text):
    try:
        plain, marks = parse_html(text)
    except RefusedError:
        return
    units = len(plain.encode("utf-16-le", "surrogatepass")) // 2
    assert all(mark["length"] > 0 and 0 <= mark["offset"] <= units - mark["length"] for mark in marks)
