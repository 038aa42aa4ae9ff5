"""The states of every thing, with the Chinese titles that pages show. What leads from one to the next: lifecycle.py."""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    """A state of a thing with its Chinese title, which pages show."""

    title: str  # type: ignore[assignment]

    def __new__(cls, value: str, title: str = "") -> State:
        """A member carries its Chinese title beside its value; a stored value alone finds its member."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.title = title
        return member


class RoundState(State):
    """A reporting round 报送轮次."""

    OPEN = "open", "报送中"
    PUBLISHED = "published", "已发布"


class PlanState(State):
    """A planned class 计划班次 on its way into the national list."""

    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待省级审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "省级已通过"
    REPORTED = "reported", "已上报"
    PUBLISHED = "published", "已发布"
    CANCELLED = "cancelled", "已取消"


class ChangeState(State):
    """An application to change what is published 增补、调整申请."""

    APPLIED = "applied", "待省级审核"
    RETURNED = "returned", "已退回"
    WITHDRAWN = "withdrawn", "已撤回"
    REFUSED = "refused", "未同意"
    APPROVED = "approved", "已生效，待备案"
    QUESTIONED = "questioned", "备案时提出意见"
    RECORDED = "recorded", "已备案"


class OpeningState(State):
    """An opening application 开班申请."""

    FILED = "filed", "待推荐"
    RECOMMENDED = "recommended", "邀请中"
    STAFFED = "staffed", "师资已到位"
    CANCELLED = "cancelled", "已取消"  # with its class


class InvitationState(State):
    """An invitation 邀请函."""

    NOMINATED = "nominated", "待部指导中心确认"
    SENT = "sent", "待答复"
    ACCEPTED = "accepted", "已接受"
    DECLINED = "declined", "已婉拒"
    EXPIRED = "expired", "逾期失效"
    WITHDRAWN = "withdrawn", "已撤回"


class TeamChangeState(State):
    """Another number of instructors 授课人数调整 (TR 8 note 5)."""

    REQUESTED = "requested", "待省级审核"
    APPROVED = "approved", "已同意"
    REFUSED = "refused", "未同意"


class ProgrammeState(State):
    """A programme 培训方案."""

    DRAFT = "draft", "编写中"
    SUBMITTED = "submitted", "待省级审核"
    RETURNED = "returned", "已退回"
    FILED = "filed", "已报备"
    CHANGING = "changing", "变更编写中"  # the filed version stays in force meanwhile


class EnrolmentState(State):
    """The enrolment 招生 of a class."""

    DRAFT = "draft", "未发布"
    PUBLISHED = "published", "报名中"
    CLOSED = "closed", "已截止"


class ApplicationState(State):
    """An application 参训申请."""

    DRAFT = "draft", "填写中"
    SUBMITTED = "submitted", "待审核"
    WAITING = "waiting", "候补"
    OFFERED = "offered", "待确认递补"  # a seat is kept until the answer or the deadline
    ADMITTED = "admitted", "已录取"
    REJECTED = "rejected", "未录取"
    WITHDRAWN = "withdrawn", "已退出"


class SubstitutionState(State):
    """A colleague named in an admitted teacher's place 顶替."""

    NAMED = "named", "顶替办理中"
    DONE = "done", "已顶替"
    ENDED = "ended", "未顶替"


class DeliveryState(State):
    """The delivery 培训实施 of a class."""

    PREPARING = "preparing", "待开班"
    RUNNING = "running", "培训中"
    FINISHED = "finished", "教学已结束"


class WindowState(State):
    """A window in which a lesson period's trainees check in themselves 签到."""

    OPEN = "open", "签到中"
    CLOSED = "closed", "已关闭"


class LeaveState(State):
    """A request for leave 请假."""

    REQUESTED = "requested", "待批准"
    APPROVED = "approved", "已批准"
    REFUSED = "refused", "未批准"
    WITHDRAWN = "withdrawn", "已撤回"


class MarkCorrectionState(State):
    """A correction of the roll that waits for a second person 考勤更正."""

    PROPOSED = "proposed", "待另一人同意"
    CONFIRMED = "confirmed", "已更正"
    DECLINED = "declined", "未同意"


class AssignmentState(State):
    """What is to be handed in 成果任务."""

    SET = "set", "进行中"
    WITHDRAWN = "withdrawn", "已撤销"


class RetakeState(State):
    """A request for a second final assessment 二次终结性考核申请."""

    APPLIED = "applied", "待同意"
    ALLOWED = "allowed", "已同意"


class ResultsState(State):
    """The results 成绩 of a class."""

    OPEN = "open", "考核中"
    CONFIRMED = "confirmed", "成绩已确认"


class CorrectionState(State):
    """A correction 成绩更正."""

    REQUESTED = "requested", "待省级会签"
    COUNTERSIGNED = "countersigned", "已更正"
    REFUSED = "refused", "未同意"


class AppealState(State):
    """A request for the review of a confirmed mark 成绩复核."""

    APPLIED = "applied", "待答复"
    KEPT = "kept", "维持原成绩"
    OBJECTED = "objected", "待省级裁定"
    DISMISSED = "dismissed", "异议不成立"
    UPHELD = "upheld", "复核成立"


class ClosingState(State):
    """The closing 结班 of a class."""

    OPEN = "open", "未结班"
    CLOSED = "closed", "已结班"


class CaseState(State):
    """What is asked for a certificate 证书事项: replacement, correction, void, revocation."""

    APPLIED = "applied", "待办理"
    DONE = "done", "已办结"
    REFUSED = "refused", "不予办理"
    WITHDRAWN = "withdrawn", "已撤回"


class MisuseState(State):
    """A report of misuse 证书违规线索."""

    REPORTED = "reported", "待核查"
    HANDED_OVER = "handed_over", "已移送"
    CLOSED = "closed", "已办结"


class RubricDraftState(State):
    """A rubric 评分标准 while the centre writes it."""

    DRAFT = "draft", "编写中"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"


class FormDraftState(State):
    """A new version of an official form 表单草稿 while it is written."""

    DRAFT = "draft", "编写中"
    PUBLISHED = "published", "已发布"
    WITHDRAWN = "withdrawn", "已撤销"
