"""What staff switch for the whole city, heat alert and disaster, and what a disaster puts before each answer.

Sends nothing. docs/decisions/switches.md says what a disaster silences, and why.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection

from handlers import broadcasting
from handlers.messages import Card, Message, Text
from handlers.talk import Answer, Talk
from storage import alerts, audit, switches
from storage.alerts import AlertKind
from storage.switches import Disaster

MOST_DAYS = 31
"""How far ahead a heat alert may be switched on; and how long a day is kept, for no action is reported later."""
KEY = "disaster"
SUBJECT = "city"


class Problem(StrEnum):
    """Why days cannot be switched."""

    BACKWARDS = "backwards"
    OVER = "over"
    TOO_FAR = "too_far"


def find_problem(first: date, last: date, today: date) -> Problem | None:
    """Say why the days from the first to the last cannot be given a heat alert; None where they can."""
    if last < first:
        return Problem.BACKWARDS
    if first < today:
        return Problem.OVER
    return Problem.TOO_FAR if last > today + timedelta(days=MOST_DAYS) else None


def set_heat_days(connection: Connection, first: date, last: date, today: date, by: str, now: datetime) -> None:
    """Add the days from the first to the last to the heat alerts; those long over are dropped."""
    added = {first + timedelta(days=n) for n in range((last - first).days + 1)}
    kept = {day for day in switches.hold(connection).heat_days if day >= today - timedelta(days=MOST_DAYS)}
    switches.put_heat_days(connection, kept | added)
    audit.add(connection, by, "heat.on", SUBJECT, now, f"{first} {last}")


def clear_heat_day(connection: Connection, day: date, by: str, now: datetime) -> bool:
    """Take back a day that staff added; False where it is not among them."""
    days = switches.hold(connection).heat_days
    if day not in days:
        return False
    switches.put_heat_days(connection, days - {day})
    audit.add(connection, by, "heat.off", SUBJECT, now, day.isoformat())
    return True


def begin_disaster(connection: Connection, by: str, now: datetime, real_now: datetime) -> bool:
    """Silence broadcasts and Monday's message until somebody ends it; False where they are silent already."""
    if switches.hold(connection).disaster is not None:
        return False
    switches.put_disaster(connection, Disaster(now, by))
    alerts.raise_(connection, AlertKind.DISASTER, KEY, by, real_now)
    audit.add(connection, by, "disaster.on", SUBJECT, now, to_report=True)
    return True


def end_disaster(connection: Connection, by: str, now: datetime, real_now: datetime) -> bool:
    """End the silence; False where there is none. What would go out at once waits for a person to look at it again."""
    if switches.hold(connection).disaster is None:
        return False
    switches.put_disaster(connection, None)
    broadcasting.hold_due(connection, broadcasting.DISASTER, now)
    alerts.end(connection, AlertKind.DISASTER, KEY, real_now)
    audit.add(connection, by, "disaster.off", SUBJECT, now, to_report=True)
    return True


def lead(talk: Talk, said: Answer) -> Answer:
    """Put what to do in danger before an answer while a disaster is on; it costs no message of its own."""
    if not talk.is_disaster or not talk.incoming.private or not said.messages:
        return said
    return replace(said, messages=_led(said.messages, _first_words(talk)))


def _first_words(talk: Talk) -> str:
    city = talk.programme.city
    words = talk.say("【災害時】命の危険があるときは、すぐに119（火事・救急）か110（警察）へ。")
    page = city.disaster_page or city.page
    return f"{words} {talk.say('避難などの情報：{page}', page=page)}" if page else words


def _led(said: Sequence[Message], words: str) -> tuple[Message, ...]:
    """Put words at the beginning of the first message: a reply of LINE's holds no more than five messages."""
    first, *rest = said
    if isinstance(first, Card):
        return (replace(first, lines=(words, *first.lines)), *rest)
    return (Text(f"{words}\n\n{first.text}", first.choices), *rest)
