"""Each slip in an event of a programme file is told by its field, in words that say what to do."""

from pathlib import Path

import pytest

from storage import event_checks, programme_file

MINATO = Path(__file__).parents[1] / "cities" / "minato.toml"
FILE = MINATO.read_text(encoding="utf-8")
NET, LAMP = "events[net_mending]", "events[lamp_talk]"
DAY_ONE = "starts_at = 2030-05-11T10:00:00+09:00\nends_at = 2030-05-11T12:00:00+09:00\n"

SLIPS = [
    (
        'code = "net_mending"',
        'code = "lamp_talk"',
        "events[lamp_talk].code: is used 2 times: every code must be unique",
    ),
    (
        'code = "lamp_talk"',
        'code = "Lamp-talk"',
        "events[Lamp-talk].code: must be at most 32 small letters, digits and _, beginning with a letter",
    ),
    (
        'title = { ja = "あみなおし教室", en = "Net mending" }',
        'title = { ja = "あみなおし教室" }',
        f'{NET}.title.en: is missing: city.languages lists "en"',
    ),
    ('en = "Net mending"', 'en = ""', f"{NET}.title.en: must not be empty"),
    ('en = "Net mending"', f'en = "{"x" * 121}"', f"{NET}.title.en: must be short, at most 60 full-width characters"),
    ("place = { ja", "place = { xx", f'{NET}.place.ja: is missing: city.languages lists "ja"'),
    ('en = "For the yarn."', 'en = "For\\nyarn"', f"{NET}.cost_note.en: must be one line without control characters"),
    (
        'description = { ja = "家のあかりの話です。", en',
        "description = { en",
        f"{LAMP}.description.ja: is missing: other languages may be left out, Japanese may not",
    ),
    (
        'ja = "家のあかりの話です。"',
        'ja = "家の\\u0007話"',
        f"{LAMP}.description.ja: must hold no control characters but line ends",
    ),
    ('ja = "家のあかりの話です。"', f'ja = "{"あ" * 2001}"', f"{LAMP}.description.ja: must be at most 2000 characters"),
    ('held_in = ["ja"]', "held_in = []", f"{NET}.held_in: must name at least one language"),
    ('held_in = ["ja"]', 'held_in = ["ja", "ja"]', f'{NET}.held_in: "ja" stands there 2 times'),
    (
        'interpreted_into = ["en"]',
        'interpreted_into = ["English"]',
        f'{NET}.interpreted_into: "English" is not a language tag such as "en" or "zh-Hans"',
    ),
    (
        'interpreted_into = ["en"]',
        'interpreted_into = ["ja"]',
        f'{NET}.interpreted_into: "ja" is the language it is held in',
    ),
    ('audiences = ["citizen"]', "audiences = []", f'{LAMP}.audiences: must name "citizen", "company" or both'),
    ('audiences = ["citizen"]', 'audiences = ["dogs"]', f"{LAMP}.audiences[#1]: must be one of 'citizen' or 'company'"),
    ('ward = "harbour"', 'ward = "moon"', f'{NET}.ward: "moon" is no code of wards'),
    ('interests = ["sea"]', 'interests = ["stars"]', f'{NET}.interests: "stars" is no code of interests'),
    ('interests = ["sea"]', 'interests = ["sea", "sea"]', f'{NET}.interests: "sea" stands there 2 times'),
    (
        'state = "draft"',
        'state = "held"',
        f'{LAMP}.state: must be "draft" or "published": the others come about while the bot runs',
    ),
    ("companions = 2", "companions = 5", f"{NET}.companions: must be from 0 to 4"),
    ("companions = 2", "companions = -1", f"{NET}.companions: must be from 0 to 4"),
    ("cost_yen = 300", "cost_yen = -1", f"{NET}.cost_yen: must be from 0 to 1000000"),
    ('"https://talk.', '"http://talk.', f"{LAMP}.joining_url: a web address must begin with https://"),
    (
        '"https://talk.minato.example/lamp"',
        '"https://"',
        f"{LAMP}.joining_url: must be a whole address that begins with https://",
    ),
    (
        '"https://talk.minato.example/lamp"',
        f'"https://talk.minato.example/{"x" * 1000}"',
        f"{LAMP}.joining_url: must be at most 1000 characters",
    ),
    (
        'en = "For the yarn."',
        f'en = "{"x" * 201}"',
        f"{NET}.cost_note.en: must be short, at most 100 full-width characters",
    ),
    ("closes_at = 2030-05-01", "closes_at = 2030-03-01", f"{NET}.closes_at: must be after opens_at"),
    (
        "closes_at = 2030-05-01",
        "closes_at = 2030-06-01",
        f"{NET}.closes_at: must not be after the end of the last part",
    ),
    (
        "opens_at = 2030-04-01T09:00:00+09:00",
        "opens_at = 2030-04-01T09:00:00",
        f"{NET}.opens_at: {event_checks.ZONE_MISSING}",
    ),
    (
        "starts_at = 2030-05-18T10:00:00+09:00",
        "starts_at = 2030-05-18T10:00:00",
        f"{NET}.parts[#2].starts_at: {event_checks.ZONE_MISSING}",
    ),
    (
        "starts_at = 2030-05-18T10:00:00+09:00",
        "starts_at = 2030-05-18",
        f"{NET}.parts[#2].starts_at: must be a day and time with a zone, such as 2022-01-26T14:00:00+09:00",
    ),
    (
        "starts_at = 2030-05-18T10:00:00+09:00",
        "starts_at = 10:00:00",
        f"{NET}.parts[#2].starts_at: must be a day and time with a zone, such as 2022-01-26T14:00:00+09:00",
    ),
    (
        "starts_at = 2030-05-18",
        "starts_at = 2030-05-04",
        f"{NET}.parts[#2].starts_at: must be after that of the part before it: put the parts in order",
    ),
    (
        "ends_at = 2030-05-11T12",
        "ends_at = 2030-05-11T10",
        f"{NET}.parts[#1].ends_at: must be after starts_at, and within 24 hours of it",
    ),
    (
        "ends_at = 2030-05-11",
        "ends_at = 2030-05-13",
        f"{NET}.parts[#1].ends_at: must be after starts_at, and within 24 hours of it",
    ),
    (
        "ends_at = 2030-05-11T12:00:00+09:00\n",
        "",
        f"{NET}.parts[#1].ends_at: is missing: reminders, calendars and points need it",
    ),
    (
        "starts_at = 2030-05-11T10:00:00+09:00\n",
        "",
        f"{NET}.parts[#1].starts_at: is missing: leave both out while the date is open",
    ),
    ("capacity = 3", "capacity = 0", f"{NET}.parts[#1].capacity: must be 1 or more; leave it out to take everybody"),
    ('en = "Day one"', 'en = " Day one"', f"{NET}.parts[#1].title.en: must not begin or end with a space"),
    (
        'kind = "seminar"',
        'kind = "course"',
        f"{LAMP}.parts: a course has several: add [[events.parts]], or choose another kind",
    ),
    ('state = "draft"', "whole_only = true", f"{LAMP}.whole_only: must be false where there is one part"),
    ('state = "draft"', "parts = []", f"{LAMP}.parts: must hold at least one"),
    (
        '{ ja = "いいえ", en = "No" }',
        f'{{ ja = "いいえ", en = "{"x" * 21}" }}',
        f"{NET}.survey[#1].choices[#2].en: is too long for a button: at most 20 characters",
    ),
    (', { ja = "いいえ", en = "No" }]', "]", f"{NET}.survey[#1].choices: must be from 2 to 8"),
    ('kind = "choice"', 'kind = "scale"', f'{NET}.survey[#1].choices: must be left out unless kind is "choice"'),
    ('en = "Once more?"', 'xx = "?"', f'{NET}.survey[#1].words.en: is missing: city.languages lists "en"'),
    ("starts_at = 2030-05-11", "starts_on = 2030-05-11", f"{NET}.parts[#1].starts_on: is not a known field"),
    (
        'name = { ja = "おか", en = "Hills" }',
        f'name = {{ ja = "おか", en = "{"x" * 19}" }}',
        "interests[hills].name.en: is too wide for a button: at most 18 half-width or 9 full-width characters",
    ),
    ('code = "hills"', 'code = "sea"', "interests[sea].code: is used 2 times: every code must be unique"),
]


