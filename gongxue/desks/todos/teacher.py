"""What waits for a backbone teacher: invitations, programmes, opinions, sheets. So many queries per desk."""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.urls import reverse

from gongxue.desks.cards import Todo
from gongxue.desks.todos.shapes import Deadlines, Todos, class_todo
from gongxue.foundation.identity.models import Role
from gongxue.parties.queries import person_of
from gongxue.regulations.lifecycle import ApplicationState, InvitationState
from gongxue.regulations.marks import Part
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import invitations_visible_to
from gongxue.stage3_programme.models import Programme, ProgrammeConfirmation
from gongxue.stage3_programme.queries import OPEN_STATES
from gongxue.stage4_enrolment.models import Application, Opinion
from gongxue.stage6_assessment.queries import sheets_wanted
from gongxue.stage6_assessment.queries.second_looks import notes_wanted


def teacher_invitations(role: Role, today: date) -> Todos:
    """Invitations to answer."""
    waiting = invitations_visible_to(role).filter(state=InvitationState.SENT)
    return [
        Todo(
            "答复", f"{i.training_class.institution.name}邀请您担任{i.seat_title}", reverse("invitation", args=[i.pk]),
            i.answer_by, i.training_class.title, i.training_class_id,
        )
        for i in waiting
    ]  # fmt: skip


def teacher_classes(role: Role, today: date) -> Todos:
    """Programmes to confirm, opinions to give, sheets to fill, notes to write."""
    person = person_of(role.account_id)
    if person is None:
        return []
    held = invitations_visible_to(role).filter(state=InvitationState.ACCEPTED, training_class__stage__lte=6)
    seats = [(i.training_class, Seat(i.seat)) for i in held]
    taught = [tc for tc, seat in seats if seat == Seat.INSTRUCTOR]
    return (
        _to_confirm(taught, person.pk)
        + _to_judge(taught, person.pk)
        + _to_score(seats, role)
        + _to_note([tc for tc, _ in seats], role)
    )


def _to_confirm(classes: list[TrainingClass], person: int) -> Todos:
    confirmed = set(
        ProgrammeConfirmation.objects.inside(training_class__in=classes, person=person).values_list(
            "training_class", "version"
        )
    )
    written = Programme.objects.inside(training_class__in=classes, state__in=OPEN_STATES)
    rows = list(written.values_list("training_class", "version", "changed_from"))
    versions = {pk: version for pk, version, _ in rows}
    changes = {pk for pk, _, changed_from in rows if changed_from}
    open_ = [tc for tc in classes if tc.pk in versions and (tc.pk, versions[tc.pk]) not in confirmed]
    deadlines = Deadlines(open_)
    return [
        class_todo("方案", "核对并确认方案变更", tc, "programme", far=True)
        if tc.pk in changes  # filed in time: a change has no day of its own
        else class_todo(
            "方案", "共同编写并确认培训方案", tc, "programme", deadlines.on(tc, "programme"), far=True
        )
        for tc in open_
    ]


def _to_judge(classes: list[TrainingClass], person: int) -> Todos:
    enrolling = [tc for tc in classes if tc.stage == 4]
    given = Opinion.objects.inside(training_class__in=enrolling, person=person).values("application")
    waiting = Application.objects.inside(training_class__in=enrolling, state=ApplicationState.SUBMITTED)
    counts = Counter(waiting.exclude(pk__in=given).values_list("training_class_id", flat=True))
    return [
        class_todo("意见", f"{counts[tc.pk]} 名报名教师待您审核", tc, "applicants", tc.first_day, far=True)
        for tc in enrolling
        if counts[tc.pk]
    ]


def _to_score(seats: list[tuple[TrainingClass, Seat]], role: Role) -> Todos:
    parts = [(tc, part) for tc, seat in seats for part in Part if part.scored_by == seat and tc.stage >= 5]
    wanted = sheets_wanted(role, parts)
    return [
        class_todo(
            "评分", f"{wanted[tc.pk, part]} 人待{part.title}评分", tc, "assessment", tc.last_day, far=True
        )
        for tc, part in parts
        if wanted[tc.pk, part]
    ]


def _to_note(classes: list[TrainingClass], role: Role) -> Todos:
    scored = [tc for tc in classes if tc.stage >= 5]
    if not scored:
        return []
    wanted = notes_wanted(role, scored)
    return [
        class_todo(
            "复看",
            f"{wanted[tc.pk]} 次考核评分相差较大，请复看并提交说明",
            tc,
            "second_looks",
            tc.last_day,
            far=True,
        )
        for tc in scored
        if wanted[tc.pk]
    ]
