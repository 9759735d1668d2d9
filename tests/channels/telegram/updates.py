"""Updates as Telegram writes them, for the tests of its channel."""

import json
from typing import Any

PERSON = {"id": 7001, "is_bot": False, "first_name": "環", "language_code": "ja"}
PRIVATE = {"id": 7001, "type": "private", "first_name": "環"}
GROUP = {"id": -100200300, "type": "supergroup", "title": "町内会"}
SENT_AT = 1642636800


def message(chat: dict[str, Any] = PRIVATE, **fields: Any) -> dict[str, Any]:
    return {"message_id": 31, "from": PERSON, "chat": chat, "date": SENT_AT, **fields}


def press(chat: dict[str, Any] = PRIVATE, data: str = "menu:points") -> dict[str, Any]:
    card = {"message_id": 12, "chat": chat, "date": SENT_AT - 86400, "text": "menu"}
    return {"id": "4382", "from": PERSON, "message": card, "chat_instance": "1", "data": data}


def membership(status: str, chat: dict[str, Any] = PRIVATE) -> dict[str, Any]:
    member = {"user": {"id": 42, "is_bot": True, "first_name": "bot"}, "status": status}
    return {"chat": chat, "from": PERSON, "date": SENT_AT, "old_chat_member": member, "new_chat_member": member}


def update(number: int = 900, **kinds: Any) -> str:
    return json.dumps({"update_id": number, **kinds}, ensure_ascii=False)
