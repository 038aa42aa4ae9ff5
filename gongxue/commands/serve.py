"""gongxue serve: set-up of the database, then web server and job worker together."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click

from gongxue.commands.setup import create_folders, setup_django
from gongxue.foundation.front import THREADS

PROGRAM = [sys.executable, "-m", "gongxue"]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # Ctrl-C, systemd, the window is closed


@click.command()
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, envvar="PORT", show_envvar=True, show_default=True,
    help="端口。",
)  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option(
    "--workers", type=click.IntRange(min=1), default=lambda: os.cpu_count() or 2,
    help="网页进程数（默认为处理器数）。",
)  # fmt: skip
def serve(port: int, host: str, workers: int) -> None:
    """启动平台：网页服务和后台任务一起运行，Ctrl-C 全部停止。

    首次启动创建密钥和数据库、载入基础数据；数据库为空时建立演示国家（GONGXUE_DEMO=no 则不建）。

    端口被占用、或有一个进程意外结束时全部停止，退出码 1。
    """
    os.environ.setdefault("GONGXUE_ORIGIN", f"http://{host}:{port}")
    _need_port(host, port)
    if create_folders():
        click.echo("  已创建密钥（请与备份分开保管）。")
    _build_demonstration_aside()
    setup_django()
    _prepare()
    click.echo(_sign_in_table())
    _need_port(host, port)  # somebody may have taken it while the country was built
    sys.exit(_run_together(host, port, workers))


def _need_port(host: str, port: int) -> None:
    """One line and exit code 1 unless the port is free: the web processes share theirs and would not notice."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # Connections of a server that has just been stopped do no harm, one that listens does.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        why = "已被占用" if error.errno == errno.EADDRINUSE else f"不能使用（{error.strerror}）"
        click.echo(f"{host} 的端口 {port} {why}，请另选端口：--port 或环境变量 PORT。", err=True)
        sys.exit(1)


def _build_demonstration_aside() -> None:
    """Build the country in a scratch file without fsync and move it into place: whole or not at all."""
    from gongxue.foundation import settings  # the plain module: Django is not set up yet

    var, books = settings.VAR_DIR, settings.VAR_DIR / "gongxue.sqlite3"
    if books.exists() or not settings.DEMONSTRATION or settings.DATABASES["default"].get("NAME") != books:
        return
    with _alone(var):
        if books.exists():  # another start was faster
            return
        click.echo("  首次启动：正在建立演示国家（约一分钟）…")
        scratch = var / "building"
        shutil.rmtree(scratch, ignore_errors=True)
        scratch.mkdir()
        folders = {"VAR": scratch, "KEYS": settings.KEYS_DIR, "STORE": settings.STORE_DIR}
        child_env = {**os.environ, **{f"GONGXUE_{name}": str(path) for name, path in folders.items()}}
        if subprocess.run([*PROGRAM, "demo"], env=child_env, check=False).returncode:
            click.echo("  演示国家没有建成。", err=True)
            sys.exit(1)
        _settle(scratch / books.name)
        for name in ("volatile.sqlite3", books.name):  # the books last: their presence means all is there
            (scratch / name).replace(var / name)
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two starts at once would build into each other's folder or tables; the lock goes when this process ends."""
    with (folder / "building.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _settle(path: Path) -> None:
    """Write everything to the one file and to the disk."""
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _prepare() -> None:
    """Tables, reference data, static files: each only when it is not up to date."""
    from django.conf import settings

    from gongxue.foundation import clock
    from gongxue.foundation.databases import migrate, migrations_pending, optimise
    from gongxue.foundation.pages.static_files import collect
    from gongxue.parties.reference import load_reference
    from gongxue.rehearsal.country import build, is_empty

    with _alone(settings.VAR_DIR):
        if migrations_pending():
            click.echo("  正在更新数据表…")
            migrate()
            optimise()
    load_reference(clock.now())
    if settings.DEMONSTRATION and is_empty():  # PostgreSQL, or a file that somebody emptied
        from gongxue.commands.demo import show

        build(clock.now(), show)
        optimise()
    collect()


def _sign_in_table() -> str:
    from gongxue.rehearsal.country import PASSWORD, is_demonstration, sign_in_table

    if not is_demonstration():
        return ""
    rows = [f"    {name:<18}{duty}　{person}　{place}" for name, duty, person, place in sign_in_table()]
    return "\n".join([f"\n  演示账号（密码均为 {PASSWORD}；人员、机构资格和数据均为虚构）", *rows, ""])


def _web(host: str, port: int, workers: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "gongxue.wsgi:application", "--interface", "wsgi", "--host", host,
        "--port", str(port), "--workers", str(workers), "--blocking-threads", str(THREADS), "--backpressure", "4096", "--no-ws",
        "--respawn-failed-workers", "--log-level", "error", "--no-access-log",  # it warns of so many threads; they only wait
    ]  # fmt: skip


def _run_together(host: str, port: int, workers: int) -> int:
    """Run both until one ends or a signal comes; then stop all. 0 after a signal, 1 when one ended by itself."""
    commands = {"网页服务": _web(host, port, workers), "后台任务": [*PROGRAM, "work"]}
    stopping: list[int] = []
    for number in SIGNALS:
        signal.signal(number, lambda got, _frame: stopping.append(got))
    children = {name: subprocess.Popen(command, start_new_session=True) for name, command in commands.items()}
    ended: list[str] = []
    announced = False
    while not stopping and not ended:
        if not announced and _listens(host, port):
            announced = True
            click.echo(f"  工学一体化教师培训管理服务平台  http://{host}:{port}  （Ctrl-C 停止）\n")
        time.sleep(0.2)
        ended = [name for name, child in children.items() if child.poll() is not None]
    if not stopping:
        click.echo(f"  {'、'.join(ended)}意外结束，全部停止。", err=True)
    _stop(list(children.values()))
    return 0 if stopping else 1


def _listens(host: str, port: int) -> bool:
    try:
        socket.create_connection((host, port), 1).close()
    except OSError:
        return False
    return True


def _stop(children: list[subprocess.Popen[bytes]]) -> None:
    """End the children in good order; what they have left behind after ten seconds, or by dying, is killed."""
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        with suppress(subprocess.TimeoutExpired):
            child.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)


@click.command(hidden=True)
def work() -> None:
    """后台任务进程（由 serve 启动）。"""
    setup_django()
    from gongxue.foundation.jobs.backend import work as loop

    loop()
