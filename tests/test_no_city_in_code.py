"""Nothing of one city is in the code: its names stand in programmes/ and docs/ only."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FLOORS = ("bot", "handlers", "scheduler", "storage")
READABLE = {".py", ".html", ".js", ".css", ".svg", ".json", ".toml", ".po", ".pot", ".txt", ".sql", ".mako", ".xml"}
# The default of PROGRAMME_FILE, the name of the package and the header of a gettext catalogue are no content.
ALLOWED = re.compile(r'programmes/kitaq\.toml|kitaq-zero-carbon-bot|^"Project-Id-Version: .*$', re.MULTILINE)
NAMES = re.compile(
    "北九州|門司|小倉|若松|八幡|戸畑|ていたん|キタキュー|キタクュー|"
    r"(?<![a-z])(kitakyushu|kitaq|moji|kokura|wakamatsu|yahata|tobata|teitan)(?![a-z])",
    re.IGNORECASE,
)


def names_in(text: str) -> list[str]:
    text = ALLOWED.sub("", text)
    return [f"line {text.count(chr(10), 0, hit.start()) + 1}: {hit.group()}" for hit in NAMES.finditer(text)]


def test_no_name_of_a_city_is_in_the_source():
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*") if path.suffix in READABLE]
    assert len(files) > 5
    found = {str(path.relative_to(ROOT)): names_in(path.read_text(encoding="utf-8")) for path in files}
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    "text",
    ['TITLE = "KitaQ Zero Carbon"', "# 北九州市の区", 'WARDS = ["moji", "tobata"]', "kitaq_points = 3", "小倉北"],
)
def test_a_name_planted_in_the_code_is_found(text):
    assert names_in(f"import re\n{text}\n")[0].startswith("line 2:")


@pytest.mark.parametrize(
    "text",
    [
        "emoji = 1",
        'default="programmes/kitaq.toml"',
        '"kitaq-zero-carbon-bot/0.1"',
        '"Project-Id-Version: KitaQ Zero Carbon bot 0.1\\n"',
    ],
)
def test_words_that_only_look_like_a_city_are_left_alone(text):
    assert names_in(text) == []
