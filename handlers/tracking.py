"""Tracked links: an address of our own for each button and account, which says nothing and leads only where staff said.

A token is the link's and the account's number with our signature; where it leads stands in the database alone.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from handlers import messages
from handlers.messages import Card, Choice, Message
from storage import accounts, links
from storage.facts import BroadcastContent, BroadcastFacts, TrackedLink

SIGNATURE_BYTES = 9  # 12 signs of an address; nobody tries 2**72


def list_targets(content: BroadcastContent) -> list[str]:
    """List where the buttons of a broadcast lead, in all its languages, each once."""
    shown = [message for written in content.texts.values() for message in messages.load(written)]
    return list(dict.fromkeys(choice.url for message in shown for choice in messages.choices_of(message) if choice.url))


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """What makes a broadcast's buttons one account's own; ``numbers`` maps each target to its link."""

    numbers: Mapping[str, int]
    secret: bytes
    public_url: str

    def personalise(self, shown: Sequence[Message], account_id: int) -> tuple[Message, ...]:
        """Give messages whose buttons open an account's own addresses."""

        def own(choice: Choice) -> Choice:
            number = self.numbers.get(choice.url)
            if number is None:
                return choice
            return replace(choice, url=f"{self.public_url}/r/{sign(self.secret, number, account_id)}")

        return tuple(
            replace(message, buttons=tuple(map(own, message.buttons)))
            if isinstance(message, Card)
            else replace(message, choices=tuple(map(own, message.choices)))
            for message in shown
        )


def open_tracking(connection: Connection, broadcast: BroadcastFacts, secret: bytes, public_url: str) -> Tracking | None:
    """Give what makes a broadcast's buttons personal; None where nobody counts who presses them."""
    if not broadcast.content.has_tracked_links or not public_url:
        return None
    numbers = {link.target: link.id for link in links.list_of_broadcast(connection, broadcast.id)}
    return Tracking(numbers=numbers, secret=secret, public_url=public_url)


def sign(secret: bytes, link_id: int, account_id: int) -> str:
    """Make the token of one account's link."""
    claim = f"{link_id:x}-{account_id:x}"
    return f"{claim}-{_signature(secret, claim)}"


def read(secret: bytes, token: str) -> tuple[int, int] | None:
    """Read a token into (link, account), in constant time; None where it is not ours."""
    link, _, rest = token.partition("-")
    account, _, signature = rest.partition("-")
    if not hmac.compare_digest(signature.encode(errors="replace"), _signature(secret, f"{link}-{account}").encode()):
        return None
    return int(link, 16), int(account, 16)


def follow(connection: Connection, link_id: int, account_id: int) -> None:
    """Count that an account's person pressed a link, once a person; who has left is not counted."""
    try:
        account = accounts.get(connection, account_id)
    except LookupError:
        return
    links.count_visit(connection, link_id, person_id=account.person_id, account_id=account_id)


def find(connection: Connection, link_id: int) -> TrackedLink | None:
    """Find where a link leads."""
    return links.find(connection, link_id)


def _signature(secret: bytes, claim: str) -> str:
    digest = hmac.new(secret, f"link:{claim}".encode(), hashlib.sha256).digest()[:SIGNATURE_BYTES]
    return base64.urlsafe_b64encode(digest).decode()
