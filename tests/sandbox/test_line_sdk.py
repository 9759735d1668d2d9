"""The official SDK, over HTTP, meets a LINE that answers and fails as the real one does."""

import uuid
from collections.abc import AsyncIterator

import aiohttp
import pytest
from linebot.v3 import messaging as sdk

from bot.sandbox.server import Sandbox
from tests.sandbox.conftest import TOKEN

WAIT = 5


@pytest.fixture
async def api(sandbox: Sandbox) -> AsyncIterator[sdk.AsyncMessagingApi]:
    client = sdk.AsyncApiClient(sdk.Configuration(host=sandbox.line_url, access_token=TOKEN))
    yield sdk.AsyncMessagingApi(client)
    await client.close()


def push(person: str, words: str = "hello") -> sdk.PushMessageRequest:
    return sdk.PushMessageRequest(to=person, messages=[sdk.TextMessage(text=words)])


def seen(sandbox: Sandbox, person: str) -> list[str]:
    return [entry["text"] for entry in sandbox.line.screen(person)["messages"] if entry["from"] == "bot"]


async def test_a_reply_through_the_sdk_arrives(api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str) -> None:
    token = sandbox.line.text(friend, "hi")["event"]["replyToken"]
    request = sdk.ReplyMessageRequest(replyToken=token, messages=[sdk.TextMessage(text="こんにちは")])
    answer = await api.reply_message(request, _request_timeout=WAIT)
    assert len(answer.sent_messages) == 1
    assert seen(sandbox, friend) == ["こんにちは"]
    with pytest.raises(sdk.ApiException, match="Invalid reply token"):
        await api.reply_message(request, _request_timeout=WAIT)


async def test_a_push_with_its_key_is_accepted_once(api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str) -> None:
    key = str(uuid.uuid4())
    first = await api.push_message_with_http_info(push(friend), x_line_retry_key=key, _request_timeout=WAIT)
    with pytest.raises(sdk.ApiException) as caught:
        await api.push_message(push(friend), x_line_retry_key=key, _request_timeout=WAIT)
    assert caught.value.status == 409
    accepted = caught.value.headers["x-line-accepted-request-id"]
    assert accepted == first.headers["x-line-request-id"]
    assert len(seen(sandbox, friend)) == 1


