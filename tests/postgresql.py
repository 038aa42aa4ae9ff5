"""A throw-away PostgreSQL server for tests and measurements.

    server = start()
    server.create_database("books")
    server.url("books")        # postgresql://postgres@127.0.0.1:40123/books
    server.stop()              # also happens at exit, and when this process is killed

It runs the installed server binaries on a new data folder in memory, without durability, and needs no running
cluster, no account and no rights. Only `binaries()` is used before the virtual environment exists, so the top
of this module is the standard library alone.
"""

import atexit
import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

OLDEST = 13  # the oldest major version that Gongxue supports
NOBODY = 65534  # the server refuses to run as root; this uid owns nothing else
PREFIX = "gongxue-postgresql-"
READY_WITHIN = 30.0  # seconds; about one is normal
NOT_DURABLE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


class PostgresqlError(Exception):
    """The server is not installed or did not start; the message says why."""


class Server:
    """A running server. `process` is there for tests that kill it, `data` for those that start it again."""

    def __init__(self, *, base: Path, bin_folder: Path, settings: dict[str, str]) -> None:
        self.base = base
        self.data = base / "data"
        self.bin_folder = bin_folder
        self.settings = settings
        self.host = "127.0.0.1"
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, database: str = "postgres") -> str:
        """The address of a database, as DATABASE_URL wants it."""
        return f"postgresql://postgres@{self.host}:{self.port}/{database}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create an empty database, or a copy of `template` (which nobody may be using), and return its URL."""
        import psycopg
        from psycopg import sql

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
                    sql.Identifier(name), sql.Identifier(template or "template0")
                )
            )
        return self.url(name)

    def launch(self) -> None:
        """Start the server process on a free port and wait until it answers queries."""
        for _attempt in range(3):  # another process may take the free port between our look and the server's
            self.port = _free_port()
            options = {**self.settings, "listen_addresses": self.host, "unix_socket_directories": ""}
            command = [str(self.bin_folder / "postgres"), "-D", str(self.data), "-p", str(self.port)]
            command += [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
            with self.log.open("ab") as log:
                self.process = subprocess.Popen(
                    command,
                    stdout=log,
                    stderr=log,
                    cwd="/",
                    start_new_session=True,  # Ctrl-C is for the tests; they stop the server afterwards
                    preexec_fn=_die_with_parent,  # noqa: PLW1509  one system call, which takes no lock
                    **_unprivileged(),
                )
            if self._answers():
                return
        raise PostgresqlError(f"PostgreSQL did not start:\n{self.log.read_text(errors='replace')[-3000:]}")

    @property
    def log(self) -> Path:
        """The file with everything that the server has said."""
        return self.base / "log"

    def stop(self) -> None:
        """End the server at once and remove its files. A second call does nothing."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)  # immediate shutdown: nothing here is to be kept
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.base, ignore_errors=True)
        atexit.unregister(self.stop)

    def _answers(self) -> bool:
        import psycopg

        assert self.process is not None
        end = time.monotonic() + READY_WITHIN
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(), connect_timeout=2).close()
                return True
            time.sleep(0.02)
        return False


def start(**settings: str) -> Server:
    """Start a server; `settings` are server options on top of NOT_DURABLE, such as fsync="on".

    Call it from the main thread: the server ends with the thread that started it.
    Raises PostgresqlError where no server of version 13 or newer is installed or it does not start.
    """
    bin_folder = binaries()
    if bin_folder is None:
        raise PostgresqlError(
            f"No PostgreSQL server of version {OLDEST} or newer is installed (run: make test)"
        )
    _sweep()
    base = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=_memory()))
    server = Server(base=base, bin_folder=bin_folder, settings={**NOT_DURABLE, **settings})
    atexit.register(server.stop)
    try:
        base.chmod(0o755)  # the unprivileged server must reach its data folder, which stays 0700
        server.data.mkdir()
        if os.geteuid() == 0:
            os.chown(server.data, NOBODY, NOBODY)
        _initialise(server)
        server.launch()
    except BaseException:
        server.stop()
        raise
    return server


def binaries() -> Path | None:
    """The folder with `postgres` and `initdb` of the newest installed server, None when there is none."""
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))  # Debian
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [(_version(folder), folder) for folder in folders if (folder / "initdb").is_file()]
    fitting = [(version, folder) for version, folder in found if version >= OLDEST]
    return max(fitting)[1] if fitting else None


def _version(bin_folder: Path) -> int:
    try:
        words = subprocess.run(
            [bin_folder / "postgres", "-V"], capture_output=True, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError):
        return 0
    number = re.search(r"\d+", words)
    return int(number.group()) if number else 0


def _initialise(server: Server) -> None:
    command = [str(server.bin_folder / "initdb"), "-D", str(server.data), "-U", "postgres", "-A", "trust"]
    command += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
    result = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", **_unprivileged())
    if result.returncode:
        raise PostgresqlError(f"initdb failed:\n{result.stderr}")


def _unprivileged() -> dict[str, Any]:
    """Arguments that make a child process run without root's rights; none for an ordinary user."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _die_with_parent() -> None:
    """In the child before it becomes the server: ask the kernel for an immediate shutdown when we die."""
    set_parent_death_signal = 1  # PR_SET_PDEATHSIG
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGQUIT)


def _memory() -> str | None:
    """A folder in memory where the system has one, else None for the usual temporary folder."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def _sweep() -> None:
    """Remove what killed processes left behind: in memory it would stay until the next boot."""
    for leftover in Path(_memory() or tempfile.gettempdir()).glob(f"{PREFIX}*"):
        owner = leftover.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(leftover, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