def problems_of(folder: Path, text: str) -> tuple[str, ...]:
    path = folder / "city.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(programme_file.ProgrammeError) as caught:
        programme_file.read_programme(path)
    return caught.value.problems


@pytest.mark.parametrize(("old", "new", "problem"), SLIPS)
def test_a_slip_is_told_by_its_field(tmp_path: Path, old: str, new: str, problem: str) -> None:
    head, events = FILE.split("[[interests]]", 1)
    assert old in events, f"{old!r} is not among the events of minato.toml"
    found = problems_of(tmp_path, f"{head}[[interests]]{events.replace(old, new, 1)}")
    assert [told for told in found if told.startswith(problem)], found


def test_several_slips_are_told_together(tmp_path: Path) -> None:
    found = problems_of(
        tmp_path,
        FILE.replace("companions = 2", "companions = 9").replace("cost_yen = 300", "cost_yen = -5"),
    )
    assert found == (f"{NET}.companions: must be from 0 to 4", f"{NET}.cost_yen: must be from 0 to 1000000")


def test_an_event_needs_only_the_languages_that_staff_write_in(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    japanese = FILE.replace(
        'title = { ja = "あみなおし教室", en = "Net mending" }', 'title = { ja = "あみなおし教室" }'
    )
    path.write_text(japanese.replace('languages = ["ja", "en"]', 'languages = ["ja", "en"]\nstaff_languages = ["ja"]'))
    assert "en" not in programme_file.read_programme(path).events[0].title


def test_six_questions_are_one_too_many(tmp_path: Path) -> None:
    question = '\n[[events.survey]]\nkind = "words"\nwords = { ja = "どう？", en = "Well?" }\n'
    assert f"{LAMP}.survey: must hold at most 5 questions" in problems_of(tmp_path, FILE + question * 6)


def test_a_moment_in_another_zone_is_the_same_moment(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(FILE.replace("2030-05-11T10:00:00+09:00", "2030-05-11T01:00:00Z"), encoding="utf-8")
    assert programme_file.read_programme(path).events == programme_file.read_programme(MINATO).events


def test_parts_with_and_without_a_date_may_stand_in_one_course(tmp_path: Path) -> None:
    path = tmp_path / "city.toml"
    path.write_text(FILE.replace(DAY_ONE, ""), encoding="utf-8")
    first = programme_file.read_programme(path).events[0].parts[0]
    assert (first.starts_at, first.capacity) == (None, 3)


@pytest.mark.parametrize(
    ("address", "is_good"),
    [
        ("https://talk.example/room?x=1#y", True),
        ("https://会場.example/", True),
        ("http://talk.example/", False),
        ("talk.example", False),
        ("https://", False),
        ("https:///room", False),
        ("https://talk.example:port/", False),
        ("https://[::1", False),
        ("https://user@talk.example/", False),
        ("https://talk.example/ room", False),
        ("https://talk.example/\n", False),
        ("javascript:alert(1)", False),
    ],
)
def test_a_web_address_is_one_that_a_person_can_open(address: str, is_good: bool) -> None:
    assert event_checks.is_web_address(address) is is_good
