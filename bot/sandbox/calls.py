"""Remembers every call the platforms received and what it cost; may not decide how a call is answered."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

KEPT = 20_000  # a long demonstration must not eat the machine's memory


@dataclass(frozen=True, kw_only=True)
class Call:
    """Describe one call of the app under test; `request` and `answer` are JSON values without any token."""

    platform: str
    name: str
    path: str
    status: int | None
    recipients: int = 0
    counted: int = 0
    yen: float = 0.0
    request: object = None
    answer: object = None
    key: str | None = None
    fault: str | None = None
    violation: str | None = None
    took_ms: float = 0.0


class Changes:
    """Number everything that changed, so that a page or a test can wait for the next change."""

    def __init__(self) -> None:
        self.now = 0
        self._noted: deque[tuple[int, str]] = deque(maxlen=2_000)
        self._next = asyncio.Event()

    def note(self, what: str) -> None:
        """Say that `what` changed: `calls`, or `platform:id` of a person or a room."""
        self.now += 1
        self._noted.append((self.now, what))
        self._next.set()
        self._next = asyncio.Event()

    async def since(self, after: int, seconds: float) -> dict[str, object]:
        """Return what changed after number `after`, waiting up to `seconds` for the first change."""
        if self.now <= after:
            try:
                await asyncio.wait_for(self._next.wait(), seconds)
            except TimeoutError:
                return {"now": self.now, "changed": []}
        changed = dict.fromkeys(what for number, what in self._noted if number > after)
        return {"now": self.now, "changed": list(changed)}


class CallLog:
    """Keep the last calls in order, numbered from 1."""

    def __init__(self, changes: Changes) -> None:
        self._calls: deque[dict[str, object]] = deque(maxlen=KEPT)
        self._changes = changes
        self._number = 0

    def add(self, call: Call) -> int:
        """Store a call and return its number."""
        self._number += 1
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._calls.append({"number": self._number, "at": at, **asdict(call)})
        self._changes.note("calls")
        return self._number

    def since(self, after: int = 0) -> list[dict[str, object]]:
        """Return the calls with a number above `after`, oldest first."""
        return [call for call in self._calls if isinstance(call["number"], int) and call["number"] > after]

    def of(self, platform: str) -> Iterator[dict[str, object]]:
        """Go through one platform's calls, oldest first."""
        return (call for call in self._calls if call["platform"] == platform)
