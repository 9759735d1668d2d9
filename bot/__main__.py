"""The command line: each command reads the settings, does one thing and says plainly what is wrong. Holds no rule."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from bot import settings as settings_file
from bot.settings import Settings

EXIT_SETTINGS = 2
MENDABLE = frozenset({"SettingsError", "ProgrammeError", "SecondProcessError", "PhonesError", "PortTakenError"})
"""Errors whose words say what to do, by name: importing their modules would cost every command their start-up."""
Result = TypeVar("Result")

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A city's bot on LINE and Telegram.")


@app.command()
def serve() -> None:
    """Start the bot: web server, workers, sending; with the sandbox's phones when no platform token is set."""
    from bot import serving

    _or_exit(lambda: serving.serve(_settings()))


@app.command()
def terminal(language: Annotated[str, typer.Option(help="The language the terminal asks in first.")] = "ja") -> None:
    """Talk to the bot here, without any platform; everything is kept in the database as usual."""
    from bot import serving

    _or_exit(lambda: serving.talk(_settings(), language))


@app.command()
def understand(
    sentence: Annotated[str, typer.Argument(help="What somebody typed; - reads one sentence a line.")],
    lang: Annotated[str, typer.Option(help="The language it is read in.")] = "ja",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, one line a sentence.")] = False,
    programme: Annotated[Path | None, typer.Option(help="Another programme file than PROGRAMME_FILE.")] = None,
) -> None:
    """Show what the bot understands of a sentence; reads the programme file only."""
    from bot import understanding

    path = programme or settings_file.programme_path()
    sentences = (line.rstrip("\n") for line in sys.stdin) if sentence == "-" else [sentence]
    _or_exit(lambda: understanding.show(sentences, lang, path, as_json=as_json))


@app.command()
def migrate() -> None:
    """Bring the database up to this program's schema."""
    from bot import wiring

    _or_exit(lambda: wiring.open_database(_settings()).close())
    typer.echo("the database is up to date")


def _settings() -> Settings:
    return settings_file.read()


def _or_exit(act: Callable[[], Result]) -> Result:
    """Do something; a mistake that somebody can mend is said in plain words, without a trace, and exits 2."""
    try:
        return act()
    except Exception as error:
        if type(error).__name__ not in MENDABLE:
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_SETTINGS) from None


if __name__ == "__main__":
    app()
