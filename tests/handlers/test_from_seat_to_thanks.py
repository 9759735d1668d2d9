"""The whole way of one event through the real handlers: registered in chat, checked in, held, thanked, asked."""

from datetime import timedelta

from handlers import attending, seating
from handlers.attending import CheckedIn
from handlers.seating import Registered
from storage import attendances, notices, registrations
from storage.facts import CheckInWay, NoticeKind
from tests.handlers.occasions import (
    START,
    SURVEY,
    add_event,
    check_in,
    city,
    differences,
    event_of,
    person_of,
    points_of,
)
from tests.town import Town


def test_a_citizen_registers_comes_is_thanked_and_answers(town: Town) -> None:
    (part,) = add_event(town, survey=SURVEY)
    event, citizen = event_of(town, part), town.citizen()
    person = person_of(town, citizen)
    citizen.press(f"reg:{event}")
    seat = town.database.read(lambda c: registrations.find(c, part, person)).result()
    assert seat is not None
    town.now = START - timedelta(minutes=20)
    how = {"by": "staff", "at": town.now, "now": town.now}
    came = town.database.write(lambda c: attending.check_in_by_code(c, town.programme, part, seat.code, **how)).result()
    assert isinstance(came, CheckedIn)
    town.now = START + timedelta(hours=2)
    assert town.database.write(lambda c: attending.hold_ended(c, town.programme, town.now, 10)).result() == 1
    assert city(town) == (1, 1, 1, 200)
    planned = town.database.read(lambda c: notices.list_of_part(c, part)).result()
    (thanks,) = [one for one, _, _ in planned if one.kind is NoticeKind.THANKS]
    assert (thanks.person_id, thanks.detail) == (person, {"points": "200"})
    citizen.press(f"survey:{event}")
    citizen.tap("5")
    assert town.database.read(lambda c: attendances.list_answers_of_event(c, event)).result() == [{1: "5"}]


def test_somebody_who_walks_in_without_a_phone_claims_the_points_at_home(town: Town) -> None:
    (part,) = add_event(town)
    town.now = START

    def walk_in(connection: object) -> tuple[int, str]:
        number, made = seating.register_guest(connection, event_of(town, part), "名簿 一", now=town.now)
        assert isinstance(made, Registered)
        return number, attending.make_slip(connection, town.house.keyed_hash, number)

    guest, code = town.database.write(walk_in).result()
    assert isinstance(check_in(town, part, guest, way=CheckInWay.HAND), CheckedIn)
    town.now += timedelta(days=3)
    citizen = town.citizen()
    citizen.text(code)
    assert points_of(town, person_of(town, citizen)) == 200
    assert city(town)[:2] == (1, 1)
    assert not differences(town)


def test_a_course_shows_how_much_of_it_was_attended(town: Town) -> None:
    parts = add_event(town, *[START + timedelta(days=7 * n) for n in range(6)])
    event, citizen = event_of(town, parts[0]), town.citizen()
    citizen.press(f"reg:{event}")
    for number in range(4):
        town.now = START + timedelta(days=7 * number)
        assert isinstance(check_in(town, parts[number], person_of(town, citizen)), CheckedIn)
    town.now += timedelta(days=1)
    citizen.press(f"mine:{event}")
    assert "6回のうち4回" in citizen.words()
