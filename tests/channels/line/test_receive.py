"""LINE's webhooks as they come: signatures, batches, times, reply tokens, and each kind of event."""

import json
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from handlers.messages import Arrived, Incoming, IncomingKind
from tests.channels.line.phone import BOT, GROUP, PERSON, SECRET, LinePhone, signature, without

PHONE = LinePhone()
LINE = PHONE.channel()
AT = datetime(2022, 1, 19, 15, 0, tzinfo=UTC)
EVENT = {
    "type": "message",
    "mode": "active",
    "timestamp": int(AT.timestamp() * 1000),
    "source": {"type": "user", "userId": PERSON},
    "webhookEventId": "01FZ74A0TDDPYRVKNK77XKC3ZR",
    "deliveryContext": {"isRedelivery": False},
    "replyToken": "nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
    "message": {"id": "444573844083572737", "type": "text", "text": "今日マイボトル使った"},
}


def arrived(**changes: object) -> Arrived:
    (found,) = LINE.split(json.dumps({"destination": BOT, "events": [{**EVENT, **changes}]}).encode())
    return found


def read(**changes: object) -> Incoming:
    return LINE.read(json.dumps({**EVENT, **changes}))


# --- the signature -------------------------------------------------------------------------------------------------


def test_the_manuals_own_example_is_accepted() -> None:
    # developers.line.biz/en/docs/messaging-api/verify-webhook-signature/
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    published = "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="
    assert LINE.verify({"x-line-signature": published}, body)
    assert not LINE.verify({"x-line-signature": published}, body + b"\n")
    assert not LINE.verify({}, body)


def test_the_sdks_own_validator_agrees() -> None:
    from linebot.v3.webhook import SignatureValidator

    validator = SignatureValidator(SECRET)
    for body in (b"{}", '{"text":"𠮷"}'.encode()):
        for signed in (signature(body), signature(b"other"), ""):
            assert LINE.verify({"x-line-signature": signed}, body) == validator.validate(body.decode(), signed)


def test_receiving_imports_no_sdk() -> None:
    code = "import sys, bot.channels.line; print('linebot' in sys.modules or 'aiohttp' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "False"


# --- the batch -----------------------------------------------------------------------------------------------------


def test_the_consoles_check_has_no_events() -> None:
    assert LINE.split(b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}') == []


def test_an_event_arrives_with_all_that_orders_and_answers_it() -> None:
    found = arrived()
    assert found == Arrived(
        bot_id=BOT,
        event_id="01FZ74A0TDDPYRVKNK77XKC3ZR",
        account_key=PERSON,
        occurred_at=AT,
        raw=json.dumps(EVENT),
        reply_token="nHuyWiB7yP5Zw52FIkcQobQuGDXCTA",
        reply_seconds=55.0,
    )


def test_each_event_keeps_its_own_text_to_the_letter() -> None:
    one = '{ "type" : "x" , "n": 1.0e2, "名": "\\ud83d 𠮷\\u0000", "n": [ ] }'
    body = f'\n{{"events" : [ {one},{one} , null ,7, "a,]" ] , "destination":"U1", "events2": [1]}}'
    assert [found.raw for found in LINE.split(body.encode())] == [one, one, "null", "7", '"a,]"']


def test_members_before_the_events_are_stepped_over() -> None:
    body = '{"z":{"events":[1,2]},"a":["events",[9]],"events":"no"}'
    with pytest.raises(ValueError, match="no list"):
        LINE.split(body.encode())
    assert len(LINE.split(body.replace('"no"', "[3]").encode())) == 1


def test_two_people_of_one_batch_have_their_own_keys() -> None:
    body = json.dumps({"destination": BOT, "events": [EVENT, {**EVENT, "source": {"type": "user", "userId": "U2"}}]})
    assert [found.account_key for found in LINE.split(body.encode())] == [PERSON, "U2"]


@pytest.mark.parametrize(
    ("source", "key"),
    [
        ({"type": "user", "userId": PERSON}, PERSON),
        ({"type": "group", "groupId": GROUP, "userId": PERSON}, GROUP),
        ({"type": "room", "roomId": "Ra", "userId": PERSON}, "Ra"),
        ({"type": "user"}, ""),
        ({"type": "user", "userId": 7}, ""),
        (None, ""),
    ],
)
def test_the_key_is_the_person_or_the_group_they_talk_in(source: object, key: str) -> None:
    assert arrived(source=source).account_key == key


