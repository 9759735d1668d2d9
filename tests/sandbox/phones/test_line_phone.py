"""The LINE phone against the real sandbox: becoming a friend, every kind of message, and what presses do."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.sandbox.phones import showcase
from tests.sandbox.phones.conftest import Desk


@pytest.fixture
def friend(desk: Desk) -> Page:
    page = desk.open()
    page.locator("#line .invitation").click()
    expect(newest(page)).to_contain_text("聞きました: follow")
    return page


def newest(page: Page) -> Locator:
    return page.locator("#line .said.theirs").last


def ask_for(desk: Desk, page: Page, name: str) -> Locator:
    before = page.locator("#line .said.theirs").count()
    desk.line_text(page, f"show {name}")
    expect(page.locator("#line .said.theirs")).to_have_count(before + 1)
    return newest(page)


def test_a_stranger_becomes_a_friend_blocks_and_comes_back(desk: Desk) -> None:
    page = desk.open()
    expect(page.locator("#line .state")).to_have_text("まだ友だちではありません")
    page.get_by_role("button", name="友だち追加").first.click()
    expect(page.locator("#line .state")).to_have_text("友だち")
    page.locator("#line").get_by_role("button", name="ブロック", exact=True).click()
    expect(page.locator("#line .state")).to_have_text("ブロック中")
    expect(page.locator("#line textarea")).to_have_count(0)
    page.locator("#line").get_by_role("button", name="再開").first.click()
    expect(page.locator("#line .state")).to_have_text("友だち")
    expect(page.locator("#line .said.theirs", has_text="聞きました: follow")).to_have_count(2)
    kinds = [event["type"] for event in desk.echo.said]
    assert kinds == ["follow", "unfollow", "follow"]
    assert desk.troubles == []


def test_my_words_stand_right_and_the_bots_left(desk: Desk, friend: Page) -> None:
    desk.line_text(friend, "こんにちは")
    expect(newest(friend)).to_contain_text("聞きました: こんにちは")
    mine, theirs = friend.locator("#line .said.mine .balloon").last, newest(friend).locator(".balloon")
    expect(mine).to_have_text("こんにちは")
    chat = friend.locator("#line .chat").bounding_box()
    left, right = theirs.bounding_box(), mine.bounding_box()
    assert chat
    assert left
    assert right
    assert left["x"] < chat["x"] + chat["width"] / 3
    assert right["x"] + right["width"] > chat["x"] + chat["width"] * 2 / 3


def test_enter_while_a_word_is_being_converted_does_not_send(desk: Desk, friend: Page) -> None:
    field = friend.locator("#line textarea")
    field.fill("へんかん")
    field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    expect(field).to_have_value("へんかん")
    field.press("Enter")
    expect(field).to_have_value("")


def test_the_reserved_name_leads_to_the_app_under_test(desk: Desk, friend: Page) -> None:
    link = ask_for(desk, friend, "link").get_by_role("link")
    expect(link).to_have_attribute("href", f"{desk.echo.url}/events")


def test_a_flex_carousel_shows_its_bubbles_with_pictures(desk: Desk, friend: Page) -> None:
    carousel = ask_for(desk, friend, "events").locator(".carousel")
    expect(carousel.locator(".bubble")).to_have_count(2)
    title = carousel.get_by_text("省エネ講座")
    expect(title).to_have_css("font-weight", "700")
    expect(title).to_have_css("font-size", "19px")
    picture = carousel.locator("img").first
    expect(picture).to_have_attribute("src", f"{desk.echo.url}/pictures/event.svg")
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(carousel.get_by_role("button", name="申し込む").first).to_have_class("flex-button primary low")
    assert desk.troubles == []


def test_a_flex_box_keeps_its_proportions_and_colours(desk: Desk, friend: Page) -> None:
    bubble = ask_for(desk, friend, "points").locator(".bubble")
    bar = bubble.locator(".box-horizontal > .box-vertical")
    done, whole = bar.bounding_box(), bar.locator("..").bounding_box()
    assert done
    assert whole
    assert done["width"] == pytest.approx(whole["width"] * 3 / 5, abs=1)
    assert whole["height"] == pytest.approx(8, abs=0.5)
    expect(bubble.locator(".block-header")).to_have_css("background-color", "rgb(11, 107, 58)")
    expect(bubble.get_by_text("20", exact=True)).to_have_css("color", "rgb(179, 38, 30)")
    expect(bubble.get_by_text("50", exact=True)).to_have_css("text-align", "end")


def test_a_press_with_display_text_is_shown_as_my_words(desk: Desk, friend: Page) -> None:
    ask_for(desk, friend, "confirm").get_by_role("button", name="はい").click()
    expect(friend.locator("#line .said.mine").last).to_contain_text("はい、同意します")
    expect(newest(friend)).to_contain_text("受け取り: agree")


@pytest.mark.parametrize("name", ["buttons", "carousel", "confirm"])
def test_a_template_press_reaches_the_bot(desk: Desk, friend: Page, name: str) -> None:
    button = ask_for(desk, friend, name).get_by_role("button").first
    template = showcase.TEMPLATES[name]
    action = template.get("columns", [template])[0]["actions"][0]
    expect(button).to_have_text(action["label"])
    button.click()
    expect(newest(friend)).to_contain_text(f"受け取り: {action['data']}")


def test_quick_replies_leave_with_the_next_message(desk: Desk, friend: Page) -> None:
    ask_for(desk, friend, "quick")
    quick = friend.locator("#line .quick button")
    expect(quick).to_have_text(["マイボトル", "ポイント", "日を選ぶ", "位置情報"])
    quick.first.click()
    expect(newest(friend)).to_contain_text("聞きました: マイボトルを使った")
    expect(quick).to_have_count(0)


def test_a_day_can_be_picked(desk: Desk, friend: Page) -> None:
    ask_for(desk, friend, "quick")
    friend.get_by_role("button", name="日を選ぶ").click()
    friend.locator("dialog input").fill("2022-01-21")
    friend.locator("dialog").get_by_role("button", name="OK").click()
    expect(newest(friend)).to_contain_text("{'date': '2022-01-21'}")


@pytest.mark.parametrize(
    ("label", "kind"),
    [("スタンプを送る", "sticker"), ("写真を送る", "image"), ("位置情報を送る", "location")],
)
def test_what_is_not_text_can_be_sent(desk: Desk, friend: Page, label: str, kind: str) -> None:
    friend.locator("#line").get_by_role("button", name=label).click()
    expect(newest(friend)).to_contain_text(f"聞きました: {kind}")


def test_stickers_and_pictures_of_the_bot_are_drawn(desk: Desk, friend: Page) -> None:
    expect(ask_for(desk, friend, "sticker").get_by_role("img", name="スタンプ 446 1988")).to_be_visible()
    expect(ask_for(desk, friend, "image").locator("img.photo")).to_be_visible()


def test_a_rich_menu_can_be_pressed_and_folded(desk: Desk, friend: Page) -> None:
    menu = desk.echo.line_call("richmenu", showcase.RICH_MENU)["richMenuId"]
    desk.echo.line_picture(menu)
    desk.echo.line_call(f"user/all/richmenu/{menu}", {})
    friend.locator("#line").get_by_role("button", name="行動を記録").click()
    expect(friend.locator("#line .said.mine").last).to_contain_text("行動を記録")
    expect(newest(friend)).to_contain_text("受け取り: menu:report")
    friend.locator("#line .menu-bar").click()
    expect(friend.locator("#line .rich-menu")).to_have_count(0)


def test_the_loading_sign_shows_until_the_answer(desk: Desk, friend: Page) -> None:
    person = friend.locator("#line-holder").input_value()
    desk.echo.line_call("chat/loading/start", {"chatId": person, "loadingSeconds": 10})
    expect(friend.locator("#line .typing")).to_be_visible()
    desk.line_text(friend, "もう一度")
    expect(friend.locator("#line .typing")).to_have_count(0)


def test_a_bot_that_fails_is_told_in_words(desk: Desk, friend: Page) -> None:
    desk.echo.status = 500
    desk.line_text(friend, "だれかいますか")
    expect(friend.locator("#line .phone-notice")).to_have_text("ボットが HTTP 500 を返しました。")


def test_only_new_messages_are_drawn_anew(desk: Desk, friend: Page) -> None:
    ask_for(desk, friend, "confirm")
    friend.locator("#line .said.theirs").last.evaluate("node => { node.dataset.kept = 'yes'; }")
    desk.line_text(friend, "つぎ")
    expect(newest(friend)).to_contain_text("聞きました: つぎ")
    expect(friend.locator("#line [data-kept]")).to_have_count(1)
    expect(friend.locator("#line .chat")).to_have_attribute("role", "log")


def test_a_link_into_telegram_starts_the_bot_there_with_its_payload(desk: Desk, friend: Page) -> None:
    ask_for(desk, friend, "app").get_by_role("link").click()
    expect(friend.locator("#telegram .said.theirs").last).to_contain_text("聞きました: /start link_1")
    assert len(friend.context.pages) == 1


def test_the_end_of_the_chat_stays_in_view_until_the_reader_goes_back(desk: Desk, friend: Page) -> None:
    chat = friend.locator("#line .chat")
    for name in ("events", "points", "image"):
        ask_for(desk, friend, name)
    left = "chat => chat.scrollHeight - chat.scrollTop - chat.clientHeight"
    expect(friend.locator("#line img.photo")).to_have_js_property("complete", True)
    friend.wait_for_function("document.querySelector('#line img.photo').naturalWidth > 0")
    assert chat.evaluate(left) < 5
    chat.evaluate("chat => chat.scrollTo(0, 0)")
    friend.wait_for_timeout(100)
    friend.locator("#line textarea").evaluate("field => field.focus()")
    assert chat.evaluate("chat => chat.scrollTop") == 0
