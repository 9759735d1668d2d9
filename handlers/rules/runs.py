"""Runs of letters, and numbers kept by them: by checksum, for the runs themselves would hold names of places.

Two of some hundred thousand runs hardly ever have one checksum of 32 bits. Sorted in arrays they take a fiftieth of
the memory that a dictionary of strings takes, and a look a third of a microsecond more.
"""

import binascii
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass


def runs(text: str, lengths: Iterable[int]) -> set[str]:
    """Give the runs of letters of a text, its two ends marked."""
    marked = f"^{text}$"
    return {marked[start : start + length] for length in lengths for start in range(len(marked) - length + 1)}


def checksum(run: str) -> int:
    """Give the number under which a run is kept: 32 bits."""
    return zlib.crc32(run.encode())


_SWAPPED = array("H", [1]).tobytes() != b"\x01\x00"  # numbers are written with their low byte first


@dataclass(frozen=True, slots=True)
class Numbers:
    """A small number by each of some checksums, which stand in ascending order."""

    keys: "array[int]"
    values: "array[int]"

    @classmethod
    def of(cls, found: Mapping[int, int]) -> "Numbers":
        """Keep numbers of 16 bits by their checksums."""
        keys = sorted(found)
        return cls(array("I", keys), array("h", (found[key] for key in keys)))

    def find(self, key: int) -> int | None:
        """Find the number of a checksum."""
        place = bisect_left(self.keys, key)
        return self.values[place] if place < len(self.keys) and self.keys[place] == key else None


def packed(numbers: "array[int]") -> bytes:
    """Write numbers as letters that may stand in a file of code."""
    written = array(numbers.typecode, numbers)
    if _SWAPPED:
        written.byteswap()
    return binascii.b2a_base64(zlib.compress(written.tobytes(), 9), newline=False)


def unpacked(typecode: str, written: bytes) -> "array[int]":
    """Read numbers that were packed."""
    numbers = array(typecode)
    numbers.frombytes(zlib.decompress(binascii.a2b_base64(written)))
    if _SWAPPED:
        numbers.byteswap()
    return numbers
