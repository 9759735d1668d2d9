"""A report is confirmed by a photo: by a one-time link and never by the chat, looked at by staff, and told to its person."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from sqlalchemy import func, select
from starlette.applications import Starlette

from bot.web import evidence as pages_of_evidence
from bot.web.evidence import EvidenceParts
from bot.web.headers import SecurityHeaders
from bot.web.pages import Pages
from handlers import erasing, merging
from handlers.rules.evidence import is_drawn
from handlers.texts import Texts
from scheduler import upkeep
from scheduler.slots import SlotRun
from storage import audit, evidence, ledger, recount, totals
from storage.clock import Clock
from storage.evidence import EVIDENCE, PICTURES, EvidenceState
from storage.facts import Programme, StaffRole
from storage.slots import SlotState, StoredSlot
from tests.factories import some_limits
from tests.handlers.occasions import person_of
from tests.town import Citizen, Town
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import LANGUAGES, Office

CLEANUP = "r:cleanup:2022-01-20:1"
SIZE = (640, 480)


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def browser(office: Office) -> httpx.AsyncClient:
    """A browser of anybody at the page that takes photos."""
    town, pages = office.town, Pages(Texts(LANGUAGES, "pages"), lambda: office.town.programme)
    clock, keyed_hash = town.house.clock, town.house.keyed_hash
    parts = EvidenceParts(town.database, clock, lambda: town.programme, keyed_hash, pages, Texts(LANGUAGES))
    app = SecurityHeaders(Starlette(routes=pages_of_evidence.routes(parts)), https=False)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")


def picture(kind: str = "JPEG", size: tuple[int, int] = SIZE) -> bytes:
    out = BytesIO()
    place = Image.Exif()
    place[0x010E] = "secret place"
    Image.new("RGB", size, (40, 120, 60)).save(out, kind, exif=place)
    return out.getvalue()


def reported(office: Office, data: str = CLEANUP) -> Citizen:
    citizen = office.town.citizen()
    citizen.press(data)
    return citizen


def link(citizen: Citizen) -> str:
    """Press the button of the receipt; gives the path of the page for the photo."""
    citizen.tap("写真で確かめてもらう")
    return shown_link(citizen)


def shown_link(citizen: Citizen) -> str:
    address = next(choice.url for choice in citizen.buttons() if "/evidence/" in choice.url)
    return address.removeprefix("https://sandbox.test")


async def send(office: Office, path: str, data: bytes | None = None, name: str = "p.jpg") -> httpx.Response:
    async with browser(office) as phone:
        return await phone.post(path, files={"photo": (name, picture() if data is None else data)})


async def sent(office: Office, data: str = CLEANUP) -> Citizen:
    """Somebody whose photo waits."""
    citizen = reported(office, data)
    assert (await send(office, link(citizen))).status_code == 200
    return citizen


def waiting(office: Office) -> list[int]:
    return [one.id for one in office.do(lambda c: evidence.list_waiting(c, 99))]


def pictures(office: Office) -> int:
    return int(office.do(lambda c: c.execute(select(func.count()).select_from(PICTURES)).scalar()))


def points(office: Office) -> tuple[int, int]:
    """The city's points, as (confirmed, on one's word)."""
    found = office.do(lambda c: totals.find_totals(c, office.town.programme, office.town.now))
    return found.points_confirmed, found.points_self_reported


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


@pytest.mark.parametrize("form", [{"act": "refuse"}, {"act": "refuse", "reason": "x"}, {"act": "maybe"}])
async def test_a_form_that_does_not_say_what_to_do_does_nothing(office: Office, form: dict[str, str]) -> None:
    await sent(office)
    clerk = await decide(office, **form)
    assert clerk.shown.status_code == 409
    assert len(waiting(office)) == 1


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


BAD = {
    "nothing": (b"", "写真を選んでください"),
    "heic": (b"\0\0\0\x18ftypheic" + bytes(99), "HEIC"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "写真として読めません"),
    "words": (b"not a picture", "写真として読めません"),
    "cut off": (picture()[:700], "写真として読めません"),
    "bomb": (picture("PNG", (9_000, 9_000)), "大きすぎます"),
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
    citizen.tap("Have a photo checked")
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


def test_the_lot_falls_on_its_share_and_always_alike() -> None:
    drawn = [is_drawn("seed", number, 30) for number in range(2_000)]
    assert 500 < sum(drawn) < 700
    assert drawn == [is_drawn("seed", number, 30) for number in range(2_000)]
    assert drawn != [is_drawn("other", number, 30) for number in range(2_000)]


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


async def test_a_confirmed_report_keeps_its_points_through_a_merge_and_back(office: Office) -> None:
    await sent(office)
    await decide(office, act="accept")
    first = office.do(lambda c: evidence.find(c, 1)).person_id
    second = person_of(office.town, reported(office))
    merged = office.do(lambda c: merging.merge(c, office.town.programme, first, second, office.town.now))
    assert sum(points(office)) in (20, 50)  # one of the two doubles stays, whole
    assert is_sound(office)
    office.do(lambda c: merging.unmerge(c, office.town.programme, merged.merge_id, office.town.now))
    assert points(office) == (50, 20)
    assert is_sound(office)


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
