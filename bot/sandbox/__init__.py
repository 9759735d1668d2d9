"""A strict LINE and a strict Telegram on this machine, and two phones in a browser; imports nothing of ours."""
