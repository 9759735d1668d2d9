"""An administrator erases a person over HTTP: the code is typed back, the same goes as on leaving, totals stay."""

from datetime import timedelta

import pytest

from handlers.rules import person_codes
from storage import accounts, audit, inbox, people, registrations
from storage.facts import ChannelName, StaffRole
from tests.handlers.occasions import differences, person_of
from tests.storage.rows import an_event
from tests.town import Citizen, Town
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office

ADMINISTRATOR = StaffRole.ADMINISTRATOR


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def reporter(office: Office) -> tuple[Citizen, int]:
    citizen = office.town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    return citizen, person_of(office.town, citizen)


async def asked(office: Office, person_id: int) -> Clerk:
    """Let an administrator open the page that asks."""
    clerk = await hired(office, "管理 者", ADMINISTRATOR)
    await clerk.open(f"/staff/people/{person_id}/erasure")
    return clerk


async def test_who_is_erased_is_gone_as_if_they_had_left_and_the_totals_stay(office: Office) -> None:
    citizen, person_id = reporter(office)
    event = office.add_event()
    citizen.press(f"reg:{event.id}")
    clerk = await asked(office, person_id)
    assert "もとにはもどせません" in clerk.words
    await clerk.press("消す", typed=person_codes.write(person_id).lower())
    assert "の人を消しました" in clerk.words
    assert office.do(lambda c: people.find(c, person_id)) is None
    assert office.do(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)) is None
    assert office.do(lambda c: registrations.list_of_person(c, person_id)) == []
    assert office.event(event.id).parts[0].taken == 0
    assert len(office.do(people.list_unwritten_erasures)) == 1
    assert not differences(office.town)
    row = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (row.actor, row.act, row.subject, row.detail) == ("管理 者", "person.erase", f"person:{person_id}", "")
    assert (await clerk.open(f"/staff/people/{person_id}")).status_code == 404


async def test_who_writes_again_afterwards_is_new(office: Office) -> None:
    citizen, person_id = reporter(office)
    clerk = await asked(office, person_id)
    await clerk.press("消す", typed=person_codes.write(person_id))
    citizen.press("points")
    assert "さんのポイント" not in citizen.words()


async def test_what_they_had_written_and_nobody_had_handled_is_not_handled(office: Office) -> None:
    citizen, person_id = reporter(office)
    event = an_event(key=citizen.key)
    office.do(lambda c: inbox.store_all(c, [(ChannelName.LINE, [event], office.town.now)]))
    assert len(office.do(inbox.list_waiting_accounts)) == 1
    clerk = await asked(office, person_id)
    await clerk.press("消す", typed=person_codes.write(person_id))
    assert office.do(inbox.list_waiting_accounts) == []


@pytest.mark.parametrize("typed", ["", "はい", person_codes.write(1)])
async def test_nobody_is_erased_by_another_code(office: Office, typed: str) -> None:
    _, person_id = reporter(office)
    clerk = await asked(office, person_id)
    assert (await clerk.press("消す", typed=typed)).status_code == 409
    assert "参加者コードが違います" in clerk.words
    assert office.do(lambda c: people.find(c, person_id)) is not None


async def test_the_password_is_asked_again_before_anybody_is_erased(office: Office) -> None:
    _, person_id = reporter(office)
    clerk = await asked(office, person_id)
    office.at(office.town.now + timedelta(minutes=6))
    await clerk.press("消す", typed=person_codes.write(person_id))
    assert office.do(lambda c: people.find(c, person_id)) is not None
    await clerk.press("確かめる", password=PASSWORD)
    await clerk.press("続ける")
    assert office.do(lambda c: people.find(c, person_id)) is None


async def test_pressed_twice_it_says_that_nobody_is_there(office: Office) -> None:
    _, person_id = reporter(office)
    clerk = await asked(office, person_id)
    page = clerk.page
    await clerk.press("消す", typed=person_codes.write(person_id))
    clerk.page = page
    assert (await clerk.press("消す", typed=person_codes.write(person_id))).status_code == 404


async def test_only_an_administrator_is_offered_it(office: Office) -> None:
    _, person_id = reporter(office)
    for role in (StaffRole.EDITOR, StaffRole.APPROVER, ADMINISTRATOR):
        clerk = await hired(office, f"職員 {role}", role)
        await clerk.open(f"/staff/people/{person_id}")
        assert ("この人を消す" in clerk.words) is (role is ADMINISTRATOR)
