"""Guests and companies' forms are forgotten when their time is up: names and hashes go, numbers and sums stay."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from handlers import forgetting
from storage import events, guests, people, registrations
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import AudienceKind, EventDetails, EventKind, EventMode, EventState, PlannedPart
from storage.people import PEOPLE
from storage.registrations import GUESTS

NOW = datetime(2022, 6, 1, 12, tzinfo=TOKYO)


def guest(connection: Connection, name: str, forget_at: datetime | None, **values: str) -> int:
    number = people.draw_number()
    connection.execute(PEOPLE.insert().values(id=number, nickname_is_own=False, is_tombstone=False))
    registrations.add_guest(connection, number, name, NOW - timedelta(days=200), forget_at=forget_at, **values)
    return number


def event(connection: Connection, code: str, ends_at: datetime, state: EventState = EventState.HELD) -> int:
    details = EventDetails(
        code=code, kind=EventKind.SEMINAR, audiences=(AudienceKind.COMPANY,), title={"ja": "題"},
        description={"ja": "説明"},
        mode=EventMode.ONLINE, source="made up",
    )  # fmt: skip
    parts = [PlannedPart(starts_at=ends_at - timedelta(hours=2), ends_at=ends_at)]
    return events.add(connection, details, parts, state, ends_at)


def test_a_guest_whose_time_is_up_loses_name_and_hashes_and_stays_as_a_number(database: Database) -> None:
    def unit(connection: Connection) -> list[tuple[object, ...]]:
        old = guest(connection, "山田", NOW - timedelta(minutes=1), number_hash="m", email_hash="e", slip_hash="s")
        guest(connection, "佐藤", NOW + timedelta(minutes=1), number_hash="n")
        assert forgetting.forget_guests(connection, NOW, 10) == 1
        assert forgetting.forget_guests(connection, NOW, 10) == 0
        assert connection.execute(select(PEOPLE.c.id).where(PEOPLE.c.id == old)).first() is not None
        columns = (GUESTS.c.name, GUESTS.c.number_hash, GUESTS.c.email_hash, GUESTS.c.slip_hash)
        return [tuple(row) for row in connection.execute(select(*columns).order_by(GUESTS.c.name))]

    assert database.write(unit).result() == [("", None, None, None), ("佐藤", "n", None, None)]


def test_forgetting_goes_in_pieces_and_says_when_it_is_done(database: Database) -> None:
    def unit(connection: Connection) -> list[int]:
        for number in range(5):
            guest(connection, f"guest {number}", NOW - timedelta(days=number))
        return [forgetting.forget_guests(connection, NOW, 2) for _ in range(3)]

    assert database.write(unit).result() == [2, 2, 1]


def test_companies_forms_are_removed_three_months_after_the_event(database: Database) -> None:
    def unit(connection: Connection) -> list[int]:
        over = event(connection, "over", NOW - timedelta(days=91))
        fresh = event(connection, "fresh", NOW - timedelta(days=89))
        called_off = event(connection, "called_off", NOW - timedelta(days=100), EventState.CANCELLED)
        for number in (over, fresh, called_off):
            registrations.put_company_form(connection, number, 7, "会社", "a@example.jp", NOW)
        assert forgetting.forget_guests(connection, NOW, 10) == 2
        return [number for number in (over, fresh, called_off) if registrations.list_company_forms(connection, number)]

    assert len(database.write(unit).result()) == 1


def test_the_day_of_forgetting_is_put_off_and_never_brought_forward(database: Database) -> None:
    def unit(connection: Connection) -> list[datetime]:
        soon, late = guest(connection, "a", NOW), guest(connection, "b", NOW + timedelta(days=9))
        guests.keep_until(connection, (soon, late), NOW + timedelta(days=5))
        return sorted(connection.execute(select(GUESTS.c.forget_at)).scalars())

    assert database.write(unit).result() == [NOW + timedelta(days=5), NOW + timedelta(days=9)]
