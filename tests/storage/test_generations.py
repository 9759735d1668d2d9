"""Generations: what a machine remembers outside the database decides whether the database may push."""

from datetime import timedelta

from sqlalchemy import Connection

from storage import claims, generations, outbox
from storage.clock import real_now
from storage.database import Database
from storage.facts import ChannelName
from storage.outbox import OutboxKind
from tests.scheduler.post import store


def test_only_the_generation_that_is_remembered_is_armed(database: Database) -> None:
    def unit(connection: Connection) -> list[bool]:
        first = generations.start(connection)
        second = generations.start(connection)
        return [generations.is_armed(connection, name) for name in (first, second, "")]

    assert database.write(unit).result() == [False, True, False]


def test_of_a_database_that_is_not_armed_only_replies_are_claimed(database: Database) -> None:
    kinds = {store(database, f"U{kind}", kind=kind): kind for kind in OutboxKind}

    def unit(connection: Connection) -> list[int]:
        now, lines = real_now(), [ChannelName.LINE]
        claimed = claims.claim_due(
            connection, "me", lines, now, timedelta(seconds=30), 10, alone=True, kinds=outbox.REPLIES
        )
        return [call.id for call in claimed]

    claimed = {kinds[number] for number in database.write(unit).result()}
    assert claimed == {OutboxKind.PRESS_ANSWER, OutboxKind.ANSWER}
