"""Reads a JSON object property by property and notes what LINE would refuse; may not know any message.

Wordings follow the manual's examples (reference#error-responses); LINE does not guarantee them.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.counting import utf16_units

COLOR = re.compile(r"#[0-9A-Fa-f]{6}([0-9A-Fa-f]{2})?")


@dataclass
class Problems:
    """Collect what is wrong with one request.

    `details`: errors as LINE lists them; `mistyped`: the first property of a wrong JSON type, which LINE
    names alone; `unknown`: properties the manual does not have, which LINE ignores and the sandbox shows.
    """

    details: list[dict[str, str]] = field(default_factory=list)
    mistyped: str | None = None
    unknown: list[str] = field(default_factory=list)

    def add(self, path: str, message: str) -> None:
        """Note one error."""
        self.details.append({"message": message, "property": path})

    def mistype(self, path: str) -> None:
        """Note a value of a wrong JSON type."""
        self.mistyped = self.mistyped or path

    def body(self) -> dict[str, Any] | None:
        """Return the error answer, or None when nothing is wrong."""
        if self.mistyped is not None:
            where = "in the request body is invalid (line: -, column: -)"
            return {"message": f"The property, {self.mistyped}, {where}"}
        if self.details:
            return {
                "message": f"The request body has {len(self.details)} error(s)",
                "details": self.details,
            }
        return None


class Sheet:
    """Check one JSON object; every property asked for counts as known."""

    def __init__(self, data: dict[str, Any], path: str, problems: Problems) -> None:
        self.data, self.path, self.problems = data, path, problems
        self._asked: set[str] = set()

    @classmethod
    def of(cls, value: object, path: str, problems: Problems) -> "Sheet | None":
        """Open a value as an object; note a wrong type and return None otherwise."""
        if isinstance(value, dict):
            return cls(value, path, problems)
        problems.mistype(path)
        return None

    def at(self, key: str) -> str:
        """Return the path of a property as LINE writes it."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, message: str) -> None:
        """Note an error at a property."""
        self.problems.add(self.at(key), message)

    def has(self, key: str) -> bool:
        """Tell whether the property is there and not null."""
        self._asked.add(key)
        return self.data.get(key) is not None

    def _value(self, key: str, kind: type | tuple[type, ...], required: bool) -> Any:
        if not self.has(key):
            if required:
                self.fail(key, "must be specified")
            return None
        value = self.data[key]
        wrong_bool = isinstance(value, bool) and kind is not bool
        if wrong_bool or not isinstance(value, kind):
            self.problems.mistype(self.at(key))
            return None
        return value

    def text(
        self,
        key: str,
        most: int | None = None,
        count: Callable[[str], int] = utf16_units,
        required: bool = True,
        empty: bool = False,
    ) -> str | None:
        """Read a string of at most `most` characters as `count` counts; empty ones need `empty`."""
        value: str | None = self._value(key, str, required)
        if value is None:
            return None
        if value == "" and not empty:
            self.fail(key, "May not be empty")
        elif most is not None and count(value) > most:
            self.fail(key, f"Length must be between 0 and {most}")
        return value

    def url(self, key: str, most: int = 2000, schemes: Iterable[str] = ("https",), required: bool = True) -> None:
        """Read a percent-encoded URL of one of the schemes (reference#url-encoding)."""
        value = self.text(key, most, required=required)
        if not value:
            return
        scheme = value.split(":", 1)[0].lower()
        if ":" not in value or scheme not in schemes:
            self.fail(key, f"Invalid URI scheme: one of {', '.join(schemes)} is required")
        elif not value.isascii() or any(sign.isspace() for sign in value):
            self.fail(key, "Invalid URI: must be percent-encoded")

    def one_of(self, key: str, values: Iterable[str], required: bool = False) -> str | None:
        """Read one of the listed strings."""
        value: str | None = self._value(key, str, required)
        if value is not None and value not in values:
            self.fail(key, f"Must be one of the following values: [{', '.join(values)}]")
        return value

    def shaped(self, key: str, shape: re.Pattern[str]) -> None:
        """Read an optional string of a given form: a colour, a size, a ratio."""
        value = self._value(key, str, False)
        if value is not None and not shape.fullmatch(value):
            self.fail(key, f"invalid {key}: {value[:60]}")

    def number(
        self,
        key: str,
        low: float | None = None,
        high: float | None = None,
        required: bool = False,
        whole: bool = True,
    ) -> float | None:
        """Read a number between two bounds."""
        value = self._value(key, int if whole else (int, float), required)
        if value is None:
            return None
        if (low is not None and value < low) or (high is not None and value > high):
            self.fail(key, f"Must be between {low} and {high}")
        return float(value)

    def flag(self, key: str, required: bool = False) -> None:
        """Read true or false."""
        self._value(key, bool, required)

    def array(self, key: str, most: int, least: int = 1, required: bool = True) -> list[Any]:
        """Read an array of `least` to `most` values."""
        value: list[Any] | None = self._value(key, list, required)
        if value is None:
            return []
        if not least <= len(value) <= most:
            self.fail(key, f"Size must be between {least} and {most}")
            return []
        return value

    def sheets(self, key: str, most: int, least: int = 1, required: bool = True) -> list["Sheet"]:
        """Read an array of objects."""
        values = self.array(key, most, least, required)
        found = [Sheet.of(value, f"{self.at(key)}[{n}]", self.problems) for n, value in enumerate(values)]
        return [sheet for sheet in found if sheet is not None]

    def sheet(self, key: str, required: bool = True) -> "Sheet | None":
        """Read an object."""
        value = self._value(key, dict, required)
        return None if value is None else Sheet(value, self.at(key), self.problems)

    def close(self) -> None:
        """Note every property nobody asked for."""
        self.problems.unknown.extend(self.at(key) for key in self.data if key not in self._asked)
