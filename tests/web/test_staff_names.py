"""A name that a person chose is seen by others only once staff released it; a changed one waits again."""

from datetime import timedelta

import pytest

from storage import audit, people
from storage.facts import NameVerdict, PersonFacts
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def named(office: Office, name: str, *, listed: bool = True) -> Citizen:
    """Somebody with a name of their own, who asked to be on the person board."""
    citizen = office.town.citizen()
    rename(citizen, name)
    if listed:
        citizen.press("enlist")
    return citizen


def rename(citizen: Citizen, name: str) -> None:
    citizen.press("name")
    citizen.text(name)


def facts(office: Office, citizen: Citizen) -> PersonFacts:
    found = office.do(lambda c: people.find(c, person_of(office.town, citizen)))
    assert isinstance(found, PersonFacts)
    return found


async def opened(office: Office) -> Clerk:
    clerk = await hired(office)
    await clerk.open("/staff/names")
    return clerk


async def test_a_released_name_stands_on_the_board_and_its_person_reads_so(office: Office) -> None:
    citizen = named(office, "川の番人")
    generated = facts(office, citizen).board_name
    assert generated not in ("川の番人", None)
    assert f"「川の番人」は、いま市が確認しています。それまでは「{generated}」の名前で出ます。" in citizen.words()
    clerk = await opened(office)
    await clerk.press("出してよい", act="release")
    assert "いまはありません" in clerk.words
    assert facts(office, citizen).board_name == "川の番人"
    citizen.press("place")
    assert "市の確認がすみました。「川の番人」の名前で出ています。" in citizen.words()
    row = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (row.act, row.subject) == ("name.release", f"person:{person_of(office.town, citizen)}")


async def test_a_refused_name_is_seen_by_nobody_else_and_its_person_reads_why(office: Office) -> None:
    citizen = named(office, "やまだ はなこ")
    clerk = await opened(office)
    await clerk.press("断る", act="refuse", reason="real_name")
    assert facts(office, citizen).board_name not in ("やまだ はなこ", None)
    citizen.press("settings")
    assert "本名や連絡先が分かりそうです" in citizen.words()
    citizen.press("enlist")
    assert office.do(lambda c: people.list_waiting_names(c, 9)) == []


async def test_a_released_name_that_is_changed_waits_again_and_the_old_one_is_gone_at_once(office: Office) -> None:
    citizen = named(office, "川の番人")
    await (await opened(office)).press("出してよい", act="release")
    rename(citizen, "海の番人")
    assert facts(office, citizen).board_name not in ("川の番人", "海の番人", None)
    assert [one.name for one in office.do(lambda c: people.list_waiting_names(c, 9))] == ["海の番人"]


async def test_who_did_not_ask_to_be_on_the_board_or_left_it_does_not_wait(office: Office) -> None:
    named(office, "川の番人", listed=False)
    named(office, "海の番人").press("unlist")
    clerk = await opened(office)
    assert "いまはありません" in clerk.words


async def test_a_released_name_is_used_at_once_by_who_comes_back_to_the_board(office: Office) -> None:
    citizen = named(office, "川の番人")
    await (await opened(office)).press("出してよい", act="release")
    citizen.press("unlist")
    citizen.press("enlist")
    assert facts(office, citizen).board_name == "川の番人"


async def test_what_was_seen_is_decided_and_not_what_the_person_wrote_since(office: Office) -> None:
    citizen = named(office, "川の番人")
    clerk = await opened(office)
    rename(citizen, "海の番人")
    await clerk.press("出してよい", act="release")
    assert "もう決まったか、本人が変えました" in clerk.words
    assert facts(office, citizen).name_verdict is None


@pytest.mark.parametrize("name", ["市 役 所 の人", "ＯＦＦＩＣＩＡＬ bot", "死　ね"])
async def test_a_name_with_a_word_of_the_list_waits_for_nobody_however_it_is_spelt(office: Office, name: str) -> None:
    citizen = named(office, name)
    assert "使えない言葉が入っています" in citizen.words()
    assert facts(office, citizen).name_verdict is NameVerdict.WORDS
    assert facts(office, citizen).board_name != name


async def test_a_refusal_without_a_reason_is_not_taken(office: Office) -> None:
    citizen = named(office, "川の番人")
    clerk = await opened(office)
    await clerk.press("断る", act="refuse", reason="released")
    assert "断るわけを選んでください" in clerk.words
    assert facts(office, citizen).name_asked_at is not None


def test_names_are_listed_oldest_first_a_page_at_a_time(office: Office) -> None:
    for number in range(3):
        named(office, f"番人{number}")
        office.town.now += timedelta(minutes=1)
    first = office.do(lambda c: people.list_waiting_names(c, 2))
    last = (first[-1].asked_at, first[-1].person_id)
    rest = office.do(lambda c: people.list_waiting_names(c, 2, last))
    assert [one.name for one in (*first, *rest)] == ["番人0", "番人1", "番人2"]


async def test_the_same_name_typed_again_changes_nothing_of_what_was_decided(office: Office) -> None:
    citizen = named(office, "川の番人")
    await (await opened(office)).press("出してよい", act="release")
    rename(citizen, "川の番人")
    assert "名前はそのままです" in citizen.words()
    assert facts(office, citizen).board_name == "川の番人"
    assert facts(office, citizen).awaiting is None
