"""Every channel keeps the same promises: the suite of ``conformance`` over each phone."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from handlers.messages import Card, Choice, Fate, IncomingKind, Outcome, Picture, Text, choices_of
from handlers.rules import names
from tests import databases
from tests.channels.conformance import AWKWARD, DATA, PHONES, answers_about_events
from tests.channels.phone import Event, Phone
from tests.channels.recorder import WIRE_FAULTS, Answer, Recorder, Request, deaf_port
from tests.running import two_free_ports

QUICK, FLEX = 20, 40
"""Graphemes of a label in a row of quick replies and in a card: LINE, reference #postback-action-label-spec."""
REMOTE = [phone for phone in PHONES if phone.endings]
every_phone = pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.name)
every_remote_phone = pytest.mark.parametrize("phone", REMOTE, ids=lambda phone: phone.name)
every_text = pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
every_data = pytest.mark.parametrize("data", DATA)
SOUND = {name: text for name, text in AWKWARD.items() if name != "half a pair"}


def arrivals(phone: Phone, *events: Event) -> Iterator:
    channel = phone.channel()
    for _, body in phone.deliveries(*events):
        yield from channel.split(body)


def understood(phone: Phone, event: Event):
    (arrived,) = arrivals(phone, event)
    return phone.channel().read(arrived.raw)


# --- in ------------------------------------------------------------------------------------------------------------


@every_phone
def test_signed_bytes_are_taken_with_header_names_in_any_case(phone: Phone) -> None:
    channel = phone.channel()
    for headers, body in phone.deliveries(phone.writes("hello")):
        for change in (str.lower, str.upper, str.title):
            assert channel.verify({change(name): value for name, value in headers.items()}, body)


@every_phone
def test_a_wrong_a_missing_and_a_borrowed_signature_are_refused(phone: Phone) -> None:
    channel = phone.channel()
    for headers, body in phone.forged(phone.writes("hello")):
        assert not channel.verify(headers, body)


