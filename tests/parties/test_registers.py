"""Registers: institutions with what they are approved for, schools; everybody reads, the centre writes."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import quote

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.errors import NotAllowed, RuleBroken
from gongxue.foundation.trail.models import Event
from gongxue.parties.actions import register_approval, register_school
from gongxue.parties.models import TrainingApproval
from gongxue.regulations.registers import institutions
from gongxue.rehearsal.timeline import at
from tests.cast import FIRST_DAY, People, SignedIn
from tests.still_clock import StillClock

NOW = at(FIRST_DAY)


def approve(cast: People, **given: Any) -> TrainingApproval:
    values = {
        "institution": Organisation.objects.get(code="051"), "category": "04", "level": "3", "valid_from": date(2022, 9, 1),
        "valid_until": date(2025, 12, 31), "basis": "某号文件", "by": cast.centre, "now": NOW,
    }  # fmt: skip
    return register_approval(**{**values, **given})


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def reader(cast: People, signed_in: SignedIn, still_clock: StillClock) -> Client:
    return signed_in(cast.trainee)


# Approvals --------------------------------------------------------------------------------------------------------


@pytest.mark.postgresql
def test_an_approval_is_registered_with_its_basis_and_whoever_did_it(cast: People) -> None:
    row = approve(cast)
    assert (row.basis, row.registered_by, row.registered_at) == ("某号文件", cast.centre.account, NOW)
    event = Event.objects.unscoped("a test").order_by("-pk")[0]
    assert (event.code, event.about) == ("registers.approve", f"trainingapproval/{row.pk}")
    assert event.institution_id == row.institution_id, "the institution finds it in its own trail"


@pytest.mark.parametrize(
    ("given", "rule"),
    [
        ({"category": "09"}, "approval.category"), ({"level": "1"}, "approval.kind"), ({"level": "G"}, "approval.level"), ({"level": "x"}, "approval.level"),
        ({"valid_until": date(2022, 8, 31)}, "approval.dates"), ({"basis": "  "}, "approval.basis"),
    ],
)  # fmt: skip
def test_an_approval_is_refused_with_the_reason(cast: People, given: dict[str, Any], rule: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        approve(cast, **given)
    assert [b.rule for b in refused.value.breaches] == [rule]


def test_the_same_approval_is_registered_once_and_renewed_with_another_day(cast: People) -> None:
    approve(cast)
    with pytest.raises(RuleBroken, match="已经登记"):
        approve(cast)
    approve(cast, valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31))
    assert TrainingApproval.objects.filter(institution__code="051").count() == 2


def test_a_school_is_not_approved_for_anything(cast: People) -> None:
    with pytest.raises(RuleBroken, match="不是培训机构"):
        approve(cast, institution=cast.trainee.organisation)


@pytest.mark.postgresql
def test_the_database_has_the_last_word_on_dates(cast: People) -> None:
    row = approve(cast)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingApproval.objects.filter(pk=row.pk).update(valid_until=date(2020, 1, 1))


@pytest.mark.parametrize("who", ["oversight", "hebei", "trainee"])
def test_only_the_centre_writes_the_registers(cast: People, who: str) -> None:
    by = getattr(cast, who)
    with pytest.raises(NotAllowed):
        approve(cast, by=by)
    with pytest.raises(NotAllowed):
        register_school(name="某某技师学院", province_code="13", by=by, now=NOW)


# The register on the page -----------------------------------------------------------------------------------------


def test_the_register_has_the_51_institutions_with_code_kind_and_province(
    cast: People, reader: Client
) -> None:
    page = text(reader, "/registers/")
    assert "共 51 个机构" in page
    for row in institutions():
        assert f"{row.province_code}/{row.code}" in page and row.name in page
    assert page.count("师资研修中心</td>") == 4


def test_what_is_not_known_says_so(cast: People, reader: Client) -> None:
    page = text(reader, "/registers/?q=051")
    assert "待录入" in page
    own = text(reader, f"/registers/{Organisation.objects.get(code='051').pk}/")
    assert "获批资格待录入" in own and "请联系部指导中心登记" in own


def test_an_approval_counts_on_its_last_day_and_is_marked_the_day_after(
    cast: People, signed_in: SignedIn, still_clock: StillClock
) -> None:
    place = approve(cast).institution
    shown = {}
    for day in (date(2022, 8, 31), date(2022, 9, 1), date(2025, 12, 31), date(2026, 1, 1)):
        still_clock.set(at(day))
        page = text(signed_in(cast.trainee), f"/registers/{place.pk}/")
        shown[day.isoformat()] = re.search(r'data-label="三级"><span class="dot (\w+)">(\w+)<', page).groups()  # type: ignore[union-attr]
    assert shown == {
        "2022-08-31": ("wait", "未生效"), "2022-09-01": ("good", "有效"), "2025-12-31": ("good", "有效"), "2026-01-01": ("bad", "已过期"),
    }  # fmt: skip


def test_an_expired_approval_is_counted_until_it_is_renewed(
    cast: People, signed_in: SignedIn, still_clock: StillClock
) -> None:
    still_clock.set(at(date(2026, 3, 1)))
    approve(cast)
    assert "1 项已过期" in text(signed_in(cast.trainee), "/registers/?q=051")
    approve(cast, valid_from=date(2026, 1, 1), valid_until=date(2028, 12, 31))
    page = text(signed_in(cast.trainee), "/registers/?q=051")
    assert "已过期" not in page and "交通类" in page
    place = Organisation.objects.get(code="051")
    assert "至 2028-12-31" in text(signed_in(cast.trainee), f"/registers/{place.pk}/"), (
        "the one that holds is shown"
    )


def test_a_development_centre_needs_no_approval_for_backbone_classes(cast: People, reader: Client) -> None:
    assert "凭机构资格" in text(reader, f"/registers/{cast.changzhou.organisation.pk}/")
    assert "凭机构资格" not in text(reader, f"/registers/{cast.xingtai.organisation.pk}/")


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("province=13", 2), ("kind=development_centre", 4), ("q=" + quote("邢台"), 1), ("q=009", 1), ("category=01&level=1", 1), ("level=2", 2),
        ("category=04", 0), ("province=31", 0), ("q=%25", 0), ("kind=school", 0),
    ],
)  # fmt: skip
def test_the_register_is_searched(cast: People, reader: Client, query: str, number: int) -> None:
    assert f"共 {number} 个机构" in text(reader, f"/registers/?{query}")


@pytest.mark.parametrize("number", [1, 3])
def test_the_register_takes_the_same_number_of_queries_for_any_number_of_approvals(
    cast: People, reader: Client, django_assert_num_queries: DjangoAssertNumQueries, number: int
) -> None:
    for i in range(number):
        approve(cast, category=f"0{i + 1}")
    with django_assert_num_queries(7):
        text(reader, "/registers/")
    with django_assert_num_queries(7):
        text(reader, f"/registers/{Organisation.objects.get(code='051').pk}/")


def test_the_centre_registers_an_approval_on_the_page(cast: People, signed_in: SignedIn) -> None:
    centre = signed_in(cast.centre)
    place = Organisation.objects.get(code="051")
    assert "登记获批资格" in text(centre, f"/registers/{place.pk}/")
    body = {
        "category": "04", "level": "3", "valid_from": "2022-09-01", "valid_until": "2025-12-31", "basis": "某号文件", "once": "k",
    }  # fmt: skip
    address = f"/registers/{place.pk}/approve/"
    assert [centre.post(address, body)["Location"] for _ in range(2)] == [f"/registers/{place.pk}/"] * 2
    assert TrainingApproval.objects.filter(institution=place).count() == 1
    refused = centre.post(address, {**body, "once": "k2", "basis": "另一文件"})
    assert (
        refused.status_code == 422
        and "已经登记" in refused.content.decode()
        and 'value="另一文件"' in refused.content.decode()
    )
    assert centre.get(f"/registers/{cast.trainee.organisation_id}/approve/").status_code == 404


def test_the_form_offers_only_the_levels_that_the_kind_may_run(cast: People, signed_in: SignedIn) -> None:
    centre = signed_in(cast.centre)
    pages = {
        code: re.findall(r'<option value="([123G])"', text(centre, f"/registers/{Organisation.objects.get(code=code).pk}/approve/"))
        for code in ("009", "017")
    }  # fmt: skip
    assert pages == {"009": ["3", "2"], "017": ["1"]}


# Schools ----------------------------------------------------------------------------------------------------------


def test_schools_are_listed_searched_and_added(cast: People, signed_in: SignedIn, reader: Client) -> None:
    page = text(reader, "/registers/schools/")
    assert cast.trainee.organisation.name in page and "登记院校</a>" not in page
    assert "邢台技师学院" not in page, "institutions are on their own page"
    centre = signed_in(cast.centre)
    body = {"name": "石家庄第九技师学院", "province_code": "13", "once": "k"}
    assert centre.post("/registers/schools/add/", body)["Location"] == "/registers/schools/"
    assert "石家庄第九技师学院" in text(reader, "/registers/schools/?province=13&q=" + quote("第九"))
    assert "没有符合条件的院校" in text(reader, "/registers/schools/?province=66")


@pytest.mark.parametrize(
    ("given", "says"),
    [({"name": "x"}, "至少"), ({"name": "邢台技师学院"}, "已有同名单位"), ({"province_code": "99"}, "有效的选项"), ({"name": "x" * 81}, "81")],
)  # fmt: skip
def test_a_school_is_refused_with_the_reason(
    cast: People, signed_in: SignedIn, given: dict[str, str], says: str
) -> None:
    body = {"name": "石家庄第九技师学院", "province_code": "13", **given}
    answer = signed_in(cast.centre).post("/registers/schools/add/", body)
    assert answer.status_code == 422 and says in answer.content.decode()


def test_fifty_schools_fill_a_page(cast: People, reader: Client) -> None:
    Organisation.objects.bulk_create(
        Organisation(kind="school", name=f"青海第{i}技校", province_code="63") for i in range(51)
    )
    assert "第 1 / 2 页" in text(reader, "/registers/schools/?province=63")
    assert text(reader, "/registers/schools/?province=63&page=2").count("青海第") == 1
