"""The rules of the class office as plain functions: pledge, reminders, ceremonies, lodging, materials, notices."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

import pytest

from gongxue.regulations import arrival, ceremonies, class_notices, discipline, lodging, materials
from gongxue.regulations.breaches import Breach

DAYS = (date(2023, 6, 12), date(2023, 6, 18))


def rules(breaches: list[Breach]) -> list[str]:
    """The codes of some breaches."""
    return [breach.rule for breach in breaches]


def test_the_text_of_the_pledge_has_the_version_that_it_had() -> None:
    """Whoever changes a word gives a new version: what somebody signed must stay known."""
    text = discipline.PLEDGE + repr(discipline.RULES)
    assert discipline.VERSION == "2022-1"
    assert hashlib.sha256(text.encode()).hexdigest()[:16] == "2748ffb5e6622465"


def test_the_reminder_carries_every_article() -> None:
    text = discipline.reminder_text()
    assert all(words in text for _, words in discipline.RULES)
    assert "管理指南第十二条" in text


@pytest.mark.parametrize(("days", "expected"), [(1, [0]), (2, [0, 1]), (7, [0, 3]), (9, [0, 4])])
def test_the_platform_reminds_at_the_beginning_and_in_the_middle(days: int, expected: list[int]) -> None:
    found = discipline.reminder_days(DAYS[0], days)
    assert [(day - DAYS[0]).days for day in found] == expected


@pytest.mark.parametrize(("given", "paper", "refused"), [(0, 0, 1), (1, 0, 0), (0, 1, 0), (1, 1, 0)])
def test_nobody_arrives_without_a_pledge(given: int, paper: int, refused: int) -> None:
    assert len(arrival.pledge_breaches(bool(given), bool(paper))) == refused


def test_late_is_counted_from_the_first_day() -> None:
    assert [arrival.days_late(DAYS[0] + timedelta(days=n), DAYS[0]) for n in (-1, 0, 1, 3)] == [0, 0, 1, 3]


def test_who_does_not_come_is_noted_on_the_first_day_with_a_reason() -> None:
    assert arrival.no_show_breaches(False, DAYS[0], DAYS[0], "生病") == []
    found = arrival.no_show_breaches(True, DAYS[0] - timedelta(days=1), DAYS[0], " ")
    assert rules(found) == ["no_show.arrived", "no_show.early", "no_show.reason"]
    assert rules(arrival.no_show_breaches(False, DAYS[0], DAYS[0], "长" * 201)) == ["no_show.reason"]


OPENING, CLOSING = ceremonies.CeremonyKind.OPENING, ceremonies.CeremonyKind.CLOSING


@pytest.mark.parametrize(
    ("kind", "held", "attended", "today", "expected"),
    [
        ("opening", 0, 4, 0, []),
        ("opening", 6, 4, 6, []),
        ("closing", 6, 4, 6, []),
        ("closing", 9, 4, 9, []),
        ("closing", 5, 4, 6, ["ceremony.before_the_end"]),
        ("closing", -1, 4, 6, ["ceremony.early"]),
        ("opening", -1, 4, 6, ["ceremony.early"]),
        ("opening", 7, 4, 9, ["ceremony.late"]),
        ("opening", 1, 4, 0, ["ceremony.future"]),
        ("opening", 0, 0, 0, ["ceremony.attended"]),
        ("opening", 0, 5, 0, ["ceremony.attended"]),
        ("party", 0, 4, 0, ["ceremony.kind"]),
    ],
)
def test_when_a_ceremony_can_have_been_held(
    kind: str, held: int, attended: int, today: int, expected: list[str]
) -> None:
    on = [DAYS[0] + timedelta(days=n) for n in (held, today)]
    assert rules(ceremonies.held_breaches(kind, on[0], attended, 4, DAYS, on[1])) == expected


def test_a_plan_fits_its_columns_and_is_of_one_of_two_kinds() -> None:
    assert ceremonies.plan_breaches("opening", "报告厅", "一、二", "院长") == []
    assert rules(ceremonies.plan_breaches("ball", "长" * 81, "", "")) == ["ceremony.kind", "ceremony.long"]


def test_what_is_missing_is_said_in_order() -> None:
    assert ceremonies.missing_words({OPENING: True, CLOSING: True}) == []
    assert len(ceremonies.missing_words({})) == 2
    assert "结业式" in ceremonies.missing_words({OPENING: True})[0]


@pytest.mark.parametrize(
    ("kind", "texts", "stay", "expected"),
    [
        ("arranged", ("培训楼", "", ""), (-1, 6), []),
        ("arranged", (" ", "", ""), (0, 5), ["lodging.place"]),
        ("home", ("", "", "家住本市"), (0, 5), []),
        ("home", ("", "", ""), (0, 5), ["lodging.note"]),
        ("tent", ("", "", ""), (0, 5), ["lodging.kind"]),
        ("arranged", ("长" * 81, "", ""), (0, 5), ["lodging.long"]),
        ("arranged", ("培训楼", "", ""), (-2, 5), ["lodging.nights"]),
        ("arranged", ("培训楼", "", ""), (0, 7), ["lodging.nights"]),
        ("arranged", ("培训楼", "", ""), (3, 2), ["lodging.nights"]),
    ],
)
def test_what_an_entry_of_the_lodging_register_needs(
    kind: str, texts: tuple[str, str, str], stay: tuple[int, int], expected: list[str]
) -> None:
    first, last = (DAYS[0] + timedelta(days=n) for n in stay)
    assert rules(lodging.lodging_breaches(kind, texts, (first, last), DAYS)) == expected


def test_nights_are_counted_with_both_ends_and_gaps_are_seen() -> None:
    assert lodging.nights(DAYS[0], DAYS[0]) == 1 and lodging.nights(*DAYS) == 7
    assert len(lodging.nights_of_class(*DAYS)) == 6
    assert len(lodging.uncovered_nights(None, DAYS)) == 6
    assert lodging.uncovered_nights((DAYS[0], DAYS[1] - timedelta(days=1)), DAYS) == []
    assert lodging.uncovered_nights((DAYS[0], DAYS[0]), DAYS)[0] == DAYS[0] + timedelta(days=1)


def test_a_night_can_be_noted_between_teaching_days_once_it_has_come() -> None:
    assert lodging.night_breaches(DAYS[0], DAYS, DAYS[0], []) == []
    assert rules(lodging.night_breaches(DAYS[1], DAYS, DAYS[1], [])) == ["night.outside"]
    assert rules(lodging.night_breaches(DAYS[0], DAYS, DAYS[0] - timedelta(days=1), [5])) == [
        "night.future", "night.stranger",
    ]  # fmt: skip


def test_a_line_of_the_list_has_a_title_and_the_list_an_end() -> None:
    assert materials.material_breaches("工作页", "", "other", 0) == []
    assert rules(materials.material_breaches(" ", "", "gift", 30)) == [
        "material.kind", "material.title", "material.many",
    ]  # fmt: skip


def test_a_notice_says_something_to_somebody() -> None:
    assert class_notices.notice_breaches("题", "文", "all", 1) == []
    assert rules(class_notices.notice_breaches("", "", "friends", 1)) == [
        "class_notice.title", "class_notice.text", "class_notice.audience",
    ]  # fmt: skip
    assert rules(class_notices.notice_breaches("题", "文", "not_arrived", 0)) == ["class_notice.nobody"]


def test_a_classmates_number_is_seen_only_where_it_is_shared() -> None:
    assert class_notices.contact_breaches(False, False) == class_notices.contact_breaches(True, True) == []
    assert rules(class_notices.contact_breaches(True, False)) == ["contact.not_shared"]
