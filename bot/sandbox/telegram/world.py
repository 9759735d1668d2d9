"""Remembers persons, chats and messages, and shows each as the Bot API's objects; refuses what does not exist."""

import hashlib
import itertools
import re
import time
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import RefusedError, bad_request, forbidden
from bot.sandbox.telegram.files import Files

Json = dict[str, Any]
CHAT_ID = re.compile(r"-?[0-9]{1,16}")  # manual: at most 52 significant bits


@dataclass
class Person:
    """A Telegram user; `started` once the private chat with the bot exists."""

    id: int
    name: str
    language: str = ""
    started: bool = False
    blocked: bool = False
    deactivated: bool = False

    def shown(self) -> Json:
        """Return the User object; `language_code` is optional there and given only if known."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.name}
        if self.language:
            user["language_code"] = self.language
        return user


@dataclass
class Chat:
    """A chat; `bot` is the bot's own status in it (manual, ChatMember.status)."""

    id: int
    kind: str
    title: str
    username: str = ""
    members: set[int] = field(default_factory=set)
    bot: str = "member"
    upgraded_to: int = 0
    typing_until: float = 0.0

    @property
    def private(self) -> bool:
        """Tell whether this is the chat of one person and the bot."""
        return self.kind == "private"

    @property
    def instance(self) -> str:
        """Return `chat_instance`: the same for all presses in one chat."""
        return str(int.from_bytes(hashlib.sha256(str(self.id).encode()).digest()[:8], "big", signed=True))

    def shown(self) -> Json:
        """Return the Chat object."""
        if self.private:
            return {"id": self.id, "type": "private", "first_name": self.title}
        chat = {"id": self.id, "type": self.kind, "title": self.title}
        return {**chat, "username": self.username} if self.username else chat


@dataclass
class Message:
    """A message; `media` holds what is not text, as its Message fields; `sender` is 0 for the bot."""

    id: int
    chat: Chat
    sender: int
    at: float
    text: str = ""
    entities: list[Json] = field(default_factory=list)
    markup: Json | None = None
    media: Json = field(default_factory=dict)
    reply_to: "Message | None" = None
    edited: float = 0.0
    protected: bool = False
    silent: bool = False
    toast: Json | None = None  # the last answer to a press on it, as the phone shows it


@dataclass
class Press:
    """A callback query waiting for its answer."""

    id: str
    person: int
    message: Message
    at: float
    answered: bool = False


