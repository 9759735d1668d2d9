"""Seeing, taking along and leaving: totals hold, and nobody is told by them."""

import json
from datetime import datetime, timedelta

from sqlalchemy import Connection, text

from handlers import attending, leaving
from storage import accounts, events, recount, registrations, totals
from storage.clock import TOKYO
from storage.events import PARTS
from storage.facts import ChannelName, RegistrationState
from tests.handlers.occasions import (
    START,
    SURVEY,
    add_event,
    add_guest,
    check_in,
    city,
    event_of,
    person_of,
    seat,
    seated,
)
from tests.town import Citizen, Town


def everything(town: Town) -> str:
    """All that stands in the database, as one text."""

    def dump(connection: Connection) -> str:
        from storage.schema import METADATA

        rows = [str(tuple(row)) for table in METADATA.sorted_tables for row in connection.execute(table.select())]
        return "\n".join(rows)

    return town.database.read(dump).result()


def left(town: Town) -> Citizen:
    citizen = town.citizen()
    citizen.press("name")
    citizen.text("とてもめずらしい名前")
    citizen.text("ひみつのことば")
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.press("leave")
    citizen.tap("退会して消す")
    return citizen


def test_leaving_says_what_stays_before_it_is_confirmed(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("leave")
    assert "だれのものか分からない形で市の合計に残ります" in citizen.words()


def test_leaving_keeps_the_totals(town: Town) -> None:
    left(town)
    found = town.database.read(lambda c: totals.find_totals(c, town.programme, town.now)).result()
    assert found.points_self_reported == 5


def test_leaving_forgets_account_name_and_words(town: Town) -> None:
    citizen = left(town)
    assert "退会しました" in citizen.words()
    stored = everything(town)
    assert "とてもめずらしい名前" not in stored
    assert "ひみつのことば" not in stored
    assert stored.count(citizen.key) == 1  # the address of the farewell, until it has been sent


def test_an_old_leave_button_asks_again(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("leave")
    button = next(c.data for c in citizen.buttons() if c.label == "退会して消す")
    citizen.press("menu")
    citizen.press(button)
    assert "退会しますか？" in citizen.words()


def test_who_left_may_join_again_as_somebody_new(town: Town) -> None:
    citizen = left(town)
    citizen.text("こんにちは")
    citizen.tap("日本語")
    citizen.tap("同意してはじめる")
    citizen.press("points")
    assert "合計 0" in citizen.words()


def test_the_export_holds_all_that_is_stored_about_a_person(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.text("合計")
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    found = town.database.read(lambda c: leaving.collect(c, account.id)).result()
    assert [entry["action"] for entry in found["ledger"]] == ["my_bottle"]
    assert found["consents"][0]["version"] == town.programme.consent.version
    assert any(event.get("message", {}).get("text") == "合計" for event in found["stored_messages"])
    assert found["accounts"][0]["key"] == citizen.key


def test_my_data_offers_a_link_to_all_of_it(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("data")
    assert any(choice.url.startswith("https://sandbox.test/mydata/") for choice in citizen.buttons())


def test_the_day_of_consent_is_a_day_in_tokyo(town: Town) -> None:
    town.now = datetime(2022, 1, 20, 1, tzinfo=TOKYO)  # still the 19th in UTC
    citizen = town.citizen()
    citizen.press("data")
    assert "同意した日：2022年1月20日(木)" in citizen.words()


def test_what_was_taken_back_is_no_recorded_action(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:my_bottle:2022-01-20:1")
    citizen.tap("取り消す")
    citizen.press("r:my_bag:2022-01-20:1")
    citizen.press("data")
    assert "記録した行動：1件" in citizen.words()


def test_the_farewell_leaves_a_way_back(town: Town) -> None:
    citizen = left(town)
    citizen.tap("参加する")
    assert {"日本語", "English"} <= {choice.label for choice in citizen.buttons()}


def test_an_erasure_is_noted_by_a_keyed_hash_only(town: Town) -> None:
    citizen = left(town)
    hashes = town.database.read(lambda c: c.execute(text("SELECT key_hash FROM erasure")).scalars().all()).result()
    assert hashes == [town.house.keyed_hash(f"line:bot:{citizen.key}")]


def test_who_leaves_gives_coming_seats_to_the_next_in_line_and_leaves_no_trace_of_companions(town: Town) -> None:
    (past,) = add_event(town, code="past", survey=SURVEY)
    coming, course = add_event(town, START + timedelta(days=7), START + timedelta(days=14), code="coming")
    leaver, waiting = town.citizen(), town.citizen()
    number = seated(town, past, leaver)
    companion = add_guest(town, "とてもめずらしい連れ", host_id=number)
    for part in (past, coming, course):
        town.database.write(lambda c, p=part: seat(c, p, number, town.now)).result()
        town.database.write(lambda c, p=part: seat(c, p, companion, town.now, host_id=number)).result()
    town.database.write(lambda c: c.execute(PARTS.update().values(capacity=2))).result()
    line = {"state": RegistrationState.WAITING, "queued": 9}
    town.database.write(lambda c: put_in_line(c, coming, person_of(town, waiting), town.now, line)).result()
    town.now = START
    check_in(town, past, number)
    check_in(town, past, companion)
    leaver.press(f"survey:{event_of(town, past)}:1:5")
    counted = city(town)
    leaver.press("leave")
    leaver.tap("退会して消す")
    assert city(town) == counted
    stored = everything(town)
    assert "とてもめずらしい連れ" not in stored
    for gone in (number, companion):
        assert str(gone) not in stored
    served = town.database.read(lambda c: registrations.find(c, coming, person_of(town, waiting))).result()
    assert served is not None
    assert served.state is RegistrationState.SEATED
    assert not town.database.read(lambda c: recount.compare(c, town.programme.periods)).result()


def put_in_line(connection: Connection, part_id: int, person_id: int, now: datetime, line: dict[str, object]) -> None:
    event = events.find_by_part(connection, part_id)
    assert event is not None
    registrations.put(connection, part_id, person_id, now, event_id=event.id, **line)


def test_the_export_holds_what_events_keep_of_a_person(town: Town) -> None:
    (part,) = add_event(town, survey=SURVEY)
    citizen = town.citizen()
    number = seated(town, part, citizen)
    add_guest(town, "連れ 一", host_id=number)
    town.now = START
    check_in(town, part, number)
    citizen.press(f"survey:{event_of(town, part)}:1:4")
    town.now += timedelta(hours=3)
    town.database.write(lambda c: attending.mark_held(c, town.programme, part, town.now)).result()
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    found = town.database.read(lambda c: leaving.collect(c, account.id)).result()
    json.dumps(found, default=str)
    assert [one["name"] for one in found["companions"]] == ["連れ 一"]
    assert [one["part_id"] for one in found["registrations"]] == [part]
    assert [one["state"] for one in found["attendances"]] == ["confirmed"]
    assert [one["answer"] for one in found["survey_answers"]] == ["4"]
    assert [one["kind"] for one in found["notices"]] == ["thanks"]
