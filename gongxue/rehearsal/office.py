"""The class office and the learning products of one class in full: what the demonstration shows of stage 5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.ceremonies import AGENDAS, CeremonyKind
from gongxue.regulations.class_notices import Audience
from gongxue.regulations.levels import modules_of
from gongxue.regulations.lodging import LodgingKind, nights_of_class
from gongxue.regulations.products import WorkMode
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal import samples
from gongxue.rehearsal.drive import Run
from gongxue.rehearsal.drive.run import seat_roles, trainee_role
from gongxue.rehearsal.timeline import at
from gongxue.stage5_delivery import actions as delivery
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage5_delivery.queries.lodging import Guest, guests_of, lodgings_of

HOUSE = "学院培训楼"
DAY = timedelta(days=1)


def furnish(run: Run, now: datetime) -> None:
    """Everything that a running class has by `now`; the class has been taught for a few days."""
    people = attendees_of(run.tc)
    _materials(run)
    _ceremonies(run, len(people))
    _notices(run, now)
    _lodging(run, day_of(now))
    for attendee in people[::2]:
        by = _role(attendee)
        delivery.share_contact(attendee=attendee, shared=True, by=by, now=at(run.tc.first_day, 9))
    _products(run, people, now)


def _role(attendee: Attendee) -> Role:
    return trainee_role(attendee.application.person)


def _materials(run: Run) -> None:
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    before, arrival = at(tc.first_day - 3 * DAY, 15), at(tc.first_day, 9)
    rows = delivery.add_material(training_class=tc, title="", standard=True, by=by, now=before)
    sheet = samples.table(
        "学习任务评价表.xlsx",
        [
            ("评价项目", "自评", "互评", "教师评价"),
            *((item, "", "", "") for item in ("工作页", "过程", "成果")),
        ],
    )
    rows += delivery.add_material(
        training_class=tc, title="学习任务评价表", note="每组一份，另见电子版", file=sheet, by=by, now=before
    )
    for row in rows[:-1]:
        delivery.hand_out(material=row, everybody=True, by=by, now=arrival)
    leaders = {a.pk: 1 for a in attendees_of(tc)[:5]}
    delivery.hand_out(material=rows[-1], ticks=leaders, by=by, now=arrival)


def _ceremonies(run: Run, people: int) -> None:
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    for kind, day, hour, place in (
        (CeremonyKind.OPENING, tc.first_day, "08:30", "报告厅"),
        (CeremonyKind.CLOSING, tc.last_day, "16:30", "报告厅"),
    ):
        row = delivery.plan_ceremony(
            training_class=tc, kind=kind, planned_on=day, planned_at=hour, place=place, agenda=AGENDAS[kind],
            speakers="学院领导、授课骨干教师、学员代表", by=by, now=at(tc.first_day - 2 * DAY, 16),
        )  # fmt: skip
        if kind is CeremonyKind.OPENING:
            row = delivery.record_ceremony(
                training_class=tc, kind=kind, held_on=day, attended=people - 1, discipline=True, seen=row.version,
                by=by, now=at(day, 11),
            )  # fmt: skip
            delivery.add_photo(ceremony=row, file=samples.picture("开班式.jpg"), by=by, now=at(day, 11, 30))


def _notices(run: Run, now: datetime) -> None:
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    first = tc.first_day
    for moment, audience, title, text in (
        (at(first - 3 * DAY, 17), Audience.ALL, "报到须知", "请于开班前一天 14:00 至 20:00 到学院培训楼一层报到，携带身份证和单位介绍信。食宿由学院统一安排，不能按时报到的请提前联系班务管理教师。"),
        (at(first, 19), Audience.GROUP, "第 2 组调整实训室", "明天上午第 2 组改在 3 号实训室，其他小组不变。"),
        (min(at(first + 3 * DAY, 18), now), Audience.ALL, "学习成果提交提醒", "请按任务要求在截止时间前提交，视频可以分段上传，断线后接着传。小组成果由任一成员提交即可。"),
    ):  # fmt: skip
        delivery.send_notice(
            training_class=tc, title=title, text=text, audience=audience, by=by, now=moment,
            group=2 if audience is Audience.GROUP else 0, discipline=moment < at(first),
        )  # fmt: skip


def _lodging(run: Run, today: date) -> None:
    """Two of one sex in a room, somebody who lives in the town, the team; one evening somebody is not there."""
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    nights = nights_of_class(tc.first_day, tc.last_day)
    entered = at(tc.first_day - DAY, 18)
    guests = guests_of(tc)
    home = next(iter(guests))
    delivery.lodge(
        training_class=tc, people=[home], kind=LodgingKind.HOME, first_night=nights[0], last_night=nights[-1],
        note="家住本市，已报备", by=by, now=entered,
    )  # fmt: skip
    for number, room in enumerate(_rooms({pk: guest for pk, guest in guests.items() if pk != home})):
        delivery.lodge(
            training_class=tc, people=room, kind=LodgingKind.ARRANGED, place=HOUSE, room=f"{3 + number // 10}{number % 10 + 1:02}",
            first_night=nights[0] - DAY, last_night=nights[-1], by=by, now=entered,
        )  # fmt: skip
    rows = [row for row in lodgings_of(tc) if row.kind == LodgingKind.ARRANGED]
    for number, night in enumerate(night for night in nights if night < today):
        missing = [rows[6].pk] if number == 1 else []
        delivery.note_night(
            training_class=tc, night=night, absent=missing, reason="送医陪护，已向班务管理教师请假" if missing else "",
            by=by, now=at(night, 22, 30),
        )  # fmt: skip


def _rooms(guests: dict[int, Guest]) -> list[list[int]]:
    """Person ids in pairs of the same sex, trainees before the team."""
    by_sex: dict[tuple[str, str], list[int]] = {}
    for pk, guest in guests.items():
        by_sex.setdefault((guest.part if not guest.seat else "", guest.person.sex), []).append(pk)
    return [some[i : i + 2] for some in by_sex.values() for i in range(0, len(some), 2)]


# Products --------------------------------------------------------------------------------------------------------------


def _products(run: Run, people: Sequence[Attendee], now: datetime) -> None:
    """One assignment of each mode; most have handed in, one late, one in a second version; comments and answers."""
    plan, talk = _assignments(run, now)
    for number, attendee in enumerate(people[:-3]):
        late = number == 7
        _hand_in_plan(attendee, plan, number, min(plan.due_at + timedelta(hours=3 if late else -4), now))
    again = min(plan.due_at - timedelta(hours=1), now)
    first = LearningProduct.objects.inside(assignment=plan, attendee=people[0]).get()
    delivery.hand_in_version(
        product=first, title="教学活动设计（修改稿）", note="按评语补充了检查评价环节。", by=_role(people[0]), now=again,
        file=samples.paper("教学活动设计-修改稿.docx", "学习任务教学活动设计", _SECTIONS),
    )  # fmt: skip
    work = delivery.hand_in(
        attendee=people[0], title="第 1 组说课视频", note="全组合作完成，由组长讲解。", assignment=talk,
        file=samples.film("第1组说课.mp4"), by=_role(people[0]), now=now - timedelta(hours=2),
    )  # fmt: skip
    _talk_about(run, [first, work], people[0], now)


_SECTIONS = (
    ("学习任务描述", "根据企业的代表性工作任务，完成零件的加工与检验。"),
    ("教学活动", "明确任务，制定计划，实施任务，检查评价。"),
    ("检查评价", "自评、互评与教师评价相结合，依据见学习任务评价表。"),
)


def _assignments(run: Run, now: datetime) -> tuple[Assignment, Assignment]:
    """Individual and over, of a group and still open; set on the first day by an instructor."""
    tc = run.tc
    by = seat_roles(run, Seat.INSTRUCTOR)[0]
    modules = [module.code for module in modules_of(tc.level_enum)]
    due = min(tc.first_day + 3 * DAY, day_of(now) - DAY)
    made = [
        delivery.assign_product(
            training_class=tc, by=by, now=at(tc.first_day, 17), kinds=kinds,
            task={"title": title, "says": says, "module": module, "mode": mode, "due": f"{day} 18:00", "most_files": "3"},
        )
        for title, says, module, mode, day, kinds in (
            ("教学活动设计", "选一个学习任务，写出教学活动设计，含任务描述、教学活动和检查评价。", modules[1], WorkMode.INDIVIDUAL, due, ["office", "pdf"]),
            ("小组说课视频", "每组一段说课视频，讲清学习任务分析和教学活动策划，五分钟以内。", modules[2], WorkMode.GROUP, tc.last_day, ["video"]),
        )
    ]  # fmt: skip
    return made[0], made[1]


def _hand_in_plan(attendee: Attendee, plan: Assignment, number: int, now: datetime) -> None:
    """The first with a file, the others in words: every file costs a look inside."""
    file = samples.paper("教学活动设计.docx", "学习任务教学活动设计", _SECTIONS[:2]) if number == 0 else None
    delivery.hand_in(
        attendee=attendee, title="学习任务教学活动设计", note="含任务描述、教学活动和时间安排。", assignment=plan, file=file,
        by=_role(attendee), now=now,
    )  # fmt: skip


def _talk_about(run: Run, works: Sequence[LearningProduct], author: Attendee, now: datetime) -> None:
    """Instructors comment, the author answers. What was said of the first version was said before the second."""
    one, other = seat_roles(run, Seat.INSTRUCTOR)[:2]
    by = _role(author)
    said = delivery.comment_product(
        product=works[0], text="任务描述清楚，教学活动与工作过程对应得好；检查评价环节请写明由谁评、依据什么评。", by=one,
        now=now - timedelta(hours=20),
    )  # fmt: skip
    delivery.comment_product(
        product=works[0], text="谢谢老师，修改稿补上了自评、互评和教师评价的分工。", answers=said, by=by, now=now - timedelta(hours=18)
    )  # fmt: skip
    delivery.comment_product(
        product=works[1], text="说课结构完整，字幕清晰。建议再补一分钟学生活动的片段。", by=other, now=now - timedelta(hours=1)
    )  # fmt: skip
