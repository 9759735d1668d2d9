"""The broadcasts' pages to look at: the list, one broadcast, what is foreseen and found, progress and report."""

import asyncio
import re
from dataclasses import replace

import pytest

from bot.web.staff.sending import counting
from bot.web.staff.sending.counting import Counting
from storage import broadcasts, links, tallies
from storage.facts import Audience, BroadcastState, ChannelName, DeliveryState, StaffRole
from tests.town import Town
from tests.web.staff_broadcasts import JA, armed, draft, stored
from tests.web.staff_clerks import Clerk, hired
from tests.web.staff_desk import Office


@pytest.fixture
def office(town: Town) -> Office:
    return Office(town)


async def looking(office: Office, path: str) -> Clerk:
    """Open a page as somebody who only looks."""
    viewer = await hired(office, "見る 人", StaffRole.VIEWER)
    assert (await viewer.open(path)).status_code == 200
    return viewer


async def test_the_list_shows_each_broadcast_with_its_state_and_goes_on_to_older_ones(office: Office) -> None:
    for number in range(32):
        draft(office, title=f"お知らせ{number}")
    viewer = await looking(office, "/staff/broadcasts")
    assert "お知らせ31 下書き" in viewer.words
    assert "お知らせ1 " not in viewer.words
    older = re.search(r'href="(/staff/broadcasts\?before=\d+)"', viewer.shown.text)
    assert older
    await viewer.open(older[1])
    assert "お知らせ1 " in viewer.words
    assert "お知らせ31" not in viewer.words


async def test_every_language_is_drawn_as_both_platforms_draw_it_with_nothing_of_it_taken_for_markup(
    office: Office,
) -> None:
    viewer = await looking(office, f"/staff/broadcasts/{draft(office)}")
    assert viewer.words.index("日本語") < viewer.words.index("英語")
    assert viewer.shown.text.count("Clean-up on Sat 29 Jan.") == 2
    assert "&lt;b&gt;軍手&lt;/b&gt;" in viewer.shown.text
    assert "<b>軍手" not in viewer.shown.text


async def test_a_broadcast_that_is_not_there_is_not_found(office: Office) -> None:
    viewer = await hired(office, role=StaffRole.VIEWER)
    for path in ("/staff/broadcasts/9", "/staff/broadcasts/9/check"):
        assert (await viewer.open(path)).status_code == 404


async def test_a_check_counts_who_is_reached_and_says_when_that_is_everybody(office: Office) -> None:
    for _ in range(3):
        office.town.citizen()
    viewer = await looking(office, f"/staff/broadcasts/{draft(office, texts={'ja': JA})}/check")
    assert "3 件のアカウントに届きます" in viewer.words
    assert "条件がありません。届く人の全員に送ります。" in viewer.words
    assert "3通" in viewer.words
    assert "見てください： 「英語」この言語の文がありません" in viewer.words


async def test_an_audience_of_nobody_is_said_in_clear_words(office: Office) -> None:
    office.town.citizen()
    number = draft(office, audience=Audience(wards=("kokurakita",)))
    viewer = await looking(office, f"/staff/broadcasts/{number}/check")
    assert "だれにも届きません（0人）" in viewer.words
    assert "全員に送ります" not in viewer.words


async def test_a_wrong_weekday_is_said_to_be_mended(office: Office) -> None:
    number = draft(office, texts={"ja": '[{"kind": "Text", "text": "1月29日(日)です。", "choices": []}]'})
    viewer = await looking(office, f"/staff/broadcasts/{number}/check")
    assert "× 直してください： 「1月29日(日)」曜日が違うか、ない日です" in viewer.words


async def test_the_progress_and_the_report_add_up_by_state_and_platform(office: Office) -> None:
    office.town.citizen()
    number = armed(office, has_tracked_links=True)
    office.do(lambda c: links.keep(c, number, ["https://city.test/"]))
    change = {"began_at": office.town.now, "total": 1_000, "blocks": 7}
    office.do(lambda c: broadcasts.change_state(c, number, (BroadcastState.ARMED,), BroadcastState.SENDING, **change))
    counted = [
        (ChannelName.LINE, DeliveryState.ACCEPTED, "", 600),
        (ChannelName.LINE, DeliveryState.WAITING, "", 350),
        (ChannelName.LINE, DeliveryState.SKIPPED, "weekly cap", 30),
        (ChannelName.TELEGRAM, DeliveryState.UNKNOWN, "", 15),
        (ChannelName.TELEGRAM, DeliveryState.REFUSED, "blocked", 5),
    ]
    office.do(lambda c: tallies.add(c, number, counted, stripe=1))
    viewer = await looking(office, f"/staff/broadcasts/{number}")
    assert "650 / 1,000 件が終わりました" in viewer.words
    assert "受け付けられた 600 0" in viewer.words
    assert "届いたか分からない 0 15" in viewer.words
    assert "LINE・送らなかった：週3回までを超える 30件" in viewer.words
    assert "Telegram・断られた：ブロックした 5件" in viewer.words
    assert "48時間以内のブロック 7" in viewer.words
    assert "押した人：https://city.test/ 0" in viewer.words
    assert "data-live" in viewer.shown.text
    assert "progress.js" in viewer.shown.text


