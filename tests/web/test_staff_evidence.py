"""Staff look at photos: accepted ones bring points, refused ones take the report back, and all go in their time."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.web.staff.records import ACT_WORDS
from handlers import erasing, merging
from scheduler import upkeep
from scheduler.slots import SlotRun
from storage import audit, evidence, ledger, recount
from storage.clock import Clock
from storage.evidence import EVIDENCE, EvidenceState
from storage.facts import Programme, StaffRole
from storage.slots import SlotState, StoredSlot
from tests.handlers.occasions import person_of
from tests.town import Town
from tests.web.evidence_office import (
    CLEANUP,
    link,
    picture,
    pictures,
    points,
    reported,
    send,
    sent,
    shown_link,
    waiting,
)
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def is_sound(office: Office) -> bool:
    """Whether all sums are those of the ledger."""
    return not office.do(lambda c: recount.compare(c, office.town.programme.periods))


async def decide(office: Office, **form: str) -> Clerk:
    clerk = await hired(office)
    await clerk.open(f"/staff/evidence/{waiting(office)[0]}")
    await clerk.send(str(clerk.shown.url.path), **form)
    return clerk


def dearer(programme: Programme) -> Programme:
    """A next version in which everything that is confirmed brings more."""
    actions = [replace(one, confirmed_points=(one.confirmed_points or 0) + 100) for one in programme.actions]
    return replace(programme, actions=tuple(actions), version=7)


async def test_an_accepted_photo_brings_the_confirmed_points_once_and_no_more(office: Office) -> None:
    citizen = await sent(office)
    assert points(office) == (0, 20)
    clerk = await decide(office, act="accept")
    assert "確かめました" in clerk.words
    assert points(office) == (50, 0)
    assert is_sound(office)
    citizen.press("points")
    assert "写真を確かめました（1月20日(木)：ごみ拾い・まち美化）：50ポイント" in citizen.words()
    assert "確認済み 50・自己申告 0" in citizen.words()
    citizen.press("r:cleanup:2022-01-20:1")
    assert "もう記録してあります" in citizen.words()  # the cap holds
    row = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (row.act, row.subject, row.detail) == ("evidence.accepted", "evidence:1", "")


async def test_looking_at_a_photo_is_in_the_records_and_a_photo_that_is_gone_is_not(office: Office) -> None:
    await sent(office)
    clerk = await hired(office)
    await clerk.open("/staff/evidence/99/picture")
    assert office.do(lambda c: audit.list_newest(c, 1))[0].act != "evidence.look"
    await clerk.open("/staff/evidence/1/picture")
    row = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (row.act, row.subject, row.detail) == ("evidence.look", "evidence:1", "")
    assert row.actor == clerk.name
    assert {f"evidence.{state}" for state in ("look", "accepted", "again", "refused")} <= ACT_WORDS.keys()


async def test_the_points_are_those_promised_and_name_the_version_of_the_promise(office: Office) -> None:
    await sent(office)
    office.town.programme = dearer(office.town.programme)
    await decide(office, act="accept")
    assert points(office) == (50, 0)
    entries = office.do(lambda c: c.execute(select(ledger.LEDGER.c.kind, ledger.LEDGER.c.rule_version)).all())
    assert ("confirmation", 1) in [tuple(one) for one in entries]


async def test_a_learning_that_earns_nothing_on_ones_word_earns_its_points_by_a_photo(office: Office) -> None:
    await sent(office, "r:eco_exam:2022-01-20:1")
    assert points(office) == (0, 0)
    await decide(office, act="accept")
    assert points(office) == (200, 0)
    assert is_sound(office)


async def test_a_refused_photo_takes_the_report_back_and_it_may_be_made_again(office: Office) -> None:
    citizen = await sent(office)
    await decide(office, act="refuse", reason="other_act")
    assert points(office) == (0, 0)
    assert is_sound(office)
    citizen.press("points")
    assert "記録を取り消しました" in citizen.words()
    assert "この行動の写真だと分かりませんでした" in citizen.words()
    citizen.press(CLEANUP)
    assert points(office) == (0, 20)


async def test_a_photo_that_cannot_be_judged_leaves_the_report_and_another_may_be_sent(office: Office) -> None:
    citizen = await sent(office)
    entry = office.do(lambda c: evidence.find(c, 1)).entry_id
    await decide(office, act="refuse", reason="unclear")
    assert points(office) == (0, 20)
    citizen.press(f"proof:{entry}")
    assert (await send(office, shown_link(citizen))).status_code == 200
    await decide_again(office)
    assert points(office) == (50, 0)


async def decide_again(office: Office) -> None:
    clerk = await hired(office, "鈴木 二郎")
    await clerk.open(f"/staff/evidence/{waiting(office)[0]}")
    await clerk.send(str(clerk.shown.url.path), act="accept")


async def test_the_second_of_two_who_decide_is_told(office: Office) -> None:
    await sent(office)
    first, second = await hired(office), await hired(office, "鈴木 二郎")
    for clerk in (first, second):
        await clerk.open("/staff/evidence/1")
    await first.send("/staff/evidence/1", act="accept")
    await second.send("/staff/evidence/1", act="refuse", reason="not_own")
    assert "ほかの職員がもう決めました" in second.words
    assert points(office) == (50, 0)


async def test_of_two_photos_and_of_two_decisions_at_the_same_moment_one_counts(office: Office) -> None:
    path = link(reported(office))
    answers = await asyncio.gather(send(office, path), send(office, path))
    assert sorted(one.status_code for one in answers) == [200, 404]
    assert pictures(office) == 1
    clerks = [await hired(office), await hired(office, "鈴木 二郎")]
    for clerk in clerks:
        await clerk.open("/staff/evidence/1")
    pages = await asyncio.gather(*(clerk.send("/staff/evidence/1", act="accept") for clerk in clerks))
    assert sorted(page.status_code for page in pages) == [200, 409]
    assert (points(office), is_sound(office)) == ((50, 0), True)


@pytest.mark.parametrize("form", [{"act": "refuse"}, {"act": "refuse", "reason": "x"}, {"act": "maybe"}])
async def test_a_form_that_does_not_say_what_to_do_does_nothing(office: Office, form: dict[str, str]) -> None:
    await sent(office)
    clerk = await decide(office, **form)
    assert clerk.shown.status_code == 409
    assert len(waiting(office)) == 1


async def test_a_photo_is_stored_without_where_it_was_taken_and_shown_to_nobody_without_the_right(
    office: Office,
) -> None:
    assert b"secret place" in picture()
    await sent(office)
    kept = office.do(lambda c: evidence.find_picture(c, 1))
    assert b"secret place" not in kept
    async with office.at_the_desk("見る 人", StaffRole.VIEWER) as viewer:
        assert (await viewer.get("/staff/evidence/1/picture")).status_code == 403
    async with office.at_the_desk() as editor:
        shown = await editor.get("/staff/evidence/1/picture")
    assert (shown.content, shown.headers["cache-control"]) == (kept, "no-store")


async def test_taking_a_report_back_forgets_its_photo_and_a_confirmed_one_gives_all_back(office: Office) -> None:
    citizen = await sent(office)
    citizen.press("undo")
    citizen.tap("取り消す")
    assert (pictures(office), waiting(office), points(office)) == (0, [], (0, 0))
    citizen.press("r:cleanup:2022-01-19:1")
    citizen.press("l:cleanup:2022-01-19:1")
    assert (await send(office, link(citizen))).status_code == 200
    await decide(office, act="accept")
    citizen.press("undo")
    citizen.tap("取り消す")
    assert points(office) == (0, 0)
    assert is_sound(office)


async def test_who_leaves_takes_the_photo_along_and_nothing_of_it_stays(office: Office) -> None:
    citizen = await sent(office)
    person = person_of(office.town, citizen)
    found = office.do(lambda c: evidence.collect(c, person))
    assert (found[0]["action"], str(found[0]["picture"])[:4]) == ("cleanup", "/9j/")
    office.do(lambda c: erasing.erase_person(c, person, office.town.house.keyed_hash, office.town.now))
    assert office.do(lambda c: c.execute(select(func.count()).select_from(EVIDENCE)).scalar()) == 0
    assert pictures(office) == 0
    assert points(office) == (0, 20)


@pytest.mark.parametrize(("confirmed_joined_first", "merged"), [(True, (50, 0)), (False, (0, 20))])
async def test_a_merge_offsets_a_confirmed_double_whole_and_parting_brings_all_of_it_back(
    office: Office, confirmed_joined_first: bool, merged: tuple[int, int]
) -> None:
    if confirmed_joined_first:
        await sent(office)
        office.town.pass_minutes(1)
    other = person_of(office.town, reported(office))
    office.town.pass_minutes(1)
    if not confirmed_joined_first:
        await sent(office)
    await decide(office, act="accept")
    confirmed = office.do(lambda c: evidence.find(c, 1)).person_id
    done = office.do(lambda c: merging.merge(c, office.town.programme, confirmed, other, office.town.now))
    assert (points(office), is_sound(office)) == (merged, True)
    office.do(lambda c: merging.unmerge(c, office.town.programme, done.merge_id, office.town.now))
    assert (points(office), is_sound(office)) == ((50, 20), True)


def test_a_picture_goes_thirty_days_after_the_decision_and_an_undecided_one_after_sixty(
    office: Office, tmp_path: Path
) -> None:
    now, day = office.town.now, timedelta(days=1)
    for number, state in ((1, EvidenceState.ACCEPTED), (2, EvidenceState.WAITING)):
        values = {"person_id": 5, "action": "cleanup", "acted_on": now.date(), "points": 50, "rule_version": 1}
        values |= {"token_hash": f"t{number}", "token_until": now + day, "language": "ja", "asked_at": now}
        office.do(partial(evidence.ask, entry_id=number, **values))
        office.do(partial(evidence.take, token_hash=f"t{number}", body=b"x", real_now=now, now=now))
        if state is EvidenceState.ACCEPTED:
            office.do(partial(evidence.decide, evidence_id=1, state=state, reason="", now=now))
    tidy(office, now + 29 * day, tmp_path)
    assert pictures(office) == 2
    tidy(office, now + 30 * day, tmp_path)
    assert pictures(office) == 1
    tidy(office, now + 60 * day, tmp_path)
    assert pictures(office) == 0
    assert office.do(lambda c: evidence.list_told(c, 5, now, 9))[0].state is EvidenceState.EXPIRED


def tidy(office: Office, now: datetime, folder: Path) -> None:
    """Do what the job does that keeps the house clean."""
    ours = {"owner": "me", "attempts": 1, "leased_until": None, "started_at": now, "ended_at": None, "detail": ""}
    slot = StoredSlot(job="upkeep", due_at=now, state=SlotState.CLAIMED, **ours)
    upkeep.run(SlotRun(office.town.database, Clock(source=lambda: now), slot), folder / "erased.txt")
