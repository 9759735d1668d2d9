"""Telegram's limits, each with the page or the server behaviour it comes from, and the pace of sending; sends nothing.

Sources: *manual* = core.telegram.org/bots/api, the method or type named; *FAQ* = core.telegram.org/bots/faq,
"My bot is hitting limits"; *features* = core.telegram.org/bots/features; *server* = what the published server
(github.com/tdlib/telegram-bot-api) does; *PTB* = a constant of python-telegram-bot that its authors call undocumented.
"""

import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.sandbox.telegram.errors import too_many

TEXT_CHARACTERS = 4096  # manual, sendMessage.text: 1-4096 characters after entities parsing; counted in code points
RAW_TEXT_BYTES = 32768  # server: a longer request text is refused before parsing
CAPTION_CHARACTERS = 1024  # manual, sendPhoto.caption: 0-1024 characters after entities parsing
ENTITIES = 100  # PTB: further entities are ignored
CALLBACK_DATA_BYTES = 64  # manual, InlineKeyboardButton.callback_data: 1-64 bytes
COPY_TEXT_CHARACTERS = 256  # manual, CopyTextButton.text: 1-256 characters
KEYBOARD_BUTTONS = 100  # PTB: the server answers "reply markup is too long"
ROW_BUTTONS = 8  # PTB: as above
CALLBACK_ANSWER_CHARACTERS = 200  # manual, answerCallbackQuery.text: 0-200 characters
COMMANDS = 100  # manual, setMyCommands.commands: at most 100
COMMAND_CHARACTERS = 32  # manual, BotCommand.command: 1-32 characters of a-z, 0-9 and _
COMMAND_DESCRIPTION_CHARACTERS = 256  # manual, BotCommand.description: 1-256 characters
DESCRIPTION_CHARACTERS = 512  # manual, setMyDescription.description: 0-512 characters
SHORT_DESCRIPTION_CHARACTERS = 120  # manual, setMyShortDescription.short_description: 0-120 characters
NAME_CHARACTERS = 64  # manual, setMyName.name: 0-64 characters
START_PAYLOAD_CHARACTERS = 64  # features, deep linking: up to 64 of A-Z, a-z, 0-9, _ and -
PHOTO_BYTES = 10_000_000  # manual, sending files: 10 MB for photos
FETCHED_PHOTO_BYTES = 5_000_000  # manual, sending files: 5 MB for photos by address
PHOTO_SIDES = 10_000  # manual, sendPhoto.photo: width and height together at most 10000
PHOTO_RATIO = 20  # manual, sendPhoto.photo: the ratio of the sides at most 20
DOCUMENT_BYTES = 50_000_000  # manual, sending files: 50 MB for other files
DOWNLOAD_BYTES = 20_000_000  # manual, getFile: files up to 20 MB
DELETED_AT_ONCE = 100  # manual, deleteMessages.message_ids: 1-100
DELETE_SECONDS = 48 * 3600  # manual, deleteMessage: only if sent less than 48 hours ago
SECRET_TOKEN_CHARACTERS = 256  # manual, setWebhook.secret_token: 1-256 of A-Z, a-z, 0-9, _ and -
WEBHOOK_CONNECTIONS = (1, 100)  # manual, setWebhook.max_connections: 1-100, 40 if not given
WEBHOOK_PORTS = (443, 80, 88, 8443)  # manual, setWebhook, notes
UPDATES_AT_ONCE = 100  # manual, getUpdates.limit: 1-100
POLL_SECONDS = 50  # server: a longer getUpdates.timeout is cut to this
TYPING_SECONDS = 5.0  # manual, sendChatAction: the status is set for 5 seconds or less


@dataclass
class Timing:
    """What a test may want shorter than the platform has it; all in seconds."""

    update_kept: float = 24 * 3600.0  # manual, getUpdates: not kept longer than 24 hours
    press_kept: float = 150.0  # server: a callback query not delivered by then is dropped
    press_answerable: float = 15.0  # undocumented; people report failures after 10 to 20 seconds
    first_pause: float = 1.0  # server: first retry at once, then this, doubling
    longest_pause: tuple[float, float] = (60.0, 120.0)  # server: the doubling ends at a random pause in between
    longest_retry_after: float = 3600.0  # server: a longer Retry-After of the webhook is cut to this
    webhook_answer: float = 60.0  # server: idle time-out of a webhook connection
    between_webhook_changes: float = 1.0  # server: about one setWebhook a second, 429 otherwise
    between_conflicts: float = 3.0  # server: a second 409 within this time is held back for as long


@dataclass
class Bucket:
    """A token bucket: `rate` tokens a second, at most `depth` of them kept."""

    rate: float
    depth: float
    tokens: float = field(init=False)
    at: float = field(init=False, default=-math.inf)

    def __post_init__(self) -> None:
        self.tokens = self.depth

    def wait(self, now: float) -> float:
        """Return the seconds until one token is there, 0 if it is there now."""
        if now > self.at:
            gained = (now - self.at) * self.rate
            self.tokens, self.at = min(self.depth, self.tokens + gained), now
        return 0.0 if self.tokens >= 1 - 1e-9 else (1 - self.tokens) / self.rate

    def take(self) -> None:
        """Spend one token."""
        self.tokens -= 1


@dataclass
class Window:
    """At most `most` sends in any `seconds`."""

    most: int
    seconds: float
    sent: deque[float] = field(default_factory=deque)

    def wait(self, now: float) -> float:
        """Return the seconds until one more may go, 0 if it may go now."""
        while self.sent and self.sent[0] <= now - self.seconds:
            self.sent.popleft()
        return 0.0 if len(self.sent) < self.most else self.sent[0] + self.seconds - now

    def take(self, now: float) -> None:
        """Count one send."""
        self.sent.append(now)


class Pace:
    """How fast the bot may send: per chat, per group and overall (FAQ, "My bot is hitting limits").

    The FAQ says one message a second in one chat with short bursts passing, 20 a minute in one group, about 30 a
    second of bulk notifications. How long a burst may be is undocumented: `chat_burst`. Whether answers to people
    count in the overall limit is undocumented; here every message counts. Channels are held to the group's limit
    (reported by @BotSupport, unconfirmed). `allow_paid_broadcast` has its own 1000 a second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic):
        self.clock = clock
        self.set()

    def set(
        self,
        *,
        overall: float = 30.0,
        paid: float = 1000.0,
        chat: float = 1.0,
        chat_burst: int = 5,
        group_minute: int = 20,
    ) -> None:
        """Set the limits, in messages a second (a minute for a group), and start with every bucket full."""
        self._free, self._paid = Bucket(overall, overall), Bucket(paid, paid)
        self._chat_rate, self._chat_burst, self._group_minute = chat, chat_burst, group_minute
        self._chats: dict[int, Bucket] = {}
        self._groups: dict[int, Window] = {}

    def spend(self, chat_id: int, *, paid: bool = False) -> None:
        """Count one message to a chat, or raise 429; a refused message costs nothing."""
        now = self.clock()
        overall = self._paid if paid else self._free
        chat = self._chats.setdefault(chat_id, Bucket(self._chat_rate, self._chat_burst))
        waits = [overall.wait(now), chat.wait(now)]
        group = self._groups.setdefault(chat_id, Window(self._group_minute, 60.0)) if chat_id < 0 else None
        if group:
            waits.append(group.wait(now))
        if max(waits) > 0:
            raise too_many(max(1, math.ceil(max(waits))))
        overall.take()
        chat.take()
        if group:
            group.take(now)
