"""Runs the measurements one after another, in processes of their own: all of them, or those that are named.

A part is a module here with a ``main()``; its docstring's first sentence says what it measures.
"""

import platform
import subprocess
import sys
from os import cpu_count

PARTS = (
    "start", "intake", "conversation", "reminders", "line", "telegram", "large", "console", "counters", "understanding",
    "pictures",
)  # fmt: skip


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"no part {', '.join(unknown)}; there are: {', '.join(PARTS)}")
        return 2
    print(f"machine: {cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}", flush=True)
    failed = 0
    for name in names or PARTS:
        print(f"\n== {name}: python -m bench {name}", flush=True)
        failed |= subprocess.run([sys.executable, "-c", f"from bench.{name} import main; main()"]).returncode
    return int(failed != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
