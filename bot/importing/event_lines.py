"""Turns the lines of a table into events as a file plans them: one line a part, the same code the same event."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.importing.lines import Rejected
from bot.importing.moments import UnreadableError, check_weekday, read_moment
from bot.importing.tables import Column, Line
from storage.facts import AudienceKind, EventKind, EventMode, EventState, PlannedEvent, PlannedPart, Programme, Texts
from storage.text_checks import CODE

Read = TypeVar("Read")
KINDS = {
    "セミナー": "seminar", "ウェブセミナー": "seminar", "ウェビナー": "seminar", "ワークショップ": "workshop",
    "講座": "course", "連続講座": "course", "見学": "visit", "見学会": "visit", "清掃": "cleanup",
    "清掃活動": "cleanup",
}  # fmt: skip
AUDIENCES = {"市民": "citizen", "企業": "company", "事業者": "company"}
MODES = {"オンライン": "online", "会場": "venue", "両方": "both", "ハイブリッド": "both"}
ANSWERS = {
    **dict.fromkeys(("yes", "true", "1", "はい", "○"), True),
    **dict.fromkeys(("no", "false", "0", "いいえ", "×"), False),
}
TEXTS = {
    "title": "題名", "description": "説明", "place": "場所", "cost_note": "参加費の説明", "date_words": "日程の言葉",
    "part_title": "回の題名",
}  # fmt: skip
EVENT_COLUMNS = (
    Column("code", ("コード", "イベントコード", "event"), needed=True),
    Column("kind", ("種類",), needed=True),
    Column("audiences", ("対象", "audience"), needed=True),
    Column("mode", ("開催形式", "形式"), needed=True),
    Column("source", ("出典",)),
    Column("held_in", ("言語", "language")),
    Column("interpreted_into", ("通訳",)),
    Column("ward", ("区",)),
    Column("interests", ("分野", "interest")),
    Column("cost_yen", ("参加費", "cost")),
    Column("joining_url", ("参加URL", "joining link")),
    Column("opens_at", ("受付開始",)),
    Column("closes_at", ("受付終了",)),
    Column("whole_only", ("全回申込", "全回のみ")),
    Column("companions", ("同行者", "同行者数", "同伴者", "同伴者数")),
)
PART_COLUMNS = (
    Column("starts_at", ("開始", "開始日時")),
    Column("ends_at", ("終了", "終了日時")),
    Column("weekday", ("曜日",)),
    Column("capacity", ("定員",)),
)
OF_PART = {*(column.name for column in PART_COLUMNS), "part_title"}


@dataclass
class Gathered:
    """The lines of one code: the event's cells as its first line to name them has them, and its parts in order."""

    code: str
    number: int
    cells: dict[str, tuple[str, int]] = field(default_factory=dict)
    parts: list[tuple[int, PlannedPart]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)


def columns(programme: Programme) -> tuple[Column, ...]:
    """List the columns of a table of events; a text in another language is title_en (題名_en) and so on."""
    others = [language for language in programme.city.languages if language != "ja"]
    texts = [
        Column(f"{name}{suffix}", (f"{japanese}{suffix}",), needed=name in ("title", "description") and not suffix)
        for name, japanese in TEXTS.items()
        for suffix in ("", *(f"_{language}" for language in others))
    ]
    return (*EVENT_COLUMNS, *PART_COLUMNS, *texts)


def gather(lines: Iterable[Line | Rejected]) -> tuple[list[Gathered], list[Rejected]]:
    """Put the lines of one code together, in the order of their first; gives also the lines that have none."""
    found: dict[str, Gathered] = {}
    homeless = []
    for line in lines:
        if isinstance(line, Rejected):
            homeless.append(line)
        elif not CODE.fullmatch(line["code"]):
            words = f"the code {line['code']!r} must be at most 32 small letters, digits and _, beginning with a letter"
            homeless.append(Rejected(line.number, words))
        else:
            _take(found.setdefault(line["code"], Gathered(line["code"], line.number)), line)
    return list(found.values()), homeless


def _take(event: Gathered, line: Line) -> None:
    for name, cell in line.cells.items():
        if not cell or name in OF_PART or name.startswith("part_title"):
            continue
        said, number = event.cells.setdefault(name, (cell, line.number))
        if said != cell:
            words = f"{name} differs from line {number}: lines of one code are parts of one event"
            event.rejected.append(Rejected(line.number, words))
    problems: list[str] = []
    part = _read_part(line, problems)
    event.parts.append((line.number, part))
    event.rejected += [Rejected(line.number, problem) for problem in problems]


