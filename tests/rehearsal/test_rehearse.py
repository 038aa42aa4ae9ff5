"""Whole classes, driven to their certificates on any date, together and beside what is already in the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoDbBlocker

from gongxue.certificates.models import Certificate
from gongxue.commands.check_books import all_checks, differences
from gongxue.foundation.identity.models import Account
from gongxue.foundation.trail.models import Event
from gongxue.parties.models import Person
from gongxue.regulations.levels import Level
from gongxue.regulations.registers import institutions
from gongxue.rehearsal.rehearse import CannotRehearse, rehearse
from gongxue.rehearsal.specification import FIRST_YEAR, LAST_YEAR, parse_specification
from gongxue.stage1_planning.actions import open_round
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage6_assessment.models import Results
from gongxue.stage7_evaluation.models import Closing
from tests.cast import ClassAtFixture, People, at
from tests.prepared import Clone, Shelf

ANY = "tests look at all rows"
Data = dict[str, Any]


@pytest.fixture
def scratch(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> Iterator[Clone]:
    """A migrated database without a row, as the command makes one."""
    with django_db_blocker.unblock(), Clone(shelf, shelf.empty()) as clone:
        yield clone


def drive(*texts: str, seed: int = 1) -> list[Data]:
    return [one.as_data() for one in rehearse([parse_specification(text) for text in texts], seed)]


def numbers(*classes: Data) -> list[str]:
    return [c["number"] for one in classes for c in one["certificates"]]


def serials(*classes: Data) -> list[str]:
    return [c["serial"] for one in classes for c in one["certificates"]]


def in_order(prefix: str, width: int, count: int, first: int = 1) -> list[str]:
    return [f"{prefix}{n:0{width}d}" for n in range(first, first + count)]


def books_agree() -> None:
    assert {check.name: differences(check) for check in all_checks(every_file=True)} == {
        check.name: [] for check in all_checks(every_file=True)
    }


def is_over(tc: TrainingClass) -> bool:
    return (
        Closing.objects.unscoped(ANY).filter(training_class=tc).exists()
        and Results.objects.unscoped(ANY).get(training_class=tc).state == "confirmed"
    )


@pytest.mark.usefixtures("scratch")
def test_a_full_class_with_every_fate() -> None:
    (one,) = drive("009:3:机械类:2022-06-13:30")
    assert (one["institution_code"], one["institution"], one["level"], one["category"]) == (
        "009",
        "邢台技师学院",
        "3",
        "机械类",
    )
    assert (one["first_day"], one["last_day"]) == ("2022-06-13", "2022-06-19")
    assert (one["admitted"], one["barred"], one["failed"]) == (30, 2, 2)
    assert numbers(one) == in_order("130092022063", 3, 26)
    assert serials(one) == in_order("1300900", 3, 26)
    names = [c["name"] for c in one["certificates"]]
    holders = (
        Certificate.objects.unscoped(ANY).order_by("number").values_list("person__account__name", flat=True)
    )
    assert names == list(holders)
    books_agree()


@pytest.mark.usefixtures("scratch")
def test_classes_of_one_institution_month_and_level_share_a_sequence_and_all_share_the_serials() -> None:
    mechanics, computing, other_level, other_month, same_again = drive(
        "009:3:机械类:2022-06-13:3", "009:3:信息类:2022-06-15:3", "009:2:机械类:2022-06-13:2",
        "009:3:机械类:2022-07-04:2", "009:3:机械类:2022-06-13:3",
    )  # fmt: skip
    assert numbers(mechanics, computing, same_again) == in_order("130092022063", 3, 9)
    assert numbers(other_level) == in_order("130092022062", 3, 2)
    assert numbers(other_month) == in_order("130092022073", 3, 2)
    assert serials(mechanics, computing, other_level, other_month, same_again) == in_order("13009", 5, 13)
    books_agree()


@pytest.mark.usefixtures("scratch")
def test_every_institution_counts_for_itself() -> None:
    beijing, tianjin, changzhou = drive(
        "001:3:服务类:2022-12-05:2", "005:1:文化艺术与综合类:2022-12-05:2", "017:G:机械类:2022-12-05:2"
    )
    assert numbers(beijing, tianjin, changzhou) == [
        *in_order("110012022123", 3, 2), *in_order("120052022121", 3, 2), *in_order("32017202212G", 3, 2)
    ]  # fmt: skip
    assert serials(beijing) == ["1100100001", "1100100002"]
    assert serials(changzhou) == ["3201700001", "3201700002"]


AWKWARD = (
    "009:3:01:2022-01-01:1",  # the first day there are rules: everything before it was done earlier
    "009:2:01:2024-02-29:2",  # a leap day
    "009:3:01:2024-02-26:2",  # over a leap day
    "001:2:03:2023-06-28:2",  # from one half-year into the next
    "001:3:03:2022-12-30:2",  # from one year into the next: the certificates bear the year of the first day
    "017:G:02:2025-12-31:2",
    "017:1:02:2025-12-29:2",  # ends, is confirmed and is closed in the following year
    "002:1:08:2098-12-31:2",  # the last day there can be
)


@pytest.mark.usefixtures("scratch")
@pytest.mark.parametrize("text", AWKWARD)
def test_awkward_dates(text: str) -> None:
    spec = parse_specification(text)
    (one,) = drive(text)
    prefix = f"{spec.institution.province_code}{spec.institution.code}{spec.first_day:%Y%m}{spec.level}"
    assert numbers(one) == in_order(prefix, 3, spec.headcount)
    tc = TrainingClass.objects.unscoped(ANY).get()
    assert is_over(tc)
    assert (tc.first_day, tc.last_day) == (spec.first_day, spec.last_day)
    first_act = Event.objects.unscoped(ANY).order_by("pk")[0]
    assert first_act.at.date() < spec.first_day
    books_agree()


@pytest.mark.usefixtures("scratch")
def test_the_order_in_the_call_is_the_order_of_the_answer() -> None:
    later, earlier = drive("009:3:01:2024-03-04:1", "009:3:01:2022-03-07:1")
    assert numbers(later, earlier) == ["130092024033001", "130092022033001"]
    assert serials(later, earlier) == ["1300900001", "1300900002"]


def test_the_seed_decides(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> None:
    def once(seed: int) -> tuple[list[Data], list[tuple[str, str]]]:
        with Clone(shelf, shelf.empty()):
            data = drive("009:3:机械类:2022-06-13:12", seed=seed)
            trail = Event.objects.unscoped(ANY).order_by("pk").values_list("code", "actor")
            return data, list(trail)

    with django_db_blocker.unblock():
        first, again, other = once(1), once(1), once(2)
    assert first == again
    assert first[0] != other[0], "other people"
    assert [code for code, _ in first[1]] != [code for code, _ in other[1]], "other fates"


# In a database that has something in it -----------------------------------------------------------------------------


@pytest.mark.postgresql
def test_beside_what_is_there_the_numbers_go_on(class_at: ClassAtFixture) -> None:
    c = class_at("closed")
    before = [str(certificate.number) for certificate in c.certificates]
    again, elsewhere = drive(f"009:3:信息类:{c.tc.first_day}:2", "021:2:机械类:2023-06-12:2")
    assert numbers(again) == in_order("130092023063", 3, 2, first=len(before) + 1)
    assert len(numbers(elsewhere)) == 2
    books_agree()


def test_twice_the_same_seed_in_one_database_is_other_people(cast: People) -> None:
    first = drive("009:3:机械类:2023-06-12:2", seed=7)  # the seed of the people who are there already
    second = drive("009:3:机械类:2023-06-12:2", seed=7)
    assert numbers(*first, *second) == in_order("130092023063", 3, 4)
    assert not Account.objects.filter(sign_in_name="").exists()
    assert (
        Person.objects.unscoped(ANY).filter(applications__training_class__isnull=False).distinct().count()
        == 4
    )


def test_a_round_with_other_dates_is_used(cast: People) -> None:
    opens = date(2023, 2, 20)
    open_round(
        year=2023,
        half=1,
        opens_on=opens,
        closes_on=opens + timedelta(days=20),
        by=cast.centre,
        now=at(opens, 8),
    )
    (one,) = drive("009:3:机械类:2023-06-12:2")
    assert numbers(one) == in_order("130092023063", 3, 2)


@pytest.mark.postgresql
def test_what_a_rule_forbids_here_is_refused_and_leaves_nothing(class_at: ClassAtFixture) -> None:
    class_at("submitted")  # waits for the province, which cannot report while it does
    before = (Event.objects.unscoped(ANY).count(), Account.objects.count())
    with pytest.raises(CannotRehearse) as refused:
        drive("009:3:机械类:2022-06-13:1", "009:3:机械类:2023-06-12:2")
    line = str(refused.value)
    assert line.startswith("邢台技师学院 三级 机械类 2023-06-12：")
    assert "第七条" in line
    assert "\n" not in line
    assert (Event.objects.unscoped(ANY).count(), Account.objects.count()) == before
    assert TrainingClass.objects.unscoped(ANY).count() == 1


# Anything that can be asked for -------------------------------------------------------------------------------------


@st.composite
def any_class(draw: st.DrawFn) -> str:
    place = draw(st.sampled_from(institutions()))
    level = draw(st.sampled_from([level for level in Level if level.run_by == place.kind]))
    category = draw(st.integers(1, 8))
    around = draw(st.sampled_from([(1, 1), (2, 28), (6, 30), (7, 1), (12, 31), (5, 15)]))
    anchor = date(draw(st.integers(FIRST_YEAR, LAST_YEAR)), *around)
    day = max(
        date(FIRST_YEAR, 1, 1),
        min(anchor + timedelta(days=draw(st.integers(-9, 9))), date(LAST_YEAR, 12, 31)),
    )
    return f"{place.code}:{level}:0{category}:{day}:{draw(st.integers(1, 3))}"


def check_any(texts: list[str], seed: int) -> None:
    """Everybody is certified or accounted for, numbers and serials are gapless, the books agree."""
    data = drive(*texts, seed=seed)
    by_series: dict[Any, list[str]] = defaultdict(list)
    by_place: dict[str, list[str]] = defaultdict(list)
    for text, one in zip(texts, data, strict=True):
        spec = parse_specification(text)
        assert one["admitted"] == spec.headcount
        assert one["admitted"] == one["barred"] + one["failed"] + len(one["certificates"])
        by_series[spec.series.prefix] += numbers(one)
        by_place[spec.institution.province_code + spec.institution.code] += serials(one)
    for prefix, found in by_series.items():
        assert found == in_order(prefix, 3, len(found))
    for place, found in by_place.items():
        assert found == in_order(place, 5, len(found))
    assert all(is_over(tc) for tc in TrainingClass.objects.unscoped(ANY))
    books_agree()


def in_a_clone(shelf: Shelf, texts: list[str], seed: int) -> None:
    with Clone(shelf, shelf.empty()):
        check_any(texts, seed)


def examples(number: int) -> Callable[[Shelf], None]:
    each = given(texts=st.lists(any_class(), min_size=1, max_size=3), seed=st.integers(0, 10**6))
    slow = settings(max_examples=number, suppress_health_check=[HealthCheck.too_slow])
    run: Callable[[Shelf], None] = slow(each(in_a_clone))
    return run


def test_any_classes_that_can_be_asked_for_come_to_their_end(
    shelf: Shelf, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        examples(6)(shelf)


@pytest.mark.faults
def test_many_more_of_them(shelf: Shelf, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        examples(150)(shelf)
