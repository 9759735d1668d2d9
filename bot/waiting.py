"""Shows who waits for an answer that it is being worked on, as platforms let a bot do; it decides only whom to show."""

import time
from collections.abc import Callable, Sequence

from bot.dispatch import Address

SIGN_SECONDS = 5.0  # how long a sign is seen; who waits longer is shown another
AT_ONCE = 20  # signs of one look: they must not hold up the very answers that are waited for


class WaitingSigns:
    """Told each look's waiting accounts, it shows the sign to those who waited at the look before, too."""

    def __init__(self, show: Callable[[Address], None]) -> None:
        self._show = show
        self._waited: set[Address] = set()
        self._shown: dict[Address, float] = {}

    def look(self, waiting: Sequence[Address]) -> None:
        """Take note of who waits now."""
        now = time.monotonic()
        self._shown = {one: at for one, at in self._shown.items() if now - at < SIGN_SECONDS}
        late = [one for one in waiting if one in self._waited and one not in self._shown]
        for address in late[:AT_ONCE]:
            self._shown[address] = now
            self._show(address)
        self._waited = set(waiting)
