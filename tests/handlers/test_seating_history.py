"""Any history of seats over the real handlers: never oversold, the line in order, and everyone told once.

``SEAT_EXAMPLES`` and ``SEAT_STEPS`` ask for more than the short run of ``make test``.
"""

import os
from contextlib import ExitStack, suppress
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from handlers import arranging, seating
from handlers.arranging import ArrangementRefusedError
from handlers.rules import registration as rules
from handlers.rules.notices import plan_reminders
from handlers.rules.registration import Serving
from handlers.seating import NotRegistered, Registered, Taken
from storage import registrations
from storage.database import Database
from storage.facts import (
    REMINDERS,
    EventFacts,
    EventState,
    NoticeKind,
    PartFacts,
    PartState,
    RegistrationFacts,
    RegistrationState,
)
from storage.notices import NoticeState
from storage.registrations import HOLDING, LIVE
from tests import databases
from tests.handlers.beliefs import Minds, truth_of
from tests.handlers.onlookers import InOneTransaction, Planned, Seen
from tests.handlers.seats import NOW, STAFF, START, Hall, Told, a_part

HOUR = timedelta(hours=1)
who, which, capacities = st.integers(0, 4), st.integers(0, 1), st.sampled_from([1, 1, 2, 2, 3, None])
hours_ahead = st.sampled_from([None, 5, 13, 20, 30, 47, 49, 100, 200])


