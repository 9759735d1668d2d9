"""Logs: one JSON line an event; no token, no platform's id and nobody's words, whatever is logged and whoever logs."""

import io
import json
import logging
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import logs

TELEGRAM_TOKEN = "123456789:" + "AbCdEfGhIjKlMnOpQrStUvWxYz012345678"
LINE_TOKEN = "x7Fq" * 40 + "="
LINE_USER = "U" + "0123456789abcdef" * 2
CHANNEL_SECRET = "s3cret-of-the-channel"
WORDS = "今日マイボトルを使いました"
PRIVATE = (TELEGRAM_TOKEN, LINE_TOKEN, LINE_USER, CHANNEL_SECRET, WORDS)


@dataclass
class Said:
    text: str


class Written:
    """What a program under test wrote to its log."""

    def __init__(self) -> None:
        self.stream = io.StringIO()

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    """Logging as in production, on a stream of our own, and as it was afterwards."""
    root, hooks = logging.getLogger(), (sys.excepthook, logs.threading.excepthook)
    before = root.handlers[:], root.level, logging.raiseExceptions
    named = [logging.getLogger(name) for name in (*logs.OUR_FLOORS, *logs.SILENCED)]
    levels = [(logger, logger.level, logger.disabled, logger.propagate) for logger in named]
    caught = Written()
    logs.configure([CHANNEL_SECRET], stream=caught.stream)
    yield caught
    logging.captureWarnings(False)
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.handlers[:], root.level, logging.raiseExceptions = before
    sys.excepthook, logs.threading.excepthook = hooks
    for logger, level, disabled, propagate in levels:
        logger.level, logger.disabled, logger.propagate = level, disabled, propagate
    logging.root.manager._clear_cache()  # type: ignore[attr-defined]


def assert_nothing_private(text: str) -> None:
    assert [value for value in PRIVATE if value in text] == []


def test_a_line_is_json_with_event_time_level_and_message_id(written: Written) -> None:
    log = structlog.get_logger("bot.worker")
    with structlog.contextvars.bound_contextvars(message_id=7):
        log.info("event_handled", channel="line")
    (line,) = written.lines
    assert line.pop("at").endswith("Z")
    assert line == {
        "event": "event_handled",
        "level": "info",
        "logger": "bot.worker",
        "message_id": 7,
        "channel": "line",
    }


@pytest.mark.parametrize("private", PRIVATE[:4])
def test_secrets_and_ids_are_masked_wherever_they_stand(written: Written, private: str) -> None:
    structlog.get_logger("bot").warning(
        f"odd_event {private}", detail=f"at https://api.test/bot{private}/send", several=[private, {"deep": private}]
    )
    assert len(written.lines) == 1
    assert_nothing_private(written.text)


@pytest.mark.parametrize("field", ["text", "raw", "body", "nickname", "account_key", "to_key", "reply_token", "Text"])
def test_fields_that_may_be_personal_are_masked_by_their_name(written: Written, field: str) -> None:
    structlog.get_logger("handlers.reporting").info("reported", **{field: WORDS, "nested": {field: WORDS}})
    assert written.lines[0][field] == logs.MASK
    assert_nothing_private(written.text)


def test_an_object_is_told_by_its_kind_never_by_its_content(written: Written) -> None:
    structlog.get_logger("bot").info("arrived", incoming=Said(WORDS), raw_bytes=WORDS.encode())
    assert written.lines[0]["incoming"] == "<Said>"
    assert_nothing_private(written.text)


def test_words_in_positions_are_dropped(written: Written) -> None:
    structlog.get_logger("bot").info("arrived", WORDS)
    assert_nothing_private(written.text)


def fail() -> None:
    try:
        raise KeyError(WORDS)
    except KeyError as error:
        raise ValueError(f"{WORDS} {LINE_USER} {TELEGRAM_TOKEN}") from error


