"""Starts the sandbox as a process of its own (`python -m bot.sandbox`); may not hold any rule."""

import argparse
import asyncio
import contextlib
import sys
from collections.abc import Sequence

from bot.sandbox.platform import Settings
from bot.sandbox.server import Server, listen


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="loopback only")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--until-closed", action="store_true", help="end when standard input ends, as a child should")
    fields = Settings.__dataclass_fields__
    for name in fields:
        choices = ["communication", "light", "standard"] if name == "line_plan" else None
        parser.add_argument(f"--{name.replace('_', '-')}", default=fields[name].default, choices=choices)
    return parser.parse_args(given)


async def serve(given: argparse.Namespace) -> None:
    """Serve until cancelled (or standard input ends, if so asked); one line with the address says that it is ready."""
    settings = Settings(**{name: getattr(given, name) for name in Settings.__dataclass_fields__})
    runner, port = await listen(Server(settings), given.host, given.port)
    host = f"[{given.host}]" if ":" in given.host else given.host
    sys.stdout.write(f"sandbox ready at http://{host}:{port}/\n")
    sys.stdout.flush()
    try:
        await (_input_closed() if given.until_closed else asyncio.Event().wait())
    finally:
        await runner.cleanup()


async def _input_closed() -> None:
    """Wait for the end of standard input: whoever holds its other end has ended, however that came about."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.read(1024):
        pass


def main() -> None:
    """Run until interrupted."""
    given = arguments()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(serve(given))
    except (ValueError, OSError) as error:
        sys.exit(f"sandbox: {error}")


if __name__ == "__main__":
    main()
