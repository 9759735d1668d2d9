"""Broadcasts as staff write them in TOML files."""

from datetime import timedelta
from typing import Any

import pytest

from bot.broadcasting import files, showing
from bot.broadcasting.files import FileRefusedError
from handlers import messages
from handlers.messages import Card, Choice, Text
from handlers.rules import preflight
from storage.facts import AudienceKind, BroadcastContent, ChannelName, EventRelation
from storage.friends import FriendsCallFacts
from storage.outbox import OutboxState

PLAIN = """
title = "清掃のお知らせ"
send_at = 2022-01-24T10:00:00+09:00
[text.ja]
body = \"\"\"
1月29日(土)に清掃をします。
ご参加ください。
\"\"\"
"""
WHOLE = """
title = "清掃のお知らせ"
send_at = 2022-01-24T10:00:00+09:00
not_after = 2022-01-24T18:00:00+09:00
hours = [9, 18]
capped = false
hold_out_percent = 10
tracked = true
event = "cleanup"
[audience]
channels = ["line"]
wards = ["kokurakita"]
languages = ["ja", "en"]
interests = ["waste"]
kinds = ["company"]
event = "cleanup"
relation = "absent"
active_within_days = 30
friends = true
training = true
[text.ja]
headline = "清掃"
body = "1月29日(土)です。"
[[text.ja.buttons]]
label = "見る"
url = "https://city.test/"
[[text.ja.buttons]]
label = "メニュー"
press = "menu"
[text.en]
body = "Clean-up on Sat 29 Jan."
"""


def read(written: str) -> BroadcastContent:
    return files.read(written, {"cleanup": 7}.__getitem__)


def test_plain_words_need_a_title_a_time_and_a_text() -> None:
    content = read(PLAIN)
    assert messages.load(content.texts["ja"]) == (Text("1月29日(土)に清掃をします。\nご参加ください。"),)
    assert content.not_after == content.send_at + timedelta(hours=24)


def test_all_that_a_file_can_say_is_read() -> None:
    content, audience = read(WHOLE), read(WHOLE).audience
    buttons = (Choice("見る", url="https://city.test/"), Choice("メニュー", "menu"))
    assert messages.load(content.texts["ja"]) == (Card("清掃", ("1月29日(土)です。",), buttons),)
    assert messages.load(content.texts["en"]) == (Text("Clean-up on Sat 29 Jan."),)
    assert (content.opens_hour, content.closes_hour, content.hold_out_percent) == (9, 18, 10)
    assert (content.is_capped, content.has_tracked_links, content.event_id) == (False, True, 7)
    assert content.not_after - content.send_at == timedelta(hours=8)
    assert (audience.channels, audience.kinds) == ((ChannelName.LINE,), (AudienceKind.COMPANY,))
    assert (audience.wards, audience.languages, audience.interests) == (("kokurakita",), ("ja", "en"), ("waste",))
    assert (audience.event_id, audience.relation) == (7, EventRelation.ABSENT)
    assert (audience.active_within_days, audience.friends, audience.is_training) == (30, True, True)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("title =", "no TOML"),
        (PLAIN.replace("+09:00", ""), "send_at"),
        (PLAIN.replace("title", "titel"), "titel"),
        (PLAIN.replace("[text.ja]", "[text.ja]\nheadlin = 'x'"), "text.ja.headlin"),
        (PLAIN + "[[text.ja.buttons]]\nlabel = 'x'", "either url or press"),
        (PLAIN + "[[text.ja.buttons]]\nlabel = 'x'\nurl = 'https://a.test'\npress = 'menu'", "either url or press"),
        (PLAIN + "[audience]\nrelation = 'friend'", "audience.relation"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(written: str, said: str) -> None:
    with pytest.raises(FileRefusedError, match=said):
        read(written)


def test_a_correction_needs_its_texts_only() -> None:
    texts: dict[str, Any] = files.read_texts('[text.ja]\nbody = "正しくは2時です。"')
    assert messages.load(texts["ja"]) == (Text("正しくは2時です。"),)
    with pytest.raises(FileRefusedError):
        files.read_texts("text = 3")


def test_a_notice_that_line_itself_tells_is_written_and_shown_as_one() -> None:
    written = f'{PLAIN}\n[audience]\nchannels = ["line"]\nfriends = true\nby_line_itself = true\n'
    found = files.read(written, int)
    assert preflight.is_general(found)
    assert "whom that reaches is unknown" in showing.audience(found.audience)
    call = FriendsCallFacts(7, OutboxState.ACCEPTED, "status 200", found.send_at, found.send_at)
    assert "accepted" in showing.by_line_itself(call)[0]
    assert showing.by_line_itself(None) == []


def test_everything_that_can_be_found_has_words() -> None:
    assert set(showing.FAULTS) == set(preflight.Fault)
