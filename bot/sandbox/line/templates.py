"""Checks template messages (manual: reference#template-messages); may not draw them."""

from bot.sandbox.counting import graphemes
from bot.sandbox.line.actions import EVERYWHERE, IMAGE_CAROUSEL_LABEL, check_action
from bot.sandbox.line.checking import COLOR, Sheet

TITLE = 40  # reference#buttons, reference#column-object-for-carousel
BUTTONS_TEXT, BUTTONS_TEXT_BESIDE = 160, 60  # reference#buttons: without, and with an image or title
BUTTONS_ACTIONS = 4  # reference#buttons
CONFIRM_TEXT = 240  # reference#confirm
CONFIRM_ACTIONS = 2  # reference#confirm
COLUMNS = 10  # reference#carousel, reference#image-carousel
COLUMN_TEXT, COLUMN_TEXT_BESIDE = 120, 60  # reference#column-object-for-carousel
COLUMN_ACTIONS = 3  # reference#column-object-for-carousel


def check_template(template: Sheet) -> None:
    """Check the `template` property of a template message."""
    kind = template.one_of("type", tuple(_CHECKS), required=True)
    if kind in _CHECKS:
        _CHECKS[kind](template)
        template.close()


def _beside(part: Sheet) -> bool:
    """Read picture and title; tell whether the text must be short because one of them is there."""
    part.url("thumbnailImageUrl", required=False)
    part.shaped("imageBackgroundColor", COLOR)
    part.text("title", TITLE, graphemes, required=False)
    return part.has("thumbnailImageUrl") or part.has("title")


def _actions(part: Sheet, most: int, least: int = 1) -> int:
    actions = part.sheets("actions", most, least)
    for action in actions:
        check_action(action, EVERYWHERE)
    return len(actions)


def _default_action(part: Sheet) -> None:
    action = part.sheet("defaultAction", required=False)
    if action is not None:
        check_action(action, EVERYWHERE, label_required=False)


def _look(template: Sheet) -> None:
    template.one_of("imageAspectRatio", ("rectangle", "square"))
    template.one_of("imageSize", ("cover", "contain"))


def _buttons(template: Sheet) -> None:
    _look(template)
    most = BUTTONS_TEXT_BESIDE if _beside(template) else BUTTONS_TEXT
    template.text("text", most, graphemes)
    _default_action(template)
    _actions(template, BUTTONS_ACTIONS)


def _confirm(template: Sheet) -> None:
    template.text("text", CONFIRM_TEXT, graphemes)
    _actions(template, CONFIRM_ACTIONS, CONFIRM_ACTIONS)


def _carousel(template: Sheet) -> None:
    _look(template)
    shapes = set()
    for column in template.sheets("columns", COLUMNS):
        most = COLUMN_TEXT_BESIDE if _beside(column) else COLUMN_TEXT
        column.text("text", most, graphemes)
        _default_action(column)
        count = _actions(column, COLUMN_ACTIONS)
        shapes.add((count, column.has("title"), column.has("thumbnailImageUrl")))
        column.close()
    if len(shapes) > 1:
        template.fail("columns", "The number of actions, and title and image, must be the same in all columns")


def _image_carousel(template: Sheet) -> None:
    for column in template.sheets("columns", COLUMNS):
        column.url("imageUrl")
        action = column.sheet("action")
        if action is not None:
            check_action(action, EVERYWHERE, IMAGE_CAROUSEL_LABEL, label_required=False)
        column.close()


_CHECKS = {
    "buttons": _buttons,
    "confirm": _confirm,
    "carousel": _carousel,
    "image_carousel": _image_carousel,
}
