"""The Telegram phone against the real sandbox: starting, styles, keys, toasts, edits and commands."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.sandbox.phones import showcase
from tests.sandbox.phones.conftest import Desk


@pytest.fixture
def started(desk: Desk) -> Page:
    page = desk.open()
    page.locator("#telegram .invitation").click()
    expect(newest(page)).to_contain_text("聞きました: /start")
    return page


def newest(page: Page) -> Locator:
    return page.locator("#telegram .said.theirs").last


def shown(desk: Desk, page: Page) -> Locator:
    desk.telegram_text(page, "show")
    expect(newest(page)).to_contain_text("太字")
    return newest(page)


def test_start_carries_the_payload_of_a_deep_link(desk: Desk) -> None:
    page = desk.open()
    page.locator("#telegram summary").click()
    page.get_by_label("リンクの合言葉").fill("qr_1")
    page.locator("#telegram details").get_by_role("button").click()
    expect(newest(page)).to_contain_text("聞きました: /start qr_1")
    assert desk.troubles == []


def test_a_person_blocks_and_comes_back(desk: Desk, started: Page) -> None:
    phone = started.locator("#telegram")
    phone.get_by_role("button", name="ブロック", exact=True).click()
    expect(phone.locator(".state")).to_have_text("ブロック中")
    phone.get_by_role("button", name="再開").first.click()
    expect(phone.locator("textarea")).to_be_visible()
    changes = [update["my_chat_member"] for update in desk.echo.said if "my_chat_member" in update]
    assert [change["new_chat_member"]["status"] for change in changes] == ["kicked", "member"]


def test_styles_are_drawn_and_a_spoiler_opens(desk: Desk, started: Page) -> None:
    words = shown(desk, started).locator(".words")
    for tag, text in {"b": "太字", "i": "斜体", "u": "下線", "s": "取り消し", "code": "code"}.items():
        expect(words.locator(tag)).to_have_text(text)
    expect(words.locator("pre")).to_have_text("一行目\n二行目")
    expect(words.get_by_role("link", name="案内")).to_have_attribute("href", f"{desk.echo.url}/events")
    hidden = words.locator(".spoiler span")
    expect(hidden).to_be_hidden()
    words.locator(".spoiler").click()
    expect(hidden).to_be_visible()


def test_a_press_shows_a_toast_and_edits_the_message(desk: Desk, started: Page) -> None:
    shown(desk, started).get_by_role("button", name="記録する").click()
    expect(started.locator("#telegram .toast")).to_have_text("受け付けました")
    expect(newest(started)).to_contain_text("押されました: report")
    expect(newest(started)).to_contain_text("編集済み")


def test_an_alert_waits_for_ok(desk: Desk, started: Page) -> None:
    shown(desk, started).get_by_role("button", name="ポイント").click()
    dialog = started.get_by_role("dialog")
    expect(dialog).to_contain_text("受け付けました")
    dialog.get_by_role("button", name="OK").click()
    expect(dialog).to_have_count(0)


def test_a_key_with_an_address_is_a_link(desk: Desk, started: Page) -> None:
    key = shown(desk, started).get_by_role("link", name="ウェブで見る")
    expect(key).to_have_attribute("href", f"{desk.echo.url}/events")
    expect(key).to_have_attribute("rel", "noopener noreferrer")


def test_the_menu_lists_the_commands_of_the_bot(desk: Desk, started: Page) -> None:
    desk.echo.telegram_call("setMyCommands", {"commands": showcase.COMMANDS})
    desk.telegram_text(started, "やあ")
    started.locator("#telegram .menu-button").click()
    started.locator("#telegram .commands").get_by_role("button", name="イベントをさがす").click()
    expect(newest(started)).to_contain_text("聞きました: /events")
    expect(started.locator("#telegram .commands")).to_be_hidden()


def test_an_open_menu_does_not_stay_open_in_the_next_persons_hand(desk: Desk, started: Page) -> None:
    desk.echo.telegram_call("setMyCommands", {"commands": showcase.COMMANDS})
    desk.telegram_text(started, "やあ")
    started.locator("#telegram .menu-button").click()
    other = desk.sandbox.telegram.person("二人目", "ja")
    started.locator("#telegram-holder").select_option(str(other))
    expect(started.locator("#telegram .commands")).to_be_hidden()


def test_a_photo_takes_the_written_words_as_caption(desk: Desk, started: Page) -> None:
    started.locator("#telegram textarea").fill("今日のマイボトル")
    started.locator("#telegram").get_by_role("button", name="写真を送る").click()
    expect(newest(started)).to_contain_text("聞きました: 今日のマイボトル")
    photo = started.locator("#telegram .said.mine").last.locator("img.photo")
    assert photo.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0


def test_a_sticker_reaches_the_bot(desk: Desk, started: Page) -> None:
    started.locator("#telegram").get_by_role("button", name="スタンプを送る").click()
    expect(started.locator("#telegram .said.mine .sticker")).to_be_visible()
    expect(newest(started)).to_contain_text("聞きました: その他")


def test_keys_in_place_of_letters_write_their_text(desk: Desk, started: Page) -> None:
    chat = int(started.locator("#telegram-holder").input_value())
    keyboard = {"keyboard": [[{"text": "はい"}, {"text": "いいえ"}]]}
    desk.echo.telegram_call("sendMessage", {"chat_id": chat, "text": "よいですか", "reply_markup": keyboard})
    started.locator("#telegram .under").get_by_role("button", name="はい").click()
    expect(newest(started)).to_contain_text("聞きました: はい")
