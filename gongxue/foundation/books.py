"""What must agree in the books. Each part says it for itself in its own `books.py`; `gongxue check-books` asks all.

A check yields one Chinese sentence per difference and nothing when everything agrees. It never repairs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gongxue.foundation.backup.engines import damages
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import FileDamaged, read
from gongxue.foundation.trail.triggers import missing_triggers
from gongxue.foundation.trail.verification import verify

SAMPLE = 50  # stored files looked at without --files: the newest, and others spread evenly over the rest


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must agree: its name on the list, and the function that yields what does not."""

    name: str
    differences: Callable[[], Iterator[str]]


def structure_differences() -> Iterator[str]:
    """The engine's own checks: the file is whole, every reference leads somewhere."""
    yield from damages("default")


def trigger_differences() -> Iterator[str]:
    """Every register refuses UPDATE and DELETE."""
    for name in sorted(missing_triggers()):
        yield f"缺少触发器 {name}：该登记簿可以被修改。"


def trail_differences() -> Iterator[str]:
    """The trail is as it was sealed and signed."""
    yield from (str(finding) for finding in verify().findings)


def sampled_file_differences() -> Iterator[str]:
    """Some stored files are what was stored."""
    ids = list(StoredFile.objects.order_by("-pk").values_list("pk", flat=True))
    step = max(1, 2 * len(ids) // SAMPLE)
    yield from _file_differences({*ids[: SAMPLE // 2], *ids[SAMPLE // 2 :: step]})


def file_differences() -> Iterator[str]:
    """Every stored file is what was stored."""
    yield from _file_differences(None)


def _file_differences(ids: set[int] | None) -> Iterator[str]:
    rows = StoredFile.objects.order_by("pk")
    for row in rows if ids is None else rows.filter(pk__in=ids):
        try:
            size = len(read(row))
        except FileNotFoundError:
            yield f"文件“{row.name}”（{row.digest[:12]}…）不在存储中。"
        except FileDamaged:
            yield f"文件“{row.name}”（{row.digest[:12]}…）的内容已损坏。"
        else:
            if not row.sealed and size != row.size:
                yield f"文件“{row.name}”（{row.digest[:12]}…）登记 {row.size} 字节，实有 {size} 字节。"


CHECKS = (
    Check("数据库结构与外键完整", structure_differences),
    Check("登记簿触发器齐全", trigger_differences),
    Check("操作留痕与封存、签名一致", trail_differences),
)
SOME_FILES = Check("文件内容与登记一致（抽查）", sampled_file_differences)
ALL_FILES = Check("文件内容与登记一致（全部）", file_differences)
