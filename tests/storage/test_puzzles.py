"""Words that nobody understood are counted by language, listed most often first, and forgotten."""

from datetime import date, timedelta

from storage import puzzles
from storage.database import Database

TODAY = date(2022, 1, 20)


def note(database: Database, words: str, times: int = 2, language: str = "ja", on: date = TODAY) -> None:
    database.write(lambda c: [puzzles.note(c, language, words, f"hash of {words}", on) for _ in range(times)]).result()


def listed(database: Database) -> list[tuple[str, str, int]]:
    found = database.read(lambda c: puzzles.list_most(c, 50)).result()
    return [(one.language, one.words, one.times) for one in found]


def test_the_same_words_are_one_line_in_each_language_most_often_first(database: Database) -> None:
    note(database, "いち")
    note(database, "さん", 4)
    note(database, "さん", 3, "en")
    assert listed(database) == [("ja", "さん", 4), ("en", "さん", 3), ("ja", "いち", 2)]


def test_the_next_page_goes_on_behind_the_last_also_among_equals(database: Database) -> None:
    for words in ("い", "ろ", "は", "に", "ほ"):
        note(database, words)
    note(database, "い", language="en")
    seen: list[tuple[str, str]] = []
    after = None
    for _ in range(3):
        page = database.read(lambda c, after=after: puzzles.list_most(c, 2, after)).result()
        seen += [(one.language, one.words) for one in page]
        after = (page[-1].times, page[-1].words, page[-1].language)
    assert len(seen) == len(set(seen)) == 6


def test_what_nobody_wrote_for_long_is_forgotten_a_piece_at_a_time(database: Database) -> None:
    for words in ("い", "ろ", "は"):
        note(database, words, on=TODAY - timedelta(days=91))
    note(database, "に", on=TODAY - timedelta(days=91))
    note(database, "に")
    before = TODAY - timedelta(days=90)
    assert database.write(lambda c: puzzles.forget_old(c, before, 2)).result() == 2
    assert database.write(lambda c: puzzles.forget_old(c, before, 2)).result() == 1
    assert listed(database) == [("ja", "に", 4)]


def test_one_is_put_away_once(database: Database) -> None:
    note(database, "い")
    note(database, "い", language="en")
    assert database.write(lambda c: puzzles.remove(c, "ja", "い")).result()
    assert not database.write(lambda c: puzzles.remove(c, "ja", "い")).result()
    assert listed(database) == [("en", "い", 2)]


def test_what_was_written_once_is_listed_nowhere_and_kept_as_a_hash(database: Database) -> None:
    note(database, "ひみつ", 1)
    assert listed(database) == []
    rows = database.read(lambda c: c.execute(puzzles.PUZZLES.select()).all()).result()
    assert [row.words for row in rows] == ["#hash of ひみつ"]
    note(database, "ひみつ", 1)
    assert listed(database) == [("ja", "ひみつ", 2)]
