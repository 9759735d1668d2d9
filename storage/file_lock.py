"""Holds a SQLite file for one process at a time; reads nothing in it."""

import fcntl
import os
from pathlib import Path


class SecondProcessError(Exception):
    """Another process already writes to this SQLite file."""


def lock_file(path: str | None) -> int | None:
    """Hold a lock beside a SQLite file, until the handle is closed. SecondProcessError when another process does."""
    if path is None or path == ":memory:":
        return None
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite would let everybody on the machine read it
    handle = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(handle)
        raise SecondProcessError(f"another process is using {path}: stop it first, or use PostgreSQL") from error
    return handle
