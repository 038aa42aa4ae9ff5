"""What is said about works: read by the authors at once, by nobody else whom it could sway before the sheets are in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.regulations.products import comment_breaches
from gongxue.stage5_delivery.actions import comment_product
from gongxue.stage5_delivery.models import LearningProduct, ProductComment
from gongxue.stage5_delivery.queries import attendees_of
from gongxue.stage6_assessment.actions import score_process
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage5_delivery.test_handing_in import give, task

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Four trainees in one group, the class has begun."""
    c = class_at("started")
    at_time(c.now)
    return c


def say(
    c: ClassAt, product: LearningProduct, by: Role, text: str = "条理清楚，目标可再具体", **more: Any
) -> ProductComment:
    return comment_product(product=product, text=text, by=by, now=c.now, **more)


def readers(c: ClassAt, comment: ProductComment) -> set[str]:
    """Who of everybody in the class may read a comment."""
    roles = {
        "first": c.instructors[0], "second": c.instructors[1], "examiner": c.examiners[0], "author": c.trainees[0],
        "other": c.trainees[1], "staff": c.staff, "coordinator": c.coordinator, "province": c.province,
        "centre": c.people.centre,
    }  # fmt: skip
    return {
        name
        for name, role in roles.items()
        if ProductComment.objects.scope(role).filter(pk=comment.pk).exists()
    }


EVERYBODY = {"first", "second", "examiner", "author", "staff", "coordinator", "province", "centre"}


def score(c: ClassAt, seat: int, instructor: int, mark: str = "80") -> None:
    score_process(attendee=attendees_of(c.tc)[seat], mark=mark, by=c.instructors[instructor], now=c.now)


def test_an_instructors_words_are_sealed_until_both_sheets_are_in(c: ClassAt) -> None:
    product = give(c)
    comment = say(c, product, c.instructors[0])
    assert readers(c, comment) == {"first", "author"}
    score(c, 0, 1)  # the colleague's sheet
    assert readers(c, comment) == {"first", "author"}
    score(c, 0, 0)
    assert readers(c, comment) == EVERYBODY


def test_what_an_author_answers_is_read_by_whom_it_answers(c: ClassAt) -> None:
    product = give(c)
    top = say(c, product, c.instructors[0])
    answer = say(c, product, c.trainees[0], "已按意见修改", answers=top)
    question = say(c, product, c.trainees[0], "附件是否需要打印？")
    reply = say(c, product, c.instructors[1], "不需要", answers=question)
    assert readers(c, answer) == {"first", "author"}
    assert readers(c, question) == {"first", "second", "author"}
    assert readers(c, reply) == {"second", "author"}


def test_a_colleagues_sheet_changes_nothing_that_an_instructor_sees(c: ClassAt, signed_in: SignedIn) -> None:
    product = give(c)
    say(c, product, c.instructors[0])
    client = signed_in(c.instructors[1])
    pages = [
        f"/products/{product.pk}/",
        f"/classes/{c.tc.pk}/products/",
        f"/attendees/{product.attendee_id}/portfolio/",
    ]

    def seen() -> list[str]:
        return [_plain(client.get(page).content.decode()) for page in pages]

    before = seen()
    score(c, 0, 0)
    assert seen() == before
    say(c, product, c.instructors[1])  # and may go on as before


def _plain(page: str) -> str:
    """A page without what is fresh in each answer."""
    import re

    return re.sub(r'name="(csrfmiddlewaretoken|once)" value="[^"]*"', "", page)


def test_whose_own_sheet_is_in_says_nothing_until_the_other_is_in(c: ClassAt) -> None:
    product = give(c)
    score(c, 0, 0)
    with pytest.raises(RuleBroken, match="已提交对该学员的评分"):
        say(c, product, c.instructors[0])
    score(c, 0, 1)
    assert readers(c, say(c, product, c.instructors[0])) == EVERYBODY


def test_an_author_who_is_being_scored_says_nothing(c: ClassAt) -> None:
    product = give(c)
    score(c, 0, 0)
    with pytest.raises(RuleBroken, match="正在评分，暂停交流"):
        say(c, product, c.trainees[0], "请问")
    score(c, 0, 1)
    say(c, product, c.trainees[0], "谢谢老师")


def test_below_sixty_the_seal_lies_on_what_is_said_before_the_second_time(c: ClassAt) -> None:
    product = give(c)
    first = say(c, product, c.instructors[0])
    score(c, 0, 0, "50")
    score(c, 0, 1, "52")
    assert readers(c, first) == EVERYBODY  # about an attempt that is over
    again = say(c, product, c.instructors[0], "请补充评价标准")
    assert readers(c, again) == {"first", "author"}
    give(c, follows=product)
    score(c, 0, 0, "70")
    score(c, 0, 1, "72")
    assert readers(c, again) == EVERYBODY


