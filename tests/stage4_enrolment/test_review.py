"""Opinions and decisions, as acts and through the pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.stage4_enrolment.actions import (
    admit_applicant,
    close_enrolment,
    give_opinion,
    put_on_waiting_list,
    reject_applicant,
    withdraw_application,
)
from gongxue.stage4_enrolment.models import Application, Opinion
from gongxue.stage4_enrolment.queries import enrolment_of, latest_opinions
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.stage4_enrolment.conftest import application_of, applied, newcomers, scan

AtTime = Callable[[datetime], None]


def one(class_at: ClassAtFixture, at_time: AtTime, **more: object) -> tuple[ClassAt, Application]:
    c = class_at("announced")
    at_time(c.now)
    return c, applied(c, c.people.trainee, **more)  # type: ignore[arg-type]


def state(c: ClassAt, application: Application) -> str:
    return str(Application.objects.unscoped("test").get(pk=application.pk).state)


# Opinions -------------------------------------------------------------------------------------------------------------


def test_only_the_instructors_of_the_class_give_opinions(class_at: ClassAtFixture, at_time: AtTime) -> None:
    c, application = one(class_at, at_time, opinions=())
    with pytest.raises(NotAllowed, match="授课骨干教师"):
        give_opinion(application=application, agrees=True, by=c.examiners[0], now=c.now)
    with pytest.raises(NotThere):
        give_opinion(application=application, agrees=True, by=c.people.expert, now=c.now)
    with pytest.raises(NotAllowed):
        give_opinion(application=application, agrees=True, by=c.staff, now=c.now)


def test_disagreeing_needs_a_reason_and_a_changed_mind_is_another_row(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time, opinions=())
    first = c.instructors[0]
    with pytest.raises(RuleBroken, match="写明原因"):
        give_opinion(application=application, agrees=False, comment="  ", by=first, now=c.now)
    give_opinion(application=application, agrees=False, comment="专业不符", by=first, now=c.now)
    give_opinion(application=application, agrees=True, by=first, now=c.now)
    assert Opinion.objects.inside(application=application).count() == 2
    assert [o.agrees for o in latest_opinions(application).values()] == [True]


def test_opinions_through_the_page(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c, application = one(class_at, at_time, opinions=())
    client = signed_in(c.instructors[0])
    where = reverse("enrolment.give_opinion", args=[application.pk])
    detail = reverse("applicant", args=[application.pk])
    assert where in client.get(detail).content.decode()
    assert where not in signed_in(c.staff).get(detail).content.decode()
    assert client.post(where, {"agrees": "false", "comment": ""}).status_code == 422
    assert (
        client.post(
            where, {"agrees": "false", "comment": "专业不符", "once": "o1", "next": detail}
        ).status_code
        == 302
    )
    assert "专业不符" in client.get(detail).content.decode()


def test_opinions_on_many_at_once(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c, application = one(class_at, at_time, opinions=())
    roles = newcomers(c, 2)
    rows = [application, *(applied(c, role, opinions=()) for role in roles)]
    withdraw_application(application=rows[2], by=roles[1], now=c.now)
    client = signed_in(c.instructors[1])
    answer = client.post(
        reverse("applicants.agree", args=[c.tc.pk]), {"pick": [r.pk for r in rows], "once": "a1"}
    )
    assert answer.status_code == 200
    words = answer.content.decode()
    assert "已办理 2 人" in words
    assert "不再征求意见" in words
    assert Opinion.objects.inside(training_class=c.tc).count() == 2
    assert signed_in(c.staff).post(reverse("applicants.agree", args=[c.tc.pk])).status_code == 403
    assert signed_in(c.examiners[0]).post(reverse("applicants.agree", args=[c.tc.pk])).status_code == 403


# Decisions ------------------------------------------------------------------------------------------------------------


def test_nobody_is_admitted_before_employer_and_instructors_have_spoken(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time, endorsed=False, opinions=(True,))
    with pytest.raises(RuleBroken) as refused:
        admit_applicant(application=application, by=c.staff, now=c.now)
    says = [breach.says for breach in refused.value.breaches]
    assert says == ["还没有工作单位意见。", "授课骨干教师的审核意见还差 1 份。"]


def test_an_opinion_of_somebody_who_is_no_instructor_any_more_does_not_count(
    class_at: ClassAtFixture, at_time: AtTime
) -> None:
    from gongxue.stage2_staffing.models import Invitation

    c, application = one(class_at, at_time)
    Invitation.objects.unscoped("test").filter(
        training_class=c.tc, person__account=c.instructors[0].account_id
    ).update(seat="examiner", number=9)
    with pytest.raises(RuleBroken) as refused:
        admit_applicant(application=application, by=c.staff, now=c.now)
    assert [b.rule for b in refused.value.breaches] == ["application.opinion"]
    assert "还差 1 份" in refused.value.breaches[0].says, "the seat is vacant: the successor is asked as well"


def test_against_an_opinion_only_with_a_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time, opinions=(True, False))
    client, where = signed_in(c.staff), reverse("enrolment.admit", args=[application.pk])
    detail = client.get(reverse("applicant", args=[application.pk])).content.decode()
    assert "仍予录取的理由" in detail
    refused = client.post(where, {"reason": "  "})
    assert refused.status_code == 422
    assert "不同意录取" in refused.content.decode()
    bulk = client.post(
        reverse("applicants.decide", args=[c.tc.pk]),
        {"pick": [application.pk], "act": "enrolment.admit", "reason": "写在别处的理由"},
    )
    assert "不同意录取" in bulk.content.decode(), "nobody is admitted against an opinion in passing"
    assert client.post(where, {"reason": "复核后认为经历足够", "once": "d1"}).status_code == 302
    assert state(c, application) == "admitted"


def test_rejecting_needs_a_reason(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c, application = one(class_at, at_time)
    client, where = signed_in(c.staff), reverse("enrolment.reject", args=[application.pk])
    assert client.post(where, {"reason": " "}).status_code == 422
    assert client.post(where, {"reason": "专业不符"}).status_code == 302
    assert state(c, application) == "rejected"


@pytest.mark.postgresql
def test_a_text_that_no_database_keeps_is_refused(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time)
    client = signed_in(c.staff)
    sent = {"reason": "专业\x00不符"}
    assert client.post(reverse("enrolment.reject", args=[application.pk]), sent).status_code == 422
    bulk = {"pick": [application.pk], "act": "enrolment.reject", "reason": "\x00"}
    assert client.post(reverse("applicants.decide", args=[c.tc.pk]), bulk).status_code == 200
    assert (
        client.get(reverse("applicants", args=[c.tc.pk]), {"q": "\x00", "state": "\x00"}).status_code == 200
    )
    assert state(c, application) == "submitted"


def test_somebody_of_the_team_is_not_admitted(class_at: ClassAtFixture, at_time: AtTime) -> None:
    from gongxue.foundation.identity.models import Role
    from gongxue.regulations.roles import Duty

    c = class_at("announced")
    teacher = c.examiners[0]
    role = Role.objects.create(
        account=teacher.account, organisation=teacher.organisation, duty=Duty.TRAINEE, since=c.now.date()
    )
    c.run.cast.staff(teacher.organisation, Duty.SCHOOL)
    with pytest.raises(RuleBroken, match="骨干教师不能同时参训"):
        admit_applicant(application=applied(c, role), by=c.staff, now=c.now)


def test_nobody_is_in_two_classes_on_the_same_days(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("announced"), Plan("announced", "017", "1", "信息类"))
    trainee = mine.people.trainee
    admit_applicant(application=applied(mine, trainee), by=mine.staff, now=mine.now)
    second = applied(theirs, trainee)
    with pytest.raises(RuleBroken, match="已有其他培训任务"):
        admit_applicant(application=second, by=theirs.staff, now=theirs.now)
    assert state(theirs, second) == "submitted", "nothing of the refused admission stays"


def test_nobody_is_admitted_once_the_class_has_begun(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    application = _submitted_late(c)
    c.drive_to("started")
    with pytest.raises(RuleBroken, match="培训已经开始"):
        admit_applicant(application=application, by=c.staff, now=c.now)


def _submitted_late(c: ClassAt) -> Application:
    """Somebody who is still undecided; enrolment is closed, so it cannot come about by the acts."""
    trainee = c.trainees[3]
    application = application_of(c, trainee)
    withdraw_application(application=application, by=trainee, now=c.now)
    Application.objects.unscoped("test").filter(pk=application.pk).update(state="submitted")
    return application_of(c, trainee)


def test_foreign_staff_decide_nothing(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c, application = one(class_at, at_time)
    other = c.people.changzhou.staff
    for act in (admit_applicant, put_on_waiting_list):
        with pytest.raises(NotThere):
            act(application=application, by=other, now=c.now)
    with pytest.raises(NotThere):
        reject_applicant(application=application, reason="x", by=other, now=c.now)
    for role in (c.people.trainee, c.instructors[0], c.province, c.people.centre, c.coordinator):
        with pytest.raises(NotAllowed):
            admit_applicant(application=application, by=role, now=c.now)
    assert signed_in(other).post(reverse("enrolment.admit", args=[application.pk])).status_code == 404
    assert (
        signed_in(other)
        .post(reverse("applicants.decide", args=[c.tc.pk]), {"act": "enrolment.admit"})
        .status_code
        == 404
    )


def test_unknown_decisions_are_not_there(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, _ = one(class_at, at_time)
    client = signed_in(c.staff)
    for act in ("", "enrolment.withdraw", "planning.publish"):
        assert client.post(reverse("applicants.decide", args=[c.tc.pk]), {"act": act}).status_code == 404
    assert client.get(reverse("applicants.decide", args=[c.tc.pk])).status_code == 405


def test_several_decisions_at_once_list_what_could_not_be_done_and_why(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, ready = one(class_at, at_time)
    unendorsed, waiting = (
        applied(c, r, endorsed=e, opinions=(True, True))
        for r, e in zip(newcomers(c, 2), (False, True), strict=True)
    )
    client, where = signed_in(c.staff), reverse("applicants.decide", args=[c.tc.pk])
    sent = {"pick": [ready.pk, unendorsed.pk], "act": "enrolment.admit", "once": "k1"}
    for _ in range(2):  # the second time the same answer, without a second effect
        words = client.post(where, sent).content.decode()
        assert "已办理 1 人" in words
        assert unendorsed.person.name in words
        assert "还没有工作单位意见" in words
    assert state(c, ready) == "admitted"
    assert state(c, unendorsed) == "submitted"
    assert client.post(where, {"pick": [waiting.pk], "act": "enrolment.wait"}).status_code == 302
    assert state(c, waiting) == "waiting"
    words = client.post(
        where, {"pick": [unendorsed.pk, waiting.pk], "act": "enrolment.reject"}
    ).content.decode()
    assert "须写明理由" in words
    sent = {"pick": [unendorsed.pk, waiting.pk], "act": "enrolment.reject", "reason": "专业不符"}
    assert client.post(where, sent).status_code == 302
    assert {state(c, unendorsed), state(c, waiting)} == {"rejected"}


# The list, the detail, the workbook -----------------------------------------------------------------------------------


def test_the_list_is_filtered_by_state_endorsement_opinions_and_name(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, ready = one(class_at, at_time)
    roles = newcomers(c, 3)
    unendorsed = applied(c, roles[0], endorsed=False, opinions=())
    against = applied(c, roles[1], opinions=(True, False))
    waits = put_on_waiting_list(application=applied(c, roles[2], opinions=(True,)), by=c.staff, now=c.now)
    client, where = signed_in(c.staff), reverse("applicants", args=[c.tc.pk])

    def shown(role: object = None, **query: str) -> set[int]:
        page = (signed_in(role) if role else client).get(where, query)  # type: ignore[arg-type]
        assert page.status_code == 200
        return {row.application.pk for row in page.context["page"]}

    every = {ready.pk, unendorsed.pk, against.pk, waits.pk}
    assert shown() == every
    assert shown(state="waiting") == {waits.pk}
    assert shown(endorsed="no") == {unendorsed.pk}
    assert shown(opinion="against") == {against.pk}
    assert shown(opinion="missing") == {unendorsed.pk, waits.pk}
    assert shown(opinion="agreed") == {ready.pk}
    assert shown(c.instructors[1], opinion="mine") == {unendorsed.pk, waits.pk}
    assert shown(q=ready.person.name) == {ready.pk}
    assert shown(state="draft") == set()
    assert shown(state="nonsense") == set()
    assert shown(opinion="nonsense", endorsed="nonsense", page="-1") == every


def test_id_numbers_and_phones_are_masked_everywhere(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time)
    person = application.person
    pages = [
        reverse("applicants", args=[c.tc.pk]),
        reverse("applicant", args=[application.pk]),
        reverse("needs", args=[c.tc.pk]),
    ]
    for role in (c.staff, c.instructors[0], c.province, c.people.centre, c.people.oversight):
        for where in pages:
            words = signed_in(role).get(where).content.decode()
            assert person.id_number.reveal() not in words, where
            assert person.phone not in words, where
    assert str(person.id_number) in signed_in(c.staff).get(pages[1]).content.decode()


def test_address_and_mail_are_for_those_who_work_with_the_applicant(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time)
    where = reverse("applicant", args=[application.pk])
    for role, sees in (
        (c.staff, True),
        (c.instructors[0], True),
        (c.province, False),
        (c.people.centre, False),
    ):
        assert ("学院路1号" in signed_in(role).get(where).content.decode()) is sees


def test_the_institution_uploads_a_scan_for_the_applicant(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time, endorsed=False)
    client = signed_in(c.staff)
    where = reverse("enrolment.attach_endorsement", args=[application.pk])
    refused = client.post(where, {"scan": scan("意见.txt")})
    assert refused.status_code == 422
    assert "不接受" in refused.content.decode()
    assert client.post(where, {"scan": scan()}).status_code == 302
    assert admit_applicant(application=application, by=c.staff, now=c.now).admitted


def test_the_workbook_lists_the_applicants_without_numbers(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c, application = one(class_at, at_time, opinions=(True, False))
    answer = signed_in(c.staff).get(reverse("applicants.xlsx", args=[c.tc.pk]))
    assert answer.status_code == 200
    rows = list(openpyxl.load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))
    assert rows[1][:3] == ("序号", "姓名", "性别")
    assert rows[2][1] == application.person.name
    assert "不同意（教学经历不足一年）" in rows[2][12]
    text = str(rows)
    assert application.person.id_number.reveal() not in text
    assert application.person.phone not in text


def test_after_closing_the_instructors_are_asked(class_at: ClassAtFixture) -> None:
    from gongxue.exchange.models import Message

    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    close_enrolment(enrolment=notice, by=c.staff, now=c.now)
    told = Message.objects.unscoped("test").filter(kind="enrolment.opinion")
    assert {m.link for m in told} == {f"/classes/{c.tc.pk}/applicants/"}
    assert len(told) == 2
