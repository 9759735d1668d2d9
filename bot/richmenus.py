"""LINE's rich menus as this city has them: six tabs a language, for every day and for a disaster. Links nobody."""

import hashlib
import json
from typing import Any

from bot.channels.line.menus import Menu, alias
from bot.drawing import fonts, menus
from handlers.texts import Texts, _
from storage.facts import Programme

BAR = _("メニュー")  # LINE: at most 14 letters
LABEL = 20  # LINE, reference #action-object-label-spec
_EVERY_DAY = (
    ("report", _("報告する"), "report"),
    ("calendar", _("イベント"), "events"),
    ("person", _("わたしのポイント"), "points"),
    ("podium", _("ランキング"), "board"),
    ("ring", _("市の合計"), "totals"),
    ("grid", _("メニュー"), "menu"),
)
_IN_DISASTER = (
    ("119", _("119 火事・救急"), "tel:119"),
    ("110", _("110 警察"), "tel:110"),
    ("shelter", _("避難などの情報"), "page"),
    ("calendar", _("わたしの申し込み"), "my"),
    ("speech", "言語 / Language", "language"),
    ("grid", _("メニュー"), "menu"),
)
"""Sign, word and what a tab does: a button's data, a telephone number, or the city's page."""


def make(programme: Programme, texts: Texts) -> list[Menu]:
    """Draw the menus of every language that this machine's fonts can write: a second of processor time."""
    spoken = [tag for tag in programme.city.languages if tag in texts.languages and fonts.can_write(tag)]
    return [_make(programme, texts, tag, is_disaster) for tag in spoken for is_disaster in (False, True)]


def _make(programme: Programme, texts: Texts, language: str, is_disaster: bool) -> Menu:
    words = texts.of(language)
    tabs = [(sign, words.say(word), does) for sign, word, does in (_IN_DISASTER if is_disaster else _EVERY_DAY)]
    image = menus.draw(tuple((sign, word) for sign, word, _does in tabs), language, is_disaster=is_disaster)
    areas = [
        {"bounds": dict(zip(("x", "y", "width", "height"), box, strict=True)), "action": _action(programme, word, does)}
        for (_sign, word, does), box in zip(tabs, menus.tabs(), strict=True)
    ]
    shape = {"width": menus.WIDTH, "height": menus.HEIGHT}
    about = {"size": shape, "selected": True, "chatBarText": words.say(BAR)[:14], "areas": areas}
    written = json.dumps(about, ensure_ascii=False, sort_keys=True).encode()
    mark = hashlib.sha256(written + image).hexdigest()[:16]
    named = alias(language, is_disaster=is_disaster)
    return Menu(named, f"{named} {mark}", about, image)


def _action(programme: Programme, word: str, does: str) -> dict[str, Any]:
    """Give what a press does; the label is what a screen reader says."""
    if does == "page":
        return {"type": "uri", "label": word[:LABEL], "uri": programme.city.disaster_page or programme.city.page}
    if does.startswith("tel:"):
        return {"type": "uri", "label": word[:LABEL], "uri": does}
    return {"type": "postback", "label": word[:LABEL], "data": does, "displayText": word}
