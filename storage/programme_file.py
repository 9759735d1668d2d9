"""Reads a city's programme file into frozen facts, or says everything that is wrong with it; touches no database."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from storage import facts, programme_checks

BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")

TOO_DEEP = "tables or lists are nested too deeply: see docs/PROGRAMME_FILE.md for the form"

# What to do about each kind of misfit; a kind that is not here is told in the library's own words.
REMEDIES = {
    "missing": "is missing: add it",
    "string_type": 'must be a text in quotation marks, such as "text"',
    "int_type": "must be a whole number without quotation marks, such as 1",
    "int_from_float": "must be a whole number without quotation marks, such as 1",
    "bool_type": "must be true or false, without quotation marks",
    "tuple_type": "must be a list in square brackets, such as [ … ]",
    "dict_type": "must be a table with one entry for each language",
    "mapping_type": "must be a table with one entry for each language",
    "dataclass_type": "must be a table with named fields",
    "date_type": "must be a day without quotation marks, such as 2022-01-01",
    "date_parsing": "must be a day without quotation marks, such as 2022-01-01",
    "date_from_datetime_parsing": "must be a day without quotation marks, such as 2022-01-01",
    "datetime_type": "must be a day and time with a zone, such as 2022-01-26T14:00:00+09:00",
    "datetime_parsing": "must be a day and time with a zone, such as 2022-01-26T14:00:00+09:00",
    "datetime_from_date_parsing": "must be a day and time with a zone, such as 2022-01-26T14:00:00+09:00",
    "date_from_datetime_inexact": "must be a day without a time, such as 2022-01-01",
}

_DOCUMENT: TypeAdapter[facts.Programme] = TypeAdapter(facts.Programme)


class ProgrammeError(ValueError):
    """A programme that cannot be used; ``problems`` holds every one found, each with its field path in front."""

    def __init__(self, source: str, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        count = "1 problem" if len(self.problems) == 1 else f"{len(self.problems)} problems"
        super().__init__("\n".join([f"{source}: {count}", *(f"  {problem}" for problem in self.problems)]))


class _Wrapped(BaseModel):
    """Carries the strict settings down into the dataclasses, which know nothing of the library that checks them."""

    model_config = ConfigDict(extra="forbid", strict=True)
    programme: facts.Programme


def read_programme(path: Path) -> facts.Programme:
    """Read and check a programme file (TOML, UTF-8).

    Raise ProgrammeError with all problems found: first those of shape (missing, unknown, wrong kind), and once
    the shape is right all those of content (see storage.programme_checks).
    """
    return parse_programme(_text(path), str(path))


def parse_programme(text: str, source: str) -> facts.Programme:
    """Check the text of a programme file, with the line ends TOML knows; raise ProgrammeError as `read_programme`."""
    programme = _shape(_parse(text, source), source)
    problems = programme_checks.find_problems(programme)
    if programme.version:
        problems.append("version: is counted by the bot: remove it from the file")
    if problems:
        raise ProgrammeError(source, problems)
    return programme


def to_document(programme: facts.Programme) -> dict[str, Any]:
    """Turn a programme into plain JSON values, so that a version can be stored and compared.

    Complete but for what lives in tables of its own: events (docs/decisions/events-beside-the-versions.md), answers.
    """
    return cast(dict[str, Any], _DOCUMENT.dump_python(programme, mode="json", exclude={"events", "answers"}))


def from_document(document: Mapping[str, Any]) -> facts.Programme:
    """Turn a stored document back into the programme it was made of.

    Only the shape is checked: a version that was good when it was stored must stay readable when checks grow.
    Raise ProgrammeError where the shape is wrong.
    """
    return _shape(document, "stored programme")


def _text(path: Path) -> str:
    """Read the file as UTF-8 with the line ends TOML knows."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ProgrammeError(str(path), ["there is no such file: check PROGRAMME_FILE"]) from None
    except IsADirectoryError:
        raise ProgrammeError(str(path), ["is a folder: name the .toml file inside it"]) from None
    except OSError as error:
        raise ProgrammeError(str(path), [f"cannot be read: {error.strerror}"]) from None
    if raw.startswith(BYTE_ORDER_MARKS):
        hint = 'begins with a byte order mark: save it as "UTF-8", not as "UTF-8 with BOM" or "Unicode"'
        raise ProgrammeError(str(path), [hint])
    try:
        return raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        hint = f"line {line}: is not UTF-8 (perhaps Shift_JIS): save the file as UTF-8"
        raise ProgrammeError(str(path), [hint]) from None


def _parse(text: str, source: str) -> dict[str, Any]:
    """Parse TOML; the parser's message already names line and column."""
    try:
        return tomllib.loads(text)
    except ValueError as error:  # TOMLDecodeError, or a number of thousands of digits
        raise ProgrammeError(source, [f"is not valid TOML: {error}"]) from None
    except RecursionError:
        raise ProgrammeError(source, [TOO_DEEP]) from None


def _shape(document: Mapping[str, Any], source: str) -> facts.Programme:
    """Fit plain values into the frozen facts; JSON in between lets one strict rule serve files and stored documents."""
    try:
        return _Wrapped.model_validate_json(json.dumps({"programme": document}, default=str)).programme
    except ValidationError as error:
        problems = [_problem(detail, document) for detail in error.errors(include_url=False)]
        raise ProgrammeError(source, problems) from None
    except RecursionError:
        raise ProgrammeError(source, [TOO_DEEP]) from None


def _problem(detail: ErrorDetails, document: Mapping[str, Any]) -> str:
    """Say one misfit in plain English with the path of its field in front."""
    where = detail["loc"][1:]
    path = _path(where, document) or "the file"
    if detail["type"] == "unexpected_keyword_argument":
        return f"{path}: is not a known field: {_suggestion(str(where[-1]))}"
    if detail["type"] == "enum":
        return f"{path}: must be one of {detail['ctx']['expected']}"
    return f"{path}: {REMEDIES.get(detail['type'], detail['msg'])}"


def _path(where: tuple[int | str, ...], document: Any) -> str:
    """Write a place as ``actions[my_bottle].cap.times``: list items by their code, else by their number from 1."""
    path, value = "", document
    for step in where:
        value = _step(value, step)
        if isinstance(step, int):
            code = value.get("code") if isinstance(value, Mapping) else None
            path += f"[{code}]" if isinstance(code, str) else f"[#{step + 1}]"
        else:
            path += f".{step}" if path else step
    return path


def _step(value: Any, step: int | str) -> Any:
    """Go one step down into plain values; None where there is nothing."""
    if isinstance(step, int):
        return value[step] if isinstance(value, Sequence) and step < len(value) else None
    return value.get(step) if isinstance(value, Mapping) else None


def _suggestion(name: str) -> str:
    """Say what an unknown field may have meant."""
    if name in programme_checks.field_names():
        return "it belongs to another table: move it above or below the [[…]] line it stands under"
    close = get_close_matches(name, programme_checks.field_names(), n=1)
    return f"did you mean {close[0]}?" if close else "remove it, or look it up in docs/PROGRAMME_FILE.md"
