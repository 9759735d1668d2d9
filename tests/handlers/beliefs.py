"""What each person believes about their places, from their own acts and from what they are told; the truth beside it.

A notice that tells somebody what they know already, or contradicts it, is a mistake: everyone is told once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from storage.facts import REMINDERS, EventFacts, NoticeKind, PartFacts, RegistrationFacts
from tests.handlers.seats import Told

Times = tuple[str, str]
KNOWN_BEFORE = {
    NoticeKind.SEATED: {"waiting", "offered"},
    NoticeKind.OFFERED: {"waiting"},
    NoticeKind.OFFER_LAPSED: {"offered"},
    NoticeKind.BUMPED: {"seated", "offered"},
    NoticeKind.MOVED: {"seated", "offered", "waiting"},
    NoticeKind.CANCELLED: {"seated", "offered", "waiting"},
}
THEN = {NoticeKind.SEATED: "seated", NoticeKind.OFFERED: "offered", NoticeKind.BUMPED: "waiting"}


@dataclass(frozen=True)
class Belief:
    """Where somebody thinks they stand with a part, and when they think it is."""

    state: str
    times: Times


def times_of(part: PartFacts) -> Times:
    return written(part.starts_at), written(part.ends_at)


def written(at: datetime | None) -> str:
    return at.isoformat() if at else ""


class Minds(dict[tuple[int, int], Belief]):
    """The beliefs of all persons, by (person, part)."""

    def hear(self, notice: Told, event: EventFacts) -> None:
        """Take in one notice, as its words are rendered now."""
        if notice.kind in REMINDERS:
            return
        part = event.part(notice.part)
        believed = self.get((notice.person, notice.part))
        assert part is not None
        assert believed is not None, f"{notice.kind} to somebody who thinks they have no place"
        assert believed.state in KNOWN_BEFORE[notice.kind], f"{notice.kind} to somebody who thinks: {believed.state}"
        if notice.kind in (NoticeKind.MOVED, NoticeKind.CANCELLED):
            was = (notice.detail["was_starts_at"], notice.detail["was_ends_at"])
            assert was == believed.times, "a change is told from another time than the one people know"
        self._change(notice, part, believed, [other.id for other in event.parts])

    def _change(self, notice: Told, part: PartFacts, believed: Belief, part_ids: Iterable[int]) -> None:
        key = (notice.person, notice.part)
        if notice.kind is NoticeKind.MOVED:
            assert believed.times != times_of(part), "a move to the time that people know already"
            self[key] = replace(believed, times=times_of(part))
        elif notice.kind in THEN:
            self[key] = replace(believed, state=THEN[notice.kind])
        else:
            gone = part_ids if "whole" in notice.detail else [notice.part]
            for part_id in gone:
                self.pop((notice.person, part_id), None)

    def see(self, registration: RegistrationFacts | None, person: int, part: PartFacts) -> None:
        """Take in what the answer to one's own act shows."""
        if registration is None or str(registration.state) in ("cancelled", "lapsed"):
            self.pop((person, part.id), None)
        else:
            self[person, part.id] = Belief(str(registration.state), times_of(part))


def truth_of(event: EventFacts, live: Iterable[RegistrationFacts]) -> Mapping[tuple[int, int], Belief]:
    """Say what each host should think once everything was told."""
    parts = {part.id: part for part in event.parts}
    return {
        (one.person_id, one.part_id): Belief(str(one.state), times_of(parts[one.part_id]))
        for one in live
        if one.host_id is None
    }
