"""Reads who was in an online meeting, from the lists that Zoom and Teams give out. Knows nobody of them.

Both write sections with headers of their own: Zoom two lines about the meeting first, Teams a summary, the participants
and their single comings and goings, which are left out because the participants' own lines add them up. The columns'
names are those of such files as others show them (docs/OPERATIONS.md says which).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.importing import ImportRefusedError, lines, tables
from bot.importing.lines import SEPARATORS, Rejected, Row
from bot.importing.tables import Column

COLUMNS = (
    Column(
        "name",
        (
            "Name (Original Name)", "User Name (Original Name)", "User Name", "Full Name", "名前", "氏名",
            "名前 (元の名前)", "ユーザー名 (元の名前)", "ユーザー名", "参加者",
        ),
        needed=True,
    ),
    Column(
        "email",
        ("User Email", "E-mail", "メール", "メールアドレス", "ユーザーのメール", "ユーザーのメールアドレス", "Eメール"),
    ),
    Column(
        "duration",
        (
            "Duration (Minutes)", "In-Meeting Duration", "Time in Session (minutes)", "会議の長さ", "会議中の時間",
            "期間", "期間 (分)", "時間 (分)", "所要時間", "所要時間 (分)", "継続時間",
            "滞在時間", "セッションの時間 (分)",
        ),
    ),
    Column("total", ("Total Duration (Minutes)", "合計時間", "合計時間 (分)", "合計期間 (分)", "合計所要時間 (分)")),
    Column("attended", ("出席",)),
)  # fmt: skip
LEFT_OUT = ("activit", "アクティビティ", "host details", "panelist details", "ホストの詳細", "パネリストの詳細")
_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,3}):(\d{2})", re.ASCII)
_UNITS = ("h|hr|hrs|hours?|時間", "m|min|mins|minutes?|分", "s|sec|secs|seconds?|秒")
_WORDS = re.compile(" ?".join(rf"(?:(\d+) ?(?:{unit}))?" for unit in _UNITS), re.ASCII)


@dataclass
class Attendee:
    """Somebody in the meeting, under one name and address: how long in all, and the lines that say so."""

    name: str
    email: str = ""
    seconds: int = 0
    numbers: list[int] = field(default_factory=list)


def read(path: Path) -> tuple[list[Attendee], list[Rejected], str]:
    """Read a list; gives who was there, the lines that could not be read, and how the file was written.

    ImportRefusedError where no header is found.
    """
    written = lines.examine(path)
    tried = [_Reading().take(lines.read(written, separator)) for separator in SEPARATORS]
    best = max(tried, key=lambda one: one.headers)
    if not best.headers:
        raise ImportRefusedError(
            f"{path}: no line has a name (名前) and a duration beside it: is it an attendance list?"
        )
    return list(best.found.values()), best.rejected, f"{path.name}: {written.name}"


@dataclass
class _Reading:
    """One go through a file with one separator."""

    found: dict[tuple[str, str], Attendee] = field(default_factory=dict)
    rejected: list[Rejected] = field(default_factory=list)
    headers: int = 0
    _places: dict[str, int] = field(default_factory=dict)
    _title: str = ""

    def take(self, rows: Iterable[Row | Rejected]) -> "_Reading":
        for row in rows:
            if isinstance(row, Rejected):
                self.rejected += [row] if self._places else []
            elif not row.cells:
                self._places = {}
            elif places := _header(row.cells):
                self.headers += 1
                is_left_out = any(word in self._title for word in LEFT_OUT)
                self._places = {} if is_left_out else places
            elif self._places:
                self._take_line(row)
            else:
                self._title = " ".join(row.cells).casefold()
        return self

    def _take_line(self, row: Row) -> None:
        cells = tables.pick(row.cells, self._places)
        spent = cells.get("duration") or cells.get("total", "")
        if cells.get("attended", "").casefold() in ("no", "いいえ") or spent in ("--", "-"):
            return
        seconds = read_seconds(spent)
        if seconds is None:
            self.rejected.append(
                Rejected(row.number, "the duration cannot be read: it should be minutes, or as 1h 5m 3s")
            )
            return
        key = (cells.get("name", ""), cells.get("email", ""))
        attendee = self.found.setdefault(key, Attendee(*key))
        attendee.numbers.append(row.number)
        is_sum = not cells.get("duration")  # the same sum stands on each of a person's lines
        attendee.seconds = max(attendee.seconds, seconds) if is_sum else attendee.seconds + seconds


def _header(cells: Sequence[str]) -> dict[str, int]:
    places, problems = tables.place(cells, COLUMNS)
    return places if not problems and {"duration", "total"} & places.keys() else {}


def read_seconds(text: str) -> int | None:
    """Read how long: minutes as a number, 1:05:03, 1h 5m 3s, 1 時間 5 分 3 秒; None for anything else."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if re.fullmatch(r"\d{1,5}(\.\d+)?", plain, re.ASCII):
        return round(float(plain) * 60)
    found = _CLOCK.fullmatch(plain) or (_WORDS.fullmatch(plain) if plain else None)
    if found is None:
        return None
    hours, minutes, seconds = (int(number or 0) for number in found.groups())
    return hours * 3600 + minutes * 60 + seconds


def names_in(display_name: str) -> Iterator[str]:
    """Give the names that a display name holds, folded: all of it, and what stands before and in its last brackets."""
    plain = fold_name(display_name)
    yield plain
    if found := re.fullmatch(r"(.*?)\s*\(([^()]*)\)", plain):
        yield from (part for part in found.groups() if part)


def fold_name(name: str) -> str:
    """Fold a name: width, case and the spaces around it do not matter."""
    return unicodedata.normalize("NFKC", name).strip().casefold()


def codes_in(display_name: str) -> set[str]:
    """Give the groups of exactly four digits in a display name."""
    return set(re.findall(r"(?<!\d)\d{4}(?!\d)", unicodedata.normalize("NFKC", display_name), re.ASCII))
