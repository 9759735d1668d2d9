"""Who cannot be reached for a year leaves only a keyed hash behind, and is known again when they come back."""

from datetime import timedelta

from sqlalchemy import select

from handlers import burying
from storage import accounts, ledger, people, reach
from storage.accounts import ACCOUNTS
from storage.facts import AccountState, ChannelName, PersonFacts, Reach
from tests.town import Citizen, Town

YEAR = timedelta(days=365)


def bury(town: Town) -> int:
    house = town.house
    unit = burying.bury_unreachable
    return town.database.write(lambda c: unit(c, town.programme, house.keyed_hash, house.clock.now(), 50)).result()


def person_of(citizen: Citizen) -> PersonFacts:
    def question(connection):  # type: ignore[no-untyped-def]
        found = accounts.find(connection, ChannelName.LINE, "bot", citizen.key)
        return people.find(connection, found.person_id)

    found: PersonFacts = citizen.town.database.read(question).result()
    return found


def everything_about_accounts(town: Town) -> str:
    return str(town.database.read(lambda c: c.execute(select(ACCOUNTS)).all()).result())


def test_after_a_year_out_of_reach_nothing_is_left_but_a_keyed_hash(town: Town) -> None:
    citizen = town.citizen(language="en")
    citizen.press("ward:tobata")
    citizen.press("name")
    citizen.text("Natsuki")
    citizen.block()
    town.now += YEAR - timedelta(minutes=1)
    assert bury(town) == 0
    town.now += timedelta(minutes=2)
    assert bury(town) == 1
    assert citizen.key not in everything_about_accounts(town)
    names = town.database.read(lambda c: c.execute(select(people.PEOPLE)).all()).result()
    assert "Natsuki" not in str(names)
    assert "tobata" not in str(names)
    found = town.database.read(reach.find_all).result()[ChannelName.LINE]
    assert (found[Reach.TOMBSTONE], found[Reach.BLOCKED]) == (1, 0)
    assert bury(town) == 0


def test_who_comes_back_is_known_again_with_their_points(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("r:bicycle_walk:2022-01-20:1")
    before = person_of(citizen)
    points = town.database.read(lambda c: ledger.list_tallies(c, before.id)).result()
    assert points
    citizen.block()
    town.now += YEAR + timedelta(days=40)
    assert bury(town) == 1
    citizen.follow()
    assert "おかえりなさい" in citizen.words()
    after = person_of(citizen)
    assert after.id == before.id
    assert town.database.read(lambda c: ledger.list_tallies(c, after.id)).result() == points
    town.now += YEAR * 2
    assert bury(town) == 0


def test_a_stranger_is_not_taken_for_somebody_else(town: Town) -> None:
    gone = town.citizen()
    gone.block()
    town.now += YEAR * 2
    assert bury(town) == 1
    assert person_of(town.citizen()).id
    assert town.database.read(reach.find_all).result()[ChannelName.LINE][Reach.TOMBSTONE] == 1


def test_one_who_is_still_reached_on_another_account_keeps_name_and_ward(town: Town) -> None:
    citizen = town.citizen()
    citizen.press("ward:tobata")
    before = person_of(citizen)

    def add_second(connection):  # type: ignore[no-untyped-def]
        second = accounts.add(connection, ChannelName.TELEGRAM, "42", "77", town.now)
        accounts.change(connection, second.id, person_id=before.id)

    town.database.write(add_second).result()
    citizen.block()
    town.now += YEAR * 2
    assert bury(town) == 1
    found = town.database.read(lambda c: people.find(c, before.id)).result()
    assert found is not None
    assert (found.nickname, found.ward) == (before.nickname, "tobata")


def test_the_year_begins_with_the_first_sign_and_ends_with_coming_back(town: Town) -> None:
    citizen = town.citizen()
    citizen.block()
    town.now += timedelta(days=300)
    account = town.database.read(lambda c: accounts.find(c, ChannelName.LINE, "bot", citizen.key)).result()
    assert account is not None
    gone = lambda c: accounts.mark_unreachable(c, account.id, AccountState.GONE, town.now)  # noqa: E731
    town.database.write(gone).result()
    town.now += timedelta(days=60)
    citizen.follow()
    town.now += timedelta(days=10)
    assert bury(town) == 0
    citizen.block()
    town.now += timedelta(days=366)
    assert bury(town) == 1
