"""LINE's own published documents judge what is sent, and the events that the tests make up."""

import json

import pytest

from handlers.messages import Card, Choice, Text
from tests.channels.conformance import AWKWARD, DATA
from tests.channels.line.phone import PERSON, LinePhone
from tests.specifications import check_line, needs_specifications

pytestmark = needs_specifications
PHONE = LinePhone()


@pytest.mark.parametrize("text", AWKWARD.values(), ids=AWKWARD.keys())
@pytest.mark.parametrize("columns", [1, 2])
def test_whatever_is_rendered_is_as_published(text: str, columns: int) -> None:
    choices = tuple(Choice(text, data) for data in DATA)
    link = Choice("市のページ", url="https://example.org/北九州?a=１")
    given = [Text(text, choices), Card(text, (text, ""), (*choices, link), columns), Card("題", (text,) * 2, (link,))]
    bodies = [*PHONE.channel().render(given), *PHONE.channel().render([Card("題", ("線",), (link,))])]
    for body in bodies:
        message = json.loads(body)
        assert check_line("/v2/bot/message/push", "POST", {"to": PERSON, **message}) == []
        assert check_line("/v2/bot/message/reply", "POST", {"replyToken": "x", **message}) == []


def test_the_events_of_the_suite_are_as_published() -> None:
    events = [
        *(PHONE.writes("x"), PHONE.writes("x", group=True), PHONE.presses("x"), PHONE.follows(), PHONE.blocks()),
        *(PHONE.sends_picture(), PHONE.sends_sticker()),
    ]
    for event in events:
        ((_, body),) = PHONE.deliveries(event)
        assert check_line("/callback", "POST", json.loads(body)) == []
