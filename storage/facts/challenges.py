"""A challenge: for two weeks, so many times one of some actions; told to whoever likes such things."""

from dataclasses import dataclass
from datetime import date, timedelta

from storage.facts.texts import Texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What one may set out to do from a day on. No ``actions`` means any; ``goal`` is times, by each person."""

    code: str
    title: Texts
    starts_on: date
    goal: int
    days: int = 14
    actions: tuple[str, ...] = ()

    @property
    def ends_on(self) -> date:
        """The last day that counts (a Tokyo day)."""
        return self.starts_on + timedelta(days=self.days - 1)

    def holds(self, on: date) -> bool:
        """Tell whether a day counts."""
        return self.starts_on <= on <= self.ends_on
