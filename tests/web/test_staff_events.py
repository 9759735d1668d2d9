"""What staff do with events and seats on their pages: seen first, then done, and those concerned are told."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import Connection, select

from storage import audit
from storage.database import ConflictError
from storage.facts import AttendanceState, EventFacts, EventState, NoticeKind, PartState, RegistrationState
from storage.notices import NOTICES
from tests.town import Town
from tests.web.staff_desk import NAME, START, Office, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def notices(office: Office, kind: NoticeKind) -> list[int]:
    """List who is to be told something."""
    rows = office.town.database.read(
        lambda c: c.execute(
            select(NOTICES.c.person_id).where(NOTICES.c.kind == kind, NOTICES.c.state == "waiting")
        ).all()
    ).result()
    return sorted(row.person_id for row in rows)


def acts_of(office: Office) -> list[tuple[str, str]]:
    rows = office.town.database.read(lambda c: audit.list_newest(c, 20)).result()
    return [(row.actor, row.act) for row in rows]


async def ask(office: Office, event: EventFacts, **form: object) -> httpx.Response:
    async with office.at_the_desk() as browser:
        return await browser.post(f"/staff/events/{event.id}/acts", data={k: str(v) for k, v in form.items()})


async def do(office: Office, event: EventFacts, **form: object) -> httpx.Response:
    """Press the button and then the one on the page that asks again."""
    shown = await ask(office, event, **form)
    assert shown.status_code == 200, text_of(shown)
    sequence = office.event(event.id).sequence
    return await ask(office, event, **form, seen=sequence, confirmed="yes")


async def test_events_are_listed_next_first_with_their_seats(office: Office) -> None:
    later = office.add_event(code="later", title={"ja": "あとのイベント"}, parts=2)
    office.add_event(code="draft", title={"ja": "まだ下書き"}, state=EventState.DRAFT)
    office.guest(later)
    async with office.at_the_desk() as browser:
        words = text_of(await browser.get("/staff/events"))
    assert "席 1/10" in words
    assert "2022年1月26日(水) 午後2時から午後4時まで" in words
    assert words.index("あとのイベント") < words.index("まだ下書き")


async def test_an_event_shows_who_has_not_written_on_the_company_form(office: Office) -> None:
    event = office.add_event()
    person_id = office.citizen(event)
    part = event.parts[0]
    from storage import registrations

    found = office.do(lambda c: registrations.find(c, part.id, person_id))
    office.do(lambda c: registrations.change(c, [found.id], office.town.now, as_company=True))
    async with office.at_the_desk() as browser:
        assert "まだ書いていない人（1人）" in text_of(await browser.get(f"/staff/events/{event.id}"))
        office.do(lambda c: registrations.put_company_form(c, event.id, person_id, "会社", "a@b.test", office.town.now))
        assert "まだ書いていない人" not in text_of(await browser.get(f"/staff/events/{event.id}"))


async def test_nothing_happens_before_it_was_confirmed(office: Office) -> None:
    event = office.add_event()
    citizen, _ = office.citizen(event), office.guest(event, "電話 花子")
    shown = await ask(office, event, act="cancel-event")
    words = text_of(shown)
    assert "チャットで 1人 に知らせます" in words
    assert "電話で知らせてください：1人" in words
    assert "電話 花子" in words
    assert office.event(event.id).state is EventState.PUBLISHED
    assert notices(office, NoticeKind.CANCELLED) == []
    assert citizen


async def test_a_cancelled_event_is_told_to_each_once(office: Office) -> None:
    event = office.add_event(parts=3)
    citizen = office.citizen(event)
    answer = await do(office, event, act="cancel-event")
    assert answer.headers["location"] == f"/staff/events/{event.id}?done=cancel-event"
    assert office.event(event.id).state is EventState.CANCELLED
    assert notices(office, NoticeKind.CANCELLED) == [citizen]
    assert (NAME, "event.cancel") in acts_of(office)


async def test_a_companion_is_told_with_their_host_and_counts_as_one_chat(office: Office) -> None:
    event = office.add_event()
    host = office.citizen(event)
    office.companion(event, host, "連れ 一")
    assert "チャットで 1人 に知らせます" in text_of(await ask(office, event, act="cancel-event"))


async def test_one_part_is_cancelled_and_the_others_stay(office: Office) -> None:
    event = office.add_event(parts=2)
    answer = await do(office, event, act="cancel-part", part=event.parts[0].id)
    assert answer.status_code == 303
    assert [part.state for part in office.event(event.id).parts] == [PartState.CANCELLED, PartState.PLANNED]


async def test_a_move_is_read_back_with_its_weekday_and_then_made(office: Office) -> None:
    event = office.add_event()
    citizen = office.citizen(event)
    to = {"act": "move", "part": event.parts[0].id, "starts_at": "2022-02-02T10:00", "ends_at": "2022-02-02T11:30"}
    words = text_of(await ask(office, event, **to))
    assert "いま：2022年1月26日(水) 午後2時から午後4時まで" in words
    assert "これから：2022年2月2日(水) 午前10時から午前11時30分まで" in words
    await do(office, event, **to)
    part = office.event(event.id).parts[0]
    assert part.starts_at == datetime.fromisoformat("2022-02-02T10:00+09:00")
    assert part.ends_at == datetime.fromisoformat("2022-02-02T11:30+09:00")
    assert notices(office, NoticeKind.MOVED) == [citizen]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        ("2022-01-01T10:00", "2022-01-01T11:00", "もう過ぎています"),
        ("2022-02-02T10:00", "2022-02-02T09:00", "始まりよりあと"),
        ("", "2022-02-02T09:00", "始まりを、日付と時刻の両方で"),
        ("2022-02-02", "x", "終わりを、日付と時刻の両方で"),
    ],
)
async def test_a_move_that_makes_no_sense_is_refused_in_words(
    office: Office, starts_at: str, ends_at: str, words: str
) -> None:
    event = office.add_event()
    answer = await ask(office, event, act="move", part=event.parts[0].id, starts_at=starts_at, ends_at=ends_at)
    assert answer.status_code == 409
    assert words in text_of(answer)
    assert office.event(event.id).parts[0].starts_at == START


async def test_what_somebody_else_changed_meanwhile_is_looked_at_again(office: Office) -> None:
    event = office.add_event()
    seen = event.sequence
    await do(office, event, act="capacity", part=event.parts[0].id, capacity=5)
    answer = await ask(office, event, act="cancel-event", seen=seen, confirmed="yes")
    assert answer.status_code == 409
    assert "ほかの人が先に変えました" in text_of(answer)
    assert office.event(event.id).state is EventState.PUBLISHED


async def test_a_smaller_capacity_says_whom_it_costs_a_seat_and_sends_the_newest_back_to_the_line(
    office: Office,
) -> None:
    event = office.add_event(capacity=3)
    _, second, third = (office.citizen(event) for _ in range(3))
    form = {"act": "capacity", "part": event.parts[0].id, "capacity": 1}
    assert "2席が足りません" in text_of(await ask(office, event, **form))
    await do(office, event, **form)
    part = office.event(event.id).parts[0]
    assert (part.capacity, part.taken) == (1, 1)
    assert notices(office, NoticeKind.BUMPED) == sorted([second, third])


async def test_a_capacity_is_taken_away_and_a_wrong_one_refused(office: Office) -> None:
    event = office.add_event(capacity=3)
    part_id = event.parts[0].id
    await do(office, event, act="capacity", part=part_id, capacity="")
    assert office.event(event.id).parts[0].capacity is None
    for wrong in ("0", "-1", "many", "1.5"):
        assert (await ask(office, event, act="capacity", part=part_id, capacity=wrong)).status_code == 409


async def test_a_draft_is_published_and_closed_again(office: Office) -> None:
    event = office.add_event(state=EventState.DRAFT)
    await do(office, event, act="publish")
    assert office.event(event.id).state is EventState.PUBLISHED
    await do(office, event, act="close")
    assert office.event(event.id).state is EventState.CLOSED
    assert [act for _, act in acts_of(office)[:2]] == ["event.close", "event.publish"]


async def test_an_act_that_does_not_fit_the_state_is_refused_by_the_rules(office: Office) -> None:
    event = office.add_event()
    answer = await ask(office, event, act="publish", seen=event.sequence, confirmed="yes")
    assert answer.status_code == 409
    assert (await ask(office, event, act="delete-everything")).status_code == 409


async def seats(office: Office, part_id: int, **form: object) -> httpx.Response:
    async with office.at_the_desk() as browser:
        return await browser.post(f"/staff/parts/{part_id}/people", data={k: str(v) for k, v in form.items()})


async def register(office: Office, event: EventFacts, **form: str) -> httpx.Response:
    async with office.at_the_desk() as browser:
        return await browser.post(f"/staff/events/{event.id}/people", data=form)


async def test_somebody_is_registered_by_telephone_for_one_part_or_all(office: Office) -> None:
    event = office.add_event(parts=2)
    first, second = event.parts
    assert (
        (await register(office, event, name="山田 髙", part=str(second.id))).headers["location"].endswith("registered")
    )
    assert [part.taken for part in office.event(event.id).parts] == [0, 1]
    await register(office, event, name="佐藤 二", is_child="yes")
    assert [part.taken for part in office.event(event.id).parts] == [1, 2]
    async with office.at_the_desk() as browser:
        words = text_of(await browser.get(f"/staff/parts/{second.id}"))
    assert "山田 髙" in words
    assert "佐藤 二 子ども" in words
    assert first.id


async def test_when_all_seats_are_taken_the_caller_joins_the_line_and_is_told_so(office: Office) -> None:
    event = office.add_event(capacity=1)
    await register(office, event, name="山田")
    assert (await register(office, event, name="佐藤")).headers["location"].endswith("waiting")


@pytest.mark.parametrize("name", ["", " ", "あ" * 61, "a\x07"])
async def test_a_name_that_is_none_is_refused(office: Office, name: str) -> None:
    event = office.add_event()
    assert (await register(office, event, name=name)).status_code == 409
    assert office.event(event.id).parts[0].taken == 0


async def test_a_registration_that_is_refused_leaves_no_person_behind(office: Office) -> None:
    event = office.add_event(state=EventState.CANCELLED)
    answer = await register(office, event, name="山田")
    assert answer.status_code == 409
    assert "中止になっています" in text_of(answer)
    from storage.registrations import GUESTS

    assert office.town.database.read(lambda c: c.execute(select(GUESTS)).all()).result() == []


async def test_on_the_day_staff_seat_who_waits_and_cancel_for_who_calls(office: Office) -> None:
    event = office.add_event(capacity=1)
    part_id = event.parts[0].id
    seated, waiting = office.guest(event, "山田"), office.guest(event, "佐藤")
    office.at(START - timedelta(hours=3))
    assert (await seats(office, part_id, act="seat", person=waiting)).status_code == 409  # no seat is free
    assert (await seats(office, part_id, act="cancel", person=seated)).headers["location"].endswith("cancelled")
    assert (await seats(office, part_id, act="seat", person=waiting)).headers["location"].endswith("seated")
    from storage import registrations

    found = office.do(lambda c: registrations.find(c, part_id, waiting))
    assert found.state is RegistrationState.SEATED


async def test_a_companion_is_cancelled_alone(office: Office) -> None:
    event = office.add_event()
    host = office.citizen(event)
    child = office.companion(event, host, "小さな人")
    answer = await seats(office, event.parts[0].id, act="cancel", person=child)
    assert answer.headers["location"].endswith("cancelled")
    assert office.event(event.id).parts[0].taken == 1


@pytest.mark.parametrize(
    "form", [{}, {"act": "check-in"}, {"act": "x", "person": "1"}, {"act": "seat", "person": "-1"}, {"person": "1"}]
)
async def test_a_button_that_is_none_does_nothing(office: Office, form: Mapping[str, str]) -> None:
    part_id = office.add_event().parts[0].id
    assert (await seats(office, part_id, **form)).status_code == 409


async def test_check_in_by_hand_shows_when_and_how(office: Office) -> None:
    event = office.add_event()
    part_id, person_id = event.parts[0].id, office.guest(event)
    office.at(START)
    await seats(office, part_id, act="check-in", person=person_id)
    async with office.at_the_desk() as browser:
        assert "✓ 午後2時 名簿" in text_of(await browser.get(f"/staff/parts/{part_id}"))
    assert (await seats(office, part_id, act="check-in", person=person_id)).status_code == 409


async def test_the_printed_list_has_all_who_have_a_seat_beside_who_brings_them(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    host = office.citizen(event)
    office.companion(event, host, "小さな人", is_child=True)
    person_id = office.guest(event, "<b>山田</b>")
    async with office.at_the_desk() as browser:
        answer = await browser.get(f"/staff/parts/{part.id}/list")
    assert "&lt;b&gt;山田&lt;/b&gt;" in answer.text
    assert office.digits(part, person_id) in answer.text
    assert "小さな人（子ども）" in answer.text
    assert answer.text.count('<th scope="row">') == 3


async def test_a_change_near_the_start_is_reported_to_the_approver_on_the_first_page(office: Office) -> None:
    event = office.add_event()
    office.citizen(event)
    later = {"starts_at": "2022-01-26T15:00", "ends_at": "2022-01-26T17:00"}
    async with office.at_the_desk() as browser:
        assert "急ぎの変更の報告" not in text_of(await browser.get("/staff"))
    office.at(START - timedelta(hours=3))
    await do(office, event, act="move", part=event.parts[0].id, **later)
    async with office.at_the_desk() as browser:
        words = text_of(await browser.get("/staff"))
    assert f"{NAME}さん：日時の変更" in words


async def test_a_part_that_did_not_take_place_is_taken_out_of_the_sums(office: Office) -> None:
    event = office.add_event()
    person_id, part = office.citizen(event), event.parts[0]
    early = await ask(office, event, act="not-held", part=part.id)
    assert "まだ始まっていない回" in text_of(early)
    office.at(START + timedelta(minutes=5))
    async with office.at_the_desk() as browser:
        form = {"act": "check-in", "person": str(person_id)}
        await browser.post(f"/staff/parts/{part.id}/people", data=form)
        assert "開かれなかった" in text_of(await browser.get(f"/staff/events/{event.id}"))
    attendance = office.attendance(part, person_id)
    assert attendance is not None
    assert attendance.state is AttendanceState.CONFIRMED
    await do(office, event, act="not-held", part=part.id)
    attendance = office.attendance(part, person_id)
    assert attendance is not None
    assert attendance.state is AttendanceState.TAKEN_BACK
    assert office.event(event.id).parts[0].state is PartState.CANCELLED


HUGE = ["9" * 19, "9" * 5000]


@pytest.mark.parametrize("number", HUGE)
@pytest.mark.parametrize("path", ["events/{}", "parts/{}", "parts/{}/list", "parts/{}/door", "parts/{}/roster"])
async def test_a_number_that_no_table_can_hold_leads_nowhere(office: Office, path: str, number: str) -> None:
    async with office.at_the_desk() as browser:
        assert (await browser.get("/staff/" + path.format(number))).status_code == 404


@pytest.mark.parametrize("number", HUGE)
async def test_a_form_with_such_a_number_is_refused_in_words(office: Office, number: str) -> None:
    event = office.add_event()
    part = event.parts[0].id
    forms = [
        (f"events/{event.id}/acts", {"act": "cancel-part", "part": number}),
        (f"events/{event.id}/acts", {"act": "capacity", "part": str(part), "capacity": number}),
        (f"events/{event.id}/people", {"name": "山田", "part": number}),
        (f"parts/{part}/people", {"act": "check-in", "person": number}),
    ]
    async with office.at_the_desk() as browser:
        for path, form in forms:
            assert (await browser.post(f"/staff/{path}", data=form)).status_code == 409


async def test_an_act_that_met_another_transaction_is_done_again_with_fresh_facts(office: Office) -> None:
    tries: list[int] = []

    def unit(_: Connection) -> str:
        tries.append(1)
        if len(tries) < 3:
            raise ConflictError("40P01")
        return "done"

    assert await office.desk.write(unit) == "done"
