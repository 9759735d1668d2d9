"""Audiences: which accounts a broadcast is for, asked piece by piece or counted. Tells nobody, and keeps nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Alias,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    true,
)

from storage import events, marks
from storage.accounts import ACCOUNTS
from storage.approvers import OFFICE_DEVICES
from storage.attendances import ATTENDANCES, COUNTING
from storage.clock import TOKYO
from storage.deliveries import DELIVERIES, TOLD
from storage.facts import (
    AccountState,
    Audience,
    AudienceCount,
    AudienceKind,
    ChannelName,
    EventRelation,
)
from storage.interests import INTERESTS
from storage.ledger import LEDGER
from storage.marks import MarkName
from storage.people import PEOPLE
from storage.registrations import LIVE, REGISTRATIONS

CHANNELS = (ChannelName.TELEGRAM, ChannelName.LINE)
"""The channels that one can be told on unasked, the one that costs nothing first: a person is told on one account."""
SPOKEN = "ja"  # what an account without a language of its own is told in


@dataclass(frozen=True, slots=True)
class Addressee:
    """An account that would be told. ``turn`` 0 is the one on which its person is told first, 1 any other."""

    account_id: int
    channel: ChannelName
    bot_id: str
    language: str
    person_id: int | None
    turn: int


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of an audience's accounts, and the last account that was looked at; None once all were."""

    addressees: tuple[Addressee, ...]
    upto: int | None


def list_piece(connection: Connection, audience: Audience, now: datetime, *, after: int, limit: int) -> Piece:
    """List who would be told among the next ``limit`` accounts beyond the one numbered ``after``.

    It looks at so many accounts, not for so many addressees: a piece of a rare audience takes no longer than another.
    ``now`` is calendar time.
    """
    upto = find_last(connection, after=after, limit=limit)
    if upto is None:
        return Piece((), None)
    rows = connection.execute(select_piece(connection, audience, now, after=after, upto=upto).order_by(ACCOUNTS.c.id))
    found = (
        Addressee(row.id, ChannelName(row.channel), row.bot_id, row.language or SPOKEN, row.person_id, row.turn)
        for row in rows
    )
    return Piece(tuple(found), upto)


def find_last(connection: Connection, *, after: int, limit: int) -> int | None:
    """Find the last of the next ``limit`` accounts beyond one; None where there is none."""
    looked = select(ACCOUNTS.c.id).where(ACCOUNTS.c.id > after).order_by(ACCOUNTS.c.id).limit(limit).subquery()
    return connection.execute(select(func.max(looked.c.id))).scalar()


def select_piece(connection: Connection, audience: Audience, now: datetime, *, after: int, upto: int) -> Select[Any]:
    """Ask who would be told among the accounts beyond one and up to another, in the columns of `Addressee`."""
    question = _Question(connection, audience, now)
    shown = (ACCOUNTS.c.id, ACCOUNTS.c.channel, ACCOUNTS.c.bot_id, ACCOUNTS.c.language, ACCOUNTS.c.person_id)
    asked = question.select(*shown, question.turn().label("turn")).where(question.can_be_told())
    return asked.where(ACCOUNTS.c.id > after, ACCOUNTS.c.id <= upto)


def count(connection: Connection, audience: Audience, now: datetime) -> list[AudienceCount]:
    """Count an audience by channel and by whether its accounts can be told; reads every account, on no hot path."""
    question = _Question(connection, audience, now)
    standing = question.standing().label("standing")
    counted = question.select(ACCOUNTS.c.channel, standing, func.count().label("number"))
    rows = connection.execute(counted.group_by(ACCOUNTS.c.channel, standing)).all()
    channels = [channel for channel in CHANNELS if not audience.channels or channel in audience.channels]
    return [
        AudienceCount(channel=channel, **{row.standing: row.number for row in rows if row.channel == channel})
        for channel in channels
    ]


def asks_about_persons(audience: Audience) -> bool:
    """Tell whether an audience asks something that only who joined can answer."""
    asked = (audience.wards, audience.interests, audience.kinds, audience.relation, audience.active_within_days)
    return any(asked) or audience.asked_for_monday


