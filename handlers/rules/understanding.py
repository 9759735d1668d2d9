"""Understands a typed sentence by phrases and guards; when in doubt it says so, and it never records anything.

The confidence says how the meaning was found:
1.0  the whole message is a command word
0.9  an action is named and said to be done, or the whole message is an action's name
0.7  an action is named, and nothing says that it was not done; or it is misspelt, or said in letters like its reports
0.6  a keyword of an intent stands in the sentence
0.0  nothing was understood, or only something to ask about (``maybe``)
A negation, a plan, a wish, a question, hearsay, what others did and what befell a thing take their clause out of the
report; what the clause asks for may still be found.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest

from handlers.rules import likeness, phrases, second_opinion, wording
from handlers.rules.folding import clauses, folded
from handlers.rules.languages.grammar import GAP, SAID, Grammar
from handlers.rules.lexicon import Lexicon, lexicon
from handlers.rules.mentions import mentions
from handlers.rules.phrases import Found
from storage.facts import Intent, Mentioned, Programme, Understanding

COMMAND, SAID_DONE, NAMED, KEYWORD = 1.0, 0.9, 0.7, 0.6
NOTHING = Understanding(Intent.NONE, (), 0.0)
_COMMANDS = {word: intent for intent, words in wording.COMMANDS.items() for word in words}
_LATIN_ENDING = re.compile("[a-z]*")
_MISSPELT_READ = 80
"""In characters: a slip in a longer text is not looked for; it would cost more than it helps."""


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    rest: str
    actions: tuple[Found, ...]
    negated: bool
    guarded: bool
    unsure: bool
    said_done: bool


def understand(text: str, language: str, programme: Programme, today: date) -> Understanding:
    """Say what a typed text wants and which actions it reports; never raises, whatever was typed.

    ``today`` is the Tokyo day. A text longer than `folding.LONGEST_READ` is read up to there.
    """
    reading = _reading(text, language, programme, today)
    text = text.translate(reading.grammar.variants)
    whole = folded(text)
    if whole in _COMMANDS:
        return Understanding(_COMMANDS[whole], (), COMMAND)
    return reading.understand(text, whole)


def remainders(text: str, language: str, programme: Programme, today: date) -> list[tuple[str, bool]]:
    """Give each clause that names an action, names as marks, and whether no guard takes it out: to learn from."""
    reading = _reading(text, language, programme, today)
    read = reading.clauses(text.translate(reading.grammar.variants))
    return [(clause.rest, not clause.guarded) for clause in read if clause.actions]


def _reading(text: str, language: str, programme: Programme, today: date) -> "_Reading":
    read_in = wording.language_of(folded(text), language)
    return _Reading(read_in, wording.GRAMMARS[read_in], lexicon(programme, read_in), programme, today)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One text in one language on one day."""

    language: str
    grammar: Grammar
    words: Lexicon
    programme: Programme
    today: date

    def clauses(self, text: str) -> list[_Clause]:
        cut = _with_distances(clauses(text))
        read = {  # one that is said again is read once
            (one, asked): self._clause(one, asked, tuple(phrases.search(one, self.words.actions)))
            for one, asked in dict.fromkeys(cut)
        }
        return [read[one] for one in cut]

    def understand(self, text: str, whole: str) -> Understanding:
        read = self.clauses(text)
        slipped = not any(clause.actions for clause in read) and len(whole) <= _MISSPELT_READ
        if slipped:
            read = [self._slipped(clause, asked) for clause, asked in clauses(text)]
        takes_back = bool(self.grammar.takes_back.search(whole))
        report = None if takes_back else self._report(read, slipped)
        if report is not None:
            return report
        found = self._by_keyword(whole, read)
        return found if found.intent is not Intent.NONE else self._likened(whole, read, may_report=not takes_back)

    def _slipped(self, text: str, asked: bool) -> _Clause:
        """Look for a name with a slip in it, which takes no guard away: 「くるまでい」 is hardly a wheelchair."""
        plain = self._clause(text, asked, ())
        found = None if plain.guarded else self.words.misspelt.search(text)
        return self._clause(text, asked, (found,)) if found else plain

    def _clause(self, text: str, asked: bool, found: tuple[Found, ...]) -> _Clause:
        found = tuple(self._with_negative_endings(text, found))
        actions = tuple(one for one in found if not self.grammar.unlike.match(text, one.end) or len(one.places) > 1)
        rest = self._without(text, found)
        negated = bool(self.grammar.negation.search(rest))
        bare = rest in (GAP, SAID)
        return _Clause(
            text,
            rest,
            actions,
            negated=negated,
            guarded=negated or asked or self._is_guarded(rest),
            unsure=not bare and self._is_unsure(text, found, rest),
            said_done=bare or bool(self.grammar.done.search(text)),
        )

    def _is_guarded(self, rest: str) -> bool:
        grammar = self.grammar
        guards = (*(grammar.question, grammar.plan, grammar.others, grammar.mishap, grammar.long_ago, grammar.unreal),)
        return any(guard.search(rest) for guard in guards)

    def _is_unsure(self, text: str, found: tuple[Found, ...], rest: str) -> bool:
        """Doubt what is still to come, what is only praised, and what was done with a thing besides using it."""
        grammar = self.grammar
        only_named = all(len(one.places) == 1 for one in found)
        if only_named and not self._is_used(text, found, rest):
            return True
        if second_opinion.doubts(rest, self.language):
            return True
        return not rest.endswith(GAP) and not grammar.habit.search(text) and bool(grammar.unsure.search(text))

    def _is_used(self, text: str, found: tuple[Found, ...], rest: str) -> bool:
        grammar = self.grammar
        return bool(
            grammar.doing.search(rest)
            or any(grammar.verb_in_name.search(_word(text, one)) for one in found)
            or (not grammar.done.search(rest) and len(_behind(rest)) <= grammar.little)
        )

    def _with_negative_endings(self, text: str, found: tuple[Found, ...]) -> Iterator[Found]:
        """Let a name that is a negative stem swallow its ending: who left nothing over did not fail to do anything."""
        for one in found:
            start, end = one.places[-1]
            stem = self.grammar.negative_stem.search(text[start:end])
            ending = self.grammar.negative_ending.match(text, end) if stem else None
            yield Found(one.what, (*one.places[:-1], (start, ending.end()))) if ending else one

    def _without(self, text: str, found: tuple[Found, ...]) -> str:
        """Leave a mark for each name, so that 「使わない電気を消した」 as a name is not read as a negation."""
        marks = {
            place: GAP if len(one.places) == 1 and one.what not in self.words.bought else SAID
            for one in found
            for place in one.places
        }
        for start, end in sorted(marks, reverse=True):
            text = text[:start] + marks[start, end] + text[end:]
        return text

    def _report(self, read: list[_Clause], slipped: bool) -> Understanding | None:
        reporting = [clause for clause, after in zip_longest(read, read[1:]) if self._reports(clause, after)]
        mentioned = self._mentioned(reporting)
        if not mentioned:
            return None
        sure = all(clause.said_done for clause in reporting) and not slipped
        return Understanding(Intent.REPORT, mentioned, SAID_DONE if sure else NAMED)

    def _reports(self, clause: _Clause, after: _Clause | None) -> bool:
        """Let a clause report unless it is guarded, unsure, or taken back by the next: 「持ってるけど、忘れた」."""
        if not clause.actions or clause.unsure or clause.guarded:
            return False
        if after is None or after.actions:
            return True
        return not self.grammar.undone.search(after.text) and (clause.said_done or not after.guarded)

    def _likened(self, whole: str, read: list[_Clause], *, may_report: bool) -> Understanding:
        """Read by its letters what no phrase and no keyword says: a report, what to ask about, or what it wants."""
        asked, sound = self._maybe(read), second_opinion.sound(whole, self.language)
        what, belief = likeness.likest(whole, self.language, self.programme)
        beyond_doubt = belief >= likeness.BEYOND_DOUBT
        if isinstance(what, Intent):
            denied = what is Intent.LEAVE and any(clause.negated for clause in read)
            wanted = beyond_doubt and sound < second_opinion.WORTH_ASKING and not asked.maybe and not denied
            return Understanding(what, (), KEYWORD) if wanted and what is not Intent.NONE else asked
        named = {one.what for clause in read for one in clause.actions}
        if sound < second_opinion.WORTH_ASKING or belief < likeness.WORTH_ASKING or named - {what}:
            return asked
        found = (Found(what, ((len(whole), len(whole)),)),)  # behind every day that is said
        meant = tuple(mentions(whole, found, self.words.with_km, self.grammar, self.today, self.today))
        likely = second_opinion.SURE if any(clause.guarded for clause in read) else second_opinion.LIKELY
        if may_report and beyond_doubt and sound >= likely:
            return Understanding(Intent.REPORT, meant, NAMED)
        return replace(asked, maybe=asked.maybe or meant)

    def _maybe(self, read: list[_Clause]) -> Understanding:
        """Give what is named and neither said to be done nor denied, so that it can be asked about."""
        unsure = [clause for clause in read if clause.actions and clause.unsure and not clause.guarded]
        return Understanding(Intent.NONE, (), 0.0, self._mentioned(unsure))

    def _mentioned(self, read: list[_Clause]) -> tuple[Mentioned, ...]:
        """Give each action and day once, its kilometres where they were said; a day holds until the next is said."""
        held: dict[tuple[str, date], Mentioned] = {}
        day = self.today
        for clause in read:
            for one in mentions(clause.text, clause.actions, self.words.with_km, self.grammar, self.today, day):
                before = held.get((one.action, one.on))
                if before is None or before.km is None:
                    held[one.action, one.on] = one
                day = one.on
        return tuple(held.values())

    def _by_keyword(self, whole: str, read: list[_Clause]) -> Understanding:
        not_denied = {
            what for one in read if not one.negated for what in phrases.meanings(one.text, self.words.intents)
        }
        names_an_action = any(clause.actions for clause in read)
        found = phrases.meanings(whole, self.words.intents)
        found -= wording.NOT_WHEN_NEGATED - not_denied
        if names_an_action:
            found -= wording.NOT_WHEN_AN_ACTION_IS_NAMED
        if Intent.LEAVE in found and any(word in whole for word in wording.COMMANDS[Intent.LEAVE] if len(word) > 1):
            found -= {Intent.UNDO}  # "delete my record" beside "I quit" is no slip of the finger
        intent = next((intent for intent in wording.INTENTS if intent in found), None)
        return Understanding(intent, (), KEYWORD) if intent else NOTHING


def _with_distances(cut: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Join a distance that stands alone to what was said before it: "walked to the station. 2 km"."""
    joined: list[tuple[str, bool]] = []
    for text, asked in cut:
        if joined and wording.DISTANCE_ALONE.fullmatch(text) and wording.KILOMETRES.search(text):
            before, was_asked = joined.pop()
            text, asked = before + text, was_asked or asked
        joined.append((text, asked))
    return joined


def _word(text: str, one: Found) -> str:
    """Give a name with the Latin ending it was found without: "repair" in "repaired"."""
    ending = _LATIN_ENDING.match(text, one.end)
    return text[one.start : ending.end() if ending else one.end]


def _behind(rest: str) -> str:
    """Give what stands behind the last name, distances left out."""
    return wording.KILOMETRES.sub("", rest.replace(SAID, GAP).rpartition(GAP)[2])
