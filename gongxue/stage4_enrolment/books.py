"""What must agree in stage 4: seats with admissions, bookings with admissions and accepted invitations."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date

from django.db.models import Q

from gongxue.foundation.books import Check
from gongxue.parties.models import Booking, LessonBooking
from gongxue.regulations.lifecycle import ApplicationState, InvitationState
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme.models import CourseSession, FiledProgramme
from gongxue.stage4_enrolment.models import Application

_REASON = "check-books compares all rows"


def seat_differences() -> Iterator[str]:
    """TR 11.3: seats 1 to 30, each once, exactly for the admitted and who may still accept, in every class."""
    rows = Application.objects.unscoped(_REASON).order_by("training_class", "seat", "pk")
    seats: dict[int, list[int]] = defaultdict(list)
    for pk, class_id, state, seat in rows.values_list("pk", "training_class_id", "state", "seat"):
        if (state in Application.SEATED) != (seat is not None):
            yield f"申请 {pk}：状态为 {state}，序号为 {seat if seat is not None else '空'}。"
        if seat is not None:
            seats[class_id].append(seat)
    classes = TrainingClass.objects.unscoped(_REASON).in_bulk(list(seats))
    for class_id, taken in seats.items():
        limit = classes[class_id].edition.class_size
        if len(taken) > limit or not all(1 <= seat <= limit for seat in taken):
            yield f"{classes[class_id]}：录取 {len(taken)} 人，序号 {min(taken)} 至 {max(taken)}，超出 1 至 {limit}。"
        for seat, number in Counter(taken).items():
            if number > 1:
                yield f"{classes[class_id]}：序号 {seat} 有 {number} 人。"


def booking_differences() -> Iterator[str]:
    """Every day of every admitted trainee and accepted teacher is booked, and nothing else is."""
    wanted = _wanted_bookings()
    rows = Booking.objects.unscoped(_REASON).filter(reference__startswith="class/")
    booked = set(rows.values_list("person_id", "day", "reference"))
    for person, day, reference in sorted(wanted - booked):
        yield f"人员 {person} 在 {day} 参加 {reference}，没有占用登记。"
    for person, day, reference in sorted(booked - wanted):
        yield f"人员 {person} 在 {day} 被 {reference} 占用，但既未录取也未应邀。"


def _wanted_bookings() -> set[tuple[int, date, str]]:
    wanted: set[tuple[int, date, str]] = set()
    admitted = Application.objects.unscoped(_REASON).filter(state=ApplicationState.ADMITTED)
    held = Invitation.objects.unscoped(_REASON).filter(
        Q(state=InvitationState.ACCEPTED) | Q(state=InvitationState.WITHDRAWN, served_until__isnull=False)
    )
    classes = TrainingClass.objects.unscoped(_REASON).in_bulk()
    for person, class_id in admitted.values_list("person_id", "training_class_id"):
        wanted |= {(person, day, f"class/{class_id}") for day in classes[class_id].days_list}
    for row in held.select_related(
        "training_class"
    ):  # who left while the class ran keeps the days they served
        wanted |= {(row.person_id, day, f"class/{row.training_class_id}") for day in row.days}
    return wanted


def lesson_differences() -> Iterator[str]:
    """Every period of a timetable on file is taken by its teacher, as long as they belong to the class; nothing else."""
    filed = FiledProgramme.objects.unscoped(_REASON).values("training_class")
    sessions = CourseSession.objects.unscoped(_REASON).filter(training_class__in=filed).exclude(teacher=None)
    days = Booking.objects.unscoped(_REASON).filter(reference__startswith="class/")
    there = set(days.values_list("person_id", "day", "reference"))
    wanted = {
        (person, day, period, f"class/{number}")
        for person, day, period, number in sessions.values_list(
            "teacher_id", "day", "period", "training_class_id"
        )
        if (person, day, f"class/{number}") in there
    }
    rows = LessonBooking.objects.unscoped(_REASON).filter(reference__startswith="class/")
    booked = set(rows.values_list("person_id", "day", "period", "reference"))
    for person, day, period, reference in sorted(wanted - booked):
        yield f"人员 {person} 在 {day} 第 {period} 课时按 {reference} 的课表授课，没有占用登记。"
    for person, day, period, reference in sorted(booked - wanted):
        yield f"人员 {person} 在 {day} 第 {period} 课时被 {reference} 占用，课表中没有。"


CHECKS = (
    Check("录取序号与录取人数一致", seat_differences),
    Check("人员占用与录取、应邀一致", booking_differences),
    Check("课时占用与已报备课表一致", lesson_differences),
)