class _Question:
    """What an audience asks of each account, as SQL."""

    def __init__(self, connection: Connection, audience: Audience, now: datetime) -> None:
        self._audience, self._now = audience, now
        self._is_sandbox = marks.find(connection, MarkName.SANDBOX) == "True"
        named = events.list_with_interests(connection, audience.interests) if audience.interests else []
        self._events_of_interest = named

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """Ask for some columns of the accounts that the audience names, whatever their state."""
        joined: FromClause = ACCOUNTS.outerjoin(PEOPLE, PEOPLE.c.id == ACCOUNTS.c.person_id)
        return select(*columns).select_from(joined).where(self._of_account(ACCOUNTS), self._of_person())

    def can_be_told(self) -> ColumnElement[bool]:
        """Whether an account follows and wants to be told; of a person's accounts the stricter setting holds."""
        return and_(ACCOUNTS.c.state == AccountState.FOLLOWING, ~self._is_paused())

    def standing(self) -> ColumnElement[str]:
        """Name the field of `AudienceCount` that an account is counted in."""
        return case(
            (ACCOUNTS.c.state == AccountState.BLOCKED, "blocked"),
            (ACCOUNTS.c.state == AccountState.GONE, "gone"),
            (self._is_paused(), "paused"),
            (ACCOUNTS.c.person_id.is_(None), "friends"),
            (self.turn() == 0, "joined"),
            else_="elsewhere",
        )

    def turn(self) -> ColumnElement[int]:
        """Give 1 where the person has an account in this audience that comes first: by preference, channel, age."""
        other = ACCOUNTS.alias("other")
        earlier = or_(_rank(other) < _rank(ACCOUNTS), and_(_rank(other) == _rank(ACCOUNTS), other.c.id < ACCOUNTS.c.id))
        is_own = (other.c.person_id == ACCOUNTS.c.person_id, other.c.state == AccountState.FOLLOWING)
        return case((exists().where(*is_own, earlier, self._of_account(other)), 1), else_=0)

    def _is_paused(self) -> ColumnElement[bool]:
        other = ACCOUNTS.alias("sibling")
        return or_(ACCOUNTS.c.paused, exists().where(other.c.person_id == ACCOUNTS.c.person_id, other.c.paused))

    def _of_account(self, accounts: FromClause | Alias) -> ColumnElement[bool]:
        """What is asked of the account itself; a group, which has been greeted, is never told, nor is a tombstone."""
        audience, asked = self._audience, list[ColumnElement[bool]]()
        # Not the bare column: SQLite would walk through all of a channel's accounts for every piece of a snapshot.
        channel = accounts.c.channel.concat("")
        asked.append(accounts.c.state != AccountState.TOMBSTONE)
        asked += accounts.c.greeted_at.is_(None), channel.in_(audience.channels or CHANNELS)
        if audience.languages:
            asked.append(func.coalesce(accounts.c.language, SPOKEN).in_(audience.languages))
        if audience.reached_by is not None:
            delivery = (DELIVERIES.c.broadcast_id == audience.reached_by, DELIVERIES.c.account_id == accounts.c.id)
            asked.append(exists().where(*delivery, DELIVERIES.c.state.in_(TOLD)))
        if audience.is_training and not self._is_sandbox:
            asked.append(exists().where(OFFICE_DEVICES.c.account_id == accounts.c.id))
        return and_(*asked)

    def _of_person(self) -> ColumnElement[bool]:
        """What is asked of the person; consent always. Who only follows is told where nothing else is asked."""
        agreed = and_(~PEOPLE.c.is_tombstone, PEOPLE.c.consent_version != "")
        of_persons = and_(agreed, *self._about_persons())
        if not self._audience.friends or asks_about_persons(self._audience):
            return of_persons
        return or_(of_persons, ACCOUNTS.c.person_id.is_(None))

    def _about_persons(self) -> list[ColumnElement[bool]]:
        audience, person, asked = self._audience, PEOPLE.c.id, list[ColumnElement[bool]]()
        if audience.wards:
            asked.append(PEOPLE.c.ward.in_(audience.wards))
        if audience.interests:
            told = exists().where(INTERESTS.c.person_id == person, INTERESTS.c.code.in_(audience.interests))
            asked.append(or_(told, _registered(person, REGISTRATIONS.c.event_id.in_(self._events_of_interest))))
        if len(set(audience.kinds)) == 1:
            is_company = _registered(person, REGISTRATIONS.c.as_company)
            asked.append(is_company if AudienceKind.COMPANY in audience.kinds else ~is_company)
        if audience.relation is not None:
            asked.append(self._related(person))
        if audience.asked_for_monday:
            asked += PEOPLE.c.wants_monday, self._is_where_preferred()
        if audience.active_within_days is not None:
            asked.append(self._active(person, audience.active_within_days))
        return asked

    def _related(self, person: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether a person stands with the event as asked; what was cancelled or lapsed is no registration."""
        event_id = self._audience.event_id
        held = (REGISTRATIONS.c.event_id == event_id, REGISTRATIONS.c.state.in_(LIVE))
        registered = exists().where(REGISTRATIONS.c.person_id == person, *held)
        seen = (ATTENDANCES.c.event_id == event_id, ATTENDANCES.c.state.in_(COUNTING))
        attended = exists().where(ATTENDANCES.c.person_id == person, *seen)
        match self._audience.relation:
            case EventRelation.REGISTERED:
                return registered
            case EventRelation.ATTENDED:
                return attended
            case EventRelation.ABSENT:
                return and_(registered, ~attended)
            case EventRelation.NOT_REGISTERED:
                return and_(~registered, ~attended)
        return true()

    def _is_where_preferred(self) -> ColumnElement[bool]:
        """Whether the platform a person prefers is told at all: who chose LINE is not told on Telegram instead."""
        told = self._audience.channels or CHANNELS
        return or_(PEOPLE.c.preferred_channel.is_(None), PEOPLE.c.preferred_channel.in_(told))

    def _active(self, person: ColumnElement[int], days: int) -> ColumnElement[bool]:
        """Whether a person reported or was seen at an event in the last days; today is the first of them."""
        lately = (LEDGER.c.acted_on >= self._now.astimezone(TOKYO).date() - timedelta(days=days - 1),)
        before = PEOPLE.alias("merged")  # what they did before a merge is under the number they had then
        merged = exists().where(before.c.merged_into == person, LEDGER.c.person_id == before.c.id, *lately)
        return or_(exists().where(LEDGER.c.person_id == person, *lately), merged)


def _rank(accounts: FromClause | Alias) -> ColumnElement[int]:
    """Put the platform that the person prefers before the others, for a question that is about persons too."""
    free_first = {channel.value: rank for rank, channel in enumerate(CHANNELS)}
    usual = case(free_first, value=accounts.c.channel, else_=9)
    return case((accounts.c.channel == PEOPLE.c.preferred_channel, -1), else_=usual)


def _registered(person: ColumnElement[int], which: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(REGISTRATIONS.c.person_id == person, which)
