"""What a history of seats is watched with: its rows as they stand, its one transaction, when reminders were planned."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from storage.facts import PartFacts, RegistrationFacts, RegistrationState


@dataclass(frozen=True)
class Seen:
    """The rows of every part, live ones in the order of their turn."""

    event: Any
    live: dict[int, list[RegistrationFacts]]

    def line(self, part_id: int) -> dict[int, list[RegistrationFacts]]:
        """Give the parties that wait, first in line first, by the person whose party it is."""
        line: dict[int, list[RegistrationFacts]] = defaultdict(list)
        for one in self.live[part_id]:
            if one.state is RegistrationState.WAITING:
                line[one.party].append(one)
        return line


@dataclass
class Answered:
    """What an act in the one transaction gave: a Future that is done."""

    value: Any

    def result(self) -> Any:
        return self.value


@dataclass
class InOneTransaction:
    """Runs every act of one history in one transaction that is never committed; an act that raises is undone."""

    connection: Connection

    def write(self, unit: Any) -> Answered:
        with self.connection.begin_nested():
            return Answered(unit(self.connection))

    def read(self, question: Any) -> Answered:
        return Answered(question(self.connection))


@dataclass
class Planned:
    """When each seat's reminders were planned, by (part, person, schedule version)."""

    at: dict[tuple[int, int, int], datetime] = field(default_factory=dict)

    def note(self, part: PartFacts, seated: set[int], now: datetime) -> None:
        kept = {key: at for key, at in self.at.items() if key[0] != part.id}
        keys = [(part.id, person, part.schedule_version) for person in seated]
        self.at = {**kept, **{key: self.at.get(key, now) for key in keys}}
