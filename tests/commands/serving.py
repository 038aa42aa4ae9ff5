"""`gongxue serve` as a process that a test starts, listens to, stops or hurts; nothing of it outlives the test."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from gongxue.commands.serve import PROGRAM

ADDRESS = "工学一体化教师培训管理服务平台  http://127.0.0.1:"  # said once the platform answers
PATIENCE = 240  # seconds after which something is broken, however busy the machine is


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_environment(**also: str) -> dict[str, str]:
    """The environment without any of our settings, and these."""
    ours = ("GONGXUE_", "DJANGO_", "DATABASE_", "PORT")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours)} | also


@dataclass(frozen=True, slots=True)
class Process:
    """One line of the process table."""

    pid: int
    parent: int
    group: int
    command: str


def processes() -> list[Process]:
    """Every process that is alive."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if fields[0] not in "ZX":
            found.append(Process(int(entry.name), int(fields[1]), int(fields[2]), command))
    return found


class Serving:
    """`with Serving(environment) as serving: serving.wait_for(ADDRESS)`."""

    def __init__(self, environment: dict[str, str], *arguments: str, port: int = 0) -> None:
        self.port = port or free_port()
        self.said: list[str] = []
        self._groups: set[int] = set()
        self.process = subprocess.Popen(
            [*PROGRAM, "serve", "--port", str(self.port), "--workers", "2", *arguments],
            env={**environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip

    def __enter__(self) -> Serving:
        """Started."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Nothing stays behind, whatever the test found."""
        for group in self.groups():
            try:
                os.killpg(group, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def wait_for(self, words: str) -> str:
        """Read what it says until a line contains `words`; AssertionError when it ends before."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line.rstrip("\n"))
            if words in line:
                self.groups()
                return line
        raise AssertionError(f"ended without saying “{words}”:\n" + "\n".join(self.said))

    def groups(self) -> set[int]:
        """The process groups of everything it has started so far."""
        self._groups |= {self.process.pid}
        self._groups |= {p.group for p in processes() if p.parent == self.process.pid}
        return self._groups

    def alive(self) -> list[Process]:
        """What is left of it."""
        return [p for p in processes() if p.group in self.groups()]

    def one(self, words: str) -> Process:
        """The process whose command contains these words, the oldest of several."""
        return min((p for p in self.alive() if words in p.command), key=lambda p: p.pid)

    def end(self, number: signal.Signals | None = None) -> int:
        """Send a signal, if any, and wait for the end; the exit code. What was said last is in `said`."""
        self.groups()
        if number is not None:
            self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=PATIENCE)
        self.said += rest.splitlines()
        return self.process.returncode


assert sys.platform == "linux", "processes are read from /proc"
