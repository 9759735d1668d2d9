"""The form of an event, read: what does not fit is said by its field, in words for people at the desk."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from bot.web.staff.events import drafts, looks
from storage.clock import TOKYO
from storage.events import dump_details
from storage.facts import EventState, PlannedEvent, PlannedPart
from tests.town import kitaq
from tests.web.staff_events import WRITTEN

NOW = datetime(2022, 1, 20, 10, tzinfo=TOKYO)


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"title.ja": " "}, "title.ja", "日本語を書いてください"),
        ({"title.en": "x" * 121}, "title.en", "長すぎます。全角で60文字まで"),
        ({"description.ja": "あ" * 2001}, "description.ja", "2000文字までに"),
        ({"description.en": "Sunday, 29 January 2022"}, "description.en", "曜日が違うか、ない日です"),
        ({"place.ja": "あ" * 101}, "place.ja", "長すぎます"),
        ({"weekday.1": "日"}, "starts_at.1", "選んだ曜日（日）と合いません"),
        ({"ends_at.1": "2022-01-29T08:00"}, "ends_at.1", "終わりは、始まりよりあとで"),
        ({"ends_at.1": ""}, "ends_at.1", "終わりも書いてください"),
        ({"starts_at.1": "2021-01-30T09:00", "ends_at.1": "2021-01-30T11:00"}, "starts_at.1", "過ぎた日時です"),
        (
            {"starts_at.1": "2022-01-29T09:00+00:00", "weekday.1": ""},
            "starts_at.1",
            "日本では2022年1月29日(土) 午後6時です",
        ),
        ({"starts_at.1": "あした"}, "starts_at.1", "日付と時刻の両方を"),
        ({"starts_at.1": "2022-01-29"}, "starts_at.1", "日付と時刻の両方を"),
        ({"closes_at": "2022-01-30T09:00"}, "closes_at", "最後の回が終わったあと"),
        ({"closes_at": "2022-01-19T09:00"}, "closes_at", "過ぎた日時です"),
        ({"capacity.1": "0"}, "capacity.1", "1以上の数にしてください"),
        ({"capacity.1": "たくさん"}, "capacity.1", "数字で"),
        ({"joining_url": "http://meet.test/a"}, "joining_url", "https:// から始まる"),
        ({"joining_url": "https://meet.test/" + "a" * 1000}, "joining_url", "1000文字までに"),
        ({"audience.citizen": ""}, "audience", "市民か企業を"),
        ({"held_in.ja": "", "interpreted_into.en": ""}, "held_in", "使うことばを、一つ以上"),
        ({"interpreted_into.ja": "yes"}, "interpreted_into", "通訳はいりません"),
        ({"kind": "course"}, "rows", "講座には、二つ以上の回が"),
        ({"kind": "party"}, "kind", "もう一度選んでください"),
        ({"ward": "moon"}, "ward", "もう一度選んでください"),
        ({"companions": "9"}, "companions", "0から4までの数"),
        ({"code": "川"}, "code", "英小文字で始まる"),
    ],
)
def test_what_does_not_fit_is_said_by_its_field(wrong: dict[str, str], field: str, words: str) -> None:
    written = drafts.read({**WRITTEN, **wrong}, kitaq(), None, NOW)
    assert words in written.faults[field]
    assert not re.search(r"must|missing", " ".join(written.faults.values()))


def test_what_cannot_be_read_hides_nothing_else_that_is_wrong() -> None:
    wrong = {"starts_at.1": "あした", "capacity.1": "x", "cost_yen": "ただ", "title.ja": "", "code": "川"}
    written = drafts.read({**WRITTEN, **wrong}, kitaq(), None, NOW)
    assert {name: words.partition("、")[0] for name, words in written.faults.items()} == {
        "starts_at.1": "日付と時刻の両方を",
        "capacity.1": "数字で",
        "cost_yen": "数字で",
        "title.ja": "日本語を書いてください。",
        "code": "英小文字で始まる",
    }


@pytest.mark.parametrize("planned", kitaq().events, ids=lambda planned: planned.code)
def test_the_form_of_each_of_the_citys_own_events_says_what_the_event_says(planned: PlannedEvent) -> None:
    before = datetime(2022, 1, 1, tzinfo=TOKYO)
    event = replace(looks.as_shown(planned, None, before), state=EventState.DRAFT)
    written = drafts.read(drafts.fill(event), kitaq(), event, before)
    assert written.faults == {}
    assert dump_details(written.event) == dump_details(event)
    assert written.event.parts == planned.parts


def test_a_course_of_more_parts_than_the_form_offers_keeps_them_all() -> None:
    planned = replace(kitaq().events[0], parts=tuple(PlannedPart(capacity=n) for n in range(1, 20)))
    event = replace(looks.as_shown(planned, None, NOW), state=EventState.DRAFT)
    assert drafts.read(drafts.fill(event), kitaq(), event, NOW).event.parts == planned.parts
