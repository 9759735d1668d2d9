"""Fills a new database with persons who have joined, and says what they press; each press earns points once."""

import hashlib
from datetime import datetime
from pathlib import Path

from bench.platform import BOT, Webhook, press
from storage import accounts, people, programme_file, schema
from storage.clock import TOKYO, real_now
from storage.database import Database
from storage.facts import AccountState, ChannelName, ReminderChoice

PROGRAMME = Path(__file__).parents[1] / "programmes" / "kitaq.toml"
ACTIONS = ("my_bag", "my_bottle", "sorting", "save_water", "no_leftovers", "save_electricity")
"""Everyday actions of any season, once a day each."""
PIECE = 1000


def user(number: int) -> str:
    """Give the LINE user id of a person, by number."""
    return "U" + hashlib.md5(str(number).encode(), usedforsecurity=False).hexdigest()


def settle(url: str, persons: int) -> None:
    """Bring a new database up to date and let persons have joined by LINE."""
    consent, now = programme_file.read_programme(PROGRAMME).consent.version, real_now()
    database = Database(url)
    try:
        schema.upgrade(database)
        for first in range(0, persons, PIECE):
            numbers = range(first, min(first + PIECE, persons))
            rows = [_person(number, consent, now) for number in numbers]
            database.write(lambda c, rows=rows: c.execute(people.PEOPLE.insert(), rows)).result()
            rows = [_account(number, now) for number in numbers]
            database.write(lambda c, rows=rows: c.execute(accounts.ACCOUNTS.insert(), rows)).result()
    finally:
        database.close()


def _person(number: int, consent: str, now: datetime) -> dict[str, object]:
    facts = {"id": number * 7919 + 1, "joined_at": now}
    name = f"みどりのカササギ{number}"
    facts |= {"nickname": name, "search_name": people.search_copy(name)}
    return {**facts, "nickname_is_own": False, "consent_version": consent, "is_tombstone": False}


def _account(number: int, now: datetime) -> dict[str, object]:
    names = {"channel": ChannelName.LINE, "bot_id": BOT, "key": user(number), "language": "ja", "made_at": now}
    state = {"state": AccountState.FOLLOWING, "paused": False, "reminders": ReminderChoice.BOTH}
    return {**names, **state, "person_id": number * 7919 + 1}


def reports(persons: int) -> list[Webhook]:
    """Give a press of each person for each action: the first of everybody, then the second of everybody, and so on."""
    today = real_now().astimezone(TOKYO).date().isoformat()
    return [press(user(number), f"r:{action}:{today}:1") for action in ACTIONS for number in range(persons)]
