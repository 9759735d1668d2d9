"""Writes what happens as lines of JSON, without secrets, personal data or anybody's words. Decides nothing.

What may be written is narrow on purpose. Our own lines hold an event's name and plain values; a field that may be
personal is masked by its name, and anything that looks like a token or a platform's id by its form. A library's line
is kept as its template, without the values that go into it. An exception is its type and our own lines of code: its
message may hold what somebody wrote.
"""

import logging
import re
import sys
import threading
from collections.abc import Iterable, Mapping, MutableMapping
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

OUR_FLOORS = ("bot", "handlers", "scheduler", "storage")
ROOT = Path(__file__).parents[1]
MASK = "***"
SHORTEST_SECRET = 6  # masking a shorter one would eat common letters
SILENCED = ("httpx", "httpcore", "aiohttp", "uvicorn.access", "telegram", "linebot", "apscheduler")
DEEPEST_FRAMES = 20

_PERSONAL = """
    text texts raw body content message messages payload data words sentence query answer
    name nickname display_name first_name last_name username email phone
    account_key key to to_key chat_id user user_id userid line_user_id from_id
    address client client_address ip remote_addr user_agent headers cookie url link
    authorization token reply_token access_token bot_token secret password
"""
PERSONAL_FIELDS = frozenset(_PERSONAL.split())
_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?<!\d)\d{5,}:[A-Za-z0-9_-]{20,}",  # a Telegram bot token
        r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9._~+/=-]{6,}",
        r"[UCR][0-9a-f]{32}(?![0-9a-f])",  # a LINE user, group or room
        r"[A-Za-z0-9+/]{100,}={0,2}",  # a LINE channel access token
        r"[\w.+-]+@[\w-]+\.[\w.-]+",
        r"(?i)(?<=://)[^/\s:@]+:[^/\s@]+(?=@)",  # a password in an address
    )
)


def configure(
    secrets: Iterable[str] = (), *, stream: TextIO | None = None, readable: bool | None = None, level: str = "INFO"
) -> None:
    """Send every log line of this process to ``stream`` (stdout), once, at start.

    ``secrets`` are the values of the settings that must never be seen. ``readable`` chooses lines for people instead
    of JSON; by default a terminal gets them. Uncaught exceptions and warnings go the same way. uvicorn must be run with
    ``log_config=None``.
    """
    stream = stream or sys.stdout
    readable = stream.isatty() if readable is None else readable
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_keep_template, *before],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _tell_exception,
                Masker(secrets),
                _renderer(readable, stream),
            ],
            use_get_message=False,
        )
    )
    _route_everything_to(handler, level)


def _renderer(readable: bool, stream: TextIO) -> Processor:
    if readable:
        return structlog.dev.ConsoleRenderer(colors=stream.isatty(), timestamp_key="at")
    return structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=True)


def _route_everything_to(handler: logging.Handler, level: str) -> None:
    """Give standard logging one handler: ours from ``level`` on, libraries from WARNING on, access logs never."""
    logging.raiseExceptions = False  # a failing log call must not print its values to stderr
    logging.captureWarnings(True)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    for name in OUR_FLOORS:
        logging.getLogger(name).setLevel(level)
    for name in SILENCED:
        library = logging.getLogger(name)
        library.setLevel(max(library.level, logging.WARNING))  # quieter, never louder: a channel may have silenced it
    access = logging.getLogger("uvicorn.access")
    access.handlers[:], access.propagate, access.disabled = [], False, True
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt | SystemExit):
        return
    structlog.get_logger("bot").critical("uncaught_exception", exc_info=(kind, error, trace))


def _keep_template(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Keep the first line of a library's template; its values, and all that a library writes below, may be personal."""
    record: logging.LogRecord = line["_record"]
    template = record.msg if isinstance(record.msg, str) else type(record.msg).__name__
    if record.name == "py.warnings":
        template = "python_warning"
    line["event"] = template.split("\n", 1)[0]
    line.pop("positional_args", None)
    return line


def _tell_exception(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Replace an exception by its type, its causes' types and our own frames, without any value."""
    given = line.pop("exc_info", None)
    line.pop("stack_info", None)
    line.pop("exception", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = describe(error)
    return line


def describe(error: BaseException) -> list[dict[str, Any]]:
    """Describe an exception and what caused it, outermost first: type, and where in our own code."""
    found: list[dict[str, Any]] = []
    current: BaseException | None = error
    while current is not None and len(found) < 5:
        kind = type(current)
        found.append({"type": f"{kind.__module__}.{kind.__qualname__}", "frames": _our_frames(current.__traceback__)})
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return found


def _our_frames(trace: TracebackType | None) -> list[str]:
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(ROOT) and "site-packages" not in path.parts:
            frames.append(f"{path.relative_to(ROOT)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-DEEPEST_FRAMES:]


class Masker:
    """Masks secrets and personal data in a line: by known value, by field name, by form."""

    def __init__(self, secrets: Iterable[str]) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= SHORTEST_SECRET}, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, _logger: WrappedLogger, _method: str, line: EventDict) -> MutableMapping[str, Any]:
        """Give the line as it may be written."""
        line.pop("positional_args", None)
        return {key: MASK if key.lower() in PERSONAL_FIELDS else self._clean(value) for key, value in line.items()}

    def _clean(self, value: object) -> object:
        """Let plain values through, masked; of anything else write only what it is."""
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, str):
            return self.mask(str(value))
        if isinstance(value, datetime | date):
            return value.isoformat()
        if isinstance(value, Mapping):
            return self({}, "", {str(self._clean(key)): item for key, item in value.items()})
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(item) for item in value]
        return f"<{type(value).__name__}>"

    def mask(self, text: str) -> str:
        """Mask known secrets and what looks like one."""
        if self._secrets is not None:
            text = self._secrets.sub(MASK, text)
        for pattern in _PATTERNS:
            text = pattern.sub(MASK, text)
        return text
