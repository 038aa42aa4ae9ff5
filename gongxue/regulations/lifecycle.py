"""The one table of transitions: thing, act, from, to. Pages draw their buttons from it, the engine obeys it,
CheckConstraints are made from the enums, docs/lifecycle.md is generated from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .roles import Permission as P
from .states import (
    AppealState,
    ApplicationState,
    AssignmentState,
    CaseState,
    ChangeState,
    ClosingState,
    CorrectionState,
    DeliveryState,
    EnrolmentState,
    FormDraftState,
    InvitationState,
    LeaveState,
    MarkCorrectionState,
    MisuseState,
    OpeningState,
    PlanState,
    ProgrammeState,
    ResultsState,
    RetakeState,
    RoundState,
    RubricDraftState,
    State,
    SubstitutionState,
    TeamChangeState,
    WindowState,
)

__all__ = [
    "CLOSED_STAGE",
    "MOVES",
    "STAGES",
    "THINGS",
    "TITLES",
    "AppealState",
    "ApplicationState",
    "AssignmentState",
    "CaseState",
    "ChangeState",
    "ClosingState",
    "CorrectionState",
    "DeliveryState",
    "EnrolmentState",
    "FormDraftState",
    "InvitationState",
    "LeaveState",
    "MarkCorrectionState",
    "MisuseState",
    "Move",
    "OpeningState",
    "PlanState",
    "ProgrammeState",
    "ResultsState",
    "RetakeState",
    "RoundState",
    "RubricDraftState",
    "State",
    "SubstitutionState",
    "TeamChangeState",
    "Thing",
    "WindowState",
    "move_of",
    "moves_from",
]


class _Titles(Mapping[State, str]):
    """`TITLES[state]` is the Chinese name of a state.

    No dict: as strings the `open` of a round and the `open` of a closing are the same key.
    """

    def __getitem__(self, state: State) -> str:
        return state.title

    def __iter__(self) -> Iterator[State]:
        return (state for thing in THINGS.values() for state in thing.states)

    def __len__(self) -> int:
        return sum(len(thing.states) for thing in THINGS.values())


TITLES = _Titles()


@dataclass(frozen=True, slots=True)
class Move:
    """One allowed transition."""

    thing: str
    permission: P  # also the trail code
    sources: tuple[State, ...]
    target: State
    article: str
    reason: bool = False  # a reason must be given
    seen: bool = False  # the act names the version that was seen; another version is a conflict


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing with states: its Chinese name and its enum."""

    name: str
    title: str
    states: type[State]


THINGS: dict[str, Thing] = {
    thing.name: thing
    for thing in (
        Thing("round", "报送轮次", RoundState),
        Thing("planned_class", "计划班次", PlanState),
        Thing("plan_change", "变更申请", ChangeState),
        Thing("opening", "开班申请", OpeningState),
        Thing("invitation", "邀请函", InvitationState),
        Thing("team_change", "授课人数调整", TeamChangeState),
        Thing("programme", "培训方案", ProgrammeState),
        Thing("enrolment", "招生", EnrolmentState),
        Thing("application", "参训申请", ApplicationState),
        Thing("substitution", "顶替", SubstitutionState),
        Thing("delivery", "培训实施", DeliveryState),
        Thing("roll_window", "签到", WindowState),
        Thing("leave", "请假", LeaveState),
        Thing("mark_correction", "考勤更正", MarkCorrectionState),
        Thing("assignment", "成果任务", AssignmentState),
        Thing("retake", "二次终结性考核", RetakeState),
        Thing("results", "成绩", ResultsState),
        Thing("correction", "成绩更正", CorrectionState),
        Thing("appeal", "成绩复核", AppealState),
        Thing("closing", "结班", ClosingState),
        Thing("certificate_case", "证书事项", CaseState),
        Thing("misuse", "证书违规线索", MisuseState),
        Thing("form_draft", "表单草稿", FormDraftState),
        Thing("rubric_draft", "评分标准草稿", RubricDraftState),
    )
}

_PLAN, _INV, _PRO, _APP = PlanState, InvitationState, ProgrammeState, ApplicationState
_CHG = ChangeState
_LV, _MC = LeaveState, MarkCorrectionState

