"""Runs the tests in three passes and says how each ended; `make test ARGS="…"` hands its arguments to pytest.

    SQLite       everything but the browser tests
    PostgreSQL   what is marked `postgresql` once more, on a throw-away server (GONGXUE_TEST_DATABASE_URL)
    browser      what is marked `browser`, in Chromium

With `faults` as the first argument it runs the full counts of the fault tests (marked `faults`) instead.
The exit code is 0 only if every pass passed and ran at least one test; with arguments for pytest, which may well
leave a pass without tests, it is enough that one pass ran some.
"""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

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


PASSES = [
    Pass("SQLite", "not browser and not faults"),
    Pass("PostgreSQL", "postgresql and not browser and not faults", on_postgresql=True),
    Pass("browser", "browser and not faults"),
]
FAULT_PASSES = [
    Pass("faults on SQLite", "faults"),
    Pass("faults on PostgreSQL", "faults and postgresql", on_postgresql=True),
]


def run(one: Pass, arguments: list[str]) -> int:
    """Run one pass and return pytest's exit code."""
    print(f"\n──── {one.name}: {one.marked}", flush=True)
    command = [sys.executable, "-m", "pytest", "-m", one.marked, *arguments]
    if not one.on_postgresql:
        return subprocess.run(command, check=False, cwd=ROOT).returncode
    server = start()
    try:
        env = {**os.environ, "GONGXUE_TEST_DATABASE_URL": server.create_database("gongxue")}
        return subprocess.run(command, check=False, cwd=ROOT, env=env).returncode
    finally:
        server.stop()


def main(arguments: list[str]) -> int:
    passes = PASSES
    if arguments[:1] == ["faults"]:
        passes, arguments = FAULT_PASSES, arguments[1:]
    began = time.monotonic()
    codes: list[int] = []
    lines: list[str] = []
    for one in passes:
        pass_began = time.monotonic()
        code = run(one, arguments)
        codes.append(code)
        word = {0: "passed", NO_TESTS: "ran no test"}.get(code, f"FAILED (exit code {code})")
        lines.append(f"{one.name:<22}{word:<24}{time.monotonic() - pass_began:7.1f} s")
    print("\n" + "\n".join(lines))
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
