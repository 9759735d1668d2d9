"""What a broadcast takes, foreseen: messages against the month, yen by the plan, and time."""

from datetime import datetime, timedelta

import pytest

from handlers.rules import forecast
from handlers.rules.forecast import PLANS, Forecast, Lack, Month
from storage.clock import TOKYO
from storage.facts import AudienceCount, BroadcastContent, ChannelName
from tests.rules.broadcast_facts import NOW, content

LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM
RATES = {LINE: 1_000.0, TELEGRAM: 30.0}


def foresee(
    line: int = 0, telegram: int = 0, month: Month | None = None, plan: str = "standard",
    said: BroadcastContent | None = None,
) -> Forecast:  # fmt: skip
    counts = [AudienceCount(channel=LINE, joined=line), AudienceCount(channel=TELEGRAM, joined=telegram)]
    return forecast.foresee(said or content(), counts, month or Month(), PLANS[plan], RATES, NOW)


def test_only_line_messages_count_against_the_month() -> None:
    found = foresee(line=300, telegram=2_000, month=Month(used=100, most=500, reserve=100))
    assert (found.told, found.line_messages, found.lacks) == (2_300, 300, ())


@pytest.mark.parametrize(("used", "promised", "fits"), [(0, 0, True), (100, 0, True), (101, 0, False), (0, 101, False)])
def test_a_broadcast_fits_beside_what_is_used_reserved_and_promised(used: int, promised: int, fits: bool) -> None:
    month = Month(used=used, most=1_000, reserve=200, promised=promised)
    assert (Lack.QUOTA not in foresee(line=700, month=month).lacks) is fits


def test_a_plan_without_a_limit_always_fits() -> None:
    assert foresee(line=1_000_000, month=Month(used=9_999_999, most=None), plan="municipal").lacks == ()


def test_a_month_of_which_nothing_is_known_holds_line_back_and_nothing_else() -> None:
    unknown = Month(is_known=False)
    assert foresee(line=1, month=unknown).lacks == (Lack.QUOTA_UNKNOWN,)
    assert foresee(telegram=1, month=unknown).lacks == ()


def test_nobody_to_tell_is_said() -> None:
    assert foresee().lacks == (Lack.NOBODY,)


@pytest.mark.parametrize(
    ("plan", "used", "messages", "yen"),
    [
        ("standard", 0, 30_000, 0),
        ("standard", 0, 60_000, 90_000),  # facts: 60,000 friends at most 90,000 yen on this plan
        ("standard", 29_000, 2_000, 3_000),
        ("standard", 40_000, 100, 300),
        ("light", 4_999, 10, 0),
        ("municipal", 0, 1_000_000, 0),
    ],
)
def test_yen_are_those_beyond_the_plan(plan: str, used: int, messages: int, yen: int) -> None:
    assert forecast.extra_yen(PLANS[plan], Month(used=used), messages) == yen


def test_what_is_promised_to_others_is_paid_for_first() -> None:
    assert forecast.extra_yen(PLANS["standard"], Month(used=20_000, promised=10_000), 10) == 30


def test_channels_send_side_by_side_so_the_slower_one_decides_how_long_it_takes() -> None:
    found = foresee(line=3_000, telegram=900)
    assert found.takes == timedelta(seconds=30)
    assert found.ends_at == content().send_at + timedelta(seconds=30)


def test_what_the_evening_cuts_off_goes_on_in_the_morning() -> None:
    evening = datetime(2022, 1, 20, 20, tzinfo=TOKYO)
    long = content(send_at=evening, not_after=evening + timedelta(days=1))
    found = foresee(telegram=30 * 3_600 * 2, said=long)
    assert found.ends_at == datetime(2022, 1, 21, 9, tzinfo=TOKYO)


def test_what_cannot_end_in_time_is_said() -> None:
    found = foresee(telegram=30 * 3_600 * 7)
    assert found.ends_at is None
    assert found.lacks == (Lack.TIME,)


def test_who_is_held_out_is_not_told() -> None:
    assert foresee(telegram=200, said=content(hold_out_percent=10)).told == 180