async def test_what_was_done_is_said_only_while_the_broadcast_stands_where_that_led_it(office: Office) -> None:
    office.town.citizen()
    number = armed(office)
    viewer = await looking(office, f"/staff/broadcasts/{number}?done=armed")
    assert "✓ 配信待ちにしました" in viewer.words
    await viewer.open(f"/staff/broadcasts/{number}?done=submitted")
    assert "申請しました" not in viewer.words


async def test_what_is_under_way_is_not_foreseen_anew(office: Office) -> None:
    office.town.citizen()
    number = armed(office)
    viewer = await looking(office, f"/staff/broadcasts/{number}/check")
    assert viewer.shown.url.path == f"/staff/broadcasts/{number}"
    assert "配信待ち" in viewer.words
    assert "自動で始まります" in viewer.words


@pytest.fixture
def large(office: Office, monkeypatch: pytest.MonkeyPatch) -> Office:
    """An office of three citizens, and of a city too large to be counted while somebody waits."""
    monkeypatch.setattr(counting, "LARGE", 0)
    for _ in range(3):
        office.town.citizen()
    return office


async def background() -> None:
    """Wait for what goes on beside the pages."""
    await asyncio.gather(*(asyncio.all_tasks() - {asyncio.current_task()}))


async def test_in_a_large_city_the_first_look_does_not_wait_for_the_count(large: Office) -> None:
    author = await hired(large, "作る 人")
    path = f"/staff/broadcasts/{draft(large, texts={'ja': JA})}/check"
    await author.open(path)
    assert "数えています" in author.words
    assert "申請する" not in author.words  # nobody hands in what they have not seen the size of
    await background()
    await author.open(path)
    assert "3 件のアカウントに届きます" in author.words
    assert "に数えました" in author.words
    assert "申請する" in author.words


async def test_an_older_count_is_shown_with_its_moment_while_it_is_made_again(large: Office) -> None:
    viewer = await looking(large, path := f"/staff/broadcasts/{draft(large, texts={'ja': JA})}/check")
    await background()
    large.town.citizen()
    large.town.pass_minutes(4)
    assert "3 件のアカウントに届きます" in (await viewer.open(path), viewer.words)[1]
    await background()
    assert "3 件のアカウントに届きます" in (await viewer.open(path), viewer.words)[1]
    large.town.pass_minutes(2)
    assert "3 件のアカウントに届きます" in (await viewer.open(path), viewer.words)[1]
    await background()
    assert "4 件のアカウントに届きます" in (await viewer.open(path), viewer.words)[1]


async def test_what_is_armed_reaches_what_was_shown_just_now_and_is_counted_again_later(large: Office) -> None:
    number, counter = draft(large, texts={"ja": JA}), Counting(large.desk, large.sender)
    content = stored(large, number).content
    assert await counter.find(number, content) is None
    await counter.settle()
    large.town.citizen()
    assert sum(one.told for one in await counter.find_sure(number)) == 3
    large.town.pass_minutes(6)
    assert sum(one.told for one in await counter.find_sure(number)) == 4


async def test_a_count_is_void_once_the_broadcast_changes(large: Office) -> None:
    number, counter = draft(large, texts={"ja": JA}), Counting(large.desk, large.sender)
    was = stored(large, number).content
    narrower = replace(was, audience=Audience(wards=("yahatahigashi",)))
    await counter.find(number, was)
    large.do(lambda c: broadcasts.change_content(c, number, narrower))
    await counter.settle()  # what was counted meanwhile is of nobody any more
    assert large.do(lambda c: broadcasts.find_count(c, number)) is None
    await counter.find(number, narrower)
    await counter.settle()
    assert large.do(lambda c: broadcasts.find_count(c, number)) is not None
    large.do(lambda c: broadcasts.change_content(c, number, was))
    assert large.do(lambda c: broadcasts.find_count(c, number)) is None
