"""Reads this machine: what it is, how fast its disk syncs, and what processes used of processor and memory."""

import os
import platform
import time
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
SYNCS = 300


def describe() -> str:
    """Say in one line what the figures were measured on, and how busy it was with other work."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine()
    )
    load = os.getloadavg()[0]
    system = f"Linux {platform.release()}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores ({model}), {system}, load {load:.1f}"


def syncs_per_second(folder: Path) -> float:
    """Append 4 KiB and fdatasync, again and again; gives how often a second the disk of a folder takes that."""
    path = folder / "sync"
    with path.open("wb", buffering=0) as file:
        began = time.monotonic()
        for _ in range(SYNCS):
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
        seconds = time.monotonic() - began
    path.unlink()
    return SYNCS / seconds


def resident_mb(pid: int) -> float:
    """Read a process's resident memory, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS"))) / 1024


def family(pid: int) -> list[int]:
    """List a process and all that came of it and still live."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Sum the processor time that processes and their ended children used, in seconds."""
    times = (fields[11:15] for pid in pids if (fields := _fields(pid)))
    return sum(int(ticks) for used in times for ticks in used) / TICKS


def _fields(pid: int) -> list[str]:
    """Read /proc/PID/stat from the process's state on (proc(5)); nothing of one that has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return []
