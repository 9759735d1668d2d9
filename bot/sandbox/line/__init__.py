"""Plays the LINE Messaging API, strictly; the manual's page stands beside each limit."""

from bot.sandbox.line.hands import LineHands
from bot.sandbox.line.platform import LinePlatform

__all__ = ["LineHands", "LinePlatform"]
