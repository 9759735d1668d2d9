"""Draws at the desk: one sets up, photos are decided first, another draws once, the winners can be taken away."""

from dataclasses import replace

import pytest

from handlers.rules import person_codes
from storage import audit, draws
from storage.facts import DrawState, StaffRole
from tests.handlers.occasions import person_of
from tests.town import Town
from tests.web.evidence_office import sent, waiting
from tests.web.staff_desk import Office, text_of

TERMS = {
    "name": "冬の抽選", "first_on": "2022-01-01", "last_on": "2022-01-31", "kind": "confirmed", "at_least": "１",
    "prizes": "3", "words": "市役所の窓口に来てください。",
}  # fmt: skip
ROOM = "/staff/draws"


@pytest.fixture
def office(town: Town) -> Office:
    town.programme = replace(town.programme, games=replace(town.programme.games, draws=True))
    return Office(town)


def state(office: Office) -> DrawState:
    return office.do(lambda c: draws.find(c, 1)).state


async def test_a_draw_waits_for_photos_and_for_a_second_person_and_is_drawn_once(office: Office) -> None:
    accepted, refused = await sent(office), await sent(office)
    first, second = waiting(office)
    async with office.at_the_desk("作る 人", StaffRole.APPROVER) as maker:
        assert (await maker.post(ROOM, data=TERMS)).status_code == 303
        await maker.post(f"/staff/evidence/{first}", data={"act": "accept"})
    office.town.pass_days(20)
    async with office.at_the_desk("作る 人", StaffRole.APPROVER) as maker:
        assert "自分が作った抽選は" in text_of(await maker.get(f"{ROOM}/1"))
        assert "自分が作った抽選は" in text_of(await maker.post(f"{ROOM}/1/drawing"))
    async with office.at_the_desk("引く 人", StaffRole.ADMINISTRATOR) as other:
        shown = await other.get(f"{ROOM}/1")
        assert "写真が1枚、確認を待っています" in text_of(shown)
        assert 'href="/staff/evidence"' in shown.text
        answer = await other.post(f"{ROOM}/1/drawing")
        assert (answer.status_code, state(office)) == (409, DrawState.PLANNED)
        await other.post(f"/staff/evidence/{second}", data={"act": "refuse", "reason": "other_act"})
        assert (await other.post(f"{ROOM}/1/drawing")).status_code == 303
        assert "もう終わっています" in text_of(await other.post(f"{ROOM}/1/drawing"))
        shown = text_of(await other.get(f"{ROOM}/1"))
        table = (await other.get(f"{ROOM}/1/winners.csv")).text
    codes = [person_codes.write(person_of(office.town, one)) for one in (accepted, refused)]
    assert [(code in shown, code in table) for code in codes] == [(True, True), (False, False)]
    acts = [row.act for row in office.do(lambda c: audit.list_newest(c, 9)) if row.subject == "draw:1"]
    assert acts == ["draw.export", "draw.draw", "draw.freeze", "draw.add"]


async def test_a_draw_is_withdrawn_with_a_reason_only(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.APPROVER) as browser:
        await browser.post(ROOM, data=TERMS)
        assert (await browser.post(f"{ROOM}/1/withdrawal", data={"why": " "})).status_code == 409
        assert (await browser.post(f"{ROOM}/1/withdrawal", data={"why": "景品がない"})).status_code == 303
        assert "（景品がない）" in text_of(await browser.get(f"{ROOM}/1"))
    assert state(office) is DrawState.WITHDRAWN


async def test_terms_that_do_not_fit_come_back_as_typed(office: Office) -> None:
    async with office.at_the_desk(role=StaffRole.APPROVER) as browser:
        answer = await browser.post(ROOM, data={**TERMS, "last_on": "2021-12-31"})
    assert (answer.status_code, 'value="冬の抽選"' in answer.text) == (409, True)
    assert "期間の始まりと終わり" in text_of(answer)
    assert office.do(lambda c: draws.list_newest(c, 9)) == []


async def test_where_the_city_wants_no_draws_there_is_no_page_of_them(office: Office) -> None:
    office.town.programme = replace(office.town.programme, games=replace(office.town.programme.games, draws=False))
    async with office.at_the_desk(role=StaffRole.APPROVER) as browser:
        assert (await browser.get(ROOM)).status_code == 404
        assert (await browser.post(ROOM, data=TERMS)).status_code == 404
        assert ROOM not in (await browser.get("/staff")).text
