"""What waits for a trainee and for a school."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from gongxue.certificates.queries import certificates_visible_to, serials_of, told_of
from gongxue.desks.cards import Todo
from gongxue.desks.todos.shapes import Todos, class_todo
from gongxue.foundation import clock
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.lifecycle import ApplicationState, AssignmentState, DeliveryState
from gongxue.regulations.waiting_list import offer_words
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import applications_visible_to
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct
from gongxue.stage5_delivery.queries import open_windows_of
from gongxue.stage6_assessment.queries import records_of_classes
from gongxue.stage6_assessment.queries.second_dates import second_dates_of
from gongxue.stage7_evaluation.queries import classes_answered_by


def trainee(role: Role, today: date) -> Todos:
    """Seats to accept, applications to finish, work to hand in, a second final assessment to apply for, form 2, certificates."""
    return _applications(role) + _classes(role) + _certificates(role)


def _applications(role: Role) -> Todos:
    """A seat that is kept until the answer comes first, then what is not submitted yet. One query."""
    rows = applications_visible_to(role).filter(state__in=[ApplicationState.OFFERED, ApplicationState.DRAFT])
    return [_offer(row) if row.offer_until else _draft(row) for row in sorted(rows, key=_offers_first)]


def _offers_first(row: Application) -> bool:
    return row.offer_until is None


def _offer(row: Application) -> Todo:
    until = row.offer_until
    if until is None:
        raise ValueError("nothing is offered")
    return Todo(
        "递补", "可以递补录取，请答复", reverse("application", args=[row.pk]), day_of(until), f"{offer_words(until)}前",
        class_id=row.training_class_id, about=str(row.training_class),
    )  # fmt: skip


def _draft(row: Application) -> Todo:
    return Todo(
        "报名", "参训申请表尚未提交", reverse("application", args=[row.pk]), row.training_class.first_day,
        class_id=row.training_class_id, about=str(row.training_class),
    )  # fmt: skip


def _classes(role: Role) -> Todos:
    answered = classes_answered_by(role)
    own = LearningProduct.objects.scope(role)
    in_this_attempt = own.filter(attendee=OuterRef("pk"), attempt=OuterRef("attempt"))
    mine = Attendee.objects.scope(role).filter(training_class__stage__gte=5)
    mine = mine.annotate(has_product=Exists(in_this_attempt))
    attendees = list(mine.select_related("training_class__institution", "training_class__delivery"))
    asked = _asked(attendees, own)
    again = [a.training_class for a in attendees if a.attempt > 1 and a.training_class.stage < 7]
    dates = second_dates_of(again) if again else {}
    todos: Todos = []
    for attendee in attendees:
        days = dates.get(attendee.training_class_id)
        by = days.resubmit_by if days else None
        todos += _pledge(attendee) + _products(attendee, asked, by) + _form2(attendee, answered)
    return (
        _check_ins(attendees)
        + todos
        + _retakes(role, [a.training_class for a in attendees if a.training_class.stage < 7])
    )


def _check_ins(attendees: list[Attendee]) -> Todos:
    """Lessons for which one can check in now: one query, none while no class is taught."""
    mine = {one.training_class_id: one for one in attendees if one.training_class.stage == 5}
    if not mine:
        return []
    windows = open_windows_of([one.training_class for one in mine.values()], clock.now())
    return [
        class_todo(
            "签到", f"第 {window.period} 课时签到中", mine[window.training_class_id].training_class, "my_attendance",
            window.day, sub="扫描教室大屏幕上的二维码；网络课堂点“进入课堂”",
        )
        for window in windows
        if window.group in (0, mine[window.training_class_id].group)
    ]  # fmt: skip


def _retakes(role: Role, classes: list[TrainingClass]) -> Todos:
    """Below the line in the first final assessment: one may apply for a second, once."""
    records = records_of_classes(classes)
    return [
        class_todo("考核", "可申请二次终结性考核", tc, "assessment", sub="每人只有一次")
        for tc in classes
        for record in records[tc.pk]
        if record.attendee.application.person.account_id == role.account_id and record.may_apply_again
    ]


def _pledge(attendee: Attendee) -> Todos:
    """Before one arrives: the pledge can be given on one's own phone (MG 10)."""
    tc = attendee.training_class
    if attendee.pledged_at or tc.delivery.state != DeliveryState.RUNNING:
        return []
    return [
        class_todo("报到", "签署纪律承诺", tc, "my_class", tc.first_day, sub="签署后报到时不必再签纸质承诺")
    ]


def _asked(attendees: list[Attendee], own: QuerySet[LearningProduct]) -> list[Assignment]:
    """What is asked for in classes where one may hand in for the first time, and is not in yet: at most one query."""
    open_ = [one.training_class_id for one in attendees if _may_hand_in(one) and one.attempt == 1]
    if not open_:
        return []
    rows = Assignment.objects.inside(training_class__in=open_, state=AssignmentState.SET)
    return list(rows.exclude(Exists(own.filter(assignment=OuterRef("pk")))).order_by("due_at", "pk"))


def _may_hand_in(attendee: Attendee) -> bool:
    return attendee.may_hand_in and attendee.training_class.stage in (5, 6)


def _products(attendee: Attendee, asked: list[Assignment], by: date | None) -> Todos:
    """Each assignment that is open; without any, that something is handed in at all."""
    tc = attendee.training_class
    if not _may_hand_in(attendee):
        return []
    if mine := [one for one in asked if one.training_class_id == tc.pk]:
        return [
            class_todo("成果", f"提交“{one.title}”", tc, "products", day_of(one.due_at), sub=one.mode_title)
            for one in mine
        ]
    if attendee.has_product:  # type: ignore[attr-defined]
        return []
    words = "二次提交学习成果" if attendee.attempt > 1 else "提交学习成果"
    return [class_todo("成果", words, tc, "products", by or tc.last_day)]


def _form2(attendee: Attendee, answered: set[int]) -> Todos:
    tc = attendee.training_class
    if tc.delivery.state != DeliveryState.FINISHED or tc.pk in answered:
        return []
    sub = "匿名，约 3 分钟；填写后可下载证书"
    return [class_todo("评估", "填写培训结束评估表", tc, "evaluation.answer", sub=sub)]


def _certificates(role: Role) -> Todos:
    """What holds and has not been collected; a replaced one is collected anew."""
    mine = list(certificates_visible_to(role))
    serials = serials_of(mine)
    told = told_of(mine, serials)
    return [
        Todo(
            "证书", "证书已核发，可下载", reverse("my_certificates"), sub=f"证书编号 {c.number}",
            class_id=c.training_class_id,
        )
        for c in mine
        if c.pk in serials and told[c.pk].collected_at is None
    ]  # fmt: skip


def school(role: Role, today: date) -> Todos:
    """Applications that wait for the employer's opinion."""
    waiting = applications_visible_to(role).filter(state=ApplicationState.SUBMITTED, endorsed_at=None)
    return [
        Todo(
            "意见", f"请为{a.person.name}出具单位意见", reverse("endorsements"), a.training_class.first_day,
            str(a.training_class),
        )
        for a in waiting
    ]  # fmt: skip
