"""Reads the days and the kilometres that a clause says of its actions; whether they were done is not its matter."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from handlers.rules import wording
from handlers.rules.folding import plain
from handlers.rules.languages.grammar import GAP, Grammar
from handlers.rules.phrases import Found
from storage.facts import Mentioned

_ONES = {word: number for number, word in enumerate(("one", "two", "three", "four", "five", "six", "seven"), 1)}
_ONES |= dict(zip(("hai", "ba", "bon", "nam"), range(2, 6), strict=True))
_ONES |= dict(zip(("dua", "tiga", "empat", "lima"), range(2, 6), strict=True))
_ONES |= dict(zip("이삼사오육칠", range(2, 8), strict=True))


@dataclass(frozen=True, slots=True)
class _Said:
    """A number at its place: days back, or kilometres."""

    value: float
    start: int
    end: int


def read_kilometres(text: str) -> float | None:
    """Read a distance typed by itself, as an answer to "how many km?": 「３．５キロ」, "12 km", 「三」; else None."""
    said = wording.DISTANCE_ALONE.fullmatch(plain(text).strip())
    return None if said is None else wording.number(said["km"])


def mentions(
    text: str, actions: tuple[Found, ...], with_km: frozenset[str], grammar: Grammar, today: date, otherwise: date
) -> Iterator[Mentioned]:
    """Give each action of a folded clause its day (``otherwise`` where none is said) and its kilometres."""
    days = sorted(_days_in(text, grammar, today), key=lambda said: said.start)
    leading = bool(days) and days[0].start < actions[0].start
    distances = _kilometres(text, actions, with_km)
    for found in actions:
        back = _days_back(found, days, leading)
        on = otherwise if back is None else today - timedelta(days=back)
        yield Mentioned(found.what, on, distances.get(found.start))


def says_a_day(text: str, grammar: Grammar, today: date) -> bool:
    """Tell whether a clause names a day."""
    return any(True for _ in _days_in(text, grammar, today))


def _days_back(action: Found, days: list[_Said], leading: bool) -> int | None:
    """Take the day said last before the action; where days follow actions ("my bottle yesterday"), the next after."""
    before = [int(day.value) for day in reversed(days) if day.start < action.start]
    after = [int(day.value) for day in days if day.start > action.start]
    return next(iter(before + after if leading else after + before), None)


def _days_in(text: str, grammar: Grammar, today: date) -> Iterator[_Said]:
    rest = text
    for word, back in grammar.days_back.items():
        at = rest.find(word)
        if at >= 0:
            yield _Said(back, at, at + len(word))
            rest = rest.replace(word, GAP * len(word))
    for ago in grammar.ago.finditer(rest):
        said = ago["days"]
        yield _Said(_ONES[said] if said in _ONES else wording.number(said), ago.start(), ago.end())
    for names in grammar.weekdays:
        for weekday, name in enumerate(names):
            at = rest.find(name)
            if at >= 0:
                yield _Said((today.weekday() - weekday) % 7, at, at + len(name))


def _kilometres(text: str, actions: tuple[Found, ...], with_km: frozenset[str]) -> dict[int, float]:
    """Give each distance to an action that takes one: in order when there are as many, else to the nearest."""
    takers = [found for found in actions if found.what in with_km]
    said = [
        _Said(wording.number(m["km"]) + (0.5 if m["half"] else 0), m.start(), m.end())
        for m in wording.KILOMETRES.finditer(text)
    ]
    if not takers:
        return {}
    if len(takers) == len(said):
        return {taker.start: km.value for taker, km in zip(takers, said, strict=True)}
    return {min(takers, key=lambda taker: _gap(taker, km)).start: km.value for km in said}


def _gap(action: Found, said: _Said) -> int:
    return max(action.start - said.end, said.start - action.end)
