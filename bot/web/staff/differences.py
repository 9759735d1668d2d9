"""Puts what differs between two versions of the programme into Japanese words. Decides nothing."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from handlers.rules.differences import Change
from handlers.texts import JAPANESE, name_language
from storage.facts import Effect, Per

PERS = {Per.DAY: "1日", Per.WEEK: "1週間", Per.MONTH: "1か月", Per.YEAR: "1年度", Per.EVER: "一人"}
EFFECTS = {Effect.LARGE: "大", Effect.MEDIUM: "中", Effect.SMALL: "小"}
FIELDS = {
    "points": "ポイント",
    "confirmed_points": "確認できたときのポイント",
    "cap.times": "上限の回数",
    "cap.per": "上限の期間",
    "effect": "効果",
    "title": "名前",
    "label": "ボタンの文字",
    "counts_as": "数えるもの",
    "does_not_count": "数えないもの",
}
TEXTS = ("title", "label", "counts_as", "does_not_count")
_OF_ACTION = re.compile(r"actions\[(\w+)\]\.?(.*)")
_VALUES: Mapping[str, Mapping[Any, str]] = {"cap.per": PERS, "effect": EFFECTS}
NOTHING = "（なし）"


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One place that differs, as a page shows it."""

    where: str
    old: str
    new: str


def view(changes: Iterable[Change], titles: Mapping[str, str]) -> list[ChangeView]:
    """Show changes; ``titles`` are the actions' Japanese names by their codes, of both versions."""
    return [_view(change, titles) for change in changes]


def _view(change: Change, titles: Mapping[str, str]) -> ChangeView:
    found = _OF_ACTION.fullmatch(change.path)
    if found is None:
        return ChangeView(change.path, _write(change.old, ""), _write(change.new, ""))
    code, field = found.groups()
    title = titles.get(code, code)
    where = f"{title}：{_name(field)}" if field else title
    return ChangeView(where, _write(change.old, field), _write(change.new, field))


def _name(field: str) -> str:
    """Name a field of an action, with its language where it is a text; one that has no words here as it is stored."""
    kind, _, language = field.partition(".")
    if kind in TEXTS and language:
        return f"{FIELDS[kind]}（{name_language(language, JAPANESE)}）"
    return FIELDS.get(field, field)


def _write(value: Any, field: str) -> str:
    """Write a value; a whole table by its Japanese title."""
    if value is None:
        return NOTHING
    if isinstance(value, Mapping):
        title = value.get("title") or value.get("name") or value
        value = title.get(JAPANESE, value) if isinstance(title, Mapping) else title
    if isinstance(value, str):
        return str(_VALUES.get(field, {}).get(value, value))
    return json.dumps(value, ensure_ascii=False)
