"""The list of materials 资料清单 that every trainee gets (TR 11.1, TR 11.4 教材教具准备; form 3 item 1.3)."""

from __future__ import annotations

from enum import StrEnum

from .breaches import Breach

MOST, TITLE_LENGTH, NOTE_LENGTH = 30, 80, 200  # ours


class MaterialKind(StrEnum):
    """What the platform itself has, and what the institution adds."""

    PROGRAMME = "programme"
    TIMETABLE = "timetable"
    NOTICE = "notice"
    DISCIPLINE = "discipline"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """As the list calls it."""
        return {
            "programme": "培训方案",
            "timetable": "课程表",
            "notice": "招生通知",
            "discipline": "培训纪律要求",
            "other": "其他资料",
        }[self.value]


STANDARD: tuple[tuple[MaterialKind, str, str], ...] = (
    (MaterialKind.PROGRAMME, "培训方案", "已报备的版本"),
    (MaterialKind.TIMETABLE, "课程表", "按最新课表"),
    (MaterialKind.NOTICE, "招生通知", ""),
    (MaterialKind.DISCIPLINE, "培训纪律要求", "管理指南第十至十五条"),
    (MaterialKind.OTHER, "《技工院校工学一体化教师培训指导手册》", "核心资源（技术规程第十一条）"),
)


def material_breaches(title: str, note: str, kind: str, held: int) -> list[Breach]:
    """Why a line cannot be added. held: lines on the list."""
    breaches = []
    if kind not in set(MaterialKind):
        breaches.append(Breach("material.kind", "TR 11.1", "没有这一类资料。", "请从列表中选择。"))
    if not 1 <= len(title.strip()) <= TITLE_LENGTH or len(note) > NOTE_LENGTH:
        says = f"名称须填写，不超过 {TITLE_LENGTH} 字；说明不超过 {NOTE_LENGTH} 字。"
        breaches.append(Breach("material.title", "TR 11.1", says, "请修改后再提交。"))
    if held >= MOST:
        says = f"清单最多 {MOST} 项。"
        breaches.append(Breach("material.many", "TR 11.1", says, "请先移除不用的，或把几份合为一份。"))
    return breaches
