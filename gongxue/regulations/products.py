"""Learning products 学习成果: what may be asked for, until when, and how people talk about it (TR 12.1, MG 13).

TR 12.1 wants them handed in and presented during the training; what exactly, by when and of which kind is left to
those who teach. Numbers of files and words are ours.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from .breaches import Breach
from .calendar import day_of, said
from .levels import Level, module_by_code

TITLE_LIMIT, SAYS_LIMIT, NOTE_LIMIT, COMMENT_LIMIT = 120, 1000, 500, 500
FILES_MOST = 10  # of one product
ASSIGNMENTS_MOST = 30  # of one class


class WorkMode(StrEnum):
    """Whose work an assignment is."""

    INDIVIDUAL = "individual"
    GROUP = "group"

    @property
    def title(self) -> str:  # type: ignore[override]
        """个人, 小组."""
        return {"individual": "个人完成", "group": "小组完成"}[self.value]


class FileKind(StrEnum):
    """Kinds of files that an assignment may ask for."""

    OFFICE = "office"
    PDF = "pdf"
    IMAGE = "image"
    VIDEO = "video"
    ARCHIVE = "archive"

    @property
    def title(self) -> str:  # type: ignore[override]
        """办公文档, PDF, …"""
        return {
            "office": "办公文档（Word、Excel、PPT）", "pdf": "PDF", "image": "图片", "video": "视频", "archive": "压缩包",
        }[self.value]  # fmt: skip

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Ends of names, as the inspection of files calls the types."""
        return {
            "office": ("doc", "docx", "xls", "xlsx", "ppt", "pptx"), "pdf": ("pdf",), "image": ("jpg", "png"),
            "video": ("mp4", "mov"), "archive": ("zip",),
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """An assignment as the rules read it."""

    title: str
    says: str
    module: str  # code of a module of the level; empty: none of them
    mode: str
    kinds: Sequence[str]
    most_files: int
    due_at: datetime


def suffixes_of(kinds: Sequence[str]) -> tuple[str, ...]:
    """Every type that an assignment takes; none named: all."""
    return tuple(suffix for kind in (kinds or list(FileKind)) for suffix in FileKind(kind).suffixes)


def task_breaches(task: Task, level: Level, first_day: date, last_day: date) -> list[Breach]:
    """What is wrong with an assignment."""
    breaches = []
    if not 1 <= len(task.title.strip()) <= TITLE_LIMIT:
        says = f"任务名称应为 1 至 {TITLE_LIMIT} 字。"
        breaches.append(Breach("assignment.title", "TR 12.1", says, "请填写任务名称。"))
    if len(task.says) > SAYS_LIMIT:
        says = f"任务要求超过 {SAYS_LIMIT} 字。"
        breaches.append(Breach("assignment.says", "TR 12.1", says, "请精简，细节可写入指导手册或附件。"))
    module = module_by_code(task.module)
    if task.module and (module is None or module.level != level):
        breaches.append(
            Breach("assignment.module", "TR 11.1", "本级别培训标准没有这个模块。", "请从列表中选择模块。")
        )
    if task.mode not in list(WorkMode):
        breaches.append(
            Breach("assignment.mode", "TR 12.1", "没有这种完成方式。", "请选择个人完成或小组完成。")
        )
    if not set(task.kinds) <= set(FileKind):
        breaches.append(Breach("assignment.kinds", "TR 12.1", "没有这种文件类型。", "请从列表中选择。"))
    if not 1 <= task.most_files <= FILES_MOST:
        says = f"文件数应为 1 至 {FILES_MOST} 个。"
        breaches.append(Breach("assignment.files", "TR 12.1", says, "请更正文件数。"))
    return breaches + due_breaches(task.due_at, first_day, last_day)


def due_breaches(due_at: datetime, first_day: date, last_day: date) -> list[Breach]:
    """TR 12.1: 参训教师应在培训期间完成学习成果提交及展示交流."""
    if first_day <= day_of(due_at) <= last_day:
        return []
    return [
        Breach(
            "assignment.due",
            "TR 12.1",
            f"截止时间不在培训期间（{said(first_day)}至{said(last_day)}）。",
            "学习成果应在培训期间提交，请更正截止时间。",
        )
    ]


def is_late(handed_in_at: datetime, due_at: datetime | None, attempt: int) -> bool:
    """Whether a product came after its time; a second hand-in after a mark below 60 has no due time of its own."""
    return due_at is not None and attempt == 1 and handed_in_at > due_at


def files_breaches(names: Sequence[str], kinds: Sequence[str], most: int) -> list[Breach]:
    """Whether the files of a product are what was asked for. `names`: types as the inspection calls them."""
    breaches = []
    if len(names) > most:
        says = f"最多提交 {most} 个文件，现有 {len(names)} 个。"
        breaches.append(Breach("hand_in.files", "TR 12.1", says, "请移除多余的文件，或合并后提交。"))
    allowed = suffixes_of(kinds)
    if wrong := sorted({name for name in names if name not in allowed}):
        says = f"这项任务不收 {'、'.join(wrong)} 文件。"
        breaches.append(Breach("hand_in.kinds", "TR 12.1", says, f"请提交{'、'.join(allowed)}文件。"))
    return breaches


# A mark in words: 85分, 59.5 分, 八十五分, 一百分. Minutes, groups and 十分 (very) are none.
_TENS = "[一二三四五六七八九]十[一二三四五六七八九]?|十[一二三四五六七八九]|一百"
_MARK = re.compile(rf"(\d{{1,3}}(\.\d)?|{_TENS})\s*分(?![钟组之析工享别类段布])")


def comment_breaches(text: str) -> list[Breach]:
    """What is wrong with a comment. A mark stands in the scorer's sheet and nowhere else (TR 12.1: two score)."""
    if not text.strip():
        return [Breach("comment.empty", "TR 12.1", "评语没有内容。", "请填写后再提交。")]
    if len(text) > COMMENT_LIMIT:
        return [Breach("comment.long", "TR 12.1", f"评语超过 {COMMENT_LIMIT} 字。", "请精简后再提交。")]
    if found := _MARK.search(text):
        says = f"评语中写有“{found.group(0)}”。评分由两位骨干教师独立完成，分数只写在评分表中。"
        return [Breach("comment.mark", "TR 12.1", says, "请删去分数，写明优点和改进之处。")]
    return []
