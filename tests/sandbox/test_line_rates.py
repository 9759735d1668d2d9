"""Each endpoint's rate is the manual's (reference#rate-limits), and a bucket keeps to it."""

from bot.sandbox.calls import CallLog, Changes
from bot.sandbox.faults import Faults
from bot.sandbox.line.account import Knobs
from bot.sandbox.line.memory import Bucket, Rates
from bot.sandbox.line.platform import LinePlatform
from bot.sandbox.platform import Settings

SECOND, MINUTE, HOUR = 1, 60, 3600
# what is not listed here has the manual's "other API endpoints": 2,000 a second
MANUAL = {
    ("POST", "message/multicast"): (200, SECOND),
    ("POST", "message/broadcast"): (60, HOUR),
    ("POST", "chat/loading/start"): (100, SECOND),
    ("POST", "channel/webhook/test"): (60, HOUR),
    ("GET", "channel/webhook/endpoint"): (1_000, MINUTE),
    ("PUT", "channel/webhook/endpoint"): (1_000, MINUTE),
    ("POST", "richmenu"): (100, HOUR),
    ("DELETE", "richmenu/{richMenuId}"): (100, HOUR),
    ("DELETE", "richmenu/alias/{alias}"): (100, HOUR),
    ("GET", "richmenu/list"): (10, SECOND),
    ("POST", "v2/oauth/accessToken"): (370, SECOND),
}


def test_every_endpoint_has_the_rate_of_the_manual() -> None:
    changes = Changes()
    platform = LinePlatform(CallLog(changes), Faults(), changes, Settings())
    rates = {(one.method, one.name): (one.calls, one.seconds) for one in platform.endpoints()}
    assert rates == {**dict.fromkeys(rates, (2_000, SECOND)), **MANUAL}


def test_a_bucket_of_a_second_gives_its_calls_and_no_more() -> None:
    rates = Rates(Knobs())
    taken = [rates.take("POST", "message/multicast", 200, 1_000_000) for _ in range(201)]
    assert taken == [True] * 200 + [False]


def test_a_bucket_never_holds_more_than_its_depth() -> None:
    bucket = Bucket(rate=1_000.0, depth=2.0)
    bucket.at -= 3_600
    assert [bucket.take(), bucket.take()] == [True, True]
    bucket.rate = 0.0
    assert bucket.take() is False


def test_methods_of_one_path_have_their_own_limits() -> None:
    rates = Rates(Knobs())
    assert rates.take("GET", "x", 1, 3600) is True
    assert rates.take("GET", "x", 1, 3600) is False
    assert rates.take("PUT", "x", 1, 3600) is True
