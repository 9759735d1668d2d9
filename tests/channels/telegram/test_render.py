"""What goes out to Telegram fits its limits, and no word of a person can break it."""

import json
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import Telegram
from bot.channels.telegram.cutting import shorten, spans
from handlers.messages import Card, Choice, Message, Picture, Text

CHANNEL = Telegram(token="42:token")


def bodies(*messages: Message) -> list[dict[str, Any]]:
    return [json.loads(body) for body in CHANNEL.render(messages)]


def labels(body: dict[str, Any]) -> list[list[str]]:
    return [[button["text"] for button in row] for row in body["reply_markup"]["inline_keyboard"]]


def choices(*names: str) -> tuple[Choice, ...]:
    return tuple(Choice(name, data=f"n:{number}") for number, name in enumerate(names))


def test_a_text_goes_as_it_is_without_markup_or_preview() -> None:
    (body,) = bodies(Text("1 < 2 & <b>これ</b> https://example.jp"))
    assert body == {"text": "1 < 2 & <b>これ</b> https://example.jp", "link_preview_options": {"is_disabled": True}}


def test_each_message_is_one_call() -> None:
    assert [body["text"] for body in bodies(Text("one"), Card("two"), Text("three"))] == ["one", "<b>two</b>", "three"]


def test_a_card_has_a_bold_title_and_everything_in_it_is_escaped() -> None:
    (body,) = bodies(Card("Q&A <now>", lines=("a < b", "", '"&amp;"')))
    assert body["text"] == '<b>Q&amp;A &lt;now&gt;</b>\na &lt; b\n\n"&amp;amp;"'
    assert body["parse_mode"] == "HTML"


def test_a_card_without_a_title_is_only_its_lines() -> None:
    assert bodies(Card("", lines=("a", "b")))[0]["text"] == "a\nb"


def test_short_choices_stand_two_in_a_row_and_longer_ones_alone() -> None:
    assert labels(bodies(Text("?", choices("はい", "いいえ", "あとで")))[0]) == [["はい", "いいえ"], ["あとで"]]
    long = "公共交通機関で行きました"
    assert labels(bodies(Text("?", choices("はい", long)))[0]) == [["はい"], [long]]


def test_a_card_keeps_the_columns_it_asks_for() -> None:
    names = ("a", "b", "c")
    assert labels(bodies(Card("t", buttons=choices(*names)))[0]) == [["a"], ["b"], ["c"]]
    assert labels(bodies(Card("t", buttons=choices(*names), columns=2))[0]) == [["a", "b"], ["c"]]


def test_a_button_sends_data_or_opens_a_page() -> None:
    (body,) = bodies(Card("t", buttons=(Choice("a", data="x"), Choice("b", url="https://example.jp/?a=1&b=2"))))
    assert body["reply_markup"]["inline_keyboard"] == [
        [{"text": "a", "callback_data": "x"}],
        [{"text": "b", "url": "https://example.jp/?a=1&b=2"}],
    ]


@pytest.mark.parametrize(
    "choice",
    [Choice("a"), Choice("a", data="x", url="https://example.jp"), Choice(" ", data="x"), Choice("a", data="字" * 22)],
)
def test_a_button_that_no_text_can_cause_is_a_programming_error(choice: Choice) -> None:
    with pytest.raises(ValueError, match=r"button|bytes"):
        bodies(Card("t", buttons=(choice,)))


def test_64_bytes_behind_a_button_are_still_taken() -> None:
    assert bodies(Text("?", (Choice("a", data="字" * 21 + "x"),)))


def data_of(message: Message) -> list[str]:
    (body,) = bodies(message)
    return [button["callback_data"] for row in body["reply_markup"]["inline_keyboard"] for button in row]


def test_a_button_of_a_page_says_that_its_answer_may_take_the_pages_place() -> None:
    card = Card("t", buttons=(Choice("a", data="x"), Choice("b", data="menu")))
    assert data_of(card) == ["x", "menu"]
    assert data_of(replace(card, is_page=True)) == ["~x", "~menu"]


def test_a_page_that_cannot_be_replaced_whole_has_plain_buttons() -> None:
    page = Card("t", buttons=(Choice("a", data="x"),), is_page=True)
    assert data_of(replace(page, picture=PICTURE)) == ["x"]
    assert data_of(replace(page, buttons=(Choice("a", data="x" * 64),))) == ["x" * 64]
    assert "~x" not in str(bodies(replace(page, lines=("あ" * 5_000,))))


def test_more_buttons_than_a_keyboard_holds_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="101 buttons"):
        bodies(Card("t", buttons=choices(*["b"] * 101)))


@pytest.mark.parametrize("message", [Text(" \n"), Card("", lines=("",)), Text("\0")])
def test_a_message_without_words_is_no_call(message: Message) -> None:
    assert bodies(message) == []


def test_buttons_under_no_words_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="need words"):
        bodies(Text("", choices("はい")))


def test_a_label_too_long_for_any_phone_is_shortened() -> None:
    assert labels(bodies(Card("t", buttons=choices("あ" * 70)))[0]) == [["あ" * 63 + "…"]]


def test_4096_code_points_are_one_message_even_as_emoji_or_escaped() -> None:
    assert len(bodies(Text("😀" * 4096))) == 1
    assert len(bodies(Card("", lines=("&" * 4096,)))) == 1


