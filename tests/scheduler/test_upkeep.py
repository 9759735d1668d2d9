"""What was kept long enough goes, and erasures reach the file outside exactly once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from scheduler import upkeep
from scheduler.slots import SlotRun
from storage import inbox, notices, outbox, people, puzzles, slots
from storage.clock import Clock
from storage.database import Database
from storage.facts import ChannelName, NoticeKind
from storage.inbox import INBOX
from storage.notices import NOTICES, Became, NoticeState
from storage.outbox import OUTBOX, OutboxState
from storage.slots import SLOTS, SlotState, StoredSlot
from tests.storage.rows import a_call, an_event

NOW = datetime(2022, 1, 20, 3, tzinfo=UTC)


def store(database: Database, number: int, age: timedelta, *, done: bool = True) -> None:
    def unit(connection: Connection) -> None:
        inbox.store_all(connection, [(ChannelName.LINE, [an_event(f"e{number}", at=NOW - age)], NOW - age)])
        if done:
            event = inbox.find_oldest_waiting(connection, ChannelName.LINE, "bot", "U1")
            assert event is not None
            inbox.mark_done(connection, event.id, NOW - age)

    database.write(unit).result()


def run(database: Database, folder: Path) -> None:
    ours = {"owner": "me", "attempts": 1, "leased_until": None, "started_at": NOW, "ended_at": None, "detail": ""}
    slot = StoredSlot(job="upkeep", due_at=NOW, state=SlotState.CLAIMED, **ours)
    upkeep.run(SlotRun(database, Clock(source=lambda: NOW), slot), folder / "erased.txt")


def rows(database: Database) -> list[tuple[str, str, str]]:
    columns = select(INBOX.c.event_id, INBOX.c.raw, INBOX.c.account_key).order_by(INBOX.c.id)
    return [tuple(row) for row in database.read(lambda c: c.execute(columns).all()).result()]


def test_bodies_go_after_seven_days_and_ids_after_thirty(database: Database, tmp_path: Path) -> None:
    ages = (timedelta(days=6, hours=23), timedelta(days=7, seconds=1), timedelta(days=30, seconds=1))
    for number, age in enumerate(ages):
        store(database, number, age)
    run(database, tmp_path)
    assert rows(database) == [("e0", "{}", "U1"), ("e1", "", "")]


def test_what_still_waits_is_kept_however_old(database: Database, tmp_path: Path) -> None:
    store(database, 1, timedelta(days=40), done=False)
    run(database, tmp_path)
    assert rows(database) == [("e1", "{}", "U1")]


def test_the_key_of_an_unsent_message_goes_with_the_rest(database: Database, tmp_path: Path) -> None:
    store(database, 1, timedelta(days=8))
    database.write(lambda c: c.execute(INBOX.update().values(raw="")) and None).result()
    run(database, tmp_path)
    assert rows(database) == [("e1", "", "")]


def test_more_than_a_piece_is_done_in_one_run(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "PIECE", 3)
    for number in range(7):
        store(database, number, timedelta(days=8))
    run(database, tmp_path)
    assert {row[1] for row in rows(database)} == {""}


def test_ended_calls_are_emptied_and_open_ones_are_not(database: Database, tmp_path: Path) -> None:
    old = NOW - timedelta(days=8)

    def unit(connection: Connection) -> None:
        for state in OutboxState:
            outbox.add(connection, **a_call(made_at=old, not_after=NOW + timedelta(days=1), state=state))

    database.write(unit).result()
    run(database, tmp_path)
    found = database.read(lambda c: c.execute(select(OUTBOX.c.state, OUTBOX.c.body, OUTBOX.c.to_key)).all()).result()
    full = {OutboxState(row.state) for row in found if row.body and row.to_key}
    assert full == {OutboxState.WAITING, OutboxState.SENDING, OutboxState.STRANDED}


def test_a_stranded_answer_that_found_no_ride_in_time_expires(database: Database, tmp_path: Path) -> None:
    late = a_call(state=OutboxState.STRANDED, not_after=NOW - timedelta(seconds=1))
    database.write(lambda c: outbox.add(c, **late)).result()
    run(database, tmp_path)
    assert database.read(lambda c: c.execute(select(OUTBOX.c.state)).scalar_one()).result() == OutboxState.EXPIRED


def test_an_erasure_is_written_down_once(database: Database, tmp_path: Path) -> None:
    database.write(lambda c: people.add_erasure(c, "a1", NOW)).result()
    for _ in range(2):
        run(database, tmp_path)
    assert (tmp_path / "erased.txt").read_text() == f"{NOW.isoformat()} a1\n"


def test_a_run_cut_off_between_file_and_database_writes_no_line_twice(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.write(lambda c: people.add_erasure(c, "a1", NOW)).result()
    with monkeypatch.context() as patch:
        patch.setattr(people, "mark_erasures_written", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(database, tmp_path)
    database.write(lambda c: people.add_erasure(c, "b2", NOW)).result()
    run(database, tmp_path)
    assert sorted((tmp_path / "erased.txt").read_text().splitlines()) == [
        f"{NOW.isoformat()} {key_hash}" for key_hash in ("a1", "b2")
    ]
    assert database.read(people.list_unwritten_erasures).result() == []


def test_a_line_cut_off_by_a_crash_is_written_again_whole(database: Database, tmp_path: Path) -> None:
    (tmp_path / "erased.txt").write_text(f"{NOW.isoformat()} a")
    database.write(lambda c: people.add_erasure(c, "a1", NOW)).result()
    run(database, tmp_path)
    assert (tmp_path / "erased.txt").read_text().splitlines() == [f"{NOW.isoformat()} a", f"{NOW.isoformat()} a1"]


def test_who_leaves_a_second_time_is_written_down_again(database: Database, tmp_path: Path) -> None:
    for at in (NOW, NOW + timedelta(days=1)):
        database.write(lambda c, at=at: people.add_erasure(c, "a1", at)).result()
        run(database, tmp_path)
    assert len((tmp_path / "erased.txt").read_text().splitlines()) == 2
    assert database.read(lambda c: c.execute(select(func.count()).select_from(people.ERASURES)).scalar()).result() == 1


def keep_slot(database: Database, day: int, state: SlotState, age: timedelta, job: str = "nightly") -> None:
    due_at = datetime(2022, 1, day, tzinfo=UTC)
    database.write(lambda c: slots.add(c, job, due_at, state, ended_at=NOW - age)).result()


def test_slots_go_after_a_day_and_those_that_are_shown_after_a_month(database: Database, tmp_path: Path) -> None:
    for day, state, age in (
        (1, SlotState.MISSED, timedelta(days=30, seconds=1)),
        (2, SlotState.FAILED, timedelta(days=29)),
        (3, SlotState.DONE, timedelta(days=1, seconds=1)),
        (4, SlotState.DONE, timedelta(hours=23)),
        (5, SlotState.DONE, timedelta(hours=1)),
    ):
        keep_slot(database, day, state, age)
    run(database, tmp_path)
    left = database.read(lambda c: c.execute(select(SLOTS.c.due_at).order_by(SLOTS.c.due_at)).scalars().all()).result()
    assert [due_at.day for due_at in left] == [2, 4, 5]


def test_the_newest_slot_of_a_job_stays_for_it_says_that_it_was_run(database: Database, tmp_path: Path) -> None:
    for job in ("weekly", "monthly"):
        keep_slot(database, 3, SlotState.DONE, timedelta(days=40), job)
    keep_slot(database, 1, SlotState.CLAIMED, timedelta(days=40), "weekly")  # begun: not ended, however old
    run(database, tmp_path)
    assert database.read(lambda c: c.execute(select(func.count()).select_from(SLOTS)).scalar()).result() == 3


def test_notices_go_ninety_days_after_they_ended_and_those_that_wait_stay(database: Database, tmp_path: Path) -> None:
    life = {"schedule_version": 1, "due_at": NOW, "not_after": NOW, "now": NOW}

    def unit(connection: Connection) -> None:
        for person, age in ((1, timedelta(days=90, seconds=1)), (2, timedelta(days=89)), (3, None)):
            notices.add(connection, NoticeKind.MOVED, 1, 1, person, **life)
            number = connection.execute(select(func.max(NOTICES.c.id))).scalar_one()
            if age is not None:
                notices.mark_all(connection, [Became(number, NoticeState.SEALED)], NOW - age)

    database.write(unit).result()
    run(database, tmp_path)
    left = database.read(lambda c: c.execute(select(NOTICES.c.person_id)).scalars().all()).result()
    assert sorted(left) == [2, 3]


def test_calls_go_ninety_days_after_they_were_made_if_they_have_ended(database: Database, tmp_path: Path) -> None:
    old, kept = timedelta(days=90, seconds=1), timedelta(days=89)
    for number, (state, age) in enumerate(
        [
            (OutboxState.ACCEPTED, old),
            (OutboxState.EXPIRED, old),
            (OutboxState.ACCEPTED, kept),
            (OutboxState.WAITING, old),
        ]
    ):
        call = a_call(state=state, made_at=NOW - age, account_id=number)
        database.write(lambda c, call=call: outbox.add(c, **call)).result()
    run(database, tmp_path)
    left = database.read(lambda c: c.execute(select(OUTBOX.c.account_id)).scalars().all()).result()
    assert sorted(left) == [2, 3]


def test_words_not_understood_go_ninety_days_after_they_were_last_written(database: Database, tmp_path: Path) -> None:
    for days, words in ((90, "い"), (91, "ろ")):
        on = (NOW - timedelta(days=days)).date()
        for _ in range(2):
            database.write(lambda c, words=words, on=on: puzzles.note(c, "ja", words, words, on)).result()
    run(database, tmp_path)
    assert [one.words for one in database.read(lambda c: puzzles.list_most(c, 9)).result()] == ["い"]
