"""What becomes of a call after a try, as a table: every fate, way, key and time."""

from datetime import UTC, datetime, timedelta

import pytest

from handlers.messages import Fate, Outcome, Reason, Way
from scheduler import outcomes
from scheduler.outcomes import Next
from storage.facts import ChannelName
from storage.outbox import OutboxKind, OutboxState, StoredCall

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)
KEY = "123e4567-e89b-12d3-a456-426614174000"
S = OutboxState


def call(way: Way = Way.REPLY, key: str | None = None, **changes: object) -> StoredCall:
    reply = {"token": "t", "token_until": NOW + timedelta(seconds=30)} if way is Way.REPLY else {}
    values: dict[str, object] = {
        "id": 1,
        "account_id": 1,
        "part_id": None,
        "schedule_version": None,
        "broadcast_id": None,
        "channel": ChannelName.LINE,
        "bot_id": "bot",
        "kind": OutboxKind.PRESS_ANSWER if way is Way.PRESS_ANSWER else OutboxKind.ANSWER,
        "way": way,
        "to_key": "U1",
        "body": b"{}",
        "rest": "",
        "token": None,
        "token_until": None,
        "retry_key": key,
        "must_arrive": False,
        "forget": False,
        "attempts": 1,
        "was_unknown": False,
        "not_after": NOW + timedelta(hours=30),
        "first_tried_at": NOW,
        "made_at": NOW,
    }
    return StoredCall(**{**values, **reply, **changes})


REPLY, MUST = call(), call(must_arrive=True)
ASKED = call(was_unknown=True)
LATE = call(token_until=NOW + timedelta(milliseconds=500))
KEYED, BARE, PRESS = call(Way.PUSH, KEY), call(Way.PUSH), call(Way.PRESS_ANSWER)
DEAD = Outcome(fate=Fate.PERMANENT, reason=Reason.TOKEN_DEAD)
BLOCKED = Outcome(fate=Fate.PERMANENT, reason=Reason.BLOCKED)
HALTED, UNKNOWN = Outcome(fate=Fate.HALTED), Outcome(fate=Fate.UNKNOWN)
SLOW = Outcome(fate=Fate.TEMPORARY, retry_after=7)
SOON = Outcome(fate=Fate.TEMPORARY)
ACCEPTED = Outcome(fate=Fate.ACCEPTED)

