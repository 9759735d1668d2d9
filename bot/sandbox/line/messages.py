"""Checks message objects (manual: reference#message-objects); may not send them."""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.counting import graphemes
from bot.sandbox.line.actions import QUICK_REPLY, SCHEMES, check_action
from bot.sandbox.line.checking import Problems, Sheet
from bot.sandbox.line.flex import check_container
from bot.sandbox.line.templates import check_template

MESSAGES = 5  # reference#send-push-message: messages in a call
TEXT = 5000  # reference#text-message, UTF-16 code units (guide: text-character-count)
ALT_TEXT = 1500  # reference#template-messages, reference#flex-message
QUICK_REPLIES = 13  # reference#quick-reply
EMOJI = 20  # reference#text-message
SENDER_NAME = 20  # reference#icon-nickname-switch
PLACE = 100  # reference#location-message: title and address
IMAGEMAP_LABEL, IMAGEMAP_TEXT, IMAGEMAP_ACTIONS = 100, 400, 50  # reference#imagemap-message
SUBSTITUTIONS = 100  # reference#text-message-v2
SUBSTITUTION_KEY = re.compile(r"[0-9A-Za-z_]{1,20}")  # reference#text-message-v2


def check_messages(body: Sheet) -> None:
    """Check `messages` of a sending or validating call."""
    for message in body.sheets("messages", MESSAGES):
        check_message(message)


def check_message(message: Sheet) -> None:
    """Check one message object."""
    kind = message.one_of("type", tuple(_CHECKS), required=True)
    if kind not in _CHECKS:
        return
    _CHECKS[kind](message)
    _quick_reply(message)
    _sender(message)
    message.close()


def _quick_reply(message: Sheet) -> None:
    reply = message.sheet("quickReply", required=False)
    if reply is None:
        return
    for item in reply.sheets("items", QUICK_REPLIES):
        item.one_of("type", ("action",))
        item.url("imageUrl", required=False)
        action = item.sheet("action")
        if action is not None:
            check_action(action, QUICK_REPLY)
        item.close()
    reply.close()


def _sender(message: Sheet) -> None:
    sender = message.sheet("sender", required=False)
    if sender is None:
        return
    name = sender.text("name", SENDER_NAME, graphemes, required=False)
    if name is not None and "LINE" in name.upper():
        sender.fail("name", "contains a word that cannot be used")
    sender.url("iconUrl", required=False)
    sender.close()


def _text(message: Sheet) -> None:
    message.text("text", TEXT)
    message.text("quoteToken", required=False)
    for emoji in message.sheets("emojis", EMOJI, least=0, required=False):
        emoji.number("index", 0, required=True)
        emoji.text("productId")
        emoji.text("emojiId")
        emoji.close()


def _text_v2(message: Sheet) -> None:
    text = message.text("text", TEXT) or ""
    message.text("quoteToken", required=False)
    given = message.sheet("substitution", required=False)
    objects: dict[str, Any] = {} if given is None else given.data
    if len(objects) > SUBSTITUTIONS:
        message.fail("substitution", f"Size must be between 0 and {SUBSTITUTIONS}")
    for key in objects:
        if not SUBSTITUTION_KEY.fullmatch(key):
            message.fail("substitution", f"invalid key: {key[:30]}")
    _braces(message, text, objects)


def _braces(message: Sheet, text: str, objects: dict[str, Any]) -> None:
    """Check that literal braces are doubled and every name has its object (reference#text-message-v2)."""
    plain = text.replace("{{", "").replace("}}", "")
    names = re.findall(r"\{([^{}]*)\}", plain)
    rest = re.sub(r"\{[^{}]*\}", "", plain)
    if "{" in rest or "}" in rest:
        message.fail("text", "braces that are no placeholder must be doubled")
    for name in names:
        if name not in objects:
            message.fail("text", f"no substitution for {{{name}}}")


def _sticker(message: Sheet) -> None:
    message.text("packageId")
    message.text("stickerId")
    message.text("quoteToken", required=False)


def _image(message: Sheet) -> None:
    message.url("originalContentUrl")
    message.url("previewImageUrl")


def _video(message: Sheet) -> None:
    _image(message)
    message.text("trackingId", 100, required=False)


def _audio(message: Sheet) -> None:
    message.url("originalContentUrl")
    message.number("duration", 1, required=True)


def _location(message: Sheet) -> None:
    message.text("title", PLACE)
    message.text("address", PLACE)
    message.number("latitude", -90, 90, required=True, whole=False)
    message.number("longitude", -180, 180, required=True, whole=False)


def _imagemap(message: Sheet) -> None:
    message.url("baseUrl")
    message.text("altText", ALT_TEXT)
    size = message.sheet("baseSize")
    if size is not None:
        size.number("width", 1040, 1040, required=True)
        size.number("height", 1, required=True)
        size.close()
    message.sheet("video", required=False)
    for action in message.sheets("actions", IMAGEMAP_ACTIONS, least=0):
        _imagemap_action(action)


def _imagemap_action(action: Sheet) -> None:
    kind = action.one_of("type", ("uri", "message", "clipboard"), required=True)
    action.text("label", IMAGEMAP_LABEL, required=False)
    if kind == "uri":
        action.url("linkUri", 1000, SCHEMES)
    elif kind == "message":
        action.text("text", IMAGEMAP_TEXT)
    elif kind == "clipboard":
        action.text("clipboardText", 1000)
    area = action.sheet("area")
    if area is not None:
        for key in ("x", "y", "width", "height"):
            area.number(key, 0, required=True)
        area.close()
    action.close()


def _template(message: Sheet) -> None:
    message.text("altText", ALT_TEXT)
    template = message.sheet("template")
    if template is not None:
        check_template(template)


def _flex(message: Sheet) -> None:
    message.text("altText", ALT_TEXT)
    contents = message.sheet("contents")
    if contents is not None:
        check_container(contents)


_CHECKS: dict[str, Callable[[Sheet], None]] = {
    "text": _text,
    "textV2": _text_v2,
    "sticker": _sticker,
    "image": _image,
    "video": _video,
    "audio": _audio,
    "location": _location,
    "imagemap": _imagemap,
    "template": _template,
    "flex": _flex,
}

__all__ = ["MESSAGES", "Problems", "check_message", "check_messages"]
