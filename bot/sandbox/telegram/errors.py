"""Refusals in Telegram's own words; decides nothing about when to refuse.

The form is the Bot API manual's "Making requests": `ok` false, `error_code`, `description`, `parameters`.
"""

from typing import Any


class RefusedError(Exception):
    """A request that Telegram would not accept, carrying the HTTP status and the words it answers with."""

    def __init__(self, code: int, description: str, parameters: dict[str, Any] | None = None):
        super().__init__(description)
        self.code, self.description, self.parameters = code, description, parameters

    def body(self) -> dict[str, Any]:
        """Return the JSON object of the answer."""
        answer: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(words: str) -> RefusedError:
    """Return a 400; the server writes the first letter small unless the words are an ERROR_CODE."""
    shown = words if words[1:2].isupper() or words[1:2] == "_" else words[:1].lower() + words[1:]
    return RefusedError(400, f"Bad Request: {shown}")


def forbidden(words: str) -> RefusedError:
    """Return a 403: this chat cannot be written to."""
    return RefusedError(403, f"Forbidden: {words}")


def conflict(words: str) -> RefusedError:
    """Return a 409: two consumers of one bot's updates."""
    return RefusedError(409, f"Conflict: {words}")


def too_many(seconds: int) -> RefusedError:
    """Return a 429 with `retry_after` in whole seconds (manual: ResponseParameters)."""
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
