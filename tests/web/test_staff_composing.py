"""Writing broadcasts in the console: languages side by side, bad input, two staff at once, announcements of events."""

import html
import re
from datetime import UTC, datetime, timedelta

import pytest

from bot.web.staff.sending import drafts
from handlers import arranging, messages
from handlers.messages import Card, Choice, Picture, Text
from handlers.rules.broadcasts import stated
from storage import broadcasts
from storage.facts import Audience, BroadcastKind, BroadcastState, ChannelName, EventRelation
from tests.town import Town
from tests.web.staff_broadcasts import JA, armed, draft, stored
from tests.web.staff_clerks import PASSWORD, Clerk, hired
from tests.web.staff_desk import Office

S = BroadcastState
SAVE = "下書きを保存する"
WRITTEN = {
    "title": "川の清掃",
    "headline.ja": "清掃のお知らせ",
    "body.ja": "1月29日(土)に清掃をします。\r\n軍手を持ってきてください。",
    "label1.ja": "くわしく見る",
    "target1.ja": "https://city.test/clean",
    "body.en": "Clean-up on Sat 29 Jan.",
    "send_at": "2022-01-24T10:00",
    "not_after": "2022-01-25T10:00",
    "opens_hour": "9",
    "closes_hour": "18",
    "capped": "yes",
    "hold_out_percent": "0",
}


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


def fields(one: Clerk) -> dict[str, str]:
    """Read the form that is shown, as a browser would send it again."""
    form = one.shown.text.partition('class="compose"')[2]
    found = dict(re.findall(r'<input(?![^>]*type="checkbox")[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form))
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>([^<]*)</textarea>', form))
    found |= dict.fromkeys(re.findall(r'name="([^"]+)" value="yes" checked', form), "yes")
    for name, options in re.findall(r'<select name="([^"]+)">(.*?)</select>', form):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return {html.unescape(name): html.unescape(value) for name, value in found.items() if name != "form_token"}


async def test_what_is_written_in_two_languages_is_kept_as_both_say_it(office: Office) -> None:
    one, ward = await hired(office), office.town.programme.wards[0].code
    await one.open("/staff/broadcasts/new")
    await one.press(SAVE, **WRITTEN, **{"channel.line": "yes", f"ward.{ward}": "yes", "friends": "yes"})
    assert "下書きを保存しました" in one.words
    kept = stored(office, 1)
    lines = ("1月29日(土)に清掃をします。", "軍手を持ってきてください。")
    button = Choice("くわしく見る", url="https://city.test/clean")
    assert messages.load(kept.content.texts["ja"]) == (Card("清掃のお知らせ", lines, (button,)),)
    assert messages.load(kept.content.texts["en"]) == (Text("Clean-up on Sat 29 Jan."),)
    assert kept.content.audience == Audience(channels=(ChannelName.LINE,), wards=(ward,), friends=True)
    assert (kept.content.opens_hour, kept.content.closes_hour, kept.content.is_capped) == (9, 18, True)
    assert (kept.authors, kept.state) == ((one.name,), BroadcastState.DRAFT)


def test_a_new_broadcast_is_told_at_ten_in_the_morning_wherever_the_machine_stands() -> None:
    evening_in_london = datetime(2022, 1, 25, 20, tzinfo=UTC)  # the 26th in Tokyo
    assert drafts.empty(evening_in_london)["send_at"] == "2022-01-27T10:00"


async def test_a_form_that_is_opened_and_saved_changes_nothing(office: Office) -> None:
    event = office.add_event()
    picture = Picture(url="https://city.test/pictures/a.png", alt="川", width=3, height=2)
    texts = {
        "ja": messages.dump([Card("清掃", ("1行目", "", "3行目"), (Choice("メニュー", "menu"),), picture=picture)])
    }
    whom = Audience(
        channels=(ChannelName.TELEGRAM,),
        languages=("en",),
        event_id=event.id,
        relation=EventRelation.ABSENT,
        active_within_days=30,
    )
    number = draft(office, texts=texts, audience=whom, hold_out_percent=5, event_id=event.id, event_stated="x")
    was, one = stored(office, number).content, await hired(office)
    await one.open(f"/staff/broadcasts/{number}/edit")
    await one.press(SAVE, **fields(one))
    assert "下書きを保存しました" in one.words
    assert stored(office, number).content == was


async def test_a_look_without_saving_shows_both_phones_and_keeps_what_was_typed(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await one.press("保存せずに見た目を見る", act="preview", **WRITTEN)
    assert "見た目（まだ保存していません）" in one.words
    assert one.words.count("Clean-up on Sat 29 Jan.") == 3
    await one.press(SAVE, **fields(one))
    assert messages.load(stored(office, 1).content.texts["en"]) == (Text("Clean-up on Sat 29 Jan."),)
    assert "軍手を持ってきてください。" in stored(office, 1).content.texts["ja"]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"title": " "}, "管理用の名前を"),
        ({"send_at": "あした"}, "日付と時刻の両方で"),
        ({"not_after": "2022-01-24T10:00"}, "「いつから」よりあとに"),
        ({"target1.ja": ""}, "両方を書いてください"),
        ({"target1.ja": "www.city.test"}, "https:// から書いてください"),
        ({"opens_hour": "x"}, "始める時間を、数字で"),
        ({"active_within_days": "900"}, "1日から366日まで"),
    ],
)
async def test_what_does_not_fit_is_said_and_nothing_typed_is_lost(
    office: Office, wrong: dict[str, str], words: str
) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    answer = await one.press(SAVE, **{**WRITTEN, **wrong})
    assert answer.status_code == 409
    assert words in one.words
    assert "軍手を持ってきてください。" in fields(one)["body.ja"]
    assert office.do(lambda c: broadcasts.find(c, 1)) is None