def test_what_concerns_a_group_stays_sealed_until_all_of_it_is_scored(c: ClassAt) -> None:
    product = give(c, assignment=task(c, mode="group"))
    comment = say(c, product, c.instructors[0])
    for seat in range(3):
        score(c, seat, 0)
        score(c, seat, 1)
        assert "second" not in readers(c, comment)
    score(c, 3, 0)
    score(c, 3, 1)
    assert readers(c, comment) == EVERYBODY | {"other"}


def test_confirmed_results_take_the_seal_off(class_at: ClassAtFixture) -> None:
    c = class_at("confirmed")
    product = LearningProduct.objects.inside(training_class=c.tc).order_by("pk")[0]
    comment = ProductComment.objects.create(
        training_class=c.tc,
        product=product,
        version=1,
        text="x",
        by=c.instructors[0].account,
        by_author=False,
        at=c.now,
    )
    assert comment.sealed and "staff" in readers(c, comment)


def test_who_neither_teaches_nor_made_it_says_nothing(c: ClassAt) -> None:
    product = give(c)
    with pytest.raises(NotAllowed):
        say(c, product, c.examiners[0])
    for role in (c.staff, c.coordinator, c.province):
        with pytest.raises(NotAllowed):
            say(c, product, role)
    for role in (c.trainees[1], c.people.stranger):
        with pytest.raises(NotThere):
            say(c, product, role)


def test_an_answer_stays_with_its_work(c: ClassAt) -> None:
    one, other = give(c), give(c, title="另一项")
    top = say(c, one, c.instructors[0])
    with pytest.raises(NotThere):
        say(c, other, c.instructors[0], answers=top)
    with pytest.raises(NotThere):  # a colleague's sealed remark is not there to be answered
        say(c, one, c.instructors[1], answers=top)
    answer = say(c, one, c.trainees[0], "好的", answers=top)
    assert say(c, one, c.instructors[0], "请尽快", answers=answer).answers_id == top.pk


@pytest.mark.parametrize("text", ["给 85 分", "只能得59.5分", "大约八十五分", "一百分", "十五分"])
def test_a_mark_does_not_stand_in_a_comment(text: str) -> None:
    assert [b.rule for b in comment_breaches(text)] == ["comment.mark"]


@pytest.mark.parametrize(
    "text",
    [
        "时间控制在 10 分钟内",
        "3 分组讨论",
        "第2部分需补充",
        "请分 3 个步骤",
        "充分、部分、学分",
        "按百分比",
        "十分清楚",
    ],
)
def test_other_words_are_no_marks(text: str) -> None:
    assert comment_breaches(text) == []


@pytest.mark.parametrize(("text", "rule"), [("  ", "comment.empty"), ("长" * 501, "comment.long")])
def test_an_empty_or_long_comment_is_refused(c: ClassAt, text: str, rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        say(c, give(c), c.instructors[0], text)
    assert [b.rule for b in refused.value.breaches] == [rule]


def test_who_is_told(c: ClassAt) -> None:
    product = give(c, assignment=task(c, mode="group"))
    top = say(c, product, c.instructors[0])
    told = Message.objects.unscoped("test").filter(kind="delivery.comment")
    assert set(told.values_list("account_id", flat=True)) == {r.account_id for r in c.trainees}
    links = dict(told.values_list("account_id", "link"))
    for attendee in attendees_of(c.tc):
        own = LearningProduct.objects.inside(attendee=attendee).get()
        assert links[attendee.application.person.account_id] == f"/products/{own.pk}/"
    mine = LearningProduct.objects.scope(c.trainees[1]).get()
    last = told.order_by("-pk")
    say(c, mine, c.trainees[1], "好的", answers=top)
    assert last[0].account_id == c.instructors[0].account_id and told.count() == 5
    say(c, mine, c.trainees[1], "请问老师")
    assert {m.account_id for m in last[:2]} == {r.account_id for r in c.instructors} and told.count() == 7


def test_the_page_shows_threads_and_the_rule(c: ClassAt, signed_in: SignedIn) -> None:
    product = give(c)
    say(c, product, c.instructors[0])
    answer = signed_in(c.trainees[0]).post(
        f"/products/{product.pk}/comment/", {"text": "收到", "next": f"/products/{product.pk}/"}
    )
    assert answer.status_code == 302
    page = signed_in(c.instructors[0]).get(f"/products/{product.pk}/").content.decode()
    assert "条理清楚" in page and "收到" in page and "评分齐备前不公开" in page and "不写分数" in page
    staff = signed_in(c.staff).get(f"/products/{product.pk}/").content.decode()
    assert "条理清楚" not in staff and "还没有公开的评语" in staff
