"""Finds for how many days a person has kept at it, and words it; nothing for who wants no games. Changes nothing."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Connection

from handlers.rules import streaks
from handlers.texts import Words
from storage import ledger
from storage.facts import PersonFacts, Programme


def find(
    connection: Connection, programme: Programme, person: PersonFacts, on: date, excused: Collection[date], words: Words
) -> str:
    """Say a person's streak up to a day, from two days on; "" where there is none, or none is wanted."""
    if not (programme.games.streaks and person.plays):
        return ""
    acted = ledger.list_days(connection, person.id, on - streaks.LOOKS_BACK)
    days = streaks.count_days(set(acted), on, excused)
    return words.say("続けた日：{days}日（1日休んでも続きます）", days=days) if days > 1 else ""
