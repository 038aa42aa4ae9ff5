"""Every refusal names its rule, its article and the way out: read from the source, so that none is forgotten."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "gongxue"
_RULE = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)+")
_ARTICLE = re.compile(r"(TR|MG|IP|GX) .+|GB 11643")


def _constructed() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func if isinstance(node, ast.Call) else None
            if isinstance(node, ast.Call) and isinstance(name, ast.Name) and name.id == "Breach":
                yield str(path.relative_to(ROOT)), node


def _given(call: ast.Call, place: int, name: str) -> ast.expr | None:
    if len(call.args) > place:
        return call.args[place]
    return next((k.value for k in call.keywords if k.arg == name), None)


def _words(node: ast.expr | None) -> str | None:
    """A text written out; None where it is composed."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def test_there_are_refusals_to_look_at() -> None:
    assert len(list(_constructed())) > 200


def test_every_refusal_has_a_rule_and_an_article() -> None:
    wrong = []
    for where, call in _constructed():
        rule, article = _given(call, 0, "rule"), _given(call, 1, "article")
        named = rule is not None and _RULE.fullmatch(_words(rule) or "composed.rule")
        cited = article is not None and _ARTICLE.fullmatch(_words(article) or "TR x")
        if not (named and cited):
            wrong.append(f"{where}:{call.lineno} {ast.unparse(call)[:60]}")
    assert wrong == []


def test_every_refusal_names_the_way_out() -> None:
    silent = [
        f"{where}:{call.lineno}"
        for where, call in _constructed()
        if (way_out := _given(call, 3, "way_out")) is None or _words(way_out) == ""
    ]
    assert silent == []


def test_a_way_out_is_a_sentence() -> None:
    wrong = [
        f"{where}:{call.lineno} {way_out}"
        for where, call in _constructed()
        if (way_out := _words(_given(call, 3, "way_out"))) and not way_out.endswith("。")
    ]
    assert wrong == []
