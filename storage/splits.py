"""What each month's entries add up to by ward and channel, and which month they are about: kept with the ledger.

The monthly report reads these rows and no entry. The ward is that of the moment: an entry does not keep it, so
``python -m bot recompute --check`` proves that wards and channels together are what the ledger and the parts say.
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Field, SQLModel

from storage.accounts import ACCOUNTS
from storage.database import BigId, table_of
from storage.facts import Split, SplitSums
from storage.people import PEOPLE
from storage.prepared import Prepared
from storage.totals import STRIPES, month_of


class MonthSplit(SQLModel, table=True):
    """One stripe of what was entered in a month (its first day) about a month; "" is an unknown ward or channel."""

    __tablename__ = "month_split"
    month: date = Field(primary_key=True)
    about: date = Field(primary_key=True)
    ward: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    stripe: int = Field(primary_key=True)
    confirmed: int = Field(sa_type=BigId)
    self_reported: int = Field(sa_type=BigId)
    participations: int
    events_held: int


SPLITS = table_of(MonthSplit)
SUMS = tuple(field.name for field in fields(SplitSums))
KEY = [column.name for column in SPLITS.primary_key]
NOTHING = dict.fromkeys(SUMS, 0)


def _adding(dialect: str, ward: Any, channel: Any) -> Any:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(SPLITS)
    given: dict[str, Any] = {name: bindparam(f"more_{name}") for name in SUMS}
    moment: dict[str, Any] = {name: bindparam(f"of_{name}") for name in ("month", "about", "stripe")}
    ours = {"ward": func.coalesce(ward, literal("")), "channel": func.coalesce(channel, literal(""))}
    more = {name: SPLITS.c[name] + insert.excluded[name] for name in SUMS}
    added = insert.values(**moment, **ours, **given).inline()  # else ward and channel, computed, would be given back
    return added.on_conflict_do_update(index_elements=KEY, set_=more)


def _prepared(ward: Any, channel: Any) -> Prepared:
    return Prepared(_adding("sqlite", ward, channel), postgresql=_adding("postgresql", ward, channel))


_OF_PERSON = _prepared(
    select(PEOPLE.c.ward).where(PEOPLE.c.id == bindparam("of_person", type_=BigId)).scalar_subquery(),
    select(ACCOUNTS.c.channel).where(ACCOUNTS.c.id == bindparam("of_account", type_=BigId)).scalar_subquery(),
)
_PLAIN = _prepared(bindparam("of_ward"), bindparam("of_channel"))


def count(connection: Connection, person_id: int, account_id: int, at: datetime, on: date, **sums: int) -> None:
    """Count an entry of a person about a day; ``sums`` are some of SUMS."""
    if any(sums.values()):
        more = {f"more_{name}": amount for name, amount in {**NOTHING, **sums}.items()}
        whose = {"of_person": person_id, "of_account": account_id, "of_stripe": person_id % STRIPES}
        _OF_PERSON.put_off(connection, of_month=month_of(at), of_about=on.replace(day=1), **whose, **more)


def count_held(connection: Connection, at: datetime, on: date, amount: int) -> None:
    """Count a part of a day that took place (1), or did not (-1); of no ward, since the report names each part."""
    put(connection, month_of(at), on.replace(day=1), {**NOTHING, "events_held": amount})


def put(connection: Connection, month: date, about: date, sums: Mapping[str, int]) -> None:
    """Add all of SUMS to what was entered in a month about a month, in no ward and on no channel."""
    more = {f"more_{name}": amount for name, amount in sums.items()}
    nobody = {"of_ward": "", "of_channel": "", "of_stripe": 0}
    _PLAIN.put_off(connection, of_month=month, of_about=about, **nobody, **more)


def list_of_month(connection: Connection, month: date) -> list[Split]:
    """List what was entered in a month, by the month it is about, ward and channel: a few thousand rows at most."""
    key = (SPLITS.c.about, SPLITS.c.ward, SPLITS.c.channel)
    sums = [func.sum(SPLITS.c[name]).label(name) for name in SUMS]
    rows = connection.execute(select(*key, *sums).where(SPLITS.c.month == month).group_by(*key).order_by(*key))
    return [
        Split(row.about, row.ward, row.channel, SplitSums(*(int(getattr(row, name)) for name in SUMS))) for row in rows
    ]
