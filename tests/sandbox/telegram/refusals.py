"""Says in one line that python-telegram-bot must raise this error with these words at the start."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from telegram.error import TelegramError


@contextmanager
def refused(error: type[TelegramError], words: str) -> Iterator[None]:
    """Compare without regard to case: the library rewrites Telegram's capitals."""
    with pytest.raises(error) as raised:
        yield
    said = str(raised.value)
    assert said.lower().startswith(words.lower()), said
