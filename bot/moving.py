"""Moves everything from a SQLite file to an empty PostgreSQL database, once, and proves it. Neither may be in use."""

from pathlib import Path

import typer
from rich.console import Console

from bot import opening, recomputing
from bot.settings import Settings, SettingsError
from storage import copying, generations, schema
from storage.copying import CopyRefusedError
from storage.database import Database, count_others


def run(settings: Settings, file: Path | None) -> int:
    """Copy, compare, print the rows of each table; gives 1 where the ledger and what is counted differ, else 0.

    The file sends nothing but replies from then on, so that nobody starts both.
    """
    path = file or settings.data_dir / "bot.sqlite"
    if opening.sqlite_path(settings) is not None:
        raise SettingsError("DATABASE_URL: must be the empty PostgreSQL database to move to (postgresql://…)")
    if not path.exists():
        raise SettingsError(f"DATA_DIR: there is no SQLite file at {path}")
    source = Database(f"sqlite:///{path}")
    try:
        schema.upgrade(source)
        counted = _copy(source, settings)
        source.write(generations.start).result()
    finally:
        source.close()
    for name, rows in counted.items():
        typer.echo(f"{rows:>12,} {name}")
    typer.echo(f"{sum(counted.values()):>12,} rows, each read again and equal; the keys go on where they stood")
    return recomputing.run(settings, mend=False)


def _copy(source: Database, settings: Settings) -> dict[str, int]:
    target = opening.open_database(settings)
    try:
        if target.read(count_others).result():
            raise SettingsError("DATABASE_URL: a process of the bot is using the database: stop all of them first")
        with Console(stderr=True).status("copying") as status:
            return copying.copy(source, target, lambda table, rows: status.update(f"copying {table}: {rows:,}"))
    except CopyRefusedError as error:
        raise SettingsError(f"DATABASE_URL: {error}; nothing was copied") from None
    finally:
        target.close()
