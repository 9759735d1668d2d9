"""What may follow what in a broadcast's life, who may approve it, and when it may be told."""

from dataclasses import fields, replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.rules import broadcasts as rules
from handlers.rules.broadcasts import Act, NotDone
from storage.clock import TOKYO
from storage.facts import Audience, BroadcastContent, BroadcastKind, BroadcastState, ChannelName
from tests.rules.broadcast_facts import GENERATION, NOW, broadcast, content

S = BroadcastState
CHANGES = {
    "kind": BroadcastKind.WEEKLY,
    "title": "別の題",
    "audience": Audience(channels=(ChannelName.LINE,)),
    "texts": {"ja": "[]"},
    "send_at": NOW,
    "not_after": NOW + timedelta(hours=8),
    "opens_hour": 9,
    "closes_hour": 20,
    "is_capped": False,
    "hold_out_percent": 10,
    "has_tracked_links": True,
    "event_id": 3,
    "event_stated": "x",
    "corrects_id": 4,
}


def test_the_straight_way_leads_from_draft_to_finished() -> None:
    state = S.DRAFT
    for act in (Act.SUBMIT, Act.APPROVE, Act.ARM, Act.BEGIN, Act.PAUSE, Act.RESUME, Act.FINISH):
        after = rules.next_state(state, act)
        assert after is not None, act
        state = after
    assert state is S.FINISHED


@pytest.mark.parametrize("state", rules.ENDED)
@pytest.mark.parametrize("act", Act)
def test_nothing_follows_the_end(state: BroadcastState, act: Act) -> None:
    assert rules.next_state(state, act) is None


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.APPROVED, S.ARMED])
def test_any_edit_before_it_begins_returns_to_draft(state: BroadcastState) -> None:
    assert rules.next_state(state, Act.EDIT) is S.DRAFT


@pytest.mark.parametrize("state", [S.SENDING, S.PAUSED])
def test_what_some_have_been_told_is_edited_no_more(state: BroadcastState) -> None:
    assert rules.next_state(state, Act.EDIT) is None


def test_every_change_of_what_approval_freezes_changes_the_hash() -> None:
    assert set(CHANGES) == {field.name for field in fields(BroadcastContent)}
    hashes = {rules.content_hash(replace(content(), **{name: value})) for name, value in CHANGES.items()}
    assert len(hashes | {rules.content_hash(content())}) == len(CHANGES) + 1


def test_the_same_moment_in_another_zone_has_the_same_hash() -> None:
    there = replace(content(), send_at=content().send_at.astimezone(TOKYO))
    assert rules.content_hash(there) == rules.content_hash(content())


def test_another_person_who_may_approve_approves_what_they_saw() -> None:
    submitted = broadcast(S.SUBMITTED)
    seen = submitted.content_hash
    assert rules.refuse_approval(submitted, "Second", seen, NOW, is_approver=True) is None
    assert rules.refuse_approval(submitted, "Third", seen, NOW, is_approver=False) is NotDone.NOT_APPROVER
    assert rules.refuse_approval(submitted, "Second", "other", NOW, is_approver=True) is NotDone.CHANGED


@pytest.mark.parametrize("name", ["Author", "author", " Ａｕｔｈｏｒ ", "Aut hor"])
def test_nobody_approves_their_own_however_they_write_their_name(name: str) -> None:
    submitted = broadcast(S.SUBMITTED)
    assert rules.refuse_approval(submitted, name, submitted.content_hash, NOW, is_approver=True) is NotDone.OWN


def test_who_only_mended_a_word_is_an_author_too() -> None:
    submitted = broadcast(S.SUBMITTED, authors=("Author", "Editor"))
    assert rules.refuse_approval(submitted, "Editor", submitted.content_hash, NOW, is_approver=True) is NotDone.OWN


