"""Each slip a city may make in its file is told by field, in words that say what to do."""

from dataclasses import replace
from pathlib import Path

import pytest

from storage import programme_checks, programme_file

MINATO = Path(__file__).parents[1] / "cities" / "minato.toml"

CITY = [
    ('languages = ["ja", "en"]', 'languages = ["en"]', 'city.languages: must contain "ja"'),
    (
        'languages = ["ja", "en"]',
        'languages = ["ja", "en", "Deutsch!"]',
        'city.languages: "Deutsch!" is not a language tag such as "en" or "zh-Hans"',
    ),
    ('languages = ["ja", "en"]', 'languages = ["ja", "en", "en"]', 'city.languages: "en" stands there 2 times'),
    (
        'languages = ["ja", "en"]',
        'languages = ["ja", "en", "ko"]',
        'actions[wind_pump].title.ko: is missing: city.languages lists "ko"',
    ),
    (
        'languages = ["ja", "en"]',
        'languages = ["ja", "en", "ko"]',
        'consent.lines.ko: is missing: city.languages lists "ko"',
    ),
    (
        'languages = ["ja", "en"]',
        'languages = ["ja", "en"]\nstaff_languages = ["ja", "vi"]',
        'city.staff_languages: "vi" is not in city.languages',
    ),
    (
        'languages = ["ja", "en"]',
        'languages = ["ja", "en"]\nstaff_languages = ["en"]',
        'city.staff_languages: must contain "ja", which readers of other languages are shown',
    ),
    ("population = 12000", "population = 0", "city.population: must be 1 or more"),
    (
        'population_source = "made up for tests, 2030"',
        'population_source = ""',
        "city.population_source: must name where the figure was published, and when",
    ),
    ('page = "https:', 'page = "ftp:', "city.page: must begin with https://"),
    ("See https://", "See http://", "city.contact: a web address must begin with https://"),
    ("late_days = 1", "late_days = -1", "limits.late_days: must be from 0 to 31"),
    (
        "everyday_points_a_day = 12",
        "everyday_points_a_day = 0",
        "limits.everyday_points_a_day: must be from 1 to 10000",
    ),
    (
        "fiscal_year_starts_month = 1",
        "fiscal_year_starts_month = 13",
        "limits.fiscal_year_starts_month: must be from 1 to 12",
    ),
    ("year_one_target = 150", "year_one_target = 500", "periods[#2].target: must be year_one_target or more"),
    ("year_one_target = 150", "year_one_target = 0", "periods[#2].year_one_target: must be 1 or more"),
    (
        "starts_on = 2031-01-01",
        "starts_on = 2030-12-31",
        "periods[#2].starts_on: must be after the period before it has ended (2030-12-31)",
    ),
    (
        "starts_on = 2031-01-01",
        "starts_on = 2031-01-02",
        "periods[#2].starts_on: must be the first day of a month: totals are kept by the month",
    ),
    (
        "ends_on = 2032-12-31",
        "ends_on = 2032-12-30",
        "periods[#2].ends_on: must be the last day of a month: totals are kept by the month",
    ),
    ("ends_on = 2032-12-31", "ends_on = 2030-12-31", "periods[#2].ends_on: must not be before starts_on"),
    (
        'code = "outside"',
        'code = "away"',
        'wards: must contain one with code = "outside", for people who live or wish it so',
    ),
    ('code = "hill"', 'code = "harbour"', "wards[harbour].code: is used 2 times: every code must be unique"),
    (
        'code = "hill"',
        'code = "Hill!"',
        "wards[Hill!].code: must be at most 32 small letters, digits and _, beginning with a letter",
    ),
    ("amount = 40", "amount = -40", "opening_balances[#1].amount: must be 0 or more"),
    ("distinct = 25", "distinct = 41", "opening_balances[#1].distinct: must be from 0 to amount"),
    ('signed_by = "くらし課"', "", "opening_balances[#1].signed_by: must say who answers for the figure"),
    (
        'source = "made up for tests, 2029"',
        'source = " "',
        "opening_balances[#1].source: must not be empty: every figure names its source",
    ),
]
WORDS = [
    (
        'version = "m1"',
        'version = ""',
        'consent.version: must not be empty: write "1", and raise it whenever the lines change',
    ),
    (
        '["We keep reports and points.", "You can leave at any time."]',
        '["a", "b", "c", "d", "e", "f"]',
        "consent.lines.en: must be from 1 to 5 lines, is 6",
    ),
    (
        '["We keep reports and points.", "You can leave at any time."]',
        '["We keep reports and points."]',
        "consent.lines: must be as many lines in every language, so that all agree to the same",
    ),
    (
        "いつでもやめられます。",
        "いつでも" * 21,
        "consent.lines.ja[#2]: must be short, at most 80 full-width characters",
    ),
    ('"報告とポイントを保存します。"', '""', "consent.lines.ja[#1]: must not be empty"),
    ('first = { ja = ["しお", "なみ"]', "first = { ja = []", "names.first.ja: must hold at least one word"),
    ('"Crab", "Octopus"', '"Crab", "Crab"', 'names.second.en: "Crab" stands there 2 times'),
    ('second = { ja = ["カニ", "タコ"], ', "second = { ", 'names.second.ja: is missing: city.languages lists "ja"'),
    (
        'title = { ja = "手こぎ舟で渡る", en',
        'title = { ja = "手こぎ舟で渡る", eng',
        'actions[row_boat].title.en: is missing: city.languages lists "en"',
    ),
    ('en = "Row across the bay"', 'en = ""', "actions[row_boat].title.en: must not be empty"),
    (
        'en = "Row across the bay"',
        'en = "Row across "',
        "actions[row_boat].title.en: must not begin or end with a space",
    ),
    (
        'en = "Row across the bay"',
        'en = "Row\\nacross"',
        "actions[row_boat].title.en: must be one line without control characters",
    ),
    (
        'label = { ja = "手こぎ舟"',
        'label = { ja = "手こぎ舟で向こう岸まで"',
        "actions[row_boat].label.ja: is too wide for a button: at most 20 half-width or 10 full-width characters",
    ),
    (
        'en = "Row across" }',
        'en = "Row across the bay!" }',
        "actions[row_boat].label.en: is too wide for a button: at most 18 half-width or 9 full-width characters",
    ),
    (
        'label = { ja = "歩道橋"',
        'label = { ja = "手こぎ舟"',
        'actions[foot_bridge].label.ja: another action has the same label "手こぎ舟"',
    ),
    ('["rowed"', '["Rowed"', 'actions[row_boat].aliases.en: "Rowed" must be in small letters'),
    (
        'en = ["foot bridge"]',
        'en = ["foot bridge", "ＲＯＷＥＤ"]',
        'actions[foot_bridge].aliases.en: "ＲＯＷＥＤ" belongs to row_boat already: a word can mean one action only',
    ),
    ('en = ["foot bridge"]', 'en = [""]', 'actions[foot_bridge].aliases.en "": must not be empty'),
]
CATALOGUE = [
    ('code = "foot_bridge"', 'code = "row_boat"', "actions[row_boat].code: is used 2 times: every code must be unique"),
    (
        'cap = { times = 3, per = "day", shared = "crossings" }',
        'cap = { times = 2, per = "day", shared = "crossings" }',
        'actions[foot_bridge].cap: times and per must be equal in all that share "crossings" (row_boat, foot_bridge)',
    ),
    (
        'cap = { times = 3, per = "day", shared = "crossings" }',
        'cap = { times = 3, per = "week", shared = "crossings" }',
        'actions[foot_bridge].cap: times and per must be equal in all that share "crossings" (row_boat, foot_bridge)',
    ),
    (
        'shared = "crossings"',
        'shared = "crosings"',
        'actions[row_boat].cap.shared: no other action shares "crosings": check the spelling or remove it',
    ),
    ('times = 2, per = "week"', 'times = 0, per = "week"', "actions[seaweed_soup].cap.times: must be 1 or more"),
    ("points = 7", "points = -7", "actions[row_boat].points: must be 0 or more"),
    ("points = 7", "points = 13", "actions[row_boat].points: must not be more than limits.everyday_points_a_day"),
    (
        "confirmed_points = 9",
        "confirmed_points = 4",
        "actions[beach_walk].confirmed_points: must not be less than points",
    ),
    (
        'group = "milestone"',
        'group = "milestone"\nconfirmed_points = 5',
        "actions[wind_pump].points: must be 0 for a milestone, and confirmed_points absent: points cannot be bought",
    ),
    (
        "confirmed_points = 11",
        "",
        "actions[harbour_talk].points: must be 0 for a checked_in action, and confirmed_points 1 or more",
    ),
    (
        "number = 3",
        "number = 31",
        "actions[fan_first].number: must be from 1 to 30; leave it out for an action without a number",
    ),
    (
        "needs_at_home = 2",
        "needs_at_home = 3",
        "actions[indoor_pair].needs_at_home: must be from 0 to the number of actions with at_home = true (2)",
    ),
    (
        "needs_at_home = 2",
        "needs_at_home = 2\nat_home = true",
        "actions[indoor_pair].at_home: must be false where needs_at_home is set, or it would count for itself",
    ),
    ('"06-01"', '"06-31"', 'actions[fan_first].seasons[#1].first: must be a month and day such as "05-01"'),
    ('"01-10"', '"1-10"', 'actions[fan_first].seasons[#2].last: must be a month and day such as "05-01"'),
    (
        'amount = "1.5"',
        'amount = "1,500"',
        'actions[fan_first].figures[#1].amount: must be a plain number in quotation marks, such as "840.3"',
    ),
    (
        'per = "km"',
        'per = "year"',
        'actions[row_boat].factors[boat].per: must be "km" or "act": only such factors may be added up',
    ),
    ("grams = 99", "grams = 0", "actions[row_boat].factors[boat].grams: must be 1 or more"),
    (
        "longest_km = 5\n",
        "",
        "actions[row_boat].factors[boat].longest_km: must be 1 or more where per is km, and left out elsewhere",
    ),
    (
        'per = "km"',
        'per = "act"',
        "actions[row_boat].factors[boat].longest_km: must be 1 or more where per is km, and left out elsewhere",
    ),
    (
        "asks_instead_of_car = true",
        "",
        "actions[row_boat].asks_instead_of_car: must be true where a factor is per km: nothing is saved without a car",
    ),
]


