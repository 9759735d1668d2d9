"""What staff do with broadcasts, on real storage: nobody's own approval, quotas, events that change, restores."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select
from sqlalchemy.exc import DBAPIError

from handlers import arranging, broadcasting, foreseeing, messages
from handlers.broadcasting import BroadcastRefusedError, NoBroadcastError
from handlers.messages import Card, Choice, Text
from handlers.rules import broadcasts as rules
from handlers.rules.broadcasts import NotDone
from handlers.rules.forecast import PLANS, Forecast, Lack
from handlers.rules.preflight import Fault, Finding, Seen
from storage import approvers, broadcasts, events, generations, links, marks, quotas
from storage.accounts import ACCOUNTS
from storage.approvers import SecretWord
from storage.audit import AUDIT
from storage.broadcasts import BROADCASTS
from storage.database import ConflictError
from storage.deliveries import DELIVERIES
from storage.facts import (
    Audience,
    BroadcastContent,
    BroadcastFacts,
    BroadcastKind,
    BroadcastState,
    ChannelName,
    DeliveryState,
)
from storage.marks import MarkName
from tests.handlers.occasions import add_event
from tests.rules.broadcast_facts import content
from tests.town import Town

RATES = {ChannelName.LINE: 2_000.0, ChannelName.TELEGRAM: 30.0}
S = BroadcastState


class Office:
    """Staff who write and approve in a small town; Second and Third may approve."""

    def __init__(self, town: Town) -> None:
        self.town, self.database = town, town.database
        self.write(lambda c: marks.put(c, MarkName.GENERATION, "first"))
        word = SecretWord.make("word")
        for name, is_deputy in (("Second", False), ("Third", True)):
            self.write(lambda c, n=name, d=is_deputy: approvers.put(c, n, word, self.now, is_deputy=d))
        town.citizen()

    @property
    def now(self) -> datetime:
        return self.town.now

    def write(self, unit: Callable[[Connection], Any]) -> Any:
        return self.database.write(unit).result()

    def content(self, **changes: Any) -> BroadcastContent:
        times = {"send_at": self.now + timedelta(hours=1), "not_after": self.now + timedelta(hours=6)}
        return content(**{**times, "audience": Audience(), **changes})

    def draft(self, by: str = "Author", **changes: Any) -> int:
        return self.write(lambda c: broadcasting.draft(c, self.content(**changes), by=by, now=self.now))

    def get(self, number: int) -> BroadcastFacts:
        found = self.database.read(lambda c: broadcasts.find(c, number)).result()
        assert found is not None
        return found

    def state(self, number: int) -> BroadcastState:
        return self.get(number).state

    def submit(self, number: int, by: str = "Author", **seen: Any) -> Any:
        said = self.get(number).content
        words = {"ja": "1月26日(水)にセミナーがあります。", "en": "Seminar on Wed 26 Jan."}
        plain = {"languages": tuple(said.texts), "words": words, "links": {}, "dead": {}, "unrendered": {}}
        looked = Seen(**{**plain, "event": None, "has_public_address": True, **seen})
        of = rules.content_hash(said)
        return self.write(lambda c: broadcasting.submit(c, number, looked, of, by=by, now=self.now))

    def approve(self, number: int, by: str = "Second", seen: str | None = None) -> None:
        of = self.get(number).content_hash if seen is None else seen
        self.write(lambda c: broadcasting.approve(c, number, of, by=by, now=self.now))

    def foresee(self, number: int) -> Forecast:
        said = self.get(number).content
        plan, now = PLANS["standard"], self.now
        return self.database.read(lambda c: foreseeing.foresee(c, said, plan, RATES, now=now, real_now=now)).result()

    def arm(self, number: int, by: str = "Author") -> None:
        forecast = self.foresee(number)
        self.write(lambda c: broadcasting.arm(c, number, forecast, by=by, now=self.now, real_now=self.now))

    def quota(self, most: int | None, used: int = 0) -> None:
        self.write(lambda c: quotas.put(c, ChannelName.LINE, most, used, self.now))

    def act(self, act: Callable[..., Any], number: int, by: str = "Author", **values: Any) -> Any:
        return self.write(lambda c: act(c, number, by=by, now=self.now, **values))

    def begin(self, number: int) -> None:
        """Begin as the scheduler does when the time has come."""
        self.town.now = self.get(number).content.send_at
        values = {"began_at": self.now}
        assert self.write(lambda c: broadcasts.change_state(c, number, (S.ARMED,), S.SENDING, **values))

    def armed(self, **changes: Any) -> int:
        number = self.draft(**changes)
        self.quota(10_000)
        self.submit(number)
        self.approve(number)
        self.arm(number)
        return number

    def sending(self, **changes: Any) -> int:
        number = self.armed(**changes)
        self.begin(number)
        return number

    def audited(self, number: int) -> list[tuple[str, str]]:
        rows = self.database.read(
            lambda c: c.execute(
                select(AUDIT.c.actor, AUDIT.c.act).where(AUDIT.c.subject == f"broadcast:{number}").order_by(AUDIT.c.id)
            ).all()
        ).result()
        return [(row.actor, row.act) for row in rows]


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def refused(act: Callable[..., Any], *args: Any, **values: Any) -> tuple[Any, ...]:
    with pytest.raises(BroadcastRefusedError) as raised:
        act(*args, **values)
    return raised.value.reasons


def test_the_straight_way_is_written_to_the_audit_trail(office: Office) -> None:
    number = office.sending()
    office.act(broadcasting.pause, number, why="look")
    office.act(broadcasting.resume, number)
    office.act(broadcasting.stop, number, by="Second")
    assert office.state(number) is S.STOPPED
    assert [act for _, act in office.audited(number)] == [
        f"broadcast.{act}" for act in ("draft", "submit", "approve", "arm", "pause", "resume", "stop")
    ]
    assert office.audited(number)[2][0] == "Second"


@pytest.mark.parametrize("by", ["Author", "AUTHOR", "Editor"])
def test_nobody_approves_what_they_wrote_even_if_they_may_approve(office: Office, by: str) -> None:
    word = SecretWord.make("word")
    for name in ("Author", "AUTHOR", "Editor"):
        office.write(lambda c, n=name: approvers.put(c, n, word, office.now, is_deputy=False))
    number = office.draft()
    office.write(lambda c: broadcasting.edit(c, number, office.content(title="別の題"), by="Editor", now=office.now))
    office.submit(number)
    assert refused(office.approve, number, by=by) == (NotDone.OWN,)


@pytest.mark.parametrize("name", ["Author", "Editor"])
def test_the_database_itself_refuses_an_authors_approval(office: Office, name: str) -> None:
    number = office.draft()
    office.write(lambda c: broadcasts.add_author(c, number, "Editor"))
    office.submit(number)
    forged = BROADCASTS.update().where(BROADCASTS.c.id == number).values(approved_by=name, state=S.APPROVED)
    with pytest.raises((DBAPIError, ConflictError)):
        office.write(lambda c: c.execute(forged))
    unapproved = BROADCASTS.update().where(BROADCASTS.c.id == number).values(state=S.ARMED)
    with pytest.raises((DBAPIError, ConflictError)):
        office.write(lambda c: c.execute(unapproved))
    assert office.state(number) is S.SUBMITTED


def test_a_deputy_approves_and_the_audit_trail_says_that_it_was_one(office: Office) -> None:
    number = office.draft()
    office.submit(number)
    office.approve(number, by="Third")
    detail = office.database.read(
        lambda c: c.execute(select(AUDIT.c.detail).where(AUDIT.c.act == "broadcast.approve")).scalar_one()
    ).result()
    assert detail.endswith(" deputy")


def test_who_may_approve_no_longer_does_not(office: Office) -> None:
    number = office.draft()
    office.submit(number)
    assert refused(office.approve, number, by="Stranger") == (NotDone.NOT_APPROVER,)
    office.write(lambda c: approvers.end(c, "Second", office.now))
    assert refused(office.approve, number) == (NotDone.NOT_APPROVER,)


def test_an_approval_is_of_what_was_seen(office: Office) -> None:
    number = office.draft()
    office.submit(number)
    seen = office.get(number).content_hash
    office.write(lambda c: broadcasting.edit(c, number, office.content(title="新しい題"), by="Author", now=office.now))
    office.submit(number)
    assert refused(office.approve, number, seen=seen) == (NotDone.CHANGED,)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_any_edit_returns_to_draft_and_voids_what_was_approved(office: Office, steps: int) -> None:
    number = office.draft()
    office.quota(10_000)
    for step in (office.submit, office.approve, office.arm)[:steps]:
        step(number)
    office.write(lambda c: broadcasting.edit(c, number, office.content(title="新しい題"), by="Third", now=office.now))
    again = office.get(number)
    assert (again.state, again.content_hash, again.approved_by, again.generation) == (S.DRAFT, "", None, None)
    assert again.authors == ("Author", "Third")
    assert refused(office.arm, number) == (NotDone.NOT_NOW,)


def test_what_is_found_keeps_a_draft_from_being_submitted(office: Office) -> None:
    number = office.draft()
    reasons = refused(office.submit, number, words={"ja": "1月26日(木)"})
    assert reasons == (Finding(Fault.WRONG_WEEKDAY, "1月26日(木)"),)
    assert office.state(number) is S.DRAFT


def test_a_link_that_died_is_found_in_what_was_looked_at_outside_the_transaction(office: Office) -> None:
    number = office.draft()
    found = {"links": {"ja": ["https://city.test/a"]}, "dead": {"https://city.test/a": "answers with 404"}}
    assert [reason.fault for reason in refused(office.submit, number, **found)] == [Fault.DEAD_LINK]


def test_a_draft_that_changed_while_it_was_looked_at_is_not_submitted(office: Office) -> None:
    number = office.draft()
    seen = Seen(
        languages=("ja",), words={"ja": "a"}, links={}, dead={}, unrendered={}, event=None, has_public_address=True
    )
    act = lambda c: broadcasting.submit(c, number, seen, "another hash", by="Author", now=office.now)  # noqa: E731
    assert refused(office.write, act) == (NotDone.CHANGED,)


def test_nothing_is_armed_that_the_quota_cannot_finish(office: Office) -> None:
    number = office.draft()
    office.submit(number)
    office.approve(number)
    assert refused(office.arm, number) == (Lack.QUOTA_UNKNOWN,)
    office.quota(10, used=8)  # 2 left, 2 of which only reminders may use
    assert refused(office.arm, number) == (Lack.QUOTA,)
    office.quota(10, used=7)
    office.arm(number)
    assert office.get(number).line_messages == 1


def test_two_broadcasts_that_fit_only_one_by_one_are_not_both_armed(office: Office) -> None:
    office.quota(10, used=7)  # one message is free
    first, second = office.draft(), office.draft()
    for number in (first, second):
        office.submit(number)
        office.approve(number)
    office.arm(first)
    assert refused(office.arm, second) == (Lack.QUOTA,)
    office.act(broadcasting.stop, first)
    office.arm(second)


def test_the_quota_is_looked_at_again_while_it_is_held(office: Office) -> None:
    number = office.draft()
    office.quota(10_000)
    office.submit(number)
    office.approve(number)
    forecast = office.foresee(number)
    office.quota(10, used=10)
    act = lambda c: broadcasting.arm(c, number, forecast, by="Author", now=office.now, real_now=office.now)  # noqa: E731
    assert refused(office.write, act) == (Lack.QUOTA,)


def test_a_broadcast_to_nobody_is_not_armed(office: Office) -> None:
    number = office.draft(audience=Audience(wards=("nowhere",)))
    office.quota(10_000)
    office.submit(number)
    office.approve(number)
    assert refused(office.arm, number) == (Lack.NOBODY,)


def test_arming_makes_the_tracked_links_and_only_their_targets_are_known(office: Office) -> None:
    texts = {"ja": messages.dump([Card("題", (), (Choice("見る", url="https://city.test/a"), Choice("押す", "menu")))])}
    number = office.armed(texts=texts, has_tracked_links=True)
    found = office.database.read(lambda c: links.list_of_broadcast(c, number)).result()
    assert [(link.target, link.persons) for link in found] == [("https://city.test/a", 0)]


def announced(office: Office) -> tuple[int, int]:
    """Add an event and give its number and its part's."""
    part_id = add_event(office.town, office.now + timedelta(days=6))[0]
    event_id = office.database.read(lambda c: events.find_id(c, part_id)).result()
    return event_id, part_id


