"""Builds what the actions of a programme are called in a language, and adds words taught later; reads no text."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from handlers.rules import phrases, wording
from handlers.rules.folding import folded
from handlers.rules.phrases import Phrases
from handlers.rules.typos import Misspelt
from storage.facts import Action, ActionGroup, Programme

_NAMED_IN_EVERY_LANGUAGE = ("ja", "en")
_PHRASED_TOO = {"ja": ("ja", "en"), "zh": ("zh", "en"), "ko": ("ko", "en")}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The phrases of a programme's actions and of the intents in one language, and which actions take kilometres."""

    actions: Phrases
    misspelt: Misspelt
    intents: Phrases
    with_km: frozenset[str]
    bought: frozenset[str]  # milestones: to have bought it is to have done it


_built: dict[str, tuple[Programme, Lexicon]] = {}


def lexicon(programme: Programme, language: str) -> Lexicon:
    """Build the phrases of a language of `wording.GRAMMARS`, once per programme: one never changes once loaded.

    The last programme of each language is remembered, by identity because its dictionaries cannot be hashed.
    """
    held = _built.get(language)
    if held is None or held[0] is not programme:
        held = _built[language] = (programme, _build(programme, language))
    return held[1]


def taught(programme: Programme, extra: Iterable[tuple[str, str, str]]) -> Programme:
    """Give the programme with more phrases, as (language, phrase, code of the action); unknown codes are left out.

    Keep what it gives: phrases are built anew for every other programme object.
    """
    held = {code: dict(by_language) for code, by_language in programme.phrases.items()}
    for language, phrase, code in extra:
        if programme.action(code):
            said = held.setdefault(code, {})
            said[language] = (*said.get(language, ()), phrase)
    return replace(programme, phrases=held)


def _build(programme: Programme, language: str) -> Lexicon:
    names = [(name, action.code) for action in programme.actions for name in _names_of(action, language)]
    said = [
        (phrase, action.code)
        for action in programme.actions
        for phrase in _phrases_of(programme, action.code, language)
    ]
    table = wording.GRAMMARS[language].keywords
    keywords = [(keyword, intent) for intent, keywords in table.items() for keyword in keywords]
    plain_names = [*names, *((phrase, code) for phrase, code in said if "*" not in phrase and "(" not in phrase)]
    return Lexicon(
        phrases.collected([*names, *said]),
        Misspelt(plain_names),
        phrases.collected(keywords),
        _with_km(programme.actions),
        _bought(programme),
    )


def _names_of(action: Action, language: str) -> Iterator[str]:
    yield action.code
    for tag in {*action.title, *action.label, *action.aliases}:
        if tag.partition("-")[0] in (language, *_NAMED_IN_EVERY_LANGUAGE):
            yield from (_literal(texts[tag]) for texts in (action.title, action.label) if tag in texts)
            yield from map(_literal, action.aliases.get(tag, ()))


def _literal(name: str) -> str:
    """Fold a name, so that a bracket in it is no alternative."""
    return folded(name)


def _phrases_of(programme: Programme, code: str, language: str) -> Iterator[str]:
    for tag, said in programme.phrases.get(code, {}).items():
        if tag.partition("-")[0] in _PHRASED_TOO.get(language, (language,)):
            yield from said


def _bought(programme: Programme) -> frozenset[str]:
    return frozenset(action.code for action in programme.actions if action.group is ActionGroup.MILESTONE)


def _with_km(actions: Iterable[Action]) -> frozenset[str]:
    return frozenset(a.code for a in actions if a.asks_instead_of_car or any(f.per == "km" for f in a.factors))
