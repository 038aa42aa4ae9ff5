"""Results of form 2 from five released answers on, in groups of five; closing a class."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from gongxue.foundation.official_forms.summaries import bars_of
from gongxue.rehearsal.forms import form2_answers
from gongxue.stage7_evaluation.actions import answer_evaluation
from gongxue.stage7_evaluation.models import AnswerSheet
from gongxue.stage7_evaluation.queries import closing_of, outcome_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage5_delivery.visits import trainees_of

AtTime = Callable[[datetime], None]
SECRET = "只有一个人写的意见"


def _answer(c: ClassAt, *trainees: int, words: str = "理清了思路") -> None:
    roles = trainees_of(c)
    for n in trainees:
        answers = form2_answers(c.tc.level_enum, random.Random(n)) | {"11": words}
        answer_evaluation(training_class=c.tc, answers=answers, by=roles[n], now=c.now)


def _close(c: ClassAt, signed_in: SignedIn, day: str = "") -> Any:
    return signed_in(c.staff).post(f"/classes/{c.tc.pk}/close/", {"ceremony_on": day or str(c.tc.last_day)})


def _page(c: ClassAt, signed_in: SignedIn) -> str:
    return signed_in(c.province).get(f"/classes/{c.tc.pk}/evaluation/").content.decode()


@pytest.fixture
def issued(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    """Ten trainees, certificates issued, nobody has answered."""
    c = class_at("finished", headcount=10)
    c.plan = c.plan.at_step(c.plan.step + 1)  # without the rehearsal's answers
    c.drive_to("issued")
    at_time(c.now)
    return c


@pytest.mark.parametrize(("answers", "left"), [(0, 5), (1, 4), (4, 1)])
def test_under_five_answers_nothing_is_shown_even_after_the_closing(
    issued: ClassAt, signed_in: SignedIn, answers: int, left: int
) -> None:
    _answer(issued, *range(answers), words=SECRET)
    assert f"还差 {left} 份才能显示汇总结果" in _page(issued, signed_in)
    assert _close(issued, signed_in).status_code == 302
    page = _page(issued, signed_in)
    assert f"还差 {left} 份才能显示汇总结果" in page
    assert SECRET not in page and "stacked" not in page
    assert not AnswerSheet.objects.inside(training_class=issued.tc, released=True).exists()


def test_five_answers_are_shown_at_the_closing_and_not_before(issued: ClassAt, signed_in: SignedIn) -> None:
    _answer(issued, *range(5))
    page = _page(issued, signed_in)
    assert "汇总结果在结班归档时一次公布" in page and "理清了思路" not in page
    _close(issued, signed_in)
    page = _page(issued, signed_in)
    assert page.count("理清了思路") == 5
    assert page.count('<svg class="stacked"') > 20


def test_later_answers_are_released_in_groups_of_five(issued: ClassAt, signed_in: SignedIn) -> None:
    """The sum after minus the sum before is never one person."""
    _answer(issued, *range(5))
    _close(issued, signed_in)
    before = outcome_of(issued.reload())
    for n in (5, 6, 7, 8):
        _answer(issued, n, words=SECRET)
        assert outcome_of(issued.tc) == before
        assert f"另有 {n - 4} 份，满 5 份后一并计入" in _page(issued, signed_in)
    _answer(issued, 9)
    assert outcome_of(issued.tc).answers == 10
    assert _page(issued, signed_in).count(SECRET) == 4


def test_bars_are_as_wide_as_the_counts(issued: ClassAt, signed_in: SignedIn) -> None:
    _answer(issued, *range(8))
    _close(issued, signed_in)
    for result in outcome_of(issued.tc).items:
        pieces = bars_of(result)
        if sum(p.count for p in pieces):
            assert sum(p.width for p in pieces) == pytest.approx(100, abs=0.01)
            assert [p.x for p in pieces] == pytest.approx(
                [sum(q.width for q in pieces[:i]) for i in range(len(pieces))], abs=0.01
            )


def test_sections_three_carry_the_instructors_names(issued: ClassAt, signed_in: SignedIn) -> None:
    _answer(issued, *range(5))
    _close(issued, signed_in)
    page = _page(issued, signed_in)
    for i, teacher in enumerate(issued.instructors, 1):
        assert f"3.{i} 骨干教师{i}　{teacher.account.name}" in page


@pytest.mark.parametrize("stage", ["finished", "confirmed"])
def test_what_is_still_missing_is_said_before_the_closing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, stage: str
) -> None:
    c = class_at(stage)
    at_time(c.now)
    page = signed_in(c.staff).get(f"/classes/{c.tc.pk}/evaluation/").content.decode()
    says = "成绩尚未确认" if stage == "finished" else "还有 4 人未发证"
    assert says in page and "结班前还缺" in page
    assert 'name="ceremony_on"' not in page
    refused = _close(c, signed_in)
    assert refused.status_code == 422
    assert says in refused.content.decode()
    assert closing_of(c.tc) is None


@pytest.mark.parametrize("days", [-1, 99])
def test_the_ceremony_lies_between_the_first_day_and_today(
    issued: ClassAt, signed_in: SignedIn, days: int
) -> None:
    day = issued.tc.first_day + timedelta(days=days)
    refused = _close(issued, signed_in, str(day))
    assert refused.status_code == 422
    assert "结业式日期应在" in refused.content.decode()
    assert f'value="{day}"' in refused.content.decode()


@pytest.mark.parametrize("day", ["", "昨天", "2023-02-30"])
def test_a_day_that_is_none_is_refused(issued: ClassAt, signed_in: SignedIn, day: str) -> None:
    answer = signed_in(issued.staff).post(f"/classes/{issued.tc.pk}/close/", {"ceremony_on": day})
    assert answer.status_code == 422
    assert closing_of(issued.tc) is None


def test_a_class_is_closed_once(issued: ClassAt, signed_in: SignedIn) -> None:
    assert _close(issued, signed_in).status_code == 302
    assert issued.reload().stage == 8
    assert _close(issued, signed_in).status_code == 422
    assert "已于" in _page(issued, signed_in)
