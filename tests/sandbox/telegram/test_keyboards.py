"""Inline keyboards at and past their limits."""

import pytest

from bot.sandbox.telegram.errors import RefusedError
from bot.sandbox.telegram.keyboards import checked


def inline(*buttons, **more):
    return checked({"inline_keyboard": [list(buttons)]}, private=True, **more)


def rows(count, width):
    button = {"text": "x", "callback_data": "x"}
    return {"inline_keyboard": [[button] * width] * count}


@pytest.mark.parametrize("data", ["x", "x" * 64, "環" * 21])
def test_callback_data_of_up_to_64_bytes_is_taken(data):
    assert inline({"text": "a", "callback_data": data})


@pytest.mark.parametrize("data", ["", "x" * 65, "環" * 22, 5])
def test_callback_data_of_another_size_is_refused(data):
    with pytest.raises(RefusedError, match="BUTTON_DATA_INVALID"):
        inline({"text": "a", "callback_data": data})


@pytest.mark.parametrize(
    ("button", "words"),
    [
        ({"text": "a"}, "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "a", "url": "https://e.jp", "callback_data": "x"}, "exactly one action must be given"),
        ({"text": " ", "callback_data": "x"}, "text must be non-empty"),
        ({"callback_data": "x"}, 'field "text" must be of type String'),
        ("a", "InlineKeyboardButton must be an Object"),
        ({"text": "a", "url": "ht tp://e.jp"}, "BUTTON_URL_INVALID"),
        ({"text": "a", "url": "http://localhost:8000/"}, "'http://localhost:8000/' is invalid: Wrong HTTP URL"),
        ({"text": "a", "url": "ftp://e.jp"}, "Unsupported URL protocol"),
        ({"text": "a", "web_app": {"url": "http://e.jp"}}, "Only HTTPS links are allowed"),
        ({"text": "a", "copy_text": {"text": "x" * 257}}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "a", "callback_data": "x", "style": "loud"}, "BUTTON_STYLE_INVALID"),
    ],
)
def test_a_button_telegram_would_not_take_is_refused(button, words):
    with pytest.raises(RefusedError) as refused:
        inline(button)
    assert words in refused.value.description


@pytest.mark.parametrize(
    "button",
    [
        {"text": "a", "url": "https://sandbox.test/x"},
        {"text": "a", "url": "http://127.0.0.1:8000/x"},
        {"text": "a", "url": "tg://user?id=1"},
        {"text": "a", "url": "e.jp"},
        {"text": "a", "web_app": {"url": "https://e.jp"}},
        {"text": "a", "copy_text": {"text": "x" * 256}},
        {"text": "a", "switch_inline_query": ""},
        {"text": "a", "callback_data": "x", "style": "danger"},
    ],
)
def test_a_proper_button_is_taken(button):
    assert inline(button) == {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(("count", "width"), [(1, 8), (12, 8), (100, 1)])
def test_a_keyboard_of_100_buttons_and_8_in_a_row_is_taken(count, width):
    assert checked(rows(count, width), private=True)


@pytest.mark.parametrize(("count", "width"), [(1, 9), (101, 1), (13, 8)])
def test_a_larger_keyboard_is_too_long(count, width):
    with pytest.raises(RefusedError, match="reply markup is too long"):
        checked(rows(count, width), private=True)


@pytest.mark.parametrize("markup", [[1], {"x": 1}, {"inline_keyboard": 1}, {"inline_keyboard": [1]}])
def test_what_is_no_markup_is_refused(markup):
    with pytest.raises(RefusedError):
        checked(markup, private=True)


def test_an_empty_keyboard_is_no_keyboard():
    assert checked({"inline_keyboard": [[]]}, private=True) is None


def test_web_apps_open_in_private_chats_only():
    with pytest.raises(RefusedError, match="BUTTON_TYPE_INVALID"):
        checked({"inline_keyboard": [[{"text": "a", "web_app": {"url": "https://e.jp"}}]]}, private=False)


def test_reply_keyboards_are_taken_in_chats_and_refused_in_channels_and_edits():
    keyboard = {"keyboard": [["はい", {"text": "いいえ"}]]}
    assert checked(keyboard, private=True) == keyboard
    with pytest.raises(RefusedError):
        checked(keyboard, private=False, channel=True)
    with pytest.raises(RefusedError, match="inline keyboard expected"):
        checked(keyboard, private=True, inline_only=True)
