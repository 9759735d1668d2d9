"""Reads the sentences kept beside it: text | intent, or one of several by / | action@days back=kilometres, …"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from storage.facts import Mentioned, Understanding

TODAY = date(2022, 1, 20)
FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Sentence:
    language: str
    text: str
    intents: tuple[str, ...]
    actions: frozenset[str]

    @property
    def reports(self) -> bool:
        return "report" in self.intents

    @property
    def wanted(self) -> str:
        return ",".join(sorted(self.actions)) or "/".join(self.intents)


def read(name: str) -> list[Sentence]:
    """Give all sentences of a set, language after language."""
    return [_sentence(file.stem, line) for file in sorted((FOLDER / name).glob("*.txt")) for line in _lines(file)]


def _lines(file: Path) -> list[str]:
    return [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]


def _sentence(language: str, line: str) -> Sentence:
    text, intents, *actions = (part.strip() for part in line.split("|"))
    return Sentence(
        language, text, tuple(intents.split("/")), frozenset(actions[0].split(",")) if actions else frozenset()
    )


def right(sentence: Sentence, meant: Understanding) -> bool:
    """Tell whether intent, actions, days and kilometres are all those wanted."""
    return str(meant.intent) in sentence.intents and {_shown(one) for one in meant.actions} == sentence.actions


def shown(meant: Understanding) -> str:
    """Write what was understood the way the sets are written."""
    return ",".join(sorted(map(_shown, meant.actions))) or str(meant.intent)


def _shown(one: Mentioned) -> str:
    back = (TODAY - one.on).days
    return one.action + (f"@{back}" if back else "") + (f"={one.km:g}" if one.km is not None else "")
