"""Lists that staff bring from outside: looked at row by row, then exactly that file is counted; bad files are told."""

import base64
import re
import zlib
from datetime import timedelta

import httpx
import pytest

from handlers import attending
from handlers.attending import CheckedIn
from storage import attendances, audit
from storage.facts import AttendanceState, CheckInWay, EventFacts, EventMode
from tests.handlers.occasions import START
from tests.town import Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office, text_of

LOOK, SOURCE = "確かめる…", "環境学習課 受付簿"
AFTER = START + timedelta(hours=3)


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def bring(one: Clerk, path: str, content: bytes, name: str = "受付簿.csv", **fields: str) -> httpx.Response:
    """Choose a file in the form of a page, and press its button."""
    if one.page is None or one.page.url.path != path.partition("?")[0]:
        await one.open(path)
    token = re.search(r'name="form_token" value="(\w+)"', one.shown.text)
    assert token is not None
    data = {"form_token": token[1], **fields}
    one.page = await one.browser.post(path.partition("?")[0], data=data, files={"file": (name, content, "text/csv")})
    return one.page


async def bring_list(one: Clerk, event: EventFacts, content: bytes, **fields: str) -> httpx.Response:
    part = str(event.parts[0].id)
    given = {"part": part, "source": SOURCE, **fields}
    return await bring(one, f"/staff/attendance?part={part}", content, **given)


def came(office: Office, event: EventFacts) -> list[AttendanceState]:
    part_id = event.parts[0].id
    return [one.state for one in office.do(lambda c: attendances.list_of_part(c, part_id))]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp932"])
async def test_a_list_is_looked_at_row_by_row_and_counted_once_it_is_confirmed(office: Office, encoding: str) -> None:
    event = office.add_event()
    office.at(AFTER)
    one = await hired(office)
    text = "会員番号,氏名,備考\r\nA-1,山田 一,\r\nA-2,佐藤 二,\r\n,鈴木 三,\r\nＡ－１,山田 一,\r\n"
    await bring_list(one, event, text.encode(encoding))
    assert "こうなります（まだ取り込んでいません）" in one.words
    assert "使わない列：備考" in one.words
    for row in ("2 数える", "3 数える", "4 × だれか分からない 番号もメールもありません", "5 もう数えてある"):
        assert row in one.words
    assert came(office, event) == []
    await one.press("このファイルの2行を取り込む", confirmed="yes")
    assert "2人の出席を数えました" in one.words
    assert "4 × だれか分からない" in one.words
    assert came(office, event) == [AttendanceState.CONFIRMED] * 2
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.act, newest.actor) == ("attendance.import", one.name)
    assert newest.detail == f"受付簿.csv lines 2-5: {SOURCE}"
    await bring_list(one, event, text.encode(encoding))
    assert "もう数えてある 3" in one.words
    assert "を取り込む</button>" not in one.shown.text


async def test_a_line_that_names_an_event_is_not_taken_for_the_page_s_own(office: Office) -> None:
    event, other = office.add_event(), office.add_event(code="other")
    office.at(AFTER)
    one = await hired(office)
    await bring_list(one, event, "会員番号,イベント\r\nA-1,other\r\nA-2,moon\r\nA-3,\r\n".encode())
    assert "3 × 数えない 「moon」というイベントはありません。" in one.words
    await one.press("このファイルの2行を取り込む", confirmed="yes")
    assert (len(came(office, event)), len(came(office, other))) == (1, 1)


