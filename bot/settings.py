"""Every setting: read once from the environment or ``.env``, checked, frozen. Starts nothing."""

import ipaddress
import re
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

HOW_TO_MEND = "Set it in the environment or in the file .env; .env.example explains each setting."


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which, what is wrong and how to mend it, never its value."""


class Role(StrEnum):
    """What a process does; one process usually does all."""

    WEB = "web"
    WORKER = "worker"
    TICKER = "ticker"


class Settings(BaseSettings):
    """The settings by their names in the environment (in lower case here). Secrets never print."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8-sig", extra="ignore", frozen=True)

    database_url: str = ""
    data_dir: Path = Path("data")
    secret_key: SecretStr = SecretStr("")
    programme_file: Path = Path("programmes/kitaq.toml")
    line_channel_id: str = ""
    line_channel_secret: SecretStr = SecretStr("")
    line_channel_access_token: SecretStr = SecretStr("")
    line_api_url: str = ""
    line_plan: Literal["communication", "light", "standard", "municipal"] = "communication"
    telegram_bot_token: SecretStr = SecretStr("")
    telegram_api_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_mode: Literal["webhook", "polling"] = "webhook"
    telegram_channel: str = ""
    telegram_rate: Annotated[int, Field(ge=1, le=1000)] = 30
    public_url: str = ""
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    roles: Annotated[frozenset[Role], NoDecode] = frozenset(Role)
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = ()
    metrics_token: SecretStr = SecretStr("")
    mail_url: SecretStr = SecretStr("")
    mail_from: str = ""
    alert_to: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_second_factor: Annotated[tuple[str, ...], NoDecode] = ()
    sandbox: Literal["auto", "on", "off"] = "auto"

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, value: str) -> str:
        if value and not re.match(r"sqlite:///.|postgres(ql)?(\+psycopg)?://", value):
            raise ValueError("must start with sqlite:/// (three slashes and a path) or postgresql://")
        return value

    @field_validator("roles", "trusted_proxies", "oidc_second_factor", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @field_validator("roles")
    @classmethod
    def _some_role(cls, value: frozenset[Role]) -> frozenset[Role]:
        return value or frozenset(Role)

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ipaddress.ip_network(network)
            except ValueError:
                raise ValueError("must be addresses or networks such as 127.0.0.1, 10.0.0.0/8") from None
        return value

    @field_validator("public_url")
    @classmethod
    def _https(cls, value: str) -> str:
        if value and urlsplit(value).scheme != "https":
            raise ValueError("must start with https:// (the platforms call nothing else)")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _directory(cls, value: str) -> str:
        if value and not re.match(r"https://[^/]|http://(127\.0\.0\.1|localhost)\b", value):
            raise ValueError("must start with https:// and be written just as the directory writes it")
        return value

    @field_validator("oidc_second_factor")
    @classmethod
    def _signs(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.match(r"(amr|acr):.", sign) for sign in value):
            raise ValueError("must be signs such as amr:mfa or acr:…, with commas between them")
        return value

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"\d+:[A-Za-z0-9_-]{10,}", value.get_secret_value()):
            raise ValueError("must look like 123456:ABC-DEF…, as BotFather gave it")
        return value

    @field_validator("mail_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.match(r"smtps?://[^/]+$", value.get_secret_value()):
            raise ValueError("must look like smtps://user:password@mail.example.jp:465 or smtp://mail.example.jp:587")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _webhook_secret(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("must be 1 to 256 of A-Z a-z 0-9 _ -")
        return value

    @property
    def effective_database_url(self) -> str:
        """The database's address: a SQLite file in the data folder unless one is set."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'bot.sqlite'}"
        return re.sub(r"^postgres(ql)?://", "postgresql+psycopg://", url)

    @property
    def has_line(self) -> bool:
        """Tell whether LINE is switched on."""
        return bool(self.line_channel_secret.get_secret_value())

    @property
    def has_telegram(self) -> bool:
        """Tell whether Telegram is switched on."""
        return bool(self.telegram_bot_token.get_secret_value())

    @property
    def is_loopback(self) -> bool:
        """Tell whether only this machine can reach the web server."""
        return self.host in ("127.0.0.1", "localhost", "::1")

    @property
    def alert_names(self) -> tuple[str, ...]:
        """The names in ALERT_TO, in their order."""
        return tuple(dict.fromkeys(name.strip() for name in self.alert_to.split(",") if name.strip()))

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret's value, for the logs to mask."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return tuple(v.get_secret_value() for v in values if isinstance(v, SecretStr) and v.get_secret_value())


def read(**overrides: Any) -> Settings:
    """Read and check every setting; SettingsError names all that are wrong at once."""
    try:
        settings, problems = Settings(**overrides), {}
    except ValidationError as error:
        problems = {str(e["loc"][0]): e["msg"].removeprefix("Value error, ") for e in error.errors()}
        defaults = {name: field.default for name, field in Settings.model_fields.items() if name in problems}
        settings = Settings(**{**overrides, **defaults})
    except UnicodeDecodeError:
        raise SettingsError(".env: is not UTF-8 (perhaps Shift_JIS): save the file as UTF-8") from None
    lines = [f"{name.upper()}: {words}" for name, words in problems.items()]
    lines += [line for line in _missing(settings) if line.partition(":")[0].lower() not in problems]
    if lines:
        raise SettingsError("\n".join([*lines, HOW_TO_MEND]))
    return settings


def suggest(name: str) -> str:
    """Say which setting a misspelt name may mean."""
    close = get_close_matches(name.lower(), Settings.model_fields, n=1)
    return f"did you mean {close[0].upper()}?" if close else "take the line away; .env.example names every setting"


def _missing(settings: Settings) -> "list[str]":
    """List what a channel that is switched on still lacks."""
    problems = []
    has_tokens = bool(settings.line_channel_access_token.get_secret_value() or settings.line_channel_id)
    if settings.has_line and not has_tokens:
        problems.append("LINE_CHANNEL_ACCESS_TOKEN: is missing (or set LINE_CHANNEL_ID, to use short-lived tokens)")
    if settings.line_channel_access_token.get_secret_value() and not settings.has_line:
        problems.append("LINE_CHANNEL_SECRET: is missing (LINE Developers console, tab Basic settings)")
    if settings.mail_url.get_secret_value() and "@" not in settings.mail_from:
        problems.append("MAIL_FROM: is missing: the address that e-mails to approvers come from")
    if settings.oidc_issuer and not (settings.oidc_client_id and settings.oidc_client_secret.get_secret_value()):
        problems.append("OIDC_CLIENT_ID, OIDC_CLIENT_SECRET: are missing: what the directory gave for this bot")
    by_webhook = settings.has_telegram and settings.telegram_mode == "webhook"
    if by_webhook and not settings.telegram_webhook_secret.get_secret_value():
        problems.append("TELEGRAM_WEBHOOK_SECRET: is missing (choose any; or set TELEGRAM_MODE=polling)")
    if (by_webhook or settings.has_line) and not settings.public_url and settings.is_loopback:
        problems.append("PUBLIC_URL: is missing: the https address under which the platforms reach this bot")
    return problems


def programme_path() -> Path:
    """Give PROGRAMME_FILE alone, for commands that need no other setting."""
    return Settings().programme_file
