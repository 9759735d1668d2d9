"""The words of the staff's pages: states, ways, moments. Plain Japanese; decides nothing."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from handlers.texts import JAPANESE, format_day, format_moment, format_time
from storage.clock import TOKYO
from storage.facts import (
    CheckInWay,
    EventFacts,
    EventMode,
    EventState,
    PartFacts,
    PartState,
    RegistrationState,
    StaffRole,
    Texts,
)

EVENT_STATES = {
    EventState.DRAFT: "下書き",
    EventState.PUBLISHED: "公開中",
    EventState.CLOSED: "申し込み締め切り",
    EventState.HELD: "開催済み",
    EventState.CANCELLED: "中止",
}
PART_STATES = {PartState.PLANNED: "予定", PartState.HELD: "開催済み", PartState.CANCELLED: "中止"}
REGISTRATION_STATES = {
    RegistrationState.SEATED: "席あり",
    RegistrationState.OFFERED: "席を案内中",
    RegistrationState.WAITING: "キャンセル待ち",
    RegistrationState.CANCELLED: "取り消し",
    RegistrationState.LAPSED: "期限切れ",
}
WAYS = {
    CheckInWay.QR: "QRコード",
    CheckInWay.DIGITS: "4けた",
    CheckInWay.HAND: "名簿",
    CheckInWay.WORD: "合言葉",
    CheckInWay.IMPORT: "取り込み",
}
ROLE_WORDS = {
    StaffRole.DESK: "受付の手伝い",
    StaffRole.VIEWER: "見る人",
    StaffRole.EDITOR: "作る人",
    StaffRole.APPROVER: "承認する人",
    StaffRole.ADMINISTRATOR: "管理者",
}
ROLE_NOTES = {
    StaffRole.VIEWER: "見るだけです。何も変えられません。",
    StaffRole.EDITOR: "イベントと受付の仕事をし、一斉配信を作って申請します。",
    StaffRole.APPROVER: "作る人の仕事に加えて、ほかの人が作った一斉配信を承認します。",
    StaffRole.ADMINISTRATOR: "作る人の仕事に加えて、職員のアカウントを管理します。承認はできません。",
}
EXPORTS = {"registrations": "申し込み", "attendance": "出席", "completions": "修了（全部の回に出た人）"}
"""The tables that can be taken; survey answers are not, for their page hides small groups."""
MODES = {EventMode.ONLINE: "オンライン", EventMode.VENUE: "会場", EventMode.BOTH: "会場とオンライン"}


def ja(texts: Texts) -> str:
    """Give the Japanese of what the city wrote; "" where it wrote nothing."""
    return texts.get(JAPANESE, "")


def moment(at: datetime) -> str:
    """Write a moment with its year and weekday: 2022年1月26日(水) 午後2時."""
    return format_moment(at, JAPANESE, year=True)


def day(on: date) -> str:
    """Write a day with its year and weekday: 2022年1月26日(水)."""
    return format_day(on, JAPANESE, year=True)


def clock_time(at: datetime) -> str:
    """Write a Tokyo time of day: 午後2時."""
    return format_time(at, JAPANESE)


def span(starts_at: datetime | None, ends_at: datetime | None) -> str:
    """Write from when until when; an open date is called that."""
    if starts_at is None:
        return "日時は未定"
    if ends_at is None:
        return f"{moment(starts_at)}から"
    same_day = starts_at.astimezone(TOKYO).date() == ends_at.astimezone(TOKYO).date()
    return f"{moment(starts_at)}から{clock_time(ends_at) if same_day else moment(ends_at)}まで"


def part_name(event: EventFacts, part: PartFacts) -> str:
    """Name a part: 第2回 and its title where an event has several."""
    title = ja(part.title)
    return f"第{part.number}回{f' {title}' if title else ''}" if len(event.parts) > 1 else title


def field_value(at: datetime | None) -> str:
    """Write a moment as a field of date and time takes it: 2022-01-26T14:00, in Tokyo."""
    return at.astimezone(TOKYO).strftime("%Y-%m-%dT%H:%M") if at else ""


WORDS: Mapping[str, Mapping[Any, str] | Callable[..., str]] = {
    "event_states": EVENT_STATES,
    "part_states": PART_STATES,
    "registration_states": REGISTRATION_STATES,
    "ways": WAYS,
    "modes": MODES,
    "exports": EXPORTS,
    "role_words": ROLE_WORDS,
    "role_notes": ROLE_NOTES,
    "ja": ja,
    "moment": moment,
    "day": day,
    "clock_time": clock_time,
    "span": span,
    "part_name": part_name,
    "field_value": field_value,
}
"""What every template can say."""
