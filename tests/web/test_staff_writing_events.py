"""Writing events in the console: drafts, what does not fit, two at once, how it will look, events that are shown."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import audit, events
from storage.clock import TOKYO
from storage.facts import EventDetails, EventFacts, EventKind, EventState, PlannedPart
from tests.handlers.occasions import START, SURVEY
from tests.town import Town
from tests.web.staff_clerks import PASSWORD, hired
from tests.web.staff_desk import Office
from tests.web.staff_events import LOOK, SAVE, WRITTEN, fields


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def there(office: Office) -> list[EventFacts]:
    return office.town.database.read(lambda c: events.list_all(c, 10)).result()


def stored(office: Office) -> EventFacts:
    (event,) = there(office)
    return event


async def test_what_is_written_becomes_a_draft_that_nobody_is_shown(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    await one.press(SAVE, **WRITTEN)
    assert "保存しました" in one.words
    event = stored(office)
    assert (event.state, event.code, event.kind) == (EventState.DRAFT, "cleanup_20220129", EventKind.CLEANUP)
    assert event.title == {"ja": "川の清掃", "en": "River clean-up"}
    assert event.description["ja"] == "1月29日(土)に川を歩きます。\n軍手を持ってきてください。"
    assert (event.held_in, event.interpreted_into, event.cost_yen, event.companions) == (("ja",), ("en",), 300, 2)
    part = event.parts[0]
    assert (part.starts_at, part.capacity) == (datetime(2022, 1, 29, 9, tzinfo=TOKYO), 30)
    assert event.closes_at == datetime(2022, 1, 28, 17, tzinfo=TOKYO)
    assert office.do(lambda c: audit.list_newest(c, 1))[0].act == "event.draft"


async def test_the_next_event_of_one_kind_and_day_gets_a_code_of_its_own(office: Office) -> None:
    one = await hired(office)
    for _ in range(2):
        await one.open("/staff/events/new")
        await one.press(SAVE, **WRITTEN)
    assert {event.code for event in there(office)} == {"cleanup_20220129", "cleanup_20220129_2"}


async def test_an_event_whose_form_is_opened_and_saved_stays_as_it_was(office: Office) -> None:
    was = EventDetails(
        code="course",
        kind=EventKind.COURSE,
        audiences=tuple(office.add_event().audiences),
        title={"ja": "講座", "en": "Course", "xx": "?"},
        description={"ja": "一行目\n\n三行目"},
        mode=stored(office).mode,
        source="環境局",
        held_in=("ja", "de"),
        place={"ja": "会議室"},
        ward=office.town.programme.wards[0].code,
        interests=(office.town.programme.interests[0].code,),
        joining_url="https://meet.test/a",
        opens_at=START - timedelta(days=3),
        whole_only=True,
        survey=SURVEY,
    )
    parts = [
        PlannedPart(starts_at=START, ends_at=START + timedelta(hours=2), capacity=5, title={"ja": "初回"}),
        PlannedPart(),
    ]
    number = office.do(lambda c: events.add(c, was, parts, EventState.DRAFT, office.town.now))
    one, before = await hired(office), office.event(number)
    await one.open(f"/staff/events/{number}/edit")
    await one.press(SAVE, **fields(one))
    assert "保存しました" in one.words
    after = office.event(number)
    assert events.dump_details(after) == events.dump_details(before)
    told = [(part.number, part.starts_at, part.ends_at, part.capacity, part.title) for part in after.parts]
    assert told == [(part.number, part.starts_at, part.ends_at, part.capacity, part.title) for part in before.parts]


async def test_what_does_not_fit_is_said_at_its_field_and_nothing_typed_is_lost(office: Office) -> None:
    office.add_event(code="walk")
    one, typed = await hired(office), {**WRITTEN, "title.en": "x" * 121, "capacity.1": "0", "joining_url": "meet"}
    await one.open("/staff/events/new")
    assert (await one.press(SAVE, **typed)).status_code == 409
    assert "直すところが3つあります" in one.words
    assert "題名（英語） ：長すぎます。全角で60文字まで" in one.words
    for field in re.findall(r'href="#f-([^"]+)"', one.shown.text):
        assert f'id="f-{field}"' in one.shown.text
    kept = fields(one)
    assert {name: kept[name].replace("\r", "") for name in typed} == {
        name: value.replace("\r", "") for name, value in typed.items()
    }
    await one.press(SAVE, **{**WRITTEN, "code": "walk"})
    assert "コード ：このコードは、もう使われています。" in one.words
    assert fields(one)["title.ja"] == "川の清掃"
    assert len(there(office)) == 1


async def test_a_look_without_saving_shows_both_phones_and_the_public_page(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    await one.press(LOOK, act="preview", **WRITTEN)
    assert "見た目（まだ保存していません）" in one.words
    assert one.shown.text.count('<figure class="phone line">') == 2
    assert one.shown.text.count('<figure class="phone telegram">') == 2
    assert "公開ページ（英語）" in one.words
    assert one.words.count("残り30席（定員30人）") == 3  # two phones and the page
    assert "場所（英語）" in one.words  # is lacking
    assert not there(office)
    await one.press(SAVE, **fields(one))
    assert stored(office).title["en"] == "River clean-up"


async def test_rows_of_parts_are_added_and_one_that_is_to_go_is_left_out(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    await one.press("回の欄をこの数にする", **{**WRITTEN, "rows": "3", "act": "rows"})
    typed = fields(one)
    assert {"starts_at.3", "part_title.3.en"} <= typed.keys()
    assert typed["capacity.1"] == "30"
    assert not there(office)
    more = {
        "drop.2": "yes",
        "starts_at.2": "2022-02-05T09:00",
        "starts_at.3": "2022-01-22T09:00",
        "ends_at.3": "2022-01-22T10:00",
    }
    await one.press(SAVE, **{**typed, **more})
    assert "第3回の始まり ：前の回より早い日時です" in one.words
    await one.press(SAVE, **{**fields(one), "starts_at.3": "2022-02-12T09:00", "ends_at.3": "2022-02-12T10:00"})
    starts = [part.starts_at for part in stored(office).parts]
    assert starts == [datetime(2022, 1, 29, 9, tzinfo=TOKYO), datetime(2022, 2, 12, 9, tzinfo=TOKYO)]


async def test_a_date_may_stay_open(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    no_date: dict[str, Any] = dict.fromkeys(("starts_at.1", "ends_at.1", "weekday.1", "closes_at"), "")
    await one.press(LOOK, act="preview", **{**WRITTEN, **no_date, "date_words.ja": "3月上旬"})
    assert "3月上旬、くわしい日時は未定です" in one.words
    await one.press(SAVE, **fields(one))
    assert (stored(office).parts[0].starts_at, stored(office).date_words) == (None, {"ja": "3月上旬"})


async def test_the_second_of_two_who_edit_is_told_and_loses_nothing(office: Office) -> None:
    number = office.add_event(state=EventState.DRAFT).id
    first, second = await hired(office, "先 一"), await hired(office, "後 二")
    for one in (first, second):
        await one.open(f"/staff/events/{number}/edit")
    mine = {**fields(second), "title.ja": "後の題名"}
    await first.press(SAVE, **{**fields(first), "title.ja": "先の題名"})
    assert (await second.press(SAVE, **mine)).status_code == 409
    assert "ほかの人が先に変えました" in second.words
    assert "先の題名" in second.words
    assert fields(second)["title.ja"] == "後の題名"
    assert office.event(number).title["ja"] == "先の題名"
    await second.press(SAVE, **fields(second))
    assert office.event(number).title["ja"] == "後の題名"


async def test_a_draft_published_meanwhile_is_not_written_anew(office: Office) -> None:
    number, one = office.add_event(state=EventState.DRAFT).id, await hired(office)
    await one.open(f"/staff/events/{number}/edit")
    mine, part = {**fields(one), "starts_at.1": "2022-01-27T14:00", "weekday.1": "木"}, office.event(number).parts[0]
    office.do(lambda c: events.change(c, number, office.town.now, state=EventState.PUBLISHED))
    await one.press(SAVE, **mine)
    assert office.event(number).parts == (part,)


async def test_of_an_event_that_is_shown_the_words_change_and_its_dates_go_the_way_of_moving(office: Office) -> None:
    event = office.add_event(closes_at=START - timedelta(days=1))
    office.guest(event)
    office.at(START - timedelta(hours=2))  # what has closed can still be corrected
    one = await hired(office)
    await one.open(f"/staff/events/{event.id}/edit")
    assert "もう公開しています" in one.words
    assert "申し込んだ人に知らせるので、先に人数を確かめる画面が出ます" in one.words
    assert "うまっている席 1" in one.words
    typed = fields(one)
    assert not {"starts_at.1", "rows"} & typed.keys()
    await one.press("保存する", **{**typed, "place.ja": "新しい会場", "starts_at.1": "2022-05-05T10:00"})
    after = office.event(event.id)
    assert after.place == {"ja": "新しい会場"}
    assert (after.parts[0].starts_at, after.parts[0].taken) == (START, 1)
    assert office.do(lambda c: audit.list_newest(c, 1))[0].act == "event.change"


async def test_the_titles_of_a_course_that_is_shown_can_be_written(office: Office) -> None:
    event, one = office.add_event(parts=2), await hired(office)
    await one.open(f"/staff/events/{event.id}/edit")
    typed = {**fields(one), "part_title.2.ja": "計画を作る"}
    await one.press(LOOK, **{**typed, "act": "preview"})
    assert "第2回 計画を作る" in one.words
    await one.press("保存する", **fields(one))
    after = office.event(event.id)
    assert [part.title for part in after.parts] == [{}, {"ja": "計画を作る"}]
    assert after.parts[0] == event.parts[0]


async def test_what_is_cancelled_is_not_edited(office: Office) -> None:
    event, one = office.add_event(state=EventState.CANCELLED), await hired(office)
    assert (await one.open(f"/staff/events/{event.id}/edit")).status_code == 409
    assert "中止したイベントは、直せません" in one.words


async def test_an_event_like_an_old_one_has_its_words_and_neither_its_dates_nor_its_code(office: Office) -> None:
    event, one = office.add_event(parts=2), await hired(office)
    await one.open(f"/staff/events/new?like={event.id}")
    typed = fields(one)
    assert (typed["title.ja"], typed["rows"], typed["capacity.2"]) == (event.title["ja"], "2", "10")
    assert {typed[name] for name in ("code", "starts_at.1", "ends_at.1", "weekday.2", "closes_at")} == {""}


async def test_what_was_written_when_the_session_ended_is_saved_after_signing_in(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    office.at(office.town.now + timedelta(hours=2))
    await one.press(SAVE, **WRITTEN)
    assert "書いたものは残っています" in one.words
    await one.press("サインイン", name=one.name, password=PASSWORD, code=one.codes.pop())
    assert "軍手を持ってきてください。" in one.words
    assert not re.search(r"\byes\b|cleanup|venue", one.words)
    await one.press("続ける")
    assert stored(office).kind is EventKind.CLEANUP


async def test_a_course_of_many_parts_with_all_its_titles_is_taken_and_carried_through_a_sign_in(
    office: Office,
) -> None:
    event, one = office.add_event(parts=15, state=EventState.DRAFT), await hired(office)
    await one.open(f"/staff/events/{event.id}/edit")
    typed = {name: "回" if name.startswith("part_title.") else value for name, value in fields(one).items()}
    assert len(typed) > 200
    office.at(office.town.now + timedelta(hours=2))
    await one.press(SAVE, **typed)
    await one.press("サインイン", name=one.name, password=PASSWORD, code=one.codes.pop())
    await one.press("続ける")
    parts = office.event(event.id).parts
    assert len(parts) == 15
    assert set(parts[14].title) == set(office.town.programme.city.languages)


async def test_control_signs_of_a_word_processor_are_left_out(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/events/new")
    await one.press(SAVE, **{**WRITTEN, "title.ja": "川の\x0b清掃\x07", "description.ja": "一\tつ\x0c"})
    assert stored(office).title["ja"] == "川の 清掃"
    assert stored(office).description["ja"] == "一 つ"
