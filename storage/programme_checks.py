"""Cross-checks of a programme whose shape is right: every problem as one line; it reads no file and changes nothing."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, get_args, get_type_hints

from storage import answer_checks, challenge_checks, event_checks, facts, text_checks
from storage.facts import RESERVED_WARDS, Action, ActionGroup, Programme

PLAIN_NUMBER = re.compile(r"\d+(\.\d+)?")
MONTH_DAY = re.compile(r"\d\d-\d\d")
LEAP_YEAR = 2024  # so that a season may begin or end on 02-29
CONSENT_LINES = 5
CONSENT_COLUMNS = 160  # a "short line": about three lines on a phone
LABEL_COLUMNS = {"ja": 20, "ja-easy": 20}  # ten full-width characters
OTHER_LABEL_COLUMNS = 18  # LINE cuts a button at 20; two are left for a mark
WIDEST = f"at most {OTHER_LABEL_COLUMNS} half-width or {OTHER_LABEL_COLUMNS // 2} full-width characters"
MOST_BODIES = 8
HIGHEST_NUMBER = 30  # ゼロカーボンアクション30
LIMIT_RANGES = {
    "everyday_points_a_day": (1, 10_000),
    "late_days": (0, 31),
    "withdraw_days": (0, 366),
    "usual_after_days": (1, 366),
    "usual_actions": (1, 10),
    "first_page": (1, 50),
    "messages_a_minute": (1, 1_000),
    "fiscal_year_starts_month": (1, 12),
    "evidence_share": (0, 100),
}
BOARD_RANGES = {
    "active_days": (1, 7),
    "points_a_week": (1, 100_000),
    "smallest_group": (2, 1_000),  # a group of one would show what a single person did
    "newcomer_days": (0, 366),
    "persons_shown": (1, 100),
}


def find_problems(programme: Programme) -> list[str]:
    """List every problem of content, as ``actions[my_bottle].cap.times: must be 1 or more``; empty when all is well."""
    checks: tuple[Callable[[Programme], Iterator[str]], ...] = (
        _city, _limits, _consent, _names, _periods, _wards, _texts, _strings,
        _catalogue, _shared_caps, _labels_differ, _aliases, _phrases, _opening_balances, _interests, _local_bodies,
        _events, _answers, _staff_hours, challenge_checks.find_problems,
    )  # fmt: skip
    return [problem for check in checks for problem in check(programme)]


@cache
def field_names() -> tuple[str, ...]:
    """List the names of all fields a programme file may have."""
    return tuple(sorted(_field_names(Programme)))


def _field_names(kind: type) -> set[str]:
    names = set()
    for name, hint in get_type_hints(kind).items():
        names.add(name)
        for part in (hint, *get_args(hint)):
            if is_dataclass(part) and isinstance(part, type):
                names |= _field_names(part)
    return names


# --- The city and its rules --------------------------------------------------------------------------------------


def _city(programme: Programme) -> Iterator[str]:
    city = programme.city
    if "ja" not in city.languages:
        yield 'city.languages: must contain "ja"'
    for language in city.languages:
        if not text_checks.LANGUAGE.fullmatch(language):
            yield f'city.languages: "{language}" is not a language tag such as "en" or "zh-Hans"'
    yield from text_checks.twice("city.languages", city.languages)
    if city.staff_languages and "ja" not in city.staff_languages:
        yield 'city.staff_languages: must contain "ja", which readers of other languages are shown'
    for language in sorted({*city.staff_languages} - {*city.languages}):
        yield f'city.staff_languages: "{language}" is not in city.languages'
    if city.population < 1:
        yield "city.population: must be 1 or more"
    if not city.population_source.strip():
        yield "city.population_source: must name where the figure was published, and when"
    for name in ("page", "disaster_page", "data_licence_page"):
        if (address := getattr(city, name)) and not address.startswith("https://"):
            yield f"city.{name}: must begin with https://"
    if not city.data_licence.strip():
        yield 'city.data_licence: must name a licence, such as "CC-BY-4.0"'


def _limits(programme: Programme) -> Iterator[str]:
    for name, (least, most) in LIMIT_RANGES.items():
        if not least <= getattr(programme.limits, name) <= most:
            yield f"limits.{name}: must be from {least} to {most}"
    for name, (least, most) in BOARD_RANGES.items():
        if not least <= getattr(programme.boards, name) <= most:
            yield f"boards.{name}: must be from {least} to {most}"


def _consent(programme: Programme) -> Iterator[str]:
    consent = programme.consent
    if not consent.version.strip():
        yield 'consent.version: must not be empty: write "1", and raise it whenever the lines change'
    yield from text_checks.in_every_language("consent.lines", consent.lines, programme.city.languages)
    for language, lines in consent.lines.items():
        path = f"consent.lines.{language}"
        if not 1 <= len(lines) <= CONSENT_LINES:
            yield f"{path}: must be from 1 to {CONSENT_LINES} lines, is {len(lines)}"
        for place, line in enumerate(lines, 1):
            yield from text_checks.words(f"{path}[#{place}]", line)
            if text_checks.columns(line) > CONSENT_COLUMNS:
                yield f"{path}[#{place}]: must be short, at most {CONSENT_COLUMNS // 2} full-width characters"
    if len({len(lines) for lines in consent.lines.values()}) > 1:
        yield "consent.lines: must be as many lines in every language, so that all agree to the same"


def _names(programme: Programme) -> Iterator[str]:
    for name in ("first", "second"):
        lists: Mapping[str, tuple[str, ...]] = getattr(programme.names, name)
        yield from text_checks.in_every_language(f"names.{name}", lists, programme.city.languages)
        for language, words in lists.items():
            path = f"names.{name}.{language}"
            if not words:
                yield f"{path}: must hold at least one word"
            yield from text_checks.twice(path, words)
            for place, word in enumerate(words, 1):
                yield from text_checks.words(f"{path}[#{place}]", word)


def _periods(programme: Programme) -> Iterator[str]:
    if not programme.periods:
        yield "periods: must hold at least one period"
    before: date | None = None
    for place, period in enumerate(programme.periods, 1):
        path = f"periods[#{place}]"
        if period.ends_on < period.starts_on:
            yield f"{path}.ends_on: must not be before starts_on"
        if period.starts_on.day != 1:
            yield f"{path}.starts_on: must be the first day of a month: totals are kept by the month"
        if (period.ends_on + timedelta(days=1)).day != 1:
            yield f"{path}.ends_on: must be the last day of a month: totals are kept by the month"
        if before is not None and period.starts_on <= before:
            yield f"{path}.starts_on: must be after the period before it has ended ({before})"
        if period.year_one_target < 1:
            yield f"{path}.year_one_target: must be 1 or more"
        if period.target < period.year_one_target:
            yield f"{path}.target: must be year_one_target or more"
        before = period.ends_on


def _wards(programme: Programme) -> Iterator[str]:
    codes = [ward.code for ward in programme.wards]
    yield from text_checks.codes("wards", codes)
    for code in RESERVED_WARDS:
        if code not in codes:
            yield f'wards: must contain one with code = "{code}", for people who live or wish it so'


def _opening_balances(programme: Programme) -> Iterator[str]:
    for place, balance in enumerate(programme.opening_balances, 1):
        path = f"opening_balances[#{place}]"
        if balance.amount < 0:
            yield f"{path}.amount: must be 0 or more"
        if not 0 <= balance.distinct <= max(balance.amount, 0):
            yield f"{path}.distinct: must be from 0 to amount"
        if not balance.signed_by.strip():
            yield f"{path}.signed_by: must say who answers for the figure"


# --- Words --------------------------------------------------------------------------------------------------------


def _texts(programme: Programme) -> Iterator[str]:
    for path, kind, value in _walk(replace(programme, events=(), answers=()), Programme, ""):
        if kind == facts.Texts:
            yield from text_checks.in_every_language(path, value, programme.city.languages)
            for language, text in value.items():
                yield from text_checks.words(f"{path}.{language}", text)


def _strings(programme: Programme) -> Iterator[str]:
    for path, kind, value in _walk(programme, Programme, ""):
        texts = value.values() if isinstance(value, Mapping) else [value]
        if any(isinstance(text, str) and "http://" in text for text in texts):
            yield f"{path}: a web address must begin with https://"
        if kind is str and path.endswith(".source") and not value.strip():
            yield f"{path}: must not be empty: every figure names its source"


def _walk(value: Any, kind: Any, path: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield (path, declared type, value) of every leaf, so that a new text field is checked without new code."""
    if is_dataclass(value):
        hints = _hints(value.__class__)
        for one in fields(value):
            yield from _walk(getattr(value, one.name), hints[one.name], f"{path}.{one.name}".lstrip("."))
    elif isinstance(value, tuple):
        for place, item in enumerate(value, 1):
            yield from _walk(item, type(item), f"{path}[{getattr(item, 'code', None) or f'#{place}'}]")
    else:
        yield path, kind, value


@cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """Give what a class declares; a dozen classes are asked for, for a thousand texts."""
    return get_type_hints(kind)


# --- The catalogue ------------------------------------------------------------------------------------------------


def _catalogue(programme: Programme) -> Iterator[str]:
    yield from text_checks.codes("actions", [action.code for action in programme.actions])
    for action in programme.actions:
        for check in (_points, _amounts, _labels, _at_home, _seasons, _figures, _factors):
            for problem in check(action, programme):
                yield f"actions[{action.code}].{problem}"


def _points(action: Action, programme: Programme) -> Iterator[str]:
    confirmed = action.confirmed_points
    if action.points < 0:
        yield "points: must be 0 or more"
    if confirmed is not None and confirmed < action.points:
        yield "confirmed_points: must not be less than points"
    if action.group is ActionGroup.MILESTONE and (action.points or confirmed):
        yield "points: must be 0 for a milestone, and confirmed_points absent: points cannot be bought"
    if action.group is ActionGroup.CHECKED_IN and (action.points or not confirmed):
        yield "points: must be 0 for a checked_in action, and confirmed_points 1 or more"
    if action.group is ActionGroup.EVERYDAY and action.points > programme.limits.everyday_points_a_day:
        yield "points: must not be more than limits.everyday_points_a_day"


