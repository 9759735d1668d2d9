"""How many taps and letters things take from an open chat: docs/CITIZEN.md says it, these do it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.calendar_of_events import announce
from tests.town import Citizen, Town

DOCUMENT = Path(__file__).parents[2] / "docs" / "CITIZEN.md"


class Hand:
    """Somebody's hand: counts what it taps and types."""

    def __init__(self, citizen: Citizen) -> None:
        self.citizen, self.taps, self.letters = citizen, 0, 0

    def menu(self, data: str) -> None:
        """Tap a tab of the rich menu."""
        self.taps += 1
        self._wait()
        self.citizen.press(data)

    def tap(self, label: str) -> None:
        self.taps += 1
        self._wait()
        self.citizen.tap(label)

    def type(self, words: str) -> None:
        self.letters += len(words)
        self._wait()
        self.citizen.text(words)

    def _wait(self) -> None:
        self.citizen.town.pass_minutes(1)


def report_by_menu(hand: Hand) -> str:
    hand.menu("report")
    hand.tap("公共交通で移動")
    return "記録しました：公共交通"


def report_by_text(hand: Hand) -> str:
    hand.type("バスに乗った")
    hand.tap("記録する")
    return "記録しました：公共交通"


def register_for_an_event(hand: Hand) -> str:
    hand.menu("events")
    hand.tap("1.")
    hand.tap("申し込む")
    return "申し込みました"


def see_the_board(hand: Hand) -> str:
    hand.menu("board")
    return "区のランキング"


def see_ones_own_rank(hand: Hand) -> str:
    hand.menu("board")
    hand.tap("わたしの順位")
    return "さんの順位"


def change_language_by_menu(hand: Hand) -> str:
    hand.menu("menu")
    hand.tap("設定")
    hand.tap("言語")
    hand.tap("English")
    return "I will write in English"


def change_language_by_text(hand: Hand) -> str:
    hand.type("English")
    hand.tap("English")
    return "I will write in English"


def leave_by_menu(hand: Hand) -> str:
    hand.menu("menu")
    hand.tap("設定")
    hand.tap("退会する")
    hand.tap("退会して消す")
    return "退会しました"


def leave_by_text(hand: Hand) -> str:
    hand.type("退会")
    hand.tap("退会して消す")
    return "退会しました"


FLOWS: dict[str, Callable[[Hand], str]] = {
    "report by menu": report_by_menu,
    "report by text": report_by_text,
    "register for an event": register_for_an_event,
    "see the board": see_the_board,
    "see one's own rank": see_ones_own_rank,
    "change language by menu": change_language_by_menu,
    "change language by text": change_language_by_text,
    "leave by menu": leave_by_menu,
    "leave by text": leave_by_text,
}


def told() -> dict[str, tuple[int, int]]:
    rows = re.findall(r"^\| ([^|]+) \| [^|]+ \| (\d+) \| (\d+) \|$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    return {what: (int(taps), int(letters)) for what, taps, letters in rows}


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with databases.fresh("sqlite") as database:
        opened = Town(database)
        announce(opened, "one")
        yield opened


def test_the_document_tells_of_each_of_them() -> None:
    assert set(told()) == set(FLOWS)


@pytest.mark.parametrize("what", FLOWS)
def test_it_takes_what_the_document_says(what: str, town: Town) -> None:
    hand = Hand(town.citizen())
    ending = FLOWS[what](hand)
    assert ending in hand.citizen.words()
    assert (hand.taps, hand.letters) == told()[what]
