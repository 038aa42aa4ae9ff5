"""The employer's opinion: own teachers only, never one's own application, one or many at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.official_forms.form1 import ENDORSEMENT
from gongxue.regulations.roles import Duty
from gongxue.stage4_enrolment.actions import endorse_application
from tests.cast import ClassAtFixture, SignedIn
from tests.stage4_enrolment.conftest import application_of, applied, begun, newcomers, school_of

AtTime = Callable[[datetime], None]


def test_only_the_employer_endorses(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    application = applied(c, c.people.trainee, endorsed=False, opinions=())
    with pytest.raises(NotThere):
        endorse_application(application=application, by=c.people.far_school, now=c.now)
    endorsed = endorse_application(application=application, by=c.people.school, now=c.now)
    assert endorsed.is_endorsed
    again = endorse_application(application=application, by=c.people.school, now=c.now)
    assert again.version == endorsed.version, "agreeing twice changes nothing"


def test_nobody_endorses_their_own_application(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    trainee = c.people.trainee
    own = Role.objects.create(
        account=trainee.account, organisation=trainee.organisation, duty=Duty.SCHOOL, since=c.now.date()
    )
    application = applied(c, trainee, endorsed=False, opinions=())
    with pytest.raises(RuleBroken, match="自己的申请"):
        endorse_application(application=application, by=own, now=c.now)
    page = signed_in(own).get(reverse("endorsements")).content.decode()
    assert "由本单位其他人员办理" in page
    assert reverse("enrolment.endorse", args=[application.pk]) not in page


def test_the_page_shows_the_text_the_teachers_and_what_is_done(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    application = applied(c, c.people.trainee, endorsed=False, opinions=())
    draft = begun(c, newcomers(c, 1)[0])
    client = signed_in(c.people.school)
    words = client.get(reverse("endorsements")).content.decode()
    assert ENDORSEMENT in words
    assert application.person.name in words
    assert draft.person.name not in words, "a draft is invisible to the school"
    assert application.person.id_number.reveal() not in words
    assert "学院路1号" not in words, "the address is no business of the school"
    client.post(reverse("enrolment.endorse", args=[application.pk]), {"once": "e1"})
    assert application_of(c, c.people.trainee).is_endorsed
    assert "平台同意" in client.get(reverse("endorsements")).content.decode()
    assert client.get(reverse("applicant", args=[application.pk])).status_code == 403


def test_several_at_once_list_what_could_not_be_done(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    trainee, (far, other) = c.people.trainee, (c.people.stranger, newcomers(c, 1)[0])
    own = Role.objects.create(
        account=other.account, organisation=other.organisation, duty=Duty.SCHOOL, since=c.now.date()
    )
    rows = [applied(c, role, endorsed=False, opinions=()) for role in (trainee, far, other)]
    client = signed_in(own)
    sent = {"pick": [str(row.pk) for row in rows] + ["x", "9" * 30], "once": "b1"}
    answer = client.post(reverse("endorsements.selected"), sent, follow=True).content.decode()
    assert application_of(c, trainee).is_endorsed
    assert not application_of(c, far).is_endorsed, "another school's teacher is not there"
    assert not application_of(c, other).is_endorsed
    assert "已为 1 人出具单位意见" in answer
    assert f"{other.account.name}：不能为自己的申请出具单位意见" in answer
    events = Event.objects.unscoped("test").filter(code="enrolment.endorse").count()
    client.post(reverse("endorsements.selected"), sent)
    assert Event.objects.unscoped("test").filter(code="enrolment.endorse").count() == events
    nothing = client.post(reverse("endorsements.selected"), {"once": "b2"}, follow=True)
    assert "请先勾选" in nothing.content.decode()


def test_a_decided_application_needs_no_opinion(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    application = application_of(c, c.trainees[0])
    with pytest.raises(RuleBroken, match="无须单位意见"):
        endorse_application(application=application, by=school_of(c.trainees[0]), now=c.now)