TABLE = {
    "accepted": (KEYED, ACCEPTED, S.ACCEPTED),
    "refused": (KEYED, BLOCKED, S.REFUSED),
    "refused after an unknown try": (call(Way.PUSH, KEY, was_unknown=True), BLOCKED, S.REFUSED),
    "token dead, unused: it waits for a ride": (REPLY, DEAD, S.STRANDED),
    "token dead, must arrive: it is pushed": (MUST, DEAD, S.RODE),
    "token dead after an unknown try: it was answered": (ASKED, DEAD, S.ACCEPTED),
    "token dead, must arrive, unknown before: never pushed": (
        call(must_arrive=True, was_unknown=True),
        DEAD,
        S.ACCEPTED,
    ),
    "a press nobody waits for any more": (PRESS, DEAD, S.EXPIRED),
    "a press with an unknown end is not repeated": (PRESS, UNKNOWN, S.UNKNOWN),
    "reply unknown: the same token again": (REPLY, UNKNOWN, S.WAITING),
    "reply unknown, no time left: never a push": (LATE, UNKNOWN, S.UNKNOWN),
    "reply surely not sent, no time left": (LATE, SLOW, S.STRANDED),
    "reply surely not sent now, but unknown before": (
        call(was_unknown=True, token_until=NOW + timedelta(seconds=1)),
        SLOW,
        S.UNKNOWN,
    ),
    "reply while the channel is halted": (REPLY, HALTED, S.STRANDED),
    "push while the channel is halted": (KEYED, HALTED, S.WAITING),
    "push with a key, unknown": (KEYED, UNKNOWN, S.WAITING),
    "push with a key, unknown, its key almost too old": (
        call(Way.PUSH, KEY, first_tried_at=NOW - timedelta(hours=23)),
        UNKNOWN,
        S.UNKNOWN,
    ),
    "push with a key, unknown, out of time": (
        call(Way.PUSH, KEY, not_after=NOW + timedelta(milliseconds=500)),
        UNKNOWN,
        S.UNKNOWN,
    ),
    "push without a key, unknown": (BARE, UNKNOWN, S.WAITING),
    "push without a key, unknown the third time": (call(Way.PUSH, attempts=3), UNKNOWN, S.UNKNOWN),
    "push, surely not sent": (KEYED, SOON, S.WAITING),
    "push, surely not sent, out of time": (call(Way.PUSH, KEY, not_after=NOW), SOON, S.EXPIRED),
    "push, not sent now but unknown before, out of time": (
        call(Way.PUSH, KEY, was_unknown=True, not_after=NOW),
        SOON,
        S.UNKNOWN,
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_each_try_ends_as_the_table_says(case: str) -> None:
    tried, outcome, expected = TABLE[case]
    assert outcomes.after(tried, outcome, NOW).state is expected


def test_only_a_must_arrive_answer_that_was_surely_never_sent_is_pushed() -> None:
    pushed = {case for case, (tried, outcome, _) in TABLE.items() if outcomes.after(tried, outcome, NOW).push}
    assert pushed == {"token dead, must arrive: it is pushed"}


def test_an_unknown_try_is_remembered_and_never_forgotten() -> None:
    for tried in (REPLY, KEYED, BARE):
        assert outcomes.after(tried, UNKNOWN, NOW).columns == {"was_unknown": True}
    assert outcomes.after(call(Way.PUSH, KEY, was_unknown=True), SOON, NOW).columns == {"was_unknown": True}
    assert outcomes.after(KEYED, SOON, NOW).columns == {"was_unknown": False}


def test_the_platform_s_own_pause_is_kept_and_our_own_doubles_up_to_a_minute() -> None:
    assert outcomes.after(KEYED, SLOW, NOW).due_at == NOW + timedelta(seconds=7)
    pauses = [outcomes.after(call(Way.PUSH, KEY, attempts=n), SOON, NOW).due_at - NOW for n in (1, 2, 3, 9)]
    assert [pause.total_seconds() for pause in pauses] == [1, 2, 4, 60]


OVER = {"not_after": NOW}
TOKEN_OVER = {"token_until": NOW}


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        (REPLY, None),
        (KEYED, None),
        (call(Way.PUSH, KEY, **OVER), Next(S.EXPIRED)),
        (call(Way.PUSH, KEY, was_unknown=True, **OVER), Next(S.UNKNOWN)),
        (call(Way.PRESS_ANSWER, **OVER), Next(S.EXPIRED)),
        (call(**TOKEN_OVER), Next(S.STRANDED)),
        (call(must_arrive=True, **TOKEN_OVER), Next(S.RODE, push=True)),
        (call(was_unknown=True, must_arrive=True, **TOKEN_OVER), Next(S.UNKNOWN)),
    ],
)
def test_a_call_whose_time_is_over_is_not_tried(tried: StoredCall, expected: Next | None) -> None:
    assert outcomes.before(tried, NOW) == expected


def test_a_key_that_is_too_old_is_not_used_again_whatever_kept_it_waiting() -> None:
    old = call(Way.PUSH, KEY, was_unknown=True, first_tried_at=NOW - timedelta(hours=23))
    assert outcomes.before(old, NOW) == Next(S.UNKNOWN)
    assert outcomes.after(old, SOON, NOW).state is S.UNKNOWN


@pytest.mark.parametrize(
    ("was_unknown", "until", "state"),
    [
        (False, NOW + timedelta(hours=11), S.WAITING),
        (True, NOW + timedelta(hours=11), S.WAITING),
        (False, NOW + timedelta(hours=30), S.EXPIRED),
        (True, NOW + timedelta(hours=23), S.UNKNOWN),
    ],
)
def test_a_call_is_put_off_only_while_it_may_still_be_tried_then(
    was_unknown: bool, until: datetime, state: OutboxState
) -> None:
    put_off = outcomes.put_off(call(Way.PUSH, KEY, was_unknown=was_unknown), until)
    assert (put_off.state, put_off.due_at) == (state, until if state is S.WAITING else None)


def test_a_call_that_is_put_off_was_not_tried() -> None:
    claimed = call(Way.PUSH, KEY)
    assert outcomes.put_off(claimed, NOW + timedelta(minutes=1)).columns == {"attempts": claimed.attempts - 1}
