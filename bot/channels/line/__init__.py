"""LINE: verifies, splits, reads, renders and sends; decides nothing, and needs no SDK before the first call."""

from bot.channels.line.channel import Line
from bot.channels.line.tokens import StatelessToken, TokenError
from bot.channels.line.wire import LineError

__all__ = ["Line", "LineError", "StatelessToken", "TokenError"]
