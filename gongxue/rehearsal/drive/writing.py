"""Stage 3: the programme is written, confirmed, submitted, filed."""

from __future__ import annotations

from datetime import datetime

from gongxue.regulations.levels import modules_of
from gongxue.regulations.lifecycle import InvitationState
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive.run import Run, seat_roles
from gongxue.stage2_staffing.models import Invitation
from gongxue.stage3_programme import actions as programme
from gongxue.stage3_programme.queries import programme_of


def write_programme(run: Run, now: datetime) -> None:
    """Six sections and a timetable over all modules and both assessments."""
    tc = run.tc
    title = f"{tc.level_title}{tc.category_title}"
    programme.edit_programme(
        training_class=tc, seen=0, by=run.staff(Duty.INSTITUTION), now=now,
        sections={
            "objectives": f"使参训教师胜任工学一体化{title}教学的代表性工作任务，能独立完成并应用于本校教学实践。",
            "course_plan": "按培训标准规定的课程和模块，以任务为导向，理论与实践相融合，采用分组讨论、案例解析、翻转课堂。",
            "assessment_plan": "过程性考核由 2 名授课骨干教师对学习成果评分；终结性考核由 3 名考核骨干教师线上评分。",
            "materials": "《技工院校工学一体化教师培训指导手册》，学习任务工作页、信息页样例。",
            "venue": f"{run.institution.name}工学一体化学习工作站（30 工位），多媒体、网络、录播设备齐备。",
            "logistics": "统一安排食宿，每日班务管理教师跟班；报到时签署纪律承诺。",
        },
        venue_declared=True,
        sessions=timetable(run),
    )  # fmt: skip


def timetable(run: Run) -> list[programme.SessionRow]:
    """Eight periods a day: modules in turn, process assessment on the last day's morning, final in the afternoon."""
    tc, edition = run.tc, run.tc.edition
    modules = [m.code for m in modules_of(tc.level_enum)] or [""]
    instructors = Invitation.objects.inside(
        training_class=tc, seat=Seat.INSTRUCTOR, state=InvitationState.ACCEPTED
    )
    team: list[int | None] = list(instructors.order_by("number").values_list("person_id", flat=True)) or [
        None
    ]
    rows: list[programme.SessionRow] = []
    days = tc.days_list[: tc.days]
    for i, day in enumerate(days):
        last = i == len(days) - 1
        for period in range(1, edition.periods_a_day + 1):
            kind = ("process" if period <= 4 else "final") if last else "course"
            module = modules[(i * 2 + (period > 4)) % len(modules)] if kind == "course" else ""
            topic = "骨干教师培训专题" if kind == "course" and not module else ""
            rows.append(
                {
                    "day": day,
                    "period": period,
                    "kind": kind,
                    "module": module,
                    "topic": topic,
                    "teacher": team[(i + (period > 4)) % len(team)] if kind != "final" else None,
                    "room": "学习工作站",
                }
            )
    return rows


def confirm_programme(run: Run, now: datetime) -> None:
    """Both instructors stand by it."""
    for role in seat_roles(run, Seat.INSTRUCTOR):
        row = programme_of(run.tc)
        if row is not None:
            programme.confirm_programme(programme=row, seen=row.version, by=role, now=now)


def submit_programme(run: Run, now: datetime) -> None:
    """To the province."""
    row = programme_of(run.tc)
    if row is not None:
        programme.submit_programme(programme=row, seen=row.version, by=run.staff(Duty.INSTITUTION), now=now)


def file_programme(run: Run, now: datetime) -> None:
    """The province approves."""
    row = programme_of(run.tc)
    if row is not None:
        programme.file_programme(programme=row, seen=row.version, by=run.province, now=now)
