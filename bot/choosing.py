"""Finds the event or the part that staff name on the command line, by its number in the database or by its code."""

from sqlalchemy import Connection

from storage import events
from storage.facts import EventFacts, PartFacts


class NotThereError(Exception):
    """What staff named is not there; the message says what there is."""


def find_event(connection: Connection, words: str) -> EventFacts:
    """Find an event by its number or its code; NotThereError where there is none."""
    event = events.find(connection, int(words)) if words.isdecimal() else events.find_by_code(connection, words)
    if event is None:
        raise NotThereError(f"there is no event {words!r}: name it by its number or its code")
    return event


def find_part(connection: Connection, words: str) -> tuple[EventFacts, PartFacts]:
    """Find a part by its number in the database, or as CODE:2; the only part of an event also by the code alone."""
    if words.isdecimal():
        event = events.find_by_part(connection, int(words))
        part = event.part(int(words)) if event else None
    else:
        code, _, number = words.partition(":")
        event = find_event(connection, code)
        named = [one for one in event.parts if str(one.number) == number or (not number and len(event.parts) == 1)]
        part = named[0] if named else None
    if event is None:
        raise NotThereError(f"there is no part {words}: name it by its number, or as CODE:2")
    if part is None:
        raise NotThereError(f"{event.code} has {len(event.parts)} parts: name one as {event.code}:1")
    return event, part
