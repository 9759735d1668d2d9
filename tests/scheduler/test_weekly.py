"""Monday: one message a week under a standing order, to those who asked, on one account each, within the quota."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.channels.line.channel import Line
from handlers import messages, ordering
from handlers.broadcasting import BroadcastRefusedError
from handlers.ordering import OrderRefusedError
from handlers.rules import weekly as rule
from handlers.rules.broadcasts import NotDone
from handlers.texts import format_number
from scheduler import weekly
from scheduler.weekly import NotArmedError
from storage import approvers, boards, donations, marks, people, quotas, slots
from storage import standing_orders as orders
from storage.approvers import SecretWord
from storage.audit import AUDIT
from storage.broadcasts import BROADCASTS
from storage.facts import (
    BroadcastKind,
    BroadcastState,
    GivenSum,
    OrderTerms,
    Shortage,
)
from storage.marks import MarkName
from storage.outbox import OUTBOX, OutboxKind
from storage.slots import SlotState
from tests.handlers.test_ranking import person, resident
from tests.handlers.test_standing import account
from tests.scheduler.bureau import LINE, MONDAY, NEWS, TELEGRAM, WEEK, Bureau, look_at
from tests.town import Town


@pytest.fixture
def bureau(town: Town) -> Bureau:
    return Bureau(town)


def test_without_a_standing_order_nothing_goes_out(bureau: Bureau) -> None:
    bureau.asking()
    bureau.tick()
    assert bureau.broadcasts() == []
    assert bureau.posts() == []
    assert bureau.state()[0] is SlotState.DONE


def test_monday_fixes_what_bodies_were_given_up_to_sunday_where_five_gave(bureau: Bureau) -> None:
    for person_id, body in ((1, "river"), (2, "river"), (3, "river"), (4, "river"), (5, "river"), (6, "park")):
        row = {"local_body": body, "points": 10, "year": 2021, "given_at": bureau.town.now}
        bureau.write(lambda c, row=row, number=person_id: donations.add(c, person_id=number, **row))
    bureau.write(lambda c: donations.add(c, person_id=7, local_body="river", points=10, year=2021, given_at=MONDAY))
    bureau.order()
    bureau.tick()
    assert bureau.read(lambda c: list(donations.list_shown(c))) == [
        GivenSum(local_body="river", year=2021, week=WEEK, points=50, persons=5)
    ]


def test_a_proposal_alone_sends_nothing(bureau: Bureau) -> None:
    bureau.asking()
    terms = OrderTerms(ceiling=10, posts=True)
    bureau.write(lambda c: ordering.propose(c, terms, by="First", now=bureau.town.now))
    bureau.tick()
    assert bureau.broadcasts() == []


def test_one_armed_broadcast_is_made_a_week_under_both_names_and_no_second_one(bureau: Bureau) -> None:
    citizen = bureau.asking()
    bureau.order()
    for minutes in range(3):
        bureau.tick(MONDAY + timedelta(minutes=minutes))
    (made,) = bureau.broadcasts()
    assert (made.state, made.content.kind) == (BroadcastState.ARMED, BroadcastKind.WEEKLY)
    assert (made.authors, made.approved_by) == (("First",), "Second")
    assert (made.content.send_at, made.content.not_after) == (MONDAY, MONDAY.replace(hour=21, minute=0))
    assert [one.person_id for one in bureau.told(made)] == [person(citizen).id]
    assert len(bureau.posts()) == 1
    bureau.tick(MONDAY + timedelta(days=7))
    assert [one.content.send_at for one in bureau.broadcasts()] == [MONDAY + timedelta(days=7), MONDAY]


def test_a_try_that_died_after_its_work_is_not_done_twice(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order()
    bureau.tick()
    bureau.write(lambda c: c.execute(slots.SLOTS.delete()))
    bureau.tick(MONDAY + timedelta(minutes=5))
    assert bureau.state()[0] is SlotState.DONE
    assert len(bureau.broadcasts()) == len(bureau.posts()) == 1


def test_two_processes_at_once_make_one_message(bureau: Bureau) -> None:
    bureau.asking()
    number = bureau.order()
    bureau.town.now = MONDAY
    order = bureau.read(orders.find_in_force)
    assert order.id == number
    found = bureau.read(lambda c: weekly.weekly.find(c, bureau.town.programme, MONDAY))
    monday = bureau.read(lambda c: weekly._prepare(c, order, found, bureau.means, MONDAY))

    def go_out(_: int) -> BaseException | None:
        return bureau.database.write(lambda c: weekly._go_out(c, order, monday, found, bureau.means)).exception()

    with ThreadPoolExecutor(4) as threads:
        failures = [failure for failure in threads.map(go_out, range(4)) if failure]
    assert {type(failure).__name__ for failure in failures} <= {"ConflictError"}
    assert len(bureau.broadcasts()) == len(bureau.posts()) == 1


def test_only_those_who_asked_and_still_want_it_are_told(bureau: Bureau) -> None:
    bureau.town.citizen()
    stopped, paused, asked = bureau.asking(), bureau.asking(), bureau.asking()
    stopped.press("monday:no")
    paused.press("pause")
    bureau.order()
    bureau.tick()
    assert [one.person_id for one in bureau.told(bureau.broadcasts()[0])] == [person(asked).id]


def test_a_person_is_told_on_one_account_telegram_unless_they_said_otherwise(bureau: Bureau) -> None:
    bureau.asking(telegram=True)
    other = bureau.asking(telegram=True)
    other.press("prefer:line")
    bureau.asking()
    bureau.order()
    bureau.tick()
    told = bureau.told(bureau.broadcasts()[0])
    assert sorted(one.channel for one in told) == [LINE, LINE, TELEGRAM]
    assert account(bureau.town, other).id in {one.id for one in told}
    assert bureau.push().line_messages == 2


def test_the_message_holds_board_and_totals_and_fits_one_message_of_line(bureau: Bureau) -> None:
    for number in range(5):
        resident(bureau.town, "moji", 0, 1).press("enlist" if number < 3 else "menu")
    bureau.asking()
    bureau.order()
    bureau.tick()
    (made,) = bureau.broadcasts()
    assert set(made.content.texts) == set(bureau.town.programme.city.languages)
    assert not made.content.has_tracked_links
    line = Line(bot_id="bot", channel_secret="s", access_token="t")
    wards = {"ja": "1位 門司区：100%", "en": "1. Moji: 100%", "vi": "Hạng 1 Moji: 100%"}
    for language, said in made.content.texts.items():
        (card,) = messages.load(said)
        assert any(wards.get(language, "100%") in line for line in card.lines)
        assert any(format_number(60_000, language) in line for line in card.lines)
        assert [choice.data for choice in card.buttons] == ["place", "top", "report"]
        (body,) = line.render([card])
        assert len(json.loads(body)["messages"]) == 1


def test_the_button_my_place_is_answered_in_the_free_reply(bureau: Bureau) -> None:
    citizen = bureau.asking()
    bureau.order()
    bureau.tick()
    citizen.press("place")
    assert "さんの順位" in citizen.words()
    ways = bureau.read(
        lambda c: set(c.execute(select(OUTBOX.c.way).where(OUTBOX.c.kind == OutboxKind.ANSWER)).scalars())
    )
    assert ways - {"menu"} == {"reply"}  # a menu that is shown is no message


def test_the_public_post_names_nobody(bureau: Bureau) -> None:
    named = bureau.asking()
    named.press("enlist")
    named.press("r:my_bottle:2022-01-20:1")
    bureau.order()
    bureau.tick()
    (post,) = bureau.posts()
    assert (post.to_key, post.channel, post.account_id) == (NEWS, TELEGRAM, None)
    shown = person(named).board_name
    (made,) = bureau.broadcasts()
    assert shown in made.content.texts["ja"]
    assert shown not in post.body.decode()
    assert "reply_markup" not in post.body.decode()


def test_an_order_may_leave_the_channel_out(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order(posts=False)
    bureau.tick()
    assert bureau.posts() == []
    assert len(bureau.broadcasts()) == 1


def test_when_only_the_reserve_is_left_monday_is_a_menu_entry_and_a_post_and_staff_are_told(bureau: Bureau) -> None:
    on_line, on_telegram = bureau.asking(), bureau.asking(telegram=True)
    bureau.order()
    bureau.write(lambda c: quotas.put(c, LINE, 5_000, 4_000, MONDAY))
    bureau.tick()
    (made,) = bureau.broadcasts()
    assert [(one.person_id, one.channel) for one in bureau.told(made)] == [(person(on_telegram).id, TELEGRAM)]
    assert (bureau.push().shortage, bureau.push().line_messages) == (Shortage.RESERVE, 0)
    assert len(bureau.posts()) == 1
    assert bureau.alerts() == ["2022-01-17 reserve"]
    on_line.press("menu")
    on_line.tap("今週のまとめ")
    assert "市の合計" in on_line.words()


def test_staff_are_told_that_it_is_over_once_a_monday_goes_out_whole(bureau: Bureau) -> None:
    citizen = bureau.asking()
    bureau.order()
    bureau.write(lambda c: quotas.put(c, LINE, 5_000, 4_000, MONDAY))
    bureau.tick()
    assert bureau.alerts()
    assert bureau.broadcasts() == []  # nobody is on Telegram
    bureau.write(lambda c: quotas.put(c, LINE, 5_000, 0, MONDAY))
    bureau.tick(MONDAY + timedelta(days=7))
    assert bureau.alerts() == []
    assert len(bureau.broadcasts()) == 1
    citizen.press("menu")
    assert "今週のまとめ" not in [choice.label for choice in citizen.buttons()]


def test_who_prefers_line_is_not_told_on_telegram_when_line_is_left_out(bureau: Bureau) -> None:
    bureau.asking(telegram=True).press("prefer:line")
    bureau.order()
    bureau.write(lambda c: quotas.put(c, LINE, 5_000, 4_000, MONDAY))
    bureau.tick()
    assert bureau.broadcasts() == []


def test_the_orders_ceiling_holds_over_the_month_and_not_over_the_next(bureau: Bureau) -> None:
    bureau.town.now = MONDAY - timedelta(days=15)
    for _ in range(2):
        bureau.asking()
    bureau.order(ceiling=3)
    bureau.tick(MONDAY - timedelta(days=14))
    bureau.tick(MONDAY - timedelta(days=7))
    first, second = bureau.push(WEEK - timedelta(days=14)), bureau.push(WEEK - timedelta(days=7))
    assert (first.shortage, first.line_messages) == (None, 2)
    assert (second.shortage, second.line_messages) == (Shortage.CEILING, 0)
    bureau.write(lambda c: quotas.put(c, LINE, 5_000, 0, MONDAY + timedelta(days=14)))
    bureau.tick(MONDAY + timedelta(days=14))
    assert bureau.push(WEEK + timedelta(days=14)).shortage is None


def test_a_quota_that_nobody_told_us_is_not_spent(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order()
    bureau.write(lambda c: c.execute(quotas.QUOTAS.delete()))
    bureau.tick()
    assert bureau.push().shortage is Shortage.UNKNOWN


def test_nobody_approves_their_own_order_and_no_other_terms_than_they_saw(bureau: Bureau) -> None:
    terms, word = OrderTerms(ceiling=10, posts=True), SecretWord.make("word")
    bureau.write(lambda c: approvers.put(c, "First", word, bureau.town.now, is_deputy=False))
    number = bureau.write(lambda c: ordering.propose(c, terms, by="First", now=bureau.town.now))
    seen = rule.terms_hash(terms)
    for by, of, why in (
        ("First", seen, NotDone.OWN),
        (" first", seen, NotDone.OWN),
        ("Nobody", seen, NotDone.NOT_APPROVER),
        ("Second", rule.terms_hash(OrderTerms(ceiling=99, posts=True)), NotDone.CHANGED),
    ):
        with pytest.raises(OrderRefusedError, match=str(why)):
            bureau.write(lambda c, by=by, of=of: ordering.approve(c, number, of, by=by, now=bureau.town.now))
    assert bureau.read(orders.find_in_force) is None
    acts = bureau.read(lambda c: list(c.execute(select(AUDIT.c.actor, AUDIT.c.act)).all()))
    assert acts == [("First", "order.propose")]


def test_a_new_order_ends_the_one_before_and_an_ended_one_sends_nothing(bureau: Bureau) -> None:
    bureau.asking()
    old, new = bureau.order(), bureau.order(ceiling=7)
    assert [one.id for one in bureau.read(orders.list_open)] == [new]
    with pytest.raises(OrderRefusedError):
        bureau.write(lambda c: ordering.end(c, old, by="First", now=bureau.town.now))
    bureau.write(lambda c: ordering.end(c, new, by="First", now=bureau.town.now))
    bureau.tick()
    assert bureau.broadcasts() == []


def test_an_order_whose_approver_may_approve_no_more_sends_nothing_and_the_slot_fails(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order()
    bureau.write(lambda c: approvers.end(c, "Second", bureau.town.now))
    for minutes in (0, 3, 6):
        bureau.tick(MONDAY + timedelta(minutes=minutes))
    assert bureau.state() == (SlotState.FAILED, BroadcastRefusedError.__name__)
    assert (bureau.broadcasts(), bureau.posts(), bureau.push()) == ([], [], None)


def test_a_restored_database_sends_nothing_before_it_is_armed(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order()
    bureau.write(lambda c: marks.put(c, MarkName.GENERATION, "another"))
    bureau.tick()
    assert bureau.state() == (SlotState.CLAIMED, NotArmedError.__name__)
    assert bureau.push() is None
    bureau.write(lambda c: marks.put(c, MarkName.GENERATION, ""))
    bureau.tick(MONDAY + timedelta(minutes=3))
    assert bureau.push() is not None


def test_the_week_is_closed_on_monday_night_and_what_comes_later_changes_no_board(bureau: Bureau) -> None:
    town = bureau.town
    for _ in range(5):
        resident(town, "moji", 0, 1)
    late = resident(town, "moji", 0)
    town.now = MONDAY.replace(hour=0, minute=11)
    look_at(bureau.database, bureau.means, "boards")
    before = bureau.read(lambda c: boards.find_wards(c, WEEK))
    assert [(one.persons, one.active) for one in before if one.code == "moji"] == [(6, 5)]
    late.press("l:my_bag:2022-01-23:1")
    bureau.write(lambda c: people.change(c, person(late).id, ward="tobata"))
    bureau.order()
    bureau.tick()
    assert bureau.read(lambda c: boards.find_wards(c, WEEK)) == before


def test_a_monday_that_was_missed_by_half_a_day_is_left_out(bureau: Bureau) -> None:
    bureau.asking()
    bureau.order()
    bureau.tick(MONDAY - timedelta(days=7))
    bureau.tick(MONDAY + timedelta(hours=12, minutes=1))
    assert bureau.state() == (SlotState.MISSED, "")
    assert bureau.read(lambda c: c.execute(select(func.count()).select_from(BROADCASTS)).scalar()) == 1
