"""Acts that take words, numbers or days, each with inputs that are right: what is wrong is put in one at a time."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db import models

from gongxue.certificates.actions import (
    apply_correction,
    apply_replacement,
    apply_revocation,
    apply_void,
    issue_key,
    receive_stock,
    report_misuse,
)
from gongxue.certificates.models import CertificateCase, MisuseReport
from gongxue.certificates.queries import is_collected
from gongxue.foundation.identity.models import Role
from gongxue.foundation.official_forms.actions import begin_draft, save_draft
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.parties.models import Person, PoolMembership
from gongxue.regulations.discipline import VERSION as PLEDGE_VERSION
from gongxue.regulations.official_forms.drafting import editable
from gongxue.regulations.roles import Duty
from gongxue.regulations.roles import Permission as P
from gongxue.rehearsal.forms import form1_answers, form2_answers
from gongxue.stage1_planning.actions import return_change
from gongxue.stage1_planning.models import PlanChange
from gongxue.stage2_staffing.actions import request_team
from gongxue.stage2_staffing.models import Invitation, Opening, Recommendation, TeamChange
from gongxue.stage3_programme.actions import (
    change_programme,
    comment_programme,
    confirm_programme,
    edit_programme,
    return_programme,
    review_section,
    save_template,
)
from gongxue.stage3_programme.models import Programme, ProgrammeTemplate
from gongxue.stage3_programme.queries import programme_of, sessions_of
from gongxue.stage3_programme.queries.review import items_of
from gongxue.stage4_enrolment.actions import admit_applicant, put_on_waiting_list, withdraw_application
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from gongxue.stage5_delivery.actions import (
    add_material,
    ask_leave,
    assign_product,
    hand_in,
    lodge,
    open_window,
    propose_marks,
)
from gongxue.stage5_delivery.codes import code_of
from gongxue.stage5_delivery.models import (
    Assignment,
    Attendee,
    LearningProduct,
    Leave,
    Lodging,
    MarkCorrection,
    Material,
    RollWindow,
)
from gongxue.stage6_assessment.actions import (
    appeal,
    begin_rubric,
    draw_order,
    keep_mark,
    object_to_answer,
    plan_presentations,
    request_correction,
    save_rubric,
    score_process,
)
from gongxue.stage6_assessment.models import (
    Appeal,
    Attempt,
    Correction,
    PresentationDay,
    PresentationSlot,
    RubricDraft,
)
from tests.cast import ClassAt
from tests.stage1_planning import changing
from tests.stage2_staffing.rescuing import emptied, spare
from tests.stage4_enrolment.conftest import application_of, applied, newcomers
from tests.stage6_assessment.rubrics import RUBRIC

WORDS = "核对后办理"


@dataclass(frozen=True, slots=True)
class Tried:
    """An act at the stage of a class at which it can be done: by whom, to which row, with which inputs."""

    permission: P
    stage: str
    by: Callable[[ClassAt], Role]
    row: Callable[[ClassAt], models.Model | None]
    inputs: Callable[[ClassAt], dict[str, Any]]


def _tc(c: ClassAt) -> models.Model:
    return c.tc


def _early(c: ClassAt) -> models.Model:
    """The class, whose first trainee was called an hour after the sheets were signed."""
    if not PresentationDay.objects.inside(training_class=c.tc).exists():
        day = PresentationDay.objects.create(
            training_class=c.tc,
            session=1,
            day=c.tc.last_day,
            starts=540,
            minutes=20,
            planned_at=c.now,
            draws=1,
        )
        PresentationSlot.objects.create(
            presentation_day=day, attendee=c.attendees[0], order=1, begun_at=c.now + timedelta(hours=1)
        )
    return c.tc


def _staff(c: ClassAt) -> Role:
    return c.staff


def _province(c: ClassAt) -> Role:
    return c.province


def _centre(c: ClassAt) -> Role:
    return c.people.centre


def _coordinator(c: ClassAt) -> Role:
    return c.coordinator


def _application(c: ClassAt) -> models.Model:
    found: models.Model = Application.objects.inside(training_class=c.tc).order_by("pk")[0]
    return found


def _offered(c: ClassAt) -> Application:
    """Two newcomers: one is admitted and leaves, the seat is kept for the other."""
    rows = Application.objects.inside(training_class=c.tc).select_related("person")
    if not rows.filter(state="offered").exists():
        inside, waiting = newcomers(c, 2)
        row = admit_applicant(application=applied(c, inside), by=c.staff, now=c.now)
        put_on_waiting_list(application=applied(c, waiting), by=c.staff, now=c.now)
        withdraw_application(application=row, by=inside, now=c.now)
    found: Application = rows.get(state="offered")
    return found


HOURS = {"starts_at": "09:00", "minutes": "15", "gap": "5", "rest_from": "12:00", "rest_to": "13:30"}


def _planned_day(c: ClassAt) -> models.Model:
    """The first session, planned for the last day."""
    found = PresentationDay.objects.inside(training_class=c.tc).first()
    return found or plan_presentations(
        training_class=c.tc,
        session=1,
        day=c.tc.last_day,
        times=HOURS,
        place="报告厅",
        by=c.coordinator,
        now=c.now,
    )


def _drawn_day(c: ClassAt) -> models.Model:
    """The same with an order."""
    day = _planned_day(c)
    assert isinstance(day, PresentationDay)
    return day if day.draws else draw_order(presentation_day=day, by=c.coordinator, now=c.now)


def _turn(c: ClassAt) -> models.Model:
    """Whoever is on first."""
    found: PresentationSlot = PresentationSlot.objects.inside(presentation_day=_drawn_day(c), order=1).get()
    return found


WHY = "已按评分标准逐项核对原始记录。"


def _appealed(c: ClassAt) -> Appeal:
    """The first trainee asks for a review."""
    found: Appeal | None = Appeal.objects.inside(training_class=c.tc).first()
    return found or appeal(attendee=c.attendees[0], part="final", grounds=WHY, by=c.trainees[0], now=c.now)


def _kept(c: ClassAt) -> Appeal:
    """It was answered that the mark stands."""
    row = _appealed(c)
    return row if row.answered_at else keep_mark(appeal=row, reason=WHY, seen=1, by=c.staff, now=c.now)


def _objected(c: ClassAt) -> Appeal:
    """The trainee has objected."""
    row = _kept(c)
    return row if row.objected_at else object_to_answer(appeal=row, reason=WHY, by=c.trainees[0], now=c.now)


def _far_apart(c: ClassAt) -> models.Model:
    """The process attempt of the first trainee, whose sheets are far apart."""
    rows = Attempt.objects.inside(attendee=c.attendees[0])
    if not rows.exists():
        for role, mark in zip(c.instructors, ("90", "70"), strict=True):
            score_process(attendee=c.attendees[0], mark=mark, by=role, now=c.now)
    found: Attempt = rows.get()
    return found


def _form(c: ClassAt) -> models.Model:
    return FormVersion.objects.get(code="form1", number=1)


def _form_draft(c: ClassAt) -> FormDraft:
    """A draft of form 1 with another wording."""
    found: FormDraft | None = FormDraft.objects.unscoped("tests").filter(code="form1", state="draft").first()
    if found is not None:
        return found
    draft = begin_draft(
        version=FormVersion.objects.get(code="form1", number=1), by=c.people.centre, now=c.now
    )
    return save_draft(draft=draft, definition=_reworded(draft), by=c.people.centre, now=c.now)


def _reworded(draft: FormDraft, words: str = WORDS) -> dict[str, Any]:
    data = editable(draft.form)
    data["note"] = words
    return data


def _rubric_draft(c: ClassAt) -> RubricDraft:
    """A rubric that is ready to be published."""
    found: RubricDraft | None = (
        RubricDraft.objects.unscoped("tests").filter(part="process", state="draft").first()
    )
    if found is not None:
        return found
    draft = begin_rubric(level="3", part="process", by=c.people.centre, now=c.now)
    return save_rubric(draft=draft, definition=RUBRIC.as_data(), by=c.people.centre, now=c.now)


def _asked_to_move_up(c: ClassAt) -> Role:
    return Role.objects.select_related("account", "organisation").get(
        account=_offered(c).person.account_id, duty=Duty.TRAINEE
    )


def _applicant(c: ClassAt) -> Role:
    return c.trainees[0]


def _attendee(c: ClassAt) -> models.Model:
    return c.attendees[0]


def _colleague(c: ClassAt) -> dict[str, Any]:
    """Another teacher of the first trainee's school."""
    (role,) = c.run.cast.people([c.trainees[0].organisation], 1, Duty.TRAINEE)
    return {"colleague": Person.objects.unscoped("test").get(account=role.account_id).pk, "reason": WORDS}


