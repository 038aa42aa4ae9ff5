"""Opening and closing ceremony (TR 12.3; form 3 items 1.5 and 1.6 ask whether they were held)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from .breaches import Breach
from .calendar import said

AGENDA_LENGTH, PLACE_LENGTH, PHOTOS = 1000, 80, 12  # ours


class CeremonyKind(StrEnum):
    """开班式 and 结业式."""

    OPENING = "opening"
    CLOSING = "closing"

    @property
    def title(self) -> str:  # type: ignore[override]
        """As form 3 calls it."""
        return {"opening": "开班式", "closing": "结业式"}[self.value]

    @property
    def article(self) -> str:
        """Where the texts speak of it."""
        return {"opening": "TR 附件3", "closing": "TR 12.3"}[self.value]


AGENDAS: dict[CeremonyKind, str] = {  # to begin with; the institution writes its own
    CeremonyKind.OPENING: "1. 介绍培训班和授课骨干教师\n2. 培训安排说明\n3. 宣读培训纪律要求\n4. 学员代表发言",
    CeremonyKind.CLOSING: "1. 培训总结\n2. 学员代表发言\n3. 核发培训合格证书",
}


def plan_breaches(kind: str, place: str, agenda: str, speakers: str) -> list[Breach]:
    """What a plan needs: a known kind, texts that fit."""
    breaches = [] if kind in set(CeremonyKind) else [_unknown()]
    if len(place) > PLACE_LENGTH or len(speakers) > 2 * PLACE_LENGTH or len(agenda) > AGENDA_LENGTH:
        says = f"地点不超过 {PLACE_LENGTH} 字，发言人不超过 {2 * PLACE_LENGTH} 字，议程不超过 {AGENDA_LENGTH} 字。"
        breaches.append(Breach("ceremony.long", "TR 12.3", says, "请精简后再保存。"))
    return breaches


def _unknown() -> Breach:
    return Breach("ceremony.kind", "TR 12.3", "只有开班式和结业式。", "请从列表中选择。")


def held_breaches(
    kind: str, held_on: date, attended: int, people: int, days: tuple[date, date], today: date
) -> list[Breach]:
    """Why a ceremony cannot be recorded as held. days: first and last of the class; people: trainees in it.

    reading: AMB-73 the closing ceremony follows the final assessment (TR 12.3), so not before the last training day
    """
    if kind not in set(CeremonyKind):
        return [_unknown()]
    one = CeremonyKind(kind)
    breaches = []
    if held_on > today:
        says = f"{said(held_on)}还没有到，不能记录为已举办。"
        breaches.append(Breach("ceremony.future", one.article, says, "请在举办之后记录。"))
    if held_on < days[0]:
        says = f"本班{said(days[0])}开班，{one.title}不会早于开班日。"
        breaches.append(Breach("ceremony.early", one.article, says, "请核对日期。"))
    elif one is CeremonyKind.CLOSING and held_on < days[1]:
        says = f"结业式在终结性考核结束后组织，本班{said(days[1])}结束。"
        breaches.append(
            Breach("ceremony.before_the_end", one.article, says, "请核对日期，在结束日或之后记录。")
        )
    if one is CeremonyKind.OPENING and held_on > days[1]:
        says = f"开班式在培训期间举办，本班{said(days[1])}结束。"
        breaches.append(Breach("ceremony.late", one.article, says, "请核对日期。"))
    if not 1 <= attended <= people:
        says = f"参加的学员应在 1 至 {people} 人之间。"
        breaches.append(Breach("ceremony.attended", one.article, says, "请按实际人数填写。"))
    return breaches


def missing_words(held: dict[CeremonyKind, bool]) -> list[str]:
    """What is said before the teaching is ended: not recorded is no reason to refuse, form 3 asks for it later."""
    words = {
        CeremonyKind.OPENING: "还没有记录开班式",
        CeremonyKind.CLOSING: "还没有记录结业式，终结性考核后举办的请到“仪式”页记录",
    }
    return [words[kind] for kind in CeremonyKind if not held.get(kind)]
