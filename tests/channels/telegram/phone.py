"""Telegram as the conformance suite meets it: updates as the manual shows them, bodies read as its server would."""

import json
from itertools import count
from typing import Any, ClassVar

from bot.channels.telegram import Telegram
from bot.sandbox.telegram import keyboards
from bot.sandbox.telegram import limits as server
from bot.sandbox.telegram.errors import RefusedError
from bot.sandbox.telegram.markup import parse_html
from handlers.messages import Call, Fate, Reason, Way
from tests.channels.phone import Ending, Event, Phone, Seen
from tests.channels.recorder import Answer, Request
from tests.channels.telegram.updates import GROUP, PERSON, SENT_AT, membership, message, press

SECRET = "a-secret_of-the-tests"
TOKEN = "4242:AAtokenTOKENtoken_token-token12345"
HTML = (("Content-Type", "text/html"),)


def refusal(status: int, description: str, **parameters: int) -> Answer:
    body: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return Answer(status, json.dumps(body | ({"parameters": parameters} if parameters else {})).encode())


class TelegramPhone(Phone):
    name = "telegram"
    secrets = (TOKEN, TOKEN.partition(":")[2], SECRET, str(PERSON["id"]))
    endings: ClassVar[dict[str, Ending]] = {
        "accepted": Ending(Answer(200, json.dumps({"ok": True, "result": message(text="x")}).encode()), Fate.ACCEPTED),
        "accepted, then junk": Ending(Answer(200, b"<html>OK", HTML), Fate.ACCEPTED),
        "accepted, no UTF-8": Ending(Answer(200, b"\xff\xfe\x00"), Fate.ACCEPTED),
        "accepted, nothing said": Ending(Answer(200, b""), Fate.ACCEPTED),
        "429": Ending(refusal(429, "Too Many Requests: retry after 7", retry_after=7), Fate.TEMPORARY, None, 7),
        "500": Ending(refusal(500, "Internal Server Error: restart"), Fate.UNKNOWN),
        "502 in HTML": Ending(Answer(502, b"<html>502", HTML), Fate.UNKNOWN),
        "503, no UTF-8": Ending(Answer(503, b"\xff\xfe"), Fate.UNKNOWN),
        "bad token": Ending(refusal(401, "Unauthorized"), Fate.HALTED),
        "wrong address": Ending(refusal(404, "Not Found"), Fate.HALTED),
        "blocked": Ending(refusal(403, "Forbidden: bot was blocked by the user"), Fate.PERMANENT, Reason.BLOCKED),
        "deactivated": Ending(refusal(403, "Forbidden: user is deactivated"), Fate.PERMANENT, Reason.GONE),
        "nobody there": Ending(refusal(400, "Bad Request: chat not found"), Fate.PERMANENT, Reason.GONE),
        "migrated": Ending(
            refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1007001), Fate.PERMANENT, Reason.GONE
        ),
        "malformed": Ending(
            refusal(400, 'Bad Request: can\'t parse entities: Unsupported start tag "こんにちは" at byte offset 0'),
            Fate.PERMANENT,
            Reason.REFUSED,
        ),
        "too long": Ending(refusal(400, "Bad Request: message is too long"), Fate.PERMANENT, Reason.TOO_LONG),
    }

    def __init__(self) -> None:
        self._numbers = count(900)

    def channel(self, api_url: str = "", deadline: float = 5.0) -> Telegram:
        return Telegram(token=TOKEN, webhook_secret=SECRET, api_url=api_url or "http://127.0.0.1:9", deadline=deadline)

    def update(self, **kinds: Any) -> Event:
        return {"update_id": next(self._numbers), **kinds}

    def writes(self, text: str, *, group: bool = False) -> Event:
        return self.update(message=message(GROUP, text=text) if group else message(text=text))

    def presses(self, data: str) -> Event:
        return self.update(callback_query=press(data=data))

    def follows(self) -> Event:
        return self.writes("/start")

    def blocks(self) -> Event:
        return self.update(my_chat_member=membership("kicked"))

    def sends_picture(self) -> Event:
        return self.update(message=message(photo=[{"file_id": "a", "width": 1, "height": 1}]))

    def sends_sticker(self) -> Event:
        return self.update(message=message(sticker={"file_id": "a", "type": "regular"}))

    def strange(self) -> list[Event]:
        odd: list[Any] = [None, 7, "x", [], {"type": "user"}]
        return [
            self.update(),
            self.update(hologram={"chat": {"id": 1, "type": "private"}, "date": SENT_AT}),
            *(self.update(message=each, my_chat_member=each, edited_message=each) for each in odd),
            *(self.update(message={"chat": each, "from": each, "date": each}) for each in odd),
            *(self.update(my_chat_member={"chat": each, "new_chat_member": each}) for each in odd),
            self.update(message=message(date=1.5e300)),
            self.update(message=message(date=-(10**30))),
            {"update_id": "many", "channel_post": message()},
        ]

    def deliveries(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
        return [(headers, json.dumps(event).encode()) for event in events]

    def forged(self, *events: Event) -> list[tuple[dict[str, str], bytes]]:
        """Wrong secrets and none; Telegram signs no body, so none can be for another."""
        bad = ["", SECRET[:-1], SECRET + "x", SECRET.upper(), "日本"]
        return [
            (headers, body)
            for _, body in self.deliveries(*events)
            for headers in ({}, {"X-Other": SECRET}, *({"X-Telegram-Bot-Api-Secret-Token": each} for each in bad))
        ]

    def seen(self, body: bytes) -> list[Seen]:
        fields = json.loads(body)
        rows = fields.get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        buttons = [(button["text"], _read_back(button)) for row in rows for button in row]
        return [Seen(shown(fields), tuple(buttons))]

    def violations(self, body: bytes) -> list[str]:
        fields = json.loads(body)
        if "photo" in fields:
            found = [] if len(shown(fields)) <= server.CAPTION_CHARACTERS else ["caption length"]
        else:
            found = [] if 1 <= len(shown(fields).strip()) <= server.TEXT_CHARACTERS else ["text length"]
        if len(said(fields).encode()) > server.RAW_TEXT_BYTES:
            found.append("text bytes")
        try:
            keyboards.checked(fields.get("reply_markup"), private=True)
        except RefusedError as refused:
            found.append(str(refused))
        return found

    def push(self, body: bytes) -> Call:
        return Call(way=Way.PUSH, to=str(PERSON["id"]), body=body)

    def carries_message(self, request: Request) -> bool:
        return request.path == f"/bot{TOKEN}/sendMessage"

    def besides(self, request: Request) -> Answer:
        raise AssertionError(f"sending asked for {request.path}")


def _read_back(button: dict[str, str]) -> str:
    """Give what the bot reads when a button is pressed, or the page that it opens."""
    if "url" in button:
        return button["url"]
    pressed = json.dumps({"update_id": 1, "callback_query": press(data=button["callback_data"])})
    return Telegram(token=TOKEN, webhook_secret=SECRET).read(pressed).data


def shown(fields: dict[str, Any]) -> str:
    return parse_html(said(fields))[0] if fields.get("parse_mode") == "HTML" else said(fields)


def said(fields: dict[str, Any]) -> str:
    """The words of a message, or those under a picture, which may have none."""
    return str(fields.get("caption", "") if "photo" in fields else fields["text"])
