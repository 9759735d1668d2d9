"""Attendance lists: each identified person counts once at each part, whoever else saw them; the rest is told."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.importing import attendance, counting
from handlers import attending
from storage import attendances, audit, events, people, registrations, totals
from storage.clock import TOKYO
from storage.facts import AttendanceState, CheckInWay, EventState, PlannedPart, RegistrationState, Totals
from storage.registrations import GUESTS
from tests.bot.importing.conftest import Office
from tests.bot.importing.lists import a_person, an_event, held
from tests.town import Town, kitaq

ELSEWHERE = "title,starts_at,ends_at,number,email,name"
WHEN = "2022-01-15T10:00+09:00,2022-01-15T12:00+09:00"
SOURCE = ("--source", "list of the eco club")


def row(number: str = "", email: str = "", name: str = "", title: str = "川の清掃") -> str:
    return f"{title},{WHEN},{number},{email},{name}"


def count(office: Office) -> tuple[int, int, int]:
    found: Totals = office.ask(lambda c: totals.find_totals(c, kitaq(), Town.now))
    return found.participants, found.participants_distinct, found.events_held


def test_a_dry_run_tells_what_would_be_counted_and_stores_nothing(office: Office) -> None:
    before = count(office)
    table = office.table(ELSEWHERE, row("A-1"), row("a1"), row(email="x@example.jp"), row(name="山田"))
    said = office.say("import", "attendance", table, *SOURCE)
    assert said.code == 1
    assert "line 5: not identified: has neither a number nor an e-mail address" in said.out
    assert "山田" not in said.out
    for words in ("already counted: 1", "counted: 2", "persons who are new: 2", "events made: 1", "not identified: 1"):
        assert f"\n{words}\n" in said.out
    assert said.out.endswith("nothing was stored; with --yes it is counted\n")
    assert count(office) == before


def test_a_list_counts_participations_distinct_persons_and_the_event(office: Office) -> None:
    before = count(office)
    table = office.table(ELSEWHERE, row("A-1"), row(email="x@example.jp"), row("A-1", title="森の手入れ"))
    said = office.say("import", "attendance", table, *SOURCE, "--yes", "--by", "Sato")
    assert said.code == 0
    assert tuple(now - then for now, then in zip(count(office), before, strict=True)) == (3, 2, 2)
    assert office.say("recompute", "--check").code == 0
    rows = office.ask(lambda c: [(one.actor, one.act, one.detail) for one in audit.list_newest(c, 9)])
    assert rows == [("Sato", "attendance.import", "table.csv lines 2-4: list of the eco club")] * 2


def test_the_same_list_again_counts_nothing_anew(office: Office) -> None:
    table = office.table(ELSEWHERE, row("A-1"), row(email="x@example.jp"))
    office.say("import", "attendance", table, *SOURCE, "--yes")
    before = count(office)
    for words in ((), ("--yes",)):
        again = office.say("import", "attendance", table, *SOURCE, *words)
        assert again.code == 0
        assert "\nalready counted: 2\n" in again.out
        assert "line" not in again.out
    assert count(office) == before


def test_a_list_keeps_hashes_only_and_they_are_kept_while_the_period_is_counted(office: Office) -> None:
    office.say("import", "attendance", office.table(ELSEWHERE, row("A-1", "X@Example.jp", "山田")), *SOURCE, "--yes")
    guest = office.ask(lambda c: c.execute(select(GUESTS)).one())
    assert guest.name == ""
    assert len(guest.number_hash) == len(guest.email_hash) == 64
    assert guest.forget_at == datetime(2025, 1, 1, tzinfo=TOKYO) + timedelta(days=90)


def test_somebody_is_known_again_by_either_hash(office: Office) -> None:
    office.say("import", "attendance", office.table(ELSEWHERE, row("A-1", "x@example.jp")), *SOURCE, "--yes")
    before = count(office)
    table = office.table(ELSEWHERE, row("Ａ１", title="二"), row(email=" X@EXAMPLE.JP ", title="三"))
    office.say("import", "attendance", table, *SOURCE, "--yes")
    assert tuple(now - then for now, then in zip(count(office), before, strict=True)) == (2, 0, 2)


def test_an_address_that_comes_later_leads_to_the_same_person(office: Office) -> None:
    lines = (row("A-1"), row("A-1", "x@example.jp", title="二"), row(email="x@example.jp", title="三"))
    before = count(office)
    office.say("import", "attendance", office.table(ELSEWHERE, *lines), *SOURCE, "--yes")
    assert tuple(now - then for now, then in zip(count(office), before, strict=True)) == (3, 1, 3)


def test_who_wrote_the_address_on_a_companys_form_is_that_person(office: Office) -> None:
    def prepare(connection: Connection) -> int:
        part_id = an_event(connection, "seminar", days=-1)
        person_id = a_person(connection)
        event = events.find_by_part(connection, part_id)
        assert event is not None
        registrations.put_company_form(connection, event.id, person_id, "会社", "Taro@Example.co.jp", Town.now)
        return person_id

    person_id = office.ask(prepare)
    office.say("import", "attendance", office.table("event,email", "seminar,taro@example.co.jp"), *SOURCE, "--yes")
    assert office.ask(lambda c: [one.person_id for one in attendances.list_of_person(c, person_id)]) == [person_id]


def test_who_was_checked_in_at_the_door_is_not_counted_again(office: Office) -> None:
    def prepare(connection: Connection) -> None:
        part_id = an_event(connection, "seminar", days=-1)
        person_id = a_person(connection)
        event = events.find_by_part(connection, part_id)
        assert event is not None
        values = {"event_id": event.id, "state": RegistrationState.SEATED, "queued": 1}
        registrations.put(connection, part_id, person_id, Town.now, **values)
        registrations.put_company_form(connection, event.id, person_id, "会社", "taro@example.jp", Town.now)
        moment = {"at": Town.now - timedelta(days=1), "now": Town.now}
        done = attending.check_in(connection, kitaq(), part_id, person_id, way=CheckInWay.HAND, by="x", **moment)
        assert isinstance(done, attending.CheckedIn)

    office.ask(prepare)
    before = count(office)
    said = office.say("import", "attendance", office.table("event,email", "seminar,taro@example.jp"), *SOURCE, "--yes")
    assert "\nalready counted: 1\n" in said.out
    assert count(office)[:2] == before[:2]


def test_an_attendance_that_was_taken_back_may_be_counted_by_a_list(office: Office) -> None:
    table = office.table(ELSEWHERE, row("A-1"))
    office.say("import", "attendance", table, *SOURCE, "--yes")

    def take_back(connection: Connection) -> bool:
        person_id = connection.execute(select(GUESTS.c.person_id)).scalar_one()
        part_id = attendances.list_of_person(connection, person_id)[0].part_id
        return attending.take_back(connection, kitaq(), part_id, person_id, by="x", now=Town.now)

    assert office.ask(take_back)
    again = office.say("import", "attendance", table, *SOURCE, "--yes")
    assert "\ncounted: 1\n" in again.out
    assert office.say("recompute", "--check").code == 0


def test_the_parts_of_a_course_are_told_apart(office: Office) -> None:
    def prepare(connection: Connection) -> None:
        starts = [Town.now - timedelta(days=3), Town.now - timedelta(days=2)]
        parts = [PlannedPart(starts_at=start, ends_at=start + timedelta(hours=2)) for start in starts]
        events.add(connection, held("course"), parts, EventState.PUBLISHED, Town.now)

    office.ask(prepare)
    rows = ("course,1,,A1", "course,2,,A1", "course,,2022-01-17T12:00+09:00,A1", "course,,,A1", "course,3,,A1")
    said = office.say("import", "attendance", office.table("event,part,starts_at,number", *rows), *SOURCE, "--yes")
    assert "line 5: rejected: course has 2 parts: say which by part or starts_at" in said.out
    assert "line 6: rejected: course has no part 3" in said.out
    assert "\nalready counted: 1\n" in said.out
    event = office.ask(lambda c: events.find_by_code(c, "course"))
    assert event is not None
    assert event.state is EventState.HELD
    assert [one.state.value for one in event.parts] == ["held", "held"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("川の清掃,2022-01-15T10:00,2022-01-15T12:00+09:00,A1,,", "has no zone: write +09:00 at its end"),
        ("川の清掃,2022-01-25T10:00+09:00,2022-01-25T12:00+09:00,A1,,", "is not over yet"),
        ("川の清掃,2021-06-01T10:00+09:00,2021-06-01T12:00+09:00,A1,,", "2021-06-01 is in no period of the programme"),
        ("川の清掃,2022-01-15T10:00+09:00,2022-01-15T09:00+09:00,A1,,", "ends_at is not after starts_at"),
        ("川の清掃,,,A1,,", "says of no event"),
    ],
)
def test_a_line_that_cannot_count_is_rejected_with_the_reason(small_office: Office, line: str, reason: str) -> None:
    said = small_office.say("import", "attendance", small_office.table(ELSEWHERE, line, row("B2")), *SOURCE, "--yes")
    assert said.code == 1
    assert "line 2: rejected: " in said.out
    assert reason in said.out
    assert "\ncounted: 1\n" in said.out


@pytest.mark.parametrize(
    ("state", "days", "reason"),
    [
        (EventState.CANCELLED, -1, "seminar is cancelled"),
        (EventState.DRAFT, -1, "seminar is a draft"),
        (EventState.PUBLISHED, 1, "is not over yet"),
        (EventState.PUBLISHED, None, "seminar has no date yet"),
    ],
)
def test_an_event_that_did_not_take_place_takes_no_attendance(
    small_office: Office, state: EventState, days: int | None, reason: str
) -> None:
    small_office.ask(lambda c: an_event(c, "seminar", days=days, state=state))
    said = small_office.say("import", "attendance", small_office.table("event,number", "seminar,A1"), *SOURCE, "--yes")
    assert f"line 2: rejected: {reason}" in said.out


def test_an_unknown_event_needs_its_title_and_times(small_office: Office) -> None:
    said = small_office.say("import", "attendance", small_office.table("event,number", "gone,A1"), *SOURCE)
    assert "line 2: rejected: there is no event 'gone': an event held elsewhere needs title" in said.out


@pytest.mark.parametrize(
    ("head", "words"),
    [("event,name", "needs a column number (会員番号) or email"), ("number,title", "needs a column event (イベント)")],
)
def test_a_list_without_who_or_where_is_refused(small_office: Office, head: str, words: str) -> None:
    said = small_office.say("import", "attendance", small_office.table(head, "a,b"), *SOURCE)
    assert said.code == 2
    assert words in said.err


def test_a_list_without_its_source_is_refused(small_office: Office) -> None:
    said = small_office.say("import", "attendance", small_office.table("event,number", "a,b"))
    assert said.code == 2
    assert "--source" in said.err


def test_a_list_of_a_broken_off_run_is_finished_by_running_it_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attendance, "PIECE", 2)
    table = office.table(ELSEWHERE, *(row(f"N{number}") for number in range(7)))
    before, whole, pieces = count(office), counting.Counting.take, []

    def break_off(self: counting.Counting, piece: list[counting.Seen]) -> counting.Outcome:
        pieces.append(piece)
        if len(pieces) == 3:
            raise KeyboardInterrupt
        return whole(self, piece)

    with monkeypatch.context() as patched:
        patched.setattr(counting.Counting, "take", break_off)
        said = office.say("import", "attendance", table, *SOURCE, "--yes")
    assert "stopped after line 5: run it again" in said.out
    assert count(office)[0] - before[0] == 4
    again = office.say("import", "attendance", table, *SOURCE, "--yes")
    assert "\nalready counted: 4\n" in again.out
    assert tuple(now - then for now, then in zip(count(office), before, strict=True)) == (7, 7, 1)


def test_a_report_lists_every_line_without_anybodys_name(small_office: Office) -> None:
    report = Path(small_office.desk.folder) / "report.csv"
    table = small_office.table(ELSEWHERE, row("A1"), row("A1"), row(name="山田"))
    small_office.say("import", "attendance", table, *SOURCE, "--yes", "--report", str(report))
    lines = report.read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(",")[:2] for line in lines[1:]] == [["3", "already counted"], ["4", "not identified"]]
    assert "山田" not in report.read_text(encoding="utf-8")


def test_nobody_but_identified_persons_is_made(office: Office) -> None:
    before = office.ask(lambda c: len(c.execute(select(people.PEOPLE.c.id)).all()))
    office.say("import", "attendance", office.table(ELSEWHERE, row(name="山田"), row("A1")), *SOURCE, "--yes")
    assert office.ask(lambda c: len(c.execute(select(people.PEOPLE.c.id)).all())) == before + 1
    states = office.ask(lambda c: [one.state for one in _all(c)])
    assert states == [AttendanceState.CONFIRMED]


def _all(connection: Connection) -> list[attendances.AttendanceFacts]:
    person_id = connection.execute(select(GUESTS.c.person_id)).scalar_one()
    return attendances.list_of_person(connection, person_id)
