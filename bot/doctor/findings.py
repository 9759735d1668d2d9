"""The words of the doctor: one finding a line, how grave it is, and what to do. Looks at nothing itself."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit


class Level(StrEnum):
    """How grave a finding is; ``look`` is what no program can see and a person must look at."""

    OK = "ok"
    LOOK = "look"
    WARN = "warn"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found about one part, in plain words, and what to do about it (empty where nothing is to be done)."""

    level: Level
    part: str
    words: str
    remedy: str = ""


def ok(part: str, words: str) -> Finding:
    """Say that a part is right."""
    return Finding(Level.OK, part, words)


def look(part: str, words: str, remedy: str) -> Finding:
    """Say what a person must look at."""
    return Finding(Level.LOOK, part, words, remedy)


def warn(part: str, words: str, remedy: str) -> Finding:
    """Say what works but should not stay as it is."""
    return Finding(Level.WARN, part, words, remedy)


def wrong(part: str, words: str, remedy: str) -> Finding:
    """Say what keeps the bot, or a part of it, from its work."""
    return Finding(Level.WRONG, part, words, remedy)


def without_query(url: str) -> str:
    """Give an address without what stands behind its path: that may be somebody's secret."""
    return urlsplit(url)._replace(query="", fragment="").geturl()
