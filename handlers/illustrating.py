"""Takes a picture that staff name for a broadcast: looks at it, and keeps it under an address of our own."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from handlers.messages import Picture
from handlers.rules import pictures as rules
from handlers.rules.pictures import PictureFault
from storage import pictures
from storage.pictures import StoredPicture

PATH = "/pictures/"
ENDINGS = {rules.PNG: "png", rules.JPEG: "jpg"}


class PictureRefusedError(Exception):
    """A file that cannot be shown on every phone."""

    def __init__(self, fault: PictureFault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Illustration:
    """A picture that was looked at. ``name`` is the hash of its bytes: approval of the name is approval of these."""

    name: str
    stored: StoredPicture
    width: int
    height: int
    url: str  # "" where the bot has no public address

    def described(self, alt: str) -> Picture:
        """Give it with what it shows, in one language's words."""
        return Picture(url=self.url, alt=alt, width=self.width, height=self.height)


def look_at(data: bytes, public_url: str) -> Illustration:
    """Look at a picture, outside of any transaction; PictureRefusedError says why it cannot be shown."""
    shape = rules.look_at(data)
    if isinstance(shape, PictureFault):
        raise PictureRefusedError(shape)
    name = f"{hashlib.sha256(data).hexdigest()}.{ENDINGS[shape.kind]}"
    return Illustration(
        name=name,
        stored=StoredPicture(shape.kind, data),
        width=shape.width,
        height=shape.height,
        url=f"{public_url}{PATH}{name}" if public_url else "",
    )


def keep(connection: Connection, illustration: Illustration, now: datetime) -> None:
    """Keep a picture, before the broadcast which shows it or with it."""
    pictures.add(connection, illustration.name, illustration.stored, now)


def find(connection: Connection, name: str, public_url: str) -> Picture | None:
    """Find a picture that is kept; nobody has said yet what it shows."""
    stored = pictures.find(connection, name)
    return None if stored is None else look_at(stored.body, public_url).described("")


def name_of(picture: Picture) -> str:
    """Give the name under which a picture is kept; "" where the bot had no public address to show it from."""
    return picture.url.rpartition("/")[2]
