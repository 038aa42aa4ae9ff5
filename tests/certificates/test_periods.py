"""The 培训课时 on a certificate: teaching and both assessments, nothing else, once for each trainee (AMB-04)."""

from __future__ import annotations

from typing import Any

from gongxue.certificates.models import Certificate
from gongxue.stage3_programme.actions import edit_programme
from gongxue.stage3_programme.queries import programme_of, sessions_of
from tests.cast import ClassAtFixture


def test_other_periods_do_not_count_and_parallel_ones_count_once(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    row = programme_of(c.tc)
    assert row is not None
    one, other = dict.fromkeys(s.teacher_id for s in sessions_of(c.tc) if s.teacher_id)
    sessions: list[Any] = []
    for s in sessions_of(c.tc):
        place = {"day": s.day, "period": s.period, "topic": "", "room": ""}
        lesson = {**place, "kind": s.kind, "module": s.module, "teacher": s.teacher_id}
        if s.day == c.tc.first_day and s.period == 1:  # the opening ceremony
            sessions.append({**place, "kind": "other", "module": "", "topic": "开班式", "teacher": None})
        elif s.day == c.tc.first_day and s.period == 2:
            sessions += [{**lesson, "group": 1, "teacher": one}, {**lesson, "group": 2, "teacher": other}]
        else:
            sessions.append(lesson)
    edit_programme(
        training_class=c.tc,
        seen=row.version,
        sessions=sessions,
        arrangement={"groups": 2},
        by=c.staff,
        now=c.now,
    )
    c.drive_to("issued")
    held = Certificate.objects.unscoped("test").filter(training_class=c.tc)
    assert {certificate.periods for certificate in held} == {55}
