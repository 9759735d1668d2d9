"""The reader of CSV files: whatever wrote them, every line is read or rejected with its reason, and none is lost."""

import codecs
import csv
import io
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cells import neutral
from bot.importing import ImportRefusedError, lines, tables
from bot.importing.lines import Rejected
from bot.importing.tables import Column, Line

COLUMNS = (
    Column("name", ("名前", "氏名"), needed=True),
    Column("starts_at", ("開始日時",), needed=True),
    Column("note", ("メモ",)),
)
FILES = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def read(folder: Path, content: bytes | str) -> list[Line | Rejected]:
    return list(tables.read(write(folder, content), COLUMNS))


def write(folder: Path, content: bytes | str) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def names(found: list[Line | Rejected]) -> list[str]:
    return [line["name"] for line in found if isinstance(line, Line)]


JAPANESE = "名前,開始日時,メモ\r\n髙橋①,2022-01-26,～から\r\n﨑山,2022-02-02,\r\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "UTF-8"), ("utf-8-sig", "UTF-8"), ("cp932", "Shift_JIS (CP932)"), ("utf-16", "UTF-16")],
)
def test_a_file_is_read_whatever_wrote_it_and_what_wrote_it_is_told(tmp_path: Path, encoding: str, told: str) -> None:
    path = write(tmp_path, JAPANESE.encode(encoding))
    table = tables.read(path, COLUMNS)
    assert table.told == f"table.csv: {told}, commas"
    assert names(list(table)) == ["髙橋①", "﨑山"]
    assert names(list(table)) == ["髙橋①", "﨑山"]


def test_big_endian_utf_16_is_read_too(tmp_path: Path) -> None:
    assert names(read(tmp_path, codecs.BOM_UTF16_BE + JAPANESE.encode("utf-16-be"))) == ["髙橋①", "﨑山"]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separator_and_line_ends_are_found_by_themselves(tmp_path: Path, separator: str, end: str) -> None:
    content = end.join([separator.join(["Name", "Starts at"]), separator.join(["Sato", "2022-01-26"])]) + end
    assert read(tmp_path, content) == [Line(2, {"name": "Sato", "starts_at": "2022-01-26"})]


def test_excels_line_about_the_separator_and_empty_lines_are_passed_over(tmp_path: Path) -> None:
    found = read(tmp_path, "sep=;\n\n氏名;開始日時\n\nSato;x\n;;\n")
    assert found == [Line(5, {"name": "Sato", "starts_at": "x"})]


def test_column_names_are_known_in_any_width_case_and_with_spaces(tmp_path: Path) -> None:
    found = read(tmp_path, "Ｎａｍｅ, STARTS AT ,メモ\nSato,x,y\n")
    assert found == [Line(2, {"name": "Sato", "starts_at": "x", "note": "y"})]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("name,note\nSato,x\n", "the column starts_at (開始日時) is missing"),
        ("a,b\nSato,x\n", "no column is known in the first line; it needs name (名前), starts_at (開始日時)"),
        ("name,氏名,starts_at\n", "the column name is there 2 times: name, 氏名"),
        ("", "is empty"),
        ("\n\n", "is empty"),
        (b"PK\x03\x04rest", "is an Excel workbook (.xlsx): save it there as CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_in_plain_words(
    tmp_path: Path, content: bytes | str, words: str
) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        read(tmp_path, content)
    assert words in str(refused.value)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ImportRefusedError, match="No such file"):
        tables.read(tmp_path / "nothing.csv", COLUMNS)


def test_columns_that_nobody_uses_are_told(tmp_path: Path) -> None:
    path = write(tmp_path, "name,starts_at,Telephone\nSato,x,y\n")
    assert tables.read(path, COLUMNS).told.endswith("columns not used: Telephone")


def test_quotes_and_line_breaks_in_cells_are_kept_and_lines_keep_their_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, 'name,starts_at,note\nSato,x,"a ""b""\r\nc, d"\nAbe,5" disk,y\n')
    assert found[0] == Line(2, {"name": "Sato", "starts_at": "x", "note": 'a "b"\r\nc, d'})
    assert found[1] == Line(4, {"name": "Abe", "starts_at": '5" disk', "note": "y"})


