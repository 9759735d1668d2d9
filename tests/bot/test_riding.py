"""Answers whose reply token died ride on the next one: whole, in their order, as far as they fit."""

from datetime import timedelta

from sqlalchemy import select

from handlers import messages
from handlers.messages import Text, Way
from storage import accounts, outbox
from storage.facts import ChannelName
from storage.outbox import OutboxKind, OutboxState
from tests.town import Citizen, Town


def strand(town: Town, citizen: Citizen, *said: str) -> None:
    """Leave an answer behind whose token died unused."""
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    assert account is not None
    times = {"due_at": town.now, "made_at": town.now, "not_after": town.now + timedelta(hours=1)}
    kind = {"kind": OutboxKind.ANSWER, "way": Way.REPLY, "state": OutboxState.STRANDED, "body": b"{}"}
    whose = {"account_id": account.id, "channel": ChannelName.LINE, "bot_id": "bot", "to_key": citizen.key}
    content = messages.dump([Text(words) for words in said])
    town.database.write(lambda c: outbox.add(c, content=content, **kind, **whose, **times)).result()


def states(town: Town) -> list[str]:
    rows = select(outbox.OUTBOX.c.state).where(outbox.OUTBOX.c.body == b"{}").order_by(outbox.OUTBOX.c.id)
    return list(town.database.read(lambda c: c.execute(rows).scalars().all()).result())


def test_stranded_answers_ride_in_their_order_before_the_new_one(town: Town) -> None:
    citizen = town.citizen()
    for words in ("one", "two", "three"):
        strand(town, citizen, words)
    said = citizen.press("help")
    assert [m.text for m in said[:3] if isinstance(m, Text)] == ["one", "two", "three"]
    assert "使い方" in citizen.words()
    assert set(states(town)) == {OutboxState.RODE}


def test_what_does_not_fit_whole_waits_for_the_next_ride(town: Town) -> None:
    citizen = town.citizen()
    strand(town, citizen, "1", "2", "3")
    strand(town, citizen, "4", "5")
    assert len(citizen.press("help")) == 4
    assert states(town) == [OutboxState.RODE, OutboxState.STRANDED]
    assert len(citizen.press("help")) == 3
    assert states(town) == [OutboxState.RODE, OutboxState.RODE]
