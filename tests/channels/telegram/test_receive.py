"""What arrives from Telegram is checked, kept whole and understood leniently."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram import Telegram
from handlers.messages import IncomingKind
from tests.channels.telegram.updates import GROUP, PERSON, PRIVATE, SENT_AT, membership, message, press, update

RECEIVED = datetime(2026, 4, 1, 12, 0, 5, 700_000, tzinfo=UTC)


def channel(secret: str = "s3cret_-") -> Telegram:
    return Telegram(token="42:token", webhook_secret=secret, now=lambda: RECEIVED)


@pytest.mark.parametrize("name", ["X-Telegram-Bot-Api-Secret-Token", "x-telegram-bot-api-secret-token"])
def test_the_right_secret_is_accepted_whatever_the_case_of_the_header(name: str) -> None:
    assert channel().verify({"Host": "h", name: "s3cret_-"}, b"{}")


@pytest.mark.parametrize("headers", [{}, {"X-Telegram-Bot-Api-Secret-Token": ""}, {"X-Other": "s3cret_-"}])
def test_a_missing_secret_is_refused(headers: dict[str, str]) -> None:
    assert not channel().verify(headers, b"{}")


@pytest.mark.parametrize("given", ["s3cret_", "S3CRET_-", "s3cret_-x", "\u79d8\u5bc6", "\udce9"])
def test_a_wrong_secret_is_refused(given: str) -> None:
    assert not channel().verify({"X-Telegram-Bot-Api-Secret-Token": given}, b"{}")


def test_without_a_secret_no_delivery_is_accepted() -> None:
    assert not channel("").verify({"X-Telegram-Bot-Api-Secret-Token": ""}, b"{}")


@pytest.mark.parametrize("token", ["", "token", "42", ":token", "42:to ken", "bot42:token"])
def test_what_cannot_be_a_token_is_refused_without_repeating_it(token: str) -> None:
    with pytest.raises(ValueError, match="BotFather") as refusal:
        Telegram(token=token)
    assert not token or token not in str(refusal.value).replace("bot token", "")


def test_a_secret_that_telegram_would_refuse_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="1 to 256"):
        Telegram(token="42:token", webhook_secret="has space")


def test_a_message_is_ordered_by_its_chat_and_its_own_time() -> None:
    raw = update(message=message(text="hello"))
    (arrived,) = channel().split(raw.encode())
    assert (arrived.bot_id, arrived.event_id, arrived.account_key) == ("42", "900", "7001")
    assert arrived.occurred_at == datetime.fromtimestamp(SENT_AT, UTC)
    assert arrived.raw == raw
    assert (arrived.reply_token, arrived.reply_seconds) == (None, 0)


def test_an_edit_happened_when_it_was_edited() -> None:
    edited = message(text="hello", edit_date=SENT_AT + 60)
    (arrived,) = channel().split(update(edited_message=edited).encode())
    assert arrived.occurred_at.timestamp() == SENT_AT + 60


def test_a_press_takes_the_second_of_its_receipt_and_not_its_cards_old_date() -> None:
    (arrived,) = channel().split(update(callback_query=press()).encode())
    assert arrived.occurred_at == RECEIVED.replace(microsecond=0)
    assert arrived.account_key == "7001"
    assert (arrived.reply_token, arrived.reply_seconds) == ("4382", 10)


def test_what_happens_in_a_group_is_ordered_by_the_group() -> None:
    for raw in (update(message=message(GROUP, text="x")), update(callback_query=press(GROUP))):
        assert channel().split(raw.encode())[0].account_key == "-100200300"


def test_a_press_under_an_inline_message_is_ordered_by_its_person() -> None:
    bare = {"id": "1", "from": PERSON, "inline_message_id": "a", "chat_instance": "1", "data": "x"}
    raw = update(callback_query=bare)
    assert channel().split(raw.encode())[0].account_key == "7001"
    assert not channel().read(raw).private


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"[1]", b"{}"])
def test_what_is_no_update_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its words are mostly Python's own
        channel().split(body)


@pytest.mark.parametrize(
    "raw",
    [
        update(new_kind_of_2030={"chat": PRIVATE, "from": PERSON, "date": SENT_AT, "deep": [{"x": None}]}),
        update(message="not an object"),
        update(message={"chat": 5, "from": [], "date": "soon", "message_id": True}),
        update(message=message(date=10**20)),
        update(callback_query={"id": 5, "from": None, "message": 7}),
        '{"update_id": "x"}',
    ],
)
def test_strange_updates_are_kept_whole_and_raise_nothing(raw: str) -> None:
    (arrived,) = channel().split(raw.encode())
    assert arrived.raw == raw
    assert arrived.occurred_at.tzinfo is not None
    assert channel().read(raw).kind in (IncomingKind.OTHER, IncomingKind.PRESSED)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["chat", "from", "id", "date", "text", "data", "message", "type", "new_chat_member"]), inner
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["message", "callback_query", "my_chat_member", "odd"]), json_values))
def test_no_json_object_can_make_reading_fail(kinds: dict[str, Any]) -> None:
    raw = json.dumps({"update_id": 1, **kinds})
    assert len(channel().split(raw.encode())) == 1
    channel().read(raw)


@given(st.text())
def test_reading_what_is_no_update_is_other(raw: str) -> None:
    assert channel().read(raw).kind is IncomingKind.OTHER


@pytest.mark.parametrize(
    ("typed", "payload"),
    [("/start", ""), ("/start abc-1_2", "abc-1_2"), ("/start@kitaq_bot abc", "abc"), ("/START", "")],
)
def test_start_in_private_is_a_follow_with_what_the_link_carried(typed: str, payload: str) -> None:
    incoming = channel().read(update(message=message(text=typed)))
    assert (incoming.kind, incoming.payload, incoming.private) == (IncomingKind.FOLLOWED, payload, True)
    assert incoming.answerable


def test_start_in_a_group_is_only_a_text_there() -> None:
    incoming = channel().read(update(message=message(GROUP, text="/start@kitaq_bot x")))
    assert (incoming.kind, incoming.text, incoming.private) == (IncomingKind.TEXT, "/start x", False)


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("/points", "/points"),
        ("/points@kitaq_bot", "/points"),
        ("/report@kitaq_bot my bottle\nand more", "/report my bottle\nand more"),
        ("/startle", "/startle"),
        ("今日/points@x", "今日/points@x"),
        ("mail@example.jp", "mail@example.jp"),
    ],
)
def test_commands_are_plain_texts_without_the_bots_name(typed: str, text: str) -> None:
    incoming = channel().read(update(message=message(text=typed)))
    assert (incoming.kind, incoming.text) == (IncomingKind.TEXT, text)


def test_a_text_tells_its_message_and_the_apps_language() -> None:
    incoming = channel().read(update(message=message(text="こんにちは")))
    assert (incoming.message_id, incoming.language, incoming.private) == ("31", "ja", True)


def test_what_no_database_could_store_is_replaced_in_texts() -> None:
    raw = '{"update_id":1,"message":{"chat":{"id":1,"type":"private"},"text":"a\\u0000\\ud83d!"}}'
    assert channel().read(raw).text == "a\ufffd!"


def test_a_press_tells_its_data_and_its_card() -> None:
    incoming = channel().read(update(callback_query=press()))
    assert not incoming.replaces
    assert (incoming.kind, incoming.data, incoming.message_id) == (IncomingKind.PRESSED, "menu:points", "12")
    assert (incoming.language, incoming.private) == ("ja", True)


def test_a_press_on_a_page_tells_its_data_without_the_pages_mark() -> None:
    incoming = channel().read(update(callback_query=press(data="~menu:points")))
    assert (incoming.data, incoming.message_id, incoming.replaces) == ("menu:points", "12", True)
    nowhere = {name: value for name, value in press(data="~menu").items() if name != "message"}
    assert not channel().read(update(callback_query=nowhere)).replaces


def test_a_press_in_a_group_is_not_private() -> None:
    assert not channel().read(update(callback_query=press(GROUP))).private


@pytest.mark.parametrize("kind", ["photo", "video", "voice", "document", "location", "contact", "audio", "video_note"])
def test_pictures_sounds_files_and_places_are_media(kind: str) -> None:
    incoming = channel().read(update(message=message(**{kind: {"file_id": "x"}, "caption": "見て"})))
    assert (incoming.kind, incoming.text) == (IncomingKind.MEDIA, "見て")


def test_a_sticker_is_a_sticker() -> None:
    assert channel().read(update(message=message(sticker={}))).kind is IncomingKind.STICKER


@pytest.mark.parametrize("fields", [{"dice": {}}, {"new_chat_members": []}, {"pinned_message": {}}, {}])
def test_service_messages_are_other(fields: dict[str, Any]) -> None:
    assert channel().read(update(message=message(**fields))).kind is IncomingKind.OTHER


def test_an_edit_is_other_because_what_was_said_has_counted() -> None:
    incoming = channel().read(update(edited_message=message(text="/start", edit_date=SENT_AT + 1)))
    assert incoming.kind is IncomingKind.OTHER


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("kicked", IncomingKind.BLOCKED),
        ("member", IncomingKind.FOLLOWED),
        ("left", IncomingKind.OTHER),
        (["kicked"], IncomingKind.OTHER),
    ],
)
def test_a_block_and_its_end_are_understood_and_not_answered(status: Any, kind: IncomingKind) -> None:
    incoming = channel().read(update(my_chat_member=membership(status)))
    assert (incoming.kind, incoming.answerable) == (kind, False)


def test_being_thrown_out_of_a_group_blocks_nobody() -> None:
    assert channel().read(update(my_chat_member=membership("kicked", GROUP))).kind is IncomingKind.OTHER