def test_a_forgotten_quote_costs_one_line_only(tmp_path: Path) -> None:
    rest = "".join(f"person {number},x\n" for number in range(3, 203))
    found = read(tmp_path, f'name,starts_at\n"Sato,x\n{rest}')
    assert found[0] == Rejected(2, "a quote is opened here and not closed")
    assert names(found) == [f"person {number}" for number in range(3, 203)]
    assert [line.number for line in found] == list(range(2, 203))


def test_a_forgotten_quote_on_the_last_line_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, 'name,starts_at\nSato,x\nAbe,"y')
    assert found[1] == Rejected(3, "a quote is opened here and not closed")


def test_a_line_that_cannot_be_read_is_rejected_and_the_next_is_read(tmp_path: Path) -> None:
    bad = b'name,starts_at\nA\0be,x\n\x81 ,x\n"Sato"x,x\na,b,c\nAbe,x\n'
    found = read(tmp_path, bad)
    reasons = [line.reason for line in found if isinstance(line, Rejected)]
    assert "NUL byte" in reasons[0]
    assert "cannot be read" in reasons[1]
    assert "written twice" in reasons[2]
    assert "has 3 cells and the first line 2" in reasons[3]
    assert names(found) == ["Abe"]


def test_a_line_without_end_is_rejected_without_being_held(tmp_path: Path) -> None:
    found = read(tmp_path, f"name,starts_at\n{'x' * (3 * lines.LONGEST)},y\nSato,x\n")
    assert found == [
        Rejected(2, f"longer than {lines.LONGEST:,} characters"),
        Line(3, {"name": "Sato", "starts_at": "x"}),
    ]


@pytest.mark.parametrize("formula", ['=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "＝1", "\t=1"])
def test_a_formula_is_plain_text_and_an_apostrophe_before_it_is_taken_away(tmp_path: Path, formula: str) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["name", "starts_at", "note"], ["=1+1", "x", f"'{formula}"]])
    assert read(tmp_path, out.getvalue()) == [Line(2, {"name": "=1+1", "starts_at": "x", "note": formula})]


def test_any_other_apostrophe_stays(tmp_path: Path) -> None:
    assert names(read(tmp_path, "name,starts_at\n'Sato',x\nO'Brien,x\n")) == ["'Sato'", "O'Brien"]


@FILES
@given(content=st.binary(max_size=600))
def test_any_bytes_after_the_header_are_read_or_rejected_and_never_raise(tmp_path: Path, content: bytes) -> None:
    found = read(tmp_path, b"name,starts_at\n" + content)
    numbers = [line.number for line in found]
    assert numbers == sorted(set(numbers))
    assert all(line.reason for line in found if isinstance(line, Rejected))


@FILES
@given(content=st.binary(max_size=300))
def test_any_bytes_at_all_are_a_table_or_are_refused_in_words(tmp_path: Path, content: bytes) -> None:
    with suppress(ImportRefusedError):
        assert all(line.number > 0 for line in read(tmp_path, content))


@FILES
@given(
    cells=st.lists(
        st.text(alphabet="ab,;\"\n\r\t'=日本", max_size=12).filter(lambda text: text.strip()), min_size=1, max_size=8
    )
)
def test_what_a_csv_writer_wrote_comes_back(tmp_path: Path, cells: list[str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([["name", "starts_at"], *([cell, "x"] for cell in cells)])
    assert names(read(tmp_path, out.getvalue())) == [tables.clean(cell) for cell in cells]


@FILES
@given(text=st.text(alphabet="=+-@＝＋－＠a1日'", min_size=1, max_size=8))
def test_what_an_export_made_harmless_comes_back_as_it_was(text: str) -> None:
    once = neutral(text)
    assert not once.startswith(("=", "+", "-", "@")) or once.lstrip("-").replace(".", "", 1).isdecimal()
    assert tables.clean(once) == tables.clean(text)


def test_a_hundred_thousand_lines_are_read_in_constant_memory(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    with path.open("w", encoding="cp932") as file:
        file.write("名前,開始日時\n")
        file.writelines(f"参加者{number},2022-01-26\n" for number in range(100_000))
    tracemalloc.start()
    table = tables.read(path, COLUMNS)
    count = sum(1 for _ in table)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (count, table.written.lines) == (100_000, 100_001)
    assert peak < 2_000_000
