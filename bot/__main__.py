"""The command line: each command reads the settings, does one thing and says plainly what is wrong. Holds no rule."""

import asyncio
import atexit
import gc
import getpass
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot import broadcast_commands, safekeeping, weekly_commands
from bot import settings as settings_file
from bot.mistakes import or_exit as _or_exit
from bot.settings import Settings

RARELY = 50_000
"""New objects that Python lets come before it looks for garbage: at its own 700 it looks through the libraries again
and again while they load, which is a sixth of what a start costs."""

app = typer.Typer(no_args_is_help=True, add_completion=False, help="A city's bot on LINE and Telegram.")
app.add_typer(safekeeping.commands)
imports = typer.Typer(no_args_is_help=True, help="Take in a changed programme, or figures that staff vouch for.")
app.add_typer(imports, name="import")
staff = typer.Typer(no_args_is_help=True, help="Let the people at the desk in.")
app.add_typer(staff, name="staff")
app.add_typer(broadcast_commands.app, name="broadcast")
app.add_typer(weekly_commands.app, name="weekly")


class Exports(TyperGroup):
    """The exports; a number alone is an account's, as it was before there were others."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant."""
        return super().resolve_command(ctx, ["person", *args] if args[0].isdecimal() else args)


exports = typer.Typer(cls=Exports, no_args_is_help=True, help="Hand out what is stored; may run beside the bot.")
app.add_typer(exports, name="export")
Event = Annotated[str, typer.Argument(help="The event's number in the database, or its code.")]
Output = Annotated[Path | None, typer.Option("--output", help="Write to this file, readable by its owner only.")]
Csv = Annotated[Path, typer.Argument(help="A CSV file; docs/OPERATIONS.md lists its columns.")]
Yes = Annotated[bool, typer.Option("--yes", help="Store it; without it only what would happen is shown.")]
ReportTo = Annotated[Path | None, typer.Option("--report", help="Write the lines that were not taken to this file.")]
By = Annotated[str, typer.Option(help="Who signs; the user of this machine if not given.")]


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
    from bot import opening

    _or_exit(lambda: opening.open_database(_settings()).close())
    typer.echo("the database is up to date")


@app.command()
def doctor() -> None:
    """Check settings, database, disk, clock, tokens and webhooks, and say for each what to do.

    Changes nothing and may run beside the bot. Exits 0 when nothing is wrong, 1 when something is, 2 for a setting.
    """
    from bot.doctor import examination

    raise typer.Exit(_or_exit(lambda: asyncio.run(examination.run(_settings()))))


@app.command()
def connect() -> None:
    """Set webhooks, commands and descriptions on the platforms; said twice, it changes nothing more.

    Exits 0 when all is right, 1 when something is left to do by hand, 2 for a setting.
    """
    from bot import connecting

    raise typer.Exit(_or_exit(lambda: asyncio.run(connecting.run(_settings()))))


@app.command()
def recompute(check: Annotated[bool, typer.Option("--check", help="Only compare; change nothing.")] = False) -> None:
    """Compare every tally, counter and claim with the ledger; without --check, put tallies and counters right.

    Exits 0 when all is equal at the end, 1 when not. Only --check may run beside a bot on SQLite.
    """
    from bot import recomputing

    raise typer.Exit(_or_exit(lambda: recomputing.run(_settings(), mend=not check)))


@imports.command(name="programme")
def import_programme(
    file: Annotated[Path | None, typer.Argument(help="The programme file; PROGRAMME_FILE if not given.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Put it in force; without it the difference is only shown.")
    ] = False,
    by: By = "",
) -> None:
    """Show what a programme file would change; with --yes it becomes a new rule version.

    A running bot takes it up within a second. With SQLite, --yes needs the bot to be stopped.
    """
    from bot.importing import programme

    _or_exit(lambda: programme.run(_settings(), file, by, confirmed=yes))


@imports.command(name="visits")
def import_visits(
    month: Annotated[str, typer.Argument(help="The month, as 2022-03.")] = "",
    number: Annotated[str, typer.Argument(help="The portal's visitors in that month.")] = "",
    source: Annotated[str, typer.Option(help="Where the figure comes from; shown with it.")] = "",
    csv: Annotated[Path | None, typer.Option(help="Several at once: a CSV file with month, visits, source.")] = None,
    correct: Annotated[bool, typer.Option("--correct", help="Correct a month that has a figure.")] = False,
    by: By = "",
) -> None:
    """Enter the portal's visitors of a month that is over. With SQLite, the bot must be stopped."""
    from bot.importing import visits

    def enter() -> None:
        settings = _settings()
        figures = visits.read_file(csv) if csv else [visits.read_month(month, number, source)]
        visits.run(settings, figures, by, correct=correct)

    _or_exit(enter)


@imports.command(name="events")
def import_events(
    file: Csv,
    yes: Yes = False,
    publish: Annotated[bool, typer.Option("--publish", help="Publish them; without it they are drafts.")] = False,
    past: Annotated[bool, typer.Option("--past", help="Take what begins in the past, too.")] = False,
    unchecked: Annotated[bool, typer.Option("--unchecked", help="Do not ask whether joining links answer.")] = False,
    report: ReportTo = None,
    by: By = "",
) -> None:
    """Show which events of a table are new; with --yes they are added. What is there is never changed.

    Exits 0 when every line was taken, 1 when some were rejected, 2 when nothing can be taken. With SQLite,
    --yes needs the bot to be stopped.
    """
    from bot.importing import events

    wishes = events.Wishes(by=by, confirmed=yes, publish=publish, past=past, unchecked=unchecked, report=report)
    raise typer.Exit(_or_exit(lambda: events.run(_settings(), file, wishes)))


