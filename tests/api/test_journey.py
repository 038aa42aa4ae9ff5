"""A class goes from a reported plan to its certificates through the API alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.levels import Level, modules_of
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.forms import form1_answers, form2_answers
from tests.api.conftest import Caller, Clock
from tests.cast import People

FIRST = date(2023, 6, 12)
LAST = date(2023, 6, 18)


def _day(offset: int) -> date:
    return FIRST + timedelta(days=offset)


def _role_of(person_id: int, duty: Duty) -> Role:
    return Role.objects.select_related("account", "organisation").get(
        account__person__pk=person_id, duty=duty, until=None
    )


def _plan(cast: People, call: dict[str, Caller], moment: Clock) -> int:
    moment.set(date(2022, 10, 15))
    round_ = call["centre"].post(
        "/planning/open-round", year=2023, half=1, opens_on="2022-10-15", closes_on="2022-12-01"
    )
    line = call["staff"].post(
        f"/reporting-rounds/{round_['id']}/add-line", level="3", category="01", first_day=FIRST, last_day=LAST,
        days=7, headcount=2, scope="面向全国技工院校",
    )  # fmt: skip
    call["staff"].post(f"/reporting-rounds/{round_['id']}/submit")
    seen = call["province"].get(f"/training-classes/{line['id']}")["version"]
    call["province"].post(f"/training-classes/{line['id']}/approve", seen=seen)
    call["province"].post(f"/reporting-rounds/{round_['id']}/report")
    edition = call["centre"].post(f"/reporting-rounds/{round_['id']}/publish")
    assert edition["number"] == 1
    return int(line["id"])


def _staff(
    call: dict[str, Caller], caller: Callable[[Role], Caller], tc: int, moment: Clock
) -> dict[str, list[Caller]]:
    moment.set(_day(-48))
    call["staff"].post(f"/training-classes/{tc}/open", remarks="盼支持")
    rows = call["staff"].post(f"/training-classes/{tc}/recommend")
    chosen = {row["person_id"]: row["seat"] for row in rows if row["chosen"]}
    assert sorted(chosen.values()) == ["examiner"] * 3 + ["instructor"] * 2
    invitations = call["staff"].post(f"/training-classes/{tc}/invite", people=chosen)
    team: dict[str, list[Caller]] = {"instructor": [], "examiner": []}
    for invitation in invitations:
        teacher = caller(_role_of(invitation["person_id"], Duty.BACKBONE))
        teacher.post(f"/invitations/{invitation['id']}/accept")
        team[invitation["seat"]].append(teacher)
    return team


def _timetable() -> list[dict[str, Any]]:
    modules = [m.code for m in modules_of(Level.THREE)]
    rows = []
    for i in range(7):
        for period in range(1, 9):
            kind = "course" if i < 6 else "process" if period <= 4 else "final"
            module = modules[i % len(modules)] if kind == "course" else ""
            rows.append(
                {
                    "day": _day(i),
                    "period": period,
                    "kind": kind,
                    "module": module,
                    "topic": "",
                    "teacher": None,
                    "room": "",
                }
            )
    return rows


def _programme(call: dict[str, Caller], team: dict[str, list[Caller]], tc: int, moment: Clock) -> None:
    moment.set(_day(-40))
    sections = dict.fromkeys(
        ("objectives", "course_plan", "assessment_plan", "materials", "venue", "logistics"), "按培训标准执行"
    )
    row = call["staff"].post(f"/training-classes/{tc}/edit", seen=0, sections=sections, sessions=_timetable())
    for teacher in team["instructor"]:
        teacher.post(f"/programmes/{row['id']}/confirm", seen=row["version"])
    row = call["staff"].post(f"/programmes/{row['id']}/submit", seen=row["version"])
    call["province"].post(f"/programmes/{row['id']}/file", seen=row["version"])


def _enrol(cast: People, call: dict[str, Caller], caller: Callable[[Role], Caller], team: dict[str, list[Caller]],
           tc: int, moment: Clock) -> list[Caller]:  # fmt: skip
    import random

    moment.set(_day(-30))
    notice = call["staff"].post(
        f"/training-classes/{tc}/edit-notice", text="招生通知", contact="培训处", closes_on=_day(-10), seen=0
    )
    call["staff"].post(f"/enrolments/{notice['id']}/publish")
    trainees = [caller(cast.trainee), caller(cast.stranger)]
    schools = [caller(cast.school), caller(cast.far_school)]
    applications = []
    for trainee, school in zip(trainees, schools, strict=True):
        answers = form1_answers(Level.THREE, random.Random(3))
        application = trainee.post(f"/enrolments/{notice['id']}/save", answers=answers)
        trainee.post(f"/applications/{application['id']}/submit")
        school.post(f"/applications/{application['id']}/endorse")
        applications.append(application["id"])
    call["staff"].post(f"/enrolments/{notice['id']}/close")
    for application in applications:
        for teacher in team["instructor"]:
            teacher.post(f"/applications/{application}/give-opinion", agrees=True)
        call["staff"].post(f"/applications/{application}/admit")
    return trainees


def _deliver(call: dict[str, Caller], trainees: list[Caller], tc: int, moment: Clock) -> list[int]:
    moment.set(FIRST, 8)
    call["staff"].post(f"/training-classes/{tc}/start")
    attendees = [row["id"] for row in call["staff"].get(f"/attendees?training_class_id={tc}")["items"]]
    for attendee in attendees:
        call["coordinator"].post(f"/attendees/{attendee}/check-in", pledged=True)
    call["coordinator"].post(f"/training-classes/{tc}/group", groups=dict.fromkeys(attendees, 1))
    for i in range(7):
        moment.set(_day(i), 18)
        for period in range(1, 9):
            called = call["coordinator"].post(
                f"/training-classes/{tc}/call-roll", day=_day(i), period=period,
                presences=dict.fromkeys(attendees, "present"),
            )  # fmt: skip
            assert called == len(attendees)
    for trainee in trainees:
        own = trainee.get("/attendees")["items"]
        assert len(own) == 1
        response = trainee.client.post(
            f"/api/v1/attendees/{own[0]['id']}/hand-in", {"title": "学习任务设计"}, headers=trainee._headers()
        )
        assert response.status_code == 200, response.content.decode()
    return attendees


def test_a_class_lives_through_the_api(
    cast: People, caller: Callable[[Role | None], Caller], moment: Clock
) -> None:
    call = {
        "centre": caller(cast.centre), "province": caller(cast.hebei), "staff": caller(cast.xingtai.staff),
        "coordinator": caller(cast.xingtai.coordinator), "officer": caller(cast.xingtai.certificate_officer),
    }  # fmt: skip
    tc = _plan(cast, call, moment)
    team = _staff(call, caller, tc, moment)
    _programme(call, team, tc, moment)
    trainees = _enrol(cast, call, caller, team, tc, moment)
    attendees = _deliver(call, trainees, tc, moment)
    for attendee in attendees:
        for teacher in team["instructor"]:
            teacher.post(f"/attendees/{attendee}/score-process", mark="80")
        for teacher in team["examiner"]:
            teacher.post(f"/attendees/{attendee}/score-final", mark="75.5")
    call["coordinator"].post(f"/training-classes/{tc}/finish")
    for trainee in trainees:
        import random

        trainee.post(f"/training-classes/{tc}/answer", answers=form2_answers(Level.THREE, random.Random(1)))
    moment.set(_day(8))
    results = call["staff"].post(f"/training-classes/{tc}/confirm")
    assert results["state"] == "confirmed"
    issued = call["officer"].post(f"/training-classes/{tc}/issue")
    assert [row["number"] for row in issued] == ["130092023063001", "130092023063002"]
    trainees[0].post(f"/certificates/{issued[0]['id']}/download")
    call["staff"].post(f"/training-classes/{tc}/close", ceremony_on=LAST)
    assert call["centre"].get(f"/training-classes/{tc}")["stage"] == 8
    shown = call["centre"].get(f"/training-classes/{tc}/certificates")["items"]
    assert [row["serial"] for row in shown] == ["1300900001", "1300900002"]
