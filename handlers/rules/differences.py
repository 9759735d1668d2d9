"""Compares two documents of the programme, place by place. Pure: knows no file and no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One place that differs; ``old`` or ``new`` is None where the place is only in the other."""

    path: str
    old: Any
    new: Any


def compare(old: Any, new: Any, path: str = "") -> Iterator[Change]:
    """Give every place in which two documents differ; items of a list are told apart by their code."""
    old, new = _by_code(old), _by_code(new)
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in dict.fromkeys((*old, *new)):
            step = name if name.startswith("[") or not path else f".{name}"
            yield from compare(old.get(name), new.get(name), path + step)
    elif old != new:
        yield Change(path, old, new)


def _by_code(value: Any) -> Any:
    """Turn a list of tables into one table, by their codes or else their places."""
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        return value
    return {f"[{item.get('code', f'#{place}')}]": item for place, item in enumerate(value, 1)}
