"""Prints the links that let staff in: volunteers to the door, others to an account. May run beside the bot."""

import typer

from bot import wiring
from bot.broadcasting import desk as errands
from bot.broadcasting.office import Errand, ErrandRefusedError
from bot.settings import Settings, SettingsError
from bot.web.staff import entrance
from handlers.rules.signing_in import LINK_LIFE as ACCOUNT_LINK_LIFE
from handlers.staffing import ROLES
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
    typer.echo(f"{_home(settings)}{path}")
    typer.echo(f"Open it within {minutes} minutes, in the browser of the phone or computer at the desk.", err=True)


def invite(settings: Settings, name: str, role: str, by: str) -> None:
    """Print the one-time link of an account; SettingsError for a wrong name or role, or where the bot never started."""
    if role not in ROLES:
        raise SettingsError(f"--role: is one of {', '.join(ROLES)}")
    try:
        checked = entrance.checked_name(name)
    except ValueError as error:
        raise SettingsError(f"NAME: {error}") from None
    try:
        path, done = errands.run(settings, Errand(act="staff", by=by, name=checked, role=role))
    except ErrandRefusedError as error:
        raise SettingsError(f"NAME: {error}") from None
    typer.echo(f"{_home(settings)}{path}")
    hours = int(ACCOUNT_LINK_LIFE.total_seconds() // 3600)
    typer.echo(f"{checked} is {done}. The link works once, within {hours} hours; hand it over in person.", err=True)


def _home(settings: Settings) -> str:
    return settings.public_url or f"http://{settings.host}:{settings.port}"