class SeatingHistory(RuleBasedStateMachine):
    """Five people, one event of two parts and its staff."""

    database: ClassVar[Database]

    @initialize(first=capacities, second=capacities, is_open=st.booleans(), whole=st.booleans())
    def open_hall(self, first: int | None, second: int | None, is_open: bool, whole: bool) -> None:
        self.closing = ExitStack()
        connection = self.closing.enter_context(self.database.engine.connect())
        self.hall = Hall(InOneTransaction(connection))
        self.people = self.hall.people(5)
        self.guests: set[int] = set()
        self.hold(first, second, is_open, whole)

    def hold(self, first: int | None, second: int | None, is_open: bool, whole: bool) -> None:
        hall = self.hall
        days = (hall.now - NOW) / timedelta(days=1)
        hall.hold(a_part(first, days=days), a_part(second, days=days + 0.5, open_date=is_open), whole_only=whole)
        self.minds, self.planned, self.by_staff = Minds(), Planned(), False
        self.lost: set[tuple[int, int]] = set()
        self.seen = self.look()

    def teardown(self) -> None:
        if hasattr(self, "closing"):
            self.closing.close()

    def look(self) -> Seen:
        event = self.hall.event
        return Seen(event, {part.id: self.hall.ask(registrations.list_of_part, part.id) for part in event.parts})

    def part(self, number: int) -> PartFacts:
        part: PartFacts = self.hall.event.parts[number]
        return part

    def show(self, person: int) -> None:
        """Let a person see the answer to what they did: where they stand at each part."""
        for part in self.hall.event.parts:
            self.minds.see(self.hall.registration(person, part), person, part)
            self.lost.discard((person, part.id))

    @rule(who=who, number=st.sampled_from([None, None, 0, 1]))
    def register(self, who: int, number: int | None) -> None:
        if all(rules.is_over(part, self.hall.now) for part in self.hall.event.parts):
            self.hold(1, 2, False, False)
        person = self.people[who]
        parts = None if number is None else [self.part(number).id]
        self.note(self.hall.register(person, part_ids=parts), person)

    def note(self, answer: Registered | NotRegistered, person: int) -> None:
        """Let a person read the answer to their registration."""
        for placed in answer.places if isinstance(answer, Registered) else ():
            self.minds.see(placed.registration, person, placed.part)
            self.lost.discard((person, placed.part.id))

    @rule(first=who, number=st.sampled_from([None, 0, 1]))
    def register_three(self, first: int, number: int | None) -> None:
        for back in range(3):
            self.register((first + back) % 5, number)

    def registered(self, who: int) -> int:
        """Choose somebody who is registered for something, if anybody is."""
        rows = [one for live in self.look().live.values() for one in live]
        hosts = [person for person in self.people if any(one.person_id == person for one in rows)] or self.people
        return hosts[who % len(hosts)]

    @rule(who=who, child=st.booleans())
    def bring(self, who: int, child: bool) -> None:
        self.hall.bring(self.registered(who), is_child=child)

    @rule(who=who, nth=st.integers(0, 3))
    def leave_at_home(self, who: int, nth: int) -> None:
        host = self.registered(who)
        party = self.hall.ask(registrations.list_party, self.hall.event_id, host)
        brought = sorted({one.person_id for one in party if one.host_id == host})
        if brought:
            self.hall.do(seating.remove_companion, self.hall.event_id, host, brought[nth % len(brought)])

    @rule(who=who, number=st.sampled_from([None, 0, 1]))
    def cancel(self, who: int, number: int | None) -> None:
        parts = None if number is None else [self.part(number).id]
        person = self.registered(who)
        for part in self.hall.cancel(person, part_ids=parts):
            self.minds.pop((person, part.id), None)

    @rule(who=who, number=which)
    def accept(self, who: int, number: int) -> None:
        person, part = self.registered(who), self.part(number)
        before = self.hall.registration(person, part)
        taken = self.hall.accept(person, part)
        assert (taken is Taken.NOTHING) <= (before is None or before.state in ("waiting", "cancelled"))
        if before is not None and before.state is RegistrationState.OFFERED:
            self.minds.see(self.hall.registration(person, part), person, part)

    @rule(who=who, number=which)
    def give_back(self, who: int, number: int) -> None:
        person, part = self.registered(who), self.part(number)
        had = [other for other in self.hall.event.parts if self.hall.state_or_none(person, other) in LIVE]
        given = self.hall.do(seating.give_back, part.id, person)
        for other in had if given else ():
            if self.hall.state_or_none(person, other) not in LIVE:
                self.minds.pop((person, other.id), None)

    @rule(number=which, nth=who)
    def one_leaves_and_another_comes(self, number: int, nth: int) -> None:
        """Let a seat become free and a newcomer ask for it in the same breath: whoever waits is not passed."""
        event, part = self.hall.event, self.part(number)
        live = self.look().live[part.id]
        holding = [one.person_id for one in live if one.state in HOLDING and one.person_id in self.people]
        coming = [person for person in self.people if person not in {one.person_id for one in live}]
        if holding and coming:
            parts = None if event.whole_only else [part.id]
            leaving = holding[nth % len(holding)]
            for ended in self.hall.cancel(leaving, part_ids=parts):
                self.minds.pop((leaving, ended.id), None)
            answer = self.hall.register(coming[nth % len(coming)], part_ids=parts)
            self.note(answer, coming[nth % len(coming)])

    @rule(number=which)
    def come_to_the_last_day(self, number: int) -> None:
        """Let time pass until only staff give seats: a free one is left, and somebody may come for it."""
        last, now = self.part(number).starts_at, self.hall.now
        if last is not None and last - now > 10 * HOUR:
            self.let_time_pass((last - now) / HOUR - 10, sends=True)

    @rule(number=which, nth=st.integers(0, 4))
    def staff_seat(self, number: int, nth: int) -> None:
        line = self.hall.ask(registrations.list_line, self.part(number).id)
        if line:
            self.by_staff = True
            self.hall.do(seating.seat_by_staff, line[nth % len(line)].id, by=STAFF)

    @rule(number=which)
    def staff_register_by_telephone(self, number: int) -> None:
        self.by_staff = True
        person, _ = self.hall.do(
            seating.register_guest, self.hall.event_id, "名簿の人", part_ids=[self.part(number).id]
        )
        self.guests.add(person)

    @rule(number=which, ahead=hours_ahead)
    def move(self, number: int, ahead: int | None) -> None:
        start = None if ahead is None else self.hall.now + ahead * HOUR
        with suppress(ArrangementRefusedError):
            self.hall.move(start, self.part(number))

    @rule(number=which)
    def move_back(self, number: int) -> None:
        with suppress(ArrangementRefusedError):
            self.hall.move(START, self.part(number))

    @rule(number=which, capacity=st.sampled_from([1, 1, 2, 3, 5, None]), bump=st.booleans())
    def resize(self, number: int, capacity: int | None, bump: bool) -> None:
        with suppress(ArrangementRefusedError):
            self.hall.staff(arranging.set_capacity, self.part(number).id, capacity, bump=bump)

    @rule(number=which, dice=st.integers(0, 3))
    def cancel_a_part(self, number: int, dice: int) -> None:
        if dice == 0:
            with suppress(ArrangementRefusedError):
                self.hall.staff(arranging.cancel_part, self.part(number).id)

    @rule(dice=st.integers(0, 5))
    def cancel_the_event(self, dice: int) -> None:
        if dice == 0:
            with suppress(ArrangementRefusedError):
                self.hall.staff(arranging.cancel_event, self.hall.event_id)

    @rule(opened=st.booleans())
    def close_or_open(self, opened: bool) -> None:
        with suppress(ArrangementRefusedError):
            self.hall.staff(arranging.publish if opened else arranging.close, self.hall.event_id)

    @rule(hours=st.sampled_from([0.5, 2, 6, 6, 7, 13, 25, 49, -1, -8, -50]), sends=st.booleans())
    def let_time_pass(self, hours: float, sends: bool) -> None:
        """Let hours go by, or set the clock back; with ``sends`` news go out in time, else the bot was down."""
        self.hall.now += hours * HOUR
        if sends:
            self.send()
        self.hall.tick()
        self.send()

    def send(self) -> None:
        """Send what is due; who misses news because their time has passed is left out of what follows."""
        waiting = [one for one in self.hall.notices() if one.state is NoticeState.WAITING]
        self.hall.send_due()
        after = {one.id: one for one in self.hall.notices()}
        for notice in sorted(waiting, key=lambda one: (one.due_at, one.id)):
            now = after.get(notice.id)
            if now is None:
                self.lost.add((notice.person, notice.part))
            elif now.state is NoticeState.SEALED and self.is_heard(notice):
                self.tell(self.minds, notice, self.hall.event)

    @invariant()
    def everything_holds(self) -> None:
        now = self.look()
        for part in now.event.parts:
            self.seats_add_up(part, now.live[part.id])
            self.parties_stay_together(now.live[part.id])
            self.lines_are_served(now.event, part, now)
            self.order_is_kept(part, now)
            self.reminders_fit(part, now.live[part.id])
        self.all_will_know(now)
        self.seen, self.by_staff = now, False

    @staticmethod
    def seats_add_up(part: PartFacts, live: list[RegistrationFacts]) -> None:
        assert part.taken == sum(one.state in HOLDING for one in live)
        assert part.capacity is None or part.taken <= part.capacity
        assert part.state is PartState.PLANNED or not live
        assert len({one.person_id for one in live}) == len(live) == len({one.code for one in live})

    @staticmethod
    def parties_stay_together(live: list[RegistrationFacts]) -> None:
        hosts = {one.person_id: one for one in live if one.host_id is None}
        for one in live:
            host = hosts[one.party]
            assert (one.state, one.queued, one.offered_until) == (host.state, host.queued, host.offered_until)

    def lines_are_served(self, event: Any, part: PartFacts, now: Seen) -> None:
        """See that nobody waits for a seat that is free and theirs by right."""
        serving = rules.decide_serving(part.starts_at, self.hall.now)
        if event.state is EventState.CANCELLED or serving is Serving.HOLD:
            return
        free = None if part.capacity is None else part.capacity - part.taken
        able = [party for party in now.line(part.id).values() if part.capacity is None or len(party) <= part.capacity]
        assert not able or (free is not None and len(able[0]) > free)

    def order_is_kept(self, part: PartFacts, now: Seen) -> None:
        """See that nobody passed anybody: not those promoted, not newcomers, not those put back at the head."""
        if part.id not in self.seen.live:
            return
        before, after = self.seen.line(part.id), now.line(part.id)
        had = {one.party: one for one in self.seen.live[part.id] if one.host_id is None}
        has = {one.party: one for one in now.live[part.id] if one.host_id is None}
        stayed = [party for party in before if party in after and had[party].queued == has[party].queued]
        assert stayed == [party for party in after if party in stayed]
        able = [party for party in stayed if part.capacity is None or len(after[party]) <= part.capacity]
        seated = [one for one in has.values() if one.state in HOLDING]
        if not self.by_staff:
            for one in seated:
                passed = [party for party in able if one.party not in had or self._is_before(party, one.party, before)]
                assert not passed
        put_back = [party for party in after if party in had and had[party].state in HOLDING]
        moved = [party for party in put_back if had[party].queued != has[party].queued]
        assert list(after)[: len(moved)] == moved == sorted(moved, key=lambda party: had[party].queued)

    @staticmethod
    def _is_before(party: int, other: int, line: dict[int, list[RegistrationFacts]]) -> bool:
        order = list(line)
        return other in line and order.index(party) < order.index(other)

    def reminders_fit(self, part: PartFacts, live: list[RegistrationFacts]) -> None:
        """See that reminders wait exactly for those who have a seat, at the right times, under this schedule."""
        hosts = {one.person_id for one in live if one.state is RegistrationState.SEATED and one.host_id is None}
        self.planned.note(part, hosts - self.guests, self.hall.now)
        told = [one for one in self.hall.notices(*REMINDERS) if one.part == part.id]
        gone = {(one.person, one.kind) for one in told if self._is_gone(one, part)}
        expected = {
            (person, reminder.kind, reminder.due_at)
            for (part_id, person, _), at in self.planned.at.items()
            if part_id == part.id
            for reminder in plan_reminders(part.starts_at, at)
            if (person, reminder.kind) not in gone | self.hall.expired(part)
        }
        waiting = [one for one in told if one.state is NoticeState.WAITING]
        assert {(one.person, one.kind, one.due_at) for one in waiting} == expected
        assert {one.version for one in waiting} <= {part.schedule_version}

    @staticmethod
    def _is_gone(told: Told, part: PartFacts) -> bool:
        return told.state is NoticeState.SEALED and told.version == part.schedule_version

    def is_heard(self, notice: Told) -> bool:
        """Tell whether a notice tells something sure; that a whole event is off tells all, whatever was missed."""
        is_off = notice.kind is NoticeKind.CANCELLED and "whole" in notice.detail
        return is_off or (notice.person, notice.part) not in self.lost

    def tell(self, minds: Minds, notice: Told, event: EventFacts) -> None:
        """Let somebody hear a notice; who missed news of the part may know another time than the one named."""
        if (notice.person, notice.part) in self.lost:
            for part in event.parts:
                minds.pop((notice.person, part.id), None)
        else:
            minds.hear(notice, event)

    def all_will_know(self, now: Seen) -> None:
        """See that once all that waits is told, everybody knows how things are, and nobody is told twice."""
        minds = Minds(self.minds)
        waiting = [one for one in self.hall.notices() if one.state is NoticeState.WAITING]
        for notice in sorted(waiting, key=lambda one: (one.due_at, one.id)):
            assert notice.person not in self.guests
            if self.is_heard(notice):
                self.tell(minds, notice, now.event)
        open_parts = {part.id for part in now.event.parts if not rules.has_begun(part, self.hall.now)}
        truth = truth_of(now.event, [one for live in now.live.values() for one in live])
        left_out = self.lost | {key for key in {*minds, *truth} if key[1] not in open_parts or key[0] in self.guests}
        assert {k: v for k, v in minds.items() if k not in left_out} == {
            k: v for k, v in truth.items() if k not in left_out
        }


