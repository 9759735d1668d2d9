"""The pictures of the staff's manual: there, small, named by it, and each of a page that still says the same."""

import json
import re
from pathlib import Path

import pytest

from tests.end_to_end.office import open_office
from tests.running import ROOT
from tests.screenshots import FOLDER, PICTURES, RENEW, WORDS, hash_of_words, read_pages, set_scene

MANUAL = (ROOT / "docs" / "STAFF.md").read_text(encoding="utf-8")
LARGEST = 80_000  # bytes
NAMED = re.findall(r"!\[([^\]]*)\]\(images/staff/([\w-]+)\.png\)", MANUAL)


def test_every_picture_of_the_manual_is_described_and_made_by_the_tests() -> None:
    assert sorted(name for _, name in NAMED) == sorted(PICTURES)
    assert all(described for described, _ in NAMED)
    assert {path.stem for path in FOLDER.glob("*.png")} == set(PICTURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_a_small_png(name: str) -> None:
    picture = (FOLDER / f"{name}.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) < LARGEST


def test_every_page_says_what_it_said_when_its_picture_was_taken(tmp_path: Path) -> None:
    with open_office(tmp_path) as office:
        found, kept = read_pages(office, set_scene(office)), json.loads(WORDS.read_text())
    changed = [name for name in PICTURES if found[name] != kept.get(name)]
    assert changed == [], f"look at these pages, then renew their pictures: {RENEW} {' '.join(changed)}"


def test_a_changed_word_is_noticed_and_another_day_is_not() -> None:
    page = "<main id='main'><h1>配信</h1><p>1月2日(日) 午前9時\n</p></main>"
    assert hash_of_words(page) == hash_of_words(
        page.replace("1月2日(日) 午前9時", "11月30日(水) 午後3時5分").replace("\n", " ")
    )
    assert hash_of_words(page) != hash_of_words(page.replace("配信", "一斉配信"))
