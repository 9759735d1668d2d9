"""Signing in, proving again who one is, and one's own password, codes and app. Takes hashes only; shows nothing.

A try counts as a failure before it is looked at: tries sent all at once count each, and only success takes them back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.rules.signing_in import FORGET_TRIES, LONGEST, wait_after
from handlers.staffing import Doing
from storage import audit, passkeys, sessions, staff, throttles
from storage.facts import PasskeyFacts, StaffFacts


@dataclass(frozen=True, slots=True)
class PasskeyUse:
    """A passkey whose answer was right, and how often its device says it has signed."""

    credential_id: str
    sign_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """The second thing somebody showed: the app's code of one step, a printed code by its number, or a passkey."""

    step: int | None = None
    number: int | None = None
    passkey: PasskeyUse | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Browser:
    """Where somebody signs in: the hashes of its new session's cookie, of the one before, and of the browser's own."""

    session: str
    device: str
    session_before: str = ""


def begin_try(connection: Connection, key: str, real_now: datetime) -> datetime | None:
    """Count a try under a key; gives until when it must wait, and then nothing is counted."""
    failures, next_at = throttles.find(connection, key) or (0, real_now)
    if next_at > real_now:
        return next_at
    throttles.forget_old(connection, real_now - FORGET_TRIES)
    throttles.put(connection, key, failures + 1, real_now, real_now + wait_after(failures + 1))
    return None


def sign_in(connection: Connection, one: StaffFacts, factor: Factor, browser: Browser, key: str, doing: Doing) -> bool:
    """Let somebody in whose password was right, if their second factor was not used before."""
    if not use_factor(connection, one.id, factor, doing.real_now):
        fail(connection, one.id, doing)
        return False
    throttles.clear(connection, key)
    begin_session(connection, one.id, browser, doing)
    return True


def begin_session(connection: Connection, staff_id: int, browser: Browser, doing: Doing, detail: str = "") -> None:
    """Begin a session on a browser, in place of the one it had, and know the browser from now on."""
    sessions.end(connection, browser.session_before)
    sessions.end_old(connection, doing.real_now - LONGEST)
    sessions.add(connection, browser.session, staff_id, doing.real_now)
    sessions.add_device(connection, browser.device, staff_id, doing.real_now)
    audit.add(connection, doing.by, "staff.sign_in", f"staff:{staff_id}", doing.now, detail)


def fail(connection: Connection, staff_id: int, doing: Doing) -> None:
    """Write down a try that was wrong. Who tried is not known: no name is written beside it."""
    audit.add(connection, "", "staff.sign_in_failed", f"staff:{staff_id}", doing.now)


def sign_out(connection: Connection, session: str, staff_id: int, doing: Doing) -> None:
    """End a session."""
    sessions.end(connection, session)
    audit.add(connection, doing.by, "staff.sign_out", f"staff:{staff_id}", doing.now)


def prove(connection: Connection, session: str, staff_id: int, key: str, doing: Doing, detail: str = "") -> None:
    """Note that somebody typed their password again, or showed their passkey."""
    throttles.clear(connection, key)
    sessions.prove(connection, session, doing.real_now)
    audit.add(connection, doing.by, "staff.prove", f"staff:{staff_id}", doing.now, detail)


def prove_by_passkey(
    connection: Connection, session: str, staff_id: int, factor: Factor | None, key: str, doing: Doing
) -> bool:
    """Note that somebody showed their passkey; False, and a failure, where it was wrong or used before."""
    if factor is None or not use_factor(connection, staff_id, factor, doing.real_now):
        fail(connection, staff_id, doing)
        return False
    prove(connection, session, staff_id, key, doing, "passkey")
    return True


def set_password(connection: Connection, staff_id: int, password_hash: str, session: str, doing: Doing) -> None:
    """Set somebody's own new password; what they have open elsewhere ends."""
    staff.change(connection, staff_id, password_hash=password_hash)
    sessions.end_all(connection, staff_id, but=session)
    audit.add(connection, doing.by, "staff.password", f"staff:{staff_id}", doing.now)


def set_codes(connection: Connection, staff_id: int, code_hashes: Mapping[int, str], doing: Doing) -> None:
    """Put a new sheet of printed codes in place of the old one."""
    staff.put_codes(connection, staff_id, code_hashes)
    audit.add(connection, doing.by, "staff.codes", f"staff:{staff_id}", doing.now)


def set_app(connection: Connection, staff_id: int, salt: str, step: int, doing: Doing) -> None:
    """Set up an authenticator app whose first code was right, or with an empty salt take it away."""
    staff.change(connection, staff_id, app_salt=salt, app_step=step)
    audit.add(connection, doing.by, "staff.app", f"staff:{staff_id}", doing.now, "on" if salt else "off")


def add_passkey(connection: Connection, facts: PasskeyFacts, doing: Doing) -> None:
    """Keep a passkey that answered rightly when it was made."""
    passkeys.add(connection, facts)
    audit.add(connection, doing.by, "staff.passkey", f"staff:{facts.staff_id}", doing.now, "on")


def remove_passkey(connection: Connection, staff_id: int, credential_id: str, doing: Doing) -> None:
    """Take one of somebody's passkeys away; nothing happens where it is gone."""
    if passkeys.remove(connection, credential_id, staff_id):
        audit.add(connection, doing.by, "staff.passkey", f"staff:{staff_id}", doing.now, "off")


def use_factor(connection: Connection, staff_id: int, factor: Factor, real_now: datetime) -> bool:
    """Take the second factor; False where it was used before, or is gone."""
    if factor.passkey is not None:
        used = factor.passkey
        return passkeys.use(connection, used.credential_id, staff_id, used.sign_count, real_now)
    if factor.step is not None:
        return staff.use_step(connection, staff_id, factor.step)
    return factor.number is not None and staff.use_code(connection, staff_id, factor.number, real_now)
