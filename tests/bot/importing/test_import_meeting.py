"""Meeting lists of Zoom and Teams: read as those write them, matched with a part's people, the left-over told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection

from bot.importing import ImportRefusedError, meeting_list
from bot.importing.meeting import BY_CODE, BY_EMAIL, BY_NAME, Person, match
from bot.importing.meeting_list import Attendee
from handlers import attending
from storage import attendances, events, registrations
from storage.facts import AttendanceState, CheckInWay
from tests.bot.importing.conftest import Office
from tests.bot.importing.lists import a_person, an_event, seat
from tests.town import Town, kitaq

ZOOM = """Topic,Meeting ID,Host,Email,Duration (Minutes),Start Time,Participants
脱炭素セミナー,852 1848 6288,City,city@example.jp,125,01/19/2022 12:00:00 PM,3

Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest
0421 山田 (山田太郎),,01/19/2022 12:00:00 PM,01/19/2022 12:40:00 PM,40,Yes
0421 山田 (山田太郎),,01/19/2022 12:50:00 PM,01/19/2022 01:50:00 PM,60,Yes
花子,hanako@example.co.jp,01/19/2022 12:00:00 PM,01/19/2022 01:50:00 PM,110,Yes
"""
TEAMS = """1. 要約
会議のタイトル\t脱炭素セミナー
出席済み参加者\t2
会議の長さ\t1h 33m 43s

2. 参加者
名前\t初めての参加\t最終退出\t会議の長さ\tメール\t参加者 ID (UPN)\t役割
0421 山田\t22/1/19 12:00:00\t22/1/19 13:33:00\t1 時間 33 分 39 秒\t\t\t発表者
花子\t22/1/19 12:00:00\t22/1/19 12:05:12\t5 分 12 秒\thanako@example.co.jp\thanako@example.co.jp\t参加者

3. 会議中のアクティビティ
名前\t参加時刻\t退出時刻\t期間\tメール\t役割
0421 山田\t22/1/19 12:00:00\t22/1/19 13:33:00\t1 時間 33 分 39 秒\t\t発表者
"""
WEBINAR = """Attendee Report
Topic,Webinar ID,Actual Start Time
脱炭素セミナー,852,Jan 19

Host Details
Attended,User Name (Original Name),Email,Join Time,Leave Time,Time in Session (minutes),Is Guest
Yes,City,city@example.jp,x,y,120,No

