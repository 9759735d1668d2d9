"""The reference of the programme file names every field there is, so that it cannot fall behind."""

import re
from pathlib import Path

import pytest

from storage import programme_checks

ROOT = Path(__file__).parents[1]
REFERENCE = (ROOT / "docs" / "PROGRAMME_FILE.md").read_text(encoding="utf-8")
# What stands in quotation marks of code: `consent.lines` names both the table and the field.
NAMED = {word for span in re.findall(r"`([^`\n]+)`", REFERENCE) for word in re.findall(r"[a-z_]+", span)}


@pytest.mark.parametrize("field", programme_checks.field_names())
def test_the_reference_names_the_field(field):
    assert field in NAMED


def test_the_reference_names_no_field_that_is_gone():
    named = set(re.findall(r"^\| (?:`[a-z]+`: )?((?:`[a-z_.]+`(?:, )?)+) \|", REFERENCE, re.MULTILINE))
    fields = {name.split(".")[-1] for cell in named for name in re.findall(r"`([a-z_.]+)`", cell)}
    assert fields
    assert fields <= set(programme_checks.field_names())


@pytest.mark.parametrize("note", ["one-visit-per-place.md", "home-equivalent.md"])
def test_a_decision_that_the_programme_file_points_to_is_there(note):
    assert note in (ROOT / "programmes" / "kitaq.toml").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "decisions" / note).is_file()
