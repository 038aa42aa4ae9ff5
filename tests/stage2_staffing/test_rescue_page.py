"""The page of an emergency and the letter that counts in hours; one's own inconvenient days on the letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.desks.todos import todos_for
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import mark_away
from gongxue.parties.models import PoolMembership
from gongxue.stage2_staffing.actions import accept_invitation
from gongxue.stage2_staffing.models import Invitation
from tests.cast import ClassAtFixture, SignedIn
from tests.stage2_staffing.rescuing import ILL, close, emptied, helped, spare

AtTime = Callable[[datetime], None]
TeacherOf = Callable[[Invitation], Role]


def test_the_page_shows_who_can_be_there_and_sends(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    now = close(c)
    at_time(now)
    gone = emptied(c, now)
    near = spare(c, 2)
    far = spare(c, 3)[2]
    PoolMembership.objects.unscoped("test").filter(person=far).update(province_code="65")
    client, where = signed_in(c.staff), reverse("staffing.rescue", args=[c.tc.pk])
    page = client.get(where).content.decode()
    for words in (gone.person.name, ILL, "能赶到的教师", "本省", "赶不到", "2000 公里内"):
        assert words in page
    assert where in signed_in(c.staff).get(reverse("class", args=[c.tc.pk])).content.decode()
    assert where in signed_in(c.staff).get(reverse("staffing", args=[c.tc.pk])).content.decode()
    assert ("补位", where) in [(t.kind, t.where) for t in todos_for(c.staff, now.date())]
    sent = {
        "seat": f"{gone.seat}-{gone.number}",
        "people": [str(pk) for pk in near],
        "hours": "4",
        "once": "r1",
    }
    assert [client.post(where, sent).status_code for _ in range(2)] == [302, 302]
    asked = Invitation.objects.inside(training_class=c.tc, origin="rescue")
    assert sorted(asked.values_list("person_id", flat=True)) == sorted(near)
    page = client.get(where).content.decode()
    assert "还剩 4 小时" in page and "正在等待答复" in page
    assert not [t for t in todos_for(c.staff, now.date()) if t.kind == "补位"]
    assert "同时邀请另外 1 人" in client.get(reverse("staffing", args=[c.tc.pk])).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"people": []}, "没有选择教师"),
        ({"hours": "3"}, "选择一个有效的选项"),
        ({"people": ["x"]}, "不能识别"),
    ],
)
def test_what_is_refused_is_said_in_place(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, change: dict[str, object], words: str
) -> None:
    c = class_at("filed")
    at_time(close(c))
    gone = emptied(c, close(c))
    sent = {"seat": f"{gone.seat}-{gone.number}", "people": [str(spare(c, 1)[0])], "hours": "4"} | change
    answer = signed_in(c.staff).post(reverse("staffing.rescue", args=[c.tc.pk]), sent)
    assert answer.status_code == 422 and words in answer.content.decode()
    assert not Invitation.objects.inside(training_class=c.tc, origin="rescue").exists()


def test_who_may_open_it(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("filed")
    at_time(close(c))
    where = reverse("staffing.rescue", args=[c.tc.pk])
    found = {who: signed_in(role).get(where).status_code for who, role in c.actors().items()}
    expected = dict.fromkeys(found, 403) | {"institution": 200, "other_institution": 404}
    assert found == expected
    assert "没有空缺席位" in signed_in(c.staff).get(where).content.decode()


def test_outside_its_time_the_page_says_so(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(close(c, 20))
    page = signed_in(c.staff).get(reverse("staffing.rescue", args=[c.tc.pk])).content.decode()
    assert "距开班还有 20 天" in page and '<form method="post" action="/classes' not in page


def test_the_page_asks_the_same_number_of_questions_whatever_the_pool(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("filed")
    at_time(close(c))
    emptied(c, close(c))
    client, where = signed_in(c.staff), reverse("staffing.rescue", args=[c.tc.pk])
    client.get(where)
    counts = []
    for n in (2, 8):
        spare(c, n)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(where)
        counts.append(len(queries))
    PoolMembership.objects.unscoped("test").filter(category="01").update(active=False)
    PoolMembership.objects.unscoped("test").filter(person__in=spare(c, 1)).update(active=True)
    with CaptureQueriesContext(connection) as queries:
        client.get(where)
    assert counts[0] == counts[1] >= len(queries) and counts[0] <= 40, counts


def test_the_letter_counts_the_hours_and_the_slower_learns_why_not(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("filed")
    now = close(c)
    quick, slow = helped(c, now, 2)
    at_time(now + timedelta(minutes=45))
    letter = reverse("invitation", args=[slow.pk])
    page = signed_in(teacher_of(slow)).get(letter).content.decode()
    assert "还剩 3 小时 15 分" in page and "先接受者任职" in page
    assert "还剩 3 小时 15 分" in signed_in(teacher_of(slow)).get(reverse("invitations")).content.decode()
    first = signed_in(teacher_of(quick)).post(reverse("staffing.accept", args=[quick.pk]))
    assert first.status_code == 302
    late = signed_in(teacher_of(slow)).post(reverse("staffing.accept", args=[slow.pk]))
    assert late.status_code == 409 and "已由另一位老师接受" in late.content.decode()


def _away(row: Invitation, by: Role, now: datetime) -> None:
    mark_away(first_day=row.days[1], last_day=row.days[2], by=by, now=now)


@pytest.mark.postgresql
def test_accepting_over_ones_own_inconvenient_days_needs_a_word(
    class_at: ClassAtFixture, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    row = c.invitations[0]
    by = teacher_of(row)
    _away(row, by, c.now)
    with pytest.raises(RuleBroken) as caught:
        accept_invitation(invitation=row, by=by, now=c.now)
    assert [b.rule for b in caught.value.breaches] == ["accept.away"] and "等 2 天不便" in str(caught.value)
    assert accept_invitation(invitation=row, by=by, now=c.now, despite_away=True).state == "accepted"
    entry = Event.objects.unscoped("test").filter(code="staffing.accept").latest("pk")
    assert entry.changes["despite_away"] == [None, 2]


def test_the_letter_shows_the_clash_and_takes_the_word(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, teacher_of: TeacherOf
) -> None:
    c = class_at("invited")
    at_time(c.now)
    row, other = c.invitations[:2]
    by = teacher_of(row)
    _away(row, by, c.now)
    client, accept = signed_in(by), reverse("staffing.accept", args=[row.pk])
    assert "与您登记的不便日期重合 2 天" in client.get(reverse("invitation", args=[row.pk])).content.decode()
    assert (
        "不便日期重合"
        not in signed_in(teacher_of(other)).get(reverse("invitation", args=[other.pk])).content.decode()
    )
    answer = client.post(accept)
    assert answer.status_code == 422 and "不便" in answer.content.decode()
    assert client.post(accept, {"despite_away": "on"}).status_code == 302
    assert Invitation.objects.unscoped("test").get(pk=row.pk).state == "accepted"
