"""Prints the link that lets somebody at the desk in; reads the key only, and may run beside the bot."""

import typer

from bot import wiring
from bot.settings import Settings, SettingsError
from bot.web.staff import entrance
from storage.clock import real_now


def run(settings: Settings, name: str) -> None:
    """Print the link; SettingsError where the bot has no key yet, or the name is none."""
    has_key = settings.secret_key.get_secret_value() or (settings.data_dir / "secret.key").exists()
    if not has_key:
        raise SettingsError(
            f"SECRET_KEY: there is none in {settings.data_dir} yet; the first start of the bot makes it"
        )
    try:
        path = entrance.entry_path(wiring.secret_key(settings), name, real_now())
    except ValueError as error:
        raise SettingsError(f"--name: {error}") from None
    minutes = int(entrance.LINK_LIFE.total_seconds() // 60)
    typer.echo(f"{settings.public_url or f'http://{settings.host}:{settings.port}'}{path}")
    typer.echo(f"Open it within {minutes} minutes, in the browser of the phone or computer at the desk.", err=True)
