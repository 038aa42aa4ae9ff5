"""When a certificate may be issued (TR 12, MG 4.6, MG 16)."""

from __future__ import annotations

from dataclasses import dataclass

from .breaches import Breach
from .certificate_cases import Standing as State
from .levels import InstitutionKind, Level, courses_of
from .marks import Standing

TITLE = "工学一体化教师培训合格证书"  # MG 16
RESULT_PASSED = "合格"  # reading: AMB-35


@dataclass(frozen=True, slots=True)
class Record:
    """What is known of one trainee when the certificate is asked for."""

    barred: bool
    process: Standing
    final: Standing
    already_issued: bool


def certificate_breaches(record: Record) -> list[Breach]:
    """MG 4.6: only trainees who passed both assessments get one, and only once.

    reading: AMB-25 a replacement keeps the certificate number and gets a new serial, the old serial is void
    """
    breaches = []
    if record.barred:
        breaches.append(
            Breach("certificate.barred", "TR 12", "缺课超过规定，未能参加考核。", "可报名下一期培训。")
        )
    if record.process != Standing.PASSED:
        breaches.append(Breach("certificate.process", "TR 12.1", "过程性考核未合格。", "可报名下一期培训。"))
    if record.final != Standing.PASSED:
        breaches.append(Breach("certificate.final", "TR 12.2", "终结性考核未合格。", "可报名下一期培训。"))
    if record.already_issued:
        breaches.append(
            Breach(
                "certificate.second",
                "MG 18.1",
                "已经发过本班的证书。",
                "遗失或损坏请办理补发：证书编号不变，换用新的证书序列号，原序列号作废。",
            )
        )
    return breaches


def issuer_breaches(kind: InstitutionKind, level: Level, confirmed: bool) -> list[Breach]:
    """MG 16: the level decides who issues; TR 12.3: after the results are confirmed."""
    breaches = []
    if level.run_by != kind:
        breaches.append(
            Breach(
                "certificate.issuer",
                "MG 16",
                f"{level.title}证书由{level.run_by.title}核发。",
                "请由相应的培训机构核发。",
            )
        )
    if not confirmed:
        breaches.append(
            Breach(
                "certificate.unconfirmed",
                "TR 12.3",
                "本班成绩尚未确认，不能发证。",
                "请先在考核环节确认成绩单。",
            )
        )
    return breaches


def holding_breaches(standing: State) -> list[Breach]:
    """MG 18.2: what holds no longer is neither collected nor downloaded nor printed."""
    if standing == State.VALID:
        return []
    return [
        Breach(
            "certificate.void",
            "MG 18.2",
            f"该证书{standing.title}，不能领取或下载。",
            "如有疑问，请联系发证机构查询台账。",
        )
    ]


def course_content(level: Level, own: str = "") -> str:
    """课程内容 of MG 17.1: the level's courses; a backbone class prints what its programme names."""
    return "、".join(courses_of(level)) or own
