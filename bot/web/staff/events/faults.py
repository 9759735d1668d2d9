"""Looks an event through before it is saved, and says in Japanese what is wrong, and at which field. Changes nothing.

What an event must be is for ``storage.event_checks`` to say; here are the words for people at the desk.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from handlers.rules.calendar import tokyo_day
from handlers.rules.dates import find_days
from handlers.texts import JAPANESE, name_language
from storage import event_checks
from storage.events import DETAIL_NAMES
from storage.facts import EventFacts, PartFacts, PlannedEvent, PlannedPart, Programme, Question

CHOICES = "答えを、一行に一つずつ、{}から{}個まで書いてください。".format(*event_checks.CHOICES)
PAST = "過ぎた日時です。これからの日時を書いてください。"
WORDS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"is missing: (?:city\.languages lists \"ja\"|other languages)", "日本語を書いてください。"),
        (r"must be short, at most (\d+) full-width", "長すぎます。全角で{}文字までにしてください。"),
        (r"must be at most (\d+) characters", "長すぎます。{}文字までにしてください。"),
        (r"must name at least one language", "使うことばを、一つ以上選んでください。"),
        (r"is the language it is held in", "使うことばと同じことばには、通訳はいりません。"),
        (r"must name \"citizen\"", "市民か企業を、一つ以上選んでください。"),
        (r"is no code of", "もう一度選んでください。"),
        (r"^must be from (\d+) to (\d+)$", "{}から{}までの数にしてください。"),
        (r"must be a whole address", "https:// から始まるアドレスを、全部書いてください。"),
        (r"must be after opens_at", "申し込みの終わりは、始まりよりあとにしてください。"),
        (r"must not be after the end of the last part", "最後の回が終わったあとになっています。"),
        (r"must be after that of the part before it", "前の回より早い日時です。早い順に並べてください。"),
        (r"is missing: reminders", "終わりも書いてください。お知らせ・予定表・ポイントに使います。"),
        (r"is missing: leave both out", "始まりも書いてください。日時が未定なら、両方を空らんにします。"),
        (r"must be after starts_at, and within (\d+)", "終わりは、始まりよりあとで、{}時間以内にしてください。"),
        (r"must be 1 or more", "1以上の数にしてください。空らんにすると、定員なしになります。"),
        (r"too long for a button: at most (\d+)", "長すぎる答えがあります。一つ{}文字までにしてください。"),
        (r"a course has several", "講座には、二つ以上の回が要ります。回をふやすか、ほかの種類を選んでください。"),
        (r"must be false where there is one part", "回が一つのときは、選べません。"),
    )
)
"""What the checks of storage find, and how it is said here."""
LANGUAGE_MISSING = re.compile(r'is missing: city\.languages lists "(?!ja")')
FIELDS = {"audiences": "audience", "interests": "interest", "parts": "rows"}
NAMES = {
    "code": "コード",
    "kind": "種類",
    "audience": "対象",
    "title": "題名",
    "description": "内容",
    "place": "場所",
    "cost_yen": "参加費",
    "cost_note": "参加費の説明",
    "date_words": "日程の言葉",
    "mode": "開き方",
    "held_in": "使うことば",
    "interpreted_into": "通訳",
    "ward": "区",
    "interest": "分野",
    "companions": "同行者",
    "joining_url": "オンラインの参加リンク",
    "source": "出典",
    "opens_at": "申し込みの始まり",
    "closes_at": "申し込みの終わり",
    "whole_only": "全部の回をまとめて申し込む",
    "rows": "回",
    "starts_at": "始まり",
    "ends_at": "終わり",
    "capacity": "定員",
    "part_title": "回の題名",
}


def look_through(
    event: PlannedEvent, programme: Programme, now: datetime, *, is_draft: bool
) -> tuple[dict[str, str], list[str]]:
    """Say what is wrong, by field, and the fields that lack one of the city's languages."""
    found: dict[str, str] = {}
    lacking = []
    for problem in event_checks.find_problems(event, programme):
        path, _, words = problem.partition(": ")
        if LANGUAGE_MISSING.match(words):
            lacking.append(_field(path))
        else:
            found.setdefault(_field(path), _say(words))
    for name, words in (*_past(event, now, is_draft=is_draft), *_weekdays(event, now)):
        found.setdefault(name, words)
    return found, lacking


