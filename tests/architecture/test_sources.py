"""What may not stand in the sources: a clock below the door, drawers, inline scripts, unfinished marks."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gongxue"
PYTHON = sorted(p for p in PACKAGE.rglob("*.py") if "migrations" not in p.parts)
TEMPLATES = sorted(PACKAGE.rglob("*.html"))

# The doors: they read the clock and hand it down.
CLOCK_DOORS = {
    "gongxue/foundation/clock.py",
    "gongxue/foundation/keys.py",  # validity of a self-signed certificate
    "gongxue/foundation/access/middleware.py",  # idle time of a session
    "gongxue/foundation/jobs/backend.py",  # leases
    "gongxue/foundation/pages/middleware.py",  # how long a request took
    "gongxue/foundation/pages/logs.py",
}
_CLOCK = re.compile(r"\b(timezone\.now|datetime\.now|datetime\.utcnow|date\.today|time\.time)\(")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_clock_is_read_at_the_door_only() -> None:
    found = {_name(p) for p in PYTHON if _CLOCK.search(p.read_text(encoding="utf-8"))}
    assert found - CLOCK_DOORS - {n for n in found if n.startswith("gongxue/commands/")} == set()


def test_nothing_below_the_views_imports_the_clock() -> None:
    layers = {"actions.py", "queries.py", "models.py", "notices.py", "deadlines.py", "exports.py"}
    found = [_name(p) for p in PYTHON if p.name in layers and "foundation import clock" in p.read_text()]
    assert found == []


def test_no_request_below_the_views() -> None:
    layers = {"actions.py", "queries.py", "models.py", "notices.py", "deadlines.py", "exports.py"}
    found = [_name(p) for p in PYTHON if p.name in layers and "HttpRequest" in p.read_text()]
    assert found == []


def test_the_law_imports_the_standard_library_only() -> None:
    for path in sorted((PACKAGE / "regulations").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            else:
                continue
            for name in names:
                assert name.split(".")[0] in sys.stdlib_module_names, f"{_name(path)} imports {name}"


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "misc", "manager", "service", "handler"])
def test_no_drawers(word: str) -> None:
    names = {part.removesuffix(".py") for p in PYTHON for part in p.relative_to(PACKAGE).parts}
    assert word not in names and f"{word}s" not in names


_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son[a-z]+=|\sstyle=|javascript:", re.IGNORECASE)


def test_templates_have_no_inline_script_or_style() -> None:
    found = {}
    for path in TEMPLATES:
        if match := _INLINE.search(path.read_text(encoding="utf-8")):
            found[_name(path)] = match.group(0)
    assert found == {}


_LOOP = re.compile(r"{% for [^%]*%}\s*<tr(?:(?!{% endfor %}).)*?{% include ", re.DOTALL)


def test_no_include_inside_the_rows_of_a_table() -> None:
    assert [_name(p) for p in TEMPLATES if _LOOP.search(p.read_text(encoding="utf-8"))] == []


_UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")


def test_nothing_is_marked_unfinished() -> None:
    allowed = {"gongxue/foundation/files/parser.py"}  # an error that zipfile raises
    assert {_name(p) for p in [*PYTHON, *TEMPLATES] if _UNFINISHED.search(p.read_text())} <= allowed


def test_no_machine_path_or_registry_host_is_committed() -> None:
    files = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    # Spelt apart, so that this file does not find itself.
    forbidden = re.compile(
        "|".join(["/" + "work/", "/" + "root/", "registry" + r"\.npmjs", "pypi" + r"\.org"])
    )
    texts = {".py", ".md", ".txt", ".toml", ".json", ".html", ".js", ".css", ".typ", ""}
    paths = [ROOT / name for name in files.decode().split("\0") if name]
    found = [
        path.relative_to(ROOT)
        for path in paths
        if path.suffix in texts and path.is_file()
        if forbidden.search(path.read_text(encoding="utf-8", errors="ignore"))
    ]
    assert found == []


def test_every_public_function_says_what_it_does() -> None:
    missing = []
    for path in PYTHON:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        inner = {id(n) for f in functions for n in ast.walk(f) if n is not f}
        for node in ast.walk(tree):
            if not isinstance(node, (ast.FunctionDef, ast.ClassDef)) or id(node) in inner:
                continue
            if not node.name.startswith("_") and node.name != "Meta" and not ast.get_docstring(node):
                missing.append(f"{_name(path)}:{node.name}")
    assert missing == []
