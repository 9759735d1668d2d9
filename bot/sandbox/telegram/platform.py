"""Puts the parts of the played Telegram together and offers them to the control API; may not hold a limit itself."""

import asyncio
import time
from contextlib import suppress
from typing import Any

from aiohttp import ClientError, web

from bot.sandbox.calls import CallLog, Changes
from bot.sandbox.faults import Faults
from bot.sandbox.platform import Json, Settings, WishError
from bot.sandbox.telegram import limits, webhook
from bot.sandbox.telegram.api import Api
from bot.sandbox.telegram.control import Control
from bot.sandbox.telegram.errors import RefusedError
from bot.sandbox.telegram.fetching import Fetching
from bot.sandbox.telegram.people import People
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.screen import screen, who
from bot.sandbox.telegram.sending import Sending
from bot.sandbox.telegram.updates import Pending, Updates
from bot.sandbox.telegram.world import CHAT_ID, Chat, World

ACT_WAITS = 20.0  # seconds
STATUSES = ("member", "administrator", "kicked", "left")


class TelegramPlatform:
    """Play Telegram for one bot."""

    name = "telegram"

    def __init__(self, calls: CallLog, faults: Faults, changes: Changes, settings: Settings) -> None:
        self._changes, self._settings = changes, settings
        self.timing, self.pace = limits.Timing(), limits.Pace()
        self.world = World(settings.telegram_token)
        if settings.telegram_channel:
            self.add_chat("channel", settings.account_name or "channel", settings.telegram_channel)
        self.updates = Updates(self.timing)
        self.profile = Profile(self.world)
        self.persons = People(self.world, self.updates, self._changed)
        fetching = Fetching(self.world.files, settings.real)
        sending = Sending(self.world, self.pace, self.timing, self._changed, fetching)
        methods = {**self.profile.methods(), **sending.methods()}
        self.api = Api(self.world, self.updates, calls, faults, methods)
        stand_in = settings.public_url.rstrip("/"), settings.public_url_is.rstrip("/")
        self.deliveries = webhook.Webhook(self.updates, self.timing, stand_in, self.api.call_in_answer)
        self.api.receive(self.deliveries)

    def routes(self) -> list[web.RouteDef]:
        """Return the Bot API's endpoints and the control endpoints only Telegram has."""
        return [*self.api.routes(), *Control(self).routes()]

    async def start(self) -> None:
        """Open the webhook's client and set the address of the settings."""
        await self.deliveries.start()
        if self._settings.telegram_webhook:
            self.set_webhook(self._settings.telegram_webhook, self._settings.telegram_secret, False)

    async def close(self) -> None:
        """Stop deliveries and polls."""
        self.updates.stop_poll("the sandbox stops")
        await self.deliveries.close()

    def _changed(self, chat: Chat) -> None:
        self._changes.note(f"telegram:{chat.id}")

    def add_person(self, name: str, language: str) -> int:
        """Make a person who has not pressed Start; an empty language is one the app does not tell."""
        person = self.world.add_person(name, language)
        self._changed(self.world.chats[person.id])
        return person.id

    def add_chat(self, kind: str, title: str, username: str = "") -> int:
        """Make a group, supergroup or channel and return its id."""
        if kind not in ("group", "supergroup", "channel"):
            raise WishError("type must be group, supergroup or channel")
        return self.world.add_chat(kind, title, username.removeprefix("@")).id

    def upgrade(self, chat_id: int) -> int:
        """Turn a group into a supergroup and return the new id; both sides are told (manual, Message)."""
        old = self.chat(chat_id)
        new = self.world.add_chat("supergroup", old.title)
        old.upgraded_to, new.members = new.id, set(old.members)
        self.persons.tell_upgrade(old, new)
        return new.id

    def deactivate(self, person: int) -> None:
        """Delete a person's account, as Telegram does after long silence or on request."""
        self.world.persons[self.chat(person).id].deactivated = True

    def people(self) -> list[Json]:
        """Return all persons."""
        return [who(self.world, self.world.chats[person]) for person in self.world.persons]

    def chat(self, chat_id: str | int) -> Chat:
        """Return a person's chat, a group or a channel; raise WishError for none."""
        text = str(chat_id)
        found = self.world.chats.get(int(text)) if CHAT_ID.fullmatch(text) else None
        if found is None:
            raise WishError("no such person or chat", 404)
        return found

    def screen(self, person: str) -> Json:
        """Return what the phone of a person, or a group's or channel's page, shows."""
        return screen(self.world, self.profile, self.chat(person))

    async def act(self, person: str, wish: Json) -> Json:
        """Let a person act; wait for the webhook's first answer unless `wait` is false."""
        return await self._delivered(self.persons.act(self.chat(person).id, wish), wish.get("wait", True))

    async def _delivered(self, pending: Pending | None, wait: bool) -> Json:
        nothing: Json = {"status": None, "ms": None}
        if pending is None:
            return {"event": None, "delivery": nothing}
        if wait and self.deliveries.target.url:
            # an update behind one that is being retried may take long
            with suppress(TimeoutError):
                return {
                    "event": pending.body,
                    "delivery": await asyncio.wait_for(asyncio.shield(pending.tried), ACT_WAITS),
                }
        return {"event": pending.body, "delivery": nothing}

    def set_webhook(self, url: str, secret: str | None, redelivery: bool) -> None:
        """Say where updates go, without the pace setWebhook is held to; empty stops them."""
        try:
            if url:
                webhook.check_url(url)
            webhook.check_secret(secret or "")
        except RefusedError as refused:
            raise WishError(refused.description) from refused
        kept = self.deliveries.target.secret if secret is None else secret
        self.deliveries.set(webhook.Target(url, kept))

    def webhook(self) -> Json:
        """Return WebhookInfo and how deliveries went."""
        return {**self.deliveries.info(), **vars(self.deliveries.statistics)}

    def totals(self) -> Json:
        """Return the number of calls and of messages sent."""
        return {"calls": self.api.called, "messages": self.api.sent}

    async def deliver(self, update: Json, secret: str = "good") -> Json:  # noqa: S107 - names a kind of secret
        """Post any update to the webhook once, as it is, with the right, a wrong or no secret."""
        secrets = {"good": self.deliveries.target.secret, "bad": "wrong-secret", "missing": ""}
        if secret not in secrets or not self.deliveries.target.url:
            raise WishError("secret must be good, bad or missing, and a webhook must be set")
        update = {"update_id": self.updates.next_id(), **update}
        started = time.monotonic()
        try:
            status, _, _ = await self.deliveries.post(update, secrets[secret])
        except (ClientError, TimeoutError, OSError) as error:
            raise WishError(f"the webhook does not answer: {error}", 502) from error
        took = (time.monotonic() - started) * 1000
        return {"event": update, "delivery": {"status": status, "ms": round(took, 1)}}

    def age(self, chat_id: int, message_id: int, seconds: float) -> None:
        """Make a message older, for the 48 hours of deleteMessage."""
        message = self.world.message(self.chat(chat_id), message_id)
        if message is None:
            raise WishError("no such message", 404)
        message.at -= seconds

    def set_limits(self, **wish: Any) -> None:
        """Set the pace (see Pace.set) and the timing (see Timing) from one mapping."""
        timing = {name: wish.pop(name) for name in list(wish) if name in vars(self.timing)}
        vars(self.timing).update(timing)
        try:
            if wish:
                self.pace.set(**wish)
        except TypeError as error:
            raise WishError(str(error)) from error

    async def bot_status(self, chat_id: str | int, status: str, by: int | None = None) -> Json:
        """Make the bot member, administrator, kicked or left in a group or channel."""
        chat = self.chat(chat_id)
        if status not in STATUSES or chat.private:
            raise WishError("status must be member, administrator, kicked or left, in a group or channel")
        person = self.world.persons.get(by or 0) or next(iter(self.world.persons.values()), None)
        if person is None:
            raise WishError("there is nobody yet to do that")
        return await self._delivered(self.persons.set_bot_status(person, chat, status), True)