async def test_what_was_written_when_the_session_ended_is_saved_after_signing_in(office: Office) -> None:
    one, ward = await hired(office), office.town.programme.wards[0].code
    await one.open("/staff/broadcasts/new")
    office.at(office.town.now + timedelta(hours=2))
    await one.press(SAVE, **WRITTEN, **{f"ward.{ward}": "yes"})
    assert "書いたものは残っています" in one.words
    await one.press("サインイン", name=one.name, password=PASSWORD, code=one.codes.pop())
    assert "軍手を持ってきてください。" in one.words
    assert "yes" not in one.words
    await one.press("続ける")
    assert "下書きを保存しました" in one.words
    assert stored(office, 1).content.audience.wards == (ward,)


async def test_control_signs_of_a_word_processor_are_left_out(office: Office) -> None:
    one = await hired(office)
    await one.open("/staff/broadcasts/new")
    await one.press(SAVE, **{**WRITTEN, "body.en": "Clean-up\x0bon\tSat\x07 29 Jan.\r\n"})
    assert messages.load(stored(office, 1).content.texts["en"]) == (Text("Clean-up\non Sat 29 Jan."),)


async def test_the_second_of_two_who_edit_is_told_and_loses_nothing(office: Office) -> None:
    number, first, second = draft(office), await hired(office, "先 一"), await hired(office, "後 二")
    for one in (first, second):
        await one.open(f"/staff/broadcasts/{number}/edit")
    mine = {**fields(second), "body.en": "Bring gloves."}
    await first.press(SAVE, **{**fields(first), "body.en": "Bring boots."})
    answer = await second.press(SAVE, **mine)
    assert answer.status_code == 409
    assert "ほかの人が先に変えました" in second.words
    assert "Bring boots." in second.words
    assert fields(second)["body.en"] == "Bring gloves."
    assert "Bring boots." in stored(office, number).content.texts["en"]
    await second.press(SAVE, **fields(second))
    assert "Bring gloves." in stored(office, number).content.texts["en"]


async def test_an_edit_leads_an_armed_broadcast_back_to_a_draft_and_says_so_before(office: Office) -> None:
    office.town.citizen()
    number, one = armed(office), await hired(office, "直す 人")
    await one.open(f"/staff/broadcasts/{number}/edit")
    assert "保存すると下書きに戻ります" in one.words
    await one.press(SAVE, **fields(one))
    assert stored(office, number).state is BroadcastState.DRAFT
    assert "直す 人" in stored(office, number).authors


async def test_what_began_while_somebody_wrote_stays_as_it_is_and_what_they_wrote_is_there(office: Office) -> None:
    office.town.citizen()
    number, one = armed(office), await hired(office)
    await one.open(f"/staff/broadcasts/{number}/edit")
    mine = {**fields(one), "body.en": "Bring gloves."}
    office.do(lambda c: broadcasts.change_state(c, number, (BroadcastState.ARMED,), BroadcastState.SENDING))
    assert (await one.press(SAVE, **mine)).status_code == 409
    assert "いまの状態では、できません" in one.words
    assert fields(one)["body.en"] == "Bring gloves."
    assert "gloves" not in stored(office, number).content.texts["en"]