async def test_what_is_confirmed_is_what_was_looked_at_and_nothing_else(office: Office) -> None:
    event = office.add_event()
    office.at(AFTER)
    one, other = await hired(office), await hired(office, "他 人")
    await bring_list(one, event, "会員番号\r\nA-1\r\n".encode())
    other.page = one.page
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', one.shown.text))
    changed = base64.urlsafe_b64encode(zlib.compress("会員番号\r\nA-1\r\nA-2\r\n".encode())).decode()
    bomb = base64.urlsafe_b64encode(zlib.compress(b"0" * 50_000_000)).decode()
    for wrong in ({"list": changed}, {"list": "%%"}, {"list": bomb}, {"list_seal": ""}, {"list_name": "x"}):
        answer = await one.browser.post("/staff/attendance", data={**hidden, "confirmed": "yes", **wrong})
        assert answer.status_code == 409
        assert "もう一度ファイルを選んでください" in text_of(answer)
    office.at(AFTER + timedelta(minutes=50))
    token = re.search(r'name="form_token" value="(\w+)"', (await other.open("/staff/attendance")).text)
    assert token is not None
    stolen = {**hidden, "confirmed": "yes", "form_token": token[1]}
    assert (await other.browser.post("/staff/attendance", data=stolen)).status_code == 409
    assert came(office, event) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ファイルを選んでください"),
        (b"x" * 1_000_001, "1 MBまでにしてください"),
        (b"PK\x03\x04" + b"\0" * 100, "Excelのファイルです"),
        ("氏名\r\n山田\r\n".encode(), "「会員番号」か「メール」の列が要ります"),
        ("あ,い\r\n".encode(), "列の名前（会員番号、メールなど）がありません"),
        ("会員番号,番号\r\n1,2\r\n".encode(), "の列が2つあります"),
        ("会員番号\r\n".encode() + b"1\r\n" * 501, "500行をこえています"),
    ],
)
async def test_a_file_that_is_no_such_list_is_told_in_plain_words(office: Office, content: bytes, words: str) -> None:
    event = office.add_event()
    office.at(AFTER)
    one = await hired(office)
    assert (await bring_list(one, event, content)).status_code == 409
    assert words in one.words
    assert SOURCE in one.shown.text


async def test_a_file_of_any_size_is_taken_nowhere_else(office: Office) -> None:
    one = await hired(office)
    assert (await bring(one, "/staff/people", b"x" * 10)).status_code == 400
    await one.open("/staff/people")
    assert (await bring(one, "/staff/people", b"x" * 300_000)).status_code == 409


async def test_who_counts_says_where_the_list_is_from(office: Office) -> None:
    event = office.add_event()
    office.at(AFTER)
    one = await hired(office)
    assert (await bring_list(one, event, b"number\r\n1\r\n", source=" ")).status_code == 409
    assert "どこの名簿かを" in one.words


async def test_the_list_of_a_meeting_confirms_who_said_the_word_and_tells_who_is_left_over(office: Office) -> None:
    event = office.add_event(mode=EventMode.ONLINE)
    part, programme = event.parts[0], office.town.programme
    said, silent = office.guest(event, "山田 一"), office.guest(event, "佐藤 二")
    office.at(START + timedelta(minutes=30))
    how = {"way": CheckInWay.WORD, "by": "x", "at": office.town.now, "now": office.town.now, "provisional": True}
    entered = office.do(lambda c: attending.check_in(c, programme, part.id, said, **how))
    assert isinstance(entered, CheckedIn)
    office.at(AFTER)
    one, path = await hired(office), f"/staff/parts/{part.id}/meeting"
    listed = f"名前,期間 (分)\r\n{office.digits(part, said)} 山田,40\r\n佐藤 二,50\r\nだれか,5\r\n"
    await bring(one, path, listed.encode("cp932"), minutes="10")
    assert "出席が確定する人： 1人" in one.words
    assert "リストにいますが、合言葉を送っていません" in one.words
    assert "4行目：4けた・メール・名前のどれも、席がある人と合いません" in one.words
    found = office.attendance(part, said)
    assert found is not None
    assert found.state is AttendanceState.PROVISIONAL
    await one.press("この1人の出席を確定する", confirmed="yes")
    found = office.attendance(part, said)
    assert found is not None
    assert found.state is AttendanceState.CONFIRMED
    assert office.attendance(part, silent) is None
    await bring(one, path, listed.encode(), minutes="10", add="yes")
    assert "出席が確定する人： 1人" in one.words
    await bring(one, path, listed.encode(), minutes="たくさん")
    assert "何分からかを" in one.words