@every_phone
@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff\xfe", b"{}", b'{"events":{}}'])
def test_what_is_no_webhook_is_a_value_error(phone: Phone, body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the decoders word it
        phone.channel().split(body)


@every_phone
def test_strange_events_never_lose_a_good_neighbour(phone: Phone) -> None:
    strange = phone.strange()
    mixed = [event for each in strange for event in (phone.writes("before"), each, phone.writes("after"))]
    found = list(arrivals(phone, *mixed))
    assert len(found) == len(mixed)
    texts = [phone.channel().read(arrived.raw).text for arrived in found]
    assert texts.count("before") == texts.count("after") == len(strange)


@every_phone
def test_unknown_kinds_are_other_and_nothing_raises(phone: Phone) -> None:
    for event in phone.strange():
        assert understood(phone, event).kind is IncomingKind.OTHER
    for raw in ("", "{", "null", "[]", "7", '"x"', "{}", "[" * 100_000):
        assert phone.channel().read(raw).kind is IncomingKind.OTHER


@every_phone
def test_an_event_keeps_its_own_words_as_they_came(phone: Phone) -> None:
    events = [phone.writes("一つ目"), phone.writes("二つ目")]
    for event, arrived in zip(events, arrivals(phone, *events), strict=True):
        assert json.loads(arrived.raw) == event


@every_phone
def test_events_of_one_person_share_a_key_and_carry_an_aware_time(phone: Phone) -> None:
    written, pressed = arrivals(phone, phone.writes("a"), phone.presses("b"))
    assert written.account_key == pressed.account_key != ""
    assert written.bot_id == pressed.bot_id != ""
    assert written.occurred_at.utcoffset() is not None


@every_phone
def test_every_platform_tells_the_same_acts_alike(phone: Phone) -> None:
    kinds = {
        IncomingKind.TEXT: phone.writes("x"),
        IncomingKind.PRESSED: phone.presses("x"),
        IncomingKind.FOLLOWED: phone.follows(),
        IncomingKind.BLOCKED: phone.blocks(),
        IncomingKind.MEDIA: phone.sends_picture(),
    }
    if phone.knows_stickers:
        kinds[IncomingKind.STICKER] = phone.sends_sticker()
    assert {kind: understood(phone, event).kind for kind, event in kinds.items()} == {kind: kind for kind in kinds}
    assert all(understood(phone, event).private for event in kinds.values())


@every_phone
def test_a_person_who_blocked_the_bot_is_not_answered(phone: Phone) -> None:
    assert not understood(phone, phone.blocks()).answerable
    assert understood(phone, phone.writes("x")).answerable


@every_phone
def test_nothing_said_in_a_group_is_private(phone: Phone) -> None:
    if not phone.knows_groups:
        return
    group, alone = arrivals(phone, phone.writes("x", group=True), phone.writes("x"))
    assert not phone.channel().read(group.raw).private
    assert group.account_key not in ("", alone.account_key)


@every_phone
@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_a_written_text_arrives_byte_for_byte(phone: Phone, text: str) -> None:
    assert understood(phone, phone.writes(text)).text == text


@every_phone
def test_half_a_surrogate_pair_or_nul_in_a_text_can_be_stored(phone: Phone) -> None:
    for text in ("x \ud83d y", "x \0 y"):
        found = understood(phone, phone.writes(text)).text
        assert "\0" not in found
        assert found.encode().startswith(b"x ")


@every_phone
@every_data
def test_button_data_comes_back_byte_for_byte(phone: Phone, data: str) -> None:
    card = Card("t", ("l",), (Choice("b", data),))
    for message in (card, Text("t", (Choice("b", data),))):
        (body,) = phone.channel().render([message])
        ((_, sent),) = phone.seen(body)[-1].buttons
        assert understood(phone, phone.presses(sent)).data == data


# --- out -----------------------------------------------------------------------------------------------------------


def shown(phone: Phone, *messages: Text | Card) -> str:
    bodies = phone.channel().render(messages)
    assert [found for body in bodies for found in phone.violations(body)] == []
    return "".join(seen.text for body in bodies for seen in phone.seen(body))


def pressable(phone: Phone, *messages: Text | Card) -> list[tuple[str, str]]:
    bodies = phone.channel().render(messages)
    return [button for body in bodies for seen in phone.seen(body) for button in seen.buttons]


@every_phone
@pytest.mark.parametrize("text", SOUND.values(), ids=SOUND.keys())
def test_a_text_is_shown_byte_for_byte_within_the_limits(phone: Phone, text: str) -> None:
    assert shown(phone, Text(text)) == text


@every_phone
@every_text
def test_any_text_in_any_place_stays_within_the_limits(phone: Phone, text: str) -> None:
    choices = tuple(Choice(f"{number}{text}", f"d{number}") for number in range(13))
    for message in (Text(text, choices), Card(text, (text,) * 3, choices, 1), Card(text, (text,) * 3, choices, 2)):
        shown(phone, message)
        assert [data for _, data in pressable(phone, message)] == [choice.data for choice in choices]


@every_phone
@pytest.mark.parametrize("text", [text for text in SOUND.values() if len(text) < 100])
def test_a_card_says_its_title_and_lines_unchanged(phone: Phone, text: str) -> None:
    said = shown(phone, Card("題名", (text, "二行目")))
    assert said.index("題名") < said.index(text.split("\n")[0]) < said.index("二行目")


@every_phone
@every_text
@pytest.mark.parametrize(("width", "height"), [(300, 200), (4_096, 1_366), (1_366, 4_096)])
def test_a_picture_above_any_words_stays_within_the_limits(phone: Phone, text: str, width: int, height: int) -> None:
    picture = Picture(url="https://bot.test/pictures/a.png", alt=text, width=width, height=height)
    card = Card("題名", (text,), (Choice("はい", "yes"),), picture=picture)
    assert "題名" in shown(phone, card)
    assert ("はい", "yes") in pressable(phone, card)  # on LINE the picture itself can be pressed, too


@every_phone
def test_a_card_of_thirty_buttons_keeps_every_button(phone: Phone) -> None:
    choices = tuple(Choice(f"ボタン{number}", f"data {number}") for number in range(30))
    card = Card("t", ("あ" * 12_000,), choices, 2)
    shown(phone, card)
    assert pressable(phone, card) == [(choice.label, choice.data) for choice in choices]


@every_phone
def test_every_answer_about_events_fits_however_long_its_words(phone: Phone) -> None:
    with databases.fresh("sqlite") as database:
        answers = answers_about_events(database)
    for about, messages in answers.items():
        assert shown(phone, *messages), about
        labels = [(c, QUICK if isinstance(m, Text) else FLEX) for m in messages for c in choices_of(m)]
        assert [sent for _, sent in pressable(phone, *messages)] == [c.data or c.url for c, _ in labels], about
        assert all(names.graphemes(choice.label) <= most for choice, most in labels), about
        assert phone.name != "line" or len(phone.channel().render(messages)) == 1, about


@every_phone
def test_choices_stay_reachable_whatever_follows_them(phone: Phone) -> None:
    choices = (Choice("はい", "yes"), Choice("市", url="https://example.org/市"))
    found = pressable(phone, Text("?", choices), Text("!"))
    assert found[0] == ("はい", "yes")
    assert [label for label, _ in found] == ["はい", "市"]


@every_phone
def test_the_same_messages_render_to_the_same_bytes(phone: Phone) -> None:
    messages = [Text("一", (Choice("b", "d"),)), Card("題", ("線",), (Choice("b", "d"),), 2)]
    assert phone.channel().render(messages) == phone.channel().render(messages)


@every_phone
def test_nothing_to_say_is_no_call(phone: Phone) -> None:
    assert phone.channel().render([]) == ()
    assert phone.channel().render([Text("")]) == ()


# --- sending -------------------------------------------------------------------------------------------------------


async def sent(
    phone: Phone, chosen: Answer | str, times: int = 1, deadline: float = 5.0
) -> tuple[Outcome, list[Request]]:
    """Send one call some times to a platform that answers ``chosen``; give the last outcome and the requests."""

    def choose(request: Request) -> Answer | str:
        return chosen if phone.carries_message(request) else phone.besides(request)

    async with Recorder(choose) as server:
        channel = phone.channel(server.url, deadline)
        await channel.open()
        call = phone.push(channel.render([Text("こんにちは 𠮷"), Card("題", ("線",), (Choice("b", "d"),))])[0])
        try:
            async with asyncio.timeout(times * (deadline + 3)):
                outcomes = [await channel.send(call) for _ in range(times)]
        finally:
            await channel.close()
    return outcomes[-1], [request for request in server.requests if phone.carries_message(request)]


def clean(phone: Phone, outcome: Outcome) -> bool:
    return not any(secret in outcome.detail for secret in (*phone.secrets, "こんにちは"))


@pytest.mark.parametrize(
    ("phone", "ending"),
    [(phone, name) for phone in REMOTE for name in phone.endings],
    ids=lambda value: getattr(value, "name", value),
)
async def test_each_answer_of_the_platform_has_its_outcome(phone: Phone, ending: str) -> None:
    expected = phone.endings[ending]
    outcome, requests = await sent(phone, expected.answer)
    assert (outcome.fate, outcome.reason, outcome.retry_after) == (expected.fate, expected.reason, expected.retry_after)
    assert len(requests) == 1
    assert clean(phone, outcome)


@every_remote_phone
@pytest.mark.parametrize("fault", WIRE_FAULTS)
async def test_what_breaks_on_the_wire_may_have_been_accepted_and_is_tried_once(phone: Phone, fault: str) -> None:
    outcome, requests = await sent(phone, fault, deadline=1.0)
    assert outcome.fate is Fate.UNKNOWN
    assert len(requests) == 1
    assert clean(phone, outcome)


@every_remote_phone
async def test_a_refused_connection_is_surely_not_sent(phone: Phone) -> None:
    channel = phone.channel(f"http://127.0.0.1:{two_free_ports()}")
    outcome = await channel.send(phone.push(channel.render([Text("x")])[0]))
    await channel.close()
    assert outcome.fate is Fate.TEMPORARY
    assert clean(phone, outcome)


@every_remote_phone
async def test_a_connection_that_never_opens_is_surely_not_sent(phone: Phone) -> None:
    with deaf_port() as port:
        channel = phone.channel(f"http://127.0.0.1:{port}", deadline=1.0)
        await channel.open()
        async with asyncio.timeout(4):
            outcome = await channel.send(phone.push(channel.render([Text("x")])[0]))
        await channel.close()
    assert outcome.fate is Fate.TEMPORARY


@every_remote_phone
async def test_the_same_call_is_the_same_bytes_at_every_try(phone: Phone) -> None:
    _, requests = await sent(phone, Answer(500, b""), times=3)
    assert len(requests) == 3
    assert len({(request.path, request.body) for request in requests}) == 1
    steady = [{name: value for name, value in request.headers.items() if name != "date"} for request in requests]
    assert steady[0] == steady[1] == steady[2]


@every_remote_phone
async def test_a_cancelled_send_is_cancelled(phone: Phone) -> None:
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await sent(phone, "timeout", deadline=5.0)


@every_phone
async def test_a_call_no_platform_could_take_is_an_outcome(phone: Phone) -> None:
    if not phone.endings:
        return
    channel = phone.channel(f"http://127.0.0.1:{two_free_ports()}")
    outcome = await channel.send(replace(phone.push(b"{}"), body=b"\xff no JSON"))
    await channel.close()
    assert outcome.fate is Fate.PERMANENT