def problems_after(old: str, new: str, folder: Path) -> tuple[str, ...]:
    text = MINATO.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in minato.toml"
    path = folder / "city.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(programme_file.ProgrammeError) as caught:
        programme_file.read_programme(path)
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "expected"), CITY + WORDS + CATALOGUE)
def test_a_slip_in_the_content_is_named_with_its_table_and_field(old, new, expected, tmp_path):
    assert expected in problems_after(old, new, tmp_path)


def test_a_season_may_begin_on_the_day_of_a_leap_year(tmp_path):
    text = MINATO.read_text(encoding="utf-8").replace('"06-01"', '"02-29"')
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    action = programme_file.read_programme(path).action("fan_first")
    assert action is not None
    assert action.seasons[0].first == "02-29"


def test_all_problems_of_content_are_told_at_once(tmp_path):
    text = MINATO.read_text(encoding="utf-8")
    for old, new in [("points = 7", "points = 13"), ("late_days = 1", "late_days = 99"), ('"06-01"', '"06-31"')]:
        text = text.replace(old, new, 1)
    path = tmp_path / "city.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(programme_file.ProgrammeError) as caught:
        programme_file.read_programme(path)
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "limits.late_days",
        "actions[row_boat].points",
        "actions[fan_first].seasons[#1].first",
    ]


def test_a_good_programme_has_no_problems():
    assert programme_checks.find_problems(programme_file.read_programme(MINATO)) == []


def test_empty_tables_are_told():
    document = programme_file.to_document(programme_file.read_programme(MINATO))
    bare = programme_file.from_document(document | {"periods": [], "wards": [], "actions": []})
    assert programme_checks.find_problems(bare)[0] == "periods: must hold at least one period"
    assert {"wards: must hold at least one", "actions: must hold at least one"} <= set(
        programme_checks.find_problems(bare)
    )


def test_phrases_of_no_action_and_open_brackets_are_told() -> None:
    programme = replace(programme_file.read_programme(MINATO), phrases={"no_such": {"ja": ("(水|湯",)}})
    assert programme_checks.find_problems(programme) == [
        "phrases.no_such: there is no such action",
        'phrases.no_such.ja: "(水|湯" opens a bracket that it does not close',
    ]