@pytest.mark.parametrize("mode", ["standby", "dreaming", None])
def test_only_an_active_event_carries_a_reply_token(mode: str | None) -> None:
    found = arrived(mode=mode)
    assert (found.reply_token, found.reply_seconds) == (None, 0)
    assert not read(mode=mode).answerable


def test_an_event_without_an_id_is_told_apart_by_the_store() -> None:
    assert arrived(webhookEventId=None).event_id is None


def test_a_missing_destination_is_the_bot_itself() -> None:
    (found,) = LINE.split(json.dumps({"events": [EVENT]}).encode())
    assert found.bot_id == BOT


@pytest.mark.parametrize("timestamp", [None, "1642604400000", -1, 0, 10**40, 1.6e400, True, []])
def test_an_absurd_time_is_read_from_the_events_id(timestamp: object) -> None:
    # the example of github.com/ulid/javascript: ulid(1469918176385)
    found = arrived(timestamp=timestamp, webhookEventId="01ARYZ6S41TSV4RRFFQ69G5FAV")
    assert found.occurred_at == datetime(2016, 7, 30, 22, 36, 16, 385_000, tzinfo=UTC)


def test_a_time_with_a_fraction_is_taken() -> None:
    assert arrived(timestamp=AT.timestamp() * 1000 + 0.5).occurred_at == AT


def test_without_any_time_of_its_own_an_event_takes_its_neighbours() -> None:
    lost = {**EVENT, "timestamp": None, "webhookEventId": "no ULID"}
    body = json.dumps({"destination": BOT, "events": [EVENT, lost]}).encode()
    assert [found.occurred_at for found in LINE.split(body)] == [AT, AT]
    assert arrived(timestamp=None, webhookEventId=None).occurred_at == datetime(1970, 1, 1, tzinfo=UTC)


def test_the_consoles_two_old_dummy_events_are_taken_and_never_answered() -> None:
    person = {"type": "user", "userId": "Udeadbeefdeadbeefdeadbeefdeadbeef"}
    events = [{**EVENT, "replyToken": letter * 32, "source": person} for letter in "0f"]
    found = LINE.split(json.dumps({"destination": BOT, "events": events}).encode())
    assert [each.reply_token for each in found] == [None, None]
    assert not any(LINE.read(each.raw).answerable for each in found)


# --- one event -----------------------------------------------------------------------------------------------------


def test_a_text_says_what_was_written_and_which_message_it_was() -> None:
    assert read() == Incoming(kind=IncomingKind.TEXT, text="今日マイボトル使った", message_id="444573844083572737")


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file", "location"])
def test_what_is_sent_beside_text_is_media(kind: str) -> None:
    found = read(message={"type": kind, "id": "5", "text": "never read"})
    assert (found.kind, found.message_id, found.text) == (IncomingKind.MEDIA, "5", "")


@pytest.mark.parametrize(
    ("params", "data"),
    [
        (None, "when:3"),
        ({"date": "2022-01-20"}, "when:3&date=2022-01-20"),
        ({"datetime": "2022-01-20T10:00"}, "when:3&datetime=2022-01-20T10:00"),
        ({"newRichMenuAliasId": "b", "status": "SUCCESS"}, "when:3"),
        ({"date": 7}, "when:3"),
    ],
)
def test_what_was_picked_follows_the_buttons_data(params: object, data: str) -> None:
    found = read(type="postback", postback={"data": "when:3", "params": params})
    assert (found.kind, found.data) == (IncomingKind.PRESSED, data)


def test_unsending_names_the_message() -> None:
    found = read(type="unsend", unsend={"messageId": "325708"})
    assert (found.kind, found.message_id) == (IncomingKind.UNSENT, "325708")


def test_joining_a_group_is_answerable_and_never_private() -> None:
    found = read(type="join", source={"type": "group", "groupId": GROUP})
    assert (found.kind, found.private, found.answerable) == (IncomingKind.OTHER, False, True)
    assert not read(type="leave", source={"type": "group", "groupId": GROUP}).answerable


def test_a_failed_account_link_without_a_source_is_other() -> None:
    found = LINE.read(json.dumps(without({**EVENT, "type": "accountLink", "link": {"result": "failed"}}, "source")))
    assert (found.kind, found.private) == (IncomingKind.OTHER, False)


def test_a_source_of_a_kind_yet_unknown_is_not_private() -> None:
    assert not read(source={"type": "plaza", "userId": PERSON}).private
