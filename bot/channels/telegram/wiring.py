"""How the bot stands at Telegram (who it is, webhook, commands, texts), for `connect` and `doctor`; sends nothing."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from telegram import Bot, MenuButtonCommands
from telegram.error import TelegramError

from bot.channels.telegram import limits
from bot.channels.telegram.outcomes import outcome_of

P = ParamSpec("P")
R = TypeVar("R")


class WiringError(Exception):
    """Telegram did not do what staff asked; the words are for staff and hold no secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BotFacts:
    """Who the bot is (API, User). ``reads_whole_groups``: privacy mode is off, it sees all that is said in groups."""

    bot_id: int
    username: str
    name: str
    joins_groups: bool
    reads_whole_groups: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookFacts:
    """How the webhook stands (API, WebhookInfo): ``url`` is "" without one; ``pending`` updates wait."""

    url: str
    pending: int
    max_connections: int | None
    allowed_updates: tuple[str, ...]
    last_error: str
    last_error_at: datetime | None


def _for_staff(
    method: "Callable[Concatenate[Wiring, P], Awaitable[R]]",
) -> "Callable[Concatenate[Wiring, P], Awaitable[R]]":
    """Bound one look-up or change by the deadline, and turn what fails into words without a token."""

    @wraps(method)
    async def bounded(self: "Wiring", /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            async with asyncio.timeout(self.deadline):
                return await method(self, *args, **kwargs)
        except TimeoutError:
            raise WiringError(f"Telegram gave no whole answer in {self.deadline:g} s") from None
        except (TelegramError, KeyError, TypeError) as error:  # the last two: an answer not as documented
            raise WiringError(outcome_of(error).detail) from None

    return bounded


class Wiring:
    """Look-ups and changes that staff ask for; every change first looks whether it is needed."""

    def __init__(self, bot: Bot, webhook_secret: str, deadline: float) -> None:
        self._bot = bot
        self._secret = webhook_secret
        self.deadline = deadline * 3  # a change of several languages is several calls

    @_for_staff
    async def me(self) -> BotFacts:
        """Ask who the bot is: the cheapest proof that the token works (API, getMe)."""
        user = await self._bot.get_me()
        return BotFacts(
            bot_id=user.id,
            username=user.username or "",
            name=user.first_name,
            joins_groups=bool(user.can_join_groups),
            reads_whole_groups=bool(user.can_read_all_group_messages),
        )

    @_for_staff
    async def webhook(self) -> WebhookFacts:
        """Ask how the webhook stands (API, getWebhookInfo)."""
        return await self._webhook()

    @_for_staff
    async def set_webhook(self, url: str) -> bool:
        """Set the webhook where it differs, and tell whether it did (API, setWebhook: https, port 443, 80, 88, 8443).

        The secret cannot be read back, so a webhook on which deliveries failed is set anew: that heals a changed one.
        """
        there = await self._webhook()
        wanted = (url, limits.WEBHOOK_CONNECTIONS, set(limits.ALLOWED_UPDATES))
        if (there.url, there.max_connections, set(there.allowed_updates)) == wanted and not there.last_error:
            return False
        await self._bot.set_webhook(
            url,
            max_connections=limits.WEBHOOK_CONNECTIONS,
            allowed_updates=limits.ALLOWED_UPDATES,
            secret_token=self._secret,
        )
        return True

    @_for_staff
    async def delete_webhook(self) -> bool:
        """Delete the webhook if there is one, keeping what waits in it, and tell whether there was one."""
        if not (await self._webhook()).url:
            return False
        await self._bot.delete_webhook(drop_pending_updates=False)
        return True

    @_for_staff
    async def set_commands(self, commands: Mapping[str, Mapping[str, str]]) -> tuple[str, ...]:
        """Set the command menu: language ("" for all others) to command to description; give the languages changed.

        Raises ValueError for what Telegram would refuse (API, setMyCommands, BotCommand).
        """
        for menu in commands.values():
            _check_menu(menu)
        changed = []
        for language, menu in commands.items():
            there = await self._bot.get_my_commands(language_code=language)
            if [(command.command, command.description) for command in there] != list(menu.items()):
                await self._bot.set_my_commands(list(menu.items()), language_code=language)
                changed.append(language)
        return tuple(changed)

    @_for_staff
    async def show_commands(self) -> bool:
        """Make the menu button of private chats open the commands; tell whether it did not (API, setChatMenuButton)."""
        if isinstance(await self._bot.get_chat_menu_button(), MenuButtonCommands):
            return False
        await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        return True

    @_for_staff
    async def set_descriptions(self, long: Mapping[str, str], short: Mapping[str, str]) -> tuple[str, ...]:
        """Set what stands before the first Start and on the profile, by language; give the languages changed.

        Raises ValueError for a text over 512 or 120 characters (API, setMyDescription, setMyShortDescription).
        """
        _check_lengths(long, limits.DESCRIPTION)
        _check_lengths(short, limits.SHORT_DESCRIPTION)
        changed = []
        for language, text in long.items():
            if (await self._bot.get_my_description(language)).description != text:
                await self._bot.set_my_description(text, language)
                changed.append(language)
        for language, text in short.items():
            if (await self._bot.get_my_short_description(language)).short_description != text:
                await self._bot.set_my_short_description(text, language)
                changed.append(language)
        return tuple(dict.fromkeys(changed))

    async def _webhook(self) -> WebhookFacts:
        info = await self._bot.get_webhook_info()
        return WebhookFacts(
            url=info.url,
            pending=info.pending_update_count,
            max_connections=info.max_connections,
            allowed_updates=tuple(info.allowed_updates or ()),
            last_error=info.last_error_message or "",
            last_error_at=info.last_error_date,
        )


def _check_menu(menu: Mapping[str, str]) -> None:
    if len(menu) > limits.COMMANDS:
        raise ValueError(f"{len(menu)} commands: Telegram takes {limits.COMMANDS}")
    for command, description in menu.items():
        if not re.fullmatch(limits.COMMAND_PATTERN, command):
            raise ValueError(f"a command is 1 to 32 of a-z 0-9 _: {command!r}")
        if not 1 <= len(description) <= limits.COMMAND_DESCRIPTION:
            raise ValueError(f"1 to {limits.COMMAND_DESCRIPTION} characters describe a command: /{command}")


def _check_lengths(texts: Mapping[str, str], longest: int) -> None:
    for language, text in texts.items():
        if len(text) > longest:
            raise ValueError(f"over {longest} characters in language {language!r}")
