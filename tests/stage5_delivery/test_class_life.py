"""Group names, materials, notices and contacts of a class, through acts and pages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.exchange.models import Message
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.regulations.class_notices import Audience
from gongxue.stage3_programme.queries import filed_version
from gongxue.stage5_delivery.actions import (
    add_material,
    assign_groups,
    check_in,
    hand_out,
    name_groups,
    remove_material,
    see_phone,
    send_notice,
    share_contact,
    undo_arrival,
)
from gongxue.stage5_delivery.models import (
    Attendee,
    ClassNotice,
    HandedOut,
    LearningProduct,
    Material,
    NoticeAddressee,
)
from gongxue.stage5_delivery.queries import attendees_of, propose_groups
from gongxue.stage5_delivery.queries.groups import group_names_of, self_ratings_of
from gongxue.stage5_delivery.queries.materials import holders_of, materials_of
from gongxue.stage5_delivery.queries.notices import addressed_by, notice_rows
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, Race, SignedIn
from tests.foundation.files.specimens import pdf

AtTime = Callable[[datetime], None]
PDF = pdf()


def entries(code: str) -> list[Event]:
    """The trail of one act, oldest first."""
    return list(Event.objects.unscoped("test").filter(code=code).order_by("pk"))


def page(signed_in: SignedIn, role: Any, c: ClassAt, rest: str) -> str:
    """A page of the class."""
    answer = signed_in(role).get(f"/classes/{c.tc.pk}/{rest}")
    assert answer.status_code == 200
    return str(answer.content.decode())


# Groups ---------------------------------------------------------------------------------------------------------------


def grouped(c: ClassAt, *numbers: int) -> None:
    """The class in groups."""
    groups = {a.pk: n for a, n in zip(c.attendees, numbers, strict=True)}
    assign_groups(training_class=c.tc, groups=groups, by=c.coordinator, now=c.now)


def test_groups_have_names_and_leaders(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    grouped(c, 1, 1, 2, 2)
    at_time(c.now)
    first, third = c.attendees[0], c.attendees[2]
    form = {"names.1": "求实组", "names.2": "", "leaders.1": first.pk, "leaders.2": third.pk}
    assert signed_in(c.coordinator).post(f"/classes/{c.tc.pk}/groups/names/", form).status_code == 302
    named = group_names_of(c.tc)
    assert [(str(named[n]), named[n].leader_id) for n in (1, 2)] == [
        ("求实组", first.pk),
        ("第 2 组", third.pk),
    ]
    shown = page(signed_in, c.coordinator, c, "office/groups/")
    assert "求实组" in shown and f"组长 {first}" in shown
    mine = page(signed_in, c.trainees[1], c, "mine/")
    assert "求实组" in mine and f"{first}（组长）、{c.attendees[1]}" in mine
    assert str(third) not in mine.partition("求实组")[2].partition("</section>")[0], "another group's people"


def test_whoever_leaves_a_group_leads_it_no_longer(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    grouped(c, 1, 1, 2, 2)
    leaders = {1: c.attendees[0].pk}
    name_groups(training_class=c.tc, names={1: "一组"}, leaders=leaders, by=c.staff, now=c.now)
    grouped(c, 2, 1, 2, 2)
    assert (group_names_of(c.tc)[1].leader, group_names_of(c.tc)[1].name) == (None, "一组")


@pytest.mark.parametrize(
    ("names", "leaders", "says"),
    [({5: "无"}, {}, "没有这个小组"), ({1: "长" * 21}, {}, "不超过 20 字"), ({}, {1: 2}, "组长不在该组"), ({}, {1: 987654}, "组长不在该组")],
)  # fmt: skip
def test_a_name_or_leader_that_cannot_be_is_refused(
    class_at: ClassAtFixture, names: dict[int, str], leaders: dict[int, int], says: str
) -> None:
    c = class_at("started")
    grouped(c, 1, 1, 2, 2)
    chosen = {n: c.attendees[pk].pk if pk < 4 else pk for n, pk in leaders.items()}
    with pytest.raises(RuleBroken, match=says):
        name_groups(training_class=c.tc, names=names, leaders=chosen, by=c.staff, now=c.now)
    assert group_names_of(c.tc) == {} and not entries("delivery.name_groups")


def test_a_proposal_by_size_shows_its_balance_and_saves_nothing(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("started")
    before = [a.group for a in c.attendees]
    shown = page(signed_in, c.coordinator, c, "office/groups/?size=2")
    assert "还没有保存" in shown and shown.count("<dt>自评</dt>") == 2 and "平均 " in shown
    assert shown.count('<option value="1" selected>') == shown.count('<option value="2" selected>') == 2
    assert [a.group for a in attendees_of(c.tc)] == before
    ratings = self_ratings_of(c.tc)
    assert set(ratings) == {a.pk for a in c.attendees} and all(1 <= r <= 4 for r in ratings.values())
    assert propose_groups(c.attendees, 2, ratings) == propose_groups(c.attendees, 2, ratings)


# Materials ------------------------------------------------------------------------------------------------------------


def test_the_usual_list_is_added_once_and_leads_to_what_the_platform_has(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    client = signed_in(c.staff)
    for _ in range(2):
        assert client.post(f"/classes/{c.tc.pk}/materials/add/", {"standard": "on"}).status_code == 302
    filed = filed_version(c.tc)
    assert filed is not None
    programme = f"/classes/{c.tc.pk}/programme/filed/{filed.version}.pdf"
    assert len(materials_of(c.tc)) == 5 and len(entries("delivery.add_material")) == 1
    for role, rest in ((c.staff, "office/materials/"), (c.trainees[0], "mine/")):
        shown = page(signed_in, role, c, rest)
        assert "培训指导手册" in shown
        for link in (programme, f"/national/notices/{c.tc.pk}/"):
            assert f'href="{link}"' in shown
            assert signed_in(role).get(link).status_code == 200
    shown = page(signed_in, c.trainees[0], c, "mine/")
    assert "核心资源" in shown and "#timetable" in shown


def test_a_file_goes_along_and_only_the_class_may_fetch_it(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    at_time(mine.now)
    file = SimpleUploadedFile("工作页.txt", b"x", "text/plain")
    refused = signed_in(mine.staff).post(
        f"/classes/{mine.tc.pk}/materials/add/", {"title": "工作页", "kind": "other", "file": file}
    )
    assert refused.status_code == 422 and 'value="工作页"' in refused.content.decode()
    (row,) = add_material(
        training_class=mine.tc,
        title="工作页",
        by=mine.staff,
        now=mine.now,
        file=SimpleUploadedFile("a.pdf", PDF),
    )
    where = f"/materials/{row.pk}/file/"
    for role, status in ((mine.trainees[0], 200), (mine.instructors[0], 200), (theirs.trainees[0], 404), (theirs.staff, 404)):  # fmt: skip
        assert signed_in(role).get(where).status_code == status
    remove_material(material=row, by=mine.staff, now=mine.now)
    assert signed_in(mine.trainees[0]).get(where).status_code == 404
    assert signed_in(mine.staff).get(where).status_code == 200
    remove_material(material=row, by=mine.staff, now=mine.now)
    assert len(entries("delivery.remove_material")) == 1


@pytest.mark.parametrize(
    ("inputs", "says"),
    [({"title": " "}, "名称须填写"), ({"title": "长" * 81}, "不超过 80 字"), ({"title": "题", "kind": "gift"}, "没有这一类")],
)  # fmt: skip
def test_a_line_that_says_nothing_is_refused(
    class_at: ClassAtFixture, inputs: dict[str, str], says: str
) -> None:
    c = class_at("started")
    with pytest.raises(RuleBroken, match=says):
        add_material(training_class=c.tc, by=c.staff, now=c.now, **inputs)  # type: ignore[arg-type]
    assert materials_of(c.tc) == []


def test_the_office_is_closed_before_enrolment_and_after_the_closing(classes_at: ClassesAtFixture) -> None:
    early, late = classes_at(Plan("staffed"), Plan("closed", "017", "1"))
    for c, says in ((early, "还没有报备"), (late, "已结班")):
        with pytest.raises(RuleBroken, match=says):
            add_material(training_class=c.tc, title="题", by=c.staff, now=c.now)


def test_ticks_are_set_taken_back_and_kept_where_somebody_else_was_faster(class_at: ClassAtFixture) -> None:
    c = class_at("started")
    (row,) = add_material(training_class=c.tc, title="手册", by=c.staff, now=c.now)
    one, two, three, four = (a.pk for a in c.attendees)
    undo_arrival(attendee=c.attendees[3], reason="未到", by=c.coordinator, now=c.now)
    hand_out(material=row, everybody=True, by=c.coordinator, now=c.now)
    assert holders_of([row])[row.pk] == {one, two, three}, "whoever has not arrived has got nothing"
    seen = {one: 1, two: 1, three: 1, four: 0}
    hand_out(material=row, ticks=seen | {one: 0}, seen=seen, by=c.coordinator, now=c.now)
    hand_out(material=row, ticks=seen | {four: 1}, seen=seen, by=c.staff, now=c.now)
    assert holders_of([row])[row.pk] == {two, three, four}, "what a page did not touch stays"
    with pytest.raises(Conflict, match="1 号未领"):
        hand_out(
            material=row,
            ticks={one: 1},
            seen={one: 0} | {one: 1} | {two: 1} | {one: 2},
            by=c.staff,
            now=c.now,
        )
    with pytest.raises(RuleBroken, match="名单与本班不符"):
        hand_out(material=row, ticks={987654: 1}, by=c.staff, now=c.now)
    assert [e.changes["handed_out"] for e in entries("delivery.hand_out")] == [
        ["", "1 号、2 号、3 号"], ["1 号", ""], ["", "4 号"],
    ]  # fmt: skip
    remove_material(material=row, by=c.staff, now=c.now)
    with pytest.raises(RuleBroken, match="已从清单移除"):
        hand_out(material=row, ticks={two: 0}, by=c.staff, now=c.now)


def test_everything_is_handed_out_on_arrival_where_the_desk_says_so(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    add_material(training_class=c.tc, title="", standard=True, by=c.staff, now=c.now)
    for attendee, word in ((c.attendees[0], "on"), (c.attendees[1], "")):
        undo_arrival(attendee=attendee, reason="重来", by=c.coordinator, now=c.now)
        form = {"pledged": "on", "materials": word}
        signed_in(c.coordinator).post(f"/attendees/{attendee.pk}/check-in/", form)
    rows = HandedOut.objects.unscoped("test").values_list("attendee", flat=True)
    assert list(rows) == [c.attendees[0].pk] * 5
    assert page(signed_in, c.trainees[0], c, "mine/").count(">已领<") == 5


@pytest.mark.postgresql
def test_two_who_hand_out_at_once_hand_out_once(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("started")
    (row,) = add_material(training_class=c.tc, title="手册", by=c.staff, now=c.now)
    call = partial(hand_out, material=row, everybody=True, by=c.coordinator, now=c.now)
    again = partial(check_in, attendee=c.attendees[0], pledged=True, materials=True, by=c.staff, now=c.now)
    found = race(call, call, again, again)
    assert all(isinstance(one, (Material, Attendee)) for one in found), found
    assert HandedOut.objects.unscoped("test").count() == 4


# Notices --------------------------------------------------------------------------------------------------------------


def test_a_notice_goes_to_those_it_names_and_is_seen_by_them_alone(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    grouped(c, 1, 1, 2, 2)
    at_time(c.now)
    form = {
        "title": "明早换教室",
        "text": "改在二号楼 301。",
        "audience": "group",
        "group": "2",
        "once": "k" * 32,
    }
    client = signed_in(c.coordinator)
    for _ in range(2):
        assert client.post(f"/classes/{c.tc.pk}/notices/send/", form).status_code == 302
    assert ClassNotice.objects.unscoped("test").count() == 1, "a double click is one notice"
    told = Message.objects.unscoped("test").filter(kind="delivery.send_notice")
    assert {m.account_id for m in told} == {role.account_id for role in c.trainees[2:]}
    for role, sees in zip(c.trainees, (False, False, True, True), strict=True):
        assert ("明早换教室" in page(signed_in, role, c, "mine/")) is sees
    message = told.get(account=c.trainees[2].account_id)
    opened = signed_in(c.trainees[2]).post(f"/messages/{message.pk}/", follow=True)
    assert opened.status_code == 200 and opened.request["PATH_INFO"] == f"/classes/{c.tc.pk}/mine/"
    (row,) = notice_rows(c.tc)
    assert (row.read, row.sent, row.unread) == (1, 2, (str(c.attendees[3]),))
    shown = page(signed_in, c.staff, c, "office/notices/")
    assert "已读 1 / 2" in shown and f"未读：{c.attendees[3]}" in shown and "第 2 组" in shown


def test_whom_each_audience_names(class_at: ClassAtFixture) -> None:
    c = class_at("taught")
    grouped(c, 1, 1, 2, 2)
    undo_arrival(attendee=c.attendees[0], reason="没来", by=c.staff, now=c.now)

    def named(audience: Audience, group: int = 0) -> list[int]:
        return [row.seat or 0 for row in addressed_by(c.tc, audience, group)]

    assert named(Audience.ALL) == [1, 2, 3, 4]
    assert named(Audience.GROUP, 2) == [3, 4] and named(Audience.GROUP) == []
    assert named(Audience.NOT_ARRIVED) == [1] and named(Audience.NO_PLEDGE) == [1]
    handed = set(LearningProduct.objects.inside(training_class=c.tc).values_list("attendee", flat=True))
    assert named(Audience.NO_PRODUCT) == [a.application.seat for a in c.attendees if a.pk not in handed]


def test_before_the_class_begins_a_notice_reaches_the_admitted(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("admitted")
    notice = send_notice(
        training_class=c.tc,
        title="入学通知",
        text="请于开班前一天报到。",
        discipline=True,
        by=c.staff,
        now=c.now,
    )
    assert NoticeAddressee.objects.inside(notice=notice).count() == 4
    reminded = c.tc.discipline_reminders.inside(training_class=c.tc)
    assert set(reminded.values_list("occasion", flat=True)) == {"notice"} and reminded.count() == 4
    body = Message.objects.unscoped("test").filter(kind="delivery.send_notice").first()
    assert body is not None and "严禁酗酒" in body.body
    assert "入学通知" in page(signed_in, c.trainees[0], c, "mine/")


@pytest.mark.parametrize(
    ("inputs", "says"),
    [
        ({"title": " "}, "请填写标题"), ({"text": ""}, "请填写内容"), ({"title": "长" * 61}, "60 字"),
        ({"text": "长" * 2001}, "2000 字"), ({"audience": "friends"}, "没有这样的发送对象"),
        ({"audience": "not_arrived"}, "“未报到的”现在没有人"), ({"audience": "group", "group": 9}, "“一个小组”现在没有人"),
    ],
)  # fmt: skip
def test_a_notice_that_says_nothing_or_reaches_nobody_is_refused(
    class_at: ClassAtFixture, inputs: dict[str, Any], says: str
) -> None:
    c = class_at("started")
    with pytest.raises(RuleBroken, match=says):
        send_notice(training_class=c.tc, by=c.staff, now=c.now, **({"title": "题", "text": "文"} | inputs))
    assert not ClassNotice.objects.unscoped("test").exists()


def test_a_refused_notice_keeps_its_words(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    form = {"title": "缺课提醒", "text": "请尽快报到。", "audience": "not_arrived"}
    answer = signed_in(c.coordinator).post(f"/classes/{c.tc.pk}/notices/send/", form)
    assert answer.status_code == 422
    assert "现在没有人" in answer.content.decode() and "请尽快报到。" in answer.content.decode()


# Contacts -------------------------------------------------------------------------------------------------------------


def test_a_number_is_seen_by_the_office_the_instructors_and_where_it_is_shared(
    class_at: ClassAtFixture,
) -> None:
    c = class_at("started")
    one = c.attendees[0]

    def look(by: Any) -> Any:
        return see_phone(training_class=c.tc, attendee=one.pk, by=by, now=c.now)

    for by in (c.staff, c.coordinator, c.instructors[1], c.trainees[0]):
        assert look(by).phone == one.application.person.phone
    with pytest.raises(RuleBroken, match="没有同意在班内公开"):
        look(c.trainees[1])
    with pytest.raises(NotAllowed):
        look(c.examiners[0])
    for by in (c.province, c.people.centre, c.certificate_officer):
        with pytest.raises(NotAllowed):
            look(by)
    share_contact(attendee=one, shared=True, by=c.trainees[0], now=c.now)
    assert look(c.trainees[1]).pk == one.application.person_id
    share_contact(attendee=one, shared=False, by=c.trainees[0], now=c.now)
    with pytest.raises(RuleBroken):
        look(c.trainees[1])
    assert len(entries("delivery.see_phone")) == 5 and len(entries("delivery.share_contact")) == 2
    with pytest.raises(NotThere):
        see_phone(training_class=c.tc, attendee=987654, by=c.staff, now=c.now)


def test_nobody_shares_what_is_not_theirs(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    with pytest.raises(NotThere):
        share_contact(attendee=mine.attendees[0], shared=True, by=mine.trainees[1], now=mine.now)
    with pytest.raises(NotThere):
        see_phone(training_class=mine.tc, attendee=mine.attendees[0].pk, by=theirs.staff, now=mine.now)
    with pytest.raises(NotThere):
        see_phone(training_class=mine.tc, attendee=theirs.attendees[0].pk, by=mine.staff, now=mine.now)


def test_lists_show_no_full_number_and_one_look_is_one_entry(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    person = c.attendees[0].application.person
    share_contact(attendee=c.attendees[0], shared=True, by=c.trainees[0], now=c.now)
    for role, rest in (
        (c.staff, "office/contacts/"),
        (c.instructors[0], "office/contacts/"),
        (c.trainees[1], "mine/"),
    ):
        assert person.phone not in page(signed_in, role, c, rest)
    assert person.phone_masked in page(signed_in, c.staff, c, "office/contacts/")
    assert person.phone_masked not in page(signed_in, c.trainees[1], c, "mine/")
    form = {"attendee": c.attendees[0].pk, "once": "p" * 32}
    client = signed_in(c.trainees[1])
    assert person.phone in client.post(f"/classes/{c.tc.pk}/contacts/see/", form).content.decode()
    again = client.post(f"/classes/{c.tc.pk}/contacts/see/", form)
    assert again.status_code == 302 and len(entries("delivery.see_phone")) == 1
    assert client.get(f"/classes/{c.tc.pk}/contacts/see/").status_code == 302
    for odd in ("", "x", "²", "9" * 30):
        assert client.post(f"/classes/{c.tc.pk}/contacts/see/", {"attendee": odd}).status_code == 302


# All pages with something on them -------------------------------------------------------------------------------------


def test_pages_with_rows_take_as_many_queries_for_one_as_for_many(
    classes_at: ClassesAtFixture, signed_in: SignedIn
) -> None:
    one, many = classes_at(Plan("started", headcount=1), Plan("started", "017", "1", headcount=4))
    for c, n in ((one, 1), (many, 6)):
        add_material(training_class=c.tc, title="", standard=True, by=c.staff, now=c.now)
        for i in range(n):
            (row,) = add_material(training_class=c.tc, title=f"资料{i}", by=c.staff, now=c.now)
            hand_out(material=row, everybody=True, by=c.staff, now=c.now)
            send_notice(training_class=c.tc, title=f"通知{i}", text="文", by=c.staff, now=c.now)
        share_contact(attendee=c.attendees[0], shared=True, by=c.trainees[0], now=c.now)
    for actor, rest in (("staff", "office/materials/"), ("staff", "office/notices/"), ("staff", "office/contacts/"), ("trainee", "mine/")):  # fmt: skip
        counts = []
        for c in (one, many):
            client = signed_in(c.staff if actor == "staff" else c.trainees[0])
            client.get("/desk/")
            with CaptureQueriesContext(connection) as captured:
                assert client.get(f"/classes/{c.tc.pk}/{rest}").status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1], rest
