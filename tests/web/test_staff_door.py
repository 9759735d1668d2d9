"""The door's page, walk-ins with their slips, a seminar's word, and the link that the command line prints."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.web.staff import words
from handlers import attending
from handlers.rules.attendance import WORD_OPEN_FOR
from storage.registrations import GUESTS
from tests.handlers.occasions import city
from tests.running import ROOT
from tests.town import Town
from tests.web.staff_desk import NAME, START, Office, text_of

STATIC = ROOT / "bot" / "web" / "static"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def walk_in(office: Office, part_id: int, name: str = "当日 太郎", **form: str):  # type: ignore[no-untyped-def]
    async with office.at_the_desk() as browser:
        return await browser.post(f"/staff/parts/{part_id}/walk-ins", data={"name": name, **form})


async def test_who_comes_without_a_registration_counts_and_gets_a_code_that_is_shown_once(office: Office) -> None:
    part_id = office.add_event().parts[0].id
    before = city(office.town)
    office.at(START)
    answer = await walk_in(office, part_id, is_child="yes")
    [code] = re.findall(r'class="code">([0-9A-Z]+)<', answer.text)
    assert "当日 太郎さん・200ポイント" in text_of(answer)
    assert city(office.town)[0] == before[0] + 1
    [row] = office.town.database.read(lambda c: c.execute(GUESTS.select()).all()).result()
    assert (row.name, row.is_child) == ("当日 太郎", True)
    assert row.slip_hash == office.town.house.keyed_hash(f"slip:{code}")
    async with office.at_the_desk() as browser:
        assert code not in (await browser.get(f"/staff/parts/{part_id}")).text


async def test_the_same_form_sent_twice_makes_one_guest(office: Office) -> None:
    part_id = office.add_event().parts[0].id
    office.at(START)
    await walk_in(office, part_id)
    again = await walk_in(office, part_id)
    assert again.status_code == 409
    assert "いま受け付けたばかり" in text_of(again)
    office.at(START + timedelta(minutes=2))
    assert (await walk_in(office, part_id)).status_code == 200  # another person of the same name


async def test_nobody_is_left_on_the_list_when_there_is_no_seat_or_it_is_not_the_day(office: Office) -> None:
    event = office.add_event(capacity=1)
    part_id = event.parts[0].id
    assert "受付の時間ではありません" in text_of(await walk_in(office, part_id))
    office.guest(event, "山田")
    office.at(START)
    answer = await walk_in(office, part_id)
    assert answer.status_code == 409
    assert "満席です" in text_of(answer)
    guests = office.town.database.read(lambda c: c.execute(GUESTS.select()).all()).result()
    assert [row.name for row in guests] == ["山田"]
    assert office.event(event.id).parts[0].taken == 1


async def test_the_page_holds_no_name_so_that_a_kept_copy_tells_nothing(office: Office) -> None:
    event = office.add_event()
    office.guest(event, "山田 花子")
    async with office.at_the_desk() as browser:
        answer = await browser.get(f"/staff/parts/{event.parts[0].id}/door")
    assert "山田" not in answer.text


async def test_the_worker_keeps_every_file_the_door_needs_and_only_files_that_are_there(office: Office) -> None:
    async with office.browser() as browser:
        answer = await browser.get("/staff/parts/worker.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "connect-src 'self'" in answer.headers["content-security-policy"]
    listed = set(json.loads(re.sub(r",\s*\]", "]", re.findall(r"FILES = (\[.*?\]);", answer.text, re.DOTALL)[0])))
    assert {path for path in listed if not (STATIC.parent / path.removeprefix("/")).exists()} == set()
    needed, waiting = set(), ["/static/staff/door.js", "/static/vendor/qr/decode.js"]
    while waiting:
        path = waiting.pop()
        needed.add(path)
        source = (STATIC.parent / path.removeprefix("/")).read_text(encoding="utf-8")
        found = re.findall(r'^import .*? from [\'"]\./([\w.]+)[\'"]', source, re.MULTILINE)
        waiting += [f"{path.rpartition('/')[0]}/{name}" for name in found]
    assert needed <= listed


async def test_the_word_is_shown_large_while_it_is_open_and_said_to_be_over_after(office: Office) -> None:
    part_id = office.add_event().parts[0].id
    office.at(START + timedelta(hours=1))
    async with office.at_the_desk() as browser:
        path = f"/staff/parts/{part_id}/word"
        assert "合言葉を出す" in text_of(await browser.get(path))
        assert (await browser.post(path)).headers["location"] == path
        part = office.event(1).parts[0]
        assert part.word in attending.words_of(office.town.programme)
        shown = await browser.get(path)
        assert f'id="word">{part.word}<' in shown.text
        assert 'data-seconds="600"' in shown.text
        office.at(office.town.now + WORD_OPEN_FOR)
        assert "時間は終わりました" in text_of(await browser.get(path))


async def test_a_word_is_refused_in_words_while_the_date_is_far_off(office: Office) -> None:
    part_id = office.add_event().parts[0].id
    async with office.at_the_desk() as browser:
        answer = await browser.post(f"/staff/parts/{part_id}/word")
    assert answer.status_code == 409
    assert "2時間前から" in text_of(answer)


def test_the_moment_suggested_lies_in_the_middle_stays_the_same_and_differs_between_parts(office: Office) -> None:
    parts = office.add_event(parts=6).parts
    drawn = [words.suggest(b"secret", part) for part in parts]
    assert drawn == [words.suggest(b"secret", part) for part in parts]
    starts = [(moment - part.starts_at) for moment, part in zip(drawn, parts, strict=True) if moment and part.starts_at]
    assert all(timedelta(minutes=35) <= one <= timedelta(minutes=84) for one in starts)
    assert len(set(starts)) > 2
    assert drawn != [words.suggest(b"other", part) for part in parts]


def test_the_command_prints_a_link_that_lets_in_without_touching_a_database(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("SECRET_KEY", "DATABASE_URL", "PUBLIC_URL", "HOST", "PORT"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret.key").write_text("a key")
    found = CliRunner().invoke(app, ["staff", "desk", "--name", NAME])
    assert found.exit_code == 0, found.output
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/staff/enter/\d+\.[\w-]+\.[\w-]+", found.stdout.strip())
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["secret.key"]


def test_the_command_says_plainly_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SECRET_KEY", raising=False)
    nokey = CliRunner().invoke(app, ["staff", "desk", "--name", NAME])
    monkeypatch.setenv("SECRET_KEY", "a key")
    noname = CliRunner().invoke(app, ["staff", "desk", "--name", " "])
    assert (nokey.exit_code, noname.exit_code) == (2, 2)
    assert "the first start of the bot makes it" in nokey.stderr
    assert "a name has 1 to 40 signs" in noname.stderr
    assert list(tmp_path.iterdir()) == []
