"""Gives tests the acts of a person on LINE as plain methods; may not hold any rule."""

from bot.sandbox.platform import Hands


class LineHands(Hands):
    """Act for persons on LINE."""
