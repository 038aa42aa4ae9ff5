"""The settings of the tests: the real ones in a folder of their own, which goes away afterwards.

Everything the environment could say is forgotten first, so that no developer's setting changes a result. The one
exception is GONGXUE_TEST_DATABASE_URL: the empty PostgreSQL database that tools/test.py makes for the second pass.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "gongxue-tests-"


def _memory() -> str | None:
    """A folder in memory where the system has one: commits are durable there at no cost."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _sweep() -> None:
    """Remove what killed test runs left behind."""
    for leftover in Path(_memory() or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = leftover.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(leftover, ignore_errors=True)


def _environment() -> Path:
    for name in list(os.environ):
        if name == "DATABASE_URL" or (name.startswith("GONGXUE_") and not name.startswith("GONGXUE_TEST_")):
            del os.environ[name]
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_memory()))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["GONGXUE_VAR"] = str(folder)
    if url := os.environ.get("GONGXUE_TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
    return folder


_sweep()
FOLDER = _environment()

from gongxue.foundation.keys import create_keys  # noqa: E402

create_keys(FOLDER / "keys")

from gongxue.foundation.settings import *  # noqa: E402, F403
from gongxue.foundation.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT.mkdir()  # whitenoise warns about a folder that is not there

for _database in DATABASES.values():
    if (
        "sqlite3" in _database["ENGINE"]
    ):  # rows without ORDER BY come backwards: reliance on their order fails
        _database["OPTIONS"]["init_command"] += "PRAGMA reverse_unordered_selects=ON;"
