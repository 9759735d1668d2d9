"""Takes a list that staff upload, and carries it through the page that asks whether to go on; keeps nothing of it.

The bytes travel in the page itself, sealed for this person and purpose: what is confirmed is what was looked at, on
whichever process it arrives, and no list of names lies about on a server.
"""

import base64
import binascii
import hashlib
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from starlette.requests import Request

from bot import signed
from bot.web.staff.desk import Desk, RefusedError
from bot.web.staff.events.drafts import one_line
from bot.web.staff.forms import read_file
from bot.web.staff.present import Present

LARGEST = 1_000_000  # bytes
MOST_LINES = 500  # counted while the page waits; a longer list is for the command line, which shows how far it is
LONGEST_NAME = 100
TOO_LARGE = f"ファイルが大きすぎます。{LARGEST // 1_000_000} MBまでにしてください。"
TOO_LONG = (
    f"{MOST_LINES:,}行をこえています。分けるか、ボットを動かしている担当の人に頼んでください（OPERATIONS.mdの9）。"
)
NO_FILE = "ファイルを選んでください。"
NOT_THE_SAME = "確かめてから時間がたちました。もう一度ファイルを選んでください。"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came, with a name that is fit to be written down."""

    name: str
    content: bytes


async def read_upload(request: Request) -> Upload:
    """Read the file of a form; RefusedError where there is none, or it is too large."""
    name, content = await read_file(request, "file")
    if not content:
        raise RefusedError(NO_FILE)
    if len(content) > LARGEST:
        raise RefusedError(TOO_LARGE)
    plain = one_line(PurePosixPath(name.replace("\\", "/")).name)
    return Upload(plain[-LONGEST_NAME:] or "list.csv", content)


def carry(desk: Desk, who: Present, purpose: str, upload: Upload) -> dict[str, str]:
    """Give the hidden fields that carry a file on."""
    seal = signed.sign(desk.secret, _purpose(who, purpose), _hash(upload), desk.clock.real() + signed.LINK_LIFE)
    packed = base64.urlsafe_b64encode(zlib.compress(upload.content)).decode()
    return {"list": packed, "list_name": upload.name, "list_seal": seal}


def take(desk: Desk, who: Present, purpose: str, form: Mapping[str, str]) -> Upload:
    """Take back what was carried; RefusedError where it is not what this person looked at within the hour."""
    named = signed.verify(desk.secret, _purpose(who, purpose), form.get("list_seal", ""), desk.clock.real())
    try:
        content = zlib.decompressobj().decompress(base64.urlsafe_b64decode(form.get("list", "")), LARGEST)
    except (binascii.Error, ValueError, zlib.error):
        raise RefusedError(NOT_THE_SAME) from None
    upload = Upload(form.get("list_name", ""), content)
    if named != _hash(upload):
        raise RefusedError(NOT_THE_SAME)
    return upload


@contextmanager
def as_file(upload: Upload) -> Iterator[Path]:
    """Put a file where it can be read line by line, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(upload.content)
        yield path


def _purpose(who: Present, purpose: str) -> str:
    return f"list:{purpose}:{who.staff_id}"


def _hash(upload: Upload) -> str:
    return hashlib.sha256(upload.name.encode() + b"\0" + upload.content).hexdigest()