async def test_an_announcement_comes_from_its_event_and_still_knows_it_after_an_edit(office: Office) -> None:
    event, one = office.add_event(), await hired(office)
    await one.open("/staff/broadcasts/new")
    await one.press("お知らせを作る", event=str(event.id), send_at="2022-01-24T10:00")
    assert "お知らせの下書きを作りました" in one.words
    await one.open("/staff/broadcasts/1/edit")
    await one.press(SAVE, **{**fields(one), "title": "別の名前"})
    kept = stored(office, 1)
    assert kept.content.title == "別の名前"
    assert (kept.content.event_id, kept.content.event_stated) == (event.id, stated(event))
    assert set(kept.content.texts) == set(office.town.programme.city.languages)
    assert kept.content.audience.relation is EventRelation.NOT_REGISTERED
    part = event.parts[0]
    assert part.starts_at is not None
    starts, ends = part.starts_at + timedelta(days=1), part.starts_at + timedelta(days=1, hours=2)
    office.do(lambda c: arranging.move(c, part.id, starts, ends, by="x", now=office.town.now))
    await one.open("/staff/broadcasts/1/check")
    assert "お知らせを作ったあとで、イベントが変わりました" in one.words


async def test_a_correction_is_not_written_over_by_a_form_that_cannot_hold_it(office: Office) -> None:
    number, one = draft(office, kind=BroadcastKind.CORRECTION, texts={"ja": JA}), await hired(office)
    assert (await one.open(f"/staff/broadcasts/{number}/edit")).status_code == 409
    assert "この画面では直せません" in one.words


async def test_a_correction_begins_with_what_was_said_and_goes_to_whom_it_reached(office: Office) -> None:
    office.town.citizen()
    wrong, one = armed(office), await hired(office)
    office.do(lambda c: broadcasts.change_state(c, wrong, (S.ARMED,), S.SENDING, began_at=office.town.now))
    await one.open(f"/staff/broadcasts/{wrong}")
    await one.press("訂正の下書きを作る")
    assert "訂正の下書きを作りました" in one.words
    assert stored(office, wrong).state is S.PAUSED  # nobody more is told what is wrong
    right = int(str(one.shown.url.path).rpartition("/")[2])
    await one.open(f"/staff/broadcasts/{right}/edit")
    assert "前の配信が届いた人だけに送ります" in one.words
    await one.press(SAVE, **{**fields(one), "body.ja": "正しくは1月30日(日)です。"})
    kept = stored(office, right).content
    assert kept.audience == Audience(reached_by=wrong, friends=True)
    heading, said = messages.load(kept.texts["ja"])
    assert isinstance(heading, Text)
    assert "【訂正】" in heading.text
    assert isinstance(said, Card)
    assert (said.title, said.lines) == ("清掃のお知らせ", ("正しくは1月30日(日)です。",))
    assert (kept.kind, kept.corrects_id) == (BroadcastKind.CORRECTION, wrong)


async def test_a_correction_that_is_opened_and_saved_changes_nothing(office: Office) -> None:
    office.town.citizen()
    wrong, one = armed(office), await hired(office)
    office.do(lambda c: broadcasts.change_state(c, wrong, (S.ARMED,), S.FINISHED, began_at=office.town.now))
    await one.open(f"/staff/broadcasts/{wrong}")
    await one.press("訂正の下書きを作る")
    right = int(str(one.shown.url.path).rpartition("/")[2])
    before = stored(office, right).content
    await one.open(f"/staff/broadcasts/{right}/edit")
    await one.press(SAVE, **fields(one))
    assert stored(office, right).content == before


async def test_what_has_not_begun_is_edited_and_not_corrected(office: Office) -> None:
    number, one = draft(office), await hired(office)
    await one.open(f"/staff/broadcasts/{number}")
    assert "訂正の下書きを作る" not in one.words
    answer = await one.send(f"/staff/broadcasts/{number}/corrections")
    assert answer.status_code == 409
    assert office.do(lambda c: broadcasts.find(c, number + 1)) is None
