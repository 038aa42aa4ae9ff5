"""The rows one after the other, each in a process of its own over a copy of freshly made books.

A process of its own, because a peak of memory belongs to one row; a copy, because making books takes longer than
most measurements. Everything lies in one temporary folder, which goes away with whatever still runs in it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.rows import ROWS

CHECKOUT = Path(__file__).resolve().parents[1]
Say = Callable[[str], None]


class Failed(RuntimeError):
    """Something could not be measured; what its process said stands on the terminal."""


def run(names: Sequence[str], scale: float = 1.0, say: Say = lambda words: None) -> Iterator[dict[str, Any]]:
    """Measure the rows and yield the data of each. `scale` 1 is the size in the README, 0.01 a quick look."""
    country = any(ROWS[name].country for name in names)
    with tempfile.TemporaryDirectory(prefix="gongxue-bench-") as folder:
        made, var = Path(folder) / "made", Path(folder) / "var"
        say("正在建立临时数据库（含演示国家，约一分钟）…" if country else "正在建立临时数据库 …")
        child(made, "country" if country else "classes", scale)
        for name in names:
            shutil.copytree(made, var)
            say(f"正在测量 {name} …")
            yield json.loads(child(var, name, scale))
            shutil.rmtree(var)


def child(var: Path, name: str, scale: float) -> str:
    """`python -m bench name scale` over the books in `var`; returns what it printed, Failed when it failed."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", name, str(scale)],
        cwd=CHECKOUT,
        env=_environment(var),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a group of its own, which ends as a whole
    )
    try:
        printed, _ = process.communicate()
    finally:
        _end(process)
    if process.returncode:
        raise Failed(name)
    return printed


def _end(process: subprocess.Popen[str]) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of it has ended by itself
    process.wait()


def _environment(var: Path) -> dict[str, str]:
    """The usual settings, whatever this terminal says."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GONGXUE_") and k != "DATABASE_URL"}
    return {
        **kept,
        "GONGXUE_VAR": str(var),
        "GONGXUE_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings",
    }
