"""A real server over a clone: the processes that `gongxue serve` runs, which can be killed at any moment."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from gongxue.commands.serve import PROGRAM, _web
from tests.prepared import Clone

READY_WITHIN = 120.0  # seconds; two are normal, but other work may share the machine
PRODUCT = "gongxue.wsgi:application"


class NotReady(RuntimeError):
    """The server ended or did not answer; the message is what it said."""


class Server:
    """Web processes and job worker over one database; `whole=True` starts them through `gongxue serve` itself.

    application: another WSGI application in place of the product's (negative controls, recorders);
    threads: requests at once in each of the two web processes; worker: whether jobs run beside them.
    """

    def __init__(
        self, clone: Clone, log: Path, *, application: str = PRODUCT, threads: int = 1, worker: bool = True,
        more: Mapping[str, str] | None = None,
    ) -> None:  # fmt: skip
        self.port = free_port()
        self.log = log
        self._environment = {
            **clone.environment,
            "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings",
            "GONGXUE_DEMO": "no",
            "GONGXUE_AT_ONCE": str(threads),
            **(more or {}),
        }
        self._parts = [self._web(application), *([[*PROGRAM, "work"]] if worker else [])]
        self._processes: list[subprocess.Popen[bytes]] = []

    def _web(self, application: str) -> list[str]:
        command = _web("127.0.0.1", self.port, 2)
        command[command.index(PRODUCT)] = application
        return command

    def start(self, *, whole: bool = False) -> float:
        """Start and wait until it answers; returns after how many seconds."""
        serve = [[*PROGRAM, "serve", "--port", str(self.port), "--workers", "2"]]
        begun = time.monotonic()
        with self.log.open("ab") as log:
            self._processes = [
                subprocess.Popen(
                    command, stdout=log, stderr=log, env=self._environment, start_new_session=True
                )
                for command in (serve if whole else self._parts)
            ]
        while not self._answers():
            ended = [p for p in self._processes if p.poll() is not None]
            if ended or time.monotonic() - begun > READY_WITHIN:
                self.kill()
                raise NotReady(self.log.read_text(encoding="utf-8", errors="replace")[-4000:])
            time.sleep(0.02)
        return time.monotonic() - begun

    def _answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            line.request("GET", "/api/v1/me")
            return line.getresponse().status == 401
        except (OSError, http.client.HTTPException):
            return False
        finally:
            line.close()

    def kill(self) -> None:
        """`kill -9` to every process at once, wherever each is just now."""
        groups = {p.pid for p in self._processes}
        groups |= {process.group for process in _processes() if process.parent in groups}
        for group in groups:
            _kill_group(group)
        for process in self._processes:
            process.wait()
        while any(p.group in groups and not p.dead for p in _processes()):
            time.sleep(0.005)  # a dying process may still hold its locks
        self._processes = []

    def __enter__(self) -> Server:
        """Started by `start`."""
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        """Nothing stays behind."""
        self.kill()


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


class _Process:
    """One line of the process table."""

    def __init__(self, stat: str) -> None:
        fields = stat.rpartition(")")[2].split()  # the name before it may hold blanks and brackets
        self.dead = fields[0] in "ZX"
        self.parent, self.group = int(fields[1]), int(fields[2])


def _processes() -> Iterable[_Process]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                yield _Process((entry / "stat").read_text(encoding="utf-8", errors="replace"))
            except OSError:
                continue  # it ended while we looked


def peak_memory_mb(pid: int) -> float:
    """The largest resident size of a process so far."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


assert sys.platform == "linux", "process groups are read from /proc"
