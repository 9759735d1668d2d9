"""Forgets who people without an account were once that is no longer needed. Sums, seats and attendances stay."""

from datetime import datetime, timedelta

from sqlalchemy import Connection

from storage import guests

FORMS_LIFE = timedelta(days=90)
"""How long after an event a company's name and e-mail stay: long enough to check its attendance lists."""


def forget_guests(connection: Connection, now: datetime, limit: int) -> int:
    """Forget names, hashes and slips of guests and companions whose time is up, and old companies' forms.

    A guest's time is set when they are registered or imported (``forget_at``) and moves with the event. What stays is a
    number that leads to nobody, with its attendances. Gives how many were forgotten: less than ``limit`` is the end.
    """
    forgotten = guests.forget_due(connection, now, limit)
    return forgotten + guests.forget_forms(connection, now - FORMS_LIFE, limit - forgotten)
