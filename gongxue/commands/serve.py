"""gongxue serve: set-up of the database, then web server and job worker together."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import click

from gongxue.commands.setup import setup_django

PROGRAM = [sys.executable, "-m", "gongxue"]


@click.command()
@click.option(
    "--port", default=lambda: int(os.environ.get("PORT", "8000")), help="端口（默认 8000 或环境变量 PORT）。"
)
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址。")
@click.option("--workers", default=lambda: os.cpu_count() or 2, help="网页进程数（默认为处理器数）。")
def serve(port: int, host: str, workers: int) -> None:
    """启动平台：网页服务和后台任务一起运行，Ctrl-C 全部停止。

    首次启动创建密钥和数据库、载入基础数据；数据库为空时建立演示国家（GONGXUE_DEMO=no 则不建）。
    """
    os.environ.setdefault("GONGXUE_ORIGIN", f"http://{host}:{port}")
    _create_keys()
    _build_demonstration_aside()
    setup_django()
    _prepare()
    table = _sign_in_table()
    click.echo(f"\n  工学一体化教师培训管理服务平台  http://{host}:{port}\n{table}")
    sys.exit(_run_together(_web(host, port, workers), [*PROGRAM, "work"]))


def _folders() -> tuple[Path, Path, Path]:
    from gongxue.foundation import settings  # the plain module: Django is not set up yet

    return settings.VAR_DIR, settings.KEYS_DIR, settings.STORE_DIR


def _create_keys() -> None:
    """Keys are made once; every child process reads the settings after that."""
    from gongxue.foundation.keys import create_keys

    if create_keys(_folders()[1]):
        click.echo("  已创建密钥（请与备份分开保管）。")


def _build_demonstration_aside() -> None:
    """Build the country in a scratch file without fsync and move it into place: whole or not at all."""
    var, keys, store = _folders()
    if (
        os.environ.get("DATABASE_URL")
        or (var / "gongxue.sqlite3").exists()
        or os.environ.get("GONGXUE_DEMO") == "no"
    ):
        return
    click.echo("  首次启动：正在建立演示国家（约一分钟）…")
    scratch = var / "building"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    child_env = {
        **os.environ,
        "GONGXUE_VAR": str(scratch),
        "GONGXUE_KEYS": str(keys),
        "GONGXUE_STORE": str(store),
    }
    subprocess.run([*PROGRAM, "demo"], env=child_env, check=True)
    _settle(scratch / "gongxue.sqlite3")
    for name in ("volatile.sqlite3", "gongxue.sqlite3"):  # the books last: their presence means all is there
        (scratch / name).replace(var / name)
    shutil.rmtree(scratch, ignore_errors=True)


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
        "--port", str(port), "--workers", str(workers), "--blocking-threads", "1", "--backpressure", "4096", "--no-ws",
        "--respawn-failed-workers", "--log-level", "warning", "--no-access-log",
    ]  # fmt: skip


def _run_together(*commands: list[str]) -> int:
    """Run the commands until one ends or a signal comes; then stop all. 0 after a signal, 1 when one failed."""
    children = [subprocess.Popen(command, start_new_session=True) for command in commands]
    stopping: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda got, _frame: stopping.append(got))
    while not stopping and all(child.poll() is None for child in children):
        time.sleep(0.2)
    for child in children:
        if child.poll() is None:
            child.send_signal(signal.SIGTERM)
    for child in children:
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
    return 0 if stopping else 1


@click.command(hidden=True)
def work() -> None:
    """后台任务进程（由 serve 启动）。"""
    setup_django()
    from gongxue.foundation.jobs.backend import work as loop

    loop()