class SeatingHistoryOnPostgresql(SeatingHistory):
    """The same on the shared engine."""


EXAMPLES, STEPS = int(os.environ.get("SEAT_EXAMPLES", "0")), int(os.environ.get("SEAT_STEPS", "25"))
pytestmark = pytest.mark.timeout(6 * 3600 if EXAMPLES else 300)
_SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck), "stateful_step_count": STEPS}


class _Opened:
    """Opens one database for all histories of a test: none of them commits."""

    engine: ClassVar[str]
    history: ClassVar[type[SeatingHistory]]

    @classmethod
    def setUpClass(cls) -> None:
        cls.closing = ExitStack()  # type: ignore[attr-defined]
        opened = databases.fresh(cls.engine)
        cls.history.database = cls.closing.enter_context(opened)  # type: ignore[attr-defined]

    @classmethod
    def tearDownClass(cls) -> None:
        cls.closing.close()  # type: ignore[attr-defined]


class TestSeatsOnSqlite(_Opened, SeatingHistory.TestCase):  # type: ignore[misc, name-defined]
    """A short run; the long one is asked for by SEAT_EXAMPLES."""

    engine, history = "sqlite", SeatingHistory
    settings = settings(max_examples=EXAMPLES or 40, **_SLOW)


class TestSeatsOnPostgresql(_Opened, SeatingHistoryOnPostgresql.TestCase):  # type: ignore[misc, name-defined]
    """A shorter one."""

    engine, history = "postgresql", SeatingHistoryOnPostgresql
    settings = settings(max_examples=min(EXAMPLES, 300) or 10, **_SLOW)
