"""Writes requirements/run.txt, requirements/dev.txt and package-lock.json anew (`make lock`).

The two requirements files hold one set of versions with the hashes of every wheel, so that either installs from the
public index or a mirror of it. Versions already locked are kept; `make lock ARGS=--upgrade` takes the newest ones.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV = ROOT / ".venv" / "bin" / "uv"
COMPILE = ["pip", "compile", "pyproject.toml", "--quiet", "--generate-hashes", "--python-version", "3.11"]
COMPILE += ["--universal"]  # markers instead of this machine's platform: x86-64 and ARM, newer Pythons too
COMPILE += ["--no-config", "--custom-compile-command", "make lock"]
DEV, RUN = "requirements/dev.txt", "requirements/run.txt"


def main(arguments: list[str]) -> None:
    # Nothing but the index itself: a local folder of wheels would add hashes that nobody else can install.
    local = ("UV_FIND_LINKS", "UV_EXTRA_INDEX_URL", "UV_INDEX")
    env = {name: value for name, value in os.environ.items() if name not in local}
    steps: list[list[str | Path]] = [
        [UV, *COMPILE, *arguments, "--extra", "dev", "--output-file", DEV],
        [UV, *COMPILE, *arguments, "--constraint", DEV, "--output-file", RUN],
        ["npm", "install", "--package-lock-only", "--ignore-scripts"],
    ]
    for step in steps:
        subprocess.run(step, cwd=ROOT, env=env, check=True)


if __name__ == "__main__":
    main(sys.argv[1:])
