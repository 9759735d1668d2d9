"""Quotas: how many messages a channel may push this month and has pushed, as its platform told last. Asks nobody."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage import alerts
from storage.alerts import AlertKind
from storage.clock import TOKYO
from storage.database import BigId, Instant, table_of
from storage.facts import ChannelName

RESERVE = 0.2
"""The share of the month's messages that only reminders, moves and cancellations may use."""


class Quota(SQLModel, table=True):
    """What a platform told about one month (its first day in Tokyo's zone: LINE's months are UTC+9)."""

    channel: str = Field(primary_key=True)
    month: date = Field(primary_key=True)
    most: int | None = Field(default=None, sa_type=BigId)
    used: int = Field(sa_type=BigId)
    asked_at: datetime = Field(sa_type=Instant)


QUOTAS = table_of(Quota)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaFacts:
    """One channel's month, in messages. ``most`` is None where the plan has no limit; ``used`` is an estimate."""

    channel: ChannelName
    month: date
    most: int | None
    used: int
    asked_at: datetime

    @property
    def left(self) -> int | None:
        """Messages that may still be pushed this month; None without a limit."""
        return None if self.most is None else max(self.most - self.used, 0)

    @property
    def reserve(self) -> int:
        """Messages kept for reminders, moves and cancellations; 0 without a limit."""
        return 0 if self.most is None else round(self.most * RESERVE)

    @property
    def free(self) -> int | None:
        """Messages that broadcasts and the weekly push may still use: what is left beyond the reserve."""
        return None if self.left is None else max(self.left - self.reserve, 0)

    def allows(self, messages: int) -> bool:
        """Tell whether so many messages of a broadcast fit beside the reserve."""
        return self.free is None or messages <= self.free


def month_of(now: datetime) -> date:
    """Give the month that a real moment is counted in."""
    return now.astimezone(TOKYO).date().replace(day=1)


def find(connection: Connection, channel: ChannelName, now: datetime) -> QuotaFacts | None:
    """Find what was last told about this month (``now`` is real time); None where nothing was told yet."""
    ours = (QUOTAS.c.channel == channel, QUOTAS.c.month == month_of(now))
    row = connection.execute(select(QUOTAS).where(*ours)).first()
    return None if row is None else _facts(row)


def put(connection: Connection, channel: ChannelName, most: int | None, used: int, now: datetime) -> QuotaFacts:
    """Keep what a platform told now; raises the alert of a low quota, or ends it and that of one used up."""
    values = {"most": most, "used": used, "asked_at": now}
    insert = (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(QUOTAS)
    key = {"channel": channel, "month": month_of(now)}
    replace = insert.values(**key, **values).on_conflict_do_update(index_elements=["channel", "month"], set_=values)
    told = _facts(connection.execute(replace.returning(*QUOTAS.c)).one())
    if told.free == 0:
        alerts.raise_(connection, AlertKind.LOW_QUOTA, channel, f"{told.left}/{told.most}", now)
    else:
        alerts.end(connection, AlertKind.LOW_QUOTA, channel, now)
    if told.left != 0:
        alerts.end(connection, AlertKind.CHANNEL_HALTED, f"{channel}:quota", now)
    return told


def _facts(row: Row[Any]) -> QuotaFacts:
    return QuotaFacts(**{**row._mapping, "channel": ChannelName(row.channel)})
