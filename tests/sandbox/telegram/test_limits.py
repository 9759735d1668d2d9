"""The pace of sending, on a clock the test holds."""

import pytest

from bot.sandbox.telegram.errors import RefusedError
from bot.sandbox.telegram.limits import Pace


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


def retry_after(pace, chat, **more):
    with pytest.raises(RefusedError) as refused:
        pace.spend(chat, **more)
    assert refused.value.code == 429
    seconds = refused.value.parameters["retry_after"]
    assert refused.value.description == f"Too Many Requests: retry after {seconds}"
    return seconds


def test_a_short_burst_to_one_chat_passes_then_one_a_second(pace, clock):
    for _ in range(5):
        pace.spend(1)
    assert retry_after(pace, 1) == 1
    clock.now += 1
    pace.spend(1)
    assert retry_after(pace, 1) == 1


def test_thirty_a_second_pass_overall_and_the_next_waits(pace, clock):
    for chat in range(30):
        pace.spend(chat)
    assert retry_after(pace, 99) == 1
    clock.now += 0.5
    for chat in range(100, 115):
        pace.spend(chat)
    retry_after(pace, 200)


def test_the_bucket_is_one_second_deep_however_long_nothing_was_sent(pace, clock):
    clock.now += 3600
    for chat in range(30):
        pace.spend(chat)
    retry_after(pace, 99)


def test_a_group_takes_twenty_in_any_minute(pace, clock):
    for _ in range(20):
        pace.spend(-5)
        clock.now += 1
    assert retry_after(pace, -5) == 40
    clock.now += 40
    pace.spend(-5)
    assert retry_after(pace, -5) >= 1


def test_a_refused_message_costs_nothing_of_another_limit(pace, clock):
    for _ in range(5):
        pace.spend(1)
    for _ in range(100):
        retry_after(pace, 1)
    for chat in range(2, 27):
        pace.spend(chat)


def test_paid_broadcast_has_a_thousand_a_second_of_its_own(pace):
    for chat in range(1, 1001):
        pace.spend(chat, paid=True)
    retry_after(pace, 2000, paid=True)
    pace.spend(2001)


def test_the_pace_can_be_set(pace):
    pace.set(overall=2, chat=1, chat_burst=1)
    pace.spend(1)
    pace.spend(2)
    retry_after(pace, 3)
