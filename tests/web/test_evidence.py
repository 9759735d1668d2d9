"""A photo comes by a one-time link and never by the chat; what is no photo is refused in clear words."""

from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import select

from handlers.rules.evidence import is_sampled
from storage import audit, evidence, ledger
from storage.evidence import EVIDENCE
from tests.factories import some_limits
from tests.handlers.occasions import person_of
from tests.town import Town
from tests.web.evidence_office import (
    CLEANUP,
    blank,
    browser,
    link,
    picture,
    pictures,
    reported,
    send,
    shown_link,
)
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def test_a_link_works_once_and_an_older_one_no_more(office: Office) -> None:
    citizen = reported(office)
    older = link(citizen)
    entry = office.do(lambda c: evidence.find(c, 1)).entry_id
    citizen.press(f"proof:{entry}")
    newer = shown_link(citizen)
    assert (await send(office, older)).status_code == 404
    assert (await send(office, newer)).status_code == 200
    assert (await send(office, newer)).status_code == 404
    assert pictures(office) == 1
    citizen.press(f"proof:{entry}")
    assert "写真は届いています" in citizen.words()


async def test_a_link_is_over_after_three_days_and_stored_as_a_hash(office: Office) -> None:
    path = link(reported(office))
    row = office.do(lambda c: c.execute(select(EVIDENCE)).one())
    assert path.rpartition("/")[2] not in str(tuple(row))
    office.town.pass_days(3)
    async with browser(office) as phone:
        assert (await phone.get(path)).status_code == 404


BAD = {
    "nothing": (b"", "写真を選んでください"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "写真として読めません"),
    "words": (b"not a picture", "写真として読めません"),
    "cut off": (picture()[:700], "写真として読めません"),
    "bomb": (blank((9_000, 9_000)), "大きすぎます"),
    "too large": (bytes(12_020_000), "大きすぎます"),
}


@pytest.mark.parametrize("case", BAD)
async def test_what_is_no_photo_is_refused_in_clear_words_and_the_link_still_works(office: Office, case: str) -> None:
    data, words = BAD[case]
    path = link(reported(office))
    answer = await send(office, path, data)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert pictures(office) == 0
    assert (await send(office, path)).status_code == 200


async def test_a_link_is_tried_ten_times_at_most(office: Office) -> None:
    path = link(reported(office))
    tried = [(await send(office, path, b"no photo")).status_code for _ in range(11)]
    assert tried == [422] * 10 + [404]
    assert (await send(office, path)).status_code == 404


async def test_a_form_without_its_length_or_of_another_kind_is_refused(office: Office) -> None:
    path = link(reported(office))
    async with browser(office) as phone:
        assert (await phone.post(path, content=iter_of(b"x"))).status_code == 422
        assert (await phone.post(path, data={"photo": "words"})).status_code == 422


async def iter_of(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_the_page_asks_in_the_persons_language_to_cover_what_tells_who_they_are(office: Office) -> None:
    citizen = office.town.citizen("en")
    citizen.press(CLEANUP)
    citizen.tap("Confirm by photo")
    async with browser(office) as phone:
        page = (await phone.get(shown_link(citizen))).text
    assert "number plates" in page
    assert "<script" not in page


def test_a_photo_in_the_chat_is_answered_with_the_way_to_the_link(office: Office) -> None:
    citizen = reported(office)
    citizen.photo()
    assert "受け取らずにいます" in citizen.words()
    assert link(citizen).startswith("/evidence/")


def test_what_a_photo_cannot_confirm_has_no_button(office: Office) -> None:
    citizen = reported(office, "r:my_bottle:2022-01-20:1")
    assert "写真で確かめてもらう" not in [choice.label for choice in citizen.buttons()]
    citizen.press("proof:1")
    assert "写真では確かめられません" in citizen.words()


def test_nobody_gets_a_link_for_anothers_report(office: Office) -> None:
    reported(office)
    entry = office.do(lambda c: c.execute(select(ledger.LEDGER.c.id)).scalar())
    other = office.town.citizen()
    other.press(f"proof:{entry}")
    assert "写真では確かめられません" in other.words()


def test_a_share_of_nothing_asks_only_for_what_earns_nothing_on_ones_word(office: Office) -> None:
    office.town.programme = replace(office.town.programme, limits=some_limits(evidence_share=0))
    assert not [one for one in reported(office).buttons() if "proof" in one.data]
    assert [one for one in reported(office, "r:eco_exam:2022-01-20:1").buttons() if "proof" in one.data]
    seeds = [row for row in office.do(lambda c: audit.list_newest(c, 9)) if row.act == "evidence.seed"]
    assert len(seeds) == 1


def test_a_sample_has_its_share_and_is_always_the_same() -> None:
    drawn = [is_sampled("seed", number, 30) for number in range(2_000)]
    assert 500 < sum(drawn) < 700
    assert drawn == [is_sampled("seed", number, 30) for number in range(2_000)]
    assert drawn != [is_sampled("other", number, 30) for number in range(2_000)]


def test_ten_reports_a_day_may_be_confirmed(office: Office) -> None:
    citizen = reported(office)
    entry = office.do(lambda c: c.execute(select(ledger.LEDGER.c.id)).scalar())
    person = person_of(office.town, citizen)
    for number in range(10):
        values = {"person_id": person, "action": "cleanup", "acted_on": office.town.now.date(), "points": 50}
        values |= {"rule_version": 1, "token_hash": str(number), "token_until": office.town.now, "language": "ja"}
        office.do(partial(evidence.ask, entry_id=900 + number, asked_at=office.town.now, **values))
    citizen.press(f"proof:{entry}")
    assert "1日に10件まで" in citizen.words()
