"""Understands a typed sentence by matching names and words; when in doubt it says so, and it never records anything.

The confidence says how the meaning was found:
1.0  the whole message is a command word
0.9  an action is named and said to be done, or the whole message is an action's name
0.7  an action is named, and nothing says that it was not done
0.6  a keyword of an intent stands in the sentence
0.0  nothing was understood
A negation, a plan or a question takes its clause out of the report; what the clause asks for may still be found.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from handlers.rules import wording
from handlers.rules.folding import clauses, folded, plain
from storage.facts import Action, Intent, Mentioned, Programme, Understanding

COMMAND, SAID_DONE, NAMED, KEYWORD = 1.0, 0.9, 0.7, 0.6
NOTHING = Understanding(Intent.NONE, (), 0.0)
_SPOKEN_EVERYWHERE = ("ja", "en")
_SHORTEST_NAME = 2
_ENDING = re.compile(r"(?:s|es|d|ed|ing)?(?![a-z0-9])")
_GAP = "·"
_COMMANDS = {word: intent for intent, words in wording.COMMANDS.items() for word in words}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The folded names of a programme's actions in one language, by first letter, the longest first."""

    names: Mapping[str, tuple[tuple[str, str], ...]]
    with_km: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Found:
    """Something at a place in a clause: an action's code, days back, or kilometres."""

    what: str | int | float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    actions: tuple[_Found, ...]
    negated: bool
    only_asked_or_planned: bool
    said_done: bool

    @property
    def guarded(self) -> bool:
        return self.negated or self.only_asked_or_planned


_built: dict[str, tuple[Programme, Lexicon]] = {}


def lexicon(programme: Programme, language: str) -> Lexicon:
    """Build the names to look for in a language, once per programme: a programme never changes once loaded.

    The last programme of each language is remembered, by identity because its dictionaries cannot be hashed.
    """
    tag = language if language in programme.city.languages else "ja"
    held = _built.get(tag)
    if held is None or held[0] is not programme:
        held = _built[tag] = (programme, _built_lexicon(programme, tag))
    return held[1]


def _built_lexicon(programme: Programme, language: str) -> Lexicon:
    tags = tuple(dict.fromkeys((language, language.split("-")[0], *_SPOKEN_EVERYWHERE)))
    names: dict[str, str] = {}
    for action in programme.actions:
        for name in _names_of(action, tags):
            if len(name) >= _SHORTEST_NAME:
                names.setdefault(name, action.code)
    by_first: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(names, key=len, reverse=True):
        by_first.setdefault(name[0], []).append((name, names[name]))
    return Lexicon({first: tuple(group) for first, group in by_first.items()}, _with_km(programme.actions))


def _names_of(action: Action, tags: Iterable[str]) -> Iterator[str]:
    yield folded(action.code)
    for tag in tags:
        yield from (folded(texts[tag]) for texts in (action.title, action.label) if tag in texts)
        yield from (folded(alias) for alias in action.aliases.get(tag, ()))


def _with_km(actions: Iterable[Action]) -> frozenset[str]:
    return frozenset(a.code for a in actions if a.asks_instead_of_car or any(f.per == "km" for f in a.factors))


def understand(text: str, language: str, programme: Programme, today: date) -> Understanding:
    """Say what a typed text wants and which actions it reports; never raises, whatever was typed.

    ``today`` is the Tokyo day. A text longer than `folding.LONGEST_READ` is read up to there.
    """
    whole = folded(text)
    if whole in _COMMANDS:
        return Understanding(_COMMANDS[whole], (), COMMAND)
    words = lexicon(programme, language)
    read = [_clause(clause, asked, words) for clause, asked in clauses(text)]
    if not wording.TAKES_BACK.search(whole):
        report = _report(read, words, today)
        if report is not None:
            return report
    return _by_keyword(whole, read)


def _report(read: list[_Clause], words: Lexicon, today: date) -> Understanding | None:
    mentioned: dict[tuple[str, date], Mentioned] = {}
    reporting = [clause for clause, after in zip_longest(read, read[1:]) if _reports(clause, after)]
    day = today
    for clause in reporting:
        for one in _mentions(clause, words, today, day):
            held = mentioned.get((one.action, one.on))
            if held is None or held.km is None:
                mentioned[one.action, one.on] = one
            day = one.on
    if not mentioned:
        return None
    sure = all(clause.said_done for clause in reporting)
    return Understanding(Intent.REPORT, tuple(mentioned.values()), SAID_DONE if sure else NAMED)


def read_kilometres(text: str) -> float | None:
    """Read a distance typed by itself, as an answer to "how many km?": 「３．５キロ」, "12 km", 「三」; else None."""
    said = wording.DISTANCE_ALONE.fullmatch(plain(text).strip())
    return None if said is None else _number(said["km"])


def _reports(clause: _Clause, after: _Clause | None) -> bool:
    """Let a clause report unless it is guarded, or unsure and taken back by the next: 「持ってるけど、忘れた」."""
    taken_back = after is not None and after.guarded and not after.actions and not clause.said_done
    return bool(clause.actions) and not clause.guarded and not taken_back


