"""A strict Telegram Bot API on this machine: plays the platform for a bot under test, and imports nothing of that bot."""
