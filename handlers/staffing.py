"""The life of a staff account: invited, entered, given a role, handed over, ended; each act is in the audit trail.

Takes hashes only: no password, code or link is known here. ``now`` is calendar time, ``real_now`` real time.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.rules.signing_in import LINK_LIFE
from storage import audit, directory_links, passkeys, sessions, staff
from storage.facts import StaffFacts, StaffRole

ROLES = (StaffRole.VIEWER, StaffRole.EDITOR, StaffRole.APPROVER, StaffRole.ADMINISTRATOR)
"""What an account may be; the desk's link is none."""


class StaffRefusedError(Exception):
    """What was asked for is not done; the message says why, in Japanese, for the people of the office."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Doing:
    """Who does something, and when."""

    by: str
    now: datetime
    real_now: datetime


def invite(connection: Connection, name: str, role: StaffRole, token_hash: str, doing: Doing) -> int:
    """Make an account that waits for its link to be used; gives its number."""
    if role not in ROLES:
        raise StaffRefusedError("この役割はありません。")
    if staff.find_by_name(connection, name) is not None:
        raise StaffRefusedError(
            "この名前は使われています（やめた人の名前も使えません）。区別できる名前にしてください。"
        )
    staff_id = staff.add(connection, name, role, doing.now)
    staff.put_link(connection, staff_id, token_hash, doing.real_now + LINK_LIFE)
    _write_down(connection, "staff.invite", staff_id, doing, role)
    return staff_id


def let_in(connection: Connection, name: str, role: StaffRole, token_hash: str, doing: Doing) -> bool:
    """Invite somebody, or make a new link for who has an account already (in their old role); tells which: True is new.

    What the command line does, so that nobody is locked out for good.
    """
    one = staff.find_by_name(connection, name)
    if one is None:
        invite(connection, name, role, token_hash, doing)
    else:
        renew_link(connection, one.id, token_hash, doing)
    return one is None


def renew_link(connection: Connection, staff_id: int, token_hash: str, doing: Doing) -> None:
    """Make a new link, for who lost theirs, their password or their codes; until it is used, nothing else changes."""
    one = _active(connection, staff_id)
    before = None if one.joined_at else _replaced(connection, one)
    staff.put_link(connection, staff_id, token_hash, doing.real_now + LINK_LIFE, before)
    _write_down(connection, "staff.link", staff_id, doing)


def hand_over(connection: Connection, staff_id: int, name: str, token_hash: str, doing: Doing) -> int:
    """Invite a successor in the same role; the account that is handed over ends when they have entered."""
    role = _active(connection, staff_id).role
    successor = invite(connection, name, role, token_hash, doing)
    staff.put_link(connection, successor, token_hash, doing.real_now + LINK_LIFE, staff_id)
    _write_down(connection, "staff.hand_over", staff_id, doing, f"staff:{successor}")
    return successor


def give_role(connection: Connection, staff_id: int, role: StaffRole, doing: Doing) -> None:
    """Give somebody another role; they sign in anew."""
    one = _active(connection, staff_id)
    if role not in ROLES:
        raise StaffRefusedError("この役割はありません。")
    if one.role is StaffRole.ADMINISTRATOR and role is not one.role:
        _check_another_administrator(connection, staff_id)
    staff.change(connection, staff_id, role=role)
    sessions.end_all(connection, staff_id)
    _write_down(connection, "staff.role", staff_id, doing, f"{one.role}>{role}")


def end(connection: Connection, staff_id: int, doing: Doing) -> None:
    """Let somebody sign in no longer, and end all they have open, at once."""
    if _active(connection, staff_id).role is StaffRole.ADMINISTRATOR:
        _check_another_administrator(connection, staff_id)
    _end(connection, staff_id, doing)


def link_directory(connection: Connection, staff_id: int, issuer: str, subject: str, doing: Doing) -> None:
    """Say which of the directory's people an account is; with an empty ``subject``, none. Sessions end either way."""
    _active(connection, staff_id)
    if directory_links.find(connection, issuer, subject) not in (None, staff_id):
        raise StaffRefusedError("この番号は、ほかの職員のアカウントとつながっています。")
    directory_links.remove(connection, staff_id)
    if subject:
        directory_links.put(connection, staff_id, issuer, subject, doing.now)
    sessions.end_all(connection, staff_id)
    _write_down(connection, "staff.directory", staff_id, doing, "on" if subject else "off")


