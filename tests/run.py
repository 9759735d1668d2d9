"""Every check in turn: format, lint, types, import contracts, tests; ends with a counted list of what could not run."""

import os
import subprocess
import sys
import time

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": ["-m", "ruff", "check", "--quiet", "."],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as check; check()", "--no-cache"],
    "tests": ["-m", "pytest", "-q", "-n", "5", "--dist", "loadfile", "--no-loadscope-reorder"],
}
"""What the interpreter is given for each check. Tests wait for browsers and processes: five at once fill two cores."""
KEPT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""The environment of the tests: what is compiled for one of the five is there for the others."""


def main() -> int:
    failed = []
    compiling = subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "--collect-only"], env=KEPT, stdout=subprocess.DEVNULL
    )
    for name, command in CHECKS.items():
        if name == "tests":
            compiling.wait()
        print(f"── {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run([sys.executable, *command], env=KEPT, check=False).returncode
        if code:
            failed.append(name)
        print(f"── {name}: {'FAILED' if code else 'ok'} in {time.monotonic() - started:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
