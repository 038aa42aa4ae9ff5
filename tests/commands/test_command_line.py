"""The command line as a whole: help that answers at once, exit codes as they are documented, obstacles in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gongxue.commands import main
from gongxue.commands.setup import NotSetUp
from gongxue.foundation.identity.models import Account
from gongxue.rehearsal.plans import EARLIEST, LATEST
from tests.cast import FreshDatabase
from tests.commands.serving import plain_environment

SEEN = sorted(name for name, command in main.commands.items() if not command.hidden)
OURS = [name for name in SEEN if name != "manage"]  # Django answers for its own
ASK_THE_BOOKS = ["backup", "check-books", "daily", "witness"]


def gongxue(
    *arguments: str, environment: dict[str, str] | None = None, **also: str
) -> subprocess.CompletedProcess[str]:
    """A command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "gongxue", *arguments],
        env={**(environment or plain_environment()), "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings", **also},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def one_line(result: subprocess.CompletedProcess[str], code: int) -> str:
    assert (result.returncode, result.stdout) == (code, "")
    (line,) = result.stderr.splitlines()
    return line


# Help -----------------------------------------------------------------------------------------------------------------


def test_the_help_names_every_command_with_a_sentence() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0
    lines = shown.output[shown.output.index("Commands:") :].splitlines()[1:]
    assert [line.split()[0] for line in lines] == SEEN
    for line in lines:
        assert line.split(maxsplit=1)[1].endswith("。"), "a whole sentence, not one cut off"


@pytest.mark.parametrize("name", OURS)
def test_the_help_of_a_command_reads_well(name: str) -> None:
    shown = CliRunner().invoke(main, [name, "--help"], terminal_width=110)
    assert shown.exit_code == 0
    assert shown.output.startswith(f"Usage: main {name}")
    command = main.commands[name]
    assert command.help is not None
    assert command.help.split("\n")[0].rstrip().endswith("。")
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[0] in shown.output
    assert CliRunner().invoke(main, [name, "-h"], terminal_width=110).output == shown.output


@pytest.mark.parametrize(
    "name", ["check-books", "daily", "demo", "rehearse", "serve", "verify", "backup", "restore"]
)
def test_the_help_says_when_the_exit_code_is_not_0(name: str) -> None:
    assert "退出码 1" in CliRunner().invoke(main, [name, "--help"]).output


@pytest.mark.parametrize("name", ["daily", "demo", "rehearse", "verify"])
def test_the_help_says_when_the_request_cannot_be(name: str) -> None:
    assert "退出码 2" in CliRunner().invoke(main, [name, "--help"]).output


def test_help_needs_no_database_no_keys_and_no_django(tmp_path: Path) -> None:
    script = "import sys, runpy; sys.argv = ['gongxue', 'serve', '--help']\n"
    script += "try: runpy.run_module('gongxue', run_name='__main__')\n"
    script += "finally: print('django.db' in sys.modules, file=sys.stderr)"
    environment = plain_environment(GONGXUE_VAR=str(tmp_path / "var"), GONGXUE_DEMO="nonsense")
    result = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr.strip()) == (0, "False")
    assert "--port" in result.stdout
    assert list(tmp_path.iterdir()) == []


# What cannot be asked ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["daily", "--nonsense"], ["rehearse"], ["verify"], ["verify", "/not/there"], ["restore"]],
)
def test_a_call_that_is_none_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "--help" in result.output


@pytest.mark.parametrize("command", ["daily", "demo"])
@pytest.mark.parametrize("day", ["2025-02-30", "2025-2-3", "gestern", "２０２５-01-01", "2025-01-01T10:00"])
def test_a_day_that_is_none_is_one_line(command: str, day: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [command, "--date", day], env={"GONGXUE_VAR": str(tmp_path / "var")})
    assert result.exit_code == 2
    assert result.output == f"日期“{day}”不是真实的日期（年-月-日）。\n"


@pytest.mark.parametrize("day", ["2022-12-31", "2098-09-01", "0001-01-01", "9999-12-31"])
def test_a_demonstration_on_an_impossible_day_is_one_line_and_makes_nothing(day: str, tmp_path: Path) -> None:
    line = one_line(gongxue("demo", "--date", day, GONGXUE_VAR=str(tmp_path / "var")), 2)
    assert all(word in line for word in (day, str(EARLIEST), str(LATEST), "TR 7"))
    assert list(tmp_path.iterdir()) == []


# What stands in the way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ASK_THE_BOOKS)
def test_without_a_database_one_line_says_so(name: str, tmp_path: Path) -> None:
    assert one_line(gongxue(name, GONGXUE_VAR=str(tmp_path / "var")), 1) == str(NotSetUp())
    assert list(tmp_path.iterdir()) == [], "looking must not make an empty database"


@pytest.mark.parametrize("name", ["daily", "witness"])
def test_without_tables_one_line_says_so(name: str, tmp_path: Path) -> None:
    (tmp_path / "gongxue.sqlite3").touch()
    assert one_line(gongxue(name, GONGXUE_VAR=str(tmp_path)), 1) == str(NotSetUp())


def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path) -> None:
    unreachable = "postgresql://nobody:secret@127.0.0.1:1/gongxue"
    line = one_line(gongxue("daily", GONGXUE_VAR=str(tmp_path), DATABASE_URL=unreachable), 1)
    assert line.startswith("数据库不可用：")
    assert "secret" not in line


def test_an_option_that_cannot_be_is_one_line(tmp_path: Path) -> None:
    line = one_line(gongxue("daily", GONGXUE_VAR=str(tmp_path), GONGXUE_IDLE_MINUTES="half an hour"), 1)
    assert "GONGXUE_IDLE_MINUTES" in line
    line = one_line(gongxue("daily", GONGXUE_VAR=str(tmp_path), DATABASE_URL="mysql://x/y"), 1)
    assert "DATABASE_URL" in line


def test_what_nobody_expected_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(sys.modules["gongxue.commands.daily"], "setup_books", broken)
    result = CliRunner().invoke(main, ["daily"])
    assert isinstance(result.exception, ZeroDivisionError)


@pytest.mark.postgresql
def test_a_demonstration_is_not_built_over_accounts(fresh_database: FreshDatabase) -> None:
    before = Account.objects.count()
    result = gongxue("demo", environment=fresh_database.clone.environment)
    assert one_line(result, 1) == "数据库中已有账号，不建立演示数据。"
    assert Account.objects.count() == before


def test_the_demonstration_makes_what_it_needs(tmp_path: Path) -> None:
    """Folders, keys and tables come first: seen with a country that is built in no time."""
    script = "from gongxue.commands import main, setup; setup.setup_django()\n"
    script += "import gongxue.rehearsal.country as c; c.build = lambda *a: print('building', flush=True)\n"
    script += "main(['demo'])"
    var = tmp_path / "deep" / "var"
    result = subprocess.run(
        [sys.executable, "-c", script], env=plain_environment(GONGXUE_VAR=str(var)),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (0, "building\n"), result.stderr
    assert (var / "gongxue.sqlite3").exists()
    assert (var / "keys" / "master.key").exists()
