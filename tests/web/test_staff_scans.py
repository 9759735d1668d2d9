"""What the door sends: codes, digits and names, late and twice, with a clock that is wrong; each counts once."""

from datetime import timedelta
from typing import Any

import pytest

from handlers import arranging
from storage.facts import AttendanceState, CheckInWay, PartFacts
from tests.handlers.occasions import city
from tests.town import Town
from tests.web.staff_desk import NAME, START, Office, batch

MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def send(office: Office, part: PartFacts, *scans: dict[str, object], **changes: Any) -> list[dict[str, Any]]:
    """Send scans made just now; gives what each is answered."""
    body = {**batch(office.town.now, *scans), **changes}
    async with office.at_the_desk() as browser:
        answer = await browser.post(f"/staff/parts/{part.id}/scans", json=body)
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [one["key"] for one in results] == [one["key"] for one in body["scans"]]
    return results


async def test_a_ticket_is_scanned_and_the_city_counts_one_more(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.citizen(event)
    before = city(office.town)
    office.at(START)
    [told] = await send(office, part, {"qr": office.qr(part, person_id)})
    assert (told["result"], told["words"], told["child"]) == ("checked_in", "受け付けました", False)
    assert told["points"] == 200  # four half hours of the catalogue's 50
    assert told["name"]
    assert city(office.town)[0] == before[0] + 1
    found = office.attendance(part, person_id)
    assert found is not None
    assert (found.way, found.entered_by, found.at) == (CheckInWay.QR, NAME, START)


async def test_four_digits_and_a_name_by_hand_do_as_well(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    first, second = office.guest(event, "佐藤 一"), office.guest(event, "佐藤 二", is_child=True)
    office.at(START)
    told = await send(office, part, {"digits": office.digits(part, first)}, {"person": second})
    assert [(one["result"], one["name"], one["child"]) for one in told] == [
        ("checked_in", "佐藤 一", False),
        ("checked_in", "佐藤 二", True),
    ]
    ways = [found.way for one in (first, second) if (found := office.attendance(part, one))]
    assert ways == [CheckInWay.DIGITS, CheckInWay.HAND]


async def test_a_companion_comes_in_on_a_code_of_their_own(office: Office) -> None:
    event = office.add_event()
    part, host_id = event.parts[0], office.citizen(event)
    child_id = office.companion(event, host_id, "小さな人", is_child=True)
    office.at(START)
    [told] = await send(office, part, {"qr": office.qr(part, child_id)})
    assert (told["result"], told["name"], told["child"]) == ("checked_in", "小さな人", True)
    assert told["host"]
    assert office.attendance(part, host_id) is None


async def test_scans_kept_for_hours_without_a_signal_keep_their_own_times(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    people = [office.guest(event, f"客 {number}") for number in range(3)]
    times = [START - 20 * MINUTE, START - 3 * MINUTE, START + 40 * MINUTE]
    scans = [
        {"qr": office.qr(part, person_id), "at": at.isoformat()} for person_id, at in zip(people, times, strict=True)
    ]
    office.at(START + timedelta(hours=9))
    told = await send(office, part, *scans)
    assert [one["result"] for one in told] == ["checked_in"] * 3
    found = [office.attendance(part, person_id) for person_id in people]
    assert [one.at for one in found if one] == times
    assert {one.entered_at for one in found if one} == {office.town.now}


@pytest.mark.parametrize("wrong_by", [timedelta(hours=-3), timedelta(days=400), timedelta(seconds=-7)])
async def test_a_device_whose_clock_is_wrong_is_corrected(office: Office, wrong_by: timedelta) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    office.at(START + 30 * MINUTE)
    seen = {"qr": office.qr(part, person_id), "at": (START + 10 * MINUTE + wrong_by).isoformat()}
    [told] = await send(office, part, seen, sent_at=(office.town.now + wrong_by).isoformat())
    assert told["result"] == "checked_in"
    found = office.attendance(part, person_id)
    assert found is not None
    assert found.at == START + 10 * MINUTE


async def test_a_scan_from_the_future_is_taken_as_now(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    office.at(START)
    await send(office, part, {"qr": office.qr(part, person_id), "at": (START + 5 * MINUTE).isoformat()})
    found = office.attendance(part, person_id)
    assert found is not None
    assert found.at == START


async def test_a_batch_whose_answer_was_lost_is_told_the_same_again_and_counts_once(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    before = city(office.town)
    office.at(START)
    scan = {"qr": office.qr(part, person_id), "at": START.isoformat()}
    first = await send(office, part, scan)
    office.at(START + 10 * MINUTE)
    again = await send(office, part, scan)
    assert (first[0]["result"], again[0]["result"]) == ("checked_in", "checked_in")
    assert city(office.town)[0] == before[0] + 1


async def test_a_second_scan_says_since_when_and_changes_nothing(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event, "山田 一")
    office.at(START)
    await send(office, part, {"qr": office.qr(part, person_id)})
    before = city(office.town)
    office.at(START + 10 * MINUTE)
    told = await send(office, part, {"qr": office.qr(part, person_id)}, {"digits": office.digits(part, person_id)})
    assert [(one["result"], one["words"]) for one in told] == [("already", "受付済みです（午後2時）")] * 2
    assert told[0]["name"] == "山田 一"
    assert city(office.town) == before


async def test_a_code_for_another_part_is_told_apart_from_one_that_is_none(office: Office) -> None:
    event = office.add_event(parts=2)
    first, second = event.parts
    person_id = office.guest(event)
    office.at(START)
    told = await send(
        office,
        first,
        {"qr": office.qr(second, person_id)},
        {"qr": "https://example.test/"},
        {"qr": office.qr(first, person_id)[:-1]},
        {"digits": "12345"},
        {},
    )
    expected = ["wrong_part", "unreadable", "unreadable", "wrong_code", "unreadable"]
    assert [one["result"] for one in told] == expected
    assert office.attendance(first, person_id) is None


async def test_a_code_ends_a_day_after_the_part_but_one_seen_in_time_may_be_sent_later(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    late, in_time = office.guest(event, "客 一"), office.guest(event, "客 二")
    codes = {person_id: office.qr(part, person_id) for person_id in (late, in_time)}
    office.at(START + timedelta(hours=27))
    told = await send(office, part, {"qr": codes[late]}, {"qr": codes[in_time], "at": (START + MINUTE).isoformat()})
    assert [one["result"] for one in told] == ["expired", "checked_in"]


async def test_who_cancelled_or_waits_does_not_come_in(office: Office) -> None:
    event = office.add_event(capacity=1)
    part = event.parts[0]
    seated, waiting = office.guest(event, "客 一"), office.guest(event, "客 二")
    office.at(START)
    told = await send(office, part, {"qr": office.qr(part, waiting)}, {"person": waiting}, {"person": 7})
    assert {one["result"] for one in told} == {"not_registered"}
    assert office.attendance(part, waiting) is None
    assert office.attendance(part, seated) is None


async def test_a_part_that_was_called_off_says_so(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    code = office.qr(part, person_id)
    office.do(lambda c: arranging.cancel_event(c, event.id, by=NAME, now=office.town.now))
    office.at(START)
    [told] = await send(office, part, {"qr": code})
    assert told["words"] == "この回は中止になっています"


async def test_the_day_before_is_too_early(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    [told] = await send(office, part, {"qr": office.qr(part, person_id)})
    assert told["result"] == "too_early"


async def test_a_wrong_check_in_is_taken_back_and_may_be_made_again(office: Office) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.guest(event)
    office.at(START)
    await send(office, part, {"person": person_id})
    before = city(office.town)
    async with office.at_the_desk() as browser:
        answer = await browser.post(f"/staff/parts/{part.id}/people", data={"act": "take-back", "person": person_id})
        assert answer.headers["location"].endswith("done=taken-back")
    found = office.attendance(part, person_id)
    assert found is not None
    assert found.state is AttendanceState.TAKEN_BACK
    assert city(office.town)[0] == before[0] - 1
    [told] = await send(office, part, {"person": person_id})
    assert told["result"] == "checked_in"
    assert city(office.town)[0] == before[0]


async def test_the_roster_names_who_may_come_in_and_who_has(office: Office) -> None:
    event = office.add_event(capacity=2)
    part = event.parts[0]
    first, _, waiting = (office.guest(event, f"客 {number}") for number in range(3))
    office.at(START)
    await send(office, part, {"person": first})
    async with office.at_the_desk() as browser:
        roster = (await browser.get(f"/staff/parts/{part.id}/roster")).json()
    assert (roster["came"], roster["expected"]) == (1, 2)
    assert [(one["name"], bool(one["came"])) for one in roster["people"]] == [("客 0", True), ("客 1", False)]
    assert waiting not in {one["person"] for one in roster["people"]}


@pytest.mark.parametrize(
    "body",
    [
        "nonsense",
        "[]",
        '{"scans": []}',
        '{"sent_at": "2022-01-26T14:00:00", "scans": []}',
        '{"sent_at": "2022-01-26T14:00:00Z", "scans": [{"key": "", "at": "2022-01-26T14:00:00Z"}]}',
        '{"sent_at": "2022-01-26T14:00:00Z", "scans": [{"key": "a", "at": "now"}]}',
        '{"sent_at": "2022-01-26T14:00:00Z", "scans": [{"key": "a", "at": "2022-01-26T14:00:00Z", "by": "x"}]}',
    ],
)
async def test_junk_is_refused_in_words_and_stores_nothing(office: Office, body: str) -> None:
    part = office.add_event().parts[0]
    async with office.at_the_desk() as browser:
        headers = {"accept": "application/json", "content-type": "application/json"}
        answer = await browser.post(f"/staff/parts/{part.id}/scans", content=body, headers=headers)
    assert answer.status_code == 409
    assert answer.json() == {"error": "送られた内容が読めません"}


async def test_a_part_that_is_not_there_is_not_found(office: Office) -> None:
    async with office.at_the_desk() as browser:
        for path in ("/staff/parts/99/door", "/staff/parts/99/roster", "/staff/events/99", "/staff/parts/99"):
            assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("scan", "result"),
    [
        ({"person": 2**70}, "unreadable"),
        ({"person": -1}, "unreadable"),
        ({"digits": "12\x0034"}, "wrong_code"),
        ({"digits": "９" * 10}, "wrong_code"),
        ({"qr": "\x00.\x00.\x00"}, "unreadable"),
        ({"qr": "é.é.é"}, "unreadable"),
    ],
)
async def test_a_scan_that_no_database_could_look_up_holds_up_no_other(
    office: Office, scan: dict[str, object], result: str
) -> None:
    event = office.add_event()
    part, person_id = event.parts[0], office.citizen(event)
    office.at(START)
    told = await send(office, part, scan, {"person": person_id})
    assert [one["result"] for one in told] == [result, "checked_in"]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+00:00"])
async def test_a_device_that_shows_no_time_of_this_world_holds_up_no_scan(office: Office, at: str) -> None:
    event = office.add_event()
    part, first, second = event.parts[0], office.citizen(event), office.citizen(event)
    office.at(START)
    told = await send(office, part, {"person": first, "at": at}, {"person": second})
    assert told[1]["result"] == "checked_in"
    [mad] = await send(office, part, {"person": first}, sent_at=at)
    assert mad["result"] in ("checked_in", "already")
