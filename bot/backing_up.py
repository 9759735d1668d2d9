"""Makes a backup on command, beside a running bot. Changes nothing in the database."""

from pathlib import Path

import typer

from bot import opening
from bot.settings import Settings
from scheduler import backups as daily
from storage import backups
from storage.clock import real_now
from storage.database import Database


def run(settings: Settings, file: Path | None) -> None:
    """Make a backup in a file, or beside the daily ones, of which the newest are kept."""
    with opening.reading(settings) as database:
        path = _make(database, settings.data_dir, file)
    typer.echo(f"{path}: {path.stat().st_size:,} bytes, read through; keep a copy on another machine")


def _make(database: Database, data_dir: Path, file: Path | None) -> Path:
    if file is None:
        return daily.make(database, data_dir, real_now())
    with daily.noted(data_dir, real_now()):
        backups.make(database, file)
    return file
