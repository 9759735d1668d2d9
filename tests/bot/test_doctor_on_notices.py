"""What `doctor` says of notices that came too late."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.doctor.database import _look_at_notices
from bot.doctor.findings import Level
from storage import notices, outbox
from storage.clock import real_now
from storage.database import Database
from storage.facts import NoticeKind
from storage.notices import NOTICES, NoticeState
from storage.outbox import OutboxKind, OutboxState
from tests.storage.rows import a_call


def end(database: Database, person_id: int, state: NoticeState, days_ago: int) -> None:
    """Store a notice that ended some days ago."""
    at = real_now() - timedelta(days=days_ago)

    def unit(connection: Connection) -> None:
        times = {"due_at": at, "not_after": at, "now": at}
        notices.add(connection, NoticeKind.DAY_BEFORE, 1, 1, person_id, schedule_version=1, **times)
        ended = NOTICES.update().where(NOTICES.c.person_id == person_id)
        connection.execute(ended.values(state=state, ended_at=at))

    database.write(unit).result()


def test_doctor_counts_what_came_too_late_in_the_last_week(database: Database) -> None:
    assert _look_at_notices(database).level is Level.OK
    end(database, 1, NoticeState.EXPIRED, days_ago=1)
    end(database, 2, NoticeState.EXPIRED, days_ago=8)
    end(database, 3, NoticeState.SKIPPED, days_ago=1)
    sealed = {"kind": OutboxKind.NOTICE, "state": OutboxState.EXPIRED, "made_at": real_now()}
    database.write(lambda c: outbox.add(c, **a_call(**sealed))).result()
    finding = _look_at_notices(database)
    assert finding.level is Level.WARN
    assert finding.words.startswith("2 came too late")