def test_a_long_text_is_cut_at_a_line_end_and_its_choices_stand_under_the_last_part() -> None:
    parts = bodies(Text("a" * 3000 + "\n" + "b" * 3000, choices("はい")))
    assert [part["text"] for part in parts] == ["a" * 3000 + "\n", "b" * 3000]
    assert "reply_markup" not in parts[0]
    assert labels(parts[1]) == [["はい"]]


def test_a_long_title_is_bold_in_each_of_its_parts() -> None:
    parts = [body["text"] for body in bodies(Card("&" * 5000, lines=("end",)))]
    assert parts == [f"<b>{'&amp;' * 4096}</b>", f"<b>{'&amp;' * 904}</b>\nend"]


@pytest.mark.parametrize(
    "cluster",
    [
        "か\u3099",
        "ｶﾞ",
        "👨\u200d👩\u200d👧",
        "👍🏽",
        "🇯🇵",
        "e\u0301\u0323",
        "🏴\U000e0067\U000e007f",
        "1\ufe0f\u20e3",
        "한",
    ],
)
def test_no_cut_falls_into_a_character_as_a_reader_sees_it(cluster: str) -> None:
    for lead in range(20):
        text = "x" * lead + cluster * 9
        pieces = [text[start:end] for start, end in spans(text, 20)]
        assert len(pieces) > 1 or len(text) <= 20
        assert all(piece.replace(cluster, "").strip("x") == "" for piece in pieces)


def test_flags_are_cut_only_between_whole_flags() -> None:
    text = "🇯🇵" * 11
    assert [text[start:end] for start, end in spans(text, 5)][:2] == ["🇯🇵" * 2, "🇯🇵" * 2]


@given(st.text(), st.integers(min_value=1, max_value=9))
def test_cutting_loses_nothing_but_blank_pieces(text: str, size: int) -> None:
    pieces = [text[start:end] for start, end in spans(text, size)]
    assert all(0 < len(piece) <= size for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())


@given(st.text(), st.lists(st.text(), max_size=3))
def test_any_words_give_bodies_that_telegram_can_read(title: str, lines: list[str]) -> None:
    parts = bodies(Card(title, tuple(lines)))
    assert bool(parts) == bool("".join([title, *lines]).replace("\x00", "").strip())
    for part in parts:
        plain = part["text"].replace("<b>", "", 1).replace("</b>", "", 1)
        assert "<" not in plain
        assert ">" not in plain
        assert unescape(plain).strip()


def test_half_a_surrogate_pair_never_stops_a_message() -> None:
    assert bodies(Text("a\ud83d"))[0]["text"] == "a\ufffd"


def test_the_same_message_gives_the_same_bytes() -> None:
    card = Card("題", ("行",), choices("はい", "いいえ"), columns=2)
    assert CHANNEL.render([card]) == CHANNEL.render([card])


def test_a_press_is_answered_with_at_most_200_characters() -> None:
    assert json.loads(CHANNEL.render_press_answer("済み") or b"") == {"text": "済み"}
    assert len(json.loads(CHANNEL.render_press_answer("あ" * 300) or b"")["text"]) == 200
    assert CHANNEL.render_press_answer("") == b"{}"


def test_shortening_keeps_whole_characters() -> None:
    assert shorten("か\u3099" * 3, 4) == "か\u3099…"
    assert shorten("abcd", 4) == "abcd"


PICTURE = Picture(url="https://bot.test/pictures/a.png", alt="川辺の清掃", width=300, height=200)


def test_a_picture_carries_the_words_and_the_buttons_where_they_fit_under_it() -> None:
    (body,) = bodies(Card("清掃", ("あ" * 1_021,), choices("はい"), picture=PICTURE))
    assert (body["photo"], body["caption"]) == (PICTURE.url, f"<b>清掃</b>\n{'あ' * 1_021}")
    assert labels(body) == [["はい"]]
    assert "link_preview_options" not in body
    assert bodies(Card("", picture=PICTURE)) == [{"photo": PICTURE.url}]


def test_words_too_long_for_a_picture_follow_it_whole() -> None:
    shown, said = bodies(Card("清掃", ("あ" * 1_022,), choices("はい"), picture=PICTURE))
    assert shown == {"photo": PICTURE.url}
    assert len(said["text"]) == len("<b>清掃</b>\n") + 1_022
    assert labels(said) == [["はい"]]


def test_a_picture_that_telegram_could_not_fetch_is_left_out_and_the_words_go() -> None:
    (body,) = bodies(Card("清掃", picture=replace(PICTURE, url="")))
    assert body["text"] == "<b>清掃</b>"


def test_an_edit_keeps_the_kind_of_the_message_whose_place_it_takes() -> None:
    plain, pictured = CHANNEL.render([Text("x")])[0], CHANNEL.render([Card("x", picture=PICTURE)])[0]
    edit = CHANNEL.render_edit(plain, [Card("清掃", (), choices("はい"))])
    assert edit == CHANNEL.render([Card("清掃", (), choices("はい"))])[0]
    caption = CHANNEL.render_edit(pictured, [Card("清掃", (), choices("はい"))])
    assert caption is not None
    assert json.loads(caption)["caption"] == "<b>清掃</b>"
    assert labels(json.loads(caption)) == [["はい"]]


@pytest.mark.parametrize(
    "messages", [[Text("あ" * 1_025)], [Text("a"), Text("b")], [Text("あ" * 5_000)], [Card("c", picture=PICTURE)], []]
)
def test_what_does_not_fit_into_the_place_of_a_picture_edits_nothing(messages: list[Message]) -> None:
    assert CHANNEL.render_edit(CHANNEL.render([Card("x", picture=PICTURE)])[0], messages) is None
