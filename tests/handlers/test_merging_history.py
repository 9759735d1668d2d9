"""Any history of merges and partings among reports, seats and check-ins: sums agree, caps hold, no entry is rewritten.

``MERGE_EXAMPLES`` and ``MERGE_STEPS`` ask for more than the short run of ``make test``.
"""

import os
from collections import Counter
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import Connection, select

from handlers import merging, seating
from handlers.merging import Merged
from storage import merges, people
from storage.accounts import ACCOUNTS
from storage.attendances import ATTENDANCES
from storage.events import PARTS
from storage.facts import CheckInWay
from storage.ledger import CLAIMS, LEDGER
from storage.people import PEOPLE
from storage.registrations import HOLDING, LIVE, REGISTRATIONS
from tests import databases
from tests.handlers.occasions import START, add_event, check_in, differences, event_of, person_of, take_back
from tests.town import Citizen, Town

CODES = ["my_bottle", "bicycle_walk", "public_transport", "repair"]
SHARING = ("bicycle_walk", "public_transport")  # two trips a day in all
who, part = st.integers(0, 2), st.integers(0, 1)


class MergingHistory(RuleBasedStateMachine):
    """Three phones, an event of two small parts, and all the ways to become one and two."""

    engine = "sqlite"

    @initialize()
    def open_town(self) -> None:
        self.closing = ExitStack()
        self.town = Town(self.closing.enter_context(databases.fresh(self.engine)))
        self.phones: list[Citizen] = []
        for _ in range(3):
            self.phones.append(self.town.citizen())
            self.town.pass_minutes(1)
        self.parts = add_event(self.town, START, START + timedelta(hours=3))
        self.write(lambda c: c.execute(PARTS.update().values(capacity=2)))
        self.rows: list[Any] = []
        self.may_move = False

    def teardown(self) -> None:
        if hasattr(self, "closing"):
            self.closing.close()

    def write(self, unit: Any) -> Any:
        self.town.pass_minutes(1)
        return self.town.database.write(unit).result()

    def read(self, statement: Any) -> list[Any]:
        return self.town.database.read(lambda c: list(c.execute(statement))).result()

    def person(self, number: int) -> int:
        return person_of(self.town, self.phones[number])

    @rule(code=st.sampled_from(CODES))
    def everybody_reports(self, code: str) -> None:
        for number in range(3):
            self.report(number, code, 0, "")

    @rule(number=who, code=st.sampled_from(CODES), back=st.integers(0, 1), n=st.sampled_from(["1", "2", ""]))
    def report(self, number: int, code: str, back: int, n: str) -> None:
        self.town.pass_minutes(1)
        on = (self.town.now - timedelta(days=back)).date()
        self.phones[number].press(f"l:{code}:{on}:{n}")

    @rule(number=who, which=st.integers(0, 30))
    def withdraw(self, number: int, which: int) -> None:
        reports = [row.id for row in self.rows if row.kind == "report"]
        if reports:
            self.town.pass_minutes(1)
            self.phones[number].press(f"w:{reports[-1 - which % len(reports)]}")

    @rule(number=who, which=part)
    def register(self, number: int, which: int) -> None:
        event_id, same = event_of(self.town, self.parts[which]), {"account_id": None, "by_staff": True}
        unit = partial(seating.register, event_id=event_id, person_id=self.person(number), **same)
        self.write(partial(unit, now=self.town.now, part_ids=[self.parts[which]]))

    @rule(number=who)
    def cancel(self, number: int) -> None:
        event_id = event_of(self.town, self.parts[0])
        self.write(partial(seating.cancel, event_id=event_id, person_id=self.person(number), now=self.town.now))

    @rule(number=who, which=part)
    def come(self, number: int, which: int) -> None:
        self.town.now = max(self.town.now, START)
        check_in(self.town, self.parts[which], self.person(number), way=CheckInWay.IMPORT)

    @rule(number=who, which=part)
    def take_attendance_back(self, number: int, which: int) -> None:
        take_back(self.town, self.parts[which], self.person(number))

    @rule(days=st.sampled_from([1, 3, 7]))
    def let_time_pass(self, days: int) -> None:
        self.town.pass_days(days)

    @rule(one=who, other=who)
    def merge(self, one: int, other: int) -> None:
        first, second = self.person(one), self.person(other)
        done = self.write(lambda c: merging.merge(c, self.town.programme, first, second, self.town.now))
        assert isinstance(done, Merged) is (first != second)
        assert self.person(one) == self.person(other)

    @rule(one=who)
    def part_again(self, one: int) -> None:
        person_id = self.person(one)
        newest = self.town.database.read(lambda c: merges.find_newest(c, person_id)).result()
        if newest is not None:
            self.may_move = True
            self.write(lambda c: merging.unmerge(c, self.town.programme, newest.id, self.town.now))

    @invariant()
    def every_sum_is_what_the_ledger_says(self) -> None:
        found = differences(self.town)
        assert not found, found

    @invariant()
    def no_entry_is_rewritten_and_only_a_parting_gives_one_to_another(self) -> None:
        now = self.read(select(LEDGER).order_by(LEDGER.c.id))
        for old, new in zip(self.rows, now, strict=False):
            given = {"person_id": new.person_id} if self.may_move else {}
            assert {**old._mapping, **given} == dict(new._mapping)
        assert len(now) >= len(self.rows)
        self.rows, self.may_move = now, False

    @invariant()
    def what_was_reported_is_whose_account_it_came_through(self) -> None:
        owners = {row.id: row.person_id for row in self.read(select(ACCOUNTS))}
        roots = {row.id: row.merged_into or row.id for row in self.read(select(PEOPLE))}
        came = [row for row in self.rows if row.kind == "report" and row.account_id]
        assert all(roots[row.person_id] == owners[row.account_id] for row in came)

    @invariant()
    def caps_hold_for_the_one_person(self) -> None:
        claims = self.read(select(CLAIMS).where(CLAIMS.c.period.not_like("part:%")))
        counted = Counter((row.person_id, row.name, row.period) for row in claims)
        for (_, code, _), times in counted.items():
            action = self.town.programme.action(code)
            assert action is not None
            assert times <= action.cap.times
        trips = Counter(
            (row.person_id, row.period) for row in claims if row.name in ("bicycle_walk", "public_transport")
        )
        assert all(times <= 2 for times in trips.values())

    @invariant()
    def seats_are_counted_and_whoever_was_merged_holds_none(self) -> None:
        merged = {row.id for row in self.read(select(PEOPLE).where(PEOPLE.c.merged_into.is_not(None)))}
        for row in self.read(select(PARTS)):
            seats = self.read(select(REGISTRATIONS).where(REGISTRATIONS.c.part_id == row.id))
            assert row.taken == sum(seat.state in HOLDING for seat in seats) <= 2
            assert not [seat for seat in seats if seat.state in LIVE and seat.person_id in merged]
        seen = self.read(select(ATTENDANCES).where(ATTENDANCES.c.state == "confirmed"))
        assert not [one for one in seen if one.person_id in merged]
        owned = {row.person_id for row in self.read(select(ACCOUNTS).where(ACCOUNTS.c.person_id.is_not(None)))}
        assert not owned & merged

    @invariant()
    def nobody_is_two_steps_from_who_they_are(self) -> None:
        def depth(connection: Connection) -> list[int]:
            roots = people.list_roots(connection, 0, 2**53)
            return [root for root in roots.values() if root in roots]

        assert self.town.database.read(depth).result() == []


class MergingHistoryOnPostgresql(MergingHistory):
    """The same on the shared engine."""

    engine = "postgresql"


_SLOW = {"deadline": None, "suppress_health_check": list(HealthCheck)}
_EXAMPLES, _STEPS = int(os.environ.get("MERGE_EXAMPLES", "6")), int(os.environ.get("MERGE_STEPS", "25"))
TestOnSqlite = MergingHistory.TestCase
TestOnSqlite.settings = settings(max_examples=_EXAMPLES, stateful_step_count=_STEPS, **_SLOW)
TestOnPostgresql = MergingHistoryOnPostgresql.TestCase
TestOnPostgresql.settings = settings(max_examples=max(2, _EXAMPLES // 4), stateful_step_count=_STEPS, **_SLOW)
