"""The commands that keep what is stored: backup, restore, rearm, copy. Each does its work in a file of its own."""

from pathlib import Path
from typing import Annotated

import typer

from bot import settings
from bot.mistakes import or_exit

commands = typer.Typer()


@commands.command()
def backup(
    file: Annotated[Path | None, typer.Argument(help="The new file; one beside the daily ones if not given.")] = None,
) -> None:
    """Write everything into one file, of either engine, while the bot runs. It holds personal data."""
    from bot import backing_up

    or_exit(lambda: backing_up.run(settings.read(), file))


@commands.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file made by backup.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it only what the file holds is shown.")] = False,
) -> None:
    """Put a backup in the place of the database, on either engine. The bot must be stopped; what was there is kept.

    Who left since then is erased again by erased.txt. Nothing but replies goes out until rearm.
    """
    from bot import restoring

    or_exit(lambda: restoring.run(settings.read(), file, confirmed=yes))


@commands.command()
def rearm(
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without it only what waits is shown.")] = False,
    drop: Annotated[bool, typer.Option("--drop", help="End the calls that wait first.")] = False,
) -> None:
    """Let a restored database push again from this machine. Broadcasts are armed again one by one, by staff."""
    from bot import arming

    or_exit(lambda: arming.run(settings.read(), confirmed=yes, drop=drop))


@commands.command()
def copy(
    file: Annotated[Path | None, typer.Argument(help="The SQLite file; DATA_DIR/bot.sqlite if not given.")] = None,
) -> None:
    """Move everything from SQLite to the empty PostgreSQL database of DATABASE_URL. The bot must be stopped.

    Exits 0 when all is there and adds up, 1 when the ledger and what is counted differ.
    """
    from bot import moving

    raise typer.Exit(or_exit(lambda: moving.run(settings.read(), file)))
