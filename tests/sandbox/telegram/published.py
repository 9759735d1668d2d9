"""Holds the calls of a sandbox against the Bot API as its publishers wrote it down; needs SPECS_DIR."""

from typing import Any

from tests.specifications import check_telegram, check_telegram_answer


def published_errors(calls: list[dict[str, Any]]) -> list[str]:
    """Return what is not as published in accepted requests, and in results, the updates handed out among them."""
    return [error for call in calls if _accepted(call) for error in _errors(call)]


def _accepted(call: dict[str, Any]) -> bool:
    mine = call["platform"] == "telegram" and call["name"] != "download"
    return mine and call["status"] == 200 and not call["fault"]


def _errors(call: dict[str, Any]) -> list[str]:
    asked = check_telegram(call["name"], call["request"] or {})
    return asked + check_telegram_answer(call["name"], call["answer"]["result"])
