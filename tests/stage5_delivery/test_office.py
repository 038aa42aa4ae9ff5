"""The class office: arrival, groups, beginning and end of the teaching, through the pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import check_in
from gongxue.stage5_delivery.models import Attendee
from gongxue.stage5_delivery.queries import attendees_of, propose_groups
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn, at

AtTime = Callable[[datetime], None]


def _begun(c: ClassAt, signed_in: SignedIn, at_time: AtTime) -> Client:
    """The class begins through the page, nobody has arrived; the coordinator is signed in."""
    at_time(at(c.tc.first_day, 8))
    assert signed_in(c.staff).post(f"/classes/{c.tc.pk}/start/").status_code == 302
    c.reload()
    return signed_in(c.coordinator)


def _arrived(c: ClassAt) -> int:
    return sum(a.arrived_at is not None for a in attendees_of(c.tc))


def _sayings(client: Client, response: Any) -> str:
    return str(client.get(response.url).content.decode())


def test_a_class_begins_on_the_day_before_at_the_earliest(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("admitted")
    at_time(at(c.tc.first_day - timedelta(days=2), 8))
    refused = signed_in(c.staff).post(f"/classes/{c.tc.pk}/start/")
    assert refused.status_code == 422
    assert "最早前一天办理" in refused.content.decode()
    assert not Attendee.objects.inside(training_class=c.tc).exists()


def test_one_tap_checks_one_person_in_and_a_second_tap_changes_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("admitted")
    client = _begun(c, signed_in, at_time)
    first = attendees_of(c.tc)[0]
    page = client.get(f"/classes/{c.tc.pk}/office/").content.decode()
    assert "严禁酗酒、滋事" in page  # the pledge is on the page
    assert page.count('name="pledged" value="on"') == 4
    for _ in range(2):
        client.post(f"/attendees/{first.pk}/check-in/", {"pledged": "on"})
        at_time(at(c.tc.first_day, 9))
    row = attendees_of(c.tc)[0]
    assert row.arrived_at == row.pledged_at == at(c.tc.first_day, 8)
    assert Event.objects.unscoped("test").filter(code="delivery.check_in").count() == 1


def test_nobody_is_checked_in_without_the_pledge(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("admitted")
    client = _begun(c, signed_in, at_time)
    alone = client.post(f"/attendees/{attendees_of(c.tc)[0].pk}/check-in/")
    assert alone.status_code == 422
    everybody = [a.pk for a in attendees_of(c.tc)]
    together = client.post(f"/classes/{c.tc.pk}/check-in/", {"here": everybody})
    assert "4 人未办理：报到时须签署纪律承诺" in _sayings(client, together)
    assert _arrived(c) == 0


def test_those_who_are_ticked_are_checked_in_one_act_each_and_listed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("admitted")
    client = _begun(c, signed_in, at_time)
    people = attendees_of(c.tc)
    answer = client.post(
        f"/classes/{c.tc.pk}/check-in/", {"here": [p.pk for p in people[:3]], "pledged": "on"}
    )
    assert f"已办理报到 3 人：{'、'.join(str(p) for p in people[:3])}" in _sayings(client, answer)
    assert [a.arrived_at is not None for a in attendees_of(c.tc)] == [True, True, True, False]
    assert Event.objects.unscoped("test").filter(code="delivery.check_in").count() == 3


def test_nobody_ticked_is_said(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("admitted")
    client = _begun(c, signed_in, at_time)
    answer = client.post(f"/classes/{c.tc.pk}/check-in/", {"pledged": "on"})
    assert "没有勾选人员" in _sayings(client, answer)


def test_people_of_another_class_are_not_checked_in_by_their_number(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(mine.now)
    stranger = attendees_of(theirs.tc)[0]
    Attendee.objects.inside(pk=stranger.pk).update(arrived_at=None)
    client = signed_in(mine.coordinator)
    client.post(f"/classes/{mine.tc.pk}/check-in/", {"here": [stranger.pk], "pledged": "on"})
    assert client.post(f"/attendees/{stranger.pk}/check-in/", {"pledged": "on"}).status_code == 404
    assert Attendee.objects.inside(pk=stranger.pk).get().arrived_at is None


def test_groups_are_made_by_hand_in_one_form(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    client = signed_in(c.coordinator)
    wanted = {a.pk: n for a, n in zip(c.attendees, (2, 1, 2, 0), strict=True)}
    form = {f"groups.{pk}": n for pk, n in wanted.items()}
    assert client.post(f"/classes/{c.tc.pk}/groups/", form).status_code == 302
    assert [a.group for a in attendees_of(c.tc)] == [2, 1, 2, None]
    wrong = client.post(f"/classes/{c.tc.pk}/groups/", {f"groups.{c.attendees[0].pk}": 11})
    assert wrong.status_code == 422
    assert [a.group for a in attendees_of(c.tc)] == [2, 1, 2, None]


def test_a_proposal_is_shown_and_not_saved(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("started")
    before = [a.group for a in c.attendees]
    page = signed_in(c.coordinator).get(f"/classes/{c.tc.pk}/office/groups/?groups=2").content.decode()
    assert "还没有保存" in page
    assert page.count('<option value="1" selected>') == page.count('<option value="2" selected>') == 2
    assert [a.group for a in attendees_of(c.tc)] == before


@pytest.mark.parametrize("wanted", ["0", "11", "-1", "x", "²", "99999999999999999999"])
def test_a_senseless_number_of_groups_proposes_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn, wanted: str
) -> None:
    c = class_at("started")
    answer = signed_in(c.coordinator).get(f"/classes/{c.tc.pk}/office/groups/", {"groups": wanted})
    assert answer.status_code == 200
    assert "还没有保存" not in answer.content.decode()


def _people(employers: str, sexes: str) -> list[Any]:
    return [
        SimpleNamespace(pk=i, application=SimpleNamespace(employer_id=ord(e), person=SimpleNamespace(sex=s)))
        for i, (e, s) in enumerate(zip(employers, sexes, strict=True))
    ]


@pytest.mark.parametrize("number", range(1, 11))
@pytest.mark.parametrize(
    ("employers", "sexes"),
    [
        ("AAAAAAAAAABBBBBBBBBBCCCCCCCCCC", "男女" * 15),
        ("AAAAAAAABBBBBCCCDDEEFFGHIJKLMN", "男男女" * 10),
        ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcd", "女" * 30),
        ("AAAAAAABBCDE", "男女女男男男女男女女男女"),
    ],
)
def test_proposed_groups_are_even_and_mix_employers(employers: str, sexes: str, number: int) -> None:
    people = _people(employers, sexes)
    groups = propose_groups(people, number)
    sizes = Counter(groups.values())
    assert set(groups) == {p.pk for p in people}
    assert max(sizes.values()) - min(sizes.get(n, 0) for n in range(1, number + 1)) <= 1
    together = Counter((groups[p.pk], p.application.employer_id) for p in people)
    for (_, employer), count in together.items():
        everywhere = employers.count(chr(employer))
        assert count <= -(-everywhere // number), "no group has more colleagues than an even deal gives it"


def test_proposed_groups_mix_the_sexes() -> None:
    people = _people("AAAAAABBBBBBCCCCCCDDDDDDEEEEEE", "男女" * 15)
    groups = propose_groups(people, 5)
    women = Counter(groups[p.pk] for p in people if p.application.person.sex == "女")
    assert all(2 <= women[n] <= 4 for n in range(1, 6))


def test_teaching_ends_when_every_period_has_been_called(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(at(c.tc.last_day, 19))
    refused = signed_in(c.coordinator).post(f"/classes/{c.tc.pk}/finish/")
    assert refused.status_code == 422
    assert "还有 56 个课时没有点名" in refused.content.decode()
    c.drive_to("taught")
    assert signed_in(c.coordinator).post(f"/classes/{c.tc.pk}/finish/").status_code == 302
    assert c.reload().stage == 6


def test_after_the_end_nobody_is_checked_in(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("finished")
    at_time(c.now)
    Attendee.objects.inside(training_class=c.tc).update(arrived_at=None)
    client = signed_in(c.coordinator)
    answer = client.post(
        f"/classes/{c.tc.pk}/check-in/", {"here": [a.pk for a in c.attendees], "pledged": "on"}
    )
    assert "4 人未办理：本班教学已经结束" in _sayings(client, answer)
    assert _arrived(c) == 0


@pytest.mark.parametrize("actor", ["province", "instructor", "certificate_officer", "trainee"])
def test_only_the_class_office_checks_in(class_at: ClassAtFixture, signed_in: SignedIn, actor: str) -> None:
    c = class_at("started")
    client = signed_in(c.actors()[actor])
    assert client.post(f"/attendees/{c.attendees[0].pk}/check-in/", {"pledged": "on"}).status_code == 403
    assert client.post(f"/classes/{c.tc.pk}/check-in/", {"here": "1", "pledged": "on"}).status_code == 403


def test_the_action_behind_the_pages_asks_the_role_too(class_at: ClassAtFixture) -> None:
    from gongxue.foundation.lifecycle.errors import NotAllowed

    c = class_at("started")
    with pytest.raises(NotAllowed):
        check_in(attendee=c.attendees[0], pledged=True, by=c.province, now=c.now)
