"""The whole schema: every table in one metadata, and the migrations that bring a database up to it."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlmodel import SQLModel

from storage import (
    accounts,
    alerts,
    answers,
    approvers,
    attendances,
    audit,
    boards,
    broadcasts,
    budgets,
    catalogue,
    deliveries,
    directory_links,
    donations,
    draws,
    events,
    evidence,
    friends,
    inbox,
    inquiries,
    interests,
    kpis,
    ledger,
    links,
    marks,
    merges,
    months,
    notices,
    outbox,
    passkeys,
    people,
    pictures,
    puzzles,
    quotas,
    reach,
    recoveries,
    registrations,
    rule_drafts,
    sessions,
    slots,
    splits,
    staff,
    standing_orders,
    tallies,
    teams,
    throttles,
    totals,
    weeks,
)
from storage.database import Database

TABLE_FILES = (
    accounts, alerts, answers, approvers, attendances, audit, boards, broadcasts, budgets, catalogue, deliveries,
    directory_links, donations, draws, events, evidence, friends, inbox, inquiries, interests, kpis, ledger, links,
    marks, merges, months, notices, outbox, passkeys, people, pictures, puzzles, quotas, reach, recoveries,
    registrations, rule_drafts, sessions, slots, splits, staff, standing_orders, tallies, teams, throttles, totals,
    weeks,
)  # fmt: skip
METADATA = SQLModel.metadata
_MIGRATIONS = str(Path(__file__).parent / "migrations")
_MIGRATION_LOCK = 7_318_401_226  # any number that is ours: PostgreSQL lets one process migrate at a time


def upgrade(database: Database) -> None:
    """Bring the database up to this program's schema; several processes may call it at once."""
    database.write(_upgrade).result()


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _MIGRATION_LOCK})
    if not is_current(connection):
        command.upgrade(_config(connection), "head")


def is_current(connection: Connection) -> bool:
    """Tell whether the database stands at this program's newest migration."""
    return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    """Read the migrations' files once: they do not change while a program runs."""
    return ScriptDirectory(_MIGRATIONS).get_current_head()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", _MIGRATIONS)
    config.attributes["connection"] = connection
    return config
