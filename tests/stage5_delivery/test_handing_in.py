"""Assignments, versions, work of groups and resumable files: what counts for whom, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import append, begin
from gongxue.foundation.files.uploads import PRODUCTS
from gongxue.foundation.identity.models import Role
from gongxue.foundation.jobs.backend import drain
from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.actions import (
    assign_product,
    change_assignment,
    close_hand_in,
    hand_in,
    hand_in_version,
    open_second_hand_in,
    withdraw_assignment,
)
from gongxue.stage5_delivery.models import Assignment, LearningProduct
from gongxue.stage5_delivery.queries import attendees_of, has_product
from gongxue.stage6_assessment.actions import score_process
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, FreshDatabase, Plan, SignedIn, at
from tests.foundation.files import specimens as s

AtTime = Callable[[datetime], None]
PAPER = s.pdf()


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    """Four trainees in one group, the class has begun."""
    return class_at("started")


def task(c: ClassAt, by: Role | None = None, kinds: tuple[str, ...] = ("pdf",), **more: str) -> Assignment:
    said = {"title": "工作页设计", "mode": "individual", "due": f"{c.tc.first_day} 18:00", "most_files": "2"}
    return assign_product(training_class=c.tc, task=said | more, kinds=kinds, by=by or c.staff, now=c.now)


def change(c: ClassAt, row: Assignment, due: str, seen: int = 1, title: str = "工作页设计") -> Assignment:
    return change_assignment(
        assignment=row, seen=seen, task={"title": title, "due": due}, by=c.staff, now=c.now
    )


def give(c: ClassAt, seat: int = 0, follows: LearningProduct | None = None, **more: Any) -> LearningProduct:
    said = {"title": "工作页", "note": "见附件", "by": c.trainees[seat], "now": c.now, **more}
    if follows is not None:
        return hand_in_version(product=follows, **said)
    return hand_in(attendee=attendees_of(c.tc)[seat], **said)


def uploaded(role: Role, now: datetime, name: str = "工作页.pdf", data: bytes | None = None) -> str:
    """A checked upload; needs commits."""
    import io

    content = PAPER if data is None else data
    row = begin(slot=PRODUCTS, name=name, size=len(content), mark="", by=role, now=now)
    append(row, 0, io.BytesIO(content), len(content), now)
    drain()
    return row.uid.hex


# What is asked for ----------------------------------------------------------------------------------------------------


def test_the_trainees_are_told_and_see_what_is_asked_for(
    c: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    at_time(c.now)
    row = task(c, module="3-2", says="按手册第三章")
    told = Message.objects.unscoped("test").filter(kind="delivery.assign")
    assert set(told.values_list("account_id", flat=True)) == {role.account_id for role in c.trainees}
    page = signed_in(c.trainees[0]).get(f"/classes/{c.tc.pk}/products/").content.decode()
    assert all(
        words in page for words in ("工作页设计", "按手册第三章", "学习任务教学活动设计", "18:00", "未提交")
    )
    assert f"?task={row.pk}" in page


def test_the_desk_of_a_trainee_names_what_is_not_in_yet(c: ClassAt) -> None:
    def waits() -> list[str]:
        return [todo.title for todo in todos_for(c.trainees[0], c.tc.first_day) if todo.kind == "成果"]

    assert waits() == ["提交学习成果"]
    sheets, talk = task(c), task(c, title="说课", mode="group", due=f"{c.tc.last_day} 12:00")
    assert waits() == ["提交“工作页设计”", "提交“说课”"]
    give(c, assignment=sheets)
    assert waits() == ["提交“说课”"]
    give(c, seat=1, assignment=talk)  # one for all of the group
    assert waits() == []


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"title": " "}, "assignment.title"),
        ({"says": "长" * 1001}, "assignment.says"),
        ({"module": "1-1"}, "assignment.module"),
        ({"module": "9-9"}, "assignment.module"),
        ({"mode": "pair"}, "assignment.mode"),
        ({"kinds": ["exe"]}, "assignment.kinds"),
        ({"most_files": "0"}, "assignment.files"),
        ({"most_files": "11"}, "assignment.files"),
        ({"most_files": "两个"}, "assignment.files"),
        ({"due": "2023-06-31 18:00"}, "assignment.time"),
        ({"due": "2023-06-12 25:00"}, "assignment.time"),
        ({"due": "明天"}, "assignment.time"),
        ({"set_by": "1"}, "assignment.field"),
    ],
)
def test_what_is_wrong_with_an_assignment_is_said(c: ClassAt, more: dict[str, Any], rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        task(c, **more)
    assert [b.rule for b in refused.value.breaches] == [rule]


@pytest.mark.parametrize("days", [-1, 30])
def test_it_is_due_during_the_training(c: ClassAt, days: int) -> None:
    with pytest.raises(RuleBroken, match="不在培训期间"):
        task(c, due=f"{(c.tc.first_day if days < 0 else c.tc.last_day) + timedelta(days=days)} 09:00")


def test_only_those_who_teach_the_class_or_run_it_set_it(c: ClassAt) -> None:
    task(c, by=c.instructors[1])
    with pytest.raises(NotAllowed, match="授课骨干教师或培训机构"):
        task(c, by=c.examiners[0])
    for role in (c.coordinator, c.province, c.trainees[0]):
        with pytest.raises(NotAllowed):
            task(c, by=role)
    with pytest.raises(NotThere):
        task(c, by=c.people.changzhou.staff)


def test_a_change_names_the_version_that_was_seen(c: ClassAt) -> None:
    row = task(c)
    change(c, row, f"{c.tc.last_day} 18:00", title="工作页")
    with pytest.raises(Conflict):
        change(c, row, f"{c.tc.last_day} 19:00")
    row = Assignment.objects.scope(c.staff).get()
    assert (row.title, row.version) == ("工作页", 2)


def test_once_something_is_in_the_time_is_only_put_off(c: ClassAt) -> None:
    row = task(c, due=f"{c.tc.last_day} 18:00")
    give(c, assignment=row)
    with pytest.raises(RuleBroken, match="只能推后"):
        change(c, row, f"{c.tc.first_day} 18:00")
    change(c, row, f"{c.tc.last_day} 20:00")


def test_what_was_withdrawn_takes_nothing_more_and_what_is_in_counts(c: ClassAt) -> None:
    row = task(c)
    give(c, assignment=row)
    withdraw_assignment(assignment=row, reason="合并到下一项", by=c.instructors[0], now=c.now)
    with pytest.raises(RuleBroken, match="已撤销"):
        give(c, 1, assignment=row)
    assert has_product(attendees_of(c.tc)[0], 1)


def test_an_assignment_of_another_class_is_not_there(classes_at: ClassesAtFixture) -> None:
    mine, theirs = classes_at(Plan("started"), Plan("started", "017", "1"))
    foreign = task(theirs)
    product = give(theirs)
    for more in ({"assignment": foreign}, {"follows": product}):
        with pytest.raises(NotThere):
            give(mine, **more)


# Versions and times ---------------------------------------------------------------------------------------------------


def test_what_is_handed_in_again_is_a_new_version_and_the_old_one_stays(c: ClassAt) -> None:
    row = task(c)
    first, second = give(c, assignment=row), give(c, assignment=row, title="工作页（改）")
    assert (first.version, second.version, second.root_id, second.work) == (1, 2, first.pk, first.pk)
    third = give(c, follows=first, title="工作页（再改）")
    assert (third.version, third.assignment_id) == (3, row.pk)
    assert LearningProduct.objects.inside(training_class=c.tc).count() == 3


def test_a_free_product_has_versions_too(c: ClassAt, signed_in: SignedIn, at_time: AtTime) -> None:
    at_time(c.now)
    first = give(c)
    give(c, follows=first, title="第二稿", now=c.now + timedelta(hours=1))
    page = signed_in(c.instructors[0]).get(f"/products/{first.pk}/").content.decode()
    assert "第 2 版（最新）" in page and "以前的版本" in page and "第 1 版" in page


def test_what_comes_after_its_time_is_marked_and_putting_it_off_forgives(
    c: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    row = task(c)
    late = at(c.tc.first_day, 18) + timedelta(minutes=1)
    on_time = give(c, 0, assignment=row, now=late - timedelta(minutes=1))
    product = give(c, 1, assignment=row, now=late)
    assert (on_time.is_late, product.is_late) == (False, True)
    at_time(late)
    assert "逾期" in signed_in(c.staff).get(f"/products/{product.pk}/").content.decode()
    change(c, row, f"{c.tc.last_day} 18:00")
    assert not LearningProduct.objects.scope(c.staff).select_related("assignment").get(pk=product.pk).is_late


def test_a_second_hand_in_is_never_late(c: ClassAt) -> None:
    row = task(c)
    give(c, assignment=row)
    open_second_hand_in(attendees_of(c.tc)[0])
    again = give(c, assignment=row, now=at(c.tc.last_day, 20))
    assert (again.attempt, again.version, again.is_late) == (2, 2, False)


# Groups ---------------------------------------------------------------------------------------------------------------


def test_one_hands_in_for_the_group_and_it_counts_for_each(
    c: ClassAt, signed_in: SignedIn, at_time: AtTime
) -> None:
    at_time(c.now)
    row = task(c, mode="group")
    product = give(c, 1, assignment=row)
    people = attendees_of(c.tc)
    assert {p.group for p in people} == {1}
    assert all(has_product(p, 1) for p in people)
    told = Message.objects.unscoped("test").filter(kind="delivery.hand_in")
    assert set(told.values_list("account_id", flat=True)) == {r.account_id for r in c.trainees} - {
        c.trainees[1].account_id
    }
    for role in c.trainees:
        page = signed_in(role).get(f"/classes/{c.tc.pk}/products/").content.decode()
        assert "第 1 组" in page and str(people[1]) in page and "已提交" in page
    newer = give(c, 3, assignment=row)
    rows = LearningProduct.objects.inside(training_class=c.tc)
    assert {r.work for r in rows} == {product.pk} and newer.version == 2
    assert Event.objects.unscoped("test").filter(code="delivery.hand_in").count() == 2


def test_who_is_in_no_group_is_told_so(c: ClassAt) -> None:
    row = task(c, mode="group")
    from gongxue.stage5_delivery.models import Attendee

    Attendee.objects.inside(pk=attendees_of(c.tc)[0].pk).update(group=None)
    with pytest.raises(RuleBroken, match="还没有分组"):
        give(c, 0, assignment=row)
    give(c, 1, assignment=row)
    assert not has_product(attendees_of(c.tc)[0], 1)


def test_while_one_of_the_group_is_scored_its_work_stays_as_it_is(c: ClassAt) -> None:
    row = task(c, mode="group")
    give(c, 0, assignment=row)
    score_process(attendee=attendees_of(c.tc)[2], mark="80", by=c.instructors[0], now=c.now)
    for seat in (0, 2):
        with pytest.raises(RuleBroken, match="已开始评分"):
            give(c, seat, assignment=row)
    give(c, 0, title="个人补充")
    assert LearningProduct.objects.inside(assignment=row).count() == 4


def test_a_second_hand_in_of_one_changes_nothing_for_the_others(c: ClassAt) -> None:
    row = task(c, mode="group")
    give(c, 0, assignment=row)
    for attendee in attendees_of(c.tc):
        close_hand_in(attendee)
    open_second_hand_in(attendees_of(c.tc)[0])
    again = give(c, 0, assignment=row)
    assert (again.attempt, again.version) == (2, 2)
    people = attendees_of(c.tc)
    assert [has_product(p, 2) for p in people] == [True, False, False, False]


# Files ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def stored(fresh_database: FreshDatabase, at_time: AtTime) -> ClassAt:
    """A class in a database and a store of its own."""
    c = fresh_database.class_at("started")
    at_time(c.now)
    return c


def test_uploads_become_the_files_of_a_product_in_their_order(stored: ClassAt, signed_in: SignedIn) -> None:
    c = stored
    names = ["二.pdf", "一.pdf"]
    uids = [uploaded(c.trainees[0], c.now, name) for name in names]
    client = signed_in(c.trainees[0])
    answer = client.post(
        f"/classes/{c.tc.pk}/products/hand-in/",
        {"title": "工作页", "note": "", "uploads": uids, "assignment": task(c).pk},
    )
    assert answer.status_code == 302
    product = LearningProduct.objects.scope(c.staff).get()
    for number in (1, 2):
        got = signed_in(c.instructors[0]).get(f"/products/{product.pk}/files/{number}/")
        assert b"".join(got.streaming_content) == PAPER  # type: ignore[attr-defined]
        assert got.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/products/{product.pk}/files/3/").status_code == 404
    assert set(Upload.objects.unscoped("test").values_list("state", flat=True)) == {"used"}
    again = client.post(f"/classes/{c.tc.pk}/products/hand-in/", {"title": "又一次", "uploads": uids})
    assert again.status_code == 422 and "已过期或已提交过" in again.content.decode()


def test_files_are_what_the_assignment_asks_for(stored: ClassAt) -> None:
    c = stored
    row = task(c)
    film = uploaded(c.trainees[0], c.now, "课.mp4", s.mp4())
    with pytest.raises(RuleBroken, match="这项任务不收 mp4 文件"):
        give(c, assignment=row, uploads=[film])
    three = [uploaded(c.trainees[0], c.now) for _ in range(3)]
    with pytest.raises(RuleBroken, match="最多提交 2 个文件，现有 3 个"):
        give(c, assignment=row, uploads=three)
    give(c, uploads=[film, *three])  # a free product takes them; the refusals have used nothing up
    assert LearningProduct.objects.scope(c.staff).get().files.unscoped("test").count() == 4


def test_the_upload_of_another_trainee_cannot_be_handed_in(stored: ClassAt) -> None:
    c = stored
    theirs = uploaded(c.trainees[1], c.now)
    for uid in (theirs, "0" * 32, "x", "../../x"):
        with pytest.raises(RuleBroken, match="已过期或已提交过"):
            give(c, uploads=[uid])


def test_the_film_is_shown_on_the_page_of_its_work(stored: ClassAt, signed_in: SignedIn) -> None:
    c = stored
    product = give(c, uploads=[uploaded(c.trainees[0], c.now, "课.mp4", s.mp4(seconds=200))])
    answer = signed_in(c.instructors[1]).get(f"/products/{product.pk}/")
    page = answer.content.decode()
    assert f'<video controls preload="metadata" src="/products/{product.pk}/files/1/">' in page
    assert "时长 3:20" in page
    assert "media-src 'self'" in answer.headers["Content-Security-Policy"]
    part = signed_in(c.instructors[1]).get(
        f"/products/{product.pk}/files/1/", headers={"Range": "bytes=0-99"}
    )
    assert (part.status_code, part.headers["Content-Range"]) == (206, f"bytes 0-99/{len(s.mp4(seconds=200))}")


@pytest.mark.postgresql
def test_two_of_a_group_hand_in_at_once_and_both_versions_stand(
    fresh_database: FreshDatabase, race: Any
) -> None:
    c = fresh_database.class_at("started")
    row = task(c, mode="group")
    results = race(*[lambda seat=seat: give(c, seat, assignment=row) for seat in range(4)])
    assert sorted(r.version for r in results) == [1, 2, 3, 4]
    rows = LearningProduct.objects.inside(assignment=row)
    assert len({r.work for r in rows}) == 1
    assert rows.count() == 16