def _missing(c: ClassAt) -> models.Model:
    """Somebody who has not arrived."""
    Attendee.objects.inside(pk=c.attendees[-1].pk).update(arrived_at=None)
    return c.attendees[-1]


def _named(c: ClassAt) -> dict[str, Any]:
    first = c.attendees[0]
    return {"names": {str(first.group): "求实组"}, "leaders": {str(first.group): first.pk}}


def _material(c: ClassAt) -> models.Model:
    held = Material.objects.inside(training_class=c.tc).first()
    return held or add_material(training_class=c.tc, title="工作页", by=c.staff, now=c.now)[0]


def _stay(c: ClassAt) -> dict[str, Any]:
    nights = {"first_night": c.tc.first_day, "last_night": c.tc.first_day + timedelta(days=5)}
    return {"people": [c.attendees[0].application.person_id], "kind": "arranged"} | nights


def _lodging(c: ClassAt) -> Lodging:
    held = Lodging.objects.inside(training_class=c.tc).first()
    return held or lodge(training_class=c.tc, place="培训楼", by=c.coordinator, now=c.now, **_stay(c))[0]


def _product(c: ClassAt) -> LearningProduct:
    known = LearningProduct.objects.inside(training_class=c.tc).order_by("pk").first()
    return known or hand_in(attendee=c.attendees[0], title="工作页", note=WORDS, by=c.trainees[0], now=c.now)


def _last_month(c: ClassAt) -> dict[str, Any]:
    return {"month": str(c.now.date().replace(day=1) - timedelta(days=1)), "counted": 0}


def _key(c: ClassAt) -> dict[str, Any]:
    until = str(c.now.date() + timedelta(days=90))
    return {"body": "某某装备制造有限公司", "purpose": "聘用前核验证书", "expires_on": until, "per_day": 9}


def _given_key(c: ClassAt) -> models.Model:
    inputs = _key(c) | {"expires_on": c.now.date() + timedelta(days=90)}
    return issue_key(**inputs, by=c.people.centre, now=c.now)


