"""The commands of broadcasts: each takes one errand to the desk, or shows what is stored. Holds no rule."""

import base64
import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot import settings as settings_file

EXIT_REFUSED = 1
Number = Annotated[int, typer.Argument(help="The broadcast's number, as draft and list print it.")]
File = Annotated[Path, typer.Argument(help="A TOML file; docs/OPERATIONS.md shows one.")]
Picture = Annotated[
    Path | None, typer.Option("--picture", help="A JPEG or PNG above the words; each text needs an alt then.")
]
Unchecked = Annotated[bool, typer.Option("--unchecked", help="Do not ask whether links answer.")]
By = Annotated[str, typer.Option("--by", help="Who does this; the user of this machine if not given.")]
WORD = "Your secret word"

app = typer.Typer(
    no_args_is_help=True,
    help="Write, approve, arm and stop broadcasts. Works beside a running bot; each act is written to the audit trail.",
)


@app.command()
def draft(file: File, picture: Picture = None, by: By = "") -> None:
    """Begin a broadcast from a file, and say what is found in it."""
    do_errand("draft", by, file=_read(file), picture=_read_picture(picture))


@app.command()
def announce(
    event: Annotated[str, typer.Argument(help="The event's number or code.")],
    at: Annotated[
        str, typer.Option("--at", help="When it is told, as 2022-01-24T10:00 (Tokyo); now if not given.")
    ] = "",
    by: By = "",
) -> None:
    """Begin the announcement of an event: dates, place and link come from its fields, in every language."""
    do_errand("announce", by, event=event, send_at=at)


@app.command()
def edit(number: Number, file: File, picture: Picture = None, by: By = "") -> None:
    """Replace a broadcast that has not begun, its picture as well; it is a draft again, and its approval is void."""
    do_errand("edit", by, number=number, file=_read(file), picture=_read_picture(picture))


@app.command()
def check(number: Number, unchecked: Unchecked = False) -> None:
    """Look through a broadcast: weekdays, past days, dead links, missing languages, its event."""
    do_errand("check", number=number, is_unchecked=unchecked)


@app.command()
def submit(number: Number, unchecked: Unchecked = False, by: By = "") -> None:
    """Freeze text, audience and time, for another person to approve."""
    do_errand("submit", by, number=number, is_unchecked=unchecked)


@app.command()
def approve(
    number: Number,
    name: Annotated[str, typer.Option("--name", help="Who approves; asks for that person's secret word.")],
    seen: Annotated[str, typer.Option("--hash", help="The beginning of the hash that show prints.")],
) -> None:
    """Approve what another person submitted and you have looked at."""
    do_errand("approve", name, number=number, name=name, seen=seen, word=ask_word())


@app.command(name="return")
def give_back(number: Number, by: By = "") -> None:
    """Give a submitted or approved broadcast back to its authors as a draft."""
    do_errand("return", by, number=number)


@app.command()
def arm(number: Number, by: By = "") -> None:
    """Let an approved broadcast begin by itself; refused where the month's quota cannot finish it."""
    do_errand("arm", by, number=number)


@app.command()
def rearm(number: Number, by: By = "") -> None:
    """Let a broadcast go on that was armed before the database was restored."""
    do_errand("rearm", by, number=number)


@app.command()
def pause(number: Number, why: Annotated[str, typer.Option("--why", help="Kept with it.")] = "", by: By = "") -> None:
    """Stop telling more people, until resume."""
    do_errand("pause", by, number=number, why=why)


@app.command()
def resume(number: Number, by: By = "") -> None:
    """Go on with a paused broadcast."""
    do_errand("resume", by, number=number)


@app.command()
def stop(number: Number, by: By = "") -> None:
    """End a broadcast for good."""
    do_errand("stop", by, number=number)


@app.command()
def correct(number: Number, file: File, by: By = "") -> None:
    """Begin a correction to those already reached only; the file needs [text.…] alone. Pauses what is being sent."""
    do_errand("correct", by, number=number, file=_read(file))


@app.command(name="list")
def list_newest(limit: Annotated[int, typer.Option(min=1, max=500)] = 20) -> None:
    """List the newest broadcasts."""
    from bot.broadcasting import looking

    say(lambda: looking.list_newest(settings_file.read(), limit))


@app.command()
def show(number: Number) -> None:
    """Show where a broadcast stands, whom it is for, what it says, and what became of its deliveries."""
    from bot.broadcasting import looking

    say(lambda: looking.show(settings_file.read(), number))


@app.command()
def forecast(number: Number) -> None:
    """Foresee recipients, LINE messages against the month, yen and time."""
    from bot.broadcasting import looking

    say(lambda: looking.foresee(settings_file.read(), number))


@app.command()
def approver(
    name: Annotated[str, typer.Argument(help="As it is written in the audit trail.")],
    email: Annotated[str, typer.Option("--email", help="Told when something waits for approval.")] = "",
    deputy: Annotated[bool, typer.Option("--deputy", help="Stands in for the others.")] = False,
    end: Annotated[bool, typer.Option("--end", help="May approve no longer.")] = False,
    by: By = "",
) -> None:
    """Let somebody approve, with a secret word that they type themselves; or end it."""
    if end:
        do_errand("no-approver", by, name=name)
    else:
        do_errand("approver", by, name=name, email=email, is_deputy=deputy, word=ask_word(new=True))


@app.command()
def device(
    account: Annotated[int, typer.Argument(help="The account's number, as its owner's own data say.")],
    label: Annotated[str, typer.Option("--label", help="Which phone of the office this is.")],
    by: By = "",
) -> None:
    """Register an account on a phone of the office: practice reaches these and nobody else."""
    do_errand("device", by, number=account, name=label)


def do_errand(act: str, by: str = "", **fields: str | int | bool) -> None:
    """Take one errand to the desk, and print what came of it."""
    from bot.broadcasting import desk
    from bot.broadcasting.office import ERRAND

    errand = ERRAND.validate_python({"act": act, "by": by.strip() or getpass.getuser(), **fields})
    say(lambda: desk.run(settings_file.read(), errand))


def say(act: Callable[[], list[str]]) -> None:
    """Print what came of something; what is refused in plain words is printed as such, and exits 1 (2: a setting)."""
    from bot.broadcasting.office import ErrandRefusedError
    from bot.settings import SettingsError

    try:
        lines = act()
    except ErrandRefusedError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    except SettingsError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for line in lines:
        typer.echo(line)


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        typer.echo(f"{file}: {error.strerror if isinstance(error, OSError) else 'is not UTF-8'}", err=True)
        raise typer.Exit(2) from None


def _read_picture(file: Path | None) -> str:
    """Read a picture, and look at it here already: a running bot takes no errand of any size."""
    from bot.broadcasting import showing
    from handlers import illustrating

    try:
        data = file.read_bytes() if file else b""
        if file:
            illustrating.look_at(data, "")
    except OSError as error:
        typer.echo(f"{file}: {error.strerror}", err=True)
        raise typer.Exit(2) from None
    except illustrating.PictureRefusedError as error:
        typer.echo(showing.picture_fault(error.fault), err=True)
        raise typer.Exit(EXIT_REFUSED) from None
    return base64.b64encode(data).decode()


def ask_word(*, new: bool = False) -> str:
    """Ask for a secret word without showing it; a program may send it as one line instead."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    return str(typer.prompt(WORD, hide_input=True, confirmation_prompt=new))
