"""Who may do what: duties, and which duty holds which permission.

A role is (account, organisation, duty); a duty is a named set of permissions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .organisations import EMPLOYERS as EMPLOYERS
from .organisations import INSTITUTIONS as INSTITUTIONS
from .organisations import OrganisationKind as OrganisationKind
from .permissions import Permission as Permission

P = Permission


@dataclass(frozen=True, slots=True)
class DutySpec:
    """A duty: what it is called, what it is for, where it can be held, what it may do."""

    title: str
    says: str
    held_in: frozenset[OrganisationKind]
    permissions: frozenset[Permission]


class Duty(StrEnum):
    """The duties of the platform; `spec` says what each may do."""

    CENTRE = "centre"
    OVERSIGHT = "oversight"
    PROVINCE = "province"
    INSTITUTION = "institution"
    COORDINATOR = "coordinator"
    CERTIFICATE_OFFICER = "certificate_officer"
    BACKBONE = "backbone"
    TRAINEE = "trainee"
    SCHOOL = "school"
    SYSTEM = "system"

    @property
    def spec(self) -> DutySpec:
        """The row of the table below."""
        return DUTIES[self]

    @property
    def title(self) -> str:  # type: ignore[override]
        """The Chinese name."""
        return self.spec.title

    @property
    def reads_all(self) -> bool:
        """Whether its scope is the whole nation."""
        return self in (Duty.CENTRE, Duty.OVERSIGHT, Duty.SYSTEM)


def _spec(title: str, says: str, held_in: Iterable[OrganisationKind], *permissions: Permission) -> DutySpec:
    return DutySpec(title, says, frozenset(held_in), frozenset(permissions))


_K = OrganisationKind
_READS = (P.SEE_CLASSES, P.SEE_POOL, P.SEE_LEDGER, P.SEE_TRAIL, P.SEE_DEADLINES)
_OFFICE = (
    P.UNDO_ARRIVAL, P.MARK_NO_SHOW, P.NAME_GROUPS, P.ADD_MATERIAL, P.REMOVE_MATERIAL, P.GIVE_MATERIAL, P.SEND_NOTICE, P.REMIND,
    P.SEE_PHONE, P.PLAN_CEREMONY, P.RECORD_CEREMONY, P.ADD_PHOTO, P.REMOVE_PHOTO, P.LODGE, P.UNLODGE, P.NOTE_NIGHT,
)  # fmt: skip
_EXAMINATION = (P.PLAN_PRESENTATIONS, P.DRAW_ORDER, P.MOVE_ON, P.ADD_RECORDING, P.REMOVE_RECORDING)
_COORDINATES = (
    P.START_CLASS, P.CHECK_IN, P.ASSIGN_GROUPS, P.CALL_ROLL, P.FINISH_CLASS, *_OFFICE, *_EXAMINATION,
)  # fmt: skip
_ASSIGNS = (P.ASSIGN_PRODUCT, P.CHANGE_ASSIGNMENT, P.WITHDRAW_ASSIGNMENT)

# The record of attendance is the coordinator's; whoever proposes a correction, another account confirms it.
_ATTENDANCE = (
    P.OPEN_WINDOW, P.CLOSE_WINDOW, P.APPROVE_LEAVE, P.REFUSE_LEAVE, P.ENTER_ROLLS, P.PROPOSE_MARKS, P.CONFIRM_MARK,
    P.DECLINE_MARK, P.SET_ONLINE, P.CLEAR_ONLINE,
)  # fmt: skip

DUTIES: dict[Duty, DutySpec] = {
    Duty.CENTRE: _spec(
        "部指导中心工作人员",
        "开启报送、发布全国培训信息、管理骨干教师库、发放账号，查看全国数据。",
        [_K.CENTRE],
        *_READS,
        P.SEE_ACCOUNTS, P.SEE_MAIL, P.CREATE_ACCOUNT, P.IMPORT_ACCOUNTS, P.RESET_ACCOUNT, P.SUSPEND_ACCOUNT,
        P.GIVE_ROLE, P.END_ROLE, P.REGISTER_APPROVAL, P.REGISTER_SCHOOL, P.REGISTER_BACKBONE,
        P.OPEN_ROUND, P.CHANGE_ROUND, P.SEND_BACK_LINE, P.SEND_BACK_LINES, P.ACCEPT_LINES, P.PUBLISH_PLAN, P.GRANT_EXCEPTION, P.RECOMMEND, P.CONFIRM_EXPERT,
        P.SET_HOURS, P.SAVE_TEMPLATE, P.CLOSE_TEMPLATE, P.SEE_FORMS, P.BEGIN_FORM, P.EDIT_FORM, P.PUBLISH_FORM, P.DROP_FORM,
        P.BEGIN_RUBRIC, P.EDIT_RUBRIC, P.PUBLISH_RUBRIC, P.DROP_RUBRIC,
        P.RECORD_CHANGE, P.QUESTION_CHANGE,
        P.SEE_RUNS, P.RUN_STAFFING, P.PACK_PORTFOLIO, P.RECEIVE_TRANSCRIPT, P.LOOK_AT_PATTERN, P.SEE_SEVERITY, P.CHECK_LIST, P.ISSUE_KEY, P.REVOKE_KEY,
    ),
    Duty.OVERSIGHT: _spec(
        "职业能力建设司（只读）", "统筹推进，查看全国数据，不办理业务（TR 3）。", [_K.CENTRE],
        P.SEE_CLASSES, P.SEE_POOL, P.SEE_LEDGER, P.SEE_DEADLINES, P.SEE_SEVERITY, P.SEE_RUNS,
    ),
    Duty.PROVINCE: _spec(
        "省级管理部门工作人员",
        "审核本省培训计划、培训方案，监督考核与发证。",
        [_K.PROVINCE],
        *_READS,
        P.APPROVE_TEAM, P.REFUSE_TEAM,
        P.SEE_RUNS,
        P.APPROVE_LINE, P.RETURN_LINE, P.APPROVE_LINES, P.RETURN_LINES, P.REPORT_PLAN, P.GRANT_EXCEPTION, P.RETURN_PROGRAMME, P.FILE_PROGRAMME,
        P.REVIEW_SECTION, P.COMMENT_PROGRAMME, P.ANSWER_COMMENT, P.RESOLVE_COMMENT,
        P.COUNTERSIGN_CORRECTION, P.REFUSE_CORRECTION, P.RECEIVE_TRANSCRIPT, P.LOOK_AT_PATTERN, P.SEE_SEVERITY, P.DISMISS_OBJECTION, P.SUSTAIN_OBJECTION, P.PACK_PORTFOLIO, P.REVOKE, P.KEEP, P.HAND_OVER_MISUSE, P.CLOSE_MISUSE,
        P.CHECK_LIST, P.ISSUE_KEY, P.REVOKE_KEY,
        P.ATTACH_CHANGE_SCAN, P.APPROVE_CHANGE, P.RETURN_CHANGE, P.REFUSE_CHANGE,
        P.REPORT_APPLICANTS,
    ),
    Duty.INSTITUTION: _spec(
        "培训机构工作人员",
        "报送计划、申请开班、编报方案、招生录取、组织培训、确认成绩。",
        INSTITUTIONS,
        *_READS, P.REVEAL, *_COORDINATES, *_ATTENDANCE,
        P.ADD_LINE, P.EDIT_LINE, P.REMOVE_LINE, P.SAVE_LINES, P.SUBMIT_PLAN,
        P.APPLY_ADDITION, P.APPLY_CHANGE, P.APPLY_CANCEL, P.AMEND_CHANGE, P.TAKE_BACK_CHANGE,
        P.OPEN_CLASS, P.RECOMMEND, P.INVITE, P.RESCUE, P.LIFT_AVOIDANCE, P.REVOKE_LIFT, P.WITHDRAW_INVITATION, P.NOMINATE,
        P.SWITCH_CHAIN, P.REQUEST_TEAM,
        P.EDIT_PROGRAMME, P.SUBMIT_PROGRAMME, P.CHANGE_PROGRAMME, P.FILE_CHANGE, P.DROP_CHANGE,
        P.ADD_ROOM, P.CLOSE_ROOM, P.COPY_PROGRAMME, P.SAVE_TEMPLATE, P.CLOSE_TEMPLATE,
        P.MEND_SECTION, P.COMMENT_PROGRAMME, P.ANSWER_COMMENT, P.RESOLVE_COMMENT,
        P.EDIT_NOTICE, P.PUBLISH_NOTICE, P.CLOSE_ENROLMENT, P.REPORT_APPLICANTS, P.ATTACH_ENDORSEMENT, P.ADMIT, P.WAIT, P.REJECT,
        *_ASSIGNS, P.PACK_PORTFOLIO, P.ALLOW_RETAKE, P.SET_SECOND_DATES, P.CONFIRM_RESULTS, P.REQUEST_CORRECTION, P.KEEP_MARK, P.UPHOLD_APPEAL, P.CLOSE_CLASS,
        P.REPLACE, P.CORRECT, P.VOID, P.REFUSE_CASE, P.REPORT_MISUSE, P.CHECK_LIST,
    ),
    Duty.COORDINATOR: _spec(
        "班务管理教师", "报到、分组、考勤点名和班务（TR 11.4）。", INSTITUTIONS, P.SEE_CLASSES, *_COORDINATES,
        *_ATTENDANCE, P.PACK_PORTFOLIO,
    ),
    Duty.CERTIFICATE_OFFICER: _spec(
        "证书管理员", "证书入库、核发、登记台账（MG 18.2）。", INSTITUTIONS,
        P.SEE_CLASSES, P.SEE_LEDGER, P.REVEAL, P.RECEIVE_STOCK, P.ISSUE,
        P.REPRINT, P.ALIGN, P.HAND_OUT, P.SPOIL_STOCK, P.APPLY_REPLACEMENT, P.APPLY_CORRECTION, P.APPLY_VOID, P.APPLY_REVOCATION,
        P.WITHDRAW_CASE, P.RECONCILE, P.REPORT_MISUSE, P.CHECK_LIST,
    ),
    Duty.BACKBONE: _spec(
        "骨干教师",
        "应邀授课或考核，共同制定方案，独立评分。",
        EMPLOYERS,
        P.MARK_AWAY, P.CLEAR_AWAY, P.SET_WILLING, P.INTRODUCE,
        P.SEE_CLASSES, P.ACCEPT, P.DECLINE, P.EDIT_PROGRAMME, P.COPY_PROGRAMME, P.CONFIRM_PROGRAMME, P.CHANGE_PROGRAMME, P.GIVE_OPINION,
        P.MEND_SECTION, P.COMMENT_PROGRAMME, P.ANSWER_COMMENT, P.RESOLVE_COMMENT,
        *_ASSIGNS, P.COMMENT_PRODUCT, P.PACK_PORTFOLIO, P.SAVE_SCORE, P.SCORE_PROCESS, P.SCORE_FINAL, P.NOTE_SPREAD,
        P.NOTE_PRESENTATION,
        P.SIGN_PLEDGE, P.SEE_PHONE,
    ),
    Duty.TRAINEE: _spec(
        "参训教师",
        "报名、参训、提交成果、填写评估、下载证书。",
        EMPLOYERS,
        P.SEE_CLASSES, P.SAVE_APPLICATION, P.SUBMIT_APPLICATION, P.ATTACH_PHOTO, P.ATTACH_ENDORSEMENT, P.WITHDRAW_APPLICATION,
        P.ACCEPT_SEAT, P.DECLINE_SEAT, P.CONSENT,
        P.SCAN, P.JOIN_ONLINE, P.ASK_LEAVE, P.WITHDRAW_LEAVE, P.HAND_IN, P.NEW_VERSION, P.COMMENT_PRODUCT, P.PACK_PORTFOLIO, P.SIGN_PLEDGE, P.SHARE_CONTACT, P.SEE_PHONE,
        P.APPLY_RETAKE, P.APPEAL, P.OBJECT, P.ANSWER_EVALUATION, P.DOWNLOAD,
        P.APPLY_REPLACEMENT, P.APPLY_CORRECTION, P.WITHDRAW_CASE,
    ),
    Duty.SCHOOL: _spec(
        "院校管理人员", "报送本校参训教师，为其报名出具单位意见。", EMPLOYERS, P.ENDORSE, P.REPORT_APPLICANTS,
        P.NAME_COLLEAGUE, P.TAKE_BACK_COLLEAGUE, P.CHECK_LIST,
    ),
    Duty.SYSTEM: _spec(
        "平台定时任务", "每日运行：推荐、提醒、逾期处理。", [_K.CENTRE],
        P.RUN_DAILY, P.RESTORE, P.RECOMMEND, P.RUN_STAFFING, P.EXPIRE, P.SUBSTITUTE, P.CLOSE_ENROLMENT,
        P.OFFER_SEAT, P.LAPSE_SEAT, P.LAPSE_COLLEAGUE, P.REMIND,
    ),
}  # fmt: skip

# Every account, whatever its role.
ANY_SIGNED_IN = frozenset({P.CHANGE_PASSWORD, P.SET_MAIL, P.CONFIRM_MAIL, P.REMOVE_MAIL, P.SWITCH_MAIL})


def holders(permission: Permission) -> tuple[Duty, ...]:
    """The duties that hold a permission, in table order."""
    return tuple(duty for duty in Duty if permission in DUTIES[duty].permissions)