MOVES: tuple[Move, ...] = (
    Move("round", P.PUBLISH_PLAN, (RoundState.OPEN, RoundState.PUBLISHED), RoundState.PUBLISHED, "TR 7"),
    Move("planned_class", P.SUBMIT_PLAN, (_PLAN.DRAFT, _PLAN.RETURNED), _PLAN.SUBMITTED, "TR 7"),
    Move("planned_class", P.APPROVE_LINE, (_PLAN.SUBMITTED,), _PLAN.APPROVED, "TR 7", seen=True),
    Move(
        "planned_class", P.RETURN_LINE, (_PLAN.SUBMITTED, _PLAN.APPROVED), _PLAN.RETURNED, "TR 7", True, True
    ),
    Move("planned_class", P.REPORT_PLAN, (_PLAN.APPROVED,), _PLAN.REPORTED, "TR 7"),
    Move("planned_class", P.SEND_BACK_LINE, (_PLAN.REPORTED,), _PLAN.SUBMITTED, "TR 7", True, True),
    Move("planned_class", P.PUBLISH_PLAN, (_PLAN.REPORTED,), _PLAN.PUBLISHED, "TR 7"),
    Move("planned_class", P.APPROVE_CHANGE, (_PLAN.PUBLISHED,), _PLAN.CANCELLED, "TR 7"),
    Move("plan_change", P.AMEND_CHANGE, (_CHG.RETURNED,), _CHG.APPLIED, "TR 7", seen=True),
    Move("plan_change", P.TAKE_BACK_CHANGE, (_CHG.APPLIED, _CHG.RETURNED), _CHG.WITHDRAWN, "TR 7"),
    # reading: AMB-13 the province's approval is effective at once, the centre has it on record and may comment
    Move("plan_change", P.APPROVE_CHANGE, (_CHG.APPLIED,), _CHG.APPROVED, "TR 7", seen=True),
    Move("plan_change", P.RETURN_CHANGE, (_CHG.APPLIED,), _CHG.RETURNED, "TR 7", True, True),
    Move("plan_change", P.REFUSE_CHANGE, (_CHG.APPLIED,), _CHG.REFUSED, "TR 7", True, True),
    Move("plan_change", P.QUESTION_CHANGE, (_CHG.APPROVED,), _CHG.QUESTIONED, "TR 7", True, True),
    Move("plan_change", P.RECORD_CHANGE, (_CHG.APPROVED, _CHG.QUESTIONED), _CHG.RECORDED, "TR 7", seen=True),
    Move(
        "opening",
        P.RECOMMEND,
        (OpeningState.FILED, OpeningState.RECOMMENDED),
        OpeningState.RECOMMENDED,
        "TR 8",
    ),
    # reading: AMB-70 experts of a backbone class are named by the institution and confirmed by the centre
    Move(
        "opening",
        P.NOMINATE,
        (OpeningState.FILED, OpeningState.RECOMMENDED),
        OpeningState.RECOMMENDED,
        "MG 6",
    ),
    Move("opening", P.ACCEPT, (OpeningState.RECOMMENDED,), OpeningState.STAFFED, "TR 8"),
    Move("opening", P.WITHDRAW_INVITATION, (OpeningState.STAFFED,), OpeningState.RECOMMENDED, "TR 8"),
    Move(
        "opening",
        P.APPROVE_CHANGE,
        (OpeningState.FILED, OpeningState.RECOMMENDED, OpeningState.STAFFED),
        OpeningState.CANCELLED,
        "TR 7",
    ),
    Move("opening", P.APPROVE_TEAM, (OpeningState.STAFFED,), OpeningState.RECOMMENDED, "TR 8"),
    # reading: AMB-12 another number of instructors needs a reason and the province's approval
    Move(
        "team_change",
        P.APPROVE_TEAM,
        (TeamChangeState.REQUESTED,),
        TeamChangeState.APPROVED,
        "TR 8",
        seen=True,
    ),
    Move(
        "team_change",
        P.REFUSE_TEAM,
        (TeamChangeState.REQUESTED,),
        TeamChangeState.REFUSED,
        "TR 8",
        True,
        True,
    ),
    Move("invitation", P.CONFIRM_EXPERT, (_INV.NOMINATED,), _INV.SENT, "MG 6"),
    Move("invitation", P.ACCEPT, (_INV.SENT,), _INV.ACCEPTED, "TR 8"),
    Move("invitation", P.DECLINE, (_INV.SENT,), _INV.DECLINED, "TR 8", True),
    Move("invitation", P.EXPIRE, (_INV.SENT,), _INV.EXPIRED, "TR 8"),
    Move(
        "invitation",
        P.WITHDRAW_INVITATION,
        (_INV.NOMINATED, _INV.SENT, _INV.ACCEPTED),
        _INV.WITHDRAWN,
        "TR 8",
        True,
    ),
    Move(
        "programme",
        P.SUBMIT_PROGRAMME,
        (_PRO.DRAFT, _PRO.RETURNED, _PRO.CHANGING),
        _PRO.SUBMITTED,
        "TR 9",
        seen=True,
    ),
    Move("programme", P.RETURN_PROGRAMME, (_PRO.SUBMITTED,), _PRO.RETURNED, "TR 9", True, True),
    # reading: AMB-13 the province's approval makes a programme effective, the centre only has it on record
    Move("programme", P.FILE_PROGRAMME, (_PRO.SUBMITTED,), _PRO.FILED, "TR 9", seen=True),
    # The texts do not say how a filed programme changes; ours: the same way once more (see programme_change.py).
    Move("programme", P.CHANGE_PROGRAMME, (_PRO.FILED,), _PRO.CHANGING, "TR 9", True, True),
    Move("programme", P.FILE_CHANGE, (_PRO.CHANGING, _PRO.RETURNED), _PRO.FILED, "TR 9", seen=True),
    Move("programme", P.DROP_CHANGE, (_PRO.CHANGING, _PRO.RETURNED), _PRO.FILED, "TR 9", seen=True),
    Move("enrolment", P.PUBLISH_NOTICE, (EnrolmentState.DRAFT,), EnrolmentState.PUBLISHED, "TR 10"),
    Move("enrolment", P.CLOSE_ENROLMENT, (EnrolmentState.PUBLISHED,), EnrolmentState.CLOSED, "TR 10"),
    Move("application", P.SUBMIT_APPLICATION, (_APP.DRAFT,), _APP.SUBMITTED, "TR 10"),
    Move("application", P.ADMIT, (_APP.SUBMITTED, _APP.WAITING), _APP.ADMITTED, "TR 11.3"),
    # reading: AMB-63 only the admitted are counted against thirty, the others may wait
    Move("application", P.WAIT, (_APP.SUBMITTED,), _APP.WAITING, "TR 11.3"),
    # ours: a seat that becomes free is offered to the next of the waiting list  # reading: AMB-63
    Move("application", P.OFFER_SEAT, (_APP.WAITING,), _APP.OFFERED, "TR 11.3"),
    Move("application", P.ACCEPT_SEAT, (_APP.OFFERED,), _APP.ADMITTED, "TR 11.3"),
    Move("application", P.DECLINE_SEAT, (_APP.OFFERED,), _APP.WITHDRAWN, "TR 11.3"),
    Move("application", P.LAPSE_SEAT, (_APP.OFFERED,), _APP.WAITING, "TR 11.3"),
    Move("application", P.REJECT, (_APP.SUBMITTED, _APP.WAITING), _APP.REJECTED, "TR 10", True),
    Move(
        "application",
        P.WITHDRAW_APPLICATION,
        (_APP.DRAFT, _APP.SUBMITTED, _APP.WAITING, _APP.OFFERED, _APP.ADMITTED),
        _APP.WITHDRAWN,
        "TR 10",
    ),
    # ours: the employer sends another of its teachers; the seat passes over in one act
    Move("substitution", P.ADMIT, (SubstitutionState.NAMED,), SubstitutionState.DONE, "TR 11.3"),
    *(
        Move("substitution", permission, (SubstitutionState.NAMED,), SubstitutionState.ENDED, "TR 11.3")
        for permission in (
            P.TAKE_BACK_COLLEAGUE,
            P.LAPSE_COLLEAGUE,
            P.REJECT,
            P.WAIT,
            P.WITHDRAW_APPLICATION,
            P.ACCEPT_SEAT,
        )
    ),
    Move("delivery", P.START_CLASS, (DeliveryState.PREPARING,), DeliveryState.RUNNING, "TR 11"),
    Move("delivery", P.FINISH_CLASS, (DeliveryState.RUNNING,), DeliveryState.FINISHED, "TR 11"),
    Move("roll_window", P.CLOSE_WINDOW, (WindowState.OPEN,), WindowState.CLOSED, "TR 12"),
    Move("roll_window", P.CALL_ROLL, (WindowState.OPEN,), WindowState.CLOSED, "TR 12"),
    Move("roll_window", P.OPEN_WINDOW, (WindowState.OPEN,), WindowState.CLOSED, "TR 12"),  # its time was over
    Move("leave", P.APPROVE_LEAVE, (_LV.REQUESTED,), _LV.APPROVED, "TR 12", seen=True),
    Move("leave", P.REFUSE_LEAVE, (_LV.REQUESTED,), _LV.REFUSED, "TR 12", True, True),
    Move("leave", P.WITHDRAW_LEAVE, (_LV.REQUESTED, _LV.APPROVED), _LV.WITHDRAWN, "TR 12"),
    Move("mark_correction", P.CONFIRM_MARK, (_MC.PROPOSED,), _MC.CONFIRMED, "TR 12", seen=True),
    Move("mark_correction", P.DECLINE_MARK, (_MC.PROPOSED,), _MC.DECLINED, "TR 12", True, True),
    Move(
        "assignment",
        P.WITHDRAW_ASSIGNMENT,
        (AssignmentState.SET,),
        AssignmentState.WITHDRAWN,
        "TR 12.1",
        reason=True,
    ),
    # reading: AMB-09 the institution confirms an application for the second final assessment
    Move("retake", P.ALLOW_RETAKE, (RetakeState.APPLIED,), RetakeState.ALLOWED, "TR 12.2"),
    Move("results", P.CONFIRM_RESULTS, (ResultsState.OPEN,), ResultsState.CONFIRMED, "TR 13.1"),
    Move(
        "correction",
        P.COUNTERSIGN_CORRECTION,
        (CorrectionState.REQUESTED,),
        CorrectionState.COUNTERSIGNED,
        "MG 13",
        seen=True,
    ),
    Move(
        "correction",
        P.REFUSE_CORRECTION,
        (CorrectionState.REQUESTED,),
        CorrectionState.REFUSED,
        "MG 13",
        True,
        True,
    ),
    # reading: AMB-80 the institution answers, the province decides on an objection; what is upheld becomes a correction
    Move("appeal", P.KEEP_MARK, (AppealState.APPLIED,), AppealState.KEPT, "MG 13", True, True),
    Move("appeal", P.UPHOLD_APPEAL, (AppealState.APPLIED,), AppealState.UPHELD, "MG 13", True, True),
    Move("appeal", P.OBJECT, (AppealState.KEPT,), AppealState.OBJECTED, "MG 13", reason=True),
    Move("appeal", P.DISMISS_OBJECTION, (AppealState.OBJECTED,), AppealState.DISMISSED, "MG 13", True, True),
    Move("appeal", P.SUSTAIN_OBJECTION, (AppealState.OBJECTED,), AppealState.UPHELD, "MG 13", True, True),
    Move("closing", P.CLOSE_CLASS, (ClosingState.OPEN,), ClosingState.CLOSED, "TR 13"),
    # MG 18 names nobody who decides; # reading: AMB-71 the institution does, but only the province revokes
    Move("certificate_case", P.REPLACE, (CaseState.APPLIED,), CaseState.DONE, "MG 18.1", seen=True),
    Move("certificate_case", P.CORRECT, (CaseState.APPLIED,), CaseState.DONE, "MG 18.2", seen=True),
    Move("certificate_case", P.VOID, (CaseState.APPLIED,), CaseState.DONE, "MG 18.2", seen=True),
    Move("certificate_case", P.REVOKE, (CaseState.APPLIED,), CaseState.DONE, "MG 18.1", seen=True),
    Move("certificate_case", P.REFUSE_CASE, (CaseState.APPLIED,), CaseState.REFUSED, "MG 18.2", True, True),
    Move("certificate_case", P.KEEP, (CaseState.APPLIED,), CaseState.REFUSED, "MG 18.1", True, True),
    Move("certificate_case", P.WITHDRAW_CASE, (CaseState.APPLIED,), CaseState.WITHDRAWN, "MG 18.2"),
    Move(
        "misuse", P.HAND_OVER_MISUSE, (MisuseState.REPORTED,), MisuseState.HANDED_OVER, "MG 18.2", True, True
    ),
    Move(
        "misuse",
        P.CLOSE_MISUSE,
        (MisuseState.REPORTED, MisuseState.HANDED_OVER),
        MisuseState.CLOSED,
        "MG 18.2",
        True,
        True,
    ),
    Move("form_draft", P.PUBLISH_FORM, (FormDraftState.DRAFT,), FormDraftState.PUBLISHED, "TR 13", seen=True),
    Move("form_draft", P.DROP_FORM, (FormDraftState.DRAFT,), FormDraftState.WITHDRAWN, "TR 13"),
    Move(
        "rubric_draft",
        P.PUBLISH_RUBRIC,
        (RubricDraftState.DRAFT,),
        RubricDraftState.PUBLISHED,
        "TR 12.1",
        seen=True,
    ),
    Move("rubric_draft", P.DROP_RUBRIC, (RubricDraftState.DRAFT,), RubricDraftState.WITHDRAWN, "TR 12.1"),
)

_INDEX = {(move.thing, move.permission): move for move in MOVES}


def move_of(thing: str, permission: P) -> Move:
    """The one move of a thing by an act. KeyError: the act is not in the table."""
    return _INDEX[thing, permission]


def moves_from(thing: str, state: str) -> tuple[Move, ...]:
    """Every move that a state allows, whoever may make it."""
    return tuple(move for move in MOVES if move.thing == thing and state in move.sources)


STAGES: tuple[str, ...] = (  # TR 6: seven links 七个环节
    "培训信息报送", "骨干教师选择", "培训方案报备", "培训需求分析", "培训组织实施", "培训考核实施", "培训监督评估",
)  # fmt: skip
CLOSED_STAGE = 8  # one past the last link: the class is closed
