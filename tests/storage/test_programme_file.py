"""Reading a programme file: what a good one becomes, and what is said about a bad one."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage import facts, programme_file

ROOT = Path(__file__).parents[2]
MINATO = ROOT / "tests" / "cities" / "minato.toml"
KITAQ = ROOT / "programmes" / "kitaq.toml"


def problems_of(path: Path) -> tuple[str, ...]:
    with pytest.raises(programme_file.ProgrammeError) as caught:
        programme_file.read_programme(path)
    return caught.value.problems


def written(folder: Path, content: str | bytes) -> Path:
    path = folder / "city.toml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def changed(folder: Path, old: str, new: str) -> Path:
    text = MINATO.read_text(encoding="utf-8")
    assert text.count(old) >= 1, f"{old!r} is not in minato.toml"
    return written(folder, text.replace(old, new, 1))


def test_the_file_of_another_city_becomes_frozen_facts():
    programme = programme_file.read_programme(MINATO)
    boat = programme.action("row_boat")
    assert boat is not None
    assert boat.cap == facts.Cap(times=3, per=facts.Per.DAY, shared="crossings")
    assert boat.factors[0].grams == 99
    assert boat.aliases["en"] == ("rowed", "rowing boat")
    assert programme.periods[1].starts_on == date(2031, 1, 1)
    assert programme.opening_balances[0].metric is facts.Metric.PARTICIPANTS
    with pytest.raises(AttributeError):
        boat.points = 8  # type: ignore[misc]


def test_windows_line_ends_are_read_like_any_other(tmp_path):
    path = written(tmp_path, MINATO.read_bytes().replace(b"\n", b"\r\n"))
    assert programme_file.read_programme(path) == programme_file.read_programme(MINATO)


@pytest.mark.parametrize("path", [KITAQ, MINATO], ids=lambda path: path.stem)
def test_a_programme_comes_back_equal_from_its_json_document_all_but_events_and_answers(path):
    programme = replace(programme_file.read_programme(path), events=(), answers=())
    document = json.loads(json.dumps(programme_file.to_document(programme), ensure_ascii=False))
    assert programme_file.from_document(document) == programme


TEXTS = st.dictionaries(st.sampled_from(["ja", "en", "zh-Hans"]), st.text(max_size=9), min_size=1)
CAPS = st.builds(facts.Cap, times=st.integers(), per=st.sampled_from(facts.Per), shared=st.none() | st.text(max_size=9))


@settings(max_examples=50, deadline=None)
@given(words=TEXTS, cap=CAPS, day=st.dates(), points=st.none() | st.integers())
def test_any_words_numbers_and_days_come_back_equal_from_their_json_document(words, cap, day, points):
    good = replace(programme_file.read_programme(MINATO), events=(), answers=())
    action = replace(good.actions[0], title=words, cap=cap, confirmed_points=points, aliases={"ja": tuple(words)})
    programme = replace(good, actions=(action, *good.actions[1:]), heat_alert_days=(day,))
    document = json.loads(json.dumps(programme_file.to_document(programme)))
    assert programme_file.from_document(document) == programme


def test_a_stored_version_keeps_its_number():
    document = programme_file.to_document(programme_file.read_programme(MINATO)) | {"version": 7}
    assert programme_file.from_document(document).version == 7


def test_a_stored_version_stays_readable_when_only_its_content_would_be_refused_today():
    document = programme_file.to_document(programme_file.read_programme(MINATO))
    document["actions"][0]["cap"]["times"] = 0
    assert programme_file.from_document(document).actions[0].cap.times == 0


def test_a_stored_version_of_the_wrong_shape_is_refused():
    document = programme_file.to_document(programme_file.read_programme(MINATO))
    del document["actions"][1]["title"]
    with pytest.raises(programme_file.ProgrammeError, match=r"actions\[foot_bridge\]\.title: is missing"):
        programme_file.from_document(document)


def test_a_missing_file_is_named(tmp_path):
    path = tmp_path / "no.toml"
    assert problems_of(path) == ("there is no such file: check PROGRAMME_FILE",)
    with pytest.raises(programme_file.ProgrammeError, match=r"no\.toml: 1 problem"):
        programme_file.read_programme(path)


def test_a_folder_is_no_programme(tmp_path):
    assert problems_of(tmp_path) == ("is a folder: name the .toml file inside it",)


def test_a_path_that_leads_nowhere_is_told_in_the_systems_words(tmp_path):
    (problem,) = problems_of(written(tmp_path, "") / "deeper.toml")
    assert problem.startswith("cannot be read: ")


def test_broken_toml_names_the_line(tmp_path):
    (problem,) = problems_of(written(tmp_path, '[city]\nmascot = "a"\nname = \n'))
    assert problem.startswith("is not valid TOML:")
    assert "line 3" in problem


def test_a_field_written_twice_is_broken_toml(tmp_path):
    (problem,) = problems_of(changed(tmp_path, "population = 12000\n", "population = 1\npopulation = 2\n"))
    assert "is not valid TOML" in problem
    assert "line 9" in problem


def test_shift_jis_is_told_with_its_line(tmp_path):
    text = '[city]\nmascot = ""\noffice = { ja = "くらし課" }\n'
    (problem,) = problems_of(written(tmp_path, text.encode("shift_jis")))
    assert problem == "line 3: is not UTF-8 (perhaps Shift_JIS): save the file as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_told(tmp_path, encoding):
    (problem,) = problems_of(written(tmp_path, MINATO.read_text(encoding="utf-8").encode(encoding)))
    assert "byte order mark" in problem


@pytest.mark.parametrize("text", ["a = " + "[" * 9000, "a." * 9000 + "a = 1", "a = " + "9" * 9000])
def test_a_file_made_to_exhaust_the_reader_is_refused_like_any_other(tmp_path, text):
    assert len(problems_of(written(tmp_path, text))) == 1


def test_an_empty_file_lists_every_missing_table(tmp_path):
    tables = ("city", "limits", "consent", "names", "periods", "wards", "actions")
    assert problems_of(written(tmp_path, "")) == tuple(f"{table}: is missing: add it" for table in tables)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("points = 7", 'points = "7"', "actions[row_boat].points: must be a whole number"),
        ("points = 7", "points = 7.0", "actions[row_boat].points: must be a whole number"),
        ("points = 7", "points = true", "actions[row_boat].points: must be a whole number"),
        ("points = 7", "points = nan", "actions[row_boat].points: must be a whole number"),
        ("points = 7", "pionts = 7", "actions[row_boat].pionts: is not a known field: did you mean points?"),
        ("points = 7", "points = 7\nzzz = 1", "actions[row_boat].zzz: is not a known field: remove it"),
        ('group = "everyday"', 'group = "daily"', "actions[row_boat].group: must be one of 'everyday'"),
        ("at_home = true", 'at_home = "yes"', "actions[fan_first].at_home: must be true or false"),
        (
            'amount = "1.5"',
            'amount = "1.5"\npoints = 1',
            "actions[fan_first].figures[#1].points: is not a known field: it b",
        ),
        ("grams = 99", "", "actions[row_boat].factors[boat].grams: is missing: add it"),
        ('amount = "1.5"', "amount = 1.5", "actions[fan_first].figures[#1].amount: must be a text in quotation"),
        ("2030-12-31", '"31/12/2030"', "periods[#1].ends_on: must be a day without quotation marks"),
        ("2030-12-31", "2030-12-31T10:00:00", "periods[#1].ends_on: must be a day without"),
        ('languages = ["ja", "en"]', 'languages = "ja"', "city.languages: must be a list in square brackets"),
        (
            'name = { ja = "ひみつ", en = "Rather not say" }',
            'name = "ひみつ"',
            "wards[rather_not_say].name: must be a t",
        ),
        ('cap = { times = 2, per = "week" }', "cap = 2", "actions[seaweed_soup].cap: must be a table with named"),
        ('ja = ["しお", "なみ"]', 'ja = ["しお", 5]', "names.first.ja[#2]: must be a text in quotation marks"),
        ("[limits]", "[limitz]", "limitz: is not a known field: did you mean limits?"),
    ],
)
def test_a_wrong_shape_is_named_with_its_table_and_field(tmp_path, old, new, expected):
    assert any(problem.startswith(expected) for problem in problems_of(changed(tmp_path, old, new)))


def test_all_problems_of_shape_are_told_at_once(tmp_path):
    text = MINATO.read_text(encoding="utf-8").replace("points = 7", 'points = "7"').replace("late_days = 1\n", "")
    assert problems_of(written(tmp_path, text)) == (
        "limits.late_days: is missing: add it",
        "actions[row_boat].points: must be a whole number without quotation marks, such as 1",
    )


def test_a_file_does_not_set_its_own_rule_version(tmp_path):
    path = written(tmp_path, "version = 3\n" + MINATO.read_text(encoding="utf-8"))
    assert problems_of(path) == ("version: is counted by the bot: remove it from the file",)


def test_the_message_lists_every_problem_under_the_name_of_the_file(tmp_path):
    path = written(tmp_path, MINATO.read_text(encoding="utf-8").replace("times = 2", "times = 0"))
    with pytest.raises(programme_file.ProgrammeError) as caught:
        programme_file.read_programme(path)
    assert str(caught.value).splitlines() == [
        f"{path}: 2 problems",
        "  actions[seaweed_soup].cap.times: must be 1 or more",
        "  actions[beach_walk].cap.times: must be 1 or more",
    ]
