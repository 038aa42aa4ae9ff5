"""The national list as data: rows of an edition, what changed between two editions, and that in words (TR 7, MG 25.4).

A row is what an edition freezes of a class: a dict with the keys of `ROW_TITLES` and "class", its number. A change is
{"kind": "added" | "changed" | "withdrawn", "class": …, "line": row} where "changed" also has
"fields": {key: [old, new]}; `line` is the row as it is afterwards, of a withdrawn one as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Row = dict[str, Any]
Change = dict[str, Any]

ROW_TITLES: dict[str, str] = {
    "province": "省份", "institution_code": "机构号", "institution": "培训机构", "level": "级别", "category": "专业大类",
    "first_day": "开班日", "last_day": "结束日", "days": "天数", "headcount": "人数", "scope": "招生范围", "plan": "计划",
}  # fmt: skip
KIND_TITLES = {"added": "新增", "changed": "调整", "withdrawn": "取消"}
IN_PLAN, OUTSIDE_PLAN = "计划内", "计划外"


def _of(row: Row, key: str) -> Any:
    """A value of a row; rows of the first editions knew no classes outside the plan."""
    return row.get(key, IN_PLAN if key == "plan" else "")


def in_order(rows: Iterable[Row]) -> list[Row]:
    """By institution, then first day: the order of every edition."""
    return sorted(rows, key=lambda row: (row["institution_code"], row["first_day"], row["class"]))


def changes_between(old: Iterable[Row], new: Iterable[Row]) -> list[Change]:
    """What leads from one list to another, in the order of the classes' numbers."""
    before, after = {row["class"]: row for row in old}, {row["class"]: row for row in new}
    found: list[Change] = []
    for number in sorted(before.keys() | after.keys()):
        if number not in before:
            found.append({"kind": "added", "class": number, "line": after[number]})
        elif number not in after:
            found.append({"kind": "withdrawn", "class": number, "line": before[number]})
        elif fields := _fields(before[number], after[number]):
            found.append({"kind": "changed", "class": number, "line": after[number], "fields": fields})
    return found


def _fields(old: Row, new: Row) -> dict[str, list[Any]]:
    return {key: [_of(old, key), _of(new, key)] for key in ROW_TITLES if _of(old, key) != _of(new, key)}


def apply_changes(rows: Iterable[Row], changes: Iterable[Change]) -> list[Row]:
    """The list after the changes. KeyError when a change names a class that is not there: the books are corrupt."""
    found = {row["class"]: row for row in rows}
    for change in changes:
        number = change["class"]
        if change["kind"] == "added":
            found[number] = change["line"]
        elif change["kind"] == "withdrawn":
            del found[number]
        else:
            found[number] = found[number] | {key: new for key, (_, new) in change["fields"].items()}
    return in_order(found.values())


def line_words(row: Row) -> str:
    """邢台技师学院 三级·机械类，2023-06-12 至 2023-06-18."""
    return f"{row['institution']} {row['level']}·{row['category']}，{row['first_day']} 至 {row['last_day']}"


def change_words(change: Change) -> str:
    """One change as a sentence; reason, approval and path follow where the edition knows them."""
    if change["kind"] == "changed":
        said = "；".join(
            f"{ROW_TITLES[key]}由“{old}”改为“{new}”" for key, (old, new) in change["fields"].items()
        )
        words = f"{line_words(change['line'])}：{said}"
    else:
        words = line_words(change["line"])
    more = [change.get("path", ""), change.get("approved_by", ""), change.get("reason", "")]
    labels = ("途径", "审核", "理由")
    told = "；".join(f"{label}：{value}" for label, value in zip(labels, more, strict=True) if value)
    return f"{KIND_TITLES[change['kind']]} {words}" + (f"（{told}）" if told else "")


def with_reasons(changes: Sequence[Change], told: Iterable[Change]) -> list[Change]:
    """Changes with what later editions say about the same classes: the last word on each."""
    keys = ("reason", "approved_by", "path", "application")
    known = {change["class"]: {key: change[key] for key in keys if key in change} for change in told}
    return [change | known.get(change["class"], {}) for change in changes]