def content_of(office: Office, event_id: int) -> dict[str, Any]:
    event = office.database.read(lambda c: events.find(c, event_id)).result()
    return {"event_id": event_id, "event_stated": rules.stated(event)}


def move(office: Office, part_id: int) -> None:
    at = office.now + timedelta(days=8)
    office.write(lambda c: arranging.move(c, part_id, at, at + timedelta(hours=1), by="desk", now=office.now))


def test_a_moved_event_takes_its_armed_announcement_back_to_draft(office: Office) -> None:
    event_id, part_id = announced(office)
    number = office.armed(**content_of(office, event_id))
    move(office, part_id)
    assert office.state(number) is S.DRAFT
    assert office.audited(number)[-1] == ("bot", "broadcast.hold")


def test_a_cancelled_event_pauses_what_is_being_sent_about_it_and_nobody_resumes_it(office: Office) -> None:
    event_id, _ = announced(office)
    number = office.sending(**content_of(office, event_id))
    office.write(lambda c: arranging.cancel_event(c, event_id, by="desk", now=office.now))
    paused = office.get(number)
    assert (paused.state, paused.paused_why) == (S.PAUSED, "event changed")
    reasons = refused(office.act, broadcasting.resume, number)
    assert [reason.fault for reason in reasons] == [Fault.EVENT_CHANGED]


