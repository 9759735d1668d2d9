"""Counts the attendances of a list that staff vouch for, each once; what is not counted is told line by line.

A second run of the same list counts nothing anew, so one that was broken off is simply run again.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import typer
from sqlalchemy import Connection

from bot import opening, wiring
from bot.importing import ImportRefusedError, counting, identity, occasions, signer, tables
from bot.importing.counting import ALREADY, REJECTED, UNKNOWN, Outcome, Seen, Vouching
from bot.importing.lines import Rejected
from bot.importing.moments import UnreadableError
from bot.importing.reporting import Report, progress_bar
from bot.importing.tables import Column, Line, Table
from bot.settings import Settings
from storage.facts import Programme

COLUMNS = (
    Column("event", ("イベント", "イベントコード", "コード", "code", "event code")),
    Column("part", ("回", "第何回")),
    Column("title", ("題名", "イベント名")),
    Column("starts_at", ("開始", "開始日時", "start")),
    Column("ends_at", ("終了", "終了日時", "end")),
    Column("place", ("場所", "会場")),
    Column("number", ("会員番号", "番号", "member number", "membership number")),
    Column("email", ("メール", "メールアドレス", "e-mail", "mail")),
    Column("name", ("氏名", "名前")),
)
PIECE = 10  # lines counted in one transaction, so that none holds the writer much over 50 ms (docs/PERFORMANCE.md)
LOOKED_AT = 500  # lines looked at together, which holds nobody up
Piece = Sequence[Seen | Rejected]
Take = Callable[[Piece], Outcome]


def run(settings: Settings, path: Path, source: str, by: str, *, confirmed: bool, report: Path | None) -> int:
    """Show what a list would count, or count it; gives 1 where a line was not taken, else 0."""
    if not source.strip():
        raise ImportRefusedError('a list needs its source: --source "…"')
    table = read(path)
    with opening.reading(settings) as database:
        programme = database.read(_programme).result()
        vouching = Vouching(by=signer(by), source=source.strip(), file=path.name, programme=programme)
        secret = wiring.secret_key(settings)
        if not confirmed:
            looking = counting.Looking(database, vouching)
            done = _work(table, pieces(table, secret, LOOKED_AT), looking.take, report)
            typer.echo("nothing was stored; with --yes it is counted")
            return done
    opened = opening.open_database(settings)
    try:
        return _work(table, pieces(table, secret, PIECE), counting.Counting(opened, vouching).take, report)
    finally:
        opened.close()


def read(path: Path, *, is_of_one_part: bool = False) -> Table:
    """Look at a list; ImportRefusedError where it has no column that says who, or none that says where."""
    table = tables.read(path, COLUMNS)
    if not {"number", "email"} & table.places.keys():
        raise ImportRefusedError(f"{path}: needs a column number (会員番号) or email (メール)")
    if (
        not is_of_one_part
        and "event" not in table.places
        and not {"title", "starts_at", "ends_at"} <= table.places.keys()
    ):
        raise ImportRefusedError(f"{path}: needs a column event (イベント), or title, starts_at and ends_at")
    return table


def _programme(connection: Connection) -> Programme:
    programme = opening.find_newer_programme(connection, version=0)
    if programme is None:
        raise ImportRefusedError("the database holds no programme yet: the first start takes PROGRAMME_FILE")
    return programme


def _work(table: Table, cut: Iterable[Piece], take: Take, report: Path | None) -> int:
    """Take a list piece by piece; what was counted before is listed in a report only, where nobody has to read it."""
    typer.echo(table.told)
    total: Counter[str] = Counter()
    with Report(report) as told, progress_bar() as bar:
        task = bar.add_task("reading the list", total=table.written.lines)
        reached = 0
        try:
            for piece in cut:
                outcome = take(piece)
                total += outcome.counted
                for number, what, why in outcome.told:
                    if what != ALREADY or report:
                        told.tell(number, what, why)
                reached = piece[-1].number
                bar.update(task, completed=reached)
        except KeyboardInterrupt:
            typer.echo(f"stopped after line {reached}: run it again, what was counted is not counted twice")
    for what, count in sorted(total.items()):
        typer.echo(f"{what}: {count:,}")
    return int(REJECTED in total or UNKNOWN in total)


def pieces(
    table: Iterable[Line | Rejected], secret: bytes, size: int, part: Mapping[str, str] | None = None
) -> Iterator[Piece]:
    """Cut a list into pieces of so many lines; ``part`` is what a line that names no event is about."""
    lines = (_read(line, secret, part or {}) for line in table)
    while piece := list(itertools.islice(lines, size)):
        yield piece


def _read(line: Line | Rejected, secret: bytes, part: Mapping[str, str]) -> Seen | Rejected:
    if isinstance(line, Rejected):
        return line
    try:
        names_event = line["event"] or line["title"]
        occasion = occasions.read_occasion(line.cells if names_event else {**line.cells, **part})
    except UnreadableError as error:
        return Rejected(line.number, str(error))
    return Seen(line.number, occasion, identity.identify(secret, line["number"], line["email"]))
