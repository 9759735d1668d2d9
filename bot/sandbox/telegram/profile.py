"""Plays the methods about the bot itself, its chats and its files; sends no message.

Each method: core.telegram.org/bots/api, the section of the same name.
"""

import re
from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import limits
from bot.sandbox.telegram.errors import RefusedError, bad_request
from bot.sandbox.telegram.keyboards import check_https
from bot.sandbox.telegram.parameters import Parameters
from bot.sandbox.telegram.world import Json, World

COMMAND = re.compile(r"[a-z0-9_]+")
LANGUAGE = re.compile(r"(?:[a-z]{2})?")
WIDE_SCOPES = frozenset({"default", "all_private_chats", "all_group_chats", "all_chat_administrators"})
CHAT_SCOPES = frozenset({"chat", "chat_administrators", "chat_member"})
GIFTS = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
Scope = tuple[str, int, int]


class Profile:
    """Keep what the bot says about itself, per language and scope."""

    def __init__(self, world: World):
        self._world = world
        self.commands: dict[tuple[Scope, str], list[Json]] = {}
        self.words: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int, Json] = {}

    def methods(self) -> dict[str, Callable[[Parameters], Any]]:
        """Return the methods by their names."""
        texts = {
            "name": limits.NAME_CHARACTERS,
            "description": limits.DESCRIPTION_CHARACTERS,
            "short_description": limits.SHORT_DESCRIPTION_CHARACTERS,
        }
        methods: dict[str, Callable[[Parameters], Any]] = {
            "getMe": self.get_me,
            "setMyCommands": self.set_my_commands,
            "getMyCommands": self.get_my_commands,
            "deleteMyCommands": self.delete_my_commands,
            "setChatMenuButton": self.set_chat_menu_button,
            "getChatMenuButton": self.get_chat_menu_button,
            "getChat": self.get_chat,
            "getChatMemberCount": self.get_chat_member_count,
            "getFile": self.get_file,
        }
        for field, most in texts.items():
            name = field.title().replace("_", "")
            methods[f"setMy{name}"] = self._setter(field, most)
            methods[f"getMy{name}"] = self._getter(field)
        return methods

    def get_me(self, _: Parameters) -> Json:
        """Return the bot's own User object with what only getMe tells."""
        return {
            **self._world.me(),
            "can_join_groups": True,
            "can_read_all_group_messages": self._world.reads_groups,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }

    def _scope(self, given: Parameters) -> Scope:
        wanted = given.object("scope", "BotCommandScope") or {"type": "default"}
        kind = wanted.get("type")
        if isinstance(kind, str) and kind in WIDE_SCOPES:
            return str(kind), 0, 0
        if not isinstance(kind, str) or kind not in CHAT_SCOPES:
            raise bad_request("can't parse BotCommandScope: unsupported type specified")
        chat = self._world.find_chat(str(wanted.get("chat_id", "")))
        if chat.kind == "channel" or (chat.private and kind != "chat"):
            raise bad_request(f"can't use specified scope in {chat.kind} chats")
        user = wanted.get("user_id") if kind == "chat_member" else 0
        if not isinstance(user, int) or (kind == "chat_member" and user <= 0):
            raise bad_request("can't parse BotCommandScope: invalid user_id specified")
        return str(kind), chat.id, user

    def set_my_commands(self, given: Parameters) -> bool:
        """Set at most 100 commands for a scope and a language."""
        commands = [_command(value) for value in given.objects("commands", "commands")]
        key = self._scope(given), _language(given)
        if len(commands) > limits.COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self.commands[key] = commands
        return True

    def get_my_commands(self, given: Parameters) -> list[Json]:
        """Return the commands set for exactly this scope and language."""
        return self.commands.get((self._scope(given), _language(given)), [])

    def delete_my_commands(self, given: Parameters) -> bool:
        """Forget the commands of exactly this scope and language."""
        self.commands.pop((self._scope(given), _language(given)), None)
        return True

    def commands_for(self, person: int, language: str) -> list[Json]:
        """Return what the phone of a person shows: the nearest scope first (manual, BotCommandScope)."""
        for scope in (("chat", person, 0), ("all_private_chats", 0, 0), ("default", 0, 0)):
            for code in (language[:2], ""):
                if (scope, code) in self.commands:
                    return self.commands[scope, code]
        return []

    def _setter(self, field: str, most: int) -> Callable[[Parameters], bool]:
        def set_words(given: Parameters) -> bool:
            words = given.text(field).strip()
            if len(words) > most:
                raise bad_request(f"{field.replace('_', ' ')} is too long")  # wording not verified
            key = field, _language(given)
            self.words[key] = words
            if key == ("name", "") and words:
                self._world.name = words
            return True

        return set_words

    def _getter(self, field: str) -> Callable[[Parameters], Json]:
        def get_words(given: Parameters) -> Json:
            found = self.words.get((field, _language(given))) or self.words.get((field, ""), "")
            return {field: found or (self._world.name if field == "name" else "")}

        return get_words

    def set_chat_menu_button(self, given: Parameters) -> bool:
        """Set the menu button of one private chat, or of all when no chat is named."""
        button = given.object("menu_button", "MenuButton") or {"type": "default"}
        kind = button.get("type")
        if kind not in ("commands", "web_app", "default"):
            raise bad_request("can't parse MenuButton: unsupported type specified")
        if kind == "web_app":
            if not str(button.get("text", "")).strip():
                raise bad_request("menu button text must be non-empty")
            check_https(button.get("web_app"), "menu button Web App URL")
        self.menu_buttons[self._private(given)] = button
        return True

    def get_chat_menu_button(self, given: Parameters) -> Json:
        """Return the menu button of one private chat, or the one for all."""
        return self.menu_button(self._private(given))

    def menu_button(self, chat: int) -> Json:
        """Return the button a chat shows; where nothing was set, the commands."""
        button = self.menu_buttons.get(chat, {"type": "default"})
        if button["type"] == "default" and chat:
            return self.menu_button(0)
        return {"type": "commands"} if button["type"] == "default" else button

    def _private(self, given: Parameters) -> int:
        if not given.text("chat_id"):
            return 0
        chat = self._world.find_chat(given.text("chat_id"))
        if not chat.private:
            raise bad_request("invalid chat_id specified")
        return chat.id

    def get_chat(self, given: Parameters) -> Json:
        """Return ChatFullInfo with the fields it must have."""
        chat = self._world.find_chat(given.text("chat_id"))
        full: Json = {**chat.shown(), "accent_color_id": 0, "max_reaction_count": 11}
        return {**full, "accepted_gift_types": dict.fromkeys(GIFTS, False)}

    def get_chat_member_count(self, given: Parameters) -> int:
        """Return the number of members, the bot among them."""
        chat = self._world.find_chat(given.text("chat_id"))
        if chat.bot in ("left", "kicked"):
            raise RefusedError(403, f"Forbidden: bot is not a member of the {chat.kind} chat")
        return len(chat.members) + 1

    def get_file(self, given: Parameters) -> Json:
        """Prepare a file of at most 20 MB for download; each such call is in the call log."""
        file = self._world.files.get(given.text("file_id").strip())
        if len(file.content) > limits.DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        return {
            "file_id": file.id,
            "file_unique_id": file.unique_id,
            "file_size": len(file.content),
            "file_path": file.path,
        }


def _language(given: Parameters) -> str:
    code = given.text("language_code")
    if not LANGUAGE.fullmatch(code):
        raise bad_request("invalid language code specified")
    return code


def _command(value: Any) -> Json:
    """Return a command as kept, trimmed and without its slash (server), or raise RefusedError."""
    if not isinstance(value, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(value.get(name), str):
            raise bad_request(f"can't parse BotCommand: can't find field \"{name}\"")
    name, words = value["command"].strip().removeprefix("/"), value["description"].strip()
    if not name:
        raise bad_request("command must be non-empty")
    if len(name) > limits.COMMAND_CHARACTERS:
        raise bad_request(f"command length must not exceed {limits.COMMAND_CHARACTERS}")
    if not words:
        raise bad_request("command description must be non-empty")
    if len(words) > limits.COMMAND_DESCRIPTION_CHARACTERS:
        raise bad_request(f"command description length must not exceed {limits.COMMAND_DESCRIPTION_CHARACTERS}")
    if not COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": name, "description": words}
