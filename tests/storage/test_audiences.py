"""Whom an audience holds: asked in pieces and counted, by everything one can ask."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection

from storage import accounts, approvers, audiences, events, interests, ledger, marks, people, registrations
from storage.attendances import ATTENDANCES
from storage.audiences import Addressee
from storage.clock import TOKYO
from storage.database import Database
from storage.facts import (
    AccountState,
    Audience,
    AudienceCount,
    AudienceKind,
    ChannelName,
    EventRelation,
    EventState,
    PlannedPart,
    RegistrationState,
)
from storage.marks import MarkName
from tests.handlers.occasions import details

NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)
LINE, TELEGRAM = ChannelName.LINE, ChannelName.TELEGRAM


class Crowd:
    """People put straight into storage, by a name that tests speak of."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.names: dict[int, str] = {}

    def person(self, name: str, *channels: ChannelName, joined: bool = True, **values: object) -> int:
        """Add somebody on some channels; gives their person number, 0 where they never joined."""
        ward = values.pop("ward", None)

        def add(connection: Connection) -> int:
            number = people.add(connection, name, NOW) if joined else 0
            if joined:
                people.change(connection, number, consent_version="1", ward=ward)
            for channel in channels or (LINE,):
                account = accounts.add(connection, channel, "bot", f"{channel}-{name}", NOW)
                accounts.change(connection, account.id, person_id=number or None, **values)
                self.names[account.id] = f"{name}@{channel}" if len(channels) > 1 else name
            return number

        return self.database.write(add).result()

    def listed(self, limit: int = 2, **limits: object) -> list[Addressee]:
        """List all of an audience's accounts, piece by piece."""
        audience, found, after = Audience(**limits), list[Addressee](), 0
        while True:
            piece = self.database.read(
                lambda c, after=after: audiences.list_piece(c, audience, NOW, after=after, limit=limit)
            ).result()
            found += piece.addressees
            if piece.upto is None:
                return found
            after = piece.upto

    def told(self, **limits: object) -> list[str]:
        """Name who would be told first, in order."""
        return [self.names[one.account_id] for one in self.listed(**limits) if one.turn == 0]

    def counted(self, **limits: object) -> list[AudienceCount]:
        return self.database.read(lambda c: audiences.count(c, Audience(**limits), NOW)).result()

    def event(self, **changes: object) -> int:
        """Add an event of one part."""
        planned = [PlannedPart(starts_at=NOW + timedelta(days=3), ends_at=NOW + timedelta(days=3, hours=1))]
        return self.database.write(
            lambda c: events.add(c, details(**changes), planned, EventState.PUBLISHED, NOW)
        ).result()

    def register(self, event_id: int, person_id: int, **values: object) -> None:
        kept = {"host_id": None, "account_id": None, "state": RegistrationState.SEATED, "queued": 0, **values}
        part_id = self._part(event_id)
        self.database.write(lambda c: registrations.put(c, part_id, person_id, NOW, event_id=event_id, **kept)).result()

    def attend(self, event_id: int, person_id: int) -> None:
        values = {"event_id": event_id, "part_id": self._part(event_id), "way": "hand", "state": "confirmed"}
        seen = {"person_id": person_id, "at": NOW, "entered_at": NOW, "entered_by": "desk", "times": 1, **values}
        self.database.write(lambda c: c.execute(ATTENDANCES.insert().values(**seen))).result()

    def report(self, person_id: int, days_ago: int) -> None:
        on = (NOW - timedelta(days=days_ago)).date()
        values = {"person_id": person_id, "account_id": 0, "kind": "report", "reference": f"{person_id}-{on}"}
        rest = {"points": 5, "counts_for_board": True, "rule_version": 1, "n": 1, "period": on.isoformat()}
        entry = {**values, **rest, "action": "my_bottle", "acted_on": on, "entered_at": NOW, "confirmed": False}
        self.database.write(lambda c: ledger.add_entry(c, **entry, co2_grams=0, detail="")).result()

    def _part(self, event_id: int) -> int:
        event = self.database.read(lambda c: events.find(c, event_id)).result()
        assert event is not None
        return event.parts[0].id


@pytest.fixture
def crowd(database: Database) -> Crowd:
    return Crowd(database)


def test_an_empty_audience_is_everybody_who_joined_in_pieces_of_any_size(crowd: Crowd) -> None:
    for name in ("a", "b", "c", "d", "e"):
        crowd.person(name)
    crowd.person("friend", joined=False)
    assert [crowd.told(limit=size) for size in (1, 2, 5, 100)] == [["a", "b", "c", "d", "e"]] * 4


def test_friends_are_told_only_where_asked_for_and_where_nothing_is_asked_about_persons(crowd: Crowd) -> None:
    crowd.person("a", ward="kokurakita")
    crowd.person("friend", joined=False)
    assert crowd.told(friends=True) == ["a", "friend"]
    assert crowd.told(friends=True, wards=("kokurakita",)) == ["a"]


def test_a_group_is_never_told(crowd: Crowd) -> None:
    crowd.person("group", joined=False, greeted_at=NOW)
    assert crowd.told(friends=True) == []