def test_seats_that_change_hold_nothing_back(office: Office) -> None:
    event_id, part_id = announced(office)
    number = office.armed(**content_of(office, event_id))
    office.write(lambda c: arranging.set_capacity(c, part_id, 99, by="desk", now=office.now))
    assert office.state(number) is S.ARMED


def test_a_restored_database_sends_nothing_until_armed_again(office: Office) -> None:
    number = office.sending()
    generation = office.write(generations.start)
    assert not rules.may_send(office.get(number), generation, office.now)
    office.act(broadcasting.rearm, number)
    assert rules.may_send(office.get(number), generation, office.now)
    assert refused(office.act, broadcasting.rearm, number) == (NotDone.SAME_GENERATION,)


def test_a_correction_is_for_those_already_reached_and_pauses_the_rest(office: Office) -> None:
    number = office.sending()
    texts = {"ja": messages.dump([Text("訂正します。")])}
    correction = office.get(office.write(lambda c: broadcasting.correct(c, number, texts, by="Editor", now=office.now)))
    assert office.state(number) is S.PAUSED
    assert correction.state is S.DRAFT
    assert correction.content.kind is BroadcastKind.CORRECTION
    assert correction.content.audience.reached_by == correction.content.corrects_id == number
    assert not correction.content.is_capped


