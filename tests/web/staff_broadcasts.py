"""Broadcasts of a small office: written through the handlers, where a test is about what comes after."""

from datetime import timedelta
from typing import Any

from handlers import broadcasting, messages
from handlers.messages import Card, Choice, Text
from storage import approvers, broadcasts, marks, quotas
from storage.approvers import SecretWord
from storage.facts import Audience, BroadcastContent, BroadcastFacts, ChannelName
from storage.marks import MarkName
from tests.rules.broadcast_facts import content
from tests.web.staff_desk import Office

AUTHOR = "佐藤 花子"
LINES = ("1月29日(土)に清掃をします。", "<b>軍手</b>を持ってきてください。")
JA = messages.dump([Card("清掃のお知らせ", LINES, (Choice("メニュー", "menu"),))])
EN = messages.dump([Text("Clean-up on Sat 29 Jan.")])


def written(office: Office, **changes: Any) -> BroadcastContent:
    now = office.town.now
    times = {"send_at": now + timedelta(hours=1), "not_after": now + timedelta(hours=6)}
    return content(**{**times, "title": "川の清掃", "texts": {"en": EN, "ja": JA}, "audience": Audience(), **changes})


def draft(office: Office, by: str = AUTHOR, **changes: Any) -> int:
    """Begin a broadcast; gives its number."""
    said, now = written(office, **changes), office.town.now
    office.do(lambda c: marks.put(c, MarkName.GENERATION, "first"))
    office.do(lambda c: quotas.put(c, ChannelName.LINE, 10_000, 0, now))
    return int(office.do(lambda c: broadcasting.draft(c, said, by=by, now=now)))


def stored(office: Office, number: int) -> BroadcastFacts:
    found = office.town.database.read(lambda c: broadcasts.find(c, number)).result()
    assert found is not None
    return found


def armed(office: Office, **changes: Any) -> int:
    """Lead a broadcast to where it begins by itself."""
    number, now = draft(office, **changes), office.town.now
    office.do(lambda c: approvers.put(c, "Second", SecretWord.make("word"), now, is_deputy=False))
    said = stored(office, number).content
    seen = office.sender.gather(said, is_unchecked=True)
    of = broadcasting.rules.content_hash(said)
    office.do(lambda c: broadcasting.submit(c, number, seen, of, by=AUTHOR, now=now))
    office.do(lambda c: broadcasting.approve(c, number, of, by="Second", now=now))
    forecast = office.sender.foresee(number)
    office.do(lambda c: broadcasting.arm(c, number, forecast, by=AUTHOR, now=now, real_now=now))
    return number
