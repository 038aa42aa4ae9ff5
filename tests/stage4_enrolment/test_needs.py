"""Needs analysis: the weakest module first, beside the programme's periods; requests and experience (TR 10)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import datetime

from django.urls import reverse

from gongxue.regulations.levels import Level, modules_of
from gongxue.stage4_enrolment.actions import reject_applicant, submit_application
from gongxue.stage4_enrolment.queries import (
    ModuleNeed,
    experience_of,
    needs_of,
    periods_suggested,
    requests_of,
)
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage4_enrolment.conftest import answers_for, begun, newcomers

AtTime = Callable[[datetime], None]


def three(c: ClassAt) -> None:
    """Three applicants who rate module 3-6 worst and 3-2 best; one of them asks for something."""
    for i, role in enumerate(newcomers(c, 3)):
        rated = {f"19.{m.code}": "一般" for m in modules_of(c.tc.level_enum)}
        rated |= {"19.3-6": "较差", "19.3-2": "很好"}
        more = {"17": "是", "17a": "2022年常州"} if i else {}
        answers = (
            answers_for(c)
            | rated
            | more
            | {"20": "希望多观摩" if i == 0 else "", "10": "硕士", "18": "", "15": ""}
        )
        submit_application(application=begun(c, role, answers), by=role, now=c.now)


def test_the_weakest_module_comes_first_with_its_periods(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    three(c)
    needs = needs_of(c.tc)
    assert [need.module.code for need in needs] == ["3-6", "3-1", "3-3", "3-4", "3-5", "3-2"]
    assert needs[0].counts == (3, 0, 0, 0)
    assert needs[0].mean == 1
    assert needs[-1].mean == 4
    assert (
        sum(need.periods for need in needs) == 48
    )  # seven days of eight periods less one day of assessments


def test_bars_fill_the_line(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    three(c)
    for need in needs_of(c.tc):
        ends = [(begin, begin + width) for _, _, begin, width in need.bars]
        assert ends[0][0] == 0
        assert abs(ends[-1][1] - 100) < 0.1
        assert all(abs(a[1] - b[0]) < 0.1 for a, b in itertools.pairwise(ends))


def test_drafts_and_the_rejected_are_not_counted(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    three(c)
    begun(c, c.people.trainee)
    rejected = submit_application(application=begun(c, newcomers(c, 1)[0]), by=c.trainees[-1], now=c.now)
    reject_applicant(application=rejected, reason="专业不符", by=c.staff, now=c.now)
    assert needs_of(c.tc)[0].total == 3
    counted = {one.title[:6]: (one.number, one.of) for one in experience_of(c.tc)}
    assert counted["参加过部级工"] == (2, 3)
    assert counted["硕士及以上（"] == (3, 3)
    assert counted["参与过工学一"] == (0, 3)


def test_requests_are_shown_with_names(class_at: ClassAtFixture) -> None:
    c = class_at("announced")
    three(c)
    assert [text for _, text in requests_of(c.tc)] == ["希望多观摩"]


def test_the_page(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("announced")
    at_time(c.now)
    where = reverse("needs", args=[c.tc.pk])
    assert "暂无数据" in signed_in(c.instructors[0]).get(where).content.decode()
    three(c)
    words = signed_in(c.instructors[0]).get(where).content.decode()
    assert words.index("教学场地和设施使用管理") < words.index("学习任务教学活动设计")
    assert "希望多观摩" in words
    assert "较差 3 人" in words, "the bar says in words what it shows"
    assert reverse("programme", args=[c.tc.pk]) in words
    assert "style=" not in words


def test_level_g_has_no_modules_and_says_so(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced", institution="017", level="G", category="信息类")
    at_time(c.now)
    assert needs_of(c.tc) == []
    words = signed_in(c.staff).get(reverse("needs", args=[c.tc.pk])).content.decode()
    assert "没有分模块自评" in words


def test_experience_and_hours_are_drawn_without_styles(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("announced")
    at_time(c.now)
    roles = newcomers(c, 4)
    for role, said in zip(roles, ("是", "否", "否", "否"), strict=True):
        submit_application(
            application=begun(c, role, answers_for(c) | {"17": said} | ({"17a": "2015年，北京"} if said == "是" else {})),
            by=role, now=c.now,
        )  # fmt: skip
    page = signed_in(c.instructors[0]).get(reverse("needs", args=[c.tc.pk])).content.decode()
    assert 'aria-label="1 人，共 4 人"><rect class="r4" width="25.00%"' in page
    most = max(need.periods for need in needs_of(c.tc))
    assert most > 0
    assert page.count(f'viewBox="0 0 {most} 1"') == len(needs_of(c.tc))
    assert "style=" not in page


def _need(number: int, mean: float | None, periods: int) -> ModuleNeed:
    module = modules_of(Level.THREE)[number]
    return ModuleNeed(module, (0, 0, 0, 0), mean, periods)


def test_what_is_weak_and_short_of_periods_is_suggested_to_grow() -> None:
    needs = [_need(0, 1.5, 4), _need(1, 2.0, 8), _need(2, 3.0, 8), _need(3, 3.5, 12), _need(4, None, 8)]
    assert periods_suggested(needs) == [4, 2, 0, 0, 0]
    assert periods_suggested([_need(0, 2.4, 7), _need(1, 2.45, 9)]) == [1, 0]
    assert periods_suggested([_need(0, None, 8)]) == [0]
    assert periods_suggested([]) == []


def test_a_suggestion_leads_to_the_timetable_with_the_module_marked(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = class_at("reviewed")
    at_time(c.now)
    page = signed_in(c.instructors[0]).get(f"/classes/{c.tc.pk}/needs/").content.decode()
    (module, *_) = [need.module for need in needs_of(c.tc)]
    assert f"/classes/{c.tc.pk}/programme/?module={module.code}" in page
    filed = (
        signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/?module={module.code}&more=2").content.decode()
    )
    assert f"“{module.title}”现有 8 课时，建议 +2 课时" in filed and "变更方案，调整课表" in filed
    province = signed_in(c.province)
    assert "?module=" not in province.get(f"/classes/{c.tc.pk}/needs/").content.decode()
    for odd in ("module=9-9&more=2", "module=", f"module={module.code}&more=x", "module=%00"):
        assert signed_in(c.staff).get(f"/classes/{c.tc.pk}/programme/?{odd}").status_code == 200
