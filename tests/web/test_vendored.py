"""What others wrote and we carry along: byte for byte as published, with its licence and its origin beside it."""

import hashlib
import re

from tests.running import ROOT

QR = ROOT / "bot" / "web" / "static" / "vendor" / "qr"


def recorded() -> dict[str, str]:
    """Read the sums that the note of origin names."""
    return dict(re.findall(r"\| `([\w.-]+)` \| `([0-9a-f]{64})` \|", (QR / "ORIGIN.md").read_text(encoding="utf-8")))


def test_the_decoder_is_the_published_one() -> None:
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in QR.iterdir()}
    found.pop("ORIGIN.md")
    assert found == recorded()


def test_nothing_is_carried_along_without_a_note_of_its_origin() -> None:
    folders = list(QR.parent.iterdir())
    assert folders
    assert [folder.name for folder in folders if not (folder / "ORIGIN.md").exists()] == []