async def test_multicast_broadcast_and_validate_go_through_the_sdk(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    messages = [sdk.TextMessage(text="x")]
    await api.multicast(sdk.MulticastRequest(to=[friend], messages=messages), _request_timeout=WAIT)
    await api.broadcast(sdk.BroadcastRequest(messages=messages), _request_timeout=WAIT)
    await api.validate_push(sdk.ValidateMessageRequest(messages=messages), _request_timeout=WAIT)
    assert len(seen(sandbox, friend)) == 2


async def test_what_the_sdk_asks_is_answered_in_its_types(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    assert (await api.get_bot_info(_request_timeout=WAIT)).user_id == sandbox.line.bot_id
    assert (await api.get_profile(friend, _request_timeout=WAIT)).display_name == "友だち"
    assert (await api.get_message_quota(_request_timeout=WAIT)).value == 200
    assert (await api.get_message_quota_consumption(_request_timeout=WAIT)).total_usage == 0
    request = sdk.ShowLoadingAnimationRequest(chatId=friend, loadingSeconds=10)
    await api.show_loading_animation(request, _request_timeout=WAIT)
    assert sandbox.line.screen(friend)["typing"] is True


async def test_a_rich_menu_is_made_with_the_sdk(api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str) -> None:
    from bot.sandbox.line.pictures import plain

    area = sdk.RichMenuArea(
        bounds=sdk.RichMenuBounds(x=0, y=0, width=2500, height=843),
        action=sdk.PostbackAction(label="report", data="report"),
    )
    menu = sdk.RichMenuRequest(
        size=sdk.RichMenuSize(width=2500, height=843), selected=True, name="x", chatBarText="y", areas=[area]
    )
    made = await api.create_rich_menu(menu, _request_timeout=WAIT)
    blob = sdk.AsyncMessagingApiBlob(api.api_client)
    image = bytearray(plain(2500, 843))
    headers = {"Content-Type": "image/png"}
    await blob.set_rich_menu_image(made.rich_menu_id, body=image, _headers=headers, _request_timeout=WAIT)
    await api.set_default_rich_menu(made.rich_menu_id, _request_timeout=WAIT)
    shown = sandbox.line.screen(friend)["rich_menu"]
    assert (shown["richMenuId"], shown["chatBarText"]) == (made.rich_menu_id, "y")


async def test_a_reset_comes_after_the_request_was_read_and_nothing_is_sent(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "reset", "message/push")
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert (sandbox.calls()[-1]["fault"], sandbox.calls()[-1]["status"]) == ("reset", None)
    assert seen(sandbox, friend) == []


async def test_a_connection_closed_before_reading_is_an_error_too(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "refuse-before", "message/push")
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert seen(sandbox, friend) == []


async def test_accepted_without_an_answer_is_found_by_its_key(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    key = str(uuid.uuid4())
    sandbox.order_fault("line", "accepted-no-answer", "message/push")
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.push_message(push(friend), x_line_retry_key=key, _request_timeout=WAIT)
    with pytest.raises(sdk.ApiException) as caught:
        await api.push_message(push(friend), x_line_retry_key=key, _request_timeout=WAIT)
    assert caught.value.status == 409
    assert len(seen(sandbox, friend)) == 1


async def test_a_500_may_hide_an_accepted_push(api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str) -> None:
    sandbox.order_fault("line", "accepted-500")
    with pytest.raises(sdk.ApiException) as caught:
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert caught.value.status == 500
    assert len(seen(sandbox, friend)) == 1


@pytest.mark.parametrize(("kind", "accepted"), [("timeout", 0), ("slow", 1), ("drip", 1)])
async def test_an_answer_that_does_not_come_in_time(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str, kind: str, accepted: int
) -> None:
    sandbox.order_fault("line", kind, "message/push", seconds=2)
    with pytest.raises(TimeoutError):
        await api.push_message(push(friend), _request_timeout=0.5)
    assert len(seen(sandbox, friend)) == accepted


async def test_a_short_drip_still_gives_the_whole_answer(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "drip", "message/push", seconds=0.001)
    answer = await api.push_message(push(friend), _request_timeout=WAIT)
    assert len(answer.sent_messages) == 1


async def test_a_cut_off_body_is_an_error_although_the_push_was_accepted(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "cut", "message/push")
    with pytest.raises(aiohttp.ClientPayloadError):
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert len(seen(sandbox, friend)) == 1


@pytest.mark.parametrize(
    ("kind", "status"), [("429", 429), ("429-monthly", 429), ("500", 500), ("502-html", 502), ("401", 401)]
)
async def test_a_refusal_has_its_status_and_sends_nothing(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str, kind: str, status: int
) -> None:
    sandbox.order_fault("line", kind, "message/push", retry_after=7)
    with pytest.raises(sdk.ApiException) as caught:
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert caught.value.status == status
    assert seen(sandbox, friend) == []
    await api.push_message(push(friend), _request_timeout=WAIT)
    assert len(seen(sandbox, friend)) == 1


async def test_junk_after_acceptance_breaks_the_sdks_reading(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "junk", "message/push")
    with pytest.raises(ValueError, match="PushMessageResponse"):
        await api.push_message(push(friend), _request_timeout=WAIT)
    assert len(seen(sandbox, friend)) == 1


async def test_a_fault_can_wait_its_turn_and_strike_several_times(
    api: sdk.AsyncMessagingApi, sandbox: Sandbox, friend: str
) -> None:
    sandbox.order_fault("line", "500", "message/push", after=1, times=2)
    outcomes = []
    for _ in range(4):
        try:
            await api.push_message(push(friend), _request_timeout=WAIT)
            outcomes.append(200)
        except sdk.ApiException as error:
            outcomes.append(error.status)
    assert outcomes == [200, 500, 500, 200]
