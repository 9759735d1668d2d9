"""Key figures that staff keep, as frozen facts."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiWords:
    """What a figure is. Amounts are decimals as they were written ("71.5"); "" is not known, or not set.

    ``base_when`` and ``target_when`` are years or days in words; ``base_source`` says who counted the base.
    """

    name: str
    unit: str
    base: str = ""
    base_when: str = ""
    base_source: str = ""
    target: str = ""
    target_when: str = ""
    is_public: bool = False
    is_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiValue:
    """What a figure was on a day, and who says so; an ``amount`` of "" takes the day's value back."""

    on: date
    amount: str
    source: str
    entered_by: str
    entered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KpiFacts:
    """A figure as its newest version says, with the values that hold, oldest first."""

    id: int
    version: int
    words: KpiWords
    values: tuple[KpiValue, ...]
    written_by: str
    written_at: datetime

    @property
    def latest(self) -> KpiValue | None:
        """The value of the newest day."""
        return self.values[-1] if self.values else None