def test_who_did_not_agree_or_left_is_not_told(crowd: Crowd) -> None:
    silent, gone = crowd.person("silent"), crowd.person("gone")
    crowd.database.write(lambda c: people.change(c, silent, consent_version="")).result()
    crowd.database.write(lambda c: people.change(c, gone, is_tombstone=True)).result()
    assert crowd.told(friends=True) == []


def test_blocked_gone_and_paused_accounts_are_counted_apart_and_not_told(crowd: Crowd) -> None:
    crowd.person("a")
    crowd.person("friend", joined=False)
    crowd.person("blocked", state=AccountState.BLOCKED)
    crowd.person("gone", state=AccountState.GONE)
    crowd.person("paused", paused=True)
    assert crowd.told(friends=True) == ["a", "friend"]
    counted = AudienceCount(channel=LINE, joined=1, friends=1, paused=1, blocked=1, gone=1)
    assert crowd.counted(friends=True) == [AudienceCount(channel=TELEGRAM), counted]


def test_a_person_of_two_accounts_is_told_first_on_telegram(crowd: Crowd) -> None:
    crowd.person("both", LINE, TELEGRAM)
    assert crowd.told() == ["both@telegram"]
    assert [one.turn for one in crowd.listed()] == [1, 0]
    assert crowd.counted() == [
        AudienceCount(channel=TELEGRAM, joined=1),
        AudienceCount(channel=LINE, elsewhere=1),
    ]
    assert crowd.told(channels=(LINE,)) == ["both@line"]


def test_a_pause_on_one_account_holds_for_all_of_the_person(crowd: Crowd) -> None:
    crowd.person("both", LINE, TELEGRAM)
    with_pause = next(number for number, name in crowd.names.items() if name.endswith("line"))
    crowd.database.write(lambda c: accounts.change(c, with_pause, paused=True)).result()
    assert crowd.listed() == []


def test_languages_are_those_of_the_accounts_and_japanese_where_none_is_known(crowd: Crowd) -> None:
    crowd.person("none")
    crowd.person("ja", language="ja")
    crowd.person("en", language="en")
    assert crowd.told(languages=("ja",)) == ["none", "ja"]
    assert crowd.told(languages=("en", "ko")) == ["en"]


def test_wards_are_those_that_people_named(crowd: Crowd) -> None:
    crowd.person("a", ward="kokurakita")
    crowd.person("b", ward="moji")
    crowd.person("c")
    assert crowd.told(wards=("kokurakita", "yahatahigashi")) == ["a"]


def test_an_interest_is_one_that_was_named_or_shown_by_a_registration(crowd: Crowd) -> None:
    named, shown = crowd.person("named"), crowd.person("shown")
    crowd.person("other")
    crowd.database.write(lambda c: interests.add(c, named, "energy")).result()
    crowd.register(crowd.event(interests=("energy",)), shown)
    assert crowd.told(interests=("energy",)) == ["named", "shown"]


def test_companies_are_those_who_registered_as_one(crowd: Crowd) -> None:
    company = crowd.person("company")
    crowd.person("citizen")
    crowd.register(crowd.event(), company, as_company=True)
    assert crowd.told(kinds=(AudienceKind.COMPANY,)) == ["company"]
    assert crowd.told(kinds=(AudienceKind.PUBLIC,)) == ["citizen"]
    assert crowd.told(kinds=tuple(AudienceKind)) == ["company", "citizen"]


@pytest.mark.parametrize(
    ("relation", "told"),
    [
        (EventRelation.REGISTERED, ["came", "absent"]),
        (EventRelation.ATTENDED, ["came", "walk-in"]),
        (EventRelation.ABSENT, ["absent"]),
        (EventRelation.NOT_REGISTERED, ["cancelled", "stranger"]),
    ],
)
def test_people_stand_with_an_event_in_four_ways(crowd: Crowd, relation: EventRelation, told: list[str]) -> None:
    came, absent, walk_in, cancelled = (crowd.person(name) for name in ("came", "absent", "walk-in", "cancelled"))
    crowd.person("stranger")
    event_id = crowd.event()
    crowd.register(event_id, came)
    crowd.register(event_id, absent)
    crowd.register(event_id, cancelled, state=RegistrationState.CANCELLED)
    crowd.attend(event_id, came)
    crowd.attend(event_id, walk_in)
    assert crowd.told(event_id=event_id, relation=relation) == told


def test_activity_counts_today_as_the_first_of_the_days(crowd: Crowd) -> None:
    today, week_ago = crowd.person("today"), crowd.person("week-ago")
    crowd.person("never")
    crowd.report(today, 0)
    crowd.report(week_ago, 7)
    assert crowd.told(active_within_days=1) == ["today"]
    assert crowd.told(active_within_days=7) == ["today"]
    assert crowd.told(active_within_days=8) == ["today", "week-ago"]


def test_practice_reaches_the_office_devices_only_and_in_the_sandbox_every_phone(crowd: Crowd) -> None:
    crowd.person("citizen")
    crowd.person("office")
    device = next(number for number, name in crowd.names.items() if name == "office")
    crowd.database.write(lambda c: approvers.add_device(c, device, "counter 3", NOW)).result()
    assert crowd.told(is_training=True) == ["office"]
    crowd.database.write(lambda c: marks.put(c, MarkName.SANDBOX, "True")).result()
    assert crowd.told(is_training=True) == ["citizen", "office"]
