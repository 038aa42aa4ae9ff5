"""Looking at the books inside a backup without restoring them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gongxue.foundation.backup import engines
from gongxue.foundation.backup.archive import read_manifest, read_member
from gongxue.foundation.trail.verification import verify


def row_differences(manifest: dict[str, Any], alias: str) -> list[str]:
    """Tables whose number of rows is not the one in the manifest."""
    counts = engines.row_counts(alias)
    return [
        f"{table} 应有 {number} 行，实有 {counts.get(table, 0)} 行。"
        for table, number in manifest["rows"].items()
        if counts.get(table) != number
    ]


def books_differences(path: Path, scratch: Path) -> list[str] | None:
    """What is wrong with the books in a backup that has passed `check`; None for a PostgreSQL dump.

    `scratch` is a folder for the unpacked books, to be removed by the caller.
    """
    with path.open("rb") as file:
        manifest, members = read_manifest(file)
        name = engines.SQLITE_MEMBER
        if name not in members:
            return None
        copy = scratch / "books.sqlite3"
        engines.unpack(read_member(file, members[name], manifest["members"][name]["sha256"]), copy)
    with engines.sqlite_alias(copy) as alias:
        found = engines.damages(alias) + row_differences(manifest, alias)
        return found + [str(finding) for finding in verify(using=alias).findings]
