"""Appeals against confirmed marks 成绩复核; ours: TR and MG only forbid that results are altered (MG 13).

reading: AMB-80 within five days the trainee asks, the institution answers, the province decides on an objection
"""

from __future__ import annotations

from datetime import date, timedelta

from .breaches import Breach
from .calendar import Due, said
from .deadline_table import RULES
from .editions import Edition

WORDS = (10, 500)  # of grounds, answers, objections and decisions


def appeal_until(confirmed_on: date, edition: Edition) -> date:
    """The last day on which a review may be asked for; it is still in time."""
    return confirmed_on + timedelta(days=edition.appeal_days)


def objection_until(answered_on: date, edition: Edition) -> date:
    """The last day on which an answer may be objected to."""
    return answered_on + timedelta(days=edition.objection_days)


def _due(key: str, anchor: str, day: date, days: int) -> Due:
    rule = RULES[key]
    on = day + timedelta(days=days)
    return Due(
        key,
        rule.title,
        on,
        f"{anchor} {said(day)} 后 {days} 天 = {said(on)}（平台设定，当日仍算按时）",
        rule.article,
        False,
    )


def answer_due(applied_on: date, edition: Edition) -> Due:
    """By when the institution answers."""
    return _due("appeal_answer", "申请日", applied_on, edition.appeal_answer_days)


def decision_due(objected_on: date, edition: Edition) -> Due:
    """By when the province decides."""
    return _due("appeal_decision", "异议日", objected_on, edition.objection_decision_days)


def words_breaches(what: str, text: str) -> list[Breach]:
    """Ten to five hundred characters: a word is no ground."""
    if WORDS[0] <= len(text.strip()) <= WORDS[1]:
        return []
    return [
        Breach("appeal.words", "MG 13", f"{what}须为 {WORDS[0]} 至 {WORDS[1]} 字。", "请写明事实和依据。")
    ]


def appeal_breaches(
    has_mark: bool, known: bool, today: date, until: date | None, grounds: str
) -> list[Breach]:
    """Why no review may be asked for. until: the last day, None while the results are not confirmed."""
    if until is None:
        return [Breach("appeal.early", "MG 13", "成绩尚未确认，还不能申请复核。", "请等待培训机构确认成绩。")]
    breaches = []
    if today > until:
        says = f"申请复核的期限到{said(until)}为止，已经过了。"
        breaches.append(Breach("appeal.late", "MG 13", says, "确有错误的，请向培训机构反映，由其申请更正。"))
    if not has_mark:
        breaches.append(
            Breach("appeal.no_mark", "MG 13", "您没有这项考核的成绩。", "只能对有成绩的考核申请复核。")
        )
    if known:
        breaches.append(
            Breach("appeal.known", "MG 13", "这项成绩您已经申请过复核。", "每项成绩可申请一次，请查看答复。")
        )
    return breaches + words_breaches("复核理由", grounds)


def objection_breaches(today: date, until: date, grounds: str) -> list[Breach]:
    """Why no objection may be raised."""
    late = []
    if today > until:
        says = f"提出异议的期限到{said(until)}为止，已经过了。"
        late = [Breach("appeal.objection_late", "MG 13", says, "培训机构的答复有效。")]
    return late + words_breaches("异议理由", grounds)
