"""Staff read the catalogue with its versions and make the next one: a draft, what differs, a reason, a day."""

import re
from typing import Any

import pytest

from handlers import ruling
from storage import audit, catalogue, ledger, programme_file, rule_drafts
from storage.facts import Programme, StaffRole
from storage.programme_file import to_document
from tests.handlers.occasions import person_of
from tests.town import KITAQ, Town, kitaq
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office

BOTTLE = "/staff/catalogue/draft/actions/my_bottle"


@pytest.fixture
def office(town: Town) -> Office:
    opened = Office(town)
    document = {**to_document(kitaq()), "version": 0}
    opened.do(lambda c: catalogue.add_version(c, document, "file kitaq.toml", town.now))
    return opened


def newest(office: Office) -> tuple[int, Programme]:
    number, document = office.do(catalogue.find_newest)
    return number, programme_file.from_document(document)


def texts(office: Office, code: str) -> dict[str, str]:
    """The texts of an action as its form names them."""
    action = office.do(ruling.find_next).action(code)
    names = ("title", "label", "counts_as", "does_not_count")
    return {f"{name}.{tag}": text for name in names for tag, text in getattr(action, name).items()}


async def fill(clerk: Clerk, code: str = "my_bottle", **changes: Any) -> None:
    """Open an action's form, and put it into the draft with some fields changed."""
    action = clerk.office.do(ruling.find_next).action(code)
    numbers = {"points": str(action.points), "times": str(action.cap.times), "per": action.cap.per.value}
    await clerk.open(f"/staff/catalogue/draft/actions/{code}")
    said = {**texts(clerk.office, code), **numbers, "effect": action.effect.value}
    await clerk.press("下書きに入れる", **{**said, **changes})


async def start(clerk: Clerk, why: str = "多すぎるため", starts_on: str = "2022-01-20") -> None:
    await clerk.open("/staff/catalogue/draft")
    await clerk.press("この版を始める…", why=why, starts_on=starts_on)


async def bring(clerk: Clerk, data: bytes) -> None:
    """Send a whole file."""
    token = re.search(r'name="form_token" value="(\w+)"', clerk.shown.text)
    fields = {"form_token": token[1] if token else "", "seen": ""}
    file = {"file": ("city.toml", data, "application/toml")}
    path = "/staff/catalogue/draft/file"
    clerk.page = await clerk.browser.post(path, data=fields, files=file, follow_redirects=True)


async def test_everybody_who_may_look_reads_points_caps_what_counts_and_figures_with_their_source(
    office: Office,
) -> None:
    clerk = await hired(office, role=StaffRole.VIEWER)
    await clerk.open("/staff/catalogue")
    for words in (
        "いまは 第1版 です",
        "マイボトルを使う my_bottle",
        "5ポイント・1日1回まで",
        "数えないもの：",
        "出典 ",
    ):
        assert words in clerk.words, words
    assert "下書きで変える" not in clerk.words


async def test_several_changes_are_seen_together_and_count_from_the_moment_they_are_started(office: Office) -> None:
    citizen, clerk = office.town.citizen(), await hired(office, role=StaffRole.APPROVER)
    citizen.press("r:my_bottle:2022-01-20:1")
    await fill(clerk, points="3")
    await fill(clerk, "my_bag", times="2", **{"counts_as.ja": "袋を断った"})
    for words in (
        "マイボトルを使う：ポイント 5 → 3",
        "マイバッグを使う：上限の回数 1 → 2",
        "マイバッグを使う：数えるもの（日本語）",
    ):
        assert words in clerk.words, words
    assert newest(office)[0] == 1
    await start(clerk)
    number, programme = newest(office)
    bottle, bag = programme.action("my_bottle"), programme.action("my_bag")
    assert (number, bottle and bottle.points, bag and bag.cap.times) == (2, 3, 2)
    assert office.do(rule_drafts.find) is None
    entries = office.do(lambda c: ledger.list_tallies(c, person_of(office.town, citizen)))
    assert [(one.action, one.self_reported) for one in entries] == [("my_bottle", 5)]
    await clerk.open("/staff/catalogue/versions/2")
    assert "佐藤 花子 が作りました。わけ：多すぎるため" in clerk.words
    assert "マイボトルを使う：ポイント 5 → 3" in clerk.words
    acts = [row.act for row in office.do(lambda c: audit.list_newest(c, 3))]
    assert acts == ["rules.begin", "rules.change", "rules.change"]


