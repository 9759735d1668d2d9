"""The panel against the real sandbox: the clock, the log of calls, the cost, faults and persons."""

from playwright.sync_api import Page, expect

from tests.sandbox.phones.conftest import Desk


def befriended(desk: Desk) -> Page:
    page = desk.open()
    page.locator("#line .invitation").click()
    expect(page.locator("#line .said.theirs")).to_have_count(1)
    return page


def test_the_clock_is_read_large_and_moved(desk: Desk) -> None:
    page = desk.open()
    face = page.locator("#clock .face")
    expect(face).to_have_text("2022年1月20日(木) 午前9:00")
    page.get_by_role("button", name="+1時間").click()
    expect(face).to_have_text("2022年1月20日(木) 午前10:00")
    page.get_by_role("button", name="+1日").click()
    page.get_by_role("button", name="+1週間").click()
    expect(face).to_have_text("2022年1月28日(金) 午前10:00")
    page.get_by_label("日時を決める").fill("2022-04-01T13:30")
    page.get_by_role("button", name="合わせる").click()
    expect(face).to_have_text("2022年4月1日(金) 午後1:30")
    expect(page.locator("#clock")).to_contain_text("動かした時計です")
    assert desk.troubles == []


def test_without_a_clock_the_panel_says_so(desk_without_clock: Desk) -> None:
    page = desk_without_clock.open()
    expect(page.locator("#clock")).to_contain_text("動かせる時計はありません")
    expect(page.locator("#clock .face")).to_be_hidden()


def test_the_newest_call_stands_first_and_opens_to_its_json(desk: Desk) -> None:
    page = befriended(desk)
    desk.line_text(page, "こんにちは")
    expect(page.locator("#line .said.theirs")).to_have_count(2)
    calls = page.locator("#calls details")
    expect(calls).to_have_count(2)
    expect(calls.first).to_contain_text("#2")
    expect(calls.first).to_contain_text("無料")
    calls.first.locator("summary").click()
    expect(calls.first.locator("pre").first).to_contain_text("聞きました: こんにちは")
    assert "line-token" not in page.content()


def test_a_push_is_counted_in_the_cost_of_the_month(desk: Desk) -> None:
    page = befriended(desk)
    expect(page.locator("#cost")).to_contain_text("LINE: 0 通 / 200 通")
    person = page.locator("#line-holder").input_value()
    desk.echo.line_call("message/push", {"to": person, "messages": [{"type": "text", "text": "お知らせ"}]})
    expect(page.locator("#cost")).to_contain_text("LINE: 1 通 / 200 通 ・ 0 円")
    expect(page.locator("#calls summary").first).to_contain_text("1 通")


def test_an_ordered_fault_strikes_and_is_used_up(desk: Desk) -> None:
    page = befriended(desk)
    faults = page.locator("#faults")
    faults.get_by_label("呼び出し").fill("reply")
    faults.get_by_label("故障の種類").select_option("429")
    faults.get_by_role("button", name="故障を起こす").click()
    expect(faults).to_contain_text("LINE ・ reply ・ 混雑（429） ・ 残り 1 回")
    desk.line_text(page, "こんにちは")
    expect(page.locator("#calls .status").first).to_have_text("429")
    expect(faults).to_contain_text("起こす故障はありません。")


def test_faults_can_be_cleared(desk: Desk) -> None:
    page = desk.open()
    faults = page.locator("#faults")
    faults.get_by_label("どちら").select_option("telegram")
    faults.get_by_label("故障の種類").select_option("403")
    faults.get_by_role("button", name="故障を起こす").click()
    expect(faults.locator("li")).to_contain_text("Telegram ・ * ・ ブロックされた（403）")
    faults.get_by_role("button", name="すべて取り消す").click()
    expect(faults).to_contain_text("起こす故障はありません。")


def test_a_new_person_takes_the_phone_and_keeps_it_over_a_reload(desk: Desk) -> None:
    page = befriended(desk)
    people = page.locator("#people")
    people.get_by_label("名前").fill("二人目")
    people.get_by_label("ことば").fill("en")
    people.get_by_role("button", name="増やす").click()
    expect(page.locator("#line-holder option:checked")).to_have_text("二人目 (en)")
    expect(page.locator("#line .state")).to_have_text("まだ友だちではありません")
    expect(page.locator("#line .messages")).to_have_attribute("lang", "en")
    page.reload()
    expect(page.locator("#line-holder option:checked")).to_have_text("二人目 (en)")
    page.locator("#line-holder").select_option(index=0)
    expect(page.locator("#line .state")).to_have_text("友だち")


def test_two_pages_show_the_same(desk: Desk) -> None:
    first = befriended(desk)
    second = desk.open()
    desk.line_text(first, "見えますか")
    expect(second.locator("#line .said.mine").last).to_contain_text("見えますか")
    expect(second.locator("#calls .name")).to_have_count(2)
