"""Lets a person do something on the phone, which makes an event; may not deliver it."""

import base64
import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.line.account import Account, Person, Picture, Room, Shown, identifier, stamp
from bot.sandbox.line.events import Events
from bot.sandbox.line.pictures import plain, size
from bot.sandbox.line.richmenu import RichMenus
from bot.sandbox.line.screen import find_room, put
from bot.sandbox.platform import Json, WishError


class Acts:
    """Turn the wishes of the control API into events."""

    def __init__(self, account: Account, events: Events, menus: RichMenus) -> None:
        self._account, self._events, self._menus = account, events, menus
        self._acts: dict[str, Callable[[Person, Room | None, Json], Json]] = {
            "follow": self._follow,
            "unfollow": self._unfollow,
            "text": self._text,
            "press": self._press,
            "sticker": self._sticker,
            "image": self._image,
            "location": self._location,
            "unsend": self._unsend,
            "join": self._join,
            "leave": self._leave,
            "memberJoined": self._member_joined,
            "memberLeft": self._member_left,
        }

    def event(self, person: Person, wish: Json) -> Json:
        """Return the event a person's act makes; raise WishError when it cannot be done."""
        act = self._acts.get(str(wish.get("act")))
        if act is None:
            raise WishError(f"act must be one of {', '.join(self._acts)}")
        room = None
        if wish.get("room") is not None and wish["act"] != "join":
            room = find_room(self._account, wish["room"])
        return act(person, room, wish)

    def _follow(self, person: Person, _: Room | None, __: Json) -> Json:
        again = person.ever_followed
        person.following, person.blocked, person.ever_followed = True, False, True
        _note(person, "follow")
        return self._events.make("follow", person, follow={"isUnblocked": again})

    def _unfollow(self, person: Person, _: Room | None, __: Json) -> Json:
        # a rich menu linked to a person who blocks is unlinked (guide/use-per-user-rich-menus)
        person.following, person.blocked, person.rich_menu = False, True, None
        _note(person, "unfollow")
        return self._events.make("unfollow", person)

    def _say(self, person: Person, room: Room | None, kind: str, entry: Shown, **message: Any) -> Json:
        if room is not None and person.id not in room.members:
            raise WishError("this person is not in the room")
        if room is None:
            person.wrote_at = time.monotonic()
        put(person if room is None else room, entry)
        content = self._events.message(kind, entry.id, **message)
        return self._events.make("message", person, room, message=content)

    def _entry(self, kind: str, text: str = "", contents: Any = None) -> Shown:
        return Shown(self._account.message_id(), stamp(), "me", kind, text, contents)

    def _text(self, person: Person, room: Room | None, wish: Json) -> Json:
        text = str(wish.get("text", ""))
        if not text:
            raise WishError("text is missing")
        return self._say(person, room, "text", self._entry("text", text), text=text)

    def _sticker(self, person: Person, room: Room | None, wish: Json) -> Json:
        sticker = {"packageId": str(wish.get("packageId", "446")), "stickerId": str(wish.get("stickerId", "1988"))}
        entry = self._entry("sticker", contents=sticker)
        return self._say(person, room, "sticker", entry, **sticker, stickerResourceType="STATIC")

    def _image(self, person: Person, room: Room | None, wish: Json) -> Json:
        data = base64.b64decode(wish["image"]) if "image" in wish else plain(64, 64)
        found = size(data)
        if found is None:
            raise WishError("image must be a PNG or a JPEG in base64")
        entry = self._entry("image")
        entry.contents = {"image": f"/control/line/content/{entry.id}"}
        self._account.pictures[entry.id] = Picture(data, found[0])
        return self._say(person, room, "image", entry, contentProvider={"type": "line"})

    def _location(self, person: Person, room: Room | None, wish: Json) -> Json:
        place: Json = {
            "title": str(wish.get("title", "")),
            "address": str(wish.get("address", "")),
            "latitude": float(wish.get("latitude", 33.8834)),
            "longitude": float(wish.get("longitude", 130.8752)),
        }
        entry = self._entry("location", place["title"] or place["address"], place)
        return self._say(person, room, "location", entry, **{key: value for key, value in place.items() if value})

    def _press(self, person: Person, room: Room | None, wish: Json) -> Json:
        postback: Json = {"data": str(wish.get("data", ""))}
        if wish.get("richMenuAliasId") is not None:
            postback["params"] = self._menus.switch(person, str(wish["richMenuAliasId"]))
        elif isinstance(wish.get("params"), dict):
            postback["params"] = wish["params"]
        if wish.get("displayText"):
            put(person if room is None else room, self._entry("text", str(wish["displayText"])))
        return self._events.make("postback", person, room, postback=postback)

    def _unsend(self, person: Person, room: Room | None, wish: Json) -> Json:
        id = str(wish.get("message_id", ""))
        place = person if room is None else room
        entry = next((one for one in place.messages if one.id == id and one.sender == "me"), None)
        if entry is None:
            raise WishError("only an own message can be taken back", 404)
        place.messages.remove(entry)
        if id in self._account.pictures:
            self._account.pictures[id].gone = True
        return self._events.make("unsend", person, room, unsend={"messageId": id})

    def _join(self, person: Person, _: Room | None, wish: Json) -> Json:
        """Invite the bot: into a known room, or into a new one of the type asked for."""
        asked = wish.get("room") or {}
        kind = str(asked.get("type", "group"))
        if kind not in {"group", "room"}:
            raise WishError("room.type must be group or room")
        id = str(asked.get("id") or identifier("C" if kind == "group" else "R"))
        room = self._account.rooms.setdefault(id, Room(id, kind, str(asked.get("name", "Group"))))
        room.bot_inside = True
        if person.id not in room.members:
            room.members.append(person.id)
        return self._events.make("join", None, room)

    def _leave(self, _: Person, room: Room | None, __: Json) -> Json:
        room = _needed(room)
        room.bot_inside = False
        return self._events.make("leave", None, room)

    def _member_joined(self, person: Person, room: Room | None, _: Json) -> Json:
        room = _needed(room)
        if person.id not in room.members:
            room.members.append(person.id)
        members = {"members": [{"type": "user", "userId": person.id}]}
        return self._events.make("memberJoined", None, room, joined=members)

    def _member_left(self, person: Person, room: Room | None, _: Json) -> Json:
        room = _needed(room)
        if person.id in room.members:
            room.members.remove(person.id)
        members = {"members": [{"type": "user", "userId": person.id}]}
        return self._events.make("memberLeft", None, room, left=members)


def _needed(room: Room | None) -> Room:
    if room is None:
        raise WishError("room is missing")
    return room


def _note(person: Person, what: str) -> None:
    put(person, Shown(f"system-{len(person.messages)}", stamp(), "me", "system", what))
