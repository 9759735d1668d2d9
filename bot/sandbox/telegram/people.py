"""Lets persons act on Telegram and turns each act into the updates the bot gets; answers no method.

Which updates a bot gets in a group: features, "Privacy mode". `my_chat_member` in a private chat comes only for
blocking and unblocking: manual, Update.my_chat_member.
"""

import base64
import itertools
import re
import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.platform import WishError
from bot.sandbox.telegram import entities, files, limits
from bot.sandbox.telegram.updates import Pending, Updates
from bot.sandbox.telegram.world import Chat, Json, Message, Person, Press, World

PAYLOAD = re.compile(rf"[A-Za-z0-9_-]{{1,{limits.START_PAYLOAD_CHARACTERS}}}")
STICKER = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False, "emoji": "🌱"}
Changed = Callable[[Chat], None]


class People:
    """Act for persons; each act returns the update it made, None where the bot is told nothing."""

    def __init__(self, world: World, updates: Updates, changed: Changed):
        self._world, self._updates, self._changed = world, updates, changed
        self._press_ids = itertools.count(4_000_000_000_000_001)

    def act(self, person_id: int, wish: Json) -> Pending | None:
        """Do what the control API asks; raise WishError for what a person cannot do."""
        person = self._world.persons.get(person_id)
        if person is None:
            raise WishError("no such person", 404)
        acts: dict[str, Callable[[Person, Chat, Json], Pending | None]] = {
            "start": self._start,
            "text": self._text,
            "photo": self._photo,
            "sticker": self._sticker,
            "press": self._press,
            "block": self._block,
            "unblock": self._unblock,
            "join": self._join,
        }
        act = acts.get(str(wish.get("act")))
        if act is None:
            raise WishError(f"act must be one of {', '.join(acts)}")
        try:
            return act(person, self._chat(person, wish.get("chat")), wish)
        except (TypeError, ValueError) as error:
            raise WishError(f"that makes no sense: {error}") from error

    def _chat(self, person: Person, wanted: Any) -> Chat:
        if isinstance(wanted, dict):
            wanted = wanted.get("id")
        chat = self._world.chats.get(int(wanted) if wanted else person.id)
        if chat is None or (chat.private and chat.id != person.id):
            raise WishError("no such chat", 404)
        if chat.kind == "channel":
            raise WishError("people do not write in a channel")
        return chat

    def _start(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        """Press Start, plainly or through a deep link; a blocked bot is unblocked first."""
        payload = str(wish.get("payload") or "")
        if payload and not PAYLOAD.fullmatch(payload):
            raise WishError("a start payload has 1-64 of A-Z, a-z, 0-9, _ and -")
        if person.blocked:
            self._unblock(person, chat, wish)
        return self._say(person, chat, wish, text=f"/start {payload}".strip())

    def _text(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        text = str(wish.get("text", ""))
        if not text.strip() or len(text) > limits.TEXT_CHARACTERS:
            raise WishError("a text has 1-4096 characters")
        return self._say(person, chat, wish, text=text)

    def _photo(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        """Send a picture; `data` may bring one as base64, else it is plain grey."""
        given = wish.get("data")
        content = base64.b64decode(given) if given else files.plain_picture(90, 60)
        size = files.picture_size(content)
        if size is None:
            raise WishError("data must be a PNG or a JPEG in base64")
        file = self._world.files.keep(files.File(content, "photo.jpg", "image/jpeg", *size))
        media = {"photo": self._world.photo_sizes(file.id)}
        return self._say(person, chat, wish, text=str(wish.get("caption", "")), media=media)

    def _sticker(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        file = self._world.files.keep(files.File(b"sticker", "sticker.webp", "image/webp"))
        sticker = {**STICKER, "file_id": file.id, "file_unique_id": file.unique_id}
        return self._say(person, chat, wish, media={"sticker": sticker})

    def _say(
        self, person: Person, chat: Chat, wish: Json, *, text: str = "", media: Json | None = None
    ) -> Pending | None:
        if chat.private and person.blocked:
            raise WishError("this person has blocked the bot; the app offers only to unblock it")
        person.started = person.started or chat.private
        chat.members.add(person.id)
        shown, marks = entities.formatted(text)
        reply_to = self._world.message(chat, int(wish.get("reply_to") or 0))
        message = self._world.add_message(
            chat, person.id, text=shown, entities=marks, media=media or {}, reply_to=reply_to
        )
        self._changed(chat)
        return self._tell(message) if self._meant(message) else None

    def _meant(self, message: Message) -> bool:
        """Tell whether privacy mode lets the bot see a message (features, "Privacy mode")."""
        if message.chat.private or self._world.reads_groups or message.chat.bot == "administrator":
            return True
        if message.chat.bot != "member":
            return False
        if message.reply_to and message.reply_to.sender == 0:
            return True
        command = re.match(r"/[A-Za-z0-9_]+(?:@(\w+))?", message.text)
        if command is None:
            return False
        return (command[1] or self._world.username).lower() == self._world.username.lower()

    def _tell(self, message: Message) -> Pending | None:
        return self._updates.add("message", self._world.show(message), ("chat", message.chat.id))

    def _press(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        """Press a button of a message; `stale` lets a keyboard be pressed that has been replaced since."""
        message = self._world.message(chat, int(wish.get("message_id") or 0))
        data = str(wish.get("data", ""))
        if message is None:
            raise WishError("no such message on this phone", 404)
        rows = (message.markup or {}).get("inline_keyboard", [])
        there = any(button.get("callback_data") == data for row in rows for button in row)
        if not there and not wish.get("stale"):
            raise WishError("the message has no button with this data")
        if chat.private and person.blocked:
            raise WishError("this person has blocked the bot")
        press = Press(str(next(self._press_ids)), person.id, message, time.monotonic())
        self._world.presses[press.id] = press
        query = {
            "id": press.id,
            "from": person.shown(),
            "message": self._world.show(message),
            "chat_instance": chat.instance,
            "data": data,
        }
        return self._updates.add("callback_query", query, ("user", person.id))

    def _block(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        if person.blocked or not person.started:
            raise WishError("only somebody who has started the bot and not blocked it can block it")
        person.blocked = True
        return self._membership(person, chat, "member", "kicked")

    def _unblock(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        if not person.blocked:
            raise WishError("this person has not blocked the bot")
        person.blocked = False
        return self._membership(person, chat, "kicked", "member")

    def _join(self, person: Person, chat: Chat, wish: Json) -> Pending | None:
        """Join a group; a service message tells everybody, privacy mode or not."""
        chat.members.add(person.id)
        message = self._world.add_message(chat, person.id, media={"new_chat_members": [person.shown()]})
        self._changed(chat)
        return self._tell(message)

    def tell_upgrade(self, old: Chat, new: Chat) -> None:
        """Send the two service messages of a group that became a supergroup."""
        for chat, media in ((old, {"migrate_to_chat_id": new.id}), (new, {"migrate_from_chat_id": old.id})):
            sender = next(iter(chat.members), 0)
            self._tell(self._world.add_message(chat, sender, media=media))

    def set_bot_status(self, person: Person, chat: Chat, status: str) -> Pending | None:
        """Let a person make the bot member, administrator, kicked or left in a group or channel."""
        before, chat.bot = chat.bot, status
        return self._membership(person, chat, before, status)

    def _membership(self, person: Person, chat: Chat, before: str, after: str) -> Pending | None:
        self._changed(chat)
        content = {
            "chat": chat.shown(),
            "from": person.shown(),
            "date": int(time.time()),
            "old_chat_member": self._member(before),
            "new_chat_member": self._member(after),
        }
        return self._updates.add("my_chat_member", content, ("membership", chat.id))

    def _member(self, status: str) -> Json:
        member: Json = {"status": status, "user": self._world.me()}
        if status == "kicked":
            member["until_date"] = 0
        if status == "administrator":
            rights = (
                "can_be_edited is_anonymous can_manage_chat can_delete_messages can_manage_video_chats"
                " can_restrict_members can_promote_members can_change_info can_invite_users can_post_stories"
                " can_edit_stories can_delete_stories can_post_messages can_edit_messages"
            )
            member |= {right: right.startswith("can_") and "be_edited" not in right for right in rights.split()}
        return member
