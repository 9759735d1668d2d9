"""Telegram's numbers, each with the page that states it; only numbers stand here.

Pages: API = https://core.telegram.org/bots/api, FEATURES = https://core.telegram.org/bots/features.
"""

TEXT_CODE_POINTS = 4096
"""Characters of one message, counted after its markup is taken away (API, sendMessage). Telegram's server counts code
points, not UTF-16 units: 2,049 emoji pass. Its second limit, 32,768 bytes of text with markup, cannot be met by 4,096
escaped characters: ``&amp;`` is the longest at 5 bytes."""

CAPTION_CODE_POINTS = 1024
"""Characters under a picture, counted as those of a message (API, sendPhoto)."""

CALLBACK_DATA_BYTES = 64
"""Bytes of UTF-8 behind a button (API, InlineKeyboardButton)."""

PAGE_MARK = "~"
"""What stands before the data of a page's buttons: a press on it may be answered in the page's place. Our own sign."""

KEYBOARD_BUTTONS = 100
"""Buttons of one keyboard; on no page, but a constant of python-telegram-bot (InlineKeyboardMarkupLimit)."""

LABEL_CHARACTERS = 64
"""Characters of a label: our own choice, no page says how many the server takes; a phone shows about 30 in a row."""

PRESS_ANSWER_CHARACTERS = 200
"""Characters of the short notice over the chat (API, answerCallbackQuery)."""

PRESS_ANSWER_SECONDS = 10.0
"""How long a press can still be answered. No page says it; users report refusals after 10 to 20 seconds."""

SECRET_PATTERN = r"[A-Za-z0-9_-]{1,256}"  # noqa: S105 - the shape of a secret
"""What a webhook's secret token may be (API, setWebhook)."""

BULK_RATE = 30.0
"""Messages a second of unasked bulk (FAQ, https://core.telegram.org/bots/faq, "broadcast to users"; paid: 1,000)."""

CHAT_SECONDS = 1.0
"""Seconds between two messages to one chat (FAQ: "avoid sending more than one message per second")."""

POLL_SECONDS = 30
"""How long Telegram holds an empty getUpdates; the server caps it at 50 (API, getUpdates asks for "positive")."""

POLL_UPDATES = 100
"""Updates of one getUpdates (API, getUpdates)."""

WEBHOOK_CONNECTIONS = 40
"""Parallel webhook deliveries, Telegram's own default (API, setWebhook)."""

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
"""The update kinds asked for (API, setWebhook and getUpdates, allowed_updates)."""

COMMANDS = 100
COMMAND_PATTERN = r"[a-z0-9_]{1,32}"
COMMAND_DESCRIPTION = 256
"""Commands of one language, their names and descriptions (API, setMyCommands and BotCommand)."""

DESCRIPTION = 512
SHORT_DESCRIPTION = 120
"""Characters before the first Start and on the profile (API, setMyDescription and setMyShortDescription)."""

TWO_IN_A_ROW = 16
"""Columns of a label, a kanji being two, up to which two buttons stand side by side: our own choice, eight kanji fit
half a narrow phone."""
