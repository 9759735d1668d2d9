"""Plays the Telegram Bot API, strictly; the manual's page or the server's behaviour stands beside each limit."""

from bot.sandbox.telegram.hands import TelegramHands
from bot.sandbox.telegram.platform import TelegramPlatform

__all__ = ["TelegramHands", "TelegramPlatform"]
