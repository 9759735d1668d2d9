"""Reads a request's parameters from any of the forms the Bot API takes; knows no method.

Manual, "Making requests": GET query, application/x-www-form-urlencoded, application/json and multipart/form-data;
nested values as JSON text.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from bot.sandbox.telegram.errors import bad_request

NESTED = frozenset(
    {
        "allowed_updates",
        "caption_entities",
        "commands",
        "entities",
        "link_preview_options",
        "menu_button",
        "message_ids",
        "reply_markup",
        "reply_parameters",
        "scope",
    }
)
TRUE = frozenset({"true", "yes", "1"})  # server


@dataclass(frozen=True)
class Upload:
    """A file sent with a request."""

    name: str
    content: bytes
    kind: str


class Parameters:
    """The parameters of one request, all kept as text; typed readers refuse what does not fit."""

    def __init__(self, values: dict[str, Any], files: dict[str, Upload] | None = None):
        self._values = {name: _as_text(value) for name, value in values.items() if value is not None}
        self.files = files or {}

    def shown(self) -> dict[str, Any]:
        """Return the parameters for the call log: JSON values unpacked, files by name and size, no secret."""
        shown: dict[str, Any] = {}
        for name, value in self._values.items():
            shown[name] = _unpacked(value) if name in NESTED else value
        for name, file in self.files.items():
            shown[name] = f"<{file.name}, {len(file.content)} bytes>"
        if "secret_token" in shown:
            shown["secret_token"] = "***"  # noqa: S105 - hides one
        return shown

    def has(self, name: str) -> bool:
        """Tell whether a parameter was given at all."""
        return name in self._values or name in self.files

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as it came."""
        return self._values.get(name, default)

    def flag(self, name: str) -> bool:
        """Return a boolean; the server takes true, yes and 1."""
        return self.text(name).strip().lower() in TRUE

    def number(self, name: str, default: int, least: int | None = None, most: int | None = None) -> int:
        """Return an integer, the default if it is none, held between two ends (server)."""
        match = re.fullmatch(r"-?\d{1,18}", self.text(name).strip())
        value = int(match[0]) if match else default
        if least is not None:
            value = max(least, value)
        return value if most is None else min(most, value)

    def json(self, name: str, what: str) -> Any:
        """Return a nested value, None if not given; `what` is named in the refusal."""
        text = self.text(name)
        if not text:
            return None
        try:
            return json.loads(text)
        except ValueError as error:
            raise bad_request(f"can't parse {what} JSON object") from error

    def object(self, name: str, what: str) -> dict[str, Any]:
        """Return a nested object, empty if not given."""
        value = self.json(name, what)
        if value is not None and not isinstance(value, dict):
            raise bad_request(f"can't parse {what}: expected an Object")
        return value or {}

    def objects(self, name: str, what: str) -> list[Any]:
        """Return a nested list, empty if not given."""
        value = self.json(name, what)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad_request(f"can't parse {what}: expected an Array")
        return value

    def upload(self, name: str) -> Upload | None:
        """Return the file sent under this name or named by `attach://…`."""
        value = self.text(name)
        attached = value.removeprefix("attach://")
        return self.files.get(attached if attached != value else name)


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _unpacked(value: str) -> Any:
    try:
        return json.loads(value)
    except ValueError:
        return value


async def read(request: web.Request) -> Parameters:
    """Read a request; a parameter in the body wins over one in the query."""
    values: dict[str, Any] = dict(request.query)
    files: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values |= await _json_body(request)
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                files[name] = Upload(value.filename, value.file.read(), value.content_type)
            else:
                values[name] = value if isinstance(value, str) else bytes(value).decode()
    return Parameters(values, files)


async def _json_body(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        value = json.loads(body)
    except ValueError as error:
        raise bad_request("can't parse JSON object") from error
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON object")
    return value