Attendee Details
Attended,User Name (Original Name),First Name,Last Name,Email,Registration Time,Time in Session (minutes)
Yes,花子,,,hanako@example.co.jp,x,95
No,太郎,,,taro@example.co.jp,x,--
"""


def read(folder: Path, content: bytes | str) -> list[tuple[str, str, int]]:
    path = folder / "meeting.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return [(one.name, one.email, one.seconds) for one in meeting_list.read(path)[0]]


def test_zooms_list_is_read_and_several_joins_are_added_up(tmp_path: Path) -> None:
    assert read(tmp_path, ZOOM) == [("0421 山田 (山田太郎)", "", 6000), ("花子", "hanako@example.co.jp", 6600)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Name (Original Name),User Email", "名前 (元の名前),ユーザーのメール"),
        ("Name (Original Name)", "Name (original name)"),
        ("Duration (Minutes),Guest", "期間（分）,ゲスト"),
    ],
)
def test_zooms_other_headers_are_known_too(tmp_path: Path, old: str, new: str) -> None:
    assert len(read(tmp_path, ZOOM.replace(old, new))) == 2


def test_zooms_sum_of_a_person_is_not_added_up_again(tmp_path: Path) -> None:
    content = "Name (Original Name),User Email,Total Duration (Minutes),Guest\na,,90,Yes\na,,90,Yes\n"
    assert read(tmp_path, content) == [("a", "", 5400)]


def test_of_a_webinars_report_only_the_attendees_who_came_are_read(tmp_path: Path) -> None:
    assert read(tmp_path, WEBINAR) == [("花子", "hanako@example.co.jp", 5700)]


@pytest.mark.parametrize("encode", [lambda text: text.encode("utf-16"), str.encode, lambda text: text.encode("cp932")])
def test_teams_list_is_read_without_its_single_comings_and_goings(
    tmp_path: Path, encode: Callable[[str], bytes]
) -> None:
    assert read(tmp_path, encode(TEAMS)) == [("0421 山田", "", 5619), ("花子", "hanako@example.co.jp", 312)]


def test_teams_english_list_is_read(tmp_path: Path) -> None:
    content = "1. Summary\nMeeting duration\t1h\n\n2. Participants\n"
    content += "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\n"
    rest = "Hanako\tx\ty\t1h 5m 3s\thanako@example.co.jp\n\n3. In-Meeting Activities\nName\tDuration\nHanako\t1h\n"
    assert read(tmp_path, content + rest) == [("Hanako", "hanako@example.co.jp", 3903)]


def test_a_file_that_is_no_attendance_list_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="is it an attendance list"):
        read(tmp_path, "Full Name,User Action,Timestamp\na,Joined,x\n")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("90", 5400), ("1.5", 90), ("1:05:03", 3903), ("5:03", 303), ("1h 5m 3s", 3903), ("45m", 2700),
        ("30 s", 30),
        ("1 時間 5 分", 3900), ("２ 分 ３ 秒", 123), ("1 hour 2 minutes", 3720), ("", None), ("soon", None),
        ("-5", None),
    ],
)  # fmt: skip
def test_how_long_is_read_however_it_is_written(written: str, seconds: int | None) -> None:
    assert meeting_list.read_seconds(written) == seconds


def person(number: int, code: str = "", email: str = "", name: str = "") -> Person:
    return Person(number, code, email, name, None)


HERE = [
    person(1, "0421", "", "みどりのホタル1"), person(2, "7000", "hanako@example.co.jp", "花子"),
    person(3, "7001", "", "たろう"), person(4, "7002", "", "たろう"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("attendee", "expected"),
    [
        (Attendee("０４２１ 山田"), (1, BY_CODE)),
        (Attendee("0421 花子", "hanako@example.co.jp"), (1, BY_CODE)),
        (Attendee("だれか", " Hanako@Example.co.jp"), (2, BY_EMAIL)),
        (Attendee("みどりのホタル1 (山田)"), (1, BY_NAME)),
        (Attendee("山田 (みどりのホタル1)"), (1, BY_NAME)),
        (Attendee("花子"), (2, BY_NAME)),
        (Attendee("電話 09042100000"), None),
        (Attendee("たろう"), None),
        (Attendee("0421 7000"), None),
        (Attendee(""), None),
    ],
)
def test_matching_takes_digits_first_then_the_address_then_a_nickname_of_one(
    attendee: Attendee, expected: tuple[int, str] | None
) -> None:
    attendee = Attendee(attendee.name, attendee.email, 600, [5])
    found = match([attendee], HERE)
    assert next(iter(found.ways.items()), None) == expected
    assert len(found.strangers) == (expected is None)


def test_two_devices_of_one_person_are_added_up() -> None:
    assert match([Attendee("0421 a", "", 600, [5]), Attendee("みどりのホタル1", "", 600, [6])], HERE).seconds == {
        1: 1200
    }


# --- from the command line ----------------------------------------------------------------------------------------


def prepare(connection: Connection) -> dict[str, int]:
    """Seat four people: two said the word, one did not, one is in no list."""
    part_id = an_event(connection, "seminar", days=-1)
    event = events.find_by_part(connection, part_id)
    assert event is not None
    found = {"part": part_id}
    for name, code, said in (("a", "0421", True), ("b", "7000", True), ("c", "7001", False), ("d", "7002", True)):
        found[name] = a_person(connection, f"nick {name}")
        seat(connection, part_id, found[name], code=code)
        if said:
            attending_by_word(connection, part_id, found[name])
    registrations.put_company_form(connection, event.id, found["b"], "会社", "Hanako@example.co.jp", Town.now)
    return found


def attending_by_word(connection: Connection, part_id: int, person_id: int) -> None:
    event = events.find_by_part(connection, part_id)
    assert event is not None
    moment = event.parts[0].starts_at
    assert moment is not None
    how = {"way": CheckInWay.WORD, "by": "word", "at": moment, "now": moment, "provisional": True}
    done = attending.check_in(connection, kitaq(), part_id, person_id, **how)
    assert isinstance(done, attending.CheckedIn)


def states(office: Office, found: dict[str, int]) -> dict[str, AttendanceState | None]:
    def look(connection: Connection) -> dict[str, AttendanceState | None]:
        there = {name: attendances.find(connection, found["part"], found[name]) for name in "abcd"}
        return {name: one.state if one else None for name, one in there.items()}

    return office.ask(look)


LIST = ZOOM + "nick c,,x,y,30,Yes\nスタッフ,city@example.jp,x,y,120,No\n"
CONFIRMED, PROVISIONAL = AttendanceState.CONFIRMED, AttendanceState.PROVISIONAL


def test_a_dry_run_tells_who_is_left_over_and_confirms_nobody(office: Office) -> None:
    found = office.ask(prepare)
    before = states(office, found)
    said = office.say("import", "meeting", office.table(LIST), "--part", "seminar")
    assert said.code == 1
    assert "table.csv: UTF-8; seminar, part 1, 2022-01-19 12:00" in said.out
    assert "line 9: not matched: nobody with a seat has these digits, e-mail or name" in said.out
    assert "code 7001: was there without the word: --add counts them" in said.out
    assert "code 7002: said the word and is not in the list: stays provisional" in said.out
    assert said.out.endswith("with --yes 2 attendances are confirmed or added\n")
    assert states(office, found) == before


def test_who_said_the_word_and_is_in_the_list_is_confirmed(office: Office) -> None:
    found = office.ask(prepare)
    said = office.say("import", "meeting", office.table(LIST), "--part", str(found["part"]), "--yes", "--by", "Sato")
    assert "2 attendances were confirmed or added" in said.out
    assert states(office, found) == {"a": CONFIRMED, "b": CONFIRMED, "c": None, "d": PROVISIONAL}
    again = office.say("import", "meeting", office.table(LIST), "--part", "seminar:1", "--yes")
    assert "0 attendances were confirmed or added" in again.out


def test_who_was_there_without_the_word_is_added_when_that_is_wished(office: Office) -> None:
    found = office.ask(prepare)
    office.say("import", "meeting", office.table(LIST), "--part", "seminar", "--yes", "--add")
    assert states(office, found)["c"] is CONFIRMED


def test_who_was_there_too_short_is_not_confirmed(small_office: Office) -> None:
    found = small_office.ask(prepare)
    table = small_office.table(LIST)
    said = small_office.say("import", "meeting", table, "--part", "seminar", "--minutes", "105", "--yes")
    assert "code 0421: was there for 100 minutes only" in said.out
    assert states(small_office, found)["a"] is PROVISIONAL


@pytest.mark.parametrize(
    ("part", "words"),
    [("99", "there is no part 99"), ("gone", "there is no event 'gone'"), ("seminar:3", "seminar has 1 parts")],
)
def test_a_part_that_is_not_there_is_told(small_office: Office, part: str, words: str) -> None:
    small_office.ask(prepare)
    said = small_office.say("import", "meeting", small_office.table(LIST), "--part", part)
    assert said.code == 2
    assert words in said.err


def test_a_part_that_has_not_begun_has_no_list(small_office: Office) -> None:
    small_office.ask(lambda c: an_event(c, "later", days=2))
    said = small_office.say("import", "meeting", small_office.table(LIST), "--part", "later")
    assert "part 1 of later has not begun yet" in said.err
