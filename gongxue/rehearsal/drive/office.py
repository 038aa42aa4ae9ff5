"""The class office and the learning products of one class in full: what the demonstration shows of stage 5."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of
from gongxue.regulations.ceremonies import AGENDAS, CeremonyKind
from gongxue.regulations.class_notices import Audience
from gongxue.regulations.levels import modules_of
from gongxue.regulations.lodging import LodgingKind, nights_of_class
from gongxue.regulations.products import WorkMode
from gongxue.regulations.roles import Duty
from gongxue.regulations.staffing import Seat
from gongxue.rehearsal.drive import samples
from gongxue.rehearsal.drive.run import Run, seat_roles, trainee_role
from gongxue.rehearsal.timeline import at
from gongxue.stage5_delivery import actions as delivery
from gongxue.stage5_delivery.models import Assignment, Attendee, LearningProduct
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage5_delivery.queries.lodging import Guest, guests_of, lodgings_of

HOUSE = "学院培训楼"
DAY = timedelta(days=1)


def prepare(run: Run) -> None:
    """Before the first day: the list of materials, both ceremonies planned, the register of lodging, a first notice."""
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    _list_materials(run, at(tc.first_day - 3 * DAY, 15))
    for kind, day, hour in (
        (CeremonyKind.OPENING, tc.first_day, "08:30"),
        (CeremonyKind.CLOSING, tc.last_day, "16:30"),
    ):
        delivery.plan_ceremony(
            training_class=tc, kind=kind, planned_on=day, planned_at=hour, place="报告厅", agenda=AGENDAS[kind],
            speakers="学院领导、授课骨干教师、学员代表", by=by, now=at(tc.first_day - 3 * DAY, 16),
        )  # fmt: skip
    _lodge(run)
    _tell(run, at(tc.first_day - 3 * DAY, 17), "报到须知", "请于开班前一天 14:00 至 20:00 到学院培训楼一层报到，携带身份证和单位介绍信。食宿由学院统一安排，不能按时报到的请提前联系班务管理教师。", discipline=True)  # fmt: skip


def furnish(run: Run, now: datetime) -> None:
    """What a class that was prepared has by `now`, some days after it began."""
    tc = run.tc
    people = attendees_of(tc)
    _opening(run, people)
    _nights(run, day_of(now))
    for attendee in people[::2]:
        delivery.share_contact(attendee=attendee, shared=True, by=_role(attendee), now=at(tc.first_day, 9))
    _tell(
        run,
        at(tc.first_day, 19),
        "第 2 组调整实训室",
        "明天上午第 2 组改在 3 号实训室，其他小组不变。",
        group=2,
    )
    _tell(run, min(at(tc.first_day + 3 * DAY, 18), now), "学习成果提交提醒", "请按任务要求在截止时间前提交，视频可以分段上传，断线后接着传。小组成果由任一成员提交即可。")  # fmt: skip
    _products(run, people, now)


def _role(attendee: Attendee) -> Role:
    return trainee_role(attendee.application.person)


def _list_materials(run: Run, now: datetime) -> None:
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    delivery.add_material(training_class=tc, title="", standard=True, by=by, now=now)
    rows = [
        ("评价项目", "自评", "互评", "教师评价"),
        *((item, "", "", "") for item in ("工作页", "过程", "成果")),
    ]
    delivery.add_material(
        training_class=tc, title="学习任务评价表", note="另有电子版", file=samples.table("学习任务评价表.xlsx", rows), by=by,
        now=now,
    )  # fmt: skip


def _opening(run: Run, people: Sequence[Attendee]) -> None:
    """Held on the first day, one trainee was not there yet; a photograph."""
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    row = delivery.record_ceremony(
        training_class=tc, kind=CeremonyKind.OPENING, held_on=tc.first_day, attended=len(people) - 1, discipline=True,
        seen=1, by=by, now=at(tc.first_day, 11),
    )  # fmt: skip
    delivery.add_photo(ceremony=row, file=samples.picture("开班式.jpg"), by=by, now=at(tc.first_day, 11, 30))


def _tell(
    run: Run, now: datetime, title: str, text: str, *, group: int = 0, discipline: bool = False
) -> None:
    """A notice that most have read within a day."""
    notice = delivery.send_notice(
        training_class=run.tc, title=title, text=text, audience=Audience.GROUP if group else Audience.ALL,
        group=group, discipline=discipline, by=run.staff(Duty.COORDINATOR), now=now,
    )  # fmt: skip
    sent = Message.objects.unscoped("rehearsal").filter(once=notice.message_key).order_by("pk")
    readers = list(sent.values_list("pk", flat=True))
    Message.objects.unscoped("rehearsal").filter(pk__in=readers[: len(readers) * 5 // 6]).update(
        read_at=now + timedelta(hours=1)
    )


def _lodge(run: Run) -> None:
    """Two of one sex in a room, the team too; somebody lives in the town."""
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    nights = nights_of_class(tc.first_day, tc.last_day)
    entered = at(tc.first_day - 2 * DAY, 18)
    guests = guests_of(tc)
    home = list(guests)[2]
    delivery.lodge(
        training_class=tc, people=[home], kind=LodgingKind.HOME, first_night=nights[0], last_night=nights[-1],
        note="家住本市，已报备", by=by, now=entered,
    )  # fmt: skip
    for number, room in enumerate(_rooms({pk: guest for pk, guest in guests.items() if pk != home})):
        delivery.lodge(
            training_class=tc, people=room, kind=LodgingKind.ARRANGED, place=HOUSE, room=f"{3 + number // 10}{number % 10 + 1:02}",
            first_night=nights[0] - DAY, last_night=nights[-1], by=by, now=entered,
        )  # fmt: skip


def _nights(run: Run, today: date) -> None:
    """Every night was looked at; on the second somebody was not there."""
    tc, by = run.tc, run.staff(Duty.COORDINATOR)
    someone = lodgings_of(tc)[6].pk
    past = [night for night in nights_of_class(tc.first_day, tc.last_day) if night < today]
    for number, night in enumerate(past):
        away = number == 1
        delivery.note_night(
            training_class=tc, night=night, absent=[someone] if away else [], reason="送医陪护，已请假" if away else "",
            by=by, now=at(night, 22, 30),
        )  # fmt: skip


def _rooms(guests: dict[int, Guest]) -> list[list[int]]:
    """Person ids in pairs of the same sex, trainees before the team."""
    by_sex: dict[tuple[str, str], list[int]] = {}
    for pk, guest in guests.items():
        by_sex.setdefault((guest.part if not guest.seat else "", guest.person.sex), []).append(pk)
    return [some[i : i + 2] for some in by_sex.values() for i in range(0, len(some), 2)]


# Products --------------------------------------------------------------------------------------------------------------


_SECTIONS = (
    ("学习任务描述", "根据企业的代表性工作任务，完成产品的制作与检验。"),
    ("教学活动", "明确任务，制定计划，实施任务，检查评价。"),
    ("检查评价", "自评、互评与教师评价相结合，依据见学习任务评价表。"),
)


def _products(run: Run, people: Sequence[Attendee], now: datetime) -> None:
    """Work for two assignments, one of them late; one trainee with a second version, a film and what was said of both.

    Only that trainee's have files: each costs a look inside.
    """
    plan, sheets = _assignments(run, now)
    accounts = {a.application.person.account_id: a for a in people}
    author = next(accounts[role.account_id] for role in run.trainees if role.account_id in accounts)
    by, others = _role(author), [a for a in people if a != author]
    for number, attendee in enumerate((*others[:-4], others[-1])):
        handed = (
            plan.due_at + timedelta(hours=3) if number == 6 else plan.due_at - timedelta(hours=2 + number % 9)
        )
        _hand_in(attendee, "学习任务教学活动设计", "含任务描述、教学活动和时间安排。", plan, min(handed, now))
    for attendee in [a for a in others if a.group != author.group][:2]:
        _hand_in(
            attendee, f"第 {attendee.group} 组工作页", "工作页和参考答案。", sheets, at(day_of(now) - DAY, 19)
        )
    first = delivery.hand_in(
        attendee=author, title="学习任务教学活动设计", note="含任务描述和教学活动。", assignment=plan, by=by,
        file=samples.paper("教学活动设计.docx", "学习任务教学活动设计", _SECTIONS[:2]), now=plan.due_at - timedelta(hours=9),
    )  # fmt: skip
    _comment_and_answer(run, first, by, plan.due_at - timedelta(hours=6))
    delivery.hand_in_version(
        product=first, title="学习任务教学活动设计", note="按评语补充了检查评价环节。", by=by, now=plan.due_at - timedelta(hours=1),
        file=samples.paper("教学活动设计-修改稿.docx", "学习任务教学活动设计", _SECTIONS),
    )  # fmt: skip
    talk = delivery.hand_in(
        attendee=author, title="学习任务说课视频", note="讲清学习任务分析和教学活动策划。", by=by, now=at(day_of(now) - DAY, 20),
        file=samples.film("学习任务说课.mp4"),
    )  # fmt: skip
    delivery.comment_product(
        product=talk, text="说课结构完整，字幕清晰。建议再补一段学生活动的片段。", by=seat_roles(run, Seat.INSTRUCTOR)[-1],
        now=at(day_of(now) - DAY, 21),
    )  # fmt: skip


def _hand_in(attendee: Attendee, title: str, note: str, asked: Assignment, now: datetime) -> None:
    delivery.hand_in(attendee=attendee, title=title, note=note, assignment=asked, by=_role(attendee), now=now)


def _assignments(run: Run, now: datetime) -> list[Assignment]:
    """One for each, over since yesterday, and one for groups, open to the last day; set by an instructor."""
    tc, by = run.tc, seat_roles(run, Seat.INSTRUCTOR)[0]
    modules = [module.code for module in modules_of(tc.level_enum)]
    tasks: list[tuple[dict[str, str], list[str]]] = [
        ({"title": "教学活动设计", "says": "选一个学习任务，写出教学活动设计，含任务描述、教学活动和检查评价。", "module": modules[1],
          "mode": WorkMode.INDIVIDUAL, "due": f"{min(tc.first_day + 3 * DAY, day_of(now) - DAY)} 18:00", "most_files": "3"}, ["office", "pdf"]),
        ({"title": "小组工作页", "says": "每组一份学习任务工作页，附参考答案。", "module": modules[2], "mode": WorkMode.GROUP,
          "due": f"{tc.last_day} 12:00", "most_files": "3"}, []),
    ]  # fmt: skip
    return [
        delivery.assign_product(training_class=tc, task=task, kinds=kinds, by=by, now=at(tc.first_day, 17))
        for task, kinds in tasks
    ]


def _comment_and_answer(run: Run, work: LearningProduct, author: Role, now: datetime) -> None:
    said = delivery.comment_product(
        product=work, text="任务描述清楚，教学活动与工作过程对应得好；检查评价环节请写明由谁评、依据什么评。",
        by=seat_roles(run, Seat.INSTRUCTOR)[0], now=now,
    )  # fmt: skip
    delivery.comment_product(
        product=work, text="谢谢老师，这就补上自评、互评和教师评价的分工。", answers=said, by=author, now=now + timedelta(hours=2),
    )  # fmt: skip