def test_what_was_changed_behind_the_rules_is_neither_approved_nor_armed_nor_sent() -> None:
    other = content(title="すりかえ")
    submitted = replace(broadcast(S.SUBMITTED), content=other)
    refused = rules.refuse_approval(submitted, "Second", submitted.content_hash, NOW, is_approver=True)
    assert refused is NotDone.CHANGED
    assert rules.refuse_arming(replace(broadcast(S.APPROVED), content=other), NOW) is NotDone.CHANGED
    at = content().send_at
    assert rules.may_send(broadcast(S.SENDING), GENERATION, at)
    assert not rules.may_send(replace(broadcast(S.SENDING), content=other), GENERATION, at)


@pytest.mark.parametrize("state", [S.DRAFT, S.SUBMITTED, S.ARMED, S.SENDING, S.PAUSED, S.FINISHED])
def test_only_what_was_approved_is_armed(state: BroadcastState) -> None:
    assert rules.refuse_arming(broadcast(state), NOW) is NotDone.NOT_NOW


def test_nothing_is_approved_or_armed_whose_time_has_passed() -> None:
    late = content().not_after
    submitted = broadcast(S.SUBMITTED)
    refused = rules.refuse_approval(submitted, "Second", submitted.content_hash, late, is_approver=True)
    assert refused is NotDone.TOO_LATE
    assert rules.refuse_arming(broadcast(S.APPROVED), late) is NotDone.TOO_LATE


@pytest.mark.parametrize("state", [S.ARMED, S.SENDING, S.PAUSED])
def test_a_restored_database_sends_nothing_until_armed_again(state: BroadcastState) -> None:
    armed = broadcast(state)
    assert not rules.may_send(armed, "second", content().send_at)
    assert rules.refuse_rearming(armed, "second", NOW) is None
    assert rules.refuse_rearming(armed, GENERATION, NOW) is NotDone.SAME_GENERATION
    assert rules.next_state(state, Act.REARM) is state


@pytest.mark.parametrize(("hour", "is_open"), [(7, False), (8, True), (20, True), (21, False), (3, False)])
def test_people_are_told_in_the_hours_of_the_window_only(hour: int, is_open: bool) -> None:
    day = content(send_at=NOW - timedelta(days=1), not_after=NOW + timedelta(days=1))
    at = datetime(2022, 1, 20, hour, 30, tzinfo=TOKYO)
    assert rules.is_open(day, at) is is_open


def test_what_cannot_be_told_in_the_evening_waits_for_the_morning_if_it_is_still_in_time() -> None:
    evening = datetime(2022, 1, 20, 22, tzinfo=TOKYO)
    morning = datetime(2022, 1, 21, 8, tzinfo=TOKYO)
    assert rules.opens_at(content(not_after=morning + timedelta(hours=1)), evening) == morning
    assert rules.opens_at(content(not_after=morning), evening) is None


@given(st.datetimes(datetime(2022, 1, 1), datetime(2022, 2, 1)), st.integers(8, 19), st.integers(1, 200))
def test_the_first_open_moment_is_open_and_none_before_it_is(at: datetime, opens: int, hours: int) -> None:
    now = at.replace(tzinfo=TOKYO)
    said = content(send_at=now - timedelta(hours=5), not_after=now + timedelta(hours=hours), opens_hour=opens)
    first = rules.opens_at(said, now)
    minutes = (now + timedelta(minutes=step) for step in range(0, hours * 60, 7))
    if first is None:
        assert not any(rules.is_open(said, minute) for minute in minutes)
    else:
        assert rules.is_open(said, first)
        assert not any(rules.is_open(said, minute) for minute in minutes if minute < first)


def test_a_week_begins_on_monday_in_tokyo() -> None:
    sunday_night = datetime(2022, 1, 23, 23, 59, tzinfo=TOKYO)
    assert rules.cap_counts_since(sunday_night) == datetime(2022, 1, 17, tzinfo=TOKYO)
    assert rules.cap_counts_since(sunday_night + timedelta(minutes=1)) == datetime(2022, 1, 24, tzinfo=TOKYO)


def test_a_block_within_48_hours_of_what_was_told_is_counted() -> None:
    assert rules.is_counted_block(NOW, NOW + timedelta(hours=48))
    assert not rules.is_counted_block(NOW, NOW + timedelta(hours=48, seconds=1))
    assert not rules.is_counted_block(NOW, NOW - timedelta(seconds=1))
