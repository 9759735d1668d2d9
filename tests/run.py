"""Every check in turn: format, lint, types, import contracts, tests; ends with a counted list of what could not run."""

import subprocess
import sys
import time

CHECKS = {
    "format": ["-m", "ruff", "format", "--check", "--quiet", "."],
    "lint": ["-m", "ruff", "check", "--quiet", "."],
    "types": ["-m", "mypy"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as check; check()", "--no-cache"],
    "tests": ["-m", "pytest", "-q", "-n", "4", "--dist", "loadfile", "--no-loadscope-reorder"],
}
"""What the interpreter is given for each check. Tests wait for browsers and processes: four at once fill two cores."""


def main() -> int:
    failed = []
    for name, command in CHECKS.items():
        print(f"── {name}", flush=True)
        started = time.monotonic()
        code = subprocess.run([sys.executable, *command], check=False).returncode
        if code:
            failed.append(name)
        print(f"── {name}: {'FAILED' if code else 'ok'} in {time.monotonic() - started:.0f} s", flush=True)
    print(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
