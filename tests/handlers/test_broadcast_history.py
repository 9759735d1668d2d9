"""Any history of what staff do with one broadcast: nothing is sent that another person did not approve as it is."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from handlers import broadcasting
from handlers.broadcasting import BroadcastRefusedError
from handlers.rules import broadcasts as rules
from storage import approvers, broadcasts, generations
from storage.approvers import SecretWord
from storage.broadcasts import BROADCASTS
from storage.facts import BroadcastFacts, BroadcastState
from tests import databases
from tests.handlers.test_broadcasting import Office
from tests.town import Town

S = BroadcastState
PEOPLE = st.sampled_from(["Ann", "ann ", "Ben"])
SECONDS = st.sampled_from(["Ann", "Ben", "Cyd", "Dan"])
MAY_APPROVE = ("Ann", "Ben", "Cyd")
TITLES = st.sampled_from(["一", "二"])
BEFORE_IT_IS_TOLD = (S.DRAFT, S.SUBMITTED, S.APPROVED, S.ARMED)


class History(RuleBasedStateMachine):
    """What a belief, kept beside the database, says may be sent; the database must never say more."""

    engine = "sqlite"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        database = self.stack.enter_context(databases.fresh(self.engine))
        self.office = Office(Town(database))
        word = SecretWord.make("w")
        for name in MAY_APPROVE:
            self.office.write(lambda c, n=name: approvers.put(c, n, word, self.office.now, is_deputy=False))
        self.office.quota(10_000)
        self.authors: set[str] = set()
        self.approved: str | None = None  # the hash that another person approved, as we believe

    def teardown(self) -> None:
        self.stack.close()

    @initialize(by=PEOPLE, title=TITLES)
    def write(self, by: str, title: str) -> None:
        self.number = self.office.draft(by=by, title=title)
        self.authors = {_plain(by)}

    @rule(by=PEOPLE, title=TITLES)
    def edit(self, by: str, title: str) -> None:
        content = self.office.content(title=title)
        if self._done(lambda: self.office.write(
            lambda c: broadcasting.edit(c, self.number, content, by=by, now=self.office.now)
        )):  # fmt: skip
            self.authors.add(_plain(by))
            self.approved = None

    @rule(by=PEOPLE)
    def submit(self, by: str) -> None:
        if self._done(lambda: self.office.submit(self.number, by=by)):
            self.authors.add(_plain(by))

    @rule(by=SECONDS, stale=st.booleans())
    def approve(self, by: str, stale: bool) -> None:
        seen = "an older hash" if stale else self._get().content_hash
        if self._done(lambda: self.office.approve(self.number, by=by, seen=seen)):
            assert not stale
            assert by in MAY_APPROVE
            assert _plain(by) not in self.authors
            self.approved = seen

    @rule()
    def give_back(self) -> None:
        if self._done(lambda: self.office.act(broadcasting.give_back, self.number)):
            self.approved = None

    @rule()
    def arm(self) -> None:
        self._done(lambda: self.office.arm(self.number))

    @rule()
    def begin(self) -> None:
        """Begin as the scheduler does, asking the rules."""
        broadcast = self._get()
        if rules.next_state(broadcast.state, rules.Act.BEGIN) and self._may_begin(broadcast):
            values = {"began_at": self.office.now}
            self.office.write(lambda c: broadcasts.change_state(c, self.number, (S.ARMED,), S.SENDING, **values))

    @rule(second=SECONDS, meddled=st.none() | TITLES)
    def go_the_straight_way(self, second: str, meddled: str | None) -> None:
        """Do all that comes next, so that histories get far; whatever is refused is left at that."""
        self.submit(self._get().authors[0])
        self.approve(second, stale=False)
        if meddled is not None:
            self.meddle(meddled)
        self.arm()
        if self._get().state is S.ARMED:
            self.office.town.now = max(self.office.now, self._get().content.send_at)
        self.begin()

    @rule(act=st.sampled_from([broadcasting.resume, broadcasting.stop, broadcasting.rearm]))
    def go_on(self, act: Callable[..., Any]) -> None:
        self._done(lambda: self.office.act(act, self.number))

    @rule()
    def pause(self) -> None:
        self._done(lambda: self.office.act(broadcasting.pause, self.number, why="look"))

    @rule()
    def restore(self) -> None:
        self.office.write(generations.start)

    @rule(hours=st.integers(1, 2))
    def let_time_pass(self, hours: int) -> None:
        self.office.town.now += timedelta(hours=hours)
        self.office.quota(10_000)

    @rule(title=TITLES)
    def meddle(self, title: str) -> None:
        """Change what is stored behind everybody's back, as nobody should."""
        self.office.write(
            lambda c: c.execute(BROADCASTS.update().where(BROADCASTS.c.id == self.number).values(title=title))
        )

    @invariant()
    def nothing_is_sent_that_another_person_did_not_approve_as_it_is(self) -> None:
        broadcast = self._get()
        generation = self.office.database.read(generations.find).result()
        if rules.may_send(broadcast, generation, self.office.now):
            assert self.approved == rules.content_hash(broadcast.content)
            assert _plain(broadcast.approved_by or "") not in self.authors

    @invariant()
    def the_authors_are_all_who_wrote(self) -> None:
        assert {_plain(name) for name in self._get().authors} == self.authors

    def _may_begin(self, broadcast: BroadcastFacts) -> bool:
        generation = self.office.database.read(generations.find).result()
        return rules.may_send(replace(broadcast, state=S.SENDING), generation, self.office.now)

    def _get(self) -> BroadcastFacts:
        return self.office.get(self.number)

    def _done(self, act: Callable[[], Any]) -> bool:
        """Do something; False where it was refused, and then nothing may have changed."""
        before = self._get()
        try:
            act()
        except BroadcastRefusedError:
            assert self._get() == before
            return False
        return True


def _plain(name: str) -> str:
    return name.strip().lower()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nothing_is_ever_sent_that_another_person_did_not_approve_as_it_is(engine: str) -> None:
    machine = type("HistoryOn", (History,), {"engine": engine})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