async def test_a_version_for_a_later_day_begins_as_that_day_does(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await fill(clerk, points="3")
    await start(clerk, starts_on="2022-01-22")
    assert "2022年1月22日(土) の0時に始まります" in clerk.words
    office.town.pass_days(1)
    assert not office.do(lambda c: ruling.begin_due(c, office.town.now))
    assert newest(office)[0] == 1
    office.town.pass_days(1)
    assert office.do(lambda c: ruling.begin_due(c, office.town.now))
    assert newest(office)[0] == 2
    assert not office.do(lambda c: ruling.begin_due(c, office.town.now))


async def test_what_is_changed_after_a_day_was_set_begins_only_when_somebody_sets_one_again(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await fill(clerk, points="3")
    await start(clerk, starts_on="2022-01-22")
    await fill(clerk, points="4")
    office.town.pass_days(3)
    assert not office.do(lambda c: ruling.begin_due(c, office.town.now))
    assert newest(office)[0] == 1


async def test_a_draft_does_not_undo_a_version_that_came_from_elsewhere(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await fill(clerk, points="3")
    await start(clerk, starts_on="2022-01-22")
    office.do(lambda c: catalogue.add_version(c, to_document(kitaq()), "file", office.town.now))
    office.town.pass_days(3)
    assert not office.do(lambda c: ruling.begin_due(c, office.town.now))
    assert newest(office)[0] == 2
    await clerk.sign_in()
    await clerk.open("/staff")
    assert "決めた日に、きまりの新しい版を始められませんでした" in clerk.words
    await clerk.open("/staff/catalogue/draft")
    assert "捨てて、作りなおしてください" in clerk.words
    await clerk.press("この版を始める…", why="いそぐ", starts_on="2022-01-23")
    assert "別の版が始まりました" in clerk.words
    await clerk.open("/staff/catalogue/draft")
    await clerk.press("下書きを捨てる", act="discarded")
    assert "下書きを捨てました" in clerk.words


async def test_the_second_of_two_who_change_the_draft_is_told_and_loses_nothing(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await clerk.open(BOTTLE)
    page = clerk.page
    await fill(clerk, points="3")
    clerk.page = page
    await clerk.send(BOTTLE, seen="", points="4", times="1", per="day", effect="small", **texts(office, "my_bottle"))
    assert "ほかの人が先に下書きを変えました" in clerk.words
    assert 'name="points" min="0" max="10000" required value="4"' in clerk.shown.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"points": "たくさん"}, "ポイントを、10,000までの数で"),
        ({"points": "99999"}, "ポイントを、10,000までの数で"),
        ({"per": "hour"}, "上限の期間と効果を選んでください"),
        ({"title.ja": " "}, "名前（日本語）を、1文字から400文字で"),
    ],
)
async def test_what_does_not_fit_is_told_and_kept_and_no_draft_is_made(
    office: Office, changes: dict[str, str], said: str
) -> None:
    clerk = await hired(office, role=StaffRole.ADMINISTRATOR)
    await fill(clerk, **changes)
    assert said in clerk.words
    assert office.do(rule_drafts.find) is None


async def test_what_the_checks_of_a_file_refuse_cannot_begin(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.ADMINISTRATOR)
    await fill(clerk, points="61")
    assert "must not be more than limits.everyday_points_a_day" in clerk.words
    draft = office.do(rule_drafts.find)
    await clerk.send("/staff/catalogue/draft/start", seen=draft.mark, why="試し", starts_on="2022-01-20")
    assert "先に直してください" in clerk.words
    assert newest(office)[0] == 1


async def test_to_start_a_version_takes_a_reason_and_no_day_that_is_over(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.ADMINISTRATOR)
    await fill(clerk, points="3")
    await start(clerk, why="")
    assert "変えるわけを" in clerk.words
    await start(clerk, starts_on="2022-01-19")
    assert "過ぎた日からは始められません" in clerk.words
    assert newest(office)[0] == 1


async def test_any_two_versions_are_compared(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    for points in ("3", "4"):
        await fill(clerk, points=points)
        await start(clerk)
    await clerk.open("/staff/catalogue/versions/3")
    assert "ポイント 3 → 4" in clerk.words
    await clerk.open("/staff/catalogue/versions/3?against=1")
    assert "第1版とのちがい マイボトルを使う：ポイント 5 → 4" in clerk.words
    assert (await clerk.open("/staff/catalogue/versions/9")).status_code == 404


async def test_nobody_starts_a_draft_that_another_person_put_in_the_place_of_the_one_they_saw(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await fill(clerk, points="3")
    page = clerk.page
    await clerk.press("下書きを捨てる", act="discarded")
    await fill(clerk, points="4")
    clerk.page = page
    await clerk.press("この版を始める…", why="いそぐ", starts_on="2022-01-20")
    assert "ほかの人が先に下書きを変えました" in clerk.words
    assert newest(office)[0] == 1


async def test_a_whole_file_is_brought_as_the_draft_and_shows_what_differs(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    text = KITAQ.read_text(encoding="utf-8").replace("late_days = 3 ", "late_days = 5 ")
    await clerk.open("/staff/catalogue/draft")
    await bring(clerk, text.replace("\n", "\r\n").encode())
    assert "limits.late_days 3 → 5" in clerk.words
    await start(clerk)
    assert newest(office)[1].limits.late_days == 5


async def test_of_a_file_with_mistakes_all_are_told_and_the_draft_stays(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await clerk.open("/staff/catalogue/draft")
    await bring(clerk, b'[city]\nmascot = "a"\n')
    assert "直すところがあります" in clerk.words
    assert "city.name: is missing" in clerk.words
    assert office.do(rule_drafts.find) is None


async def test_a_file_in_another_encoding_is_refused_in_words(office: Office) -> None:
    clerk = await hired(office, role=StaffRole.APPROVER)
    await clerk.open("/staff/catalogue/draft")
    await bring(clerk, "区".encode("cp932"))
    assert "UTF-8" in clerk.words
    assert office.do(rule_drafts.find) is None