def _read_part(line: Line, problems: list[str]) -> PlannedPart:
    starts_at = _read(line["starts_at"], "starts_at", read_moment, problems)
    if starts_at and line["weekday"]:
        _read(line["weekday"], "weekday", lambda written: check_weekday(written, starts_at), problems)
    return PlannedPart(
        starts_at=starts_at,
        ends_at=_read(line["ends_at"], "ends_at", read_moment, problems),
        capacity=_read(line["capacity"], "capacity", read_number, problems),
        title=_texts("part_title", line.cells),
    )


def build(event: Gathered, source: str, state: EventState) -> PlannedEvent | None:
    """Build the event; None when a cell cannot be read, which is then told among its rejected lines."""
    cells = {name: cell for name, (cell, _) in event.cells.items()}
    problems: list[str] = []
    values: dict[str, Any] = {
        "kind": _read(cells.get("kind", ""), "kind", _one_of(EventKind, KINDS), problems),
        "audiences": _read(cells.get("audiences", ""), "audiences", _some_of(AudienceKind, AUDIENCES), problems),
        "mode": _read(cells.get("mode", ""), "mode", _one_of(EventMode, MODES), problems),
        "source": cells.get("source", source),
        **{name: _texts(name, cells) for name in TEXTS if name != "part_title"},
        **dict(_optional(cells, problems)),
    }
    problems += [f"{name} is empty" for name in ("kind", "audiences", "mode") if not cells.get(name)]
    event.rejected += [Rejected(event.number, problem) for problem in problems]
    if event.rejected:
        return None
    return PlannedEvent(code=event.code, parts=tuple(part for _, part in event.parts), state=state, **values)


def _optional(cells: Mapping[str, str], problems: list[str]) -> Iterator[tuple[str, Any]]:
    """Give what stands there; what does not keeps the event's own default."""
    readers: dict[str, Callable[[str], Any]] = {
        "held_in": split, "interpreted_into": split, "interests": split, "ward": str, "joining_url": str,
        "cost_yen": read_yen, "companions": read_number, "opens_at": read_moment, "closes_at": read_moment,
        "whole_only": _one_answer,
    }  # fmt: skip
    for name, reader in readers.items():
        if cells.get(name):
            yield name, _read(cells[name], name, reader, problems)


def _read(cell: str, name: str, reader: Callable[[str], Read], problems: list[str]) -> Read | None:
    """Read a cell; an empty one is None, and one that cannot be read is told."""
    try:
        return reader(cell) if cell else None
    except UnreadableError as error:
        problems.append(f"{name}: {error}")
        return None


def read_number(cell: str) -> int:
    """Read a whole number of 0 or more, in any width and with commas."""
    plain = unicodedata.normalize("NFKC", cell).replace(",", "")
    if not re.fullmatch(r"\d{1,9}", plain, re.ASCII):
        raise UnreadableError(f"{cell!r} is no number: write digits only")
    return int(plain)


def read_yen(cell: str) -> int:
    """Read an amount of yen; 無料 is 0."""
    plain = cell.strip()
    return 0 if plain in ("無料", "free") else read_number(plain.removesuffix("円"))


def split(cell: str) -> tuple[str, ...]:
    """Split several words in one cell."""
    return tuple(word for word in re.split(r"[\s、,;/・|]+", cell) if word)


def _one_answer(cell: str) -> bool:
    answer = ANSWERS.get(unicodedata.normalize("NFKC", cell).casefold())
    if answer is None:
        raise UnreadableError(f"{cell!r} is neither yes nor no")
    return answer


def _one_of(kinds: Any, japanese: Mapping[str, str]) -> Callable[[str], Any]:
    def read(cell: str) -> Any:
        word = japanese.get(cell, cell.casefold())
        if word not in set(kinds):
            raise UnreadableError(f"{cell!r} is none of {', '.join(kinds)} ({'、'.join(japanese)})")
        return kinds(word)

    return read


def _some_of(kinds: Any, japanese: Mapping[str, str]) -> Callable[[str], tuple[Any, ...]]:
    one = _one_of(kinds, japanese)
    return lambda cell: tuple(one(word) for word in split(cell))


def _texts(name: str, cells: Mapping[str, str]) -> Texts:
    """Gather one text in its languages; the column without a language is Japanese."""
    suffixes = {"": "ja"} | {
        key.removeprefix(name): key.removeprefix(f"{name}_") for key in cells if key.startswith(f"{name}_")
    }
    return {language: cells[f"{name}{suffix}"] for suffix, language in suffixes.items() if cells.get(f"{name}{suffix}")}


def past_parts(event: Gathered, now: datetime) -> Sequence[int]:
    """List the lines whose part has begun."""
    return [number for number, part in event.parts if part.starts_at and part.starts_at <= now]