@pytest.mark.parametrize("way", ["exception", "exc_info", "error_object", "library"])
def test_an_exception_is_its_types_and_our_frames_without_its_words(written: Written, way: str) -> None:
    try:
        fail()
    except ValueError as error:
        if way == "exception":
            structlog.get_logger("bot").exception("event_failed")
        elif way == "exc_info":
            structlog.get_logger("bot").error("event_failed", exc_info=True)
        elif way == "error_object":
            structlog.get_logger("bot").error("event_failed", exc_info=error, error=error)
        else:
            logging.getLogger("uvicorn.error").error("Exception in ASGI application\n", exc_info=error)
    (line,) = written.lines
    assert [told["type"] for told in line["exception"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert line["exception"][0]["frames"][-1].startswith("tests/test_logs.py:")
    assert line["exception"][0]["frames"][-1].endswith(" fail")
    assert_nothing_private(written.text)


def test_a_librarys_line_keeps_its_template_and_loses_its_values(written: Written) -> None:
    logging.getLogger("some.library").warning("could not send %s to %s", WORDS, LINE_USER)
    assert written.lines[0]["event"] == "could not send %s to %s"
    assert written.lines[0]["logger"] == "some.library"
    assert_nothing_private(written.text)


def test_what_a_library_writes_below_its_first_line_is_dropped(written: Written) -> None:
    logging.getLogger("asyncio").error(f"Task exception was never retrieved\nfuture: <Task exception={WORDS!r}>")
    assert written.lines[0]["event"] == "Task exception was never retrieved"
    assert_nothing_private(written.text)


def test_requests_with_tokens_and_addresses_are_not_logged(written: Written) -> None:
    for name in logs.SILENCED:
        logging.getLogger(name).info("GET https://api.test/bot%s/getMe", TELEGRAM_TOKEN)
    logging.getLogger("uvicorn.access").warning('192.0.2.7 - "GET /"')
    assert written.text == ""


def test_a_log_call_that_cannot_be_formatted_shows_nothing(written: Written, capfd: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").warning("%d people", WORDS)
    assert_nothing_private(written.text + "".join(capfd.readouterr()))


def test_warnings_are_told_without_their_words(written: Written) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(True)
        warnings.warn(WORDS, UserWarning, stacklevel=1)
        logging.captureWarnings(False)
    assert [line["event"] for line in written.lines] == ["python_warning"]
    assert_nothing_private(written.text)


def test_our_debug_lines_and_libraries_chatter_stay_out(written: Written) -> None:
    structlog.get_logger("bot").debug("detail")
    logging.getLogger("some.library").info("chatter")
    assert written.text == ""


def test_a_library_that_its_channel_has_silenced_stays_silent(written: Written) -> None:
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    logs.configure(stream=written.stream)
    logging.getLogger("telegram.request.BaseRequest").error('Can not load invalid JSON data: "%s"', WORDS)
    assert written.text == ""


def test_an_exception_that_nobody_caught_is_told_the_same_way(tmp_path: Path) -> None:
    program = (
        "import threading\nfrom bot import logs\nlogs.configure()\n"
        f"def fail(): raise ValueError({WORDS!r})\n"
        "thread = threading.Thread(target=fail); thread.start(); thread.join()\nfail()\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=logs.ROOT, check=False)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [line["event"] for line in lines] == ["uncaught_exception"] * 2
    assert lines[0]["exception"][0]["type"] == "builtins.ValueError"
    assert run.returncode == 1
    assert_nothing_private(run.stdout + run.stderr)


def test_a_terminal_gets_lines_for_people_with_the_same_masks() -> None:
    stream = io.StringIO()
    render = logs._renderer(True, stream)
    line = logs.Masker([CHANNEL_SECRET])(
        None, "info", {"event": "started", "level": "info", "secret_of": CHANNEL_SECRET}
    )
    shown = render(None, "info", line)
    assert "started" in shown
    assert not str(shown).startswith("{")
    assert_nothing_private(str(shown))
