"""Reads the numbers that people and programs put into addresses and forms: none is larger than a table can hold."""

from starlette.convertors import Convertor, register_url_convertor

DIGITS = 18
"""Always below 2^63, what a database takes for a number of its own."""


class NumberConvertor(Convertor[int]):
    """``{id:number}`` in a route: an address with more digits than any number of ours has leads nowhere (404)."""

    regex = f"[0-9]{{1,{DIGITS}}}"

    def convert(self, value: str) -> int:
        """Read the digits."""
        return int(value)

    def to_string(self, value: int) -> str:
        """Write the digits."""
        return str(value)


register_url_convertor("number", NumberConvertor())


def read_number(text: str) -> int | None:
    """Read a number of ours; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= DIGITS else None
