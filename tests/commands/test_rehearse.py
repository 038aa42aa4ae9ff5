"""`gongxue rehearse` as it is typed: what it prints, what it refuses, where it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gongxue.certificates.models import Certificate
from tests.cast import FreshDatabase

ANY = "tests look at all rows"


def rehearse(
    *arguments: str, environment: dict[str, str] | None = None, **also: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, as from a shell."""
    plain = {k: v for k, v in os.environ.items() if not k.startswith(("GONGXUE_", "DJANGO_", "DATABASE_"))}
    return subprocess.run(
        [sys.executable, "-m", "gongxue", "rehearse", *arguments],
        env={**(environment or plain), "DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings", **also},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def of_classes(*texts: str) -> list[str]:
    return [word for text in texts for word in ("--class", text)]


def told(result: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert (result.returncode, result.stderr) == (0, "")
    classes: list[dict[str, Any]] = json.loads(result.stdout)["classes"]
    return classes


ASKED = of_classes(
    "13/009:3:机械类:2022-06-13:30", "32/017:G:信息类:2022-12-05:3", "001:3:服务类:2022-12-05:3",
    "009:3:交通类:2022-06-20:5",
)  # fmt: skip


def test_the_numbers_of_the_regulation_come_out() -> None:
    xingtai, changzhou, beijing, second_of_xingtai = told(rehearse(*ASKED, "--json"))
    assert (xingtai["institution"], xingtai["admitted"]) == ("邢台技师学院", 30)
    assert xingtai["certificates"][0]["number"] == "130092022063001"  # MG 17.2
    assert changzhou["certificates"][0]["number"] == "32017202212G001"
    assert beijing["certificates"][0]["serial"] == "1100100001"
    last = int(xingtai["certificates"][-1]["number"][-3:])
    shared = [c["number"] for c in second_of_xingtai["certificates"]]
    assert shared == [f"130092022063{n:03d}" for n in range(last + 1, last + 6)]
    for one in (xingtai, changzhou, beijing, second_of_xingtai):
        found = [tuple(c[key] for key in ("number", "serial", "name")) for c in one["certificates"]]
        assert found == sorted(found)
        assert one["admitted"] == one["barred"] + one["failed"] + len(found)


def test_two_processes_tell_the_same_of_the_same_seed() -> None:
    asked = (*of_classes("017:G:信息类:2022-12-05:3"), "--json", "--seed", "5")
    first, second = (rehearse(*asked, PYTHONHASHSEED=hash_seed) for hash_seed in "12")
    assert told(first) == told(second)


def test_what_people_read() -> None:
    result = rehearse(*of_classes("017:1:交通类:2022-06-13:2"))
    assert result.returncode == 0
    head, outcome, first, second = result.stdout.splitlines()
    assert head == "017 江苏省常州技师学院  一级  交通类  2022-06-13 至 2022-06-20"
    assert outcome == "  录取 2 人，缺课超限 0 人，不合格 0 人，发证 2 张"
    assert first.split()[:2] == ["320172022061001", "3201700001"]
    assert second.split()[:2] == ["320172022061002", "3201700002"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("009:1:机械类:2022-06-13:30", ["TR 4", "一级"]),
        ("017:3:机械类:2022-06-13:30", ["TR 4", "三级"]),
        ("009:3:机械类:2022-06-13:31", ["TR 11", "31"]),
        ("009:3:机械类:2022-06-13:0", ["TR 11", "0"]),
        ("099:3:机械类:2022-06-13:30", ["MG 附件1", "099"]),
        ("009:3:魔法类:2022-06-13:30", ["TR 2.5", "魔法类"]),
        ("009:3:机械类:2022-02-30:30", ["TR 7", "2022-02-30"]),
        ("009:3:机械类", ["TR 7", "009:3:机械类"]),
        (b"\xff:3:x:2022-06-13:30".decode("utf-8", "surrogateescape"), ["MG 附件1"]),
    ],
    ids=range(9),
)
def test_an_impossible_class_is_one_line_and_exit_code_2(text: str, words: list[str], tmp_path: Path) -> None:
    result = rehearse(*of_classes("009:3:机械类:2022-06-13:30", text), "--json", TMPDIR=str(tmp_path))
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert all(word in line for word in words)
    assert list(tmp_path.iterdir()) == [], "refused before a database was made"


@pytest.mark.parametrize("arguments", [[], ["--seed", "x"], ["--seed", "-1"], ["--clas", "x"]])
def test_what_is_no_call_is_refused_with_the_way_to_the_help(arguments: list[str]) -> None:
    result = rehearse(*arguments, *(of_classes("009:3:01:2022-06-13:3") if arguments else []))
    assert result.returncode == 2
    assert "gongxue rehearse --help" in result.stderr


def test_a_rehearsal_touches_no_configured_database_and_leaves_no_folder(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    clone = fresh_database.clone
    address = tmp_path / "address"
    address.write_text("postgresql://nobody@127.0.0.1:1/real", encoding="utf-8")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    result = rehearse(
        *of_classes("009:3:机械类:2023-06-12:1"), "--json", environment=clone.environment,
        DATABASE_URL_FILE=str(address), TMPDIR=str(scratch),
    )  # fmt: skip
    assert len(told(result)[0]["certificates"]) == 1
    assert not Certificate.objects.unscoped(ANY).exists()
    assert list(scratch.iterdir()) == []


# In the configured database -----------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_here_works_in_the_configured_database(fresh_database: FreshDatabase) -> None:
    c = fresh_database.class_at("issued")
    used = len(c.certificates)
    result = rehearse(
        *of_classes("009:3:机械类:2023-06-12:2"), "--json", "--here",
        environment=fresh_database.clone.environment,
    )  # fmt: skip
    found = [row["number"] for row in told(result)[0]["certificates"]]
    assert found == [f"130092023063{n:03d}" for n in (used + 1, used + 2)]
    known = Certificate.objects.unscoped(ANY).values_list("number", flat=True)
    assert set(found) < set(known)


@pytest.mark.postgresql
def test_here_is_refused_by_a_rule_in_one_line_and_changes_nothing(fresh_database: FreshDatabase) -> None:
    fresh_database.class_at("submitted")
    result = rehearse(
        *of_classes("009:3:机械类:2023-06-12:2"), "--here", environment=fresh_database.clone.environment
    )
    assert (result.returncode, result.stdout) == (1, "")
    (line,) = result.stderr.splitlines()
    assert line.startswith("邢台技师学院 三级 机械类 2023-06-12：")
    assert not Certificate.objects.unscoped(ANY).exists()


def test_here_is_refused_where_the_numbers_are_real(fresh_database: FreshDatabase) -> None:
    result = rehearse(
        *of_classes("009:3:机械类:2023-06-12:2"), "--here", environment=fresh_database.clone.environment,
        GONGXUE_PRODUCTION="yes",
    )  # fmt: skip
    assert (result.returncode, result.stdout) == (2, "")
    (line,) = result.stderr.splitlines()
    assert "证书编号" in line


def test_here_needs_a_database(tmp_path: Path) -> None:
    result = rehearse(
        *of_classes("009:3:机械类:2023-06-12:2"), "--here", GONGXUE_VAR=str(tmp_path / "nothing")
    )
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "数据库还没有建立：请先运行 gongxue serve。\n"
    assert not (tmp_path / "nothing").exists()


def test_here_needs_the_tables(tmp_path: Path) -> None:
    (tmp_path / "gongxue.sqlite3").touch()
    environment = {"GONGXUE_VAR": str(tmp_path), "PATH": os.environ["PATH"]}
    result = rehearse(*of_classes("009:3:机械类:2023-06-12:2"), "--here", environment=environment)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == "数据库还没有建立：请先运行 gongxue serve。\n"
