"""Who is in: by a session of their own account, or as a volunteer by the desk's link. Finds and lets in nobody."""

from dataclasses import dataclass, field
from datetime import datetime

from handlers.rules import roles
from handlers.rules.roles import Right
from handlers.rules.signing_in import is_proved
from storage.facts import SessionFacts, StaffRole
from storage.switches import Disaster


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """Somebody of the staff at one browser. ``session`` is None for a volunteer at the desk."""

    name: str
    role: StaffRole
    form_token: str = field(repr=False)
    session: SessionFacts | None = None
    disaster: Disaster | None = None  # shown large on every page while it lasts

    @property
    def rights(self) -> frozenset[Right]:
        """What they may do."""
        return roles.RIGHTS[self.role]

    @property
    def staff_id(self) -> int:
        """The number of their account; 0 at the desk."""
        return self.session.staff_id if self.session else 0

    def may(self, right: Right) -> bool:
        """Tell whether they may do something."""
        return roles.may(self.role, right)

    def has_proved(self, now: datetime) -> bool:
        """Tell whether they typed their password within the last minutes; real time."""
        return self.session is not None and is_proved(self.session.proved_at, now)