def of_survey(
    event: EventFacts, survey: tuple[Question, ...], programme: Programme, rows: Mapping[str, str]
) -> dict[str, str]:
    """Say what is wrong with the questions that an event shall ask, by field of their form."""
    details = {name: getattr(event, name) for name in DETAIL_NAMES}
    planned = PlannedEvent(**{**details, "survey": survey}, parts=as_planned(event.parts))
    found: dict[str, str] = {}
    for problem in event_checks.find_problems(planned, programme):
        path, _, words = problem.partition(": ")
        of_question = re.fullmatch(r"survey\[#(\d+)\]\.(words|choices)(?:\[#\d+\])?(?:\.(.+))?", path)
        if of_question and not LANGUAGE_MISSING.match(words):
            number, what, language = of_question.groups()
            said = _say(words) if language else CHOICES
            found.setdefault(f"{what}.{rows[number]}.{language or JAPANESE}", said)
    return found


def name(field: str) -> str:
    """Name a field as its label does: 第2回の始まり, 題名（英語）."""
    first, *more = field.split(".")
    words = NAMES.get(first, first)
    if more and more[0].isdecimal():
        words = f"第{more.pop(0)}回の{words}"
    return f"{words}（{name_language(more[0], JAPANESE)}）" if more else words


def of_row(field: str, rows: Mapping[str, str]) -> str:
    """Find the field of a part in the form: rows that are to go are numbered there, and are no parts."""
    first, *more = field.split(".")
    return ".".join((first, rows.get(more[0], more[0]), *more[1:])) if more else field


def as_planned(parts: Iterable[PartFacts]) -> tuple[PlannedPart, ...]:
    """Give stored parts as they were planned."""
    return tuple(
        PlannedPart(starts_at=one.starts_at, ends_at=one.ends_at, capacity=one.capacity, title=one.title)
        for one in parts
    )


def _field(path: str) -> str:
    """Turn a path such as ``parts[#2].title.en`` into the name of its field, ``part_title.2.en``."""
    of_part = re.fullmatch(r"parts\[#(\d+)\]\.(\w+)((?:\..+)?)", path)
    if of_part:
        number, what, language = of_part.groups()
        return f"{'part_title' if what == 'title' else what}.{number}{language}"
    return FIELDS.get(path, path)


def _say(words: str) -> str:
    for pattern, said in WORDS:
        if found := pattern.search(words):
            return said.format(*found.groups())
    return f"この内容では保存できません（{words}）。"


def _past(event: PlannedEvent, now: datetime, *, is_draft: bool) -> Iterator[tuple[str, str]]:
    """Say what lies in the past, of a draft only: an event that is shown is corrected long after it began."""
    if not is_draft:
        return
    moments = {f"starts_at.{number}": part.starts_at for number, part in enumerate(event.parts, 1)}
    for field, at in {**moments, "closes_at": event.closes_at}.items():
        if at is not None and at <= now:
            yield field, PAST


def _weekdays(event: PlannedEvent, now: datetime) -> Iterator[tuple[str, str]]:
    """Say which days in the texts fall on another weekday than they say."""
    near = tokyo_day(min((part.starts_at for part in event.parts if part.starts_at), default=now))
    for field in ("title", "description", "place", "cost_note", "date_words"):
        for language, text in getattr(event, field).items():
            for named in find_days(text, near):
                if named.is_wrong:
                    yield f"{field}.{language}", f"「{named.words}」は、曜日が違うか、ない日です。"
