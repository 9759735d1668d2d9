"""The documents a stranger reads first: their links lead somewhere, and both languages say as much."""

import re
import struct
from pathlib import Path

import pytest

from tests.running import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_within_the_repository_lead_somewhere(document: Path) -> None:
    links = [found[1] for found in LINK.finditer(document.read_text(encoding="utf-8"))]
    inside = [link for link in links if not link.startswith(("http://", "https://", "mailto:"))]
    assert [link for link in inside if not (document.parent / link).exists()] == []


def test_the_japanese_readme_has_what_the_english_has() -> None:
    english, japanese = ((ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "docs/README.ja.md"))

    def shape(text: str) -> list[int]:
        return [
            len(re.findall(pattern, text, re.MULTILINE)) for pattern in (r"^## ", r"^\d\. ", r"^\| ", r"^- ", r"^```")
        ]

    assert shape(english) == shape(japanese)


def test_the_readmes_name_only_folders_and_commands_that_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in ("README.md", "docs/README.ja.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for path in re.findall(r"`((?:tests|programmes|bot|handlers|scheduler|storage)/[\w./]*)`", text):
            assert (ROOT / path).exists(), path
        for target in re.findall(r"(?:^|`)make (\w+)", text, re.MULTILINE):
            assert f"\n{target}:" in makefile, target


def test_the_architecture_names_only_files_that_exist() -> None:
    text = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    for path in re.findall(r"`((?:tests|bot|handlers|scheduler|storage)/[\w./]*)`", text):
        assert (ROOT / path).exists(), path


def test_the_privacy_page_names_every_table_with_something_personal() -> None:
    text = (ROOT / "docs" / "PRIVACY.md").read_text(encoding="utf-8")
    schema = "".join(path.read_text() for path in (ROOT / "storage" / "migrations" / "versions").glob("*.py"))
    tables = set(re.findall(r"create_table\('(\w+)'", schema))
    sums = {"counter", "delivery_tally", "reach_counter", "ward_week", "week_step"}
    of_the_bot = {"alert", "budget", "friends_call", "link", "mark", "quota", "slot", "weekly_push"}
    impersonal = {*sums, *of_the_bot, "event", "figure", "part", "programme_version"}
    assert tables
    assert {table for table in tables - impersonal if f"`{table}`" not in text} == set()


def test_the_picture_of_the_phones_is_as_wide_as_a_desk_and_light_enough_to_load() -> None:
    picture = (ROOT / "docs" / "images" / "phones.png").read_bytes()
    width, _ = struct.unpack(">II", picture[16:24])
    assert width == 1440
    assert len(picture) < 300_000
