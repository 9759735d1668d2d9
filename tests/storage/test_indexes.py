"""No question that is asked again and again reads a whole table that grows."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event

from storage import (
    audit,
    batches,
    broadcasts,
    candidates,
    claims,
    deliveries,
    draws,
    events,
    evidence,
    inbox,
    inquiries,
    month_facts,
    notices,
    outbox,
    people,
    prepared,
    puzzles,
    registrations,
    splits,
    standing_orders,
    weeks,
)
from storage.candidates import Cap
from storage.deliveries import Lot
from storage.facts import ChannelName, DeliveryState
from tests import databases
from tests.storage.rows import NOW

LINE = ChannelName.LINE
LEASE = timedelta(seconds=30)
LOT = Lot(0, LINE, "bot", "ja")
QUESTIONS: dict[str, Callable[[Connection], Any]] = {
    "claim": lambda c: claims.claim_due(c, "me", [LINE], NOW, LEASE, 200, alone=True),
    "paced": lambda c: batches.hold_paced(
        c, "me", LINE, "push", [1], NOW, 9, alone=True, held=[], chat_gap=timedelta(seconds=1)
    ),
    "ahead": lambda c: batches.count_ahead(c, 1, LINE),
    "withdrawn": lambda c: batches.withdraw(c, 1, NOW, 100),
    "lots": lambda c: deliveries.list_lots(c, 1),
    "broadcasts with open deliveries": deliveries.list_open_broadcasts,
    "candidates": lambda c: candidates.claim_waiting(c, 1, LOT, 500, Cap(3, NOW)),
    "ended": lambda c: deliveries.end_call(c, 1, 1, LINE, DeliveryState.ACCEPTED, "", NOW),
    "deliveries too late": lambda c: deliveries.end_waiting(c, 1, DeliveryState.EXPIRED, "", NOW, 1_000),
    "of a leaving person": lambda c: deliveries.list_calls(c, [1]),
    "open calls": outbox.count_open,
    "old calls": lambda c: outbox.empty_bodies(c, NOW, 500),
    "ended calls": lambda c: outbox.remove_old(c, NOW, 500),
    "acts to report": lambda c: audit.list_newest(c, 10, to_report=True),
    "late calls": lambda c: outbox.count_expired(c, NOW),
    "stranded": lambda c: outbox.expire_stranded(c, NOW, 500),
    "oldest": lambda c: inbox.find_oldest_waiting(c, LINE, "bot", "U1"),
    "arrived": lambda c: inbox.list_arrived(c, 1, 64),
    "accounts": inbox.list_waiting_accounts,
    "states": inbox.count_states,
    "given up": lambda c: inbox.list_failed(c, 11),
    "put back": lambda c: inbox.put_back(c, [1, 2]),
    "broadcasts handed in": lambda c: broadcasts.list_handed_in(c, 30),
    "broadcasts under way": lambda c: broadcasts.list_under_way(c, 30),
    "an audience's count": lambda c: broadcasts.find_count(c, 1),
    "notices to come": lambda c: notices.count_due(c, NOW, NOW + timedelta(days=1), 10_000),
    "parts of a week": lambda c: events.list_within(c, NOW, NOW + timedelta(days=7), 30),
    "old events": lambda c: inbox.empty_bodies(c, NOW, 500),
    "overdue offers": lambda c: registrations.list_overdue_offers(c, NOW, 50),
    "due notices": lambda c: notices.list_due(c, NOW, 100),
    "late notices": lambda c: notices.count_expired(c, NOW),
    "old notices": lambda c: notices.remove_old(c, NOW, 500),
    "outdated calls": lambda c: outbox.skip_outdated(c, 1, 2, NOW),
    "open broadcasts": lambda c: broadcasts.list_open(c, NOW),
    "overdue broadcasts": lambda c: broadcasts.list_overdue(c, NOW, 20),
    "promised messages": broadcasts.list_promised,
    "told before a block": lambda c: broadcasts.list_told(c, 1, NOW),
    "person board": lambda c: weeks.list_best(c, NOW.date(), 20),
    "rank": lambda c: weeks.find_crowd(c, NOW.date(), 30),
    "own week": lambda c: weeks.find(c, 1, NOW.date()),
    "leaving the board": lambda c: weeks.unlist_person(c, 1),
    "persons by name": lambda c: people.list_by_name(c, "花", 51),
    "more persons by name": lambda c: people.list_by_name(c, "花", 51, ("花子", 7)),
    "names that wait": lambda c: people.list_waiting_names(c, 51),
    "more names that wait": lambda c: people.list_waiting_names(c, 51, (NOW, 7)),
    "month's sums": lambda c: splits.list_of_month(c, NOW.date().replace(day=1)),
    "month's parts": lambda c: month_facts.list_held(c, NOW.date().replace(day=1)),
    "month's broadcasts": lambda c: month_facts.find_use(c, NOW.date().replace(day=1)),
    "photos that wait": lambda c: evidence.list_waiting(c, 51),
    "more photos that wait": lambda c: evidence.list_waiting(c, 51, (NOW, 7)),
    "a person's photos": lambda c: evidence.list_told(c, 1, NOW, 3),
    "a person's photos of a day": lambda c: evidence.count_asked(c, 1, NOW),
    "photo by its link": lambda c: evidence.find_by_token(c, "x", NOW),
    "photos too late": lambda c: evidence.expire(c, NOW, NOW, 500),
    "photos to delete": lambda c: evidence.forget_pictures(c, NOW, 500),
    "draws won": lambda c: draws.list_won(c, 1, NOW),
    "lots of who leaves": lambda c: draws.forget_person(c, [1, 2]),
    "old lots": lambda c: draws.forget_old(c, NOW, 500),
    "old photos": lambda c: evidence.remove_old(c, NOW, 500),
    "questions due": lambda c: inquiries.list_due(c, 51),
    "more questions due": lambda c: inquiries.list_due(c, 51, (NOW.date(), 7)),
    "questions answered": lambda c: inquiries.list_latest(c, inquiries.InquiryState.ANSWERED, 20),
    "open questions": lambda c: inquiries.count_open(c, NOW.date()),
    "a person's question": lambda c: inquiries.find_live(c, 1),
    "lines of a question": lambda c: inquiries.list_lines(c, 1),
    "first words": lambda c: inquiries.list_first_words(c, [1, 2]),
    "a question's message taken back": lambda c: inquiries.take_back(c, 1, "1"),
    "quiet questions": lambda c: inquiries.close_quiet(c, NOW, NOW, 500),
    "old questions": lambda c: inquiries.forget_old(c, NOW, 500),
    "puzzles": lambda c: puzzles.list_most(c, 51),
    "more puzzles": lambda c: puzzles.list_most(c, 51, (3, "あ", "ja")),
    "old puzzles": lambda c: puzzles.forget_old(c, NOW.date(), 500),
    "a puzzle": lambda c: puzzles.remove(c, "ja", "あ"),
    "this Monday": lambda c: standing_orders.find_push(c, NOW.date()),
}
OF_FEW = (
    "outbox_of_broadcast", "delivery_waiting", "delivery_sealed", "ix_account_person_id",
    "sqlite_autoindex_delivery_1",  # a broadcast and an account
    "outbox_open", "outbox_paced", "outbox_full", "outbox_stranded", "outbox_answering", "outbox_late",
    "inbox_waiting", "inbox_failed", "inbox_full", "notice_due", "notice_ended", "registration_offers",
    "audit_to_report", "broadcast_open", "broadcast_handed_in",
    "delivery_of_account",  # one account's of some days
    "outbox_made",  # of all, read from its oldest end on
    "part_when", "ix_broadcast_began_at",  # a month's
    "sqlite_autoindex_month_split_1", "sqlite_autoindex_delivery_tally_1",  # a month's sums, a broadcast's
    "sqlite_autoindex_quota_1",  # a channel's month
    "inquiry_due", "inquiry_changed", "ix_inquiry_person_id",  # one person's, of at most some years
    "ix_inquiry_line_inquiry_id", "ix_inquiry_line_message_id",
    "evidence_waiting", "evidence_pictures", "sqlite_autoindex_evidence_2",  # the last: one link
    "ix_evidence_person_id", "ix_evidence_asked_at",  # one person's; of all, read from its oldest end on
    "draw_lot_person", "ix_draw_made_at", "sqlite_autoindex_draw_lot_2",  # one person's; one draw's, still somebody's
    "puzzle_times", "ix_puzzle_last_on", "sqlite_autoindex_puzzle_1",
    "person_naming", "person_merged",  # the latter: those that became one person
    "person_search_name",  # those whose name begins so, from where the page begins
    "person_week_listed", "ix_person_week_person_id",
    "sqlite_autoindex_person_week_1", "sqlite_autoindex_weekly_push_1",  # one row by its key
    "sqlite_autoindex_week_step_1",  # one week's steps: as many as there are numbers of points
    "part_when", "sqlite_autoindex_part_1",  # those of one week; of one event
    "ix_outbox_account_id",  # one account's, asked only for a notice that is due
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS)
def test_sqlite_answers_from_an_index_of_the_few_rows_it_is_about(
    question: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plans: list[str] = []

    def explain(_: Any, cursor: Any, statement: str, values: Any, *__: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = cursor.connection.cursor().execute(f"EXPLAIN QUERY PLAN {statement}", values)
            # A constant is no table, nor is a list of numbers that is given with the question.
            # What a question within has found is counted: anon_1. An empty list is a subquery.
            given = ("SCAN CONSTANT ROW", "SCAN anon_1", "SCAN (subquery-1)")
            said = (row[3] for row in plan if row[3] not in given and "VIRTUAL TABLE" not in row[3])
            plans.extend(one for one in said if one.startswith(("SCAN", "SEARCH")))

    def explain_prepared(connection: Connection, form: Any, values: Any, *way: Any) -> Any:
        explain(None, connection.connection.driver_connection.cursor(), form.sql, values)
        return run(connection, form, values, *way)

    run = prepared._execute
    monkeypatch.setattr(prepared, "_execute", explain_prepared)
    with databases.fresh("sqlite") as database:
        event.listen(database.engine, "before_cursor_execute", explain)
        database.write(QUESTIONS[question]).result()
        event.remove(database.engine, "before_cursor_execute", explain)
    assert plans
    for plan in plans:
        assert "PRIMARY KEY" in plan or plan.split(" USING ")[-1].removeprefix("COVERING ").split()[1] in OF_FEW, plan
