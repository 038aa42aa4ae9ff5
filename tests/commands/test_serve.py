"""`gongxue serve` as a process: it starts from nothing, says where it is, and leaves nothing behind when it stops."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from gongxue.commands.serve import PROGRAM
from gongxue.rehearsal.country import SIGN_INS
from gongxue.rehearsal.nation import COUNTRY
from tests.cast import FreshDatabase
from tests.commands.serving import ADDRESS, PATIENCE, Serving, free_port, plain_environment


def until(happens: Callable[[], object]) -> None:
    """Look again until something is so."""
    begun = time.monotonic()
    while not happens():
        assert time.monotonic() - begun < PATIENCE, "it never happened"


def get(serving: Serving, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(f"http://127.0.0.1:{serving.port}{path}", timeout=PATIENCE) as answer:
        return answer.status, answer.read().decode()


def is_whole(books: Path) -> bool:
    with sqlite3.connect(books) as line:
        return line.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def jobs_done(books: Path) -> set[str]:
    with sqlite3.connect(books) as line:
        return {
            path.rpartition(".")[2] for (path,) in line.execute("SELECT path FROM job WHERE state = 'done'")
        }


def test_from_nothing_to_a_running_platform_and_back(tmp_path: Path) -> None:
    var = tmp_path / "not" / "there"
    environment = plain_environment(GONGXUE_VAR=str(var), GONGXUE_DEMO="no")
    with Serving(environment) as serving:
        assert str(serving.port) in serving.wait_for(ADDRESS)
        assert "  已创建密钥（请与备份分开保管）。" in serving.said
        status, page = get(serving, "/")
        assert status == 200
        assert "工学一体化教师培训管理服务平台" in page
        until(lambda: jobs_done(var / "gongxue.sqlite3") >= {"run_daily"})  # the worker runs beside the web
        assert serving.end(signal.SIGINT) == 0
        assert serving.alive() == []
    assert is_whole(var / "gongxue.sqlite3")
    assert is_whole(var / "volatile.sqlite3")
    keys = {path.name: path.read_bytes() for path in (var / "keys").iterdir()}
    with Serving(
        environment, port=serving.port
    ) as again:  # free at once, though connections to it still close
        again.wait_for(ADDRESS)
        assert "密钥" not in "".join(again.said)
        assert again.end(signal.SIGTERM) == 0
        assert again.alive() == []
    assert {path.name: path.read_bytes() for path in (var / "keys").iterdir()} == keys


@pytest.fixture
def environment(fresh_database: FreshDatabase) -> dict[str, str]:
    """A database that is there already, without a demonstration."""
    return fresh_database.clone.environment | {
        "GONGXUE_DEMO": "no",
        "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings",
    }


@pytest.mark.postgresql
def test_closing_the_window_stops_everything(environment: dict[str, str]) -> None:
    with Serving(environment) as serving:
        serving.wait_for(ADDRESS)
        assert len(serving.alive()) >= 4  # itself, the web server with its processes, the worker
        assert serving.end(signal.SIGHUP) == 0
        assert serving.alive() == []
        assert "意外" not in "".join(serving.said)


def test_a_signal_before_anything_answers_stops_everything(environment: dict[str, str]) -> None:
    with Serving(environment) as serving:
        until(lambda: len(serving.groups()) == 3)  # both children have begun
        assert serving.end(signal.SIGINT) == 0
        assert serving.alive() == []


@pytest.mark.parametrize(("words", "name"), [("gongxue work", "后台任务"), ("granian", "网页服务")])
def test_when_one_half_ends_everything_stops(environment: dict[str, str], words: str, name: str) -> None:
    with Serving(environment) as serving:
        serving.wait_for(ADDRESS)
        os.kill(serving.one(words).pid, signal.SIGKILL)
        assert serving.end() == 1
        assert f"  {name}意外结束，全部停止。" in serving.said
        assert serving.alive() == []


def test_a_web_process_that_dies_is_replaced_and_a_second_serve_changes_nothing(
    environment: dict[str, str],
) -> None:
    with Serving(environment) as serving:
        serving.wait_for(ADDRESS)
        web = serving.one("granian").pid

        def workers() -> set[int]:
            return {p.pid for p in serving.alive() if p.parent == web and "granian" in p.command}

        before = workers()
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        until(lambda: len(workers()) == len(before) and victim not in workers())
        assert get(serving, "/livez")[0] == 200
        assert serve_and_end(environment, "--port", str(serving.port)).returncode == 1
        assert get(serving, "/livez")[0] == 200
        assert serving.end(signal.SIGINT) == 0


# A port that cannot be had -------------------------------------------------------------------------------------------


def serve_and_end(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "serve", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip


@pytest.mark.parametrize("shared", [False, True], ids=["somebody", "another serve"])
def test_a_port_in_use_is_one_line_before_anything_is_made(tmp_path: Path, shared: bool) -> None:
    with socket.socket() as taken:
        if shared:  # as the web processes open theirs
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = serve_and_end(plain_environment(GONGXUE_VAR=str(tmp_path / "var"), PORT=str(port)))
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line == f"127.0.0.1 的端口 {port} 已被占用，请另选端口：--port 或环境变量 PORT。"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [["--port", "0"], ["--port", "65536"], ["--port", "acht"], ["--workers", "0"], ["--hots", "x"]],
)
def test_impossible_options_are_refused(tmp_path: Path, arguments: list[str]) -> None:
    result = serve_and_end(plain_environment(GONGXUE_VAR=str(tmp_path / "var")), *arguments)
    assert result.returncode == 2
    assert "gongxue serve --help" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_impossible_port_in_the_environment_is_refused(tmp_path: Path) -> None:
    result = serve_and_end(plain_environment(GONGXUE_VAR=str(tmp_path / "var"), PORT="x"))
    assert result.returncode == 2
    assert "PORT" in result.stderr


def test_a_host_that_is_not_here_is_refused(tmp_path: Path) -> None:
    result = serve_and_end(plain_environment(GONGXUE_VAR=str(tmp_path / "var")), "--host", "192.0.2.1")
    assert (result.returncode, len(result.stderr.splitlines())) == (1, 1)
    assert "192.0.2.1 的端口 8000 不能使用" in result.stderr


def test_a_misspelt_option_in_the_environment_is_one_line(tmp_path: Path) -> None:
    result = serve_and_end(
        plain_environment(GONGXUE_VAR=str(tmp_path / "var"), GONGXUE_DEMO="flase"), "--port", str(free_port())
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "GONGXUE_DEMO must be yes or no, not 'flase'\n"


# With the demonstration ----------------------------------------------------------------------------------------------


@pytest.mark.faults
def test_a_first_start_that_is_interrupted_is_begun_anew(tmp_path: Path) -> None:
    var = tmp_path / "var"
    environment = plain_environment(GONGXUE_VAR=str(var))
    with Serving(environment) as interrupted:
        interrupted.wait_for("首次启动")
        interrupted.wait_for(f"0/{len(COUNTRY)}")
        os.killpg(
            interrupted.process.pid, signal.SIGINT
        )  # as a terminal does: to everything in the foreground
        assert interrupted.end() == 1
        assert "Traceback" not in "".join(interrupted.said)
    assert not (var / "gongxue.sqlite3").exists()
    with Serving(environment) as serving:
        serving.wait_for(ADDRESS)
        said = "\n".join(serving.said)
        assert all(f"    {name} " in said for name, _ in SIGN_INS)
        assert get(serving, "/")[0] == 200
        assert serving.end(signal.SIGINT) == 0
    assert not (var / "building").exists()
    books = subprocess.run(
        [*PROGRAM, "check-books"], env=environment, capture_output=True, text=True, check=False
    )
    assert books.returncode == 0, books.stdout


@pytest.mark.faults
def test_two_first_starts_at_once_build_one_country(tmp_path: Path) -> None:
    environment = plain_environment(GONGXUE_VAR=str(tmp_path / "var"))
    with Serving(environment) as one, Serving(environment) as other:
        for serving in (one, other):
            serving.wait_for(ADDRESS)
        assert sum("首次启动" in line for line in [*one.said, *other.said]) == 1
        for serving in (one, other):
            assert serving.end(signal.SIGINT) == 0
