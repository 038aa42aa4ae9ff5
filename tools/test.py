"""Runs the tests in passes and says how each ended; `make test ARGS="…"` hands its arguments to pytest.

    SQLite       everything but the browser tests
    PostgreSQL   what is marked `postgresql` once more, on a throw-away server (GONGXUE_TEST_DATABASE_URL)
    browser      what is marked `browser`, in Chromium

Where there are two cores, the first pass runs beside the others, whose output follows when it has ended; whole
programs and the demonstration country then leave the first pass for one of their own, so that both sides take as long.

With `faults` as the first argument it runs the full counts of the fault tests (marked `faults`) instead.
The exit code is 0 only if every pass passed and ran at least one test; with arguments for pytest, which may well
leave a pass without tests, it is enough that one pass ran some.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.postgresql import start  # noqa: E402

NO_TESTS = 5  # pytest's exit code when nothing was selected


@dataclass(frozen=True)
class Pass:
    """One run of pytest."""

    name: str
    marked: str
    on_postgresql: bool = False
    where: tuple[str, ...] = ()  # folders or options that say which tests; none: all of them


APART = (
    "tests/commands",
    "tests/rehearsal",
    "tests/bench",
    "tests/faults",
)  # whole programs, the country, what is killed
PASSES = [
    Pass("SQLite", "not browser and not faults"),
    Pass("PostgreSQL", "postgresql and not browser and not faults", on_postgresql=True),
    Pass("browser", "browser and not faults"),
]
BALANCED = [
    Pass("SQLite", PASSES[0].marked, where=tuple(f"--ignore={folder}" for folder in APART)),
    *PASSES[1:],
    Pass("SQLite, programs", PASSES[0].marked, where=APART),
]
FAULT_PASSES = [
    Pass("faults on SQLite", "faults"),
    Pass("faults on PostgreSQL", "faults and postgresql", on_postgresql=True),
]


@dataclass(frozen=True)
class Ended:
    """How a pass ended: pytest's exit code and the seconds it took."""

    name: str
    code: int
    seconds: float

    @property
    def line(self) -> str:
        """SQLite   passed   300.1 s."""
        word = {0: "passed", NO_TESTS: "ran no test"}.get(self.code, f"FAILED (exit code {self.code})")
        return f"{self.name:<22}{word:<24}{self.seconds:7.1f} s"


def run(one: Pass, arguments: Sequence[str], output: IO[bytes] | None = None) -> Ended:
    """Run one pass; its output goes to the terminal or to a file."""
    began = time.monotonic()
    title = f"\n──── {one.name}: {one.marked}\n"
    (output or sys.stdout.buffer).write(title.encode())
    (output or sys.stdout.buffer).flush()
    command = [sys.executable, "-m", "pytest", "-m", one.marked, *one.where, *arguments]
    if one.on_postgresql:
        server = start()
        try:
            env = {**os.environ, "GONGXUE_TEST_DATABASE_URL": server.create_database("gongxue")}
            code = subprocess.run(command, check=False, cwd=ROOT, env=env, stdout=output).returncode
        finally:
            server.stop()
    else:
        code = subprocess.run(command, check=False, cwd=ROOT, stdout=output).returncode
    return Ended(one.name, code, time.monotonic() - began)


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def run_all(passes: Sequence[Pass], arguments: Sequence[str]) -> list[Ended]:
    """The first pass beside the others where there are two cores, else one after the other."""
    if _cores() < 2:
        return [run(one, arguments) for one in passes]
    with tempfile.TemporaryFile() as output, ThreadPoolExecutor(1) as beside:
        others = beside.submit(lambda: [run(one, arguments, output) for one in passes[1:]])
        first = run(passes[0], arguments)
        ended = [first, *others.result()]
        output.seek(0)
        sys.stdout.buffer.write(output.read())
        sys.stdout.buffer.flush()
    return ended


def main(arguments: list[str]) -> int:
    passes = PASSES if arguments or _cores() < 2 else BALANCED
    if arguments[:1] == ["faults"]:
        passes, arguments = FAULT_PASSES, arguments[1:]
    began = time.monotonic()
    ended = run_all(passes, arguments)
    print("\n" + "\n".join(one.line for one in ended))
    codes = [one.code for one in ended]
    failed = any(code not in {0, NO_TESTS} for code in codes)
    empty = all(code == NO_TESTS for code in codes) if arguments else NO_TESTS in codes
    result = "FAILED" if failed else "INCOMPLETE: a pass ran no test" if empty else "passed"
    print(f"{'all':<22}{result:<24}{time.monotonic() - began:7.1f} s", flush=True)
    return 1 if failed or empty else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
