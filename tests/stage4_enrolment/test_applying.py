"""Form 1 as an act: drafts, submission, the closing day, withdrawal."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Booking
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import Involvement
from gongxue.stage4_enrolment.actions import save_application, submit_application, withdraw_application
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import counts_of, enrolment_of
from tests.cast import ClassAt, ClassAtFixture, at
from tests.stage4_enrolment.conftest import answers_for, application_of, applied, begun


def save(
    c: ClassAt, answers: dict[str, Any], *, by: Role | None = None, now: datetime | None = None, seen: int = 0
) -> Application:
    notice = enrolment_of(c.tc)
    assert notice is not None
    return save_application(
        enrolment=notice, answers=answers, by=by or c.people.trainee, now=now or c.now, seen=seen
    )


def test_a_draft_may_have_gaps_and_keeps_what_is_given(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    save(c, {"3": "汉族", "9": "学院路1号", "20": ""})
    draft = application_of(c, c.people.trainee)
    assert draft.state == "draft"
    assert draft.answer.all_items() == {"3": "汉族", "9": "学院路1号"}
    assert "学院路1号" not in str(draft.answer.items), "the address stands under the person's key"


def test_saving_the_same_again_changes_nothing(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    first = save(c, {"3": "汉族"})
    events = Event.objects.unscoped("test").count()
    again = save(c, {"3": "汉族"}, seen=first.version)
    assert again.version == first.version
    assert Event.objects.unscoped("test").count() == events
    assert save(c, {"3": "回族"}).version == first.version + 1


def test_a_stale_window_does_not_overwrite(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    first = save(c, {"3": "汉族"})
    save(c, {"3": "回族"}, seen=first.version)
    with pytest.raises(Conflict):
        save(c, {"3": "满族"}, seen=first.version)
    assert application_of(c, c.people.trainee).answer.all_items() == {"3": "回族"}


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"99": "x"}, "没有“99”一项"),
        ({"4": "130503198807115175"}, "没有“4”一项"),  # the ID number is known and cannot be sent
        ({"19.1-1": "一般"}, "没有“19.1-1”一项"),  # of another level
        ({"10": "小学"}, "请从"),
        ({"10": ["博士", "硕士"]}, "请从"),
        ({"3": ["汉族"]}, "应为文字"),
        ({"3": 7}, "应为文字"),
        ({"3": {"a": 1}}, "应为文字"),
        ({"3": "汉" * 11}, "超过 10 字"),
        ({"3": "汉\x00族"}, "不能保存的字符"),
        ({"3": "汉\ud800"}, "不能保存的字符"),
        ({"declaration": "on"}, "请阅读并勾选"),
        ({"15": "长" * 1_000_000}, "过长"),
    ],
    ids=lambda value: str(value)[:24].encode("unicode_escape").decode(),
)
def test_a_draft_of_the_wrong_shape_is_refused(
    class_at: ClassAtFixture, answers: dict[str, Any], says: str
) -> None:
    c = class_at("announced")
    with pytest.raises(RuleBroken, match=says):
        save(c, answers)
    assert not Application.objects.unscoped("test").exists()


def test_submitting_names_everything_that_is_missing(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    draft = save(c, {"3": "汉族", "17": "是"})
    with pytest.raises(RuleBroken) as refused:
        submit_application(application=draft, by=c.people.trainee, now=c.now)
    missing = {breach.rule for breach in refused.value.breaches}
    assert {"form1.6", "form1.9", "form1.10", "form1.17a", "form1.19.3-6", "form1.declaration"} <= missing
    assert "form1.3" not in missing
    assert application_of(c, c.people.trainee).state == "draft"


def test_the_closing_day_itself_is_in_time(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    notice = enrolment_of(c.tc)
    assert notice is not None
    trainee, last = c.people.trainee, notice.closes_on
    draft = save(c, answers_for(c), now=at(last, 23, 59))
    with pytest.raises(RuleBroken, match="不接受报名"):
        submit_application(application=draft, by=trainee, now=at(last + timedelta(days=1), 0))
    with pytest.raises(RuleBroken, match="不接受报名"):
        save(c, answers_for(c), now=at(last + timedelta(days=1), 0))
    assert submit_application(application=draft, by=trainee, now=at(last, 23, 59)).state == "submitted"


def test_one_live_application_per_class(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    trainee = c.people.trainee
    first = applied(c, trainee, opinions=())
    with pytest.raises(RuleBroken, match="不能再修改"):
        save(c, answers_for(c))
    withdraw_application(application=first, by=trainee, now=c.now)
    second = begun(c, trainee)
    assert second.pk != first.pk
    assert begun(c, trainee).pk == second.pk


def test_submitting_twice_is_refused_the_second_time(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    draft = begun(c, c.people.trainee)
    submit_application(application=draft, by=c.people.trainee, now=c.now)
    with pytest.raises(RuleBroken, match="待审核"):
        submit_application(application=draft, by=c.people.trainee, now=c.now)


def test_nobody_submits_or_withdraws_for_somebody_else(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    draft = begun(c, c.people.trainee)
    for act in (submit_application, withdraw_application):
        with pytest.raises(NotThere):
            act(application=draft, by=c.people.stranger, now=c.now)
        with pytest.raises(NotAllowed):
            act(application=draft, by=c.staff, now=c.now)


def test_a_draft_is_nobody_elses_business(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    draft = begun(c, c.people.trainee)
    others = [role for name, role in c.actors().items() if role.account_id != c.people.trainee.account_id]
    assert others
    for given_up in (False, True):
        if given_up:
            withdraw_application(application=draft, by=c.people.trainee, now=c.now)
        for role in [*others, c.people.school]:
            assert not Application.objects.scope(role).filter(pk=draft.pk).exists(), role
        name = c.people.trainee.account.name
        seen = [e.about_text for e in Event.objects.scope(c.staff)]
        assert not any(name in text for text in seen), "the trail of the class does not show it either"


def test_withdrawing_frees_seat_days_and_file(class_at: ClassAtFixture) -> None:
    c = class_at("admitted")
    trainee = c.trainees[0]
    admitted = application_of(c, trainee)
    seat = admitted.seat
    assert Booking.objects.unscoped("test").filter(person=admitted.person).exists()
    withdraw_application(application=admitted, by=trainee, now=c.now, reason="学校有任务")
    admitted.refresh_from_db()
    assert (admitted.state, admitted.seat) == ("withdrawn", None)
    assert seat is not None
    assert not Booking.objects.unscoped("test").filter(person=admitted.person).exists()
    held = Involvement.objects.unscoped("test").filter(account=trainee.account_id, ended_at=None)
    assert not held.exists()
    assert counts_of(c.tc)["admitted"] == 3


def test_nobody_withdraws_once_the_class_has_begun(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    with pytest.raises(RuleBroken, match="培训已经开始"):
        withdraw_application(application=application_of(c, c.trainees[0]), by=c.trainees[0], now=c.now)


def test_an_answer_keeps_the_version_it_was_given_on(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    answer = Answer.objects.get(pk=begun(c, c.people.trainee).answer_id)
    assert (answer.version.code, answer.version.number) == ("form1", 1)


def test_an_account_without_a_person_cannot_apply(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    role = Role.objects.create(
        account=c.people.school.account,
        organisation=c.people.school.organisation,
        duty=Duty.TRAINEE,
        since=c.now.date(),
    )
    with pytest.raises(NotAllowed, match="实名"):
        save(c, {}, by=role)
