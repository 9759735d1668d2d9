"""Draws what a phone shows of a chat as plain data, styles already split into runs; changes nothing."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.telegram.entities import runs
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.world import Chat, Json, Message, World

KINDS = {
    "photo": "image",
    "document": "document",
    "sticker": "sticker",
    "new_chat_members": "system",
    "migrate_to_chat_id": "system",
    "migrate_from_chat_id": "system",
}


def screen(world: World, profile: Profile, chat: Chat) -> Json:
    """Return the phone's screen: person or chat, messages oldest first, commands, menu button, typing."""
    person = world.persons.get(chat.id)
    shown: Json = {
        "person": who(world, chat),
        "messages": [_message(world, message) for message in world.in_chat(chat)],
        "rich_menu": None,
        "typing": world.is_typing(chat),
        "menu_button": profile.menu_button(chat.id if chat.private else 0),
        "commands": profile.commands_for(chat.id, person.language if person else ""),
    }
    if person and not person.started:
        shown["description"] = profile.words.get(("description", person.language[:2])) or profile.words.get(
            ("description", ""), ""
        )
    return shown


def who(world: World, chat: Chat) -> Json:
    """Return whose screen this is; a group or channel has a kind and no language."""
    person = world.persons.get(chat.id)
    if person is None:
        return {"id": chat.id, "name": chat.title, "kind": chat.kind, "members": len(chat.members)}
    return {
        "id": person.id,
        "name": person.name,
        "language": person.language,
        "started": person.started,
        "following": person.started and not person.blocked,
        "blocked": person.blocked,
    }


def _message(world: World, message: Message) -> Json:
    shown: Json = {
        "id": message.id,
        "at": datetime.fromtimestamp(message.at, UTC).isoformat(timespec="milliseconds"),
        "from": "me" if message.sender else "bot",
        "kind": next((kind for name, kind in KINDS.items() if name in message.media), "text"),
        "text": message.text,
        "entities": message.entities,
        "runs": runs(message.text, message.entities) if message.text else [],
        "contents": message.markup,
        "quick": [],
        "edited": bool(message.edited),
        "toast": message.toast,
        "reply_to": message.reply_to.id if message.reply_to else None,
        "silent": message.silent,
        "protected": message.protected,
    }
    if message.sender and not message.chat.private:
        shown["sender"] = world.persons[message.sender].name
    return shown | _media(message)


def _media(message: Message) -> Json:
    media: dict[str, Any] = message.media
    if "photo" in media:
        return {"photo": f"/control/telegram/files/{media['photo'][-1]['file_unique_id']}"}
    if "document" in media:
        unique_id, name = media["document"]["file_unique_id"], media["document"]["file_name"]
        return {"document": f"/control/telegram/files/{unique_id}", "file_name": name}
    return {}
