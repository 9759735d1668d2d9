"""A talk in a terminal: lines in, text out, buttons by number."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime

from bot.channels.terminal import Terminal, talk, typed_lines
from handlers.messages import Call, Card, Choice, Fate, Incoming, IncomingKind, Text, Way

AT = datetime(2026, 4, 1, tzinfo=UTC)


class Talk:
    """A terminal whose screen can be read, and a bot that answers every event with the same messages."""

    def __init__(self, *answer: Text | Card) -> None:
        self.screen = ""
        self.answer = answer
        self.terminal = Terminal(self._write, lambda: AT)
        self.heard: list[Incoming] = []

    def _write(self, text: str) -> None:
        self.screen += text

    async def take(self, body: bytes) -> None:
        (arrived,) = self.terminal.split(body)
        assert (arrived.occurred_at, arrived.account_key) == (AT, "terminal")
        self.heard.append(self.terminal.read(arrived.raw))
        for rendered in self.terminal.render(self.answer):
            outcome = await self.terminal.send(Call(way=Way.REPLY, to=arrived.account_key, body=rendered))
            assert outcome.fate is Fate.ACCEPTED

    async def hears(self, *lines: str, language: str | None = None) -> list[Incoming]:
        async def typed() -> AsyncIterator[str]:
            for line in lines:
                yield line

        await talk(self.terminal, self.take, typed(), language)
        return self.heard[1:]


MENU = Card(
    "メニュー", ("えらんでください",), (Choice("報告", data="report"), Choice("市のページ", url="https://example.jp/"))
)


async def test_a_talk_begins_with_a_follow() -> None:
    talked = Talk()
    await talked.hears(language="ja")
    assert [(one.kind, one.language) for one in talked.heard] == [(IncomingKind.FOLLOWED, "ja")]


async def test_messages_are_plain_text_with_numbered_buttons() -> None:
    talked = Talk(Text("ようこそ"), MENU)
    await talked.hears()
    assert talked.screen == "ようこそ\nメニュー\nえらんでください\n  [1] 報告\n  [2] 市のページ\n"


async def test_no_text_can_command_the_terminal() -> None:
    talked = Talk(Text("👨\u200d👩\u200d👧\x1b[2J\x07\tb", (Choice("\x1b]0;x", data="x"),)))
    await talked.hears()
    assert talked.screen == "👨\u200d👩\u200d👧[2J\tb\n  [1] ]0;x\n"


async def test_a_typed_number_presses_that_button() -> None:
    assert [one.data for one in await Talk(MENU).hears("1", " １ ")] == ["report", "report"]


async def test_the_number_of_a_page_shows_its_address_and_tells_the_bot_nothing() -> None:
    talked = Talk(MENU)
    assert await talked.hears("2") == []
    assert talked.screen.endswith("https://example.jp/\n")


async def test_a_number_without_a_button_is_a_text() -> None:
    heard = await Talk(MENU).hears("3", "0", "-1", "2022", "12 km")
    assert [(one.kind, one.text) for one in heard] == [
        (IncomingKind.TEXT, text) for text in ("3", "0", "-1", "2022", "12 km")
    ]


async def test_buttons_number_on_through_one_answer_and_start_anew_with_the_next() -> None:
    talked = Talk(Text("a", (Choice("x", data="x"),)), Text("b", (Choice("y", data="y"),)))
    assert [one.data for one in await talked.hears("2", "2", "1")] == ["y", "y", "x"]
    assert "[3]" not in talked.screen


async def test_empty_lines_tell_nothing_and_start_opens_a_link() -> None:
    (follow,) = await Talk().hears("", "  ", "/start event-5")
    assert (follow.kind, follow.payload) == (IncomingKind.FOLLOWED, "event-5")


async def test_commands_and_words_are_texts() -> None:
    assert [one.text for one in await Talk().hears("/points", " 今日マイボトル使った ")] == [
        "/points",
        "今日マイボトル使った",
    ]


async def test_each_event_has_an_id_of_its_own() -> None:
    terminal = Terminal(lambda text: None)
    ids = {terminal.split(terminal.heard("same") or b"")[0].event_id for _ in range(3)}
    assert len(ids) == 3


async def test_a_body_that_is_no_call_is_refused() -> None:
    for body in (b"", b"[]", b"{}", b'{"text":"x","choices":[7]}', b'{"text":"x","choices":7}'):
        outcome = await Terminal(lambda text: None).send(Call(way=Way.PUSH, to="terminal", body=body))
        assert outcome.fate is Fate.PERMANENT


async def lines_of(written: bytes) -> list[str]:
    reading, writing = os.pipe()
    os.write(writing, written)
    os.close(writing)
    try:
        return [line async for line in typed_lines(reading)]
    finally:
        os.close(reading)


async def test_piped_lines_are_read_to_the_end_with_or_without_a_last_line_end() -> None:
    assert await lines_of("一\n二\n".encode()) == ["一", "二"]
    assert await lines_of("一\n\n二".encode()) == ["一", "", "二"]
    assert await lines_of(b"") == []
    assert await lines_of(b"\xff\n") == ["\ufffd"]


async def test_waiting_for_a_line_does_not_hold_up_the_loop() -> None:
    reading, writing = os.pipe()
    waiting = asyncio.create_task(anext(typed_lines(reading)))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    os.write(writing, "はい\n".encode())
    assert await asyncio.wait_for(waiting, 5) == "はい"
    os.close(writing)


PROGRAM = """
import asyncio
from bot.channels.terminal import Terminal, talk, typed_lines
from handlers.messages import Call, Choice, Text, Way
terminal = Terminal()
async def take(body):
    (arrived,) = terminal.split(body)
    heard = terminal.read(arrived.raw)
    answer = Text(f"{heard.kind}:{heard.text}{heard.data}", (Choice("はい", data="yes"),))
    for rendered in terminal.render([answer]):
        await terminal.send(Call(way=Way.REPLY, to="terminal", body=rendered))
asyncio.run(talk(terminal, take, typed_lines()))
"""


def test_a_whole_talk_through_a_pipe_ends_with_its_input() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], input="𠮷野家\n1\n".encode(), capture_output=True, timeout=60, env=environment
    )
    assert run.stderr == b""
    assert run.stdout.decode() == "followed:\n  [1] はい\ntext:𠮷野家\n  [1] はい\npressed:yes\n  [1] はい\n"


def test_ctrl_c_ends_the_talk_without_one_more_line() -> None:
    heeding = f"import signal\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n{PROGRAM}"
    with subprocess.Popen(  # a test run in the background of a shell hands down that SIGINT is ignored
        [sys.executable, "-c", heeding], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as run:
        assert run.stdout
        assert run.stdout.readline() == b"followed:\n"
        run.send_signal(signal.SIGINT)
        run.wait(20)
        assert run.stderr
        assert b"Fatal" not in run.stderr.read()


def test_a_screen_that_lacks_a_character_shows_a_question_mark() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], input=b"a\n", capture_output=True, timeout=60, env=environment
    )
    assert run.returncode == 0
    assert b"[1] ??" in run.stdout


def test_the_same_message_gives_the_same_bytes() -> None:
    terminal = Terminal()
    assert terminal.render([MENU]) == terminal.render([MENU])
    assert json.loads(terminal.render([MENU])[0])["choices"][0] == ["報告", "report", ""]
