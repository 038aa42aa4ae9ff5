"""The province reviews part by part; what goes back is mended one by one; remarks stay among those concerned."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gongxue.foundation.lifecycle.errors import Conflict, NotAllowed, NotThere, RuleBroken
from gongxue.regulations.programme_review import PLACES, REASONS, reasons_for, verdict_breaches
from gongxue.stage3_programme.actions import (
    answer_comment,
    comment_programme,
    confirm_programme,
    edit_programme,
    file_programme,
    mend_section,
    resolve_comment,
    return_programme,
    review_section,
    submit_programme,
)
from gongxue.stage3_programme.models import Programme, ProgrammeComment, ReturnedItem
from gongxue.stage3_programme.queries import programme_of
from gongxue.stage3_programme.queries.review import comments_of, items_of, review_of, unresolved_count
from tests.cast import ClassAt, ClassAtFixture, SignedIn

pytestmark = pytest.mark.postgresql


def programme(c: ClassAt) -> Programme:
    found = programme_of(c.tc)
    assert found is not None
    return found


def act(c: ClassAt, function: Any, by: Any = None, **more: Any) -> Any:
    row = programme(c)
    return function(programme=row, seen=row.version, by=by or c.province, now=c.now, **more)


def refused(function: Any, *arguments: Any, **more: Any) -> list[str]:
    with pytest.raises(RuleBroken) as caught:
        function(*arguments, **more)
    return [b.rule for b in caught.value.breaches]


def returned(c: ClassAt) -> list[ReturnedItem]:
    act(c, review_section, place="objectives", accepts=True)
    act(c, review_section, place="logistics", accepts=False, code="staff", comment="写明班务管理教师")
    act(c, review_section, place="materials", accepts=False, code="resources")
    act(c, return_programme)
    return items_of(programme(c))


def write(c: ClassAt, **sections: str) -> None:
    edit_programme(training_class=c.tc, seen=programme(c).version, sections=sections, by=c.staff, now=c.now)


def send_again(c: ClassAt) -> None:
    for by in c.instructors:
        act(c, confirm_programme, by)
    act(c, submit_programme, c.staff)


def test_the_list_goes_back_and_is_mended_one_by_one(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    materials, logistics = returned(c)
    assert (materials.place, logistics.place) == ("materials", "logistics")
    assert programme(c).returned_reason == (
        "后勤服务：班务管理和后勤服务没有落实到人，写明班务管理教师\n培训资料：未以培训指导手册为核心资源"
    )
    mend: dict[str, Any] = {"by": c.instructors[0], "now": c.now}
    assert refused(mend_section, item=logistics, **mend) == ["mend.unchanged"]
    write(c, logistics="班务管理教师张静跟班。")
    mend_section(item=logistics, **mend)
    for by in c.instructors:
        act(c, confirm_programme, by)
    assert refused(act, c, submit_programme, c.staff) == ["review.open_items"]
    mend_section(item=materials, answer="手册为核心，已在第一条写明", **mend)
    act(c, submit_programme, c.staff)
    assert refused(mend_section, item=logistics, **mend) == ["mend.closed"]


def test_the_province_then_sees_only_what_changed(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("programme_submitted")
    items = returned(c)
    write(c, logistics="班务管理教师张静跟班。")
    for item in items:
        mend_section(item=item, answer="已改", by=c.staff, now=c.now)
    send_again(c)
    parts = {part.place: part for part in review_of(programme(c)).parts}
    assert [place for place, part in parts.items() if part.changed] == ["logistics"]
    assert [place for place, part in parts.items() if part.settled] == ["objectives"]
    assert parts["logistics"].item is not None
    page = signed_in(c.province).get(reverse("programme.parts", args=[c.tc.pk])).content.decode()
    assert "此前已通过" in page
    assert "<ins>" in page
    act(c, file_programme)
    assert programme(c).state == "filed"


def test_an_accepted_part_that_changes_is_looked_at_again(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    act(c, review_section, place="objectives", accepts=True)
    act(c, return_programme, reason="请补充")
    write(c, objectives="另一个目标。")
    send_again(c)
    part = review_of(programme(c)).parts[0]
    assert (part.settled, part.changed) == (False, True)


def test_what_is_marked_to_go_back_cannot_be_filed(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    act(c, review_section, place="venue", accepts=False, code="place")
    assert refused(act, c, file_programme) == ["review.returned_parts"]
    act(c, review_section, place="venue", accepts=True)
    act(c, file_programme)
    assert all(part.accepted_before for part in review_of(programme(c)).parts)


def test_returned_without_a_list_has_no_items(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    assert refused(act, c, return_programme) == ["reason.missing"]
    act(c, return_programme, reason="请整体修改")
    assert items_of(programme(c)) == []


@pytest.mark.parametrize(
    ("place", "accepts", "code", "comment", "rules"),
    [
        ("song", True, "", "", ["review.place"]),
        ("venue", True, "", "", []),
        ("venue", False, "", "", ["review.reason"]),
        ("venue", False, "methods", "", ["review.reason"]),
        ("venue", False, "place", "", []),
        ("venue", False, "other", " ", ["review.comment"]),
        ("venue", False, "other", "过远", []),
    ],
)
def test_a_part_goes_back_with_a_reason_that_fits(
    place: str, accepts: bool, code: str, comment: str, rules: list[str]
) -> None:
    assert [b.rule for b in verdict_breaches(place, accepts, code, comment)] == rules


def test_reasons_fit_real_parts_and_have_codes_of_their_own() -> None:
    assert {place for reason in REASONS for place in reason.places} <= set(PLACES)
    assert len({reason.code for reason in REASONS}) == len(REASONS)
    assert all(reasons_for(place) for place in PLACES)


def test_only_the_own_province_reviews_while_it_is_submitted(class_at: ClassAtFixture) -> None:
    c = class_at("programme_submitted")
    actors = c.actors()
    for name in ("institution", "instructor", "centre"):
        with pytest.raises(NotAllowed):
            act(c, review_section, actors[name], place="venue", accepts=True)
    with pytest.raises(NotThere):
        act(c, review_section, actors["other_province"], place="venue", accepts=True)
    with pytest.raises(Conflict):
        review_section(programme=programme(c), place="venue", accepts=True, seen=1, by=c.province, now=c.now)
    act(c, file_programme)
    assert refused(act, c, review_section, place="venue", accepts=True) == ["review.closed"]


# Remarks --------------------------------------------------------------------------------------------------------------


def remark(c: ClassAt, by: Any, place: str = "venue", text: str = "工位够不够？") -> ProgrammeComment:
    return comment_programme(programme=programme(c), place=place, text=text, by=by, now=c.now)


def test_a_remark_is_answered_resolved_and_opened_again(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    version = programme(c).version
    top = remark(c, c.instructors[0])
    answer = answer_comment(comment=top, text="三十个", by=c.staff, now=c.now)
    assert unresolved_count(c.tc) == 1
    resolve_comment(comment=answer, by=c.instructors[0], now=c.now)
    resolve_comment(comment=top, by=c.instructors[0], now=c.now)
    assert unresolved_count(c.tc) == 0
    answer_comment(comment=answer, text="还差两个", by=c.instructors[1], now=c.now)
    (held,) = comments_of(c.tc)["venue"]
    assert (held.resolved_at, [one.text for one in held.thread]) == (None, ["三十个", "还差两个"])
    assert programme(c).version == version, "the instructors' word still stands"


def test_remarks_on_parts_and_days_only(class_at: ClassAtFixture) -> None:
    c = class_at("drafted")
    day = f"day:{c.tc.first_day.isoformat()}"
    assert remark(c, c.staff, day).title == "6月12日"
    for place in ("song", "day:2020-01-01", "day:x"):
        assert refused(remark, c, c.staff, place) == ["comment.place"]
    assert refused(remark, c, c.staff, "venue", " ") == ["comment.empty"]
    assert refused(remark, c, c.staff, "venue", "长" * 501) == ["comment.long"]


def test_remarks_stay_among_those_concerned(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("admitted")
    top = remark(c, c.staff)
    actors, where = c.actors(), reverse("programme.parts", args=[c.tc.pk])
    seen = {"institution": 200, "instructor": 200, "province": 200, "centre": 200}
    hidden = {"examiner": 403, "coordinator": 403, "other_institution": 404, "other_province": 404}
    for name, status in (seen | hidden).items():
        assert signed_in(actors[name]).get(where).status_code == status, name
        place = reverse("programme.remarks", args=[c.tc.pk, "venue"])
        assert signed_in(actors[name]).get(place).status_code == status, name
        visible = ProgrammeComment.objects.scope(actors[name]).filter(pk=top.pk).exists()
        assert visible is (status == 200), name
    assert signed_in(c.trainees[0]).get(where).status_code == 403
    assert not ProgrammeComment.objects.scope(c.trainees[0]).exists()
    for by in (c.province, actors["examiner"]):
        with pytest.raises((NotAllowed, NotThere)):
            answer_comment(comment=top, text="不在审核中", by=by, now=c.now)


def test_the_province_remarks_while_it_reviews(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("programme_submitted")
    client = signed_in(c.province)
    place = reverse("programme.remarks", args=[c.tc.pk, "venue"])
    answer = client.post(
        reverse("programme.comment", args=[programme(c).pk]),
        {"place": "venue", "text": "请附平面图", "next": place},
        follow=True,
    )
    assert "请附平面图" in answer.content.decode()
    assert "已批注" not in client.get(place).content.decode()


def test_the_page_costs_the_same_with_many_remarks(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("programme_submitted")
    counts = []
    for n in range(3):
        for place in ("venue", "timetable", f"day:{c.tc.first_day.isoformat()}"):
            top = remark(c, c.staff, place)
            answer_comment(comment=top, text="好", by=c.instructors[0], now=c.now)
        act(c, review_section, place=list(PLACES)[n], accepts=True)
        client = signed_in(c.province)
        with CaptureQueriesContext(connection) as queries:
            page = client.get(reverse("programme.parts", args=[c.tc.pk]))
        assert page.status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


def test_the_buttons_of_the_review(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("programme_submitted")
    client, row = signed_in(c.province), programme(c)
    where = reverse("programme.parts", args=[c.tc.pk])
    sent = {"seen": row.version, "place": "venue", "code": "place", "comment": "距离过远"}
    assert client.post(reverse("programme.review", args=[row.pk]), sent | {"next": where}).status_code == 302
    assert "退回 1 个部分" in client.get(where).content.decode()
    sent = {"seen": row.version, "reason": "", "next": where}
    assert client.post(reverse("programme.return", args=[row.pk]), sent).status_code == 302
    page = signed_in(c.staff).get(reverse("programme", args=[c.tc.pk])).content.decode()
    assert "逐项标记已修改" in page
    (item,) = items_of(programme(c))
    sent = {"answer": "已更换场地", "next": where}
    assert signed_in(c.staff).post(reverse("programme.mend", args=[item.pk]), sent).status_code == 302
    assert "标记为已修改" in signed_in(c.staff).get(where).content.decode()
