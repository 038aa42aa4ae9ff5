"""Who may do what: permissions, duties, and which duty holds which permission.

A role is (account, organisation, duty); a duty is a named set of permissions. A permission's value is also
the trail code, the URL name and the name of the API operation of the act.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from .organisations import EMPLOYERS as EMPLOYERS
from .organisations import INSTITUTIONS as INSTITUTIONS
from .organisations import OrganisationKind as OrganisationKind


class Permission(StrEnum):
    """Every act and every restricted reading; `title` is the button and the trail sentence."""

    title: str  # type: ignore[assignment]

    def __new__(cls, value: str, title: str = "") -> Permission:
        """A member carries its Chinese title beside its value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.title = title
        return member

    # readings
    SEE_CLASSES = "classes.see", "查看培训班"
    SEE_POOL = "pool.see", "查看骨干教师库"
    SEE_LEDGER = "ledger.see", "查看证书台账"
    SEE_RUNS = "runs.see", "查看全国统一推荐"
    SEE_TRAIL = "trail.see", "查看操作留痕"
    SEE_DEADLINES = "deadlines.see", "查看期限一览"
    SEE_ACCOUNTS = "accounts.see", "查看用户账号"
    SEE_MAIL = "mail.see", "查看邮件发送情况"
    SEE_FORMS = "forms.see", "查看表单版本和统计"
    REVEAL = "people.reveal", "查看完整证件号码"
    # accounts (MG 25.1)
    CREATE_ACCOUNT = "accounts.create", "发放账号"
    IMPORT_ACCOUNTS = "accounts.import", "批量发放账号"
    RESET_ACCOUNT = "accounts.reset", "重置初始密码"
    SUSPEND_ACCOUNT = "accounts.suspend", "停用账号"
    GIVE_ROLE = "accounts.give_role", "授予角色"
    END_ROLE = "accounts.end_role", "结束角色"
    CHANGE_PASSWORD = "accounts.change_password", "修改密码"
    SET_MAIL = "accounts.set_mail", "发送邮箱确认码"
    CONFIRM_MAIL = "accounts.confirm_mail", "确认邮箱"
    REMOVE_MAIL = "accounts.remove_mail", "删除邮箱"
    SWITCH_MAIL = "accounts.switch_mail", "设置邮件通知"
    SIGN_UP = "accounts.sign_up", "注册参训教师账号"  # held by no duty: the public  # reading: AMB-29
    CONSENT = "people.consent", "同意个人信息处理说明"
    # registers
    REGISTER_APPROVAL = "registers.approve", "登记获批资格"
    REGISTER_SCHOOL = "registers.add_school", "登记院校"
    REGISTER_BACKBONE = "pool.register", "登记骨干教师入库"
    BEGIN_FORM = "forms.begin", "起草表单新版"
    EDIT_FORM = "forms.edit", "修改表单草稿"
    PUBLISH_FORM = "forms.publish", "发布表单新版"
    DROP_FORM = "forms.drop", "撤销表单草稿"
    # the pool, by its teachers themselves (MG 9.1)
    MARK_AWAY = "pool.mark_away", "登记不便日期"
    CLEAR_AWAY = "pool.clear_away", "删除不便日期"
    SET_WILLING = "pool.set_willing", "调整愿承担级别"
    INTRODUCE = "pool.introduce", "更新自我介绍"
    # stage 1 (TR 7)
    OPEN_ROUND = "planning.open_round", "开启报送轮次"
    CHANGE_ROUND = "planning.change_round", "调整报送时间"
    ADD_LINE = "planning.add_line", "填报计划班次"
    EDIT_LINE = "planning.edit_line", "修改计划班次"
    REMOVE_LINE = "planning.remove_line", "删除计划班次"
    SAVE_LINES = "planning.save_lines", "成批填报计划班次"
    SUBMIT_PLAN = "planning.submit", "提交省级审核"
    RETURN_LINE = "planning.return", "退回计划班次"
    APPROVE_LINE = "planning.approve", "审核通过计划班次"
    RETURN_LINES = "planning.return_lines", "成批退回计划班次"
    APPROVE_LINES = "planning.approve_lines", "成批审核通过计划班次"
    REPORT_PLAN = "planning.report", "汇总上报部指导中心"
    SEND_BACK_LINE = "planning.send_back", "部指导中心退回"
    SEND_BACK_LINES = "planning.send_back_lines", "部指导中心成批退回"
    ACCEPT_LINES = "planning.accept_lines", "核对接收上报班次"
    PUBLISH_PLAN = "planning.publish", "发布全国培训信息"
    GRANT_EXCEPTION = "planning.grant_exception", "准予延期"
    # changes of what is published (TR 7, 脚注④)
    APPLY_ADDITION = "planning.apply_addition", "申请新增班次"
    APPLY_CHANGE = "planning.apply_change", "申请调整班次"
    APPLY_CANCEL = "planning.apply_cancel", "申请取消班次"
    AMEND_CHANGE = "planning.amend_change", "修改后重新申请"
    TAKE_BACK_CHANGE = "planning.take_back_change", "撤回变更申请"
    ATTACH_CHANGE_SCAN = "planning.attach_change_scan", "上传盖章扫描件"
    APPROVE_CHANGE = "planning.approve_change", "同意变更"
    RETURN_CHANGE = "planning.return_change", "退回变更申请"
    REFUSE_CHANGE = "planning.refuse_change", "不同意变更"
    QUESTION_CHANGE = "planning.question_change", "备案时提出意见"
    RECORD_CHANGE = "planning.record_change", "变更备案"
    # stage 2 (TR 8)
    OPEN_CLASS = "staffing.open", "提出开班申请"
    RECOMMEND = "staffing.recommend", "推荐骨干教师"
    RUN_STAFFING = "staffing.run", "全国统一推荐"
    INVITE = "staffing.invite", "发出邀请函"
    RESCUE = "staffing.rescue", "应急补位"
    ACCEPT = "staffing.accept", "接受邀请"
    DECLINE = "staffing.decline", "婉拒邀请"
    EXPIRE = "staffing.expire", "邀请逾期失效"
    SUBSTITUTE = "staffing.substitute", "自动递补邀请"
    SWITCH_CHAIN = "staffing.chain", "设置自动递补"
    REQUEST_TEAM = "staffing.request_team", "申请调整授课人数"
    APPROVE_TEAM = "staffing.approve_team", "同意调整授课人数"
    REFUSE_TEAM = "staffing.refuse_team", "不同意调整授课人数"
    LIFT_AVOIDANCE = "staffing.lift", "解除回避"
    REVOKE_LIFT = "staffing.revoke_lift", "恢复回避"
    WITHDRAW_INVITATION = "staffing.withdraw", "撤回邀请"
    NOMINATE = "staffing.nominate", "提名授课考核专家"
    CONFIRM_EXPERT = "staffing.confirm_expert", "确认专家"
    # stage 3 (TR 9)
    EDIT_PROGRAMME = "programme.edit", "编写培训方案"
    CONFIRM_PROGRAMME = "programme.confirm", "确认培训方案"
    SUBMIT_PROGRAMME = "programme.submit", "报送培训方案"
    RETURN_PROGRAMME = "programme.return", "退回培训方案"
    FILE_PROGRAMME = "programme.file", "审核通过并报备"
    REVIEW_SECTION = "programme.review", "审核方案的一部分"
    MEND_SECTION = "programme.mend", "标记退回意见已修改"
    COMMENT_PROGRAMME = "programme.comment", "批注培训方案"
    ANSWER_COMMENT = "programme.answer", "回复批注"
    RESOLVE_COMMENT = "programme.resolve", "批注标记为已解决"
    CHANGE_PROGRAMME = "programme.change", "变更已报备的方案"
    FILE_CHANGE = "programme.file_change", "报备方案变更"
    DROP_CHANGE = "programme.drop_change", "撤销方案变更"
    COPY_PROGRAMME = "programme.copy", "套用方案"
    SAVE_TEMPLATE = "programme.save_template", "保存方案模板"
    CLOSE_TEMPLATE = "programme.close_template", "停用方案模板"
    SET_HOURS = "programme.set_hours", "登记最低课时"
    ADD_ROOM = "programme.add_room", "登记培训场地"
    CLOSE_ROOM = "programme.close_room", "停用培训场地"
    # stage 4 (TR 10)
    EDIT_NOTICE = "enrolment.edit_notice", "编写招生通知"
    PUBLISH_NOTICE = "enrolment.publish", "发布招生通知"
    CLOSE_ENROLMENT = "enrolment.close", "截止报名"
    SAVE_APPLICATION = "enrolment.save", "填写参训申请表"
    SUBMIT_APPLICATION = "enrolment.submit", "提交参训申请"
    WITHDRAW_APPLICATION = "enrolment.withdraw", "退出报名"
    REPORT_APPLICANTS = "enrolment.report", "报送参训教师"
    ENDORSE = "enrolment.endorse", "出具单位意见"
    ATTACH_PHOTO = "enrolment.attach_photo", "上传照片"
    ATTACH_ENDORSEMENT = "enrolment.attach_endorsement", "上传盖章单位意见"
    GIVE_OPINION = "enrolment.give_opinion", "填写审核意见"
    ADMIT = "enrolment.admit", "录取"
    WAIT = "enrolment.wait", "列入候补"
    REJECT = "enrolment.reject", "不予录取"
    OFFER_SEAT = "enrolment.offer_seat", "自动递补通知"
    ACCEPT_SEAT = "enrolment.accept_seat", "接受递补"
    DECLINE_SEAT = "enrolment.decline_seat", "放弃递补"
    LAPSE_SEAT = "enrolment.lapse_seat", "递补逾期失效"
    NAME_COLLEAGUE = "enrolment.name_colleague", "提名顶替人选"
    TAKE_BACK_COLLEAGUE = "enrolment.take_back_colleague", "撤回顶替提名"
    LAPSE_COLLEAGUE = "enrolment.lapse_colleague", "顶替提名逾期失效"
    # stage 5 (TR 11)
    START_CLASS = "delivery.start", "开班"
    CHECK_IN = "delivery.check_in", "办理报到"
    SIGN_PLEDGE = "delivery.pledge", "签署纪律承诺"
    UNDO_ARRIVAL = "delivery.undo_arrival", "撤销报到"
    MARK_NO_SHOW = "delivery.no_show", "标记未到"
    ASSIGN_GROUPS = "delivery.group", "分组"
    NAME_GROUPS = "delivery.name_groups", "设置组名和组长"
    ADD_MATERIAL = "delivery.add_material", "添加资料"
    REMOVE_MATERIAL = "delivery.remove_material", "移除资料"
    GIVE_MATERIAL = "delivery.hand_out", "登记资料发放"
    SEND_NOTICE = "delivery.send_notice", "发班级通知"
    REMIND = "delivery.remind", "提醒培训纪律"
    SHARE_CONTACT = "delivery.share_contact", "设置班内联系方式"
    SEE_PHONE = "delivery.see_phone", "查看联系电话"
    PLAN_CEREMONY = "delivery.plan_ceremony", "安排仪式"
    RECORD_CEREMONY = "delivery.record_ceremony", "记录仪式"
    ADD_PHOTO = "delivery.add_photo", "上传仪式照片"
    REMOVE_PHOTO = "delivery.remove_photo", "移除仪式照片"
    LODGE = "delivery.lodge", "登记住宿"
    UNLODGE = "delivery.unlodge", "删除住宿登记"
    NOTE_NIGHT = "delivery.note_night", "登记查寝"
    CALL_ROLL = "delivery.call_roll", "考勤点名"
    OPEN_WINDOW = "delivery.open_window", "开启扫码签到"
    CLOSE_WINDOW = "delivery.close_window", "关闭扫码签到"
    SCAN = "delivery.scan", "扫码签到"
    JOIN_ONLINE = "delivery.join_online", "进入网络课堂"
    ASK_LEAVE = "delivery.ask_leave", "申请请假"
    WITHDRAW_LEAVE = "delivery.withdraw_leave", "撤回请假"
    APPROVE_LEAVE = "delivery.approve_leave", "同意请假"
    REFUSE_LEAVE = "delivery.refuse_leave", "不同意请假"
    ENTER_ROLLS = "delivery.enter_rolls", "补录考勤"
    PROPOSE_MARKS = "delivery.propose_marks", "提出考勤更正"
    CONFIRM_MARK = "delivery.confirm_mark", "同意考勤更正"
    DECLINE_MARK = "delivery.decline_mark", "不同意考勤更正"
    SET_ONLINE = "delivery.set_online", "登记网络课时"
    CLEAR_ONLINE = "delivery.clear_online", "取消网络课时"
    ASSIGN_PRODUCT = "delivery.assign", "布置成果任务"
    CHANGE_ASSIGNMENT = "delivery.change_assignment", "修改成果任务"
    WITHDRAW_ASSIGNMENT = "delivery.withdraw_assignment", "撤销成果任务"
    HAND_IN = "delivery.hand_in", "提交学习成果"
    NEW_VERSION = "delivery.new_version", "提交成果新版"
    COMMENT_PRODUCT = "delivery.comment", "评语交流"
    PACK_PORTFOLIO = "delivery.pack", "打包学习档案"
    FINISH_CLASS = "delivery.finish", "结束教学"
    # stage 6 (TR 12)
    SAVE_SCORE = "assessment.save", "暂存评分"
    SCORE_PROCESS = "assessment.score_process", "提交过程性考核评分"
    SCORE_FINAL = "assessment.score_final", "提交终结性考核评分"
    APPLY_RETAKE = "assessment.apply_retake", "申请二次终结性考核"
    ALLOW_RETAKE = "assessment.allow_retake", "同意二次终结性考核"
    CONFIRM_RESULTS = "assessment.confirm", "确认成绩单"
    REQUEST_CORRECTION = "assessment.request_correction", "申请更正成绩"
    COUNTERSIGN_CORRECTION = "assessment.countersign", "会签成绩更正"
    REFUSE_CORRECTION = "assessment.refuse_correction", "不同意成绩更正"
    # stage 7 (TR 13)
    ANSWER_EVALUATION = "evaluation.answer", "填写结束评估表"
    CLOSE_CLASS = "evaluation.close", "结班归档"
    # certificates (MG 16-18)
    RECEIVE_STOCK = "certificates.receive", "证书入库"
    ISSUE = "certificates.issue", "核发证书"
    DOWNLOAD = "certificates.download", "下载电子证书"
    REPRINT = "certificates.reprint", "补打证书"
    ALIGN = "certificates.align", "保存打印校准"
    HAND_OUT = "certificates.hand_out", "登记证书领取"
    SPOIL_STOCK = "certificates.spoil", "核销空白证书"
    APPLY_REPLACEMENT = "certificates.apply_replacement", "申请补发证书"
    APPLY_CORRECTION = "certificates.apply_correction", "申请更正证书"
    APPLY_VOID = "certificates.apply_void", "申请作废证书"
    APPLY_REVOCATION = "certificates.apply_revocation", "提请撤销证书"
    WITHDRAW_CASE = "certificates.withdraw_case", "撤回证书申请"
    REPLACE = "certificates.replace", "同意补发证书"
    CORRECT = "certificates.correct", "同意更正证书"
    VOID = "certificates.void", "同意作废证书"
    REFUSE_CASE = "certificates.refuse_case", "不同意证书申请"
    REVOKE = "certificates.revoke", "撤销证书"
    KEEP = "certificates.keep", "不予撤销证书"
    RECONCILE = "certificates.reconcile", "证书月度对账"
    REPORT_MISUSE = "certificates.report_misuse", "登记证书违规线索"
    HAND_OVER_MISUSE = "certificates.hand_over_misuse", "移送证书违规线索"
    CLOSE_MISUSE = "certificates.close_misuse", "办结证书违规线索"
    # the platform's own
    RUN_DAILY = "platform.daily", "每日运行"
    RESTORE = "platform.restore", "从备份恢复"


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
_COORDINATES = (P.START_CLASS, P.CHECK_IN, P.ASSIGN_GROUPS, P.CALL_ROLL, P.FINISH_CLASS, *_OFFICE)
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
        P.RECORD_CHANGE, P.QUESTION_CHANGE,
        P.SEE_RUNS, P.RUN_STAFFING, P.PACK_PORTFOLIO,
    ),
    Duty.OVERSIGHT: _spec(
        "职业能力建设司（只读）", "统筹推进，查看全国数据，不办理业务（TR 3）。", [_K.CENTRE],
        P.SEE_CLASSES, P.SEE_POOL, P.SEE_LEDGER, P.SEE_DEADLINES, P.SEE_RUNS,
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
        P.COUNTERSIGN_CORRECTION, P.REFUSE_CORRECTION, P.PACK_PORTFOLIO, P.REVOKE, P.KEEP, P.HAND_OVER_MISUSE, P.CLOSE_MISUSE,
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
        *_ASSIGNS, P.PACK_PORTFOLIO, P.ALLOW_RETAKE, P.CONFIRM_RESULTS, P.REQUEST_CORRECTION, P.CLOSE_CLASS,
        P.REPLACE, P.CORRECT, P.VOID, P.REFUSE_CASE, P.REPORT_MISUSE,
    ),
    Duty.COORDINATOR: _spec(
        "班务管理教师", "报到、分组、考勤点名和班务（TR 11.4）。", INSTITUTIONS, P.SEE_CLASSES, *_COORDINATES,
        *_ATTENDANCE, P.PACK_PORTFOLIO,
    ),
    Duty.CERTIFICATE_OFFICER: _spec(
        "证书管理员", "证书入库、核发、登记台账（MG 18.2）。", INSTITUTIONS,
        P.SEE_CLASSES, P.SEE_LEDGER, P.REVEAL, P.RECEIVE_STOCK, P.ISSUE,
        P.REPRINT, P.ALIGN, P.HAND_OUT, P.SPOIL_STOCK, P.APPLY_REPLACEMENT, P.APPLY_CORRECTION, P.APPLY_VOID, P.APPLY_REVOCATION,
        P.WITHDRAW_CASE, P.RECONCILE, P.REPORT_MISUSE,
    ),
    Duty.BACKBONE: _spec(
        "骨干教师",
        "应邀授课或考核，共同制定方案，独立评分。",
        EMPLOYERS,
        P.MARK_AWAY, P.CLEAR_AWAY, P.SET_WILLING, P.INTRODUCE,
        P.SEE_CLASSES, P.ACCEPT, P.DECLINE, P.EDIT_PROGRAMME, P.COPY_PROGRAMME, P.CONFIRM_PROGRAMME, P.CHANGE_PROGRAMME, P.GIVE_OPINION,
        P.MEND_SECTION, P.COMMENT_PROGRAMME, P.ANSWER_COMMENT, P.RESOLVE_COMMENT,
        *_ASSIGNS, P.COMMENT_PRODUCT, P.PACK_PORTFOLIO, P.SAVE_SCORE, P.SCORE_PROCESS, P.SCORE_FINAL,
        P.SIGN_PLEDGE, P.SEE_PHONE,
    ),
    Duty.TRAINEE: _spec(
        "参训教师",
        "报名、参训、提交成果、填写评估、下载证书。",
        EMPLOYERS,
        P.SEE_CLASSES, P.SAVE_APPLICATION, P.SUBMIT_APPLICATION, P.ATTACH_PHOTO, P.ATTACH_ENDORSEMENT, P.WITHDRAW_APPLICATION,
        P.ACCEPT_SEAT, P.DECLINE_SEAT, P.CONSENT,
        P.SCAN, P.JOIN_ONLINE, P.ASK_LEAVE, P.WITHDRAW_LEAVE, P.HAND_IN, P.NEW_VERSION, P.COMMENT_PRODUCT, P.PACK_PORTFOLIO, P.SIGN_PLEDGE, P.SHARE_CONTACT, P.SEE_PHONE,
        P.APPLY_RETAKE, P.ANSWER_EVALUATION, P.DOWNLOAD,
        P.APPLY_REPLACEMENT, P.APPLY_CORRECTION, P.WITHDRAW_CASE,
    ),
    Duty.SCHOOL: _spec(
        "院校管理人员", "报送本校参训教师，为其报名出具单位意见。", EMPLOYERS, P.ENDORSE, P.REPORT_APPLICANTS,
        P.NAME_COLLEAGUE, P.TAKE_BACK_COLLEAGUE,
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
