"""The staff who sign in to the console: in which roles they work. Imports nothing of ours."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class StaffRole(StrEnum):
    """What somebody is let in for; ``handlers.rules.roles`` says what each may do."""

    DESK = "desk"  # let in by the link of `staff desk`; never an account
    VIEWER = "viewer"
    EDITOR = "editor"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffFacts:
    """A staff account. ``joined_at`` is None until its link was used; ``ended_at`` None while it may sign in."""

    id: int
    name: str
    role: StaffRole
    made_at: datetime
    joined_at: datetime | None
    ended_at: datetime | None
    has_app: bool
    codes_left: int
    link_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSecrets:
    """What a sign-in is checked against: hashes only, and the salt from which the app's key is made."""

    staff: StaffFacts
    password_hash: str
    app_salt: str  # "" where no app is set up
    code_hashes: dict[int, str]  # of the printed codes that are not used yet, by their number


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """One sign-in on one browser, and whose it is. ``key`` is the hash of its cookie; real time throughout."""

    key: str
    staff_id: int
    name: str
    role: StaffRole
    made_at: datetime
    seen_at: datetime
    proved_at: datetime  # when its password was last typed


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyFacts:
    """A passkey of a staff account, and what its answers are checked by."""

    credential_id: str
    staff_id: int
    name: str
    public_key: bytes
    sign_count: int  # as its device last said; 0 where it does not count
    made_at: datetime
    used_at: datetime | None