def _by_keyword(whole: str, read: list[_Clause]) -> Understanding:
    negated = any(clause.negated for clause in read)
    names_an_action = any(clause.actions for clause in read)
    for intent, keywords in wording.KEYWORDS.items():
        out_of_place = (negated and intent in wording.NOT_WHEN_NEGATED) or (names_an_action and intent is Intent.REPORT)
        if not out_of_place and any(_holds(whole, keyword) for keyword in keywords):
            return Understanding(intent, (), KEYWORD)
    return NOTHING


def _holds(text: str, keyword: str) -> bool:
    at = text.find(keyword)
    return at >= 0 and _stands_alone(text, keyword, at)


def _clause(text: str, asked: bool, words: Lexicon) -> _Clause:
    actions = tuple(_actions_in(text, words))
    rest = _without(text, actions)
    return _Clause(
        text,
        actions,
        negated=bool(wording.NEGATION.search(rest)),
        only_asked_or_planned=asked or bool(wording.QUESTION.search(rest) or wording.PLAN.search(rest)),
        said_done=bool(wording.DONE.search(text)) or rest == _GAP,
    )


def _without(text: str, found: tuple[_Found, ...]) -> str:
    """Leave a gap for each name, so that 「使わない電気を消した」 as a name is not read as a negation."""
    for one in reversed(found):
        text = text[: one.start] + _GAP + text[one.end :]
    return text


def _actions_in(text: str, words: Lexicon) -> Iterator[_Found]:
    at = 0
    while at < len(text):
        found = _action_at(text, at, words)
        if found:
            yield found
        at = found.end if found else at + 1


def _action_at(text: str, at: int, words: Lexicon) -> _Found | None:
    for name, code in words.names.get(text[at], ()):
        if text.startswith(name, at) and _stands_alone(text, name, at):
            return _Found(code, at, _end_of(text, name, at + len(name)))
    return None


def _end_of(text: str, name: str, end: int) -> int:
    """Let a name that is a negative stem swallow its ending: who left nothing over did not fail to do something."""
    ending = wording.NEGATIVE_ENDING.match(text, end) if wording.NEGATIVE_STEM.search(name) else None
    return ending.end() if ending else end


def _stands_alone(text: str, name: str, at: int) -> bool:
    """Hold a Latin name to whole words, an ending such as -s or -ed allowed; Japanese words have no edges."""
    latin_start, latin_end = name[0].isascii(), name[-1].isascii()
    if latin_start and at and text[at - 1].isascii() and text[at - 1].isalnum():
        return False
    return not latin_end or _ENDING.match(text, at + len(name)) is not None


def _mentions(clause: _Clause, words: Lexicon, today: date, otherwise: date) -> Iterator[Mentioned]:
    days = sorted(_days_in(clause.text, today), key=lambda found: found.start)
    leading = bool(days) and days[0].start < clause.actions[0].start
    distances = _kilometres(clause, words)
    for found in clause.actions:
        back = _days_back(found, days, leading)
        on = otherwise if back is None else today - timedelta(days=back)
        yield Mentioned(str(found.what), on, distances.get(found.start))


def _days_back(action: _Found, days: list[_Found], leading: bool) -> int | None:
    """Take the day said last before the action; where days follow actions ("my bottle yesterday"), the next after."""
    before = [int(day.what) for day in reversed(days) if day.start < action.start]
    after = [int(day.what) for day in days if day.start > action.start]
    return next(iter(before + after if leading else after + before), None)


def _days_in(text: str, today: date) -> Iterator[_Found]:
    rest = text
    for word, back in wording.DAYS_BACK.items():
        at = rest.find(word)
        if at >= 0:
            yield _Found(back, at, at + len(word))
            rest = rest.replace(word, _GAP * len(word))
    for ago in wording.AGO.finditer(rest):
        yield _Found(int(ago["days"]), ago.start(), ago.end())
    for names in wording.WEEKDAYS:
        for weekday, name in enumerate(names):
            at = rest.find(name)
            if at >= 0:
                yield _Found((today.weekday() - weekday) % 7, at, at + len(name))


def _kilometres(clause: _Clause, words: Lexicon) -> dict[int, float]:
    """Give each distance to an action that takes one: in order when there are as many, else to the nearest."""
    takers = [found for found in clause.actions if found.what in words.with_km]
    said = [_Found(_number(m["km"]), m.start(), m.end()) for m in wording.KILOMETRES.finditer(clause.text)]
    if not takers:
        return {}
    if len(takers) == len(said):
        return {taker.start: float(km.what) for taker, km in zip(takers, said, strict=True)}
    return {min(takers, key=lambda taker: _gap(taker, km)).start: float(km.what) for km in said}


def _gap(one: _Found, other: _Found) -> int:
    return max(one.start - other.end, other.start - one.end)


def _number(text: str) -> float:
    return unicodedata.numeric(text) if len(text) == 1 else float(text)