def test_what_nobody_was_told_has_no_correction(office: Office) -> None:
    number = office.armed()
    act = lambda c: broadcasting.correct(c, number, {}, by="Editor", now=office.now)  # noqa: E731
    assert refused(office.write, act) == (NotDone.NOT_NOW,)


def test_what_was_never_armed_in_time_expires(office: Office) -> None:
    number, kept = office.draft(), office.draft()
    office.submit(number)
    office.town.now = office.get(number).content.not_after
    assert office.write(lambda c: broadcasting.expire_overdue(c, office.now, 10)) == 1
    assert (office.state(number), office.state(kept)) == (S.EXPIRED, S.DRAFT)


def test_a_broadcast_for_an_occasion_is_made_once(office: Office) -> None:
    act = lambda c: broadcasting.draft(c, office.content(), by="bot", now=office.now, occasion="weekly:2022-01-24")  # noqa: E731
    office.write(act)
    with pytest.raises(ConflictError):
        office.write(act)


def test_an_unknown_number_is_said(office: Office) -> None:
    with pytest.raises(NoBroadcastError):
        office.act(broadcasting.stop, 99)


def test_a_block_within_48_hours_is_counted_once_with_what_was_told_before_it(office: Office) -> None:
    number = office.sending()
    soon, late = office.town.citizen(), office.town.citizen()
    numbers = office.database.read(
        lambda c: c.execute(select(ACCOUNTS.c.id).order_by(ACCOUNTS.c.id.desc()).limit(2)).scalars().all()
    )
    for account_id in numbers.result():
        told = {"broadcast_id": number, "account_id": account_id, "channel": "line", "bot_id": "bot", "language": "ja"}
        row = {**told, "turn": 0, "reason": "", "is_capped": True, "state": DeliveryState.ACCEPTED}
        office.write(lambda c, row=row: c.execute(DELIVERIES.insert().values(**row, sealed_at=office.now)))
    for _ in range(2):
        office.town.pass_minutes(10)
        soon.block()
        soon.follow()
    assert office.get(number).blocks == 1
    office.town.pass_days(2)
    late.block()
    assert office.get(number).blocks == 1
