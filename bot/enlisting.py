"""Prints the word by which somebody named in ALERT_TO is told of trouble; reads the key only, beside a running bot."""

import hashlib
import hmac

import typer

from bot import wiring
from bot.settings import Settings, SettingsError
from handlers import alerting
from storage.clock import real_now


def run(settings: Settings, name: str) -> None:
    """Print the word; SettingsError where the bot has no key yet, or ALERT_TO does not name this person."""
    has_key = settings.secret_key.get_secret_value() or (settings.data_dir / "secret.key").exists()
    if not has_key:
        raise SettingsError(
            f"SECRET_KEY: there is none in {settings.data_dir} yet; the first start of the bot makes it"
        )
    if name not in settings.alert_names:
        raise SettingsError(f"ALERT_TO: does not name {name!r}; add it (ALERT_TO=name,name) and restart the bot first")
    secret = wiring.secret_key(settings)
    word = alerting.make_word(lambda words: keyed_hash(secret, words), name, real_now() + alerting.WORD_LIFE)
    minutes = int(alerting.WORD_LIFE.total_seconds() // 60)
    typer.echo(word)
    typer.echo(
        f"{name} sends this word to the bot within {minutes} minutes, on LINE or Telegram. It works once: "
        "make another for the same person's other platform, so that a halted channel can be told over the other.",
        err=True,
    )


def keyed_hash(secret: bytes, words: str) -> str:
    """Hash words as the running bot does."""
    return hmac.new(secret, words.encode(), hashlib.sha256).hexdigest()
