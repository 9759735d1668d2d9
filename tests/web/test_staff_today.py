"""Today's page: what is due, what waits for a second person, what failed and is tried again, what is left."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from bot.web.staff import today
from handlers import arranging, broadcasting, ordering
from scheduler import jobs
from storage import alerts, approvers, audit, broadcasts, inbox, quotas, slots, standing_orders
from storage.alerts import AlertKind
from storage.approvers import SecretWord
from storage.facts import BroadcastState, ChannelName, EventState, OrderTerms, Shortage, StaffRole, WeeklyPush
from storage.inbox import NewEvent
from storage.slots import SlotState
from tests.handlers.occasions import START
from tests.town import Town
from tests.web.staff_broadcasts import AUTHOR, armed, draft, stored
from tests.web.staff_desk import Office, text_of

HOUR = timedelta(hours=1)


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def first_page(office: Office, role: StaffRole = StaffRole.EDITOR) -> str:
    async with office.at_the_desk("見る 人", role) as browser:
        return text_of(await browser.get("/staff"))


def card(page: str, heading: str, following: str) -> str:
    """Give the words between two headings."""
    return page.partition(heading)[2].partition(following)[0]


async def test_who_joined_follows_only_paused_and_blocked_is_counted_apart(office: Office) -> None:
    town = office.town
    people = [town.citizen() for _ in range(4)]
    for _ in range(2):
        town.citizen(joined=False)
    people[0].press("pause")
    people[1].block()
    page = await first_page(office)
    assert "参加している人 2・友だちだけ 2・お知らせを休んでいる人 1・ブロックした人 1・いなくなった人 0" in page


async def test_the_month_and_the_troubles_are_shown(office: Office) -> None:
    town = office.town
    assert "いま起きている問題" not in await first_page(office)
    now = town.house.clock.real()
    town.database.write(lambda c: quotas.put(c, ChannelName.LINE, 5_000, 1_000, now)).result()
    town.database.write(lambda c: alerts.raise_(c, AlertKind.CHANNEL_HALTED, "line:quota", "", now)).result()
    page = await first_page(office)
    assert "残り 4,000（5,000のうち）。一斉送信に使えるのは 3,000、予備は 1,000" in page
    assert "いま起きている問題" in page
    assert "今月の通数を使い切り" in page


async def test_on_a_day_without_anything_each_part_of_the_page_says_so(office: Office) -> None:
    office.do(lambda c: ordering.propose(c, OrderTerms(ceiling=10, posts=True), by="x", now=office.town.now))
    office.do(lambda c: standing_orders.end(c, 1, "x", office.town.now))
    page = await first_page(office)
    assert "✓ いまはありません" in card(page, "うまくいっていないこと", "ほかの人を待っていること")
    assert "✓ いまはありません" in card(page, "ほかの人を待っていること", "今日すること")
    assert "予定はありません" in card(page, "今日すること", "あしたから6日間")


async def test_parts_stand_under_today_or_the_week_drafts_are_marked_and_what_is_later_is_left_out(
    office: Office,
) -> None:
    office.add_event(code="walk", parts=2, title={"ja": "散歩"})
    office.add_event(code="tea", title={"ja": "お茶"}, state=EventState.DRAFT)
    office.at(START - 2 * HOUR)
    page = await first_page(office)
    due, week = card(page, "今日すること", "あしたから6日間"), card(page, "あしたから6日間", "届く相手と残り")
    assert "散歩 第1回" in due
    assert "散歩 第2回" in week
    assert "お茶 下書き" in due
    office.at(START - timedelta(days=9))
    assert "散歩" not in await first_page(office)


async def test_what_was_called_off_is_not_due(office: Office) -> None:
    event = office.add_event(title={"ja": "散歩"})
    office.at(START - 2 * HOUR)
    office.do(lambda c: arranging.cancel_event(c, event.id, by="x", now=office.town.now))
    assert "散歩" not in card(await first_page(office), "今日すること", "届く相手と残り")


async def test_reminders_are_counted_by_the_day_on_which_they_are_due(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = office.add_event(title={"ja": "散歩"})
    office.at(START - timedelta(days=1, hours=6))
    office.citizen(event)
    page = await first_page(office)
    assert "お知らせ 1件" in card(page, "今日すること", "あしたから6日間")  # the day before
    assert "お知らせ 1件" in card(page, "あしたから6日間", "届く相手と残り")  # the hour before
    assert "件以上" not in page
    monkeypatch.setattr(today, "MOST_NOTICES", 1)
    assert "お知らせ 1件以上" in await first_page(office)


async def test_a_broadcast_stands_where_the_next_hand_is_needed(office: Office) -> None:
    number, now = draft(office), office.town.now
    assert "川の清掃" not in await first_page(office)
    said = stored(office, number).content
    of, seen = broadcasting.rules.content_hash(said), office.sender.gather(said, is_unchecked=True)
    office.do(lambda c: broadcasting.submit(c, number, seen, of, by=AUTHOR, now=now))
    page = await first_page(office)
    assert "川の清掃" in card(page, "承認を待っている配信", "今日すること")
    office.do(lambda c: approvers.put(c, "Second", SecretWord.make("word"), now, is_deputy=False))
    office.do(lambda c: broadcasting.approve(c, number, of, by="Second", now=now))
    page = await first_page(office)
    assert "川の清掃" in card(page, "配信待ちにするのを待っている配信", "今日すること")


async def test_a_broadcast_to_come_and_one_that_is_held_are_due(office: Office) -> None:
    office.town.citizen()
    number = armed(office)
    held: dict[str, Any] = {"held_until": office.town.now + HOUR}
    office.do(lambda c: broadcasts.change(c, number, **held))
    due = card(await first_page(office), "今日すること", "あしたから6日間")
    assert "川の清掃 配信待ち" in due
    assert "まで始まりません" in due
    paused = {"paused_why": "by hand"}
    office.do(lambda c: broadcasts.change_state(c, number, (BroadcastState.ARMED,), BroadcastState.PAUSED, **paused))
    assert "理由：職員の操作" in await first_page(office)


async def test_mondays_message_says_under_whose_names_it_goes_out_or_that_it_does_not(office: Office) -> None:
    assert "月曜日の配信" in await first_page(office)
    assert "送られません" in await first_page(office)
    now, terms = office.town.now, OrderTerms(ceiling=3_000, posts=True)
    number = office.do(lambda c: ordering.propose(c, terms, by=AUTHOR, now=now))
    page = await first_page(office)
    assert f"指示 {number} （LINEは月3,000通まで）：{AUTHOR}さん" in card(
        page, "ほかの人を待っていること", "今日すること"
    )
    office.do(lambda c: standing_orders.approve(c, number, "鈴木 一", now))
    page = await first_page(office)
    assert f"{AUTHOR}さんが申請、鈴木 一さんが承認" in page
    assert "を待っている、月曜日の配信の指示" not in page
    push = WeeklyPush(
        week=now.date(), order_id=number, broadcast_id=None, shortage=Shortage.RESERVE, line_messages=0, made_at=now
    )
    office.do(lambda c: standing_orders.add_push(c, push))
    assert "LINEの残りが予備だけだったため" in await first_page(office)


async def test_a_job_that_was_missed_is_named_in_words_for_a_week(office: Office) -> None:
    now = office.town.now
    office.do(lambda c: slots.add(c, "backup", now - HOUR, SlotState.MISSED, ended_at=now))
    assert "「バックアップ」が、時間どおりに動きませんでした" in await first_page(office)
    office.at(now + timedelta(days=8))
    assert "「バックアップ」" not in await first_page(office)


async def test_questions_and_names_that_wait_are_counted_with_what_is_overdue(office: Office) -> None:
    asked, named = office.town.citizen(), office.town.citizen()
    asked.press("ask")
    asked.text("生ごみの出し方を教えてください")
    named.press("enlist")
    named.press("name")
    named.text("川の守り人")
    page = await first_page(office)
    assert "職員への質問 1件" in page
    assert "確認を待っている名前 1件" in page
    office.town.pass_days(30)
    assert "期限を過ぎたもの 1件" in await first_page(office)


def test_every_job_has_words_for_the_desk() -> None:
    table = jobs.table(Path("erased"), dict, str, print)  # type: ignore[arg-type]
    assert {job.name for job in table} == set(today.JOB_WORDS)


def give_up(office: Office, event_id: str, raw: str = "{}") -> int:
    """Store an event that was given up; gives its number."""
    now = office.town.house.clock.real()
    new = NewEvent(
        bot_id="bot",
        event_id=event_id,
        account_key=f"U{event_id}",
        occurred_at=now,
        raw=raw,
        reply_token=None,
        reply_until=None,
    )

    def unit(connection: Connection) -> int:
        inbox.store_all(connection, [(ChannelName.LINE, [new], now)])
        number = inbox.find_newest(connection)
        inbox.add_attempt(connection, number, "KeyError")
        inbox.mark_failed(connection, number, now)
        return number

    return int(office.do(unit))


def states(office: Office) -> dict[str, int]:
    return dict(office.town.database.read(inbox.count_states).result())


async def test_what_failed_is_shown_to_all_and_tried_again_by_approver_or_administrator(office: Office) -> None:
    number = give_up(office, "one")
    seen = await first_page(office, StaffRole.VIEWER)
    assert f"番号 {number}・KeyError" in seen
    assert "いま起きている問題" not in seen  # the alert of it would say the same again
    assert "もう一度」を押すと" in seen
    assert "全部もう一度" not in seen
    async with office.at_the_desk("承認 人", StaffRole.APPROVER) as browser:
        assert "もう一度" in text_of(await browser.get("/staff"))
        answer = await browser.post("/staff/failures", data={"number": number}, follow_redirects=True)
        assert "もう一度やらせています" in text_of(answer)
        assert states(office) == {"waiting": 1}
        assert (await browser.post("/staff/failures", data={"number": number})).status_code == 409
    newest = office.do(lambda c: audit.list_newest(c, 1))[0]
    assert (newest.actor, newest.act, newest.subject) == ("承認 人", "event.retry", f"inbox:{number}")


async def test_all_that_still_have_a_body_are_tried_again_at_once(office: Office) -> None:
    for name in ("one", "two"):
        give_up(office, name)
    emptied = give_up(office, "three", raw="")
    async with office.at_the_desk("承認 人", StaffRole.APPROVER) as browser:
        assert "もう消えています" in text_of(await browser.get("/staff"))
        assert (await browser.post("/staff/failures", data={"number": emptied})).status_code == 409
        assert (await browser.post("/staff/failures", data={"number": "all"})).status_code == 303
    assert states(office) == {"waiting": 2, "failed": 1}


@pytest.mark.parametrize("number", ["", "x", "9" * 19])
async def test_a_number_that_is_none_is_refused_in_words(office: Office, number: str) -> None:
    async with office.at_the_desk(role=StaffRole.ADMINISTRATOR) as browser:
        answer = await browser.post("/staff/failures", data={"number": number})
    assert answer.status_code == 409
    assert "もう残っていません" in text_of(answer)


async def test_a_volunteer_finds_the_events_on_the_first_page_and_nothing_else(office: Office) -> None:
    office.add_event(title={"ja": "散歩"})
    give_up(office, "one")
    async with office.by_link() as browser:
        first, listed = await browser.get("/staff"), await browser.get("/staff/events")
    assert text_of(first) == text_of(listed)
    assert "散歩" in text_of(first)
    assert "うまくいっていない" not in text_of(first)
