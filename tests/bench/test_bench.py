"""`gongxue bench`: every row runs, says against what, and leaves nothing behind. No test here looks at a speed."""

from __future__ import annotations

import json
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench import run as bench_run
from bench.measure import Row, in_turns
from bench.rows import ROWS
from gongxue.commands import main
from tests.faults.counts import short_and_full

command = import_module("gongxue.commands.bench")  # `gongxue.commands.bench` by name is the command itself
FIELDS = ["name", "figure", "unit", "baseline", "baseline_name", "ratio", "memory_mb"]
TINY = "0.001"
STAFFING = [
    "classes", "teachers", "gap_percent", "greedy_gap_percent", "unfilled", "objective", "bound", "windows", "cut",
]  # fmt: skip
DOCUMENTS = ["documents", "seconds", "worker_mb", "workers", "weasyprint_per_s", "reportlab_per_s"]
MAY_BE_NOTHING = {
    "objective",
    "bound",
    "gap_percent",
    "greedy_gap_percent",
    "unfilled",
    "windows",
    "cut",
    "early_gap_percent",
}
MORE = {
    "query": ["page_per_s", "json_per_s", "empty_wsgi_per_s", "processor_ms", "register"],
    "query-sql": [],
    "roll-call": ["slowest_ms", "people", "queries", "rolls"],
    "class-page": ["processor_ms", "slowest_ms", "classes", "queries", "most_queries", "page_kb"],
    "import-people": ["people", "seconds", "preview_seconds", "workbook_kb"],
    "import-applicants": ["people", "seconds", "preview_seconds", "workbook_kb"],
    "issue-certificates": ["certificates", "classes", "seconds"],
    "certificates-1000": DOCUMENTS,
    "certificates-10000": DOCUMENTS,
    "query-growth": ["register", "small_register", "bare_ms", "small_bare_ms", "growth", "small_memory_mb"],
    "numbering": [
        "at_once_per_s",
        "numbers",
        "threads",
        "postgresql_per_s",
        "postgresql_bare_per_s",
        "postgresql_at_once_per_s",
    ],
    "upload": ["megabytes", "send_seconds", "check_seconds", "processor_s_per_gb"],
    "staffing-300": STAFFING,
    "staffing-2000": [*STAFFING, "early_seconds", "early_gap_percent"],
    "form-pdf": ["with_photo_per_s", "word_per_s", "sheet_ms", "document_kb"],
    "certificate-pdf": ["unsigned_per_s", "document_kb"],
}


def bench(*words: str) -> Result:
    return CliRunner().invoke(main, ["bench", *words])


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary folders are made."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


# They do what another row does with more of it: every test run has that one, `make faults` all of them.
LARGER = ("certificates-10000", "query-growth")


@pytest.mark.parametrize("left_out", short_and_full(LARGER, ()))
def test_every_row_runs_and_says_against_what(temporary: Path, left_out: tuple[str, ...]) -> None:
    names = [name for name in ROWS if name not in left_out]
    result = bench(*(names if left_out else ()), "--json", "--scale", TINY)
    assert result.exit_code == 0, result.output
    rows: list[dict[str, Any]] = json.loads(result.stdout)
    assert [row["name"] for row in rows] == names
    for row in rows:
        assert list(row) == FIELDS + MORE[row["name"]]
        assert row["unit"] in command.UNITS and row["baseline_name"]
        numbers = {key: value for key, value in row.items() if not isinstance(value, str)}
        assert all(value > 0 or key in MAY_BE_NOTHING for key, value in numbers.items()), row
        assert row["ratio"] == pytest.approx(row["figure"] / row["baseline"], rel=1e-3)
        assert row["memory_mb"] > 20  # a process with Django has that
    assert list(temporary.iterdir()) == []


def test_a_ratio_is_that_of_two_figures_measured_in_turns() -> None:
    measured = []

    def measure(name: str, values: list[float]) -> float:
        measured.append(name)
        return values.pop()

    slow, fast = [1.0, 9.0, 2.0], [4.0, 40.0, 5.0]
    figure, baseline = in_turns(lambda: measure("figure", slow), lambda: measure("baseline", fast), 3)
    assert measured == ["baseline", "figure"] * 3
    assert (figure, baseline) == (2.0, 5.0), "the medians"
    row = Row(figure, "ms", baseline, "基线", 30.0, {"pages": 3, "kb": 1.23456}).as_data("page")
    assert row == {
        "name": "page", "figure": 2.0, "unit": "ms", "baseline": 5.0, "baseline_name": "基线", "ratio": 0.4,
        "memory_mb": 30.0, "pages": 3, "kb": 1.235,
    }  # fmt: skip


def test_people_read_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    row = Row(1234.56, "requests/s", 4938.24, "同一服务的健康检查页", 380.0).as_data("query")
    monkeypatch.setattr(bench_run, "run", lambda names, scale, say: iter([row]))
    shown = bench("query", "query").stdout
    assert shown == (
        "query               公开查询证书\n"
        "    1,235 次/秒，为基线（同一服务的健康检查页 4,938 次/秒）的 0.25 倍，内存 380 MB\n"
    )


def test_unknown_names_are_refused_with_the_list_of_names() -> None:
    result = bench("query", "nothing", "nobody")
    assert result.exit_code == 2
    assert "没有测量项目 nothing、nobody" in result.stderr
    assert all(name in result.stderr for name in ROWS)


@pytest.mark.parametrize("scale", ["0", "-1", "2", "much"])
def test_a_scale_that_means_nothing_is_refused(scale: str) -> None:
    assert bench("query", "--scale", scale).exit_code == 2


def test_the_help_names_every_row() -> None:
    listed = [
        line.split()[0]
        for line in bench("--help").stdout.splitlines()
        if "：" in line and "  " in line.strip()
    ]
    assert [name for name in listed if name in ROWS] == list(ROWS)


def test_without_the_sources_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CHECKOUT", tmp_path)
    result = bench()
    assert result.exit_code == 2
    assert "请在源代码目录中运行" in result.stderr


def test_a_row_that_cannot_be_measured_is_an_error(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(var: Path, name: str, scale: float) -> str:
        var.mkdir(exist_ok=True)
        if name in ROWS:
            raise bench_run.Failed(name)
        return ""

    monkeypatch.setattr(bench_run, "child", broken)
    result = bench("query")
    assert result.exit_code == 1
    assert "query 没有测成" in result.stderr
    assert list(temporary.iterdir()) == []


def test_a_process_that_fails_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(bench_run.Failed, match="no-such-row"):
        bench_run.child(tmp_path, "no-such-row", 1.0)
