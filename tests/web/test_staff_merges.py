"""Staff make one person of two over HTTP: both codes typed, the doubles shown first, parted again with a reason."""

from datetime import timedelta

import pytest

from handlers.rules import person_codes
from storage import accounts, audit, ledger, merges
from storage.facts import ChannelName, StaffRole
from tests.handlers.occasions import differences, person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office, text_of

TODAY = "2022-01-20"


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def two(office: Office) -> tuple[Citizen, Citizen]:
    """Bring two phones of one person, each with the same report of today."""
    one = office.town.citizen()
    office.town.pass_minutes(1)
    other = office.town.citizen()
    for phone in (one, other):
        phone.press(f"r:my_bottle:{TODAY}:1")
    return one, other


async def approver(office: Office, person_id: int) -> Clerk:
    clerk = await hired(office, "承認 者", StaffRole.APPROVER)
    await clerk.open(f"/staff/people/{person_id}/merge")
    return clerk


def points(office: Office, person_id: int) -> int:
    return sum(one.self_reported for one in office.do(lambda c: ledger.list_tallies(c, person_id)))


async def merged(office: Office, one: Citizen, other: Citizen) -> tuple[Clerk, int, int]:
    kept, joined = person_of(office.town, one), person_of(office.town, other)
    clerk = await approver(office, kept)
    await clerk.press("確かめる…", one=person_codes.write(kept), other=person_codes.write(joined).lower())
    await clerk.press("1人にまとめる", confirmed="yes")
    return clerk, kept, joined


async def test_what_is_offset_is_shown_before_and_nothing_is_done_until_confirmed(office: Office) -> None:
    one, other = two(office)
    kept, joined = person_of(office.town, one), person_of(office.town, other)
    clerk = await approver(office, joined)
    await clerk.press("確かめる…", one=person_codes.write(joined), other=person_codes.write(kept))
    assert "マイボトルを使う" in clerk.words
    assert "-5 ポイント" in clerk.words.replace("-5ポイント", "-5 ポイント")
    assert person_of(office.town, other) == joined
    await clerk.press("1人にまとめる", confirmed="yes")
    assert clerk.shown.url.path == f"/staff/people/{kept}"
    assert "1人にまとめました" in clerk.words
    assert (person_of(office.town, other), points(office, kept)) == (kept, 5)
    row = next(one for one in office.do(lambda c: audit.list_newest(c, 5)) if one.act == "person.merge")
    assert (row.actor, row.subject, row.detail) == ("承認 者", f"person:{kept}", "merge:1")
    assert not differences(office.town)


async def test_two_are_parted_again_with_a_reason(office: Office) -> None:
    clerk, kept, joined = await merged(office, *two(office))
    await clerk.open(f"/staff/people/{kept}/merge")
    assert person_codes.write(joined) in clerk.words
    refused = await clerk.press("もとの2人にもどす", reason="other_person", one="ちがう")
    assert (refused.status_code, "1つめのコードが違います" in clerk.words) == (409, True)
    await clerk.press("もとの2人にもどす", reason="other_person", one=person_codes.write(kept))
    assert "もとの2人にもどしました" in clerk.words
    assert (points(office, kept), points(office, joined)) == (5, 5)
    row = next(one for one in office.do(lambda c: audit.list_newest(c, 5)) if one.act == "person.unmerge")
    assert row.detail == "merge:1 other_person"
    assert not differences(office.town)


async def test_the_second_of_two_who_part_them_is_told(office: Office) -> None:
    clerk, kept, _ = await merged(office, *two(office))
    await clerk.open(f"/staff/people/{kept}/merge")
    fields = {"merge": "1", "reason": "mistake", "one": person_codes.write(kept)}
    address = f"/staff/people/{kept}/unmerge"
    await clerk.send(address, **fields)
    await clerk.open(f"/staff/people/{kept}/merge")
    assert (await clerk.send(address, **fields)).status_code == 409
    assert "もうもどしてあります" in clerk.words


@pytest.mark.parametrize(
    ("which", "said"), [("other", "見つかりません"), ("one", "1つめのコードが違います"), ("same", "同じ人のもの")]
)
async def test_a_code_that_does_not_fit_is_said_and_what_was_typed_is_kept(
    office: Office, which: str, said: str
) -> None:
    one, other = two(office)
    kept, joined = (person_codes.write(person_of(office.town, phone)) for phone in (one, other))
    typed = {"one": kept, "other": joined} | ({"other": kept} if which == "same" else {which: "NNN"})
    clerk = await approver(office, person_of(office.town, one))
    assert (await clerk.press("確かめる…", **typed)).status_code == 409
    assert said in clerk.words
    assert typed["other"] in clerk.shown.text
    assert office.do(lambda c: merges.find_newest(c, person_of(office.town, one))) is None


async def test_a_merge_asks_for_the_password_anew_after_some_minutes(office: Office) -> None:
    one, other = two(office)
    kept, joined = person_of(office.town, one), person_of(office.town, other)
    clerk = await approver(office, kept)
    office.town.now += timedelta(minutes=20)
    typed = {"one": person_codes.write(kept), "other": person_codes.write(joined)}
    await clerk.press("確かめる…", **typed)
    assert "パスワード" in clerk.words
    await clerk.press("確かめる", password=PASSWORD)
    await clerk.press("続ける")
    assert "2人の記録を1人にまとめます" in clerk.words


async def test_the_old_code_leads_to_who_they_are_now(office: Office) -> None:
    clerk, kept, joined = await merged(office, *two(office))
    await clerk.open("/staff/people")
    await clerk.press("さがす", sought=person_codes.write(joined))
    assert clerk.shown.url.path == f"/staff/people/{kept}"
    assert (await clerk.open(f"/staff/people/{joined}")).status_code == 404


async def test_a_code_of_the_desk_takes_the_record_to_a_new_phone(office: Office) -> None:
    lost, new = two(office)
    kept = person_of(office.town, lost)
    clerk = await hired(office, "窓口 係")
    await clerk.open(f"/staff/people/{kept}/merge")
    assert "2人の記録を1人にまとめる" not in clerk.words
    await clerk.press("引き継ぎのコードを出す")
    code = text_of(clerk.shown).split("引き継ぎのコード")[-1].split()[0]
    new.text(code)
    assert "前に使っていたアプリは記録から外れ" in new.words()
    new.tap("はい")
    assert person_of(office.town, new) == kept
    account = office.do(lambda c: accounts.find(c, ChannelName.LINE, "bot", lost.key))
    assert account.person_id is None
    assert [one.act for one in office.do(lambda c: audit.list_newest(c, 9))].count("person.handover") == 1
