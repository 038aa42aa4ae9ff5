"""Stage 4: enrolment and the thirty seats (TR 10, TR 11.3, MG 4.4)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from .breaches import Breach
from .calendar import said
from .editions import Edition


class RejectReason(StrEnum):
    """Why an applicant is not admitted; coded, so that it can be filtered and counted.

    Ours: TR 10 only says that applicants meet the category and the conditions of the level.
    """

    CATEGORY = "category"
    LEVEL = "level"
    FORM = "form"
    EMPLOYER = "employer"
    FULL = "full"
    OTHER = "other"

    @property
    def title(self) -> str:  # type: ignore[override]
        """The words that the applicant reads."""
        return {
            "category": "不属于本班专业大类",
            "level": "不符合本级别申报条件",
            "form": "申请表填写不完整或不属实",
            "employer": "单位未同意推荐",
            "full": "名额已满",
            "other": "其他原因",
        }[self.value]


def reject_words(code: str, words: str) -> str:
    """What the applicant reads: 不属于本班专业大类：任教会计专业; empty when nothing says why."""
    words = words.strip()
    if code == RejectReason.OTHER:
        return words
    title = RejectReason(code).title
    return f"{title}：{words}" if words else title


def reject_breaches(code: str) -> list[Breach]:
    """Why a reason cannot be this one."""
    if code in list(RejectReason):
        return []
    kinds = "、".join(reason.title for reason in RejectReason)
    return [Breach("reject.code", "TR 10", "没有这一类不予录取的原因。", f"请从{kinds}中选择。")]


def notice_breaches(programme_filed: bool) -> list[Breach]:
    """TR 10: 培训方案报备后，培训机构可发布招生通知."""
    if programme_filed:
        return []
    return [
        Breach(
            "notice.before_filing",
            "TR 10",
            "培训方案尚未报备，不能发布招生通知。",
            "请先完成第三环节培训方案报备。",
        )
    ]


def applying_breaches(open_now: bool, closes_on: date | None, today: date) -> list[Breach]:
    """Applications are taken from the notice to its closing day, the day itself included."""
    if open_now and (closes_on is None or today <= closes_on):
        return []
    until = f"（截止日{said(closes_on)}）" if closes_on else ""
    return [Breach("application.closed", "TR 10", f"本班目前不接受报名{until}。", "请选择正在招生的班次。")]


def free_seat(taken: Collection[int], edition: Edition) -> int | None:
    """The lowest free seat 1..30 (TR 11.3), or None when the class is full.  # reading: AMB-63"""
    return next((seat for seat in range(1, edition.class_size + 1) if seat not in taken), None)


def full_breach(edition: Edition) -> Breach:
    """The answer to the thirty-first."""
    return Breach(
        "enrolment.class_full",
        "TR 11.3",
        f"本班已录取 {edition.class_size} 人，每班不得超过 {edition.class_size} 人。",
        "可列入候补，有人退出时依次递补。",
    )


def admission_breaches(
    *,
    taken: Collection[int],
    edition: Edition,
    endorsed: bool,
    opinions: Collection[bool],
    instructors: int,
    reason: str,
) -> list[Breach]:
    """Every reason why an applicant cannot be admitted now.

    The employer has agreed (TR 附件1 单位意见), every instructor has given an opinion (TR 10, MG 4.4) and a
    decision against an opinion has a reason.

    reading: AMB-32 instructors give an opinion, the institution decides; against an opinion only with a reason
    reading: AMB-62 the employer agrees on the platform, or a stamped scan stands for its signature
    """
    breaches = []
    if free_seat(taken, edition) is None:
        breaches.append(full_breach(edition))
    if not endorsed:
        breaches.append(
            Breach(
                "application.endorsement",
                "TR 附件1",
                "还没有工作单位意见。",
                "请单位在平台上同意推荐，或上传盖章的扫描件。",
            )
        )
    if len(opinions) < instructors:
        breaches.append(
            Breach(
                "application.opinion",
                "MG 4.4",
                f"授课骨干教师的审核意见还差 {instructors - len(opinions)} 份。",
                "培训机构应与授课骨干教师共同审核报名信息，请提醒其填写。",
            )
        )
    if not all(opinions) and not reason.strip():
        breaches.append(
            Breach(
                "application.against_opinion",
                "MG 4.4",
                "有授课骨干教师不同意录取。",
                "如仍决定录取，请写明理由。",
            )
        )
    return breaches
