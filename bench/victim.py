"""Runs the real bot in processes that die where they are told; the product itself has no hook for this.

Started as ``python -m bench.victim [flaw]`` it imports everything once, then reads one JSON line a life from its
standard input (``{"step": …, "nth": …}``), forks, and lets the child serve. Its answers are JSON lines too: the child's
``pid``, and, when it has ended, how (``signal`` or ``exit``) and where the fuse burnt (``landed``).
"""

import asyncio
import functools
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

STEPS = (
    "before the intake commit",
    "after the intake commit",
    "inside the work",
    "after the work's commit",
    "before the call",
    "after the platform took it",
    "before the end mark",
    "before a push",
    "after a push was taken",
)
ON_PUSHES = STEPS[7:]
FLAWS = ("intake", "key")
"""``intake``: 200 is answered without waiting for the commit. ``key``: each try of a push makes its own retry key."""

LATE_SECONDS = 0.3  # how long the flawed intake puts its commit off
BESIDES = ("linebot.v3.messaging", "telegram", "aiohttp", "bot.app", "bot.serving")  # so that a life begins at once


class Fuse:
    """Kills this process the nth time that a step is reached, after telling where."""

    def __init__(self, step: str, nth: int, told: int) -> None:
        self._step, self._left, self._told = step, nth, told

    def reach(self, step: str) -> None:
        """Note that a step is reached."""
        if step != self._step:
            return
        self._left -= 1
        if self._left == 0:
            os.write(self._told, step.encode())
            os.kill(os.getpid(), signal.SIGKILL)


def lay(fuse: Fuse) -> None:
    """Wrap the bot's own functions so that each step passes by the fuse."""
    from bot import dispatch
    from bot.channels.line.channel import Line
    from bot.channels.telegram.channel import Telegram
    from bot.worker import Worker
    from scheduler.delivery import Delivery
    from storage import inbox, outbox

    _wrap(inbox, "store_all", after=lambda *_: fuse.reach(STEPS[0]))
    _wrap_async(Worker, "take_in", after=lambda *_: fuse.reach(STEPS[1]))
    _wrap(dispatch, "_post", before=lambda *_: fuse.reach(STEPS[2]))
    _wrap(Delivery, "take", before=lambda _, calls: calls and fuse.reach(STEPS[3]))
    for channel in (Line, Telegram):
        _wrap_async(
            channel,
            "send",
            before=lambda _, call: _reach_both(fuse, call, STEPS[4], STEPS[7]),
            after=lambda _, call: _reach_both(fuse, call, STEPS[5], STEPS[8]),
        )
    _wrap(outbox, "mark_ended", before=lambda *_: fuse.reach(STEPS[6]))


def _reach_both(fuse: Fuse, call: Any, step: str, on_push: str) -> None:
    fuse.reach(step)
    if call.way == "push":
        fuse.reach(on_push)


def _nothing(*_: Any) -> None:
    return None


def _wrap(owner: Any, name: str, before: Callable[..., Any] = _nothing, after: Callable[..., Any] = _nothing) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*values: Any, **named: Any) -> Any:
        before(*values)
        result = original(*values, **named)
        after(*values)
        return result

    setattr(owner, name, wrapped)


def _wrap_async(
    owner: Any, name: str, before: Callable[..., Any] = _nothing, after: Callable[..., Any] = _nothing
) -> None:
    original = getattr(owner, name)

    @functools.wraps(original)
    async def wrapped(*values: Any, **named: Any) -> Any:
        before(*values)
        result = await original(*values, **named)
        after(*values)
        return result

    setattr(owner, name, wrapped)


def spoil(flaw: str) -> None:
    """Take one promise away, to see that the proof notices."""
    if flaw == "intake":
        _answer_before_the_commit()
    elif flaw == "key":
        _forget_the_key()


def _answer_before_the_commit() -> None:
    from bot.worker import Worker

    original, running = Worker.take_in, set()

    async def late(*values: Any) -> None:
        await asyncio.sleep(LATE_SECONDS)
        await original(*values)

    async def take_in(*values: Any) -> None:
        running.add(asyncio.create_task(late(*values)))

    Worker.take_in = take_in  # type: ignore[method-assign]


def _forget_the_key() -> None:
    import dataclasses
    import uuid

    from bot.channels.line.channel import Line

    original = Line.send

    async def send(self: Line, call: Any) -> Any:
        return await original(self, dataclasses.replace(call, key=call.key and str(uuid.uuid4())))

    Line.send = send  # type: ignore[method-assign]


def live(step: str, nth: int, flaw: str, told: int) -> None:
    """Serve until killed: a whole life of the bot."""
    from bot import serving, settings

    lay(Fuse(step, nth, told))
    spoil(flaw)
    serving.serve(settings.read())


def _end(status: int, landed: bytes) -> dict[str, Any]:
    how = {"signal": os.WTERMSIG(status)} if os.WIFSIGNALED(status) else {"exit": os.waitstatus_to_exitcode(status)}
    return {**how, "landed": landed.decode()}


def _say(words: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def main(flaw: str) -> None:
    """Give one life after another, as asked on the standard input."""
    for name in BESIDES:
        importlib.import_module(name)
    _say({"ready": True})
    for line in sys.stdin:
        wish = json.loads(line)
        hears, told = os.pipe()
        pid = os.fork()
        if pid == 0:
            os.close(hears)
            log = os.open("bot.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            live(wish["step"], wish["nth"], flaw, told)
            os._exit(0)
        os.close(told)
        _say({"pid": pid})
        _, status = os.waitpid(pid, 0)
        _say(_end(status, os.read(hears, 1000)))
        os.close(hears)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
