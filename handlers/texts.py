"""Puts texts into a reader's language from the gettext catalogues; decides nothing about what is said.

A message id is the full Japanese sentence, so Japanese needs no catalogue. A ``.po`` file is read as translators left
it, when its language is first spoken: there is no build step.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime, time
from functools import cache, cached_property, lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_skeleton
from babel.dates import format_time as format_clock
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from storage.clock import TOKYO

LOCALES = Path(__file__).parent / "locales"
JAPANESE = "ja"
_OWN_LOCALES = {"ja-easy": "ja"}  # languages of ours that CLDR does not know, and whose conventions they follow
_OWN_NAMES = {"ja-easy": "やさしい日本語", "zh-Hans": "简体中文", "id": "Bahasa Indonesia"}
_OTHER_TAGS = {"zh": "zh-Hans", "in": "id"}  # phones say zh-CN, zh-TW and, the older ones, in-ID
_DAY_PATTERNS = {
    "ja": ("M月d日(E)", "y年M月d日(E)"),
    "en": ("E d MMM", "E d MMM y"),
    "zh": ("M月d日(E)", "y年M月d日(E)"),
}
_TIME_PATTERNS = {"ko": "aaaa h:mm"}  # 오후 2:30; the abbreviated form is PM 2:30
_NO_COMMA = ("ja", "zh", "ko")  # day and time stand side by side


def _(message: str) -> str:
    """Mark a text for the catalogues where it is declared; it is put into words later, by ``say``."""
    return message


def nearest_language(tag: str | None, languages: Iterable[str]) -> str | None:
    """Find the language for an IETF tag such as ``en-GB`` or ``zh-CN``; None when there is none."""
    known = {language.lower(): language for language in languages}
    parts = (tag or "").replace("_", "-").lower().split("-")
    wider = ["-".join(parts[:length]) for length in range(len(parts), 0, -1)]
    candidates = (*wider, _OTHER_TAGS.get(parts[0], "").lower())
    return next((known[candidate] for candidate in candidates if candidate in known), None)


class Words:
    """The texts of one language; what has no translation stays Japanese."""

    def __init__(self, language: str, catalogue: Path | None) -> None:
        self.language = language
        self._catalogue = catalogue

    @cached_property
    def _translations(self) -> NullTranslations:
        return _read_catalogue(self._catalogue) if self._catalogue else NullTranslations()

    @cached_property
    def gettext(self) -> Callable[[str], str]:
        """Translate a text."""
        return self._translations.gettext

    @cached_property
    def ngettext(self) -> Callable[[str, str, int], str]:
        """Translate a text in the plural form that a number asks for."""
        return self._translations.ngettext

    def say(self, message: str, /, **values: object) -> str:
        """Say a text, its ``{name}`` placeholders filled; KeyError when a value is missing."""
        return self.gettext(message).format(**values)

    def say_many(self, message: str, count: int, /, **values: object) -> str:
        """Say a text in the plural form that ``count`` asks for; Japanese has one form."""
        return self.ngettext(message, message, count).format(**values)


class Texts:
    """Every text of a domain (``bot``: the chats, ``pages``: the web) in the languages that have a catalogue."""

    def __init__(self, languages: Iterable[str], domain: str = "bot", folder: Path = LOCALES) -> None:
        self._words = {JAPANESE: Words(JAPANESE, None)}
        for language in languages:
            path = folder / language / "LC_MESSAGES" / f"{domain}.po"
            if path.exists():
                self._words[language] = Words(language, path)
        self.languages = tuple(self._words)
        self.match = lru_cache(maxsize=100)(self._match)  # a few tags, asked about again and again

    def _match(self, tag: str | None) -> str | None:
        return nearest_language(tag, self.languages)

    def of(self, language: str | None) -> Words:
        """Give the words of a language, or Japanese."""
        known = self._words.get(language or JAPANESE)
        return known or self._words[self.match(language) or JAPANESE]


@cache
def _read_catalogue(path: Path) -> GNUTranslations:
    with path.open("rb") as file:
        catalogue = read_po(file)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return GNUTranslations(compiled)


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(_OWN_LOCALES.get(language, language), sep="-")


def language_name(language: str) -> str:
    """Name a language in that language: 日本語, English."""
    return _OWN_NAMES.get(language) or _locale(language).get_display_name() or language


def name_language(language: str, reader: str) -> str:
    """Name a language in the reader's language: 英語; Japanese."""
    if language in _OWN_LOCALES:
        return _OWN_NAMES[language]
    return _locale(language).get_display_name(_locale(reader)) or language


def web_tag(language: str) -> str:
    """Give the tag for ``lang``, ``hreflang`` and Content-Language: BCP 47 knows easy Japanese only as ``ja``."""
    return _OWN_LOCALES.get(language, language)


@lru_cache(maxsize=4096)
def format_number(number: float, language: str) -> str:
    """Write a number with the language's separators: 60,000."""
    return format_decimal(number, locale=_locale(language))


def format_day(on: date, language: str, *, year: bool = False) -> str:
    """Write a Tokyo day with its weekday: 11月26日(木); Thu 26 Nov."""
    locale = _locale(language)
    patterns = _DAY_PATTERNS.get(locale.language)
    if patterns is None:
        return format_skeleton("yMMMEd" if year else "MMMEd", on, locale=locale)
    return format_date(on, patterns[year], locale=locale)


def format_plain_day(on: date, language: str) -> str:
    """Write a day without its weekday, for periods and sources: 2022年1月1日; 1 January 2022."""
    locale = _locale(language)
    return format_date(on, "d MMMM y" if locale.language == "en" else "long", locale=locale)


def format_weekday(on: date, language: str) -> str:
    """Write a day's weekday as short as it goes, over a column: 月; M."""
    return format_date(on, "EEEEE", locale=_locale(language))


def format_month(on: date, language: str, *, year: bool = True) -> str:
    """Write a month: 2022年1月; January 2022; without its year as short as it goes: 1月; Jan.

    Babel's skeleton for the short form reads names that stand alone, which it mixes up between languages.
    """
    locale = _locale(language)
    return format_skeleton("yMMMM", on, locale=locale) if year else format_date(on, "MMM", locale=locale)


def format_time(at: datetime, language: str) -> str:
    """Write a moment's Tokyo time of day: 午後2時, 午後2時30分; 2:00 pm.

    Japanese notices say 午前 and 午後 rather than count to 24 (and 午後0時 for noon).
    """
    there, locale = at.astimezone(TOKYO), _locale(language)
    clock = time(there.hour, there.minute)
    if locale.language == JAPANESE:
        return format_clock(clock, "aK時m分" if clock.minute else "aK時", locale=locale)
    if locale.language == "en":
        return format_clock(clock, "h:mm a", locale=locale).lower()
    return format_clock(clock, _TIME_PATTERNS.get(locale.language, "short"), locale=locale)


def format_moment(at: datetime, language: str, *, year: bool = False) -> str:
    """Write a moment as its Tokyo day and time: 11月26日(木) 午後2時; Thu 26 Nov, 2:00 pm."""
    day, clock = format_day(at.astimezone(TOKYO).date(), language, year=year), format_time(at, language)
    return f"{day} {clock}" if _locale(language).language in _NO_COMMA else f"{day}, {clock}"
