"""Memory and processor time of processes, from /proc."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterable
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def family(pid: int) -> list[int]:
    """A process and everything it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [pid, *(one for child in children for one in family(int(child)))]


def peak_mb(pids: Iterable[int]) -> float:
    """The largest resident sizes so far, added up; memory that they share counts in each."""
    return sum(_peak_kb(pid) for pid in pids) / 1024


def _peak_kb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))


def processor_seconds(pids: Iterable[int]) -> float:
    """Processor time used so far, user and system."""
    return sum(_ticks(pid) for pid in pids) / _TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


class OwnPeak:
    """The largest resident size of this process from now on."""

    def __init__(self) -> None:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # 5: forget the peak so far

    @property
    def mb(self) -> float:
        """So far."""
        return peak_mb([os.getpid()])


def largest_child_mb() -> float:
    """The largest resident size of any process that this one has started and seen end."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