def _others_product(c: ClassAt) -> LearningProduct:
    """Of the second trainee: the first one's hand-ins are used up by the odd ones."""
    return hand_in(attendee=c.attendees[1], title="工作页", note=WORDS, by=c.trainees[1], now=c.now)


def _asked(c: ClassAt) -> dict[str, str]:
    due = f"{c.tc.last_day} 18:00"
    return {"title": "工作页", "says": WORDS, "mode": "individual", "due": due, "most_files": "2"}


def _assignment(c: ClassAt) -> Assignment:
    known = Assignment.objects.inside(training_class=c.tc, state="set").order_by("pk").first()
    return known or assign_product(training_class=c.tc, task=_asked(c), by=c.staff, now=c.now)


def _programme(c: ClassAt) -> models.Model | None:
    return programme_of(c.tc)


def _written(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def _remark(c: ClassAt) -> models.Model:
    return comment_programme(programme=_written(c), place="venue", text=WORDS, by=c.staff, now=c.now)


def _mended(c: ClassAt) -> models.Model:
    """A part that the province has given back."""
    inputs: dict[str, Any] = {"by": c.province, "now": c.now}
    row = _written(c)
    review_section(programme=row, place="logistics", accepts=False, code="staff", seen=row.version, **inputs)
    return_programme(programme=row, seen=row.version, reason=WORDS, **inputs)
    return items_of(_written(c))[0]


def _changing(c: ClassAt) -> Programme:
    """A filed programme under a small change that both instructors stand by."""
    row = _written(c)
    if not row.is_change:
        now = c.now
        change_programme(programme=row, seen=row.version, reason=WORDS, by=c.staff, now=now)
        rows = [one | {"teacher": None} for one in _writing(c)["sessions"]]
        for one, held in zip(rows, sessions_of(c.tc), strict=True):
            one |= {"teacher": held.teacher_id, "room": "二号实训室"}
        edit_programme(training_class=c.tc, seen=_written(c).version, sessions=rows, by=c.staff, now=now)
        for by in c.instructors:
            confirm_programme(programme=_written(c), seen=_written(c).version, by=by, now=now)
    return _written(c)


def _member(c: ClassAt) -> models.Model:
    found: models.Model = PoolMembership.objects.unscoped("test").get(
        person__account=c.instructors[0].account_id
    )
    return found


def _team_change(c: ClassAt) -> models.Model:
    known = TeamChange.objects.inside(training_class=c.tc).first()
    return known or request_team(training_class=c.tc, wanted=3, reason=WORDS, by=c.staff, now=c.now)


def _correction(c: ClassAt) -> models.Model:
    known = Correction.objects.inside(training_class=c.tc).first()
    return known or request_correction(
        attendee=c.attendees[0], part="final", new="88", reason=WORDS, by=c.staff, now=c.now
    )


def _officer(c: ClassAt) -> Role:
    return c.certificate_officer


def _certificate(c: ClassAt) -> models.Model:
    """One that is still in the house."""
    return next(row for row in c.certificates if not is_collected(row))


def _collected(c: ClassAt) -> models.Model:
    """One that is in its holder's hands."""
    return next(row for row in c.certificates if is_collected(row))


_ASKS: dict[str, Callable[..., Any]] = {
    "void": apply_void, "correction": apply_correction, "replacement": apply_replacement, "revocation": apply_revocation,
}  # fmt: skip


def _case(kind: str) -> Callable[[ClassAt], models.Model]:
    """What waits about a certificate."""

    def made(c: ClassAt) -> models.Model:
        known = CertificateCase.objects.inside(kind=kind, state="applied").first()
        row: Any = _collected(c) if kind in ("replacement", "revocation") else _certificate(c)
        if known is None:  # one thing waits about a certificate at a time
            waiting = CertificateCase.objects.unscoped("test").filter(certificate=row, state="applied")
            waiting.update(state="withdrawn")
        more = {"holder": "张更正", "courses": row.courses, "periods": 48} if kind == "correction" else {}
        return known or _ASKS[kind](
            certificate=row, reason=WORDS, by=c.certificate_officer, now=c.now, **more
        )

    return made


def _report(c: ClassAt) -> models.Model:
    known = MisuseReport.objects.unscoped("test").filter(state="reported").first()
    return known or report_misuse(
        kind="forged", number="", facts="网上有人出售本机构的证书", by=c.certificate_officer, now=c.now
    )


def _blank(c: ClassAt) -> dict[str, Any]:
    """A sheet that has just come in."""
    serial = receive_stock(quantity=1, by=c.certificate_officer, now=c.now).first_serial
    return {"first": serial, "last": serial, "kind": "spoiled", "reason": WORDS, "witness": "王芳"}


def _line(c: ClassAt) -> dict[str, Any]:
    names = ("level", "category", "first_day", "last_day", "days", "headcount", "scope")
    return {name: getattr(c.tc, name) for name in names} | {"note": WORDS}


def _picked(**inputs: Any) -> Callable[[ClassAt], dict[str, Any]]:
    return lambda c: {"lines": {str(c.tc.pk): c.tc.version}} | inputs


def _table(c: ClassAt) -> dict[str, Any]:
    days = {"first_day": c.tc.first_day - timedelta(days=14), "last_day": c.tc.last_day - timedelta(days=14)}
    texts = {name: str(value) for name, value in (_line(c) | days).items()}
    return {"rows": [texts]}


def _wanted(c: ClassAt) -> dict[str, Any]:
    return {"line": changing.line(c, headcount=20), "reason": WORDS, "seen": c.tc.version}


def _added(c: ClassAt) -> dict[str, Any]:
    return {"line": changing.line(c, **changing.later(c)), "reason": WORDS, "outside": False}


def _change(c: ClassAt) -> PlanChange:
    known: PlanChange | None = PlanChange.objects.inside(training_class=c.tc).first()
    return known or changing.applied(c)


def _returned(c: ClassAt) -> models.Model:
    known = PlanChange.objects.inside(training_class=c.tc, state="returned").first()
    if known:
        return known
    return return_change(plan_change=_change(c), reason=WORDS, seen=1, by=c.province, now=c.now)


def _approved(c: ClassAt) -> models.Model:
    known = PlanChange.objects.inside(training_class=c.tc, state="approved").first()
    return known or changing.approved(c, changing.applied(c))


def _chosen(c: ClassAt) -> dict[str, Any]:
    rows = Recommendation.objects.inside(training_class=c.tc, chosen=True)
    people = {str(person): seat for person, seat in rows.values_list("person_id", "seat")}
    return {"people": people, "letter": WORDS, "own_reason": WORDS}


def own_teacher(c: ClassAt) -> dict[str, Any]:
    """Somebody of the pool who is of the host institution."""
    person = spare(c, 1)[0]
    Person.objects.unscoped("test").filter(pk=person).update(employer=c.tc.institution)
    return {"person": person, "reason": WORDS}


def _rescue(c: ClassAt) -> dict[str, Any]:
    """An examiner has fallen ill, once."""
    ill = Invitation.objects.inside(training_class=c.tc, seat="examiner", number=1)
    if c.plan.stage == "started" and not ill.filter(state="withdrawn").exists():
        emptied(c, c.now, "examiner")
    return {"seat": "examiner", "number": 1, "people": spare(c, 1), "hours": 2, "letter": WORDS}


def _writing(c: ClassAt) -> dict[str, Any]:
    programme = programme_of(c.tc)
    names = ("day", "period", "kind", "module", "topic", "room")
    rows = [{name: getattr(s, name) for name in names} | {"teacher": None} for s in sessions_of(c.tc)]
    return {
        "seen": programme.version if programme else 0, "sections": {"venue": "实训楼"}, "final_mode": "lesson",
        "venue_declared": True, "sessions": rows,
    }  # fmt: skip


def _copied(c: ClassAt) -> dict[str, Any]:
    """From a template that the centre keeps of the same programme."""
    held = ProgrammeTemplate.objects.unscoped("test").filter(title="全国模板").first()
    made = held or save_template(training_class=c.tc, title="全国模板", by=c.people.centre, now=c.now)
    return {"source": f"template-{made.pk}", "parts": ["venue"]} | _version(c)


def _notice(c: ClassAt) -> dict[str, Any]:
    closes = c.tc.first_day - timedelta(days=7)
    return {"text": "招生通知", "contact": "培训处 0319-1234567", "closes_on": closes, "seen": 1}


def _roll(c: ClassAt) -> dict[str, Any]:
    return {
        "day": c.tc.first_day, "period": 1, "presences": {str(a.pk): "present" for a in c.attendees}, "reason": WORDS,
    }  # fmt: skip


def _window(c: ClassAt) -> RollWindow:
    known: RollWindow | None = RollWindow.objects.inside(training_class=c.tc).first()
    return known or open_window(
        training_class=c.tc, day=c.tc.first_day, period=1, by=c.coordinator, now=c.now
    )


def _tomorrow(c: ClassAt) -> str:
    return f"{c.tc.first_day + timedelta(days=1)}/1"


def _leave(c: ClassAt) -> Leave:
    known: Leave | None = Leave.objects.inside(training_class=c.tc).first()
    return known or ask_leave(
        training_class=c.tc, lessons=[_tomorrow(c)], reason=WORDS, by=c.trainees[0], now=c.now
    )


def _other_marks(c: ClassAt) -> dict[str, Any]:
    return {
        "day": c.tc.first_day,
        "period": 1,
        "presences": {str(c.attendees[0].pk): "leave"},
        "reason": WORDS,
    }


def _mark_correction(c: ClassAt) -> MarkCorrection:
    if not MarkCorrection.objects.inside(training_class=c.tc).exists():
        wanted = _other_marks(c) | {"presences": {c.attendees[0].pk: "leave"}}
        propose_marks(training_class=c.tc, **wanted, by=c.coordinator, now=c.now)
    found: MarkCorrection = MarkCorrection.objects.inside(training_class=c.tc).get()
    return found


def _lesson(c: ClassAt, **more: Any) -> dict[str, Any]:
    return {"day": c.tc.first_day} | more


def _approval(c: ClassAt) -> dict[str, Any]:
    return {
        "category": "02", "level": "3", "valid_from": "2023-01-01", "valid_until": "2024-12-31", "basis": "批准文件",
    }  # fmt: skip


def _version(c: ClassAt) -> dict[str, Any]:
    programme = programme_of(c.tc)
    return {"seen": programme.version if programme else c.tc.version}


def _with(**inputs: Any) -> Callable[[ClassAt], dict[str, Any]]:
    return lambda c: inputs


def _seen(**inputs: Any) -> Callable[[ClassAt], dict[str, Any]]:
    return lambda c: inputs | _version(c)


TRIED: tuple[Tried, ...] = (
    Tried(P.OPEN_ROUND, "planned", _centre, lambda c: None,
          _with(year=2031, half=1, opens_on="2030-10-01", closes_on="2030-11-30")),
    Tried(P.CHANGE_ROUND, "planned", _centre, lambda c: c.tc.round,
          lambda c: {"opens_on": c.tc.round.opens_on, "closes_on": "2099-12-31", "reason": WORDS, "seen": c.tc.round.version}),
    Tried(P.SAVE_LINES, "planned", _staff, lambda c: c.tc.round, _table),
    Tried(P.APPROVE_LINES, "submitted", _province, lambda c: c.tc.round, _picked()),
    Tried(P.RETURN_LINES, "submitted", _province, lambda c: c.tc.round, _picked(code="dates", reason=WORDS)),
    Tried(P.SEND_BACK_LINES, "reported", _centre, lambda c: c.tc.round, _picked(code="other", reason=WORDS)),
    Tried(P.ACCEPT_LINES, "reported", _centre, lambda c: c.tc.round, _picked()),
    Tried(P.ADD_LINE, "planned", _staff, lambda c: c.tc.round, _line),
    Tried(P.EDIT_LINE, "planned", _staff, _tc, lambda c: _line(c) | {"seen": c.tc.version}),
    Tried(P.GRANT_EXCEPTION, "planned", _centre, _tc,
          lambda c: {"deadline": "opening", "until": c.tc.first_day - timedelta(days=20), "reason": WORDS}),
    Tried(P.REGISTER_SCHOOL, "planned", _centre, lambda c: None, _with(name="某某技师学院", province_code="13")),
    Tried(P.REGISTER_APPROVAL, "planned", _centre, lambda c: c.tc.institution, _approval),
    Tried(P.REGISTER_BACKBONE, "planned", _centre, lambda c: Person.objects.unscoped("test").get(account=c.people.stranger.account_id),
          _with(category="01", levels="12", certificate_number="320172022061001")),
    Tried(P.CREATE_ACCOUNT, "planned", _centre, lambda c: c.tc.institution,
          _with(name="章文君", duty="institution", sign_in_name="zhangwj")),
    Tried(P.GIVE_ROLE, "planned", _centre, lambda c: c.people.stranger.account,
          lambda c: {"organisation": c.tc.institution_id, "duty": "coordinator"}),
    Tried(P.SUSPEND_ACCOUNT, "planned", _centre, lambda c: c.people.stranger.account, _with(reason=WORDS)),
    Tried(P.END_ROLE, "planned", _centre, lambda c: c.people.stranger, _with(reason=WORDS)),
    Tried(P.RECONCILE, "planned", _officer, lambda c: None, _last_month),
    Tried(P.ISSUE_KEY, "planned", _centre, lambda c: None, _key),
    Tried(P.REVOKE_KEY, "planned", _centre, _given_key, _with(reason=WORDS)),
    Tried(P.RECEIVE_STOCK, "planned", lambda c: c.certificate_officer, lambda c: None, _with(quantity=3)),
    Tried(P.APPROVE_LINE, "submitted", _province, _tc, _seen()),
    Tried(P.RETURN_LINE, "submitted", _province, _tc, _seen(reason=WORDS)),
    Tried(P.SEND_BACK_LINE, "reported", _centre, _tc, _seen(reason=WORDS)),
    Tried(P.APPLY_ADDITION, "published", _staff, lambda c: c.tc.round, _added),
    Tried(P.APPLY_CHANGE, "published", _staff, _tc, _wanted),
    Tried(P.APPLY_CANCEL, "published", _staff, _tc, lambda c: {"reason": WORDS, "seen": c.tc.version}),
    Tried(P.OPEN_CLASS, "published", _staff, _tc, _with(remarks=WORDS, preferred=[])),
    Tried(P.APPROVE_CHANGE, "opened", _province, _change, _with(seen=1, grant_reason=WORDS)),
    Tried(P.RETURN_CHANGE, "opened", _province, _change, _with(seen=1, reason=WORDS)),
    Tried(P.REFUSE_CHANGE, "opened", _province, _change, _with(seen=1, reason=WORDS)),
    Tried(P.AMEND_CHANGE, "recommended", _staff, _returned,
          lambda c: {"line": changing.line(c, headcount=19), "reason": WORDS, "seen": 2}),
    Tried(P.QUESTION_CHANGE, "staffed", _centre, _approved, _with(seen=2, reason=WORDS)),
    Tried(P.RECORD_CHANGE, "staffed", _centre, _approved, _with(seen=2)),
    Tried(P.INVITE, "recommended", _staff, _tc, _chosen),
    Tried(P.LIFT_AVOIDANCE, "recommended", _staff, _tc, own_teacher),
    Tried(P.RESCUE, "started", _staff, _tc, _rescue),
    Tried(P.ACCEPT, "invited", lambda c: Role.objects.get(account=c.invitations[1].person.account_id, duty="backbone", until=None),
          lambda c: c.invitations[1], _with(despite_away=False)),
    Tried(P.DECLINE, "invited", lambda c: Role.objects.get(account=c.invitations[0].person.account_id, duty="backbone", until=None),
          lambda c: c.invitations[0], _with(reason=WORDS)),
    Tried(P.REQUEST_TEAM, "opened", _staff, _tc, _with(wanted=3, reason=WORDS)),
    Tried(P.APPROVE_TEAM, "opened", _province, _team_change, _with(seen=1)),
    Tried(P.REFUSE_TEAM, "opened", _province, _team_change, _with(seen=1, reason=WORDS)),
    Tried(P.SWITCH_CHAIN, "opened", _staff, lambda c: Opening.objects.inside(training_class=c.tc).get(), _with(on=False)),
    Tried(P.WITHDRAW_INVITATION, "invited", _staff, lambda c: c.invitations[0], _with(reason=WORDS)),
    Tried(P.RUN_STAFFING, "opened", _centre, lambda c: None, _with(again=False)),
    Tried(P.MARK_AWAY, "staffed", lambda c: c.instructors[0], lambda c: None,
          lambda c: {"first_day": c.tc.last_day + timedelta(days=20), "last_day": c.tc.last_day + timedelta(days=21), "note": WORDS}),
    Tried(P.INTRODUCE, "staffed", lambda c: c.instructors[0], lambda c: None, _with(introduction=WORDS)),
    Tried(P.SET_WILLING, "staffed", lambda c: c.instructors[0], _member, _with(levels=["3"])),
    Tried(P.EDIT_PROGRAMME, "drafted", _staff, _tc, _writing),
    Tried(P.CONFIRM_PROGRAMME, "drafted", lambda c: c.instructors[0], _programme, _seen()),
    Tried(P.SUBMIT_PROGRAMME, "team_confirmed", _staff, _programme, _seen()),
    Tried(P.RETURN_PROGRAMME, "programme_submitted", _province, _programme, _seen(reason=WORDS)),
    Tried(P.FILE_PROGRAMME, "programme_submitted", _province, _programme, _seen()),
    Tried(P.REVIEW_SECTION, "programme_submitted", _province, _programme,
          _seen(place="logistics", accepts=False, code="staff", comment=WORDS)),
    Tried(P.MEND_SECTION, "programme_submitted", _staff, _mended, _with(answer=WORDS)),
    Tried(P.COMMENT_PROGRAMME, "drafted", _staff, _programme, _with(place="venue", text=WORDS)),
    Tried(P.ANSWER_COMMENT, "drafted", lambda c: c.instructors[0], _remark, _with(text=WORDS)),
    Tried(P.CHANGE_PROGRAMME, "filed", _staff, _programme, _seen(reason=WORDS)),
    Tried(P.DROP_CHANGE, "admitted", _staff, _changing, _seen()),
    Tried(P.FILE_CHANGE, "admitted", _staff, _changing, _seen()),
    Tried(P.COPY_PROGRAMME, "drafted", _staff, _tc, _copied),
    Tried(P.SAVE_TEMPLATE, "drafted", _staff, _tc, _with(title="三级通用方案")),
    Tried(P.BEGIN_FORM, "planned", _centre, _form, _with()),
    Tried(P.DROP_FORM, "submitted", _centre, _form_draft, _with(reason=WORDS)),
    Tried(P.EDIT_FORM, "submitted", _centre, _form_draft,
          lambda c: {"definition": _reworded(_form_draft(c), "请如实填写"), "seen": _form_draft(c).version}),
    Tried(P.PUBLISH_FORM, "submitted", _centre, _form_draft,
          lambda c: {"effective_from": c.now.date() + timedelta(days=1), "confirmation": _form_draft(c).form.title,
                     "seen": _form_draft(c).version}),
    Tried(P.BEGIN_RUBRIC, "planned", _centre, lambda c: None, _with(level="3", part="final")),
    Tried(P.DROP_RUBRIC, "planned", _centre, _rubric_draft, _with(reason=WORDS)),
    Tried(P.EDIT_RUBRIC, "planned", _centre, _rubric_draft,
          lambda c: {"definition": replace(RUBRIC, title="新的名称").as_data(), "seen": _rubric_draft(c).version}),
    Tried(P.PUBLISH_RUBRIC, "planned", _centre, _rubric_draft,
          lambda c: {"effective_from": c.now.date() + timedelta(days=2), "seen": _rubric_draft(c).version}),
    Tried(P.SET_HOURS, "planned", _centre, lambda c: None,
          _with(module="3-1", periods=4, effective_from="2023-01-01", basis="培训标准第三条")),
    Tried(P.ADD_ROOM, "planned", _staff, lambda c: None, _with(name="一号学习工作站", kind="workstation", seats=40)),
    Tried(P.EDIT_NOTICE, "filed", _staff, _tc, _notice),
    Tried(P.SAVE_APPLICATION, "announced", lambda c: c.people.trainee, lambda c: enrolment_of(c.tc),
          lambda c: {"answers": form1_answers(c.tc.level_enum, random.Random(5)), "seen": 0}),
    Tried(P.WITHDRAW_APPLICATION, "reviewed", _applicant, _application, _with(reason=WORDS)),
    Tried(P.DECLINE_SEAT, "announced", _asked_to_move_up, _offered, _with(reason=WORDS)),
    Tried(P.GIVE_OPINION, "reviewed", lambda c: c.instructors[0], _application, _with(agrees=False, comment=WORDS)),
    Tried(P.ADMIT, "reviewed", _staff, _application, _with(reason=WORDS)),
    Tried(P.REJECT, "reviewed", _staff, _application, _with(reason=WORDS, code="level")),
    Tried(P.NAME_COLLEAGUE, "admitted", lambda c: c.school, lambda c: application_of(c, c.trainees[0]), _colleague),
    Tried(P.CHECK_IN, "started", _coordinator, _attendee, _with(pledged=True)),
    Tried(P.SIGN_PLEDGE, "started", lambda c: c.trainees[0], _tc, _with(text_version=PLEDGE_VERSION)),
    Tried(P.UNDO_ARRIVAL, "started", _coordinator, _attendee, _with(reason=WORDS)),
    Tried(P.MARK_NO_SHOW, "started", _coordinator, _missing, _with(reason=WORDS)),
    Tried(P.NAME_GROUPS, "started", _coordinator, _tc, _named),
    Tried(P.ADD_MATERIAL, "started", _staff, _tc, _with(title="工作页", note=WORDS, kind="other")),
    Tried(P.GIVE_MATERIAL, "started", _coordinator, _material, lambda c: {"ticks": {str(a.pk): 1 for a in c.attendees}}),
    Tried(P.SEND_NOTICE, "started", _coordinator, _tc, _with(title="提醒", text=WORDS, audience="all", discipline=False)),
    Tried(P.REMIND, "started", _coordinator, _tc, _with(spoken=True)),
    Tried(P.SHARE_CONTACT, "started", lambda c: c.trainees[0], _attendee, _with(shared=True)),
    Tried(P.PLAN_CEREMONY, "started", _coordinator, _tc, lambda c: {
        "kind": "opening", "planned_on": c.tc.first_day, "planned_at": "08:30", "place": "报告厅", "agenda": WORDS,
        "speakers": "院长", "seen": 0,
    }),
    Tried(P.RECORD_CEREMONY, "started", _coordinator, _tc,
          lambda c: {"kind": "opening", "held_on": c.tc.first_day, "attended": 1, "discipline": True, "seen": 0}),
    Tried(P.LODGE, "started", _coordinator, _tc, lambda c: _stay(c) | {"place": "培训楼", "room": "301", "note": WORDS}),
    Tried(P.UNLODGE, "started", _coordinator, _lodging, _with(reason=WORDS)),
    Tried(P.NOTE_NIGHT, "started", _coordinator, _tc,
          lambda c: {"night": c.tc.first_day, "absent": [_lodging(c).pk], "reason": WORDS}),
    Tried(P.ASSIGN_GROUPS, "started", _coordinator, _tc, lambda c: {"groups": {str(a.pk): 1 for a in c.attendees}}),
    Tried(P.CALL_ROLL, "started", _coordinator, _tc, _roll),
    Tried(P.ENTER_ROLLS, "started", _coordinator, _tc, lambda c: {"marks": {f"{c.tc.first_day}/1/1": "present"}}),
    Tried(P.OPEN_WINDOW, "started", _coordinator, _tc, lambda c: _lesson(c, period=2, group=0, minutes=15, late_after=5)),
    Tried(P.SCAN, "started", lambda c: c.trainees[0], _window, lambda c: {"code": code_of(_window(c), c.now)}),
    Tried(P.ASK_LEAVE, "started", lambda c: c.trainees[0], _tc,
          lambda c: {"lessons": [_tomorrow(c)], "reason": WORDS, "understood": True}),
    Tried(P.APPROVE_LEAVE, "started", _coordinator, _leave, _with(seen=1, answer=WORDS)),
    Tried(P.REFUSE_LEAVE, "started", _coordinator, _leave, _with(seen=1, reason=WORDS)),
    Tried(P.SET_ONLINE, "started", _staff, _tc,
          lambda c: _lesson(c, periods=[1, 2], group=0, link="https://meeting.example.cn/8", material=WORDS)),
    Tried(P.PROPOSE_MARKS, "process_scored", _coordinator, _tc, _other_marks),
    Tried(P.CONFIRM_MARK, "process_scored", _staff, _mark_correction, _with(seen=1)),
    Tried(P.DECLINE_MARK, "process_scored", _staff, _mark_correction, _with(seen=1, reason=WORDS)),
    Tried(P.HAND_IN, "started", lambda c: c.trainees[0], _attendee, _with(title="工作页", note=WORDS)),
    Tried(P.NEW_VERSION, "started", lambda c: c.trainees[1], _others_product, _with(title="工作页", note=WORDS)),
    Tried(P.COMMENT_PRODUCT, "started", lambda c: c.instructors[0], _product, _with(text=WORDS)),
    Tried(P.ASSIGN_PRODUCT, "started", _staff, _tc, lambda c: {"task": _asked(c), "kinds": ["pdf"]}),
    Tried(P.CHANGE_ASSIGNMENT, "started", _staff, _assignment,
          lambda c: {"task": _asked(c), "kinds": ["pdf"], "seen": _assignment(c).version}),
    Tried(P.WITHDRAW_ASSIGNMENT, "started", _staff, _assignment, _with(reason=WORDS)),
    Tried(P.SAVE_SCORE, "taught", lambda c: c.instructors[0], _attendee, _with(part="process", mark="80", comment=WORDS)),
    Tried(P.SCORE_PROCESS, "taught", lambda c: c.instructors[0], _attendee, _with(mark="80", comment=WORDS)),
    Tried(P.SCORE_FINAL, "process_scored", lambda c: c.examiners[0], _attendee, _with(mark="80", comment=WORDS)),
    Tried(P.PLAN_PRESENTATIONS, "process_scored", _coordinator, _tc, lambda c: {
        "session": 1, "day": c.tc.last_day, "times": HOURS, "place": "报告厅", "link": "https://meeting.example.cn/9", "seen": 0,
    }),
    Tried(P.DRAW_ORDER, "process_scored", _coordinator, _planned_day, _with(reason=WORDS)),
    Tried(P.MOVE_ON, "process_scored", _coordinator, _drawn_day, _with(after=0)),
    Tried(P.NOTE_PRESENTATION, "process_scored", lambda c: c.examiners[0], _turn, _with(text=WORDS)),
    Tried(P.ADD_RECORDING, "process_scored", _coordinator, _turn, _with(link="https://pan.example.cn/1")),
    Tried(P.SET_SECOND_DATES, "process_scored", _staff, _tc,
          lambda c: {"resubmit_by": c.tc.last_day, "retake_by": c.tc.last_day, "seen": 0}),
    Tried(P.NOTE_SPREAD, "taught", lambda c: c.instructors[0], _far_apart, _with(note="重看学习成果，维持原评分。")),
    Tried(P.CONFIRM_RESULTS, "finished", _staff, _tc, _with(reason=WORDS)),
    Tried(P.ANSWER_EVALUATION, "finished", lambda c: c.trainees[0], _tc,
          lambda c: {"answers": form2_answers(c.tc.level_enum, random.Random(1))}),
    Tried(P.RECEIVE_TRANSCRIPT, "confirmed", _province, _tc, _with(number=1)),
    Tried(P.LOOK_AT_PATTERN, "confirmed", _province, _early, _with(key="before_turn/3", note=WHY)),
    Tried(P.APPEAL, "confirmed", lambda c: c.trainees[0], _attendee, _with(part="final", grounds=WHY)),
    Tried(P.KEEP_MARK, "confirmed", _staff, _appealed, _with(seen=1, reason=WHY)),
    Tried(P.UPHOLD_APPEAL, "confirmed", _staff, _appealed, _with(seen=1, reason=WHY)),
    Tried(P.OBJECT, "confirmed", lambda c: c.trainees[0], _kept, _with(reason=WHY)),
    Tried(P.DISMISS_OBJECTION, "confirmed", _province, _objected, _with(seen=3, reason=WHY)),
    Tried(P.SUSTAIN_OBJECTION, "confirmed", _province, _objected, _with(seen=3, reason=WHY)),
    Tried(P.REQUEST_CORRECTION, "confirmed", _staff, _attendee, _with(part="final", new="88", reason=WORDS)),
    Tried(P.COUNTERSIGN_CORRECTION, "confirmed", _province, _correction, _with(seen=1)),
    Tried(P.REFUSE_CORRECTION, "confirmed", _province, _correction, _with(seen=1, reason=WORDS)),
    Tried(P.SPOIL_STOCK, "planned", _officer, lambda c: None, _blank),
    Tried(P.ALIGN, "planned", _officer, lambda c: None, _with(name="一号打印机", right=-12, down=7)),
    Tried(P.REPORT_MISUSE, "planned", _officer, lambda c: None,
          _with(kind="forged", number="130092023063001", facts="网上有人出售本机构的证书")),
    Tried(P.HAND_OVER_MISUSE, "planned", _province, _report, _with(seen=1, reason=WORDS)),
    Tried(P.CLOSE_MISUSE, "planned", _province, _report, _with(seen=1, reason=WORDS)),
    Tried(P.REPRINT, "issued", _officer, _certificate, _with(reason=WORDS)),
    Tried(P.HAND_OUT, "issued", _officer, _certificate, _with(collector="王芳", authority="2023年7月1日委托书，身份证后四位 1234")),
    Tried(P.APPLY_VOID, "issued", _officer, _certificate, _with(reason=WORDS)),
    Tried(P.APPLY_CORRECTION, "issued", _officer, _certificate,
          lambda c: {"holder": "张更正", "courses": c.certificates[0].courses, "periods": 48, "reason": WORDS}),
    Tried(P.APPLY_REPLACEMENT, "issued", _officer, _collected, _with(reason=WORDS)),
    Tried(P.APPLY_REVOCATION, "issued", _officer, _collected, _with(reason=WORDS)),
    Tried(P.REFUSE_CASE, "issued", _staff, _case("void"), _with(seen=1, reason=WORDS)),
    Tried(P.VOID, "issued", _staff, _case("void"), _with(seen=1)),
    Tried(P.CORRECT, "issued", _staff, _case("correction"), _with(seen=1)),
    Tried(P.REPLACE, "issued", _staff, _case("replacement"), _with(seen=1)),
    Tried(P.REVOKE, "issued", _province, _case("revocation"), _with(seen=1)),
    Tried(P.KEEP, "issued", _province, _case("revocation"), _with(seen=1, reason=WORDS)),
    Tried(P.CLOSE_CLASS, "issued", _staff, _tc, lambda c: {"ceremony_on": c.tc.last_day}),
)  # fmt: skip
STAGES = tuple(dict.fromkeys(tried.stage for tried in TRIED))
