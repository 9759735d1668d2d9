"""Plays the methods that send, edit and delete messages and answer presses; decides no pace and no HTTP.

Each method: core.telegram.org/bots/api, the section of the same name.
"""

import time
from collections.abc import Callable
from typing import Any

from bot.sandbox.telegram import entities, keyboards, limits
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.fetching import NOT_FETCHED, Fetching
from bot.sandbox.telegram.files import File, photo
from bot.sandbox.telegram.parameters import Parameters, Upload
from bot.sandbox.telegram.world import Chat, Json, Message, World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)
OLD_QUERY = "query is too old and response timeout expired or query ID is invalid"
_ACTIONS = (
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document choose_sticker"
    " find_location record_video_note upload_video_note"
)
ACTIONS = frozenset(_ACTIONS.split())
Changed = Callable[[Chat], None]


class Sending:
    """Send for the bot into the world; `changed` is told of every chat whose screen changed."""

    def __init__(
        self, world: World, pace: limits.Pace, timing: limits.Timing, changed: Changed, fetching: Fetching
    ) -> None:
        self._world, self._pace, self._timing, self._changed = world, pace, timing, changed
        self._fetching = fetching

    def methods(self) -> dict[str, Callable[[Parameters], Any]]:
        """Return the methods by their names."""
        return {
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "sendDocument": self.send_document,
            "sendChatAction": self.send_chat_action,
            "editMessageText": self.edit_message_text,
            "editMessageCaption": self.edit_message_caption,
            "editMessageReplyMarkup": self.edit_message_reply_markup,
            "deleteMessage": self.delete_message,
            "deleteMessages": self.delete_messages,
            "answerCallbackQuery": self.answer_callback_query,
        }

    def send_message(self, given: Parameters) -> Json:
        """Send a text of 1-4096 characters."""
        text, marks = self._text(given)
        return self._send(given, text, marks, {})

    async def send_photo(self, given: Parameters) -> Json:
        """Send a picture, uploaded, by file_id or by its address, with a caption of 0-1024 characters."""
        text, marks = self._caption(given)
        chat = self._world.writable_chat(given.text("chat_id"))
        if "://" in given.text("photo") and not given.upload("photo"):
            file = await self._fetching.photo(given.text("photo"))
        else:
            file = self._file(given, "photo", lambda upload: photo(upload.content, upload.name))
        if not file.width:
            raise bad_request("can't use file of type Document as Photo")
        return self._send(given, text, marks, {"photo": self._world.photo_sizes(file.id)}, chat)

    def send_document(self, given: Parameters) -> Json:
        """Send a file, uploaded or by file_id, with a caption of 0-1024 characters."""
        text, marks = self._caption(given)
        chat = self._world.writable_chat(given.text("chat_id"))
        file = self._file(given, "document", _document)
        shown = {
            "file_id": file.id,
            "file_unique_id": file.unique_id,
            "file_name": file.name,
            "mime_type": file.kind,
            "file_size": len(file.content),
        }
        return self._send(given, text, marks, {"document": shown}, chat)

    def _send(self, given: Parameters, text: str, marks: list[Json], media: Json, chat: Chat | None = None) -> Json:
        chat = chat or self._world.writable_chat(given.text("chat_id"))
        markup = self._markup(given, chat)
        reply_to = self._replied(given, chat)
        self._pace.spend(chat.id, paid=given.flag("allow_paid_broadcast"))
        message = self._world.add_message(
            chat,
            0,
            text=text,
            entities=marks,
            markup=markup,
            media=media,
            reply_to=reply_to,
            protected=given.flag("protect_content"),
            silent=given.flag("disable_notification"),
        )
        self._changed(chat)
        return self._world.show(message)

    def _text(self, given: Parameters) -> tuple[str, list[Json]]:
        raw = given.text("text")
        if not raw:
            raise bad_request("message text is empty")
        if len(raw.encode()) > limits.RAW_TEXT_BYTES:
            raise bad_request("text is too long")
        text, marks = entities.formatted(raw, given.text("parse_mode"), given.objects("entities", "MessageEntity"))
        if not text:
            raise bad_request("text must be non-empty")
        if len(text) > limits.TEXT_CHARACTERS:
            raise bad_request("message is too long")
        return text, marks

    def _caption(self, given: Parameters) -> tuple[str, list[Json]]:
        marks = given.objects("caption_entities", "MessageEntity")
        text, marks = entities.formatted(given.text("caption"), given.text("parse_mode"), marks)
        if len(text) > limits.CAPTION_CHARACTERS:
            raise bad_request("message caption is too long")
        return text, marks

    def _markup(self, given: Parameters, chat: Chat, *, inline_only: bool = False) -> Json | None:
        value = given.json("reply_markup", "reply keyboard markup")
        channel = chat.kind == "channel"
        return keyboards.checked(value, private=chat.private, channel=channel, inline_only=inline_only)

    def _replied(self, given: Parameters, chat: Chat) -> Message | None:
        wanted = given.object("reply_parameters", "ReplyParameters")
        number = wanted.get("message_id") or given.number("reply_to_message_id", 0)
        if not isinstance(number, int):
            raise bad_request('can\'t parse ReplyParameters: field "message_id" must be a Number')
        if not number:
            return None
        found = self._world.message(chat, number)
        may_lack = wanted.get("allow_sending_without_reply") or given.flag("allow_sending_without_reply")
        if found is None and not may_lack:
            raise bad_request("message to be replied not found")
        return found

    def _file(self, given: Parameters, name: str, accept: Callable[[Upload], File]) -> File:
        upload = given.upload(name)
        if upload:
            return self._world.files.keep(accept(upload))
        wanted = given.text(name)
        if not wanted:
            raise bad_request(f"there is no {name} in the request")
        if "://" in wanted:
            raise bad_request(NOT_FETCHED)  # Telegram fetches documents as well; nobody here sends one so
        return self._world.files.get(wanted)

    def send_chat_action(self, given: Parameters) -> bool:
        """Show for five seconds that the bot is doing something."""
        chat = self._world.writable_chat(given.text("chat_id"))
        if given.text("action") not in ACTIONS:
            raise bad_request("wrong parameter action in request")
        if chat.kind == "channel":
            raise bad_request("chat actions aren't supported in channel chats")  # wording not verified
        self._world.set_typing(chat)
        self._changed(chat)
        return True

    def _own(self, given: Parameters, verb: str) -> Message:
        chat = self._world.find_chat(given.text("chat_id"))
        if not given.text("message_id"):
            raise bad_request("message identifier is not specified")
        message = self._world.message(chat, given.number("message_id", 0))
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if message.sender != 0:
            raise bad_request(f"message can't be {verb}ed")
        return message

    def edit_message_text(self, given: Parameters) -> Json:
        """Replace text and keyboard; without reply_markup the keyboard goes."""
        text, marks = self._text(given)
        message = self._own(given, "edit")
        if message.media:
            raise bad_request("there is no text in the message to edit")
        return self._edit(message, text, marks, self._markup(given, message.chat, inline_only=True))

    def edit_message_caption(self, given: Parameters) -> Json:
        """Replace caption and keyboard; without reply_markup the keyboard goes."""
        text, marks = self._caption(given)
        message = self._own(given, "edit")
        if not message.media:
            raise bad_request("there is no caption in the message to edit")
        return self._edit(message, text, marks, self._markup(given, message.chat, inline_only=True))

    def edit_message_reply_markup(self, given: Parameters) -> Json:
        """Replace the keyboard only."""
        message = self._own(given, "edit")
        markup = self._markup(given, message.chat, inline_only=True)
        return self._edit(message, message.text, message.entities, markup)

    def _edit(self, message: Message, text: str, marks: list[Json], markup: Json | None) -> Json:
        if (text, marks, markup) == (message.text, message.entities, message.markup):
            raise bad_request(NOT_MODIFIED)
        message.text, message.entities, message.markup = text, marks, markup
        message.edited = time.time()
        self._changed(message.chat)
        return self._world.show(message)

    def delete_message(self, given: Parameters) -> bool:
        """Delete a message younger than 48 hours: one's own, or any in a private chat."""
        chat = self._world.find_chat(given.text("chat_id"))
        self._delete(chat, given.number("message_id", 0))
        return True

    def delete_messages(self, given: Parameters) -> bool:
        """Delete 1-100 messages; those not found are skipped (manual)."""
        chat = self._world.find_chat(given.text("chat_id"))
        numbers = given.objects("message_ids", "message identifiers")
        if not 1 <= len(numbers) <= limits.DELETED_AT_ONCE or not all(isinstance(one, int) for one in numbers):
            raise bad_request("message identifiers are missing, wrong or too many")  # wording not verified
        for number in numbers:
            if self._world.message(chat, number):
                self._delete(chat, number)
        return True

    def _delete(self, chat: Chat, number: int) -> None:
        message = self._world.message(chat, number)
        if message is None:
            raise bad_request("message to delete not found")
        too_old = time.time() - message.at >= limits.DELETE_SECONDS
        if too_old or (message.sender != 0 and not chat.private and chat.bot != "administrator"):
            raise bad_request("message can't be deleted for everyone")
        self._world.forget(message)
        self._changed(chat)

    def answer_callback_query(self, given: Parameters) -> bool:
        """Answer a press once, soon, with at most 200 characters."""
        press = self._world.presses.get(given.text("callback_query_id"))
        if len(given.text("text")) > limits.CALLBACK_ANSWER_CHARACTERS:
            raise bad_request("MESSAGE_TOO_LONG")
        # manual: a game's address, which this bot has not, or t.me/your_bot?start=…
        if given.text("url") and not given.text("url").startswith(f"https://t.me/{self._world.username}?start="):
            raise bad_request("URL_INVALID")
        late = press is None or time.monotonic() - press.at > self._timing.press_answerable
        if press is None or press.answered or late:
            raise bad_request(OLD_QUERY)
        press.answered = True
        words = given.text("text")
        alert = given.flag("show_alert")
        press.message.toast = {"text": words, "alert": alert, "press": press.id} if words else None
        self._changed(press.message.chat)
        return True


def _document(upload: Upload) -> File:
    if len(upload.content) > limits.DOCUMENT_BYTES:
        raise bad_request("file is too big")
    if not upload.content:
        raise bad_request("file must be non-empty")
    return File(upload.content, upload.name, upload.kind)
