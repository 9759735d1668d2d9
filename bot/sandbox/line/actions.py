"""Checks action objects (manual: reference#action-objects); may not know where a press leads."""

import re

from bot.sandbox.counting import graphemes
from bot.sandbox.line.checking import Sheet

LABEL = 20  # reference#action-object-label-spec: templates, quick replies, rich menus
FLEX_LABEL = 40  # same table: Flex Messages
IMAGE_CAROUSEL_LABEL = 12  # same table: image carousel
POSTBACK_DATA = 300  # reference#postback-action
POSTBACK_TEXT = 300  # reference#postback-action: displayText, text and fillInText
MESSAGE_TEXT = 300  # reference#message-action
URI = 1000  # reference#uri-action
CLIPBOARD = 1000  # reference#clipboard-action
ALIAS_ID = 32  # reference#create-rich-menu-alias
SCHEMES = ("http", "https", "line", "tel")  # reference#uri-action

EVERYWHERE = ("postback", "message", "uri", "datetimepicker", "clipboard")
QUICK_REPLY = (*EVERYWHERE, "camera", "cameraRoll", "location")
RICH_MENU = (*EVERYWHERE, "richmenuswitch")

_DATE = r"(19\d\d|20\d\d|2100)-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
_TIME = r"([01]\d|2[0-3]):[0-5]\d"
# reference#date-and-time-format
_PICKED = {
    "date": re.compile(_DATE),
    "time": re.compile(_TIME),
    "datetime": re.compile(f"{_DATE}[Tt]{_TIME}"),
}


def check_action(action: Sheet, kinds: tuple[str, ...], label: int = LABEL, label_required: bool = True) -> None:
    """Check one action; `kinds` are the types allowed at this place, `label` its limit in graphemes."""
    kind = action.one_of("type", kinds, required=True)
    action.text("label", label, graphemes, required=label_required, empty=not label_required)
    check = _CHECKS.get(kind or "")
    if check is not None:
        check(action)
    action.close()


def _postback(action: Sheet) -> None:
    action.text("data", POSTBACK_DATA, empty=True)
    for key in ("displayText", "text", "fillInText"):
        action.text(key, POSTBACK_TEXT, graphemes, required=False)
    if action.has("displayText") and action.has("text"):
        action.fail("text", "displayText and text cannot both be used")
    shown = action.one_of("inputOption", ("closeRichMenu", "openRichMenu", "openKeyboard", "openVoice"))
    if action.has("fillInText") and shown != "openKeyboard":
        action.fail("fillInText", "Valid only when inputOption is openKeyboard")


def _message(action: Sheet) -> None:
    action.text("text", MESSAGE_TEXT, graphemes)


def _uri(action: Sheet) -> None:
    action.url("uri", URI, SCHEMES)
    other = action.sheet("altUri", required=False)
    if other is not None:
        other.url("desktop", URI, SCHEMES, required=False)
        other.close()


def _picker(action: Sheet) -> None:
    action.text("data", POSTBACK_DATA, empty=True)
    mode = action.one_of("mode", tuple(_PICKED), required=True)
    for key in ("initial", "max", "min"):
        if mode in _PICKED:
            action.shaped(key, _PICKED[mode])
    low, high = action.data.get("min"), action.data.get("max")
    if isinstance(low, str) and isinstance(high, str) and low.upper() >= high.upper():
        action.fail("max", "Must be greater than the min value")


def _clipboard(action: Sheet) -> None:
    action.text("clipboardText", CLIPBOARD)


def _switch(action: Sheet) -> None:
    action.text("richMenuAliasId", ALIAS_ID)
    action.text("data", POSTBACK_DATA, empty=True)


_CHECKS = {
    "postback": _postback,
    "message": _message,
    "uri": _uri,
    "datetimepicker": _picker,
    "clipboard": _clipboard,
    "richmenuswitch": _switch,
}
