"""Turns accepted messages into what a phone shows; may not check or send them."""

import time
from typing import Any

from bot.sandbox.line.account import Account, Person, Room, Shown, stamp
from bot.sandbox.platform import Json, Settings, WishError

KEPT = 500  # messages on one phone


def shown(message: Json, id: str, sender: str = "bot") -> Shown:
    """Return how a message object looks on a phone."""
    kind = str(message["type"])
    entry = Shown(id, stamp(), sender, kind, alt=str(message.get("altText", "")))
    if kind in {"text", "textV2"}:
        entry.kind, entry.text = "text", _filled(message)
    elif kind in {"template", "flex"}:
        entry.contents = message["template" if kind == "template" else "contents"]
    else:
        entry.contents = {key: value for key, value in message.items() if key not in {"type", "quickReply"}}
        entry.text = " ".join(str(message[key]) for key in ("title", "address") if key in message)
    entry.quick = list(message.get("quickReply", {}).get("items", []))
    return entry


def _filled(message: Json) -> str:
    text = str(message["text"])
    if message["type"] == "textV2":
        for key in message.get("substitution", {}):
            text = text.replace("{" + key + "}", "@")
        text = text.replace("{{", "{").replace("}}", "}")
    return text


def put(place: Person | Room, entry: Shown) -> None:
    """Add a message to a phone; only the last message's quick replies stay (guide/using-quick-reply)."""
    for earlier in place.messages:
        earlier.quick = []
    place.messages.append(entry)
    del place.messages[:-KEPT]
    if isinstance(place, Person) and entry.sender == "bot":
        place.typing_until = 0.0  # reference#display-a-loading-indicator: it ends with the next message


def screen(account: Account, settings: Settings, id: str, rich_menu: Json | None) -> Json:
    """Return what the phone of a person, or of a room's members, shows; raise WishError for an unknown id."""
    if id in account.rooms:
        room = account.rooms[id]
        who: Json = {"id": room.id, "name": room.name, "members": room.members, "bot_inside": room.bot_inside}
        return {"room": who, "messages": _messages(room, settings), "rich_menu": None, "typing": False}
    person = account.person(id)
    return {
        "person": {
            "id": person.id,
            "name": person.name,
            "language": person.language,
            "following": person.following,
            "blocked": person.blocked,
        },
        "messages": _messages(person, settings),
        "rich_menu": _linked(rich_menu, settings),
        "typing": person.typing_until > time.monotonic(),
    }


def _messages(place: Person | Room, settings: Settings) -> list[Json]:
    return [_linked(entry.json(), settings) for entry in place.messages]


def _linked(value: Any, settings: Settings) -> Any:
    """Put the real address in place of the reserved https name, which no browser can open."""
    if isinstance(value, dict):
        return {key: _linked(part, settings) for key, part in value.items()}
    if isinstance(value, list):
        return [_linked(part, settings) for part in value]
    name = settings.public_url
    if isinstance(value, str) and name and (value == name or value.startswith((f"{name}/", f"{name}?"))):
        return settings.public_url_is + value[len(name) :]
    return value


def find_room(account: Account, wish: Any) -> Room:
    """Return the room a wish names; raise WishError for an unknown one."""
    id = wish.get("id") if isinstance(wish, dict) else None
    if id not in account.rooms:
        raise WishError(f"no group or room {id} on LINE", 404)
    return account.rooms[str(id)]
