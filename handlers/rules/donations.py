"""How many points may be given to local bodies: no more than were earned in the fiscal year. Asks no database."""

from datetime import date, timedelta

AMOUNTS = (10, 50, 100, 500)
"""What is offered on buttons, beside all that is left."""


def days_of(year: int, starts_month: int) -> tuple[date, date]:
    """Give the first and the last day of a fiscal year, named by the calendar year it starts in."""
    return date(year, starts_month, 1), date(year + 1, starts_month, 1) - timedelta(days=1)


def left(earned: int, given: int) -> int:
    """Say how much may still be given; nothing where a report was taken back after its points had been given."""
    return max(earned - given, 0)


def offered(most: int) -> tuple[int, ...]:
    """List the amounts to choose from, the whole last; none where nothing is left."""
    return (*(amount for amount in AMOUNTS if amount < most), most) if most else ()


def read_amount(written: str, most: int) -> int | None:
    """Read an amount from a button or typed words; None for anything but 1 to ``most``."""
    plain = written.strip()
    if not (plain.isdecimal() and len(plain) <= 9):
        return None
    return amount if 1 <= (amount := int(plain)) <= most else None
