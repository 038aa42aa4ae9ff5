"""Every deadline of a round, a class, an invitation and an institution: whose it is, what moves it, what it holds up.

The clock that counts them is `deadlines.py`. A row marked `ours` is no rule of the texts but a day that the platform
names so that a file does not lie still; its length is an `Edition` parameter, missing it is only counted.
"""

from __future__ import annotations

from dataclasses import dataclass

from .roles import Duty


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """One row. `before`, `after`: on which days, counted from the due day, whoever owes it is reminded."""

    key: str
    title: str
    of: str  # 轮次 · 培训班 · 邀请 · 机构
    owner: Duty
    anchor: str
    days: str  # the Edition parameter that counts from the anchor; empty: the day is named by a person
    article: str
    refuses: bool  # True: too late is refused; False: accepted, marked 逾期 and counted
    stops: bool  # whether the clock stands while the file is back for correction
    stops_why: str
    slips: str  # what slips if this slips
    ours: bool = False
    grantable: bool = False
    before: tuple[int, ...] = (7, 3, 1)
    after: tuple[int, ...] = (1, 3, 7)
    above: int | None = 3  # so many days later the office above is told as well; None: never

    @property
    def steps(self) -> tuple[int, ...]:
        """The days of the reminders in order of time: -7 is a week before, 0 the day itself, 3 three days after."""
        return (*(-day for day in sorted(self.before, reverse=True)), 0, *sorted(self.after))


_NO_RETURN = "不停：此事一次办成，没有退回修改的环节。"
_FIRST = "不停：期限不因退回后移；首次报送按时即为按时，此后退回重报不算逾期。"

_ROWS = (
    DeadlineRule(
        "report_lines", "报送计划班次", "轮次", Duty.INSTITUTION, "部指导中心设定的报送截止日", "", "TR 7", True, False,
        "不停：截止日前首次提交即为按时；被退回的班次截止后仍可修改重报。",
        "未报送的班次不列入全国培训信息，不能按计划提出开班申请；没有计划的不必报送。", after=(), above=None,
    ),
    DeadlineRule(
        "report_province", "审核并汇总上报", "轮次", Duty.PROVINCE, "报送截止日后", "report_days", "TR 7", False, False,
        "不停：逐行退回，其余班次照常审核上报，被退回的可再次上报。",
        "全国培训信息发布随之推迟，最早的班次来不及按期提出开班申请。", ours=True, before=(3, 1),
    ),
    DeadlineRule(
        "opening", "提出开班申请", "培训班", Duty.INSTITUTION, "开班日前", "opening_days", "TR 8", True, False,
        _NO_RETURN, "推荐、邀请骨干教师和编写方案的时间缩短。", grantable=True,
    ),
    DeadlineRule(
        "recommendation", "推荐骨干教师", "培训班", Duty.CENTRE, "开班日前", "recommendation_days", "TR 8", False, False,
        _NO_RETURN, "邀请答复和编写方案的时间缩短。", grantable=True, before=(3, 1), above=None,
    ),
    DeadlineRule(
        "answer", "答复邀请", "邀请", Duty.BACKBONE, "邀请函写明的答复日", "", "TR 8", True, False,
        _NO_RETURN, "邀请失效，席位另请他人，骨干教师到位推迟。", before=(1,), after=(), above=None,
    ),
    DeadlineRule(
        "programme", "报送培训方案", "培训班", Duty.INSTITUTION, "开班日前", "programme_days", "TR 9", False, False,
        _FIRST, "报备推迟，招生时间缩短。", grantable=True,
    ),
    DeadlineRule(
        "review", "审核培训方案", "培训班", Duty.PROVINCE, "方案首次报送日后", "review_days", "TR 9", False, True,
        "停：退回期间方案不在省级管理部门，重报后接着计算，已用的天数不清零。", "报备推迟，招生时间缩短。",
        ours=True, before=(1,),
    ),
    DeadlineRule(
        "correction", "修改重报培训方案", "培训班", Duty.INSTITUTION, "最近一次退回日后", "correction_days", "TR 9", False, False,
        "不停：这段时间就是用来修改的；再次退回另行起算。", "报备推迟，招生时间缩短。", ours=True, before=(1,),
    ),
    DeadlineRule(
        "enrolment", "截止报名", "培训班", Duty.INSTITUTION, "开班日前", "enrolment_close_days", "TR 10", True, False,
        "不停：申请退回修改不影响他人报名。", "审核录取的时间缩短。", above=None, after=(),
    ),
    DeadlineRule(
        "resubmission", "二次提交学习成果", "培训班", Duty.TRAINEE, "培训机构设定的日期", "", "TR 12.1", False, False,
        _NO_RETURN, "来不及重新评分的，按第一次成绩报送。", ours=True, before=(1,), after=(1,), above=None,
    ),
    DeadlineRule(
        "retake", "完成二次终结性考核", "培训班", Duty.INSTITUTION, "培训机构设定的日期", "", "TR 12.2", False, False,
        _NO_RETURN, "来不及考核的，按第一次成绩报送。", ours=True, before=(1,), after=(1,), above=None,
    ),
    DeadlineRule(
        "feedback", "报送成绩单", "培训班", Duty.INSTITUTION, "培训结束日后", "feedback_days", "TR 13.1", False, False,
        "不停：成绩确认后只更正、不退回。", "证书核发和结班推迟。", grantable=True, before=(6, 2),
    ),
    DeadlineRule(
        "appeal_answer", "答复成绩复核申请", "培训班", Duty.INSTITUTION, "参训教师申请日后", "appeal_answer_days", "MG 13", False,
        False, _NO_RETURN, "成绩长期有争议，更正推迟。", ours=True, before=(1,), after=(1, 3),
    ),
    DeadlineRule(
        "appeal_decision", "裁定成绩复核异议", "培训班", Duty.PROVINCE, "参训教师异议日后", "objection_decision_days", "MG 13",
        False, False, _NO_RETURN, "成绩长期有争议，更正推迟。", ours=True, before=(1,), after=(1, 3),
    ),
    DeadlineRule(
        "summary", "提交年度工作总结", "机构", Duty.INSTITUTION, "每年12月", "summary_until", "TR 13.2", False, False,
        _NO_RETURN, "不影响后续环节，只计入统计。", before=(20, 7, 3, 1),
    ),
    DeadlineRule(
        "approval", "续办获批资格", "机构", Duty.INSTITUTION, "获批期限届满日", "", "TR 4", True, False,
        "不停：获批期限由批文确定。", "届满日之后开班的班次不能填报。", before=(90, 30, 7), after=(1,), above=None,
    ),
)  # fmt: skip

RULES: dict[str, DeadlineRule] = {rule.key: rule for rule in _ROWS}

# What may be extended for one class, with a named grantor (AMB-01). Not the end of enrolment: the institution itself
# names that day in its notice, any day before the class.  # reading: AMB-61
GRANTABLE: tuple[str, ...] = tuple(rule.key for rule in _ROWS if rule.grantable)


def step_on(rule: DeadlineRule, late: int) -> int | None:
    """The reminder that stands on a day `late` days after the due day (negative: before it); None before the first.

    Only the latest counts: a platform that slept for a month sends one reminder, not a heap.
    """
    return max((step for step in rule.steps if step <= late), default=None)
