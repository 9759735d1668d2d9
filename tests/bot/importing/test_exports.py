"""Tables handed out: a spreadsheet opens them as they are, computes nothing in them, and a survey tells nobody who."""

import csv
import io
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from handlers import attending
from storage import attendances, events, people, registrations
from storage.database import Database
from storage.facts import CheckInWay, EventState, PlannedPart, Question, QuestionKind, RegistrationState
from tests.bot.conftest import Said
from tests.bot.importing.conftest import Office
from tests.bot.importing.lists import a_person, an_event, held, seat
from tests.town import Town, kitaq


def table(said: Said) -> list[list[str]]:
    assert said.code == 0, said.err
    assert said.out.startswith("\ufeff")
    return list(csv.reader(io.StringIO(said.out.removeprefix("\ufeff"), newline="")))


def full(connection: Connection) -> int:
    """An event with a person, their companion, somebody of a company and somebody who cancelled; two were there."""
    survey = (
        Question(kind=QuestionKind.SCALE, words={"ja": "よかったですか", "en": "Good?"}),
        Question(kind=QuestionKind.WORDS, words={"ja": "ひとこと", "en": "A word"}),
    )
    part_id = an_event(connection, "seminar", days=-1, survey=survey)
    event = events.find_by_part(connection, part_id)
    assert event is not None
    host, company = a_person(connection, "みどりのホタル1"), a_person(connection, '=HYPERLINK("http://x")')
    seat(connection, part_id, host, code="0421")
    companion = people.add_without_account(connection)
    registrations.add_guest(connection, companion, "+花子", Town.now, is_child=True, host_id=host)
    seat(connection, part_id, companion, code="7000", host_id=host)
    seat(connection, part_id, company, code="7001", as_company=True)
    registrations.put_company_form(connection, event.id, company, "@会社", "taro@example.jp", Town.now)
    seat(connection, part_id, a_person(connection, "去った人"), code="7002", state=RegistrationState.CANCELLED)
    for number, person_id in enumerate((host, company)):
        moment = {"at": Town.now - timedelta(days=1), "now": Town.now}
        attending.check_in(connection, kitaq(), part_id, person_id, way=CheckInWay.HAND, by="-Sato", **moment)
        attendances.put_answer(connection, event.id, person_id, 1, str(5 - number), Town.now)
        attendances.put_answer(connection, event.id, person_id, 2, "=1+1" if number else "-5", Town.now)
    return event.id


def test_registrations_come_part_by_part_with_what_each_is(office: Office) -> None:
    office.ask(full)
    header, *rows = table(office.say("export", "registrations", "seminar"))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["code"], one["state"], one["kind"]) for one in found] == [
        ("0421", "seated", "account"), ("7000", "seated", "companion"), ("7001", "seated", "account"),
        ("7002", "cancelled", "account"),
    ]  # fmt: skip
    assert (found[1]["name"], found[1]["child"], found[1]["comes_with"]) == ("'+花子", "yes", "0421")
    assert (found[2]["name"], found[2]["company"], found[2]["email"]) == (
        "'=HYPERLINK(\"http://x\")", "'@会社", "taro@example.jp"
    )  # fmt: skip
    assert found[0]["starts_at"] == "2022-01-19T12:00+09:00"


def test_attendances_say_how_each_is_known(office: Office) -> None:
    number = office.ask(full)
    header, *rows = table(office.say("export", "attendance", str(number)))
    found = [dict(zip(header, row, strict=True)) for row in rows]
    assert [(one["code"], one["state"], one["way"], one["entered_by"]) for one in found] == [
        ("0421", "confirmed", "hand", "'-Sato"), ("7001", "confirmed", "hand", "'-Sato")
    ]  # fmt: skip


def test_a_survey_tells_answers_and_nobody(office: Office) -> None:
    office.ask(full)
    assert table(office.say("export", "survey", "seminar")) == [
        ["1. よかったですか", "2. ひとこと"], ["4", "'=1+1"], ["5", "-5"]
    ]  # fmt: skip


def test_completions_list_who_was_at_every_part_that_was_held(office: Office) -> None:
    def course(connection: Connection) -> None:
        starts = [Town.now - timedelta(days=days) for days in (3, 2)]
        parts = [PlannedPart(starts_at=start, ends_at=start + timedelta(hours=2)) for start in starts]
        number = events.add(connection, held("course"), parts, EventState.PUBLISHED, Town.now)
        event = events.find(connection, number)
        assert event is not None
        whole, half = a_person(connection, "全部"), a_person(connection, "半分")
        for part, whom in zip(event.parts, ((whole, half), (whole,)), strict=True):
            attending.mark_held(connection, kitaq(), part.id, Town.now)
            for person_id in whom:
                moment = {"at": part.starts_at, "now": Town.now}
                attending.check_in(connection, kitaq(), part.id, person_id, way=CheckInWay.IMPORT, by="x", **moment)

    office.ask(course)
    assert table(office.say("export", "completions", "course"))[1:] == [["全部", "", "", "2", "2"]]


def test_who_left_has_no_name_in_any_table(small_office: Office) -> None:
    def bury(connection: Connection) -> None:
        full(connection)
        for one in registrations.list_of_part(connection, 1, (RegistrationState.CANCELLED,)):
            people.bury(connection, one.person_id)

    small_office.ask(bury)
    assert "去った人" not in small_office.say("export", "registrations", "seminar").out


def test_lines_end_as_spreadsheets_want_them_and_a_file_is_its_owners_alone(small_office: Office) -> None:
    small_office.ask(full)
    path = Path(small_office.desk.folder) / "out.csv"
    said = small_office.say("export", "survey", "seminar", "--output", str(path))
    assert (said.code, said.out) == (0, "")
    written = path.read_bytes()
    assert written.startswith(b"\xef\xbb\xbf1. ")
    assert written.count(b"\r\n") == written.count(b"\n") == 3
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("kind", ["registrations", "attendance", "survey", "completions"])
def test_exports_run_beside_a_bot_and_name_what_is_not_there(small_office: Office, kind: str) -> None:
    small_office.ask(full)
    with closing(Database(small_office.url)):
        assert small_office.say("export", kind, "seminar").code == 0
    gone = small_office.say("export", kind, "gone")
    assert (gone.code, gone.err) == (2, "there is no event 'gone': name it by its number or its code\n")


def test_a_number_alone_is_still_an_accounts(small_office: Office) -> None:
    with closing(Database(small_office.url)) as database:
        Town(database).citizen()
    short, long = small_office.say("export", "1"), small_office.say("export", "person", "1")
    assert short.code == 0
    assert short.out == long.out
    assert small_office.say("export", "999").code == 2