def sign_out_everywhere(connection: Connection, staff_id: int, doing: Doing, but: str = "") -> int:
    """End every session of somebody, except one; gives how many."""
    ended = sessions.end_all(connection, staff_id, but)
    _write_down(connection, "staff.sign_out_all", staff_id, doing, str(ended))
    return ended


def find_invited(connection: Connection, token_hash: str, real_now: datetime) -> StaffFacts | None:
    """Find whom a link lets in; None when it was used, its time is over, or there is none."""
    link = staff.find_link(connection, token_hash)
    if link is None or link.used_at is not None or link.until <= real_now:
        return None
    one = staff.find(connection, link.staff_id)
    return one if one is not None and one.ended_at is None else None


def join(
    connection: Connection, token_hash: str, password_hash: str, code_hashes: Mapping[int, str], doing: Doing
) -> StaffFacts | None:
    """Enter by a link, once: password and codes are new, app and passkeys are forgotten, what was open is ended.

    None where the link no longer lets in; if it ever did, that is written down.
    """
    link, one = staff.find_link(connection, token_hash), find_invited(connection, token_hash, doing.real_now)
    if link is None or one is None or not staff.use_link(connection, token_hash, doing.real_now):
        refuse_link(connection, token_hash, doing)
        return None
    joined_at = one.joined_at or doing.now
    staff.change(connection, one.id, password_hash=password_hash, app_salt="", app_step=0, joined_at=joined_at)
    staff.put_codes(connection, one.id, code_hashes)
    passkeys.remove_all(connection, one.id)
    sessions.end_all(connection, one.id)
    sessions.forget_devices(connection, one.id)
    _write_down(connection, "staff.join", one.id, doing)
    if link.replaces_id is not None:
        _succeed(connection, link.replaces_id, doing)
    return one


def refuse_link(connection: Connection, token_hash: str, doing: Doing) -> None:
    """Write down that a link was tried that no longer lets in; of one that never did there is nothing to say."""
    link = staff.find_link(connection, token_hash)
    if link is not None:
        _write_down(connection, "link.refused", link.staff_id, doing)


def _succeed(connection: Connection, predecessor_id: int, doing: Doing) -> None:
    """End who was replaced, unless nobody else would be an administrator then."""
    before = staff.find(connection, predecessor_id)
    if before is None or before.ended_at is not None:
        return
    if before.role is not StaffRole.ADMINISTRATOR or _has_another_administrator(connection, predecessor_id):
        _end(connection, predecessor_id, doing)


def _replaced(connection: Connection, one: StaffFacts) -> int | None:
    link = staff.find_link_of(connection, one.id)
    return None if link is None else link.replaces_id


def _end(connection: Connection, staff_id: int, doing: Doing) -> None:
    staff.change(connection, staff_id, ended_at=doing.now, password_hash="", app_salt="")
    staff.put_codes(connection, staff_id, {})
    passkeys.remove_all(connection, staff_id)
    staff.end_links(connection, staff_id)
    directory_links.remove(connection, staff_id)
    sessions.end_all(connection, staff_id)
    sessions.forget_devices(connection, staff_id)
    _write_down(connection, "staff.end", staff_id, doing)


def _active(connection: Connection, staff_id: int) -> StaffFacts:
    one = next((found for found in staff.lock(connection) if found.id == staff_id), None)
    if one is None or one.ended_at is not None:
        raise StaffRefusedError("この職員のアカウントは見つかりませんでした。もう終わっているのかもしれません。")
    return one


def _check_another_administrator(connection: Connection, staff_id: int) -> None:
    if not _has_another_administrator(connection, staff_id):
        raise StaffRefusedError("管理者が一人もいなくなるので、できません。先に、ほかの人を管理者にしてください。")


def _has_another_administrator(connection: Connection, staff_id: int) -> bool:
    return any(
        one.role is StaffRole.ADMINISTRATOR and one.joined_at and one.ended_at is None and one.id != staff_id
        for one in staff.lock(connection)
    )


def _write_down(connection: Connection, act: str, staff_id: int, doing: Doing, detail: str = "") -> None:
    audit.add(connection, doing.by, act, f"staff:{staff_id}", doing.now, detail)
