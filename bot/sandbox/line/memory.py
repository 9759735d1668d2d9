"""Remembers reply tokens, retry keys, channel tokens and call rates; may not answer calls."""

import secrets
import time
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.sandbox.line.account import Knobs
from bot.sandbox.platform import Json

SHORT_LIVED_TOKENS = 30  # reference#issue-shortlived-channel-access-token: the oldest is dropped
SHORT_LIVED_SECONDS = 30 * 86_400  # same section: 30 days
STATELESS_SECONDS = 900  # reference#issue-stateless-channel-access-token: 15 minutes


REMEMBERED = 100_000  # reply tokens; the oldest are long expired


@dataclass
class ReplyToken:
    """Describe where a reply goes and until when it may; times are monotonic."""

    to: str
    event_at: float
    sent_at: float
    used: bool = False


class ReplyTokens:
    """Hand out single-use reply tokens (reference#send-reply-message-reply-token)."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._tokens: dict[str, ReplyToken] = {}

    def issue(self, to: str) -> str:
        """Make a token for a person or a room."""
        token = secrets.token_hex(16)
        now = time.monotonic()
        if len(self._tokens) >= REMEMBERED:
            self._tokens.pop(next(iter(self._tokens)))
        self._tokens[token] = ReplyToken(to, now, now)
        return token

    def renew(self, token: str) -> None:
        """Give an unused token its time again: its event is being delivered (again)."""
        if token in self._tokens:
            self._tokens[token].sent_at = time.monotonic()

    def find(self, token: str) -> ReplyToken | None:
        """Return a token that may be used now."""
        found = self._tokens.get(token)
        if found is None or found.used:
            return None
        now = time.monotonic()
        fresh = now - found.sent_at <= self._knobs.reply_token_seconds
        young = now - found.event_at <= self._knobs.reply_event_seconds
        return found if fresh and young else None


@dataclass(frozen=True)
class Accepted:
    """Describe an accepted request that had a retry key."""

    request_id: str
    fingerprint: bytes
    sent: list[Json]
    at: float


class RetryKeys:
    """Remember accepted retry keys (guide/retrying-api-request)."""

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._accepted: dict[str, Accepted] = {}

    def accept(self, key: str, request_id: str, fingerprint: bytes, sent: list[Json]) -> None:
        """Remember a key whose request was accepted."""
        self._accepted[key.lower()] = Accepted(request_id, fingerprint, sent, time.monotonic())

    def find(self, key: str) -> Accepted | None:
        """Return the request accepted under this key in the last 24 hours."""
        found = self._accepted.get(key.lower())
        if found is None or time.monotonic() - found.at > self._knobs.retry_key_seconds:
            return None
        return found


class ChannelTokens:
    """Issue and check channel access tokens (docs/basics/channel-access-token)."""

    def __init__(self, long_lived: str) -> None:
        self._until: OrderedDict[str, float] = OrderedDict({long_lived: float("inf")})
        self._short: list[str] = []

    def issue_short_lived(self) -> str:
        """Issue a token of 30 days; the thirty-first takes the place of the oldest."""
        token = self._issue(SHORT_LIVED_SECONDS)
        self._short.append(token)
        if len(self._short) > SHORT_LIVED_TOKENS:
            self._until.pop(self._short.pop(0), None)
        return token

    def issue_stateless(self) -> str:
        """Issue a token of 15 minutes."""
        return self._issue(STATELESS_SECONDS)

    def _issue(self, seconds: float) -> str:
        token = secrets.token_urlsafe(48)
        self._until[token] = time.monotonic() + seconds
        return token

    def seconds_left(self, token: str) -> int:
        """Return how long a token is valid; 0 when it is not."""
        left = self._until.get(token, 0.0) - time.monotonic()
        return 0 if left <= 0 else int(min(left, 3_000_000_000))

    def revoke(self, token: str) -> None:
        """End a token now."""
        self._until.pop(token, None)
        if token in self._short:
            self._short.remove(token)


@dataclass
class Bucket:
    """Hold up to `depth` calls and gain `rate` a second."""

    rate: float
    depth: float
    level: float = field(init=False)
    at: float = field(init=False)

    def __post_init__(self) -> None:
        self.level, self.at = self.depth, time.monotonic()

    def take(self) -> bool:
        """Take one call out, if there is one."""
        now = time.monotonic()
        self.level = min(self.depth, self.level + (now - self.at) * self.rate)
        self.at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


class Rates:
    """Limit each endpoint and method on its own (reference#rate-limits-scope).

    A limit a second is a bucket one second deep; a limit a minute or an hour is as deep as its number.
    """

    def __init__(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._buckets: dict[tuple[str, str, float], Bucket] = {}

    def take(self, method: str, name: str, calls: int, seconds: int) -> bool:
        """Count a call against `calls` in `seconds`; False when the limit is exceeded."""
        depth = self._knobs.rates.get(name, calls)
        per = 1 if name in self._knobs.rates else seconds
        bucket = self._buckets.setdefault((method, name, depth), Bucket(depth / per, max(1.0, depth)))
        return bucket.take()
