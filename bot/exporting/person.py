"""Writes all that is stored about a person, and prints it for one who asks staff for it. Changes nothing."""

import json
from datetime import date, datetime

import typer

from bot import opening
from bot.settings import Settings
from handlers import leaving
from storage.clock import TOKYO


class NobodyError(Exception):
    """There is no such account, or nobody joined from it."""


def run(settings: Settings, account_id: int) -> None:
    """Print the person's data as JSON."""
    with opening.reading(settings) as database:
        try:
            found = database.read(lambda c: leaving.collect(c, account_id)).result()
        except LookupError as error:
            raise NobodyError(f"account {account_id}: {error}") from None
    typer.echo(as_json(found))


def as_json(found: dict[str, object]) -> str:
    """Write what was collected about a person as JSON for people to read; times are Tokyo's."""
    return json.dumps(found, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(TOKYO).isoformat(timespec="seconds")
    return value.isoformat() if isinstance(value, date) else str(value)
