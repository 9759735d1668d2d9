"""What a city answers outside its catalogue: rows of the answer table, a helpline, when staff answer. Imports texts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from storage.facts.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRow:
    """One row of the answer table: by language, words that ask, and one or two lines that answer.

    ``link`` and ``telephone`` are "" where none is known. A row with an ``action`` answers nothing: its words are other
    words for that action.
    """

    code: str
    words: Mapping[str, tuple[str, ...]]
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    link: str = ""
    telephone: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """A row as the database holds it; ``version`` is counted up with each change."""

    id: int
    version: int
    row: AnswerRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    """Whom somebody in despair can call; ``source`` says where the number was published."""

    name: Texts
    telephone: str
    hours: Texts
    source: str


NATIONAL_HELPLINE = Helpline(
    name={
        "ja": "よりそいホットライン",
        "ja-easy": "よりそいホットライン",
        "en": "Yorisoi Hotline",
        "zh-Hans": "Yorisoi Hotline（よりそいホットライン）",
        "ko": "요리소이 핫라인 (よりそいホットライン)",
        "vi": "Yorisoi Hotline",
        "id": "Yorisoi Hotline",
    },
    telephone="0120-279-338",
    hours={
        "ja": "24時間、無料です。",
        "ja-easy": "いつでも 電話(でんわ)できます。お金(かね)は かかりません。",
        "en": "Free, 24 hours a day.",
        "zh-Hans": "24小时免费。",
        "ko": "24시간 무료입니다.",
        "vi": "Miễn phí, 24 giờ mỗi ngày.",
        "id": "Gratis, 24 jam sehari.",
    },
    source="厚生労働省 2013-08-08 https://www.mhlw.go.jp/stf/houdou/yorisoigatasoudansienjigyou/",
)
"""For all of Japan but three prefectures (岩手, 宮城, 福島: 0120-279-226); stands where a programme names no other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffHours:
    """When staff answer: on weekdays from ``opens`` to ``closes`` (Tokyo, HH:MM), within ``answer_days`` working days.

    ``closed_each_year`` are days of every year, MM-DD; ``closed_on`` single days such as public holidays.
    """

    opens: str = "09:00"
    closes: str = "17:00"
    answer_days: int = 3
    closed_each_year: tuple[str, ...] = ("12-29", "12-30", "12-31", "01-01", "01-02", "01-03")
    closed_on: tuple[date, ...] = ()


USUAL_HOURS = StaffHours()
"""Stand where a programme names no others."""
