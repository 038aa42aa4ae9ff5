"""Scoring through the page: drafts, the check before it is final, who may be scored and who may score."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.stage5_delivery.models import LearningProduct
from gongxue.stage6_assessment.actions import save_score, score_final, score_process
from gongxue.stage6_assessment.models import Attempt, DraftSheet, ScoreSheet
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """A class whose products are in; nobody has scored."""
    c = class_at("taught")
    at_time(c.now)
    return c


def _post(client: Client, c: ClassAt, part: str = "process", **form: Any) -> Any:
    return client.post(
        f"/classes/{c.tc.pk}/score/{part}/", {key.replace("__", "."): v for key, v in form.items()}
    )


def _typed(c: ClassAt, *marks: str, comment: str = "") -> dict[str, str]:
    form: dict[str, str] = {}
    for attendee, mark in zip(c.attendees, marks, strict=False):
        form |= {f"mark.{attendee.pk}": mark, f"comment.{attendee.pk}": comment if mark else ""}
    return form


def _sheets(c: ClassAt) -> list[Decimal]:
    rows = ScoreSheet.objects.inside(training_class=c.tc).order_by("attempt__attendee__application__seat")
    return list(rows.values_list("mark", flat=True))


def test_marks_are_kept_shown_once_more_and_then_final(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.instructors[0])
    check = _post(client, c, do="check", **_typed(c, "85.5", "", "90", comment="条理清楚"))
    page = check.content.decode()
    assert check.status_code == 200
    assert "核对后提交 2 份评分" in page and "提交后不能修改" in page
    assert (_sheets(c), DraftSheet.objects.unscoped("test").count()) == ([], 2)
    answer = _post(client, c, do="submit", once="k1", **_typed(c, "85.5", comment="条理清楚"))
    assert answer.status_code == 302
    assert _sheets(c) == [Decimal("85.5")]  # the other draft was not posted: it stays a draft
    assert DraftSheet.objects.unscoped("test").count() == 1
    page = client.get(answer.url).content.decode()
    assert "已提交 <b>85.5</b> 分，等待评分齐备" in page
    assert 'value="90"' in page


def test_one_sheet_can_be_submitted_alone(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.instructors[0])
    page = _post(client, c, only=str(c.attendees[1].pk), **_typed(c, "85", "77", "66")).content.decode()
    assert "核对后提交 1 份评分" in page
    assert f'name="mark.{c.attendees[1].pk}" value="77"' in page
    assert f'name="mark.{c.attendees[0].pk}"' not in page


def test_a_double_click_submits_once_and_says_the_same(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.instructors[0])
    for _ in range(2):
        answer = _post(client, c, do="submit", once="k1", **_typed(c, "85", "86"))
        assert "已提交 2 份评分" in client.get(answer.url).content.decode()
    assert len(_sheets(c)) == 2


@pytest.mark.parametrize(
    "mark", ["100.1", "-1", "1e2", "NaN", "８５", "85.55", "八十", "0x55", "85,5", "9" * 30]
)
def test_what_is_no_mark_is_named_and_nothing_is_submitted(
    c: ClassAt, signed_in: SignedIn, mark: str
) -> None:
    client = signed_in(c.instructors[0])
    for do in ("check", "submit", "save"):
        answer = _post(client, c, do=do, **_typed(c, "85", mark))
        page = answer.content.decode()
        assert answer.status_code == 422
        assert c.attendees[1].application.person.name in page
        assert 'value="85"' in page  # what was typed stays
    assert _sheets(c) == []


@pytest.mark.parametrize(
    ("mark", "kept"), [(" 85 ", "85.0"), ("0", "0.0"), ("100", "100.0"), ("100.0", "100.0"), ("59.9", "59.9")]
)
def test_every_mark_of_the_scale_is_taken(c: ClassAt, signed_in: SignedIn, mark: str, kept: str) -> None:
    _post(signed_in(c.instructors[0]), c, do="submit", **_typed(c, mark))
    assert _sheets(c) == [Decimal(kept)]


def test_a_comment_without_a_mark_is_not_submitted(c: ClassAt, signed_in: SignedIn) -> None:
    answer = _post(signed_in(c.instructors[0]), c, do="check", **{f"comment.{c.attendees[0].pk}": "尚可"})
    assert answer.status_code == 422
    assert "还没有填分数" in answer.content.decode()


def test_nothing_typed_is_said(c: ClassAt, signed_in: SignedIn) -> None:
    answer = _post(signed_in(c.instructors[0]), c, do="check", **_typed(c, "", ""))
    assert answer.status_code == 422
    assert "没有可提交的评分" in answer.content.decode()


def test_a_draft_is_kept_while_it_is_typed(c: ClassAt, signed_in: SignedIn) -> None:
    client, where = signed_in(c.instructors[0]), f"/attendees/{c.attendees[0].pk}/score/"
    kept = client.post(where, {"part": "process", "mark": " 78.5 ", "comment": "可"})
    assert kept.json()["saved"] == "13:00"
    assert (
        f'data-stamp="{kept.json()["stamp"]}"' in client.get(where.replace("score", "sheet")).content.decode()
    )
    wrong = client.post(where, {"part": "process", "mark": "780", "comment": ""})
    assert wrong.status_code == 422
    assert "不是有效的分数" in wrong.json()["says"]
    draft = DraftSheet.objects.unscoped("test").get()
    assert (draft.mark, draft.comment) == ("78.5", "可")
    event = Event.objects.unscoped("test").filter(code="assessment.save").get()
    assert event.changes == {}  # that something was kept, never what


def test_a_nul_byte_is_answered_and_not_an_error(c: ClassAt, signed_in: SignedIn) -> None:
    answer = signed_in(c.instructors[0]).post(
        f"/attendees/{c.attendees[0].pk}/score/", {"part": "process", "mark": "80", "comment": "a\x00b"}
    )
    assert answer.status_code == 422


def test_a_submitted_sheet_never_changes_again(c: ClassAt, signed_in: SignedIn) -> None:
    client, first = signed_in(c.instructors[0]), c.attendees[0]
    _post(client, c, do="submit", **_typed(c, "85"))
    assert _post(client, c, do="submit", **_typed(c, "95")).status_code == 302  # nobody was left to score
    assert client.post(f"/attendees/{first.pk}/score/", {"part": "process", "mark": "95"}).status_code == 422
    for act in (score_process, save_score):
        more: dict[str, Any] = {"part": "process"} if act is save_score else {}
        with pytest.raises(RuleBroken, match="您已提交"):
            act(attendee=first, mark="95", by=c.instructors[0], now=c.now, **more)
    assert _sheets(c) == [Decimal("85.0")]


def test_when_all_are_in_sheets_mean_and_distance_are_shown(c: ClassAt, signed_in: SignedIn) -> None:
    for role, mark in zip(c.instructors, ("90", "74.5"), strict=True):
        score_process(attendee=c.attendees[0], mark=mark, comment=f"评{mark}", by=role, now=c.now)
    for role, mark in zip(c.instructors, ("90", "75"), strict=True):
        score_process(attendee=c.attendees[1], mark=mark, by=role, now=c.now)
    page = signed_in(c.instructors[1]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "平均 82.25" in page and "平均 82.50" in page
    assert "评90" in page and "评74.5" in page
    assert page.count("相差超过 15 分") == 1  # exactly fifteen apart asks nobody


def test_who_may_not_be_scored_is_shown_with_the_reason(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("taught", fates=("barred",))
    at_time(c.now)
    LearningProduct.objects.inside(attendee=c.attendees[1])
    page = signed_in(c.instructors[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert "旷课和请假合计 5 课时，超过 4 课时，不能参加培训考核" in page
    assert f'name="mark.{c.attendees[0].pk}"' not in page
    assert f'name="mark.{c.attendees[1].pk}"' in page
    final = signed_in(c.examiners[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert final.count("过程性考核尚未合格，不能参加终结性考核") == 4
    assert 'name="mark.' not in final


def test_without_a_product_there_is_nothing_to_score(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("started")
    at_time(c.now)
    page = signed_in(c.instructors[0]).get(f"/classes/{c.tc.pk}/assessment/").content.decode()
    assert page.count("第 1 次学习成果尚未提交") == 4
    with pytest.raises(RuleBroken, match="第 1 次学习成果尚未提交"):
        score_process(attendee=c.attendees[0], mark="80", by=c.instructors[0], now=c.now)


def test_a_barred_trainee_cannot_be_scored_by_any_route(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("taught", fates=("barred",))
    at_time(c.now)
    barred = c.attendees[0]
    client = signed_in(c.instructors[0])
    assert _post(client, c, do="submit", **{f"mark.{barred.pk}": "90"}).status_code == 302
    assert client.post(f"/attendees/{barred.pk}/score/", {"part": "process", "mark": "90"}).status_code == 422
    with pytest.raises(RuleBroken, match="超过 4 课时"):
        score_process(attendee=barred, mark="90", by=c.instructors[0], now=c.now)
    assert not Attempt.objects.inside(attendee=barred).exists()


@pytest.mark.parametrize("actor", ["institution", "coordinator", "province", "centre", "trainee", "examiner"])
def test_nobody_but_the_instructors_scores_the_process_assessment(
    c: ClassAt, signed_in: SignedIn, actor: str
) -> None:
    role = c.actors()[actor]
    expected = 404 if actor == "examiner" else 403
    assert _post(signed_in(role), c, do="submit", **_typed(c, "99")).status_code == expected
    with pytest.raises(NotAllowed):
        score_process(attendee=c.attendees[0], mark="99", by=role, now=c.now)
    assert _sheets(c) == []


def test_an_instructor_is_no_examiner(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("process_scored")
    at_time(c.now)
    assert _post(signed_in(c.instructors[0]), c, "final", do="submit", **_typed(c, "99")).status_code == 404
    with pytest.raises(NotAllowed, match="终结性考核只由本班考核骨干教师评分"):
        score_final(attendee=c.attendees[0], mark="99", by=c.instructors[0], now=c.now)


def test_a_foreign_trainee_cannot_be_scored(
    classes_at: ClassesAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    mine, theirs = classes_at(Plan("taught"), Plan("taught", "017", "1"))
    at_time(mine.now)
    client, stranger = signed_in(mine.instructors[0]), theirs.attendees[0]
    assert (
        client.post(f"/attendees/{stranger.pk}/score/", {"part": "process", "mark": "99"}).status_code == 404
    )
    assert _post(client, theirs, do="submit", **_typed(theirs, "99")).status_code == 404
    _post(client, mine, do="submit", **{f"mark.{stranger.pk}": "99"})
    assert (_sheets(mine), _sheets(theirs)) == ([], [])


def test_the_attempt_of_a_replaced_examiner_is_not_opened_again(class_at: ClassAtFixture) -> None:
    """Complete is complete: a draft cannot be begun on it by somebody who came later."""
    from gongxue.stage2_staffing.models import Invitation

    c = class_at("final_scored")
    later = c.people.expert
    seat = Invitation.objects.inside(training_class=c.tc, seat="examiner", number=1).get()
    from gongxue.parties.queries import person_of
    from gongxue.stage1_planning.models import Involvement

    Invitation.objects.inside(pk=seat.pk).update(person=person_of(later.account_id))
    Involvement.objects.inside(training_class=c.tc).create(
        training_class=c.tc, account=later.account, duty="backbone", since=c.now
    )
    with pytest.raises(RuleBroken, match="评分已经齐备"):
        save_score(attendee=c.attendees[0], part="final", mark="10", by=later, now=c.now)
    with pytest.raises(RuleBroken, match="评分已经齐备"):
        score_final(attendee=c.attendees[0], mark="10", by=later, now=c.now)