def _amounts(action: Action, programme: Programme) -> Iterator[str]:
    if action.cap.times < 1:
        yield "cap.times: must be 1 or more"
    if action.number is not None and not 1 <= action.number <= HIGHEST_NUMBER:
        yield f"number: must be from 1 to {HIGHEST_NUMBER}; leave it out for an action without a number"


def _labels(action: Action, programme: Programme) -> Iterator[str]:
    for language, label in action.label.items():
        most = LABEL_COLUMNS.get(language, OTHER_LABEL_COLUMNS)
        if text_checks.columns(label) > most:
            widest = f"{most} half-width or {most // 2} full-width characters"
            yield f"label.{language}: is too wide for a button: at most {widest}"


def _at_home(action: Action, programme: Programme) -> Iterator[str]:
    there = sum(other.at_home for other in programme.actions if other is not action)
    if not 0 <= action.needs_at_home <= there:
        yield f"needs_at_home: must be from 0 to the number of actions with at_home = true ({there})"
    if action.needs_at_home and action.at_home:
        yield "at_home: must be false where needs_at_home is set, or it would count for itself"


def _seasons(action: Action, programme: Programme) -> Iterator[str]:
    for place, season in enumerate(action.seasons, 1):
        for name in ("first", "last"):
            if not _is_month_day(getattr(season, name)):
                yield f'seasons[#{place}].{name}: must be a month and day such as "05-01"'