@imports.command(name="attendance")
def import_attendance(
    file: Csv,
    source: Annotated[str, typer.Option(help="Whose list it is; kept with what it counts.")] = "",
    yes: Yes = False,
    report: ReportTo = None,
    by: By = "",
) -> None:
    """Show which attendances of a list count; with --yes they are counted, each person once at each part.

    Somebody is known by a number or an e-mail address, of which only a keyed hash is kept. Exits 0 when every line was
    taken, 1 when some were not, 2 when nothing can be taken. With SQLite, --yes needs the bot to be stopped.
    """
    from bot.importing import attendance

    run = attendance.run
    raise typer.Exit(_or_exit(lambda: run(_settings(), file, source, by, confirmed=yes, report=report)))


@imports.command(name="followers")
def import_followers() -> None:
    """Take in who follows the LINE account, if LINE has verified it; goes on where it was cut off.

    A running bot does this by itself every week. With SQLite, the bot must be stopped.
    """
    from bot.importing import followers

    _or_exit(lambda: followers.run(_settings()))


@imports.command(name="meeting")
def import_meeting(
    file: Csv,
    part: Annotated[str, typer.Option("--part", help="The part: its number, CODE:2, or CODE if it has only one.")],
    minutes: Annotated[int, typer.Option(min=0, help="Who was there for less is not confirmed.")] = 1,
    add: Annotated[bool, typer.Option("--add", help="Also count who was there without saying the word.")] = False,
    yes: Yes = False,
    report: ReportTo = None,
    by: By = "",
) -> None:
    """Match the attendance list of Zoom or Teams with a part's people; with --yes their attendances are confirmed.

    Exits 0 when everybody was matched, 1 when somebody is left over, 2 when nothing can be taken. With SQLite, --yes
    needs the bot to be stopped.
    """
    from bot.importing import meeting

    wishes = meeting.Wishes(part=part, minutes=minutes, add=add, confirmed=yes, by=by, report=report)
    raise typer.Exit(_or_exit(lambda: meeting.run(_settings(), file, wishes)))


@exports.command(name="person")
def export_person(account: Annotated[int, typer.Argument(help="The account's number in the database.")]) -> None:
    """Print all that is stored about the person of an account, as the person would get it (JSON).

    The word person may be left out: export 12 is export person 12.
    """
    from bot.exporting import person

    _or_exit(lambda: person.run(_settings(), account))


@exports.command(name="registrations")
def export_registrations(event: Event, output: Output = None) -> None:
    """Give out who registered for an event, part by part, whatever became of it (CSV). Personal data."""
    _export("registrations", event, output)


@exports.command(name="attendance")
def export_attendance(event: Event, output: Output = None) -> None:
    """Give out who was at an event, part by part, and how that is known (CSV). Personal data."""
    _export("attendance", event, output)


@exports.command(name="survey")
def export_survey(event: Event, output: Output = None) -> None:
    """Give out what was answered about an event (CSV), in an order that tells nobody who."""
    _export("survey", event, output)


@exports.command(name="completions")
def export_completions(event: Event, output: Output = None) -> None:
    """Give out who was at every part of a course that was held (CSV). Personal data."""
    _export("completions", event, output)


def _export(table: str, event: str, output: Path | None) -> None:
    from bot.exporting import event_tables

    _or_exit(lambda: event_tables.run(_settings(), table, event, output))


@staff.command(name="desk")
def staff_desk(name: Annotated[str, typer.Option(help="Who enters; written beside all they do.")]) -> None:
    """Print a link that lets one person in to events, seats and the door, for 12 hours; open it within 15 minutes.

    Whoever has the link can enter under this name: hand it over in person. May run beside the bot.
    """
    from bot import admitting

    _or_exit(lambda: admitting.run(_settings(), name))


@staff.command(name="add")
def staff_add(
    name: Annotated[str, typer.Argument(help="As it will stand in the audit trail.")],
    role: Annotated[str, typer.Option("--role", help="viewer, editor, approver or administrator.")],
    by: By = "",
) -> None:
    """Print a link that works once, for 24 hours, by which one person makes their account: password and codes.

    For who has an account already it is a way back in. Hand it over in person. May run beside the bot.
    """
    from bot import admitting

    _or_exit(lambda: admitting.invite(_settings(), name, role, by.strip() or getpass.getuser()))


@staff.command(name="alerts")
def staff_alerts(name: Annotated[str, typer.Option(help="One of the names in ALERT_TO.")]) -> None:
    """Print a word that works once, for 15 minutes: who sends it to the bot is told of trouble from then on.

    Hand it over in person. May run beside the bot.
    """
    from bot import enlisting

    _or_exit(lambda: enlisting.run(_settings(), name))


def _settings() -> Settings:
    return settings_file.read()


if __name__ == "__main__":
    gc.set_threshold(RARELY)
    atexit.register(gc.freeze)  # the system takes all memory back at once: no last look through it
    app()
