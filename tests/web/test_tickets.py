"""A person's ticket: codes for oneself and one's companions, in one's language; kind words where there is none."""

import re
from datetime import timedelta

import httpx
import pytest

from bot import signed
from bot.web.staff.scans import PURPOSE
from handlers import arranging, seating
from storage.facts import PartFacts
from tests.town import Town
from tests.web.staff_desk import SECRET, START, Office, text_of


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def token_of(office: Office, part: PartFacts, person_id: int) -> str:
    return signed.sign(SECRET, "ticket", f"{part.id}-{person_id}", office.town.now + signed.LINK_LIFE)


async def show(office: Office, token: str, query: str = "", **headers: str) -> httpx.Response:
    async with office.browser(**headers) as browser:
        return await browser.get(f"/ticket/{token}{query}")


async def test_everybody_of_a_party_has_a_code_and_digits_of_their_own(office: Office) -> None:
    event = office.add_event()
    part, host = event.parts[0], office.citizen(event)
    child = office.companion(event, host, "小さな人", is_child=True)
    answer = await show(office, token_of(office, part, host))
    assert answer.status_code == 200
    assert len(set(re.findall(r'<svg[^>]*class="qr"[^>]*>.*?</svg>', answer.text))) == 2
    for person_id in (host, child):
        assert f'"figure">{office.digits(part, person_id)}<' in answer.text
    assert "小さな人 （子ども）" in text_of(answer)
    assert "1月26日(水) 午後2時から4時まで" in text_of(answer)


async def test_the_page_is_kept_nowhere_and_found_by_no_search(office: Office) -> None:
    event = office.add_event()
    headers = (await show(office, token_of(office, event.parts[0], office.citizen(event)))).headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["x-robots-tag"] == "noindex"


async def test_the_language_is_that_of_the_persons_chat_unless_another_is_asked_for(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    english, japanese = office.citizen(event, "en"), office.citizen(event, "ja")
    accepts = {"accept-language": "ja"}
    assert "Entry code" in text_of(await show(office, token_of(office, part, english), **accepts))
    assert "入場コード" in text_of(await show(office, token_of(office, part, japanese), **{"accept-language": "en"}))
    asked = await show(office, token_of(office, part, japanese), "?lang=en")
    assert "Wed 26 Jan, 2:00 pm to 4:00 pm" in text_of(asked)


async def test_a_link_that_is_old_or_not_ours_is_told_so_kindly(office: Office) -> None:
    event = office.add_event()
    part, host = event.parts[0], office.citizen(event)
    token = token_of(office, part, host)
    office.at(office.town.now + timedelta(hours=1, seconds=1))
    for wrong in (token, "x", office.qr(part, host), signed.sign(b"other", "ticket", f"{part.id}-{host}", START)):
        answer = await show(office, wrong)
        assert answer.status_code == 404
        assert "このリンクは使えません" in text_of(answer)
        assert "<svg" not in answer.text


async def test_who_cancelled_waits_or_whose_part_was_called_off_sees_no_code(office: Office) -> None:
    event = office.add_event(capacity=1)
    part, host = event.parts[0], office.citizen(event)
    waiting = office.citizen(event)
    assert "いまは席がありません" in text_of(await show(office, token_of(office, part, waiting)))
    office.do(lambda c: seating.cancel(c, event.id, host, now=office.town.now))
    assert "いまは席がありません" in text_of(await show(office, token_of(office, part, host)))
    assert '"qr"' in (await show(office, token_of(office, part, waiting))).text  # the freed seat is theirs
    office.do(lambda c: arranging.cancel_event(c, event.id, by="staff", now=office.town.now))
    assert '"qr"' not in (await show(office, token_of(office, part, waiting))).text


async def test_a_code_is_about_one_person_at_one_part_and_ends_a_day_after_it(office: Office) -> None:
    event = office.add_event()
    part = event.parts[0]
    code = office.qr(part, 7)
    assert signed.verify(SECRET, PURPOSE, code, START + timedelta(hours=26)) == f"{part.id}-7"
    assert signed.verify(SECRET, PURPOSE, code, START + timedelta(hours=26, seconds=1)) is None


async def test_while_a_date_is_open_a_code_lasts_a_day(office: Office) -> None:
    part = office.add_event().parts[0]
    from dataclasses import replace

    code = office.qr(replace(part, starts_at=None, ends_at=None), 7)
    assert signed.verify(SECRET, PURPOSE, code, office.town.now + timedelta(hours=24)) is not None
    assert signed.verify(SECRET, PURPOSE, code, office.town.now + timedelta(hours=25)) is None
