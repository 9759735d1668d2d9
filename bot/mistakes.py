"""Does what a command asks, and says a mistake that somebody can mend in plain words, without a trace."""

from collections.abc import Callable
from typing import TypeVar

import typer

EXIT_SETTINGS = 2
_MENDABLE = "Settings Programme SecondProcess Phones PortTaken ImportRefused Nobody NotThere StorageUnavailable Backup"
MENDABLE = frozenset(f"{name}Error" for name in _MENDABLE.split())
"""Errors whose words say what to do, by name: importing their modules would cost every command their start-up."""
Result = TypeVar("Result")


def or_exit(act: Callable[[], Result]) -> Result:
    """Do something; exit with 2 at a mistake that can be mended."""
    try:
        return act()
    except Exception as error:
        if type(error).__name__ not in MENDABLE:
            raise
        typer.echo(_words(error), err=True)
        raise typer.Exit(EXIT_SETTINGS) from None


def _words(error: Exception) -> str:
    if type(error).__name__ == "StorageUnavailableError":
        return f"the database does not take the work now ({error}): python -m bot doctor says more"
    return str(error)
