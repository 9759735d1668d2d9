"""What is found in a broadcast before it is submitted."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.rules import preflight
from handlers.rules.broadcasts import stated
from handlers.rules.preflight import Fault, Seen
from storage.clock import TOKYO
from storage.facts import (
    Audience,
    AudienceKind,
    BroadcastContent,
    BroadcastKind,
    ChannelName,
    EventFacts,
    EventKind,
    EventMode,
    EventRelation,
    EventState,
    PartFacts,
    PartState,
)
from tests.rules.broadcast_facts import NOW, content

STARTS = datetime(2022, 1, 26, 14, tzinfo=TOKYO)
TEXTS = {"ja": "[]", "en": "[]"}


def an_event(**changes: Any) -> EventFacts:
    part = PartFacts(
        id=1, event_id=7, number=1, title={}, starts_at=STARTS, ends_at=STARTS + timedelta(hours=2), capacity=30,
        taken=0, state=PartState.PLANNED, schedule_version=1,
    )  # fmt: skip
    plain = EventFacts(
        id=7, code="seminar", kind=EventKind.SEMINAR, audiences=(AudienceKind.PUBLIC,), title={"ja": "セミナー"},
        description={}, mode=EventMode.ONLINE, source="made up", state=EventState.PUBLISHED, sequence=1,
        published_at=NOW, changed_at=NOW, parts=(part,),
    )  # fmt: skip
    return replace(plain, **changes)


def find(said: BroadcastContent | None = None, words: str = "1月26日(水)に開きます。", **changes: Any) -> set[Fault]:
    """Look through a broadcast in Japanese and English; gives what is found."""
    said = said or content(texts=TEXTS)
    plain: dict[str, Any] = {
        "languages": ("ja", "en"),
        "words": {"ja": words, "en": "We meet."},
        "links": {},
        "dead": {},
        "unrendered": {},
        "event": None,
        "has_public_address": True,
    }
    return {finding.fault for finding in preflight.look_through(said, Seen(**{**plain, **changes}), NOW)}


def test_a_good_broadcast_has_nothing_to_be_found() -> None:
    assert find() == set()


def test_a_weekday_that_the_day_does_not_have_keeps_it_back() -> None:
    assert find(words="1月26日(木)に開きます。") == {Fault.WRONG_WEEKDAY}
    assert Fault.WRONG_WEEKDAY not in preflight.WARNINGS


def test_a_day_that_is_over_when_it_is_read_is_asked_about() -> None:
    assert find(words="1月19日(水)に開きます。") == {Fault.DAY_IN_THE_PAST}
    assert find(words="2021年1月26日(火)に開きます。") == {Fault.DAY_IN_THE_PAST}
    assert find(words="1月20日(木)に開きます。") == set()


@pytest.mark.parametrize("words", ["○○区のみなさま", "XX月", "ここに本文", "締め切りは＿＿＿", "{name}さん"])
def test_half_sentences_are_asked_about(words: str) -> None:
    assert find(words=words) == {Fault.UNFINISHED}


@pytest.mark.parametrize("words", ["これは訓練です。", "テスト配信です", "This is a test."])
def test_practice_that_would_go_to_everybody_is_asked_about(words: str) -> None:
    assert find(words=words) == {Fault.PRACTICE_WORDS}
    assert find(content(texts=TEXTS, audience=Audience(is_training=True)), words=words) == set()


def test_a_missing_language_is_asked_about_and_one_that_is_not_the_citys_keeps_it_back() -> None:
    japanese = content(texts={"ja": "[]"})
    assert find(japanese) == {Fault.MISSING_LANGUAGE}
    assert find(content(texts={**TEXTS, "xx": "[]"}), words="a") == {Fault.UNKNOWN_LANGUAGE, Fault.NO_TEXT}


def test_everybody_must_be_able_to_read_something() -> None:
    assert find(content(texts={})) == {Fault.NO_TEXT, Fault.NO_JAPANESE, Fault.MISSING_LANGUAGE}
    assert find(content(texts={"en": "[]"})) == {Fault.NO_JAPANESE, Fault.MISSING_LANGUAGE}
    assert find(content(texts={"en": "[]"}, audience=Audience(languages=("en",)))) == set()


def test_links_are_https_and_answer() -> None:
    links = {"ja": ["http://city.test/", "https://city.test/gone", "https://city.test/"]}
    assert find(links=links, dead={"https://city.test/gone": "answers with 404"}) == {
        Fault.INSECURE_LINK,
        Fault.DEAD_LINK,
    }


def test_links_that_nobody_asked_are_for_two_people_to_judge() -> None:
    links = {"ja": ["https://city.test/a"]}
    assert find(links=links, unchecked=("https://city.test/a",)) == {Fault.UNCHECKED_LINK}
    assert Fault.UNCHECKED_LINK in preflight.WARNINGS


def test_tracked_links_need_an_address_of_our_own() -> None:
    assert find(content(texts=TEXTS, has_tracked_links=True), has_public_address=False) == {Fault.NO_PUBLIC_ADDRESS}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"send_at": NOW - timedelta(hours=3), "not_after": NOW}, Fault.SENT_IN_THE_PAST),
        ({"not_after": NOW + timedelta(days=20)}, Fault.TOO_LONG_A_TIME),
        ({"opens_hour": 6}, Fault.QUIET_HOURS),
        ({"closes_hour": 23}, Fault.QUIET_HOURS),
        ({"opens_hour": 18, "closes_hour": 9}, Fault.QUIET_HOURS),
        ({"opens_hour": 19, "not_after": NOW + timedelta(hours=2)}, Fault.NO_TIME),
        ({"hold_out_percent": 51}, Fault.HOLD_OUT),
        ({"hold_out_percent": -1}, Fault.HOLD_OUT),
        ({"audience": Audience(event_id=3)}, Fault.NO_RELATION),
        ({"audience": Audience(relation=EventRelation.ATTENDED)}, Fault.NO_RELATION),
        ({"kind": BroadcastKind.CORRECTION}, Fault.CORRECTS_NOTHING),
        ({"kind": BroadcastKind.CORRECTION, "corrects_id": 1}, Fault.CORRECTS_NOTHING),
        ({"audience": Audience(reached_by=1)}, Fault.CORRECTS_NOTHING),
        ({"event_id": 7}, Fault.NO_EVENT),
    ],
)
def test_what_makes_no_sense_keeps_it_back(changes: dict[str, Any], fault: Fault) -> None:
    assert find(content(texts=TEXTS, **changes)) == {fault}
    assert fault not in preflight.WARNINGS


def test_nobody_is_left_out_of_a_correction_by_lot() -> None:
    correction = {"kind": BroadcastKind.CORRECTION, "corrects_id": 1, "audience": Audience(reached_by=1)}
    assert find(content(texts=TEXTS, **correction)) == set()
    assert find(content(texts=TEXTS, hold_out_percent=10, **correction)) == {Fault.HOLD_OUT}
    assert find(content(texts=TEXTS, hold_out_percent=10)) == set()


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, set()),
        ({"state": EventState.DRAFT}, {Fault.EVENT_NOT_SHOWN}),
        ({"state": EventState.CANCELLED}, {Fault.EVENT_CANCELLED}),
        ({"state": EventState.HELD}, {Fault.EVENT_OVER}),
        ({"state": EventState.CLOSED}, {Fault.REGISTRATION_CLOSED}),
        ({"closes_at": NOW + timedelta(minutes=30)}, {Fault.REGISTRATION_CLOSED}),
    ],
)
def test_an_announcement_is_of_an_event_that_people_can_still_come_to(
    changes: dict[str, Any], faults: set[Fault]
) -> None:
    assert find(content(texts=TEXTS, event_id=7), event=an_event(**changes)) == faults


def test_an_event_that_changed_since_it_was_announced_keeps_it_back() -> None:
    event = an_event()
    said = content(texts=TEXTS, event_id=7, event_stated=stated(event))
    moved = replace(event, parts=(replace(event.parts[0], starts_at=STARTS + timedelta(days=1)),))
    filled = replace(event, parts=(replace(event.parts[0], taken=12),), description={"ja": "くわしく"})
    assert find(said, event=event) == set()
    assert find(said, event=filled) == set()
    assert find(said, event=moved) == {Fault.EVENT_CHANGED}
    assert find(said, event=replace(event, place={"ja": "別の会場"})) == {Fault.EVENT_CHANGED}


def test_what_keeps_it_back_stands_first() -> None:
    seen = Seen(
        languages=("ja", "en"), words={"ja": "○○ 1月26日(木)"}, links={}, dead={}, unrendered={}, event=None,
        has_public_address=True,
    )  # fmt: skip
    found = preflight.look_through(content(texts={"ja": "[]"}), seen, NOW)
    assert [one.is_warning for one in found] == sorted(one.is_warning for one in found)
    assert [one.fault for one in preflight.keeps_back(found)] == [Fault.WRONG_WEEKDAY]


EVERYBODY = Audience(channels=(ChannelName.LINE,), friends=True, by_line_itself=True)


def test_line_itself_can_tell_a_plain_notice_to_all_its_friends() -> None:
    assert Fault.NOT_GENERAL not in find(content(audience=EVERYBODY))


@pytest.mark.parametrize(
    "changes",
    [
        {"audience": replace(EVERYBODY, wards=("tobata",))},
        {"audience": replace(EVERYBODY, channels=())},
        {"audience": replace(EVERYBODY, is_training=True)},
        {"audience": replace(EVERYBODY, languages=("en",))},
        {"audience": EVERYBODY, "hold_out_percent": 10},
        {"audience": EVERYBODY, "has_tracked_links": True},
        {"audience": EVERYBODY, "texts": TEXTS},
        {"audience": EVERYBODY, "kind": BroadcastKind.WEEKLY},
    ],
)
def test_line_itself_cannot_choose_whom_or_in_which_words_it_tells(changes: dict[str, Any]) -> None:
    assert Fault.NOT_GENERAL in find(content(**changes))


@pytest.mark.parametrize(
    ("pictures", "fault"),
    [
        ([("https://bot.test/pictures/a.png", "清掃の写真")], None),
        ([("https://bot.test/pictures/a.png", " ")], Fault.NO_ALT_TEXT),
        ([("", "清掃の写真")], Fault.NO_PUBLIC_ADDRESS),
    ],
)
def test_a_picture_needs_an_address_of_our_own_and_words_for_who_does_not_see_it(
    pictures: list[tuple[str, str]], fault: Fault | None
) -> None:
    assert find(pictures={"ja": pictures}) == ({fault} if fault else set())
