"""Reads moments and weekdays as staff write them in a table; a moment without its zone is refused, not guessed."""

import re
import unicodedata
from datetime import datetime, timedelta, timezone

from storage.clock import TOKYO

DAYS = "月火水木金土日"
ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))? ?(Z|JST|[+-]\d{2}:?\d{2})?", re.ASCII
)
_DAY_ONLY = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}", re.ASCII)


class UnreadableError(ValueError):
    """A cell does not say what it should; the message says how to write it."""


def read_moment(text: str) -> datetime:
    """Read a moment such as 2022-01-26T14:00+09:00 or 2022/1/26 14:00 JST; UnreadableError without a zone."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if _DAY_ONLY.fullmatch(plain):
        raise UnreadableError(f"{text!r} has no time: write it as {plain.replace('/', '-')}T14:00+09:00")
    found = _MOMENT.fullmatch(plain)
    if found is None:
        raise UnreadableError(f"{text!r} is no time: write it as 2022-01-26T14:00+09:00")
    zone = found[7]
    if zone is None:
        raise UnreadableError(f"{text!r} has no zone: write +09:00 at its end")
    try:
        numbers = [int(found[place] or 0) for place in range(1, 7)]
        year, month, day, hour, minute, second = numbers
        return datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    except ValueError:
        raise UnreadableError(f"{text!r} is no day and time of the calendar") from None


def _zone(written: str) -> timezone:
    if written in ("Z", "JST"):
        return timezone(timedelta(hours=9 if written == "JST" else 0))
    sign = -1 if written[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(written[1:3]), minutes=int(written[-2:])))


def check_weekday(written: str, starts_at: datetime) -> None:
    """Compare a weekday as staff wrote it with the day in Tokyo; UnreadableError where they differ."""
    plain = unicodedata.normalize("NFKC", written).strip(" ()").casefold()
    day = starts_at.astimezone(TOKYO)
    given = DAYS.find(plain[0]) if re.fullmatch(f"[{DAYS}](曜日?)?", plain) else -1
    if plain[:3] in ENGLISH_DAYS:
        given = ENGLISH_DAYS.index(plain[:3])
    if given < 0:
        raise UnreadableError(f"{written!r} is no weekday: write it as {DAYS[day.weekday()]}, or leave it empty")
    if given != day.weekday():
        raise UnreadableError(f"{day:%Y-%m-%d} is a {day:%A} ({DAYS[day.weekday()]}), not {written}")