def _is_month_day(text: str) -> bool:
    if not MONTH_DAY.fullmatch(text):
        return False
    try:
        date.fromisoformat(f"{LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return True


def _figures(action: Action, programme: Programme) -> Iterator[str]:
    for place, figure in enumerate(action.figures, 1):
        if not PLAIN_NUMBER.fullmatch(figure.amount):
            yield f'figures[#{place}].amount: must be a plain number in quotation marks, such as "840.3"'


def _factors(action: Action, programme: Programme) -> Iterator[str]:
    for factor in action.factors:
        path = f"factors[{factor.code}]"
        if factor.per not in ("km", "act"):
            yield f'{path}.per: must be "km" or "act": only such factors may be added up'
        if factor.grams < 1:
            yield f"{path}.grams: must be 1 or more"
        if (factor.per == "km") != (factor.longest_km is not None and factor.longest_km > 0):
            yield f"{path}.longest_km: must be 1 or more where per is km, and left out elsewhere"
    if any(factor.per == "km" for factor in action.factors) and not action.asks_instead_of_car:
        yield "asks_instead_of_car: must be true where a factor is per km: nothing is saved without a car"
    if action.factors:
        yield from text_checks.codes("factors", [factor.code for factor in action.factors])


def _shared_caps(programme: Programme) -> Iterator[str]:
    groups: dict[str, list[Action]] = {}
    for action in programme.actions:
        if action.cap.shared is not None:
            groups.setdefault(action.cap.shared, []).append(action)
    for shared, actions in groups.items():
        where = f"actions[{actions[-1].code}].cap"
        if len(actions) == 1:
            yield f'{where}.shared: no other action shares "{shared}": check the spelling or remove it'
        if len({(action.cap.times, action.cap.per) for action in actions}) > 1:
            codes = ", ".join(action.code for action in actions)
            yield f'{where}: times and per must be equal in all that share "{shared}" ({codes})'


def _labels_differ(programme: Programme) -> Iterator[str]:
    for language in programme.city.languages:
        labels = Counter(action.label.get(language) for action in programme.actions)
        for action in programme.actions:
            label = action.label.get(language)
            if label is not None and labels[label] > 1:
                yield f'actions[{action.code}].label.{language}: another action has the same label "{label}"'


def _aliases(programme: Programme) -> Iterator[str]:
    owners: dict[tuple[str, str], str] = {}
    for action in programme.actions:
        for language, aliases in action.aliases.items():
            path = f"actions[{action.code}].aliases.{language}"
            yield from text_checks.twice(path, aliases)
            for alias in aliases:
                yield from text_checks.words(f'{path} "{alias}"', alias)
                if alias != alias.lower():
                    yield f'{path}: "{alias}" must be in small letters'
                owner = owners.setdefault((language, _folded(alias)), action.code)
                if owner != action.code:
                    yield f'{path}: "{alias}" belongs to {owner} already: a word can mean one action only'


def _phrases(programme: Programme) -> Iterator[str]:
    for code, by_language in programme.phrases.items():
        if programme.action(code) is None:
            yield f"phrases.{code}: there is no such action"
        for language, said in by_language.items():
            for phrase in said:
                yield from text_checks.words(f'phrases.{code}.{language} "{phrase}"', phrase)
                if phrase.count("(") != phrase.count(")"):
                    yield f'phrases.{code}.{language}: "{phrase}" opens a bracket that it does not close'


def _folded(alias: str) -> str:
    """Fold width and case, as people mix them freely."""
    return unicodedata.normalize("NFKC", alias).casefold()


# --- Events --------------------------------------------------------------------------------------------------------


def _interests(programme: Programme) -> Iterator[str]:
    if programme.interests:
        yield from text_checks.codes("interests", [interest.code for interest in programme.interests])
    for interest in programme.interests:
        for language, name in interest.name.items():
            if text_checks.columns(name) > OTHER_LABEL_COLUMNS:
                yield f"interests[{interest.code}].name.{language}: is too wide for a button: {WIDEST}"


def _local_bodies(programme: Programme) -> Iterator[str]:
    if len(programme.local_bodies) > MOST_BODIES:
        yield f"local_bodies: must be at most {MOST_BODIES}, each a button"
    if programme.local_bodies:
        yield from text_checks.codes("local_bodies", [one.code for one in programme.local_bodies])
    for one in programme.local_bodies:
        for language, name in one.name.items():
            if text_checks.columns(name) > OTHER_LABEL_COLUMNS:
                yield f"local_bodies[{one.code}].name.{language}: is too wide for a button: {WIDEST}"


def _events(programme: Programme) -> Iterator[str]:
    if programme.events:
        yield from text_checks.codes("events", [event.code for event in programme.events])
    for event in programme.events:
        yield from (f"events[{event.code}].{problem}" for problem in event_checks.find_problems(event, programme))


# --- Answers -------------------------------------------------------------------------------------------------------


def _answers(programme: Programme) -> Iterator[str]:
    if programme.answers:
        yield from text_checks.codes("answers", [row.code for row in programme.answers])
    for row in programme.answers:
        yield from (f"answers[{row.code}].{problem}" for problem in answer_checks.find_problems(row, programme))


def _staff_hours(programme: Programme) -> Iterator[str]:
    yield from (f"staff_hours.{problem}" for problem in answer_checks.find_problems_of_hours(programme.staff_hours))