class World:
    """Everything Telegram knows of one bot, in memory; runs in one event loop, so needs no lock."""

    def __init__(self, token: str):
        self.token = token
        self.bot_id = int(token.partition(":")[0])
        self.username, self.name = "sandbox_city_bot", "Sandbox bot"
        self.reads_groups = False  # privacy mode is on by default (features)
        self.persons: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self._messages: dict[int, dict[int, Message]] = {}
        self.presses: dict[str, Press] = {}
        self.files = Files()
        self._person_ids = itertools.count(700_000_001)
        self._chat_ids = itertools.count(1)
        self._message_ids: dict[int, itertools.count[int]] = {}

    def me(self) -> Json:
        """Return the bot's own User object."""
        return {"id": self.bot_id, "is_bot": True, "first_name": self.name, "username": self.username}

    def add_person(self, name: str, language: str) -> Person:
        """Make a person who has not pressed Start yet."""
        person = Person(next(self._person_ids), name, language)
        self.persons[person.id] = person
        self.chats[person.id] = Chat(person.id, "private", name, members={person.id})
        return person

    def add_chat(self, kind: str, title: str, username: str = "") -> Chat:
        """Make a group, supergroup or channel that the bot is in; in a channel as administrator."""
        number = next(self._chat_ids)
        chat = Chat(-number if kind == "group" else -1_000_000_000_000 - number, kind, title, username)
        chat.bot = "administrator" if kind == "channel" else "member"
        self.chats[chat.id] = chat
        return chat

    def person(self, person_id: int) -> Person:
        """Return a person; raise KeyError for nobody."""
        return self.persons[person_id]

    def find_chat(self, chat_id: str) -> Chat:
        """Return the chat of a `chat_id` or `@name` the bot can see; raise RefusedError."""
        wanted = chat_id.strip()
        if not wanted:
            raise bad_request("chat_id is empty")
        if wanted.startswith("@"):
            named = (chat for chat in self.chats.values() if chat.username.lower() == wanted[1:].lower())
            found = next(named, None)
        else:
            found = self.chats.get(int(wanted)) if CHAT_ID.fullmatch(wanted) else None
        if found is None:
            raise bad_request("chat not found")
        return found

    def writable_chat(self, chat_id: str) -> Chat:
        """Return a chat the bot may write to now; raise RefusedError with the reason it may not."""
        chat = self.find_chat(chat_id)
        if chat.private:
            self._check_person(self.persons[chat.id])
            return chat
        if chat.upgraded_to:
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            raise RefusedError(400, words, {"migrate_to_chat_id": chat.upgraded_to})
        if chat.bot == "kicked":
            raise forbidden(f"bot was kicked from the {chat.kind} chat")
        if chat.bot == "left":
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        if chat.kind == "channel" and chat.bot != "administrator":
            raise bad_request("need administrator rights in the channel chat")
        return chat

    def _check_person(self, person: Person) -> None:
        if person.deactivated:
            raise forbidden("user is deactivated")
        if person.blocked:
            raise forbidden("bot was blocked by the user")
        if not person.started:
            raise forbidden("bot can't initiate conversation with a user")

    def add_message(self, chat: Chat, sender: int, **more: Any) -> Message:
        """Store a message under its chat's next id and end the typing sign."""
        message = Message(self._next_id(chat), chat, sender, time.time(), **more)
        self._messages.setdefault(chat.id, {})[message.id] = message
        if sender == 0:
            chat.typing_until = 0.0
        return message

    def _next_id(self, chat: Chat) -> int:
        # private chats and small groups share one counter of the account, the others have their own
        counter = chat.id if chat.kind in ("supergroup", "channel") else 0
        return next(self._message_ids.setdefault(counter, itertools.count(1)))

    def in_chat(self, chat: Chat) -> list[Message]:
        """Return a chat's messages, oldest first."""
        return list(self._messages.get(chat.id, {}).values())

    def message(self, chat: Chat, number: int) -> Message | None:
        """Return a message of a chat, None for one that is not or no longer there."""
        return self._messages.get(chat.id, {}).get(number)

    def forget(self, message: Message) -> None:
        """Delete a message for everyone."""
        del self._messages[message.chat.id][message.id]

    def show(self, message: Message, *, deep: bool = True) -> Json:
        """Return the Message object; a reply shows the message replied to, but not that one's."""
        shown: Json = {"message_id": message.id, "date": int(message.at), "chat": message.chat.shown()}
        if message.chat.kind == "channel":
            shown["sender_chat"] = message.chat.shown()
        else:
            shown["from"] = self.persons[message.sender].shown() if message.sender else self.me()
        words = ("caption", "caption_entities") if message.media else ("text", "entities")
        shown |= message.media
        for name, value in zip(words, (message.text, message.entities), strict=True):
            if value:
                shown[name] = value
        if message.markup and "inline_keyboard" in message.markup:
            shown["reply_markup"] = message.markup
        if message.edited:
            shown["edit_date"] = int(message.edited)
        if message.protected:
            shown["has_protected_content"] = True
        if deep and message.reply_to:
            shown["reply_to_message"] = self.show(message.reply_to, deep=False)
        return shown

    def photo_sizes(self, file_id: str) -> list[Json]:
        """Return the PhotoSize list of a stored picture."""
        file = self.files.get(file_id)
        return [
            {
                "file_id": file.id,
                "file_unique_id": file.unique_id,
                "width": file.width,
                "height": file.height,
                "file_size": len(file.content),
            }
        ]

    def is_typing(self, chat: Chat) -> bool:
        """Tell whether the phone shows that the bot is writing."""
        return time.monotonic() < chat.typing_until

    def set_typing(self, chat: Chat) -> None:
        """Show the sign for its five seconds."""
        chat.typing_until = time.monotonic() + limits.TYPING_SECONDS
