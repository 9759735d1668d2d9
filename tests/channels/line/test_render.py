"""What LINE is given to show: quick replies, cards, long texts, and colours that can be read."""

import json
from typing import Any

import pytest

from bot.channels.line import flex
from handlers.messages import Card, Choice, Picture, Text
from tests.channels.line.phone import LinePhone, walk

LINE = LinePhone().channel()
YES = Choice("はい", "yes")


def messages(*given: Text | Card) -> list[dict[str, Any]]:
    return [message for body in LINE.render(given) for message in json.loads(body)["messages"]]


def luminance(color: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_body_holds_messages_only_in_a_fixed_order() -> None:
    assert LINE.render([Text("𠮷\n二", (YES,))]) == (
        '{"messages":[{"quickReply":{"items":[{"action":{"data":"yes","displayText":"はい","label":"はい",'
        '"type":"postback"},"type":"action"}]},"text":"𠮷\\n二","type":"text"}]}'.encode(),
    )


def test_a_long_label_is_cut_but_said_in_full() -> None:
    label = "👨‍👩‍👧‍👦" * 21
    (message,) = messages(Text("?", (Choice(label, "d"),)))
    action = message["quickReply"]["items"][0]["action"]
    assert action["label"] == "👨‍👩‍👧‍👦" * 19 + "…"
    assert action["displayText"] == label


def test_quick_replies_stand_under_the_last_message_where_line_shows_them() -> None:
    found = messages(Text("一", (YES,)), Text("二", (Choice("いいえ", "no"),)), Card("三"))
    assert ["quickReply" in message for message in found] == [False, False, True]
    assert len(found[-1]["quickReply"]["items"]) == 2


def test_choices_of_several_texts_never_make_more_than_thirteen_quick_replies() -> None:
    eight = tuple(Choice(str(number), str(number)) for number in range(8))
    (_, last) = messages(Text("一", eight), Text("二", eight))
    assert len(last["quickReply"]["items"]) == 13


def test_a_choice_that_opens_a_page_is_a_link_in_ascii() -> None:
    (message,) = messages(Card("t", buttons=(Choice("市", url="https://example.org/北九州?a=%E5&b=１#x"),)))
    (button,) = [each for each in walk(message) if each.get("type") == "uri"]
    assert button["uri"] == "https://example.org/%E5%8C%97%E4%B9%9D%E5%B7%9E?a=%E5&b=%EF%BC%91#x"


@pytest.mark.parametrize("url", ["ftp://example.org", "javascript:alert(1)", "https://example.org/" + "x" * 1_000])
def test_a_link_that_line_would_refuse_does_not_take_the_message_with_it(url: str) -> None:
    (message,) = messages(Text("t", (Choice("b", url=url), YES)))
    assert [item["action"]["label"] for item in message["quickReply"]["items"]] == ["はい"]


def test_a_card_has_lasting_buttons_that_say_what_was_pressed() -> None:
    (message,) = messages(Card("題", ("一行",), (YES, Choice("いいえ", "no"), Choice("後で", "later")), columns=2))
    title, line, first, second = message["contents"]["body"]["contents"]
    assert (title["text"], title["weight"], line["wrap"]) == ("題", "bold", True)
    assert [len(row["contents"]) for row in (first, second)] == [2, 1]
    assert first["contents"][0]["action"] == {
        "type": "postback",
        "data": "yes",
        "label": "はい",
        "displayText": "はい",
    }


def test_a_cards_notification_says_the_whole_card() -> None:
    assert messages(Card("題", ("一行", "", "二行"), (YES,)))[0]["altText"] == "題\n一行\n二行"
    assert messages(Card("", (), (YES, YES)))[0]["altText"] == "はい\nはい"
    (long,) = messages(Card("題", ("𠮷" * 2_000,)))
    assert long["altText"] == "題\n" + "𠮷" * 748 + "…"


def test_a_card_over_thirty_kilobytes_becomes_text_and_its_buttons_stay() -> None:
    text, more, buttons = messages(Card("題", ("あ" * 6_000,), (YES,)))
    assert text["text"].startswith("題\n")
    assert (text["type"], more["type"], buttons["type"]) == ("text", "text", "flex")
    assert buttons["altText"] == "はい"


def test_blank_words_are_not_sent() -> None:
    assert messages(Text(" \n"), Card("", (" ",))) == []
    assert messages(Text("", (YES,)))[0]["text"] == "…"
    assert messages(Text("あ" * 5_000 + "\n" * 10_000))[1:] == []


def test_more_than_five_messages_need_more_calls() -> None:
    bodies = LINE.render([Text(str(number)) for number in range(7)])
    assert [len(json.loads(body)["messages"]) for body in bodies] == [5, 2]


@pytest.mark.parametrize(
    ("ink", "paper"), [(flex.INK, flex.PAPER), (flex.QUIET_INK, flex.PAPER), (flex.GREEN, flex.LEAF)]
)
def test_every_pair_of_colours_can_be_read(ink: str, paper: str) -> None:
    light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_a_picture_stands_whole_above_the_words_and_is_told_to_who_does_not_see_it() -> None:
    picture = Picture(url="https://bot.test/pictures/a.png", alt="川辺の清掃", width=300, height=200)
    (message,) = messages(Card("清掃", ("土曜日です。",), (YES,), picture=picture))
    hero = message["contents"]["hero"]
    assert (hero["url"], hero["aspectRatio"], hero["aspectMode"]) == (picture.url, "300:200", "fit")
    assert message["altText"] == "清掃\n土曜日です。\n川辺の清掃"
    (alone,) = messages(Card("", picture=picture))
    assert "body" not in alone["contents"]


def test_what_line_would_not_fetch_is_left_out_and_the_words_go() -> None:
    for url in ("", "http://bot.test/a.png", "https://bot.test/" + "a" * 1_000):
        (message,) = messages(Card("清掃", picture=Picture(url=url, alt="川", width=3, height=2)))
        assert "hero" not in message["contents"]
