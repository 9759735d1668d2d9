"""Prints all that is stored about the person of an account, for a person who asks staff for it. Changes nothing."""

import typer

from bot import opening
from bot.settings import Settings
from bot.web.mydata import as_json
from handlers import leaving


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
