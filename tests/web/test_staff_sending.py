"""Two people and a broadcast over HTTP: submit, approve or return, the typed-back count, hold, pause, resume, stop."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from handlers import arranging, broadcasting
from handlers.broadcasting import BroadcastRefusedError
from handlers.rules import broadcasts as rules
from scheduler.broadcasts import advance
from storage import accounts, approvers, audit, broadcasts, marks
from storage.facts import Audience, AudienceCount, BroadcastKind, BroadcastState, ChannelName, StaffRole
from storage.marks import MarkName
from storage.outbox import OUTBOX, OutboxKind
from tests.rules.broadcast_facts import content
from tests.town import Town
from tests.web.staff_broadcasts import AUTHOR, EN, armed, draft, stored
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office

S = BroadcastState
APPROVER = "承認 太郎"


@pytest.fixture
def office(town: Town) -> Office:
    opened = Office(town)
    opened.town.citizen()
    return opened


async def author(office: Office) -> Clerk:
    return await hired(office, AUTHOR)


async def approver(office: Office) -> Clerk:
    return await hired(office, APPROVER, StaffRole.APPROVER)


async def submitted(office: Office, **changes: object) -> int:
    """Have the author submit a broadcast; gives its number."""
    number, one = draft(office, **changes), await author(office)
    await one.open(f"/staff/broadcasts/{number}/check")
    await one.press("申請する")
    assert "申請しました" in one.words
    return number


async def approved(office: Office, **changes: object) -> tuple[int, Clerk]:
    number, second = await submitted(office, **changes), await approver(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("承認する")
    assert "承認しました" in second.words
    return number, second


def phone_of_the_office(office: Office) -> int:
    """Register a phone whose language is English; gives its account."""
    key, now = office.town.citizen("en").key, office.town.now
    phone = office.do(lambda c: accounts.find(c, ChannelName.LINE, "bot", key))
    office.do(lambda c: approvers.add_device(c, phone.id, "窓口", now))
    return int(phone.id)


def pushes(office: Office) -> list[tuple[int, bytes]]:
    """List what is pushed, as (account, body)."""
    rows = office.do(lambda c: c.execute(select(OUTBOX).where(OUTBOX.c.kind == OutboxKind.ALERT)).all())
    return [(row.account_id, bytes(row.body)) for row in rows]


def state(office: Office, number: int) -> BroadcastState:
    return stored(office, number).state


async def test_two_people_lead_a_broadcast_to_where_it_begins_by_itself(office: Office) -> None:
    number, second = await approved(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("配信待ちにする", typed="1")
    assert "時間になると、自動で始まります" in second.words
    assert state(office, number) is S.ARMED
    acts = [row for row in office.do(lambda c: audit.list_newest(c, 20)) if row.act.startswith("broadcast.")]
    assert [(row.act, row.actor) for row in acts] == [
        ("broadcast.arm", APPROVER),
        ("broadcast.approve", APPROVER),
        ("broadcast.submit", AUTHOR),
        ("broadcast.draft", AUTHOR),
    ]


async def test_nobody_is_offered_nor_granted_the_approval_of_what_they_wrote(office: Office) -> None:
    second = await approver(office)
    number = draft(office, by=APPROVER)
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("申請する")
    await second.open(f"/staff/broadcasts/{number}/check")
    assert "自分が書いた配信は、承認できません" in second.words
    seen = stored(office, number).content_hash
    answer = await second.send(f"/staff/broadcasts/{number}/approval", act="approve", seen=seen)
    assert answer.status_code == 409
    assert "ほかの人に頼んでください" in second.words
    assert state(office, number) is S.SUBMITTED


async def test_what_has_a_fault_is_not_offered_to_be_submitted_and_not_taken(office: Office) -> None:
    number = draft(office, texts={"ja": '[{"kind": "Text", "text": "1月29日(日)です。", "choices": []}]'})
    one = await author(office)
    await one.open(f"/staff/broadcasts/{number}/check")
    assert "× の付いたところを直すと、申請できます" in one.words
    seen = rules.content_hash(stored(office, number).content)
    answer = await one.send(f"/staff/broadcasts/{number}/acts", act="submit", seen=seen)
    assert answer.status_code == 409
    assert "「1月29日(日)」曜日が違うか、ない日です" in one.words
    assert state(office, number) is S.DRAFT


async def test_what_another_changed_after_one_looked_is_neither_submitted_nor_approved(office: Office) -> None:
    number, one = draft(office), await author(office)
    await one.open(f"/staff/broadcasts/{number}/check")
    said = replace(stored(office, number).content, title="別の名前")
    office.do(lambda c: broadcasting.edit(c, number, said, by="別の 人", now=office.town.now))
    answer = await one.press("申請する")
    assert answer.status_code == 409
    assert "ほかの人が先に変えました" in one.words
    assert state(office, number) is S.DRAFT


async def test_a_return_tells_its_authors_what_to_change_until_it_is_submitted_again(office: Office) -> None:
    number, second = await submitted(office), await approver(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("返す", comment="<b>集合時刻</b>を\n書いてください。")
    assert "書いた人に返しました" in second.words
    assert state(office, number) is S.DRAFT
    assert "直してほしいこと" in second.words
    assert "&lt;b&gt;集合時刻&lt;/b&gt;" in second.shown.text
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("申請する")
    assert "集合時刻" not in second.words
    assert stored(office, number).returned_why == ""


async def test_a_return_without_a_word_is_not_done(office: Office) -> None:
    number, second = await submitted(office), await approver(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    assert (await second.press("返す", comment=" ")).status_code == 409
    assert state(office, number) is S.SUBMITTED


@pytest.mark.parametrize("typed", ["", "2", "一", "1.0", "-1"])
async def test_a_count_that_is_not_the_one_foreseen_arms_nothing(office: Office, typed: str) -> None:
    number, second = await approved(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    assert (await second.press("配信待ちにする", typed=typed)).status_code == 409
    assert "いま1件" in second.words
    assert state(office, number) is S.APPROVED


async def test_a_count_that_grew_since_it_was_read_is_to_be_read_again(office: Office) -> None:
    number, second = await approved(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    office.town.citizen()
    assert (await second.press("配信待ちにする", typed="1")).status_code == 409
    assert "いま2件" in second.words
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("配信待ちにする", typed="2")
    assert state(office, number) is S.ARMED


async def test_the_month_is_asked_of_line_once_more_before_anything_is_armed(office: Office) -> None:
    number, second = await approved(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    office.line_says = 0
    assert (await second.press("配信待ちにする", typed="1")).status_code == 409
    assert "LINEの今月の通数が足りません" in second.words
    assert state(office, number) is S.APPROVED


async def test_an_audience_of_nobody_is_never_armed(office: Office) -> None:
    number, second = await submitted(office, audience=Audience(wards=("nowhere",))), await approver(office)
    await second.open(f"/staff/broadcasts/{number}/check")
    await second.press("承認する")
    await second.open(f"/staff/broadcasts/{number}/check")
    assert "配信待ちにできません" in second.words
    assert (await second.send(f"/staff/broadcasts/{number}/sending", act="arm", typed="0")).status_code == 409
    assert "だれにも届きません" in second.words
    assert state(office, number) is S.APPROVED


@pytest.mark.parametrize(("where", "button"), [("check", "承認する"), ("check", "配信待ちにする")])
async def test_what_lets_a_broadcast_go_out_asks_for_the_password_again(
    office: Office, where: str, button: str
) -> None:
    if button == "承認する":
        number, second = await submitted(office), await approver(office)
    else:
        number, second = await approved(office)
    before = state(office, number)
    await second.open(f"/staff/broadcasts/{number}/{where}")
    office.at(office.town.now + timedelta(minutes=10))
    await second.press(button, typed="1")
    assert "もう一度、パスワードを確かめます" in second.words
    assert state(office, number) is before
    await second.press("確かめる", password=PASSWORD)
    await second.press("続ける")
    assert state(office, number) is not before


async def test_pause_resume_and_stop_act_on_what_is_being_sent(office: Office) -> None:
    number, one = armed(office), await hired(office, "止める 人")
    change = {"began_at": office.town.now}
    office.do(lambda c: broadcasts.change_state(c, number, (S.ARMED,), S.SENDING, **change))
    await one.open(f"/staff/broadcasts/{number}")
    await one.press("一時停止する")
    assert state(office, number) is S.PAUSED
    assert "止まっています。 理由：職員の操作" in one.words
    await one.press("再開する")
    assert state(office, number) is S.SENDING
    office.at(office.town.now + timedelta(minutes=10))  # what stops asks for no password, however long ago it was typed
    await one.press("一時停止する")
    assert state(office, number) is S.PAUSED
    await one.press("中止する")
    assert state(office, number) is S.STOPPED
    assert "まだの人には送りません" in one.words
    assert (await one.send(f"/staff/broadcasts/{number}/acts", act="pause")).status_code == 409


async def test_what_was_armed_before_a_restore_is_offered_to_be_armed_again(office: Office) -> None:
    number, one = armed(office), await author(office)
    office.do(lambda c: marks.put(c, MarkName.GENERATION, "second"))
    await one.open(f"/staff/broadcasts/{number}")
    await one.press("復元のあと、もう一度配信待ちにする")
    assert stored(office, number).generation == "second"
    assert "もう一度配信待ちにする" not in one.words


async def test_an_act_that_is_not_of_this_address_is_not_found(office: Office) -> None:
    number, one = draft(office), await author(office)
    await one.open(f"/staff/broadcasts/{number}")
    assert (await one.send(f"/staff/broadcasts/{number}/acts", act="arm", typed="1")).status_code == 404


def foreseen_many(office: Office, number: int, told: int = rules.LARGE) -> None:
    """Arm an approved broadcast as if it told many."""
    forecast = office.sender.foresee(number)
    many = replace(forecast, counts=(AudienceCount(channel=ChannelName.LINE, joined=told),), line_messages=told)
    now = office.town.now
    office.do(lambda c: broadcasting.arm(c, number, many, by=AUTHOR, now=now, real_now=now))


async def test_a_large_broadcast_waits_five_minutes_in_which_it_can_be_stopped(office: Office) -> None:
    number, second = await approved(office, send_at=office.town.now)
    house = replace(office.town.house, generation="first")
    foreseen_many(office, number)
    await second.open(f"/staff/broadcasts/{number}")
    assert "人数が多いので" in second.words
    for minutes, expected in ((4.9, S.ARMED), (0.2, S.SENDING)):
        office.at(office.town.now + timedelta(minutes=minutes))
        office.do(lambda c: advance(c, house, number))
        assert state(office, number) is expected


@pytest.mark.parametrize(
    ("told", "changes", "is_held"),
    [
        (rules.LARGE, {}, True),
        (rules.LARGE - 1, {}, False),
        (0, {"audience": Audience(by_line_itself=True)}, True),
        (rules.LARGE, {"kind": BroadcastKind.CORRECTION}, False),
        (rules.LARGE, {"kind": BroadcastKind.WEEKLY}, False),
    ],
)
def test_only_a_large_notice_is_held(told: int, changes: dict[str, object], is_held: bool) -> None:
    said = content(**changes)
    until = rules.held_until(said, told, said.send_at)
    assert until == (said.send_at + timedelta(minutes=5) if is_held else None)


async def test_an_event_that_moves_takes_its_announcement_back_to_a_draft_and_the_page_says_what_to_do(
    office: Office,
) -> None:
    event = office.add_event()
    number = armed(office, event_id=event.id, event_stated=rules.stated(event))
    starts = event.parts[0].starts_at
    assert starts is not None
    moved = (starts + timedelta(days=1), starts + timedelta(days=1, hours=2))
    office.do(lambda c: arranging.move(c, event.parts[0].id, *moved, by="x", now=office.town.now))
    with pytest.raises(BroadcastRefusedError):
        foreseen_many(office, number)
    one = await author(office)
    await one.open(f"/staff/broadcasts/{number}/check")
    assert "作りなおしてください" in one.words


async def test_a_rehearsal_reaches_the_phones_of_the_office_and_nobody_else(office: Office) -> None:
    number, one = draft(office), await author(office)
    await one.open(f"/staff/broadcasts/{number}")
    await one.press("職場の端末だけに、ためしに送る")
    assert "職場の端末が、まだありません" in one.words
    phone = phone_of_the_office(office)
    await one.open(f"/staff/broadcasts/{number}")
    await one.press("職場の端末だけに、ためしに送る")
    assert "市民には送っていません" in one.words
    ((account, body),) = pushes(office)
    assert account == phone
    assert b"Clean-up on Sat 29 Jan." in body
    assert state(office, number) is S.DRAFT
    assert "broadcast.rehearse" in {row.act for row in office.do(lambda c: audit.list_newest(c, 9))}


async def test_what_has_no_text_for_a_phone_of_the_office_is_not_rehearsed(office: Office) -> None:
    number, one = draft(office, texts={"fr": EN}), await author(office)
    phone_of_the_office(office)
    answer = await one.send(f"/staff/broadcasts/{number}/acts", act="rehearse")
    assert answer.status_code == 409
    assert pushes(office) == []
