"""Editions of the regulations: every parameter that a later text or a province may change.

The texts are 试行 (TR 16, MG 28) and may be detailed by provinces (TR 14, MG 26). A class keeps the
edition that was in force on the day it entered the plan, whatever is decided later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Edition:
    """The parameters of one edition. Days are calendar days.  # reading: AMB-01"""

    code: str
    title: str
    effective_from: date
    opening_days: int = 40  # TR 8: 开班前40天提出开班申请  # reading: AMB-01
    recommendation_days: int = 35  # TR 8: 开班前35天平台推荐骨干教师
    programme_days: int = 30  # TR 9: 开班前30天报送培训方案
    feedback_days: int = 7  # TR 13 表: 培训班结束后1周内  # reading: AMB-15
    summary_from: tuple[int, int] = (12, 1)  # TR 13.2: 12月上旬  # reading: AMB-15
    summary_until: tuple[int, int] = (12, 10)
    enrolment_close_days: int = 7  # reading: AMB-61
    report_days: int = 7  # ours: the province reports its list so many days after the round closes
    review_days: int = 5  # ours: the province answers a programme; stands while the programme is back
    correction_days: int = 5  # ours: a returned programme comes again
    instructors: int = 2  # TR 8
    examiners: int = 3  # TR 8
    class_size: int = 30  # TR 11.3: 每班不得超过30人
    days_level_1: int = 8  # TR 11.2
    days_level_2: int = 9  # TR 11.2
    days_level_3: int = 7  # TR 11.2
    periods_a_day: int = 8  # reading: AMB-04
    absence_limit: int = 4  # TR 12: 无故旷课或请假超过4课时  # reading: AMB-02
    late_costs: int = 0  # reading: AMB-03
    pass_mark: Decimal = Decimal(60)  # TR 12.1, 12.2: 60分及以上
    attempts: int = 2  # TR 12.1, 12.2: one second attempt each
    spread_note: Decimal = Decimal(15)  # ours: sheets further apart ask for a written note
    appeal_days: int = 5  # ours: after the confirmation a trainee may ask for a review  # reading: AMB-80
    appeal_answer_days: int = 5  # ours: the institution answers
    objection_days: int = 3  # ours: after the answer the trainee may object
    objection_decision_days: int = 5  # ours: the province decides
    duty_jobs: int = 2  # MG 8.4: 每年承担授课任务不少于2次
    duty_satisfaction: Decimal = Decimal(2)  # MG 8.4: 满意度平均分不少于2分
    idle_years: int = 2  # MG 5.3, 9.1: 两年内未开展
    shown_from: int = 5  # results of form 2 from this many answers on  # reading: AMB-19
    evaluation_gates_download: bool = True  # reading: AMB-17


EDITIONS: tuple[Edition, ...] = (Edition("2022-trial", "2022年试行版", date(2022, 1, 1)),)


def edition_on(day: date) -> Edition:
    """The edition in force on a day; the first one also covers days before it, there is nothing older."""
    current = EDITIONS[0]
    for edition in EDITIONS:
        if edition.effective_from <= day:
            current = edition
    return current


def edition_by_code(code: str) -> Edition:
    """The edition that a stored class names. KeyError for an unknown code: the row is corrupt."""
    for edition in EDITIONS:
        if edition.code == code:
            return edition
    raise KeyError(code)
