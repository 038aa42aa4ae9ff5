"""Messages of stage 5."""

from __future__ import annotations

from datetime import datetime

from gongxue.exchange.notices import send
from gongxue.parties.queries import role_of_person, roles_of_people
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage1_planning.notices import class_link
from gongxue.stage5_delivery.models import Attendee


def absence_warned(attendee: Attendee, counted: int, is_barred: bool, now: datetime) -> None:
    """To the trainee: close to the limit, or over it (TR 12)."""
    says = "已超过规定，不能参加考核" if is_barred else "再缺课将不能参加考核"
    send(
        role_of_person(attendee.application.person, Duty.TRAINEE),
        subject=f"您已缺课 {counted} 课时，{says}",
        body="如与实际不符，请联系班务管理教师核对考勤。",
        kind="delivery.call_roll",
        link=class_link(attendee.training_class),
        now=now,
    )


def begun(training_class: TrainingClass, attendees: list[Attendee], now: datetime) -> None:
    """To every admitted trainee: the class has begun."""
    people = [attendee.application.person for attendee in attendees]
    send(
        roles_of_people(people, Duty.TRAINEE).values(),
        subject=f"已开班：{training_class}",
        body="请按时报到并签署纪律承诺。",
        kind="delivery.start",
        link=class_link(training_class),
        now=now,
    )
