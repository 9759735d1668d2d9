"""Checks a reply_markup as the server does and returns what it keeps of it; sends nothing.

Sources: manual, InlineKeyboardMarkup, InlineKeyboardButton, ReplyKeyboardMarkup; limits.py for the numbers.
"""

import re
from typing import Any

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import RefusedError, bad_request

Markup = dict[str, Any]
ACTIONS = (
    "url",
    "callback_data",
    "web_app",
    "login_url",
    "switch_inline_query",
    "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat",
    "copy_text",
    "callback_game",
    "pay",
)
STYLES = ("danger", "success", "primary")
HOST = re.compile(r"(?:[^\s/@]+@)?(\[[0-9a-fA-F:.]+\]|[^\s/:?#]+)(?::\d{1,5})?")


def checked(markup: Any, *, private: bool, channel: bool = False, inline_only: bool = False) -> Markup | None:
    """Return the markup as kept, None for none; raise RefusedError in Telegram's words."""
    if markup is None or markup == {}:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        return _inline(markup["inline_keyboard"], private)
    if inline_only:
        raise bad_request("inline keyboard expected")
    if channel:
        raise bad_request("reply keyboards can't be used in channel chats")  # wording not verified
    if "keyboard" in markup:
        _reply_keyboard(markup["keyboard"])
    elif markup.get("remove_keyboard") is not True and markup.get("force_reply") is not True:
        raise bad_request("object expected as reply markup")
    return markup


def _rows(value: Any, name: str) -> list[list[Any]]:
    if not isinstance(value, list):
        raise bad_request(f'field "{name}" must be of type Array')
    if not all(isinstance(row, list) for row in value):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    return value


def _inline(value: Any, private: bool) -> Markup | None:
    rows = [[_button(button, private) for button in row] for row in _rows(value, "inline_keyboard") if row]
    if sum(map(len, rows)) > limits.KEYBOARD_BUTTONS or any(len(row) > limits.ROW_BUTTONS for row in rows):
        raise bad_request("reply markup is too long")
    return {"inline_keyboard": rows} if rows else None


def _wrong_button(words: str) -> RefusedError:
    return bad_request(f"can't parse inline keyboard button: {words}")


def _button(button: Any, private: bool) -> dict[str, Any]:
    if not isinstance(button, dict):
        raise _wrong_button("InlineKeyboardButton must be an Object")
    if not isinstance(button.get("text"), str):
        raise _wrong_button('field "text" must be of type String')
    if not button["text"].strip():
        raise bad_request("inline keyboard button text must be non-empty")  # wording not verified
    if button.get("style", "primary") not in STYLES:
        raise bad_request("BUTTON_STYLE_INVALID")  # wording not verified
    used = [name for name in ACTIONS if button.get(name) is not None]
    if not used:
        raise _wrong_button("Text buttons are unallowed in the inline keyboard")
    if len(used) > 1:  # manual: exactly one; the server takes one of them without a word
        raise _wrong_button(f"exactly one action must be given, found {', '.join(used)}")
    _check_action(used[0], button[used[0]], private)
    return button


def _check_action(name: str, value: Any, private: bool) -> None:
    if name == "callback_data":
        size = len(value.encode()) if isinstance(value, str) else 0
        if not 1 <= size <= limits.CALLBACK_DATA_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    elif name == "url":
        check_url(value, "inline keyboard button URL")
    elif name == "web_app":
        if not private:
            raise bad_request("BUTTON_TYPE_INVALID")
        check_https(value, "inline keyboard button Web App URL")
    elif name == "login_url":
        check_https(value, "inline keyboard button login URL")
    elif name == "copy_text":
        text = value.get("text") if isinstance(value, dict) else None
        if not isinstance(text, str) or not 1 <= len(text) <= limits.COPY_TEXT_CHARACTERS:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def check_url(url: Any, what: str) -> None:
    """Refuse what is no http or tg link; a host without a dot, such as localhost, is none (server)."""
    if not isinstance(url, str) or not url or any(sign.isspace() for sign in url):
        raise bad_request("BUTTON_URL_INVALID")
    protocol, has_protocol, rest = url.partition("://")
    protocol, rest = (protocol.lower(), rest) if has_protocol else ("http", url)
    if protocol in ("tg", "tonsite"):
        return
    if protocol not in ("http", "https"):
        raise bad_request(f"{what} '{url}' is invalid: Unsupported URL protocol")
    host = HOST.match(rest)
    if not host or ("." not in host[1] and not host[1].startswith("[")):
        raise bad_request(f"{what} '{url}' is invalid: Wrong HTTP URL")


def check_https(value: Any, what: str) -> None:
    """Refuse an object whose `url` is not https (manual, WebAppInfo, LoginUrl)."""
    url = value.get("url") if isinstance(value, dict) else None
    check_url(url, what)
    if not str(url).lower().startswith("https://"):
        raise bad_request(f"{what} '{url}' is invalid: Only HTTPS links are allowed")


def _reply_keyboard(value: Any) -> None:
    for row in _rows(value, "keyboard"):
        for button in row:
            text = button if isinstance(button, str) else button.get("text") if isinstance(button, dict) else None
            if not isinstance(text, str) or not text.strip():
                raise bad_request("can't parse keyboard button: text must be non-empty")
