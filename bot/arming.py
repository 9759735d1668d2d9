"""Remembers in DATA_DIR which generation of the database may push, and arms another one on command. Sends nothing."""

import os
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import opening
from bot.settings import Settings
from storage import generations
from storage.clock import real_now
from storage.database import Database

NAME = "generation"


def remember(settings: Settings, database: Database) -> str:
    """Give the generation that this machine remembers; a machine that remembers none takes over an armed one."""
    path = settings.data_dir / NAME
    remembered = read(path) or database.read(generations.find_armed).result()
    if remembered and not path.exists():
        write(path, remembered)
    return remembered


def read(path: Path) -> str:
    """Read a remembered generation; "" where nothing is remembered."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def write(path: Path, generation: str) -> None:
    """Remember a generation, whole or not at all."""
    made = path.with_name(f"{path.name}.{os.getpid()}")
    made.write_text(f"{generation}\n", encoding="ascii")
    made.replace(path)


def run(settings: Settings, *, confirmed: bool, drop: bool) -> None:
    """Show what waits to be pushed; when confirmed, drop it if that is wished, and let the bot push again from here."""
    path = settings.data_dir / NAME
    with opening.reading(settings) as database:
        is_armed = database.read(lambda c: generations.is_armed(c, read(path))).result()
        waiting = database.read(_describe).result()
    if is_armed:
        typer.echo("the database is armed: pushes go out")
        return
    typer.echo(f"not armed: nothing but replies goes out. {waiting}")
    if not confirmed:
        typer.echo("nothing was changed. --yes lets all of it go out; --yes --drop ends the calls that wait first")
        return
    database = opening.open_database(settings)
    try:
        if drop:
            typer.echo(f"{database.write(_drop).result()} calls were ended")
        write(path, database.write(generations.arm).result())
    finally:
        database.close()
    typer.echo("armed; restart every process of the bot on this machine")


def _drop(connection: Connection) -> int:
    return generations.end_open(connection, generations.PUSHES, real_now(), "not wanted after a restore")


def _describe(connection: Connection) -> str:
    calls = generations.count_open(connection)
    pushes = ", ".join(f"{calls[kind]} {kind}" for kind in generations.PUSHES if calls.get(kind)) or "no calls"
    return f"Waiting: {pushes}; {generations.count_planned(connection)} notices about events are planned"
