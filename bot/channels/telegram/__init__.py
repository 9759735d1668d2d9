"""Telegram: turns updates into what the core understands and its answers into Bot API calls; decides nothing."""

from bot.channels.telegram.channel import Telegram

__all__ = ["Telegram"]
