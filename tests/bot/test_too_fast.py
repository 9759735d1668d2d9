"""Writing too fast silences answers for a minute; it never loses a block, a return or a message taken back."""

from sqlalchemy import select

from storage.facts import AccountState
from storage.inbox import INBOX
from tests.handlers.test_preferring import account
from tests.town import Citizen, Town


def hasty(town: Town) -> Citizen:
    citizen = town.citizen()
    for _ in range(town.programme.limits.messages_a_minute + 2):
        citizen.press("menu")
    assert not citizen.answered
    return citizen


def test_a_block_counts_from_who_wrote_too_fast(town: Town) -> None:
    citizen = hasty(town)
    citizen.block()
    assert account(citizen).state is AccountState.BLOCKED


def test_a_return_counts_from_who_wrote_too_fast_without_an_answer(town: Town) -> None:
    citizen = hasty(town)
    citizen.block()
    assert not citizen.follow()
    assert account(citizen).state is AccountState.FOLLOWING


def test_a_message_can_be_taken_back_by_who_wrote_too_fast(town: Town) -> None:
    citizen = hasty(town)
    citizen.send({"type": "text", "text": "ひみつのことば", "id": "message-7"})
    citizen.unsend("message-7")
    kept = town.database.read(lambda c: c.execute(select(INBOX.c.raw)).scalars().all()).result()
    assert not [raw for raw in kept if "message-7" in raw]
