"""Recompute, import, export: what staff do at the command line, on both databases and beside a running bot."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import wiring
from storage import accounts, audit, catalogue, events, totals
from storage.clock import TOKYO
from storage.database import Database
from storage.ledger import TALLIES
from storage.programme_file import to_document
from tests import databases
from tests.bot.conftest import Desk
from tests.town import KITAQ, Town, kitaq

MARCH = ("2022-03", "1234", "--source", "portal statistics, page 2")


@pytest.fixture(params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, desk: Desk) -> Iterator[str]:
    """The address of a database that holds the programme; the desk uses it, and nothing else has it open."""
    with databases.fresh(request.param) as database:
        url = database.url.render_as_string(hide_password=False)
        if database.is_sqlite:
            database.close()
        desk.set(DATABASE_URL=url)
        with opened(url) as again:
            wiring.load_programme(again, KITAQ, NOW)
        yield url


NOW = datetime(2022, 1, 20, 12, tzinfo=TOKYO)


def opened(url: str) -> "closing[Database]":
    """Open a database to write, for as long as the block lasts."""
    return closing(Database(url))


def changed_programme(desk: Desk, old: str, new: str) -> Path:
    path = desk.folder / "changed.toml"
    written = KITAQ.read_text(encoding="utf-8")
    assert written.count(old) >= 1
    path.write_text(written.replace(old, new, 1), encoding="utf-8")
    return path


# --- recompute --------------------------------------------------------------------------------------------------


def test_recompute_finds_planted_differences_mends_them_and_then_finds_none(desk: Desk, shared: str) -> None:
    with opened(shared) as database:
        citizen = Town(database).citizen()
        citizen.press("r:my_bottle:2022-01-20:1")
        assert desk.say("recompute", "--check").code == 0
        database.write(lambda c: c.execute(update(TALLIES).values(times=5, self_reported=99))).result()
        name = totals.CounterName.POINTS_SELF_REPORTED
        database.write(lambda c: totals.add(c, name, NOW, 11, stripe=3)).result()
        person = database.read(lambda c: c.execute(select(TALLIES.c.person_id)).scalar()).result()
    found = desk.say("recompute", "--check")
    assert found.code == 1
    assert f"tally: person {person}, my_bottle: times 5, should be 1; self_reported 99" in found.out
    assert "counter: points_self_reported 2022-01:" in found.out
    assert desk.say("recompute", "--check").out == found.out
    mended = desk.say("recompute")
    assert mended.code == 0
    assert mended.out.startswith(found.out)
    assert mended.out.endswith("tallies, counters, weeks and claims are equal to the ledger\n")
    assert desk.say("recompute", "--check").code == 0


def test_recompute_without_a_terminal_draws_no_bar(desk: Desk, shared: str) -> None:
    assert desk.say("recompute", "--check").err == ""


# --- beside a running bot ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "command", [("recompute",), ("import", "visits", *MARCH), ("migrate",), ("import", "programme", "--yes")]
)
def test_what_writes_to_a_sqlite_file_in_use_says_so_and_exits_2(desk: Desk, command: tuple[str, ...]) -> None:
    file = str(changed_programme(desk, "late_days = 3", "late_days = 2"))
    with databases.fresh("sqlite") as database:
        desk.set(DATABASE_URL=str(database.url))
        document = {**to_document(kitaq()), "version": 0}
        database.write(lambda c: catalogue.add_version(c, document, "test", NOW)).result()
        said = desk.say(*command, *([file] if "programme" in command else []))
        assert said.code == 2
        assert "another process is using" in said.err
        assert "stop it first, or use PostgreSQL" in said.err
        assert desk.say("recompute", "--check").code == 0
        assert desk.say("import", "programme", file).code == 0


@pytest.mark.parametrize("command", [("recompute", "--check"), ("export", "1"), ("import", "programme")])
def test_what_only_reads_needs_a_database_and_makes_none(desk: Desk, command: tuple[str, ...]) -> None:
    said = desk.say(*command)
    assert said.code == 2
    assert "there is no database at" in said.err
    assert not Path(desk.environment["DATA_DIR"]).exists()


# --- import programme -------------------------------------------------------------------------------------------


def test_the_same_programme_changes_nothing(desk: Desk, shared: str) -> None:
    said = desk.say("import", "programme", "--yes")
    assert said.code == 0
    assert "nothing to do" in said.out
    assert "events[" not in said.out


def test_a_new_event_in_the_file_is_shown_first_and_added_when_told_without_a_new_rule_version(
    desk: Desk, shared: str
) -> None:
    file = str(changed_programme(desk, 'code = "gx_school"', 'code = "gx_school_again"'))
    shown = desk.say("import", "programme", file)
    assert '+ events[gx_school_again]: "GXエグゼクティブビジネススクール' in shown.out
    assert "nothing was changed" in shown.out
    done = desk.say("import", "programme", file, "--yes", "--by", "Sato")
    assert "version 1 is in force; events added: 1" in done.out
    with opened(shared) as database:
        added = database.read(lambda c: events.find_by_code(c, "gx_school_again")).result()
        kept = database.read(lambda c: events.find_by_code(c, "gx_school")).result()
        act = database.read(lambda c: audit.list_newest(c, 1)[0]).result()
    assert added is not None
    assert len(added.parts) == 6
    assert kept is not None
    assert (act.act, act.subject, act.actor) == ("event.import", f"event:{added.id}", "file changed.toml by Sato")
    assert "nothing to do" in desk.say("import", "programme", file, "--yes").out


def test_an_event_that_differs_is_told_by_its_fields_and_stays_as_the_database_has_it(desk: Desk, shared: str) -> None:
    file = str(changed_programme(desk, "starts_at = 2022-01-26T14:00", "starts_at = 2022-01-26T13:00"))
    said = desk.say("import", "programme", file, "--yes")
    assert "! events[decarbonised_business]: parts in the file differ; nothing is changed" in said.out
    assert "nothing to do" in said.out
    with opened(shared) as database:
        event = database.read(lambda c: events.find_by_code(c, "decarbonised_business")).result()
    assert event is not None
    assert event.parts[0].starts_at == datetime(2022, 1, 26, 14, tzinfo=TOKYO)


def test_a_new_event_and_a_changed_rule_come_into_force_together(desk: Desk, shared: str) -> None:
    file = changed_programme(desk, 'code = "gx_school"', 'code = "gx_school_again"')
    file.write_text(file.read_text(encoding="utf-8").replace("late_days = 3", "late_days = 2", 1), encoding="utf-8")
    assert "version 2 is in force; events added: 1" in desk.say("import", "programme", str(file), "--yes").out


def test_a_changed_programme_is_shown_first_and_put_in_force_when_told(desk: Desk, shared: str) -> None:
    file = str(changed_programme(desk, "late_days = 3", "late_days = 2"))
    shown = desk.say("import", "programme", file)
    assert "~ limits.late_days: 3 → 2" in shown.out
    assert "with --yes" in shown.out
    done = desk.say("import", "programme", file, "--yes", "--by", "Environment Office")
    assert "version 2 is in force" in done.out
    with opened(shared) as database:
        row = database.read(lambda c: c.execute(catalogue.VERSIONS.select()).all()).result()[-1]
        found = database.read(catalogue.find_newest).result()
    assert row.made_by == "file changed.toml by Environment Office"
    assert found is not None
    assert found[1]["limits"]["late_days"] == 2
    assert "nothing to do" in desk.say("import", "programme", file, "--yes").out


def test_a_taken_out_and_an_added_action_are_told_by_their_codes(desk: Desk, shared: str) -> None:
    changed = changed_programme(desk, 'code = "my_bottle"', 'code = "own_bottle"')
    written = changed.read_text(encoding="utf-8")
    file = str(changed)
    changed.write_text(written.replace("[phrases.my_bottle]", "[phrases.own_bottle]"), encoding="utf-8")
    said = desk.say("import", "programme", file)
    assert "- actions[my_bottle]: " in said.out
    assert "+ actions[own_bottle]: " in said.out
    assert "! my_bottle: entries of the past keep their points" in said.out
    assert len([line for line in said.out.splitlines() if line[0] in "+-~"]) == 4  # the action and the words for it


def test_a_programme_with_mistakes_is_refused_with_all_of_them(desk: Desk, shared: str) -> None:
    file = str(changed_programme(desk, "late_days = 3", "late_dayz = 3"))
    said = desk.say("import", "programme", file, "--yes")
    assert said.code == 2
    assert "late_days" in said.err


# --- import visits ----------------------------------------------------------------------------------------------


def visits(url: str) -> tuple[int, list[tuple[int, str, str]]]:
    with opened(url) as database:
        now = datetime(2022, 6, 1, tzinfo=TOKYO)
        sums = database.read(lambda c: totals.find_totals(c, kitaq(), now)).result()
        rows = database.read(lambda c: c.execute(totals.FIGURES.select().order_by(totals.FIGURES.c.id)).all()).result()
    return sums.visits_portal, [(row.amount, row.source, row.entered_by) for row in rows]


def test_visits_are_entered_once_signed_and_with_their_source(desk: Desk, shared: str) -> None:
    said = desk.say("import", "visits", *MARCH, "--by", "Sato")
    assert (said.code, said.out) == (0, "2022-03: 1,234 visitors entered\n")
    assert visits(shared) == (1234, [(1234, "portal statistics, page 2", "Sato")])


def test_the_same_month_twice_is_refused_unless_corrected(desk: Desk, shared: str) -> None:
    desk.say("import", "visits", *MARCH, "--by", "Sato")
    again = desk.say("import", "visits", *MARCH)
    assert (again.code, again.out) == (0, "2022-03: already stands at 1,234: nothing to do\n")
    other = desk.say("import", "visits", "2022-03", "1200", "--source", "counted again")
    assert other.code == 2
    assert "to correct it to 1,200 say so again with --correct" in other.err
    corrected = desk.say(
        "import", "visits", "2022-03", "1,200", "--source", "counted again", "--correct", "--by", "Abe"
    )
    assert corrected.out == "2022-03: corrected from 1,234 to 1,200\n"
    assert visits(shared) == (1200, [(1234, "portal statistics, page 2", "Sato"), (-34, "counted again", "Abe")])
    assert desk.say("recompute", "--check").code == 0


def test_there_is_nothing_to_correct_in_a_month_without_a_figure(desk: Desk, shared: str) -> None:
    said = desk.say("import", "visits", *MARCH, "--correct")
    assert said.code == 2
    assert "has no figure to correct" in said.err


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("2022-13", "5", "--source", "x"), "is no month"),
        (("2022-3", "5", "--source", "x"), "is no month"),
        (("2022-03", "-5", "--source", "x"), "No such option"),
        (("2022-03", "many", "--source", "x"), "is no number of visitors"),
        (("2022-03", "99999999999", "--source", "x"), "is no number of visitors"),
        (("2022-03", "5"), "needs its source"),
        (("2099-03", "5", "--source", "x"), "is not over yet"),
        ((), "is no month"),
    ],
)
def test_a_figure_that_cannot_be_right_is_refused(desk: Desk, shared: str, words: tuple[str, ...], reason: str) -> None:
    said = desk.say("import", "visits", *words)
    assert said.code == 2
    assert reason in said.err
    assert visits(shared) == (0, [])


def test_a_month_that_an_opening_balance_counts_is_refused(desk: Desk, shared: str) -> None:
    balance = 'metric = "site_visits"\namount = 9000\non = 2022-03-31\nsource = "old counter"\nsigned_by = "office"\n'
    file = desk.folder / "balance.toml"
    file.write_text(f"{KITAQ.read_text(encoding='utf-8')}\n[[opening_balances]]\n{balance}", encoding="utf-8")
    assert desk.say("import", "programme", str(file), "--yes").code == 0
    said = desk.say("import", "visits", *MARCH)
    assert said.code == 2
    assert "already counts the visits up to that day" in said.err
    assert desk.say("import", "visits", "2022-04", "7", "--source", "x").code == 0


def test_a_file_of_months_is_entered_whole_or_not_at_all(desk: Desk, shared: str) -> None:
    file = desk.folder / "visits.csv"
    file.write_text("\ufeffmonth,visits,source\n2022-02,10,portal\n2022-03,ten,portal\n", encoding="utf-8")
    said = desk.say("import", "visits", "--csv", str(file))
    assert said.code == 2
    assert "line 3: 'ten' is no number" in said.err
    assert visits(shared) == (0, [])
    file.write_text("\ufeffmonth,visits,source\n2022-02,10,portal\n2022-03,12,portal\n", encoding="utf-8")
    assert desk.say("import", "visits", "--csv", str(file)).code == 0
    assert visits(shared)[0] == 22


@pytest.mark.parametrize(
    ("content", "reason"),
    [("month,visits\n2022-02,1\n", "needs a first line"), ("", "needs a first line"), (None, "No such file")],
)
def test_a_file_of_another_form_is_refused(desk: Desk, shared: str, content: str | None, reason: str) -> None:
    file = desk.folder / "visits.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    said = desk.say("import", "visits", "--csv", str(file))
    assert said.code == 2
    assert reason in said.err


# --- export -----------------------------------------------------------------------------------------------------


def test_export_prints_all_that_is_stored_about_the_person(desk: Desk, shared: str) -> None:
    with opened(shared) as database:
        citizen = Town(database).citizen()
        citizen.press("r:my_bottle:2022-01-20:1")
        account = database.read(lambda c: c.execute(select(accounts.ACCOUNTS.c.id)).scalar()).result()
    said = desk.say("export", str(account))
    assert said.code == 0
    found = json.loads(said.out)
    assert [entry["action"] for entry in found["ledger"]] == ["my_bottle"]
    assert found["accounts"][0]["key"] == citizen.key
    assert found["consents"]


def test_export_of_nobody_says_so(desk: Desk, shared: str) -> None:
    said = desk.say("export", "999")
    assert (said.code, said.out) == (2, "")
    assert "account 999: no such account" in said.err
