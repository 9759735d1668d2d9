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
    fields = Settings.__dataclass_fields__
    for name in fields:
        choices = ["communication", "light", "standard"] if name == "line_plan" else None
        parser.add_argument(f"--{name.replace('_', '-')}", default=fields[name].default, choices=choices)
    return parser.parse_args(given)


async def serve(given: argparse.Namespace) -> None:
    """Serve until cancelled; one line with the address tells that everything is ready."""
    settings = Settings(**{name: getattr(given, name) for name in Settings.__dataclass_fields__})
    runner, port = await listen(Server(settings), given.host, given.port)
    sys.stdout.write(f"sandbox ready at http://127.0.0.1:{port}/\n")
    sys.stdout.flush()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


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
