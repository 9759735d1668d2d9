"""Remembers in DATA_DIR which generation of the database may push, and arms another one on command. Decides nothing."""

import os
from pathlib import Path

from bot.settings import Settings
from storage import generations
from storage.database import Database

NAME = "generation"


def remember(settings: Settings, database: Database) -> str:
    """Give the generation that this machine remembers; at its first start it is the database's."""
    path = settings.data_dir / NAME
    if not path.exists():
        write(path, database.read(generations.find).result())
    return read(path)


def read(path: Path) -> str:
    """Read a remembered generation; "" where nothing is remembered, which arms no database that was ever started."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def write(path: Path, generation: str) -> None:
    """Remember a generation, whole or not at all."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.write_text(f"{generation}\n", encoding="ascii")
    made.replace(path)
