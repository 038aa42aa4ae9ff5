"""The one view of every act: inputs by the action's own annotations, refusals as pages, a way back that stays here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

import pytest
from django.http import Http404
from django.test import RequestFactory

from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import Parameter
from gongxue.foundation.lifecycle.errors import RuleBroken
from gongxue.foundation.pages.act import next_page, read_input, visible
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.logs import scrub, scrub_log
from gongxue.stage1_planning.models import TrainingClass
from tests.cast import ClassAtFixture, People, SignedIn


def read(kind: Any, posted: dict[str, Any], required: bool = True, default: Any = None) -> Any:
    request = cast(Request, RequestFactory().post("/", posted))
    return read_input(Parameter("x", kind, required, default), request)


@pytest.mark.parametrize(
    ("kind", "posted", "expected"),
    [
        (str, {"x": " text "}, " text "), (str, {"x": ""}, ""), (int, {"x": "42"}, 42), (int | None, {"x": "-1"}, -1),
        (date, {"x": "2023-06-12"}, date(2023, 6, 12)), (bool, {"x": "on"}, True), (bool, {}, False), (bool, {"x": "off"}, False),
        (Sequence[int], {"x": ["1", "2", ""]}, [1, 2]), (Sequence[str], {}, []),
        (Mapping[int, str], {"x.3": "leave", "x.4": "", "y.5": "no"}, {3: "leave"}), (Mapping[str, Any], {"x.a": "1"}, {"a": "1"}),
    ],
)  # fmt: skip
def test_inputs_are_read_by_the_annotations_of_the_action(
    kind: Any, posted: dict[str, Any], expected: Any
) -> None:
    assert read(kind, posted) == expected


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (int, "1.5"), (str, "a\0b"), (int, "one"), (int, "٣"), (int, "1" * 16), (int, ""), (date, "2023-02-30"), (date, "yesterday"), (date, ""),
        (Mapping[int, str], "-"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_and_named(kind: Any, text: str) -> None:
    posted = {"x.abc": text} if kind == Mapping[int, str] else {"x": text}
    with pytest.raises(RuleBroken) as refused:
        read(kind, posted)
    assert refused.value.breaches[0].rule in ("input.format", "input.missing")


def test_an_input_with_a_default_may_be_absent() -> None:
    assert read(int | None, {}, required=False, default=7) == 7
    with pytest.raises(RuleBroken, match="缺少"):
        read(int, {})


@pytest.mark.parametrize("pk", ["x", "", None, "1.5", "9" * 30, "-1", [1]])
def test_a_number_that_is_none_is_an_absent_row(class_at: ClassAtFixture, pk: Any) -> None:
    c = class_at("planned")
    with pytest.raises(Http404):
        visible(TrainingClass, pk, c.staff)
    assert visible(TrainingClass, str(c.tc.pk), c.staff) == c.tc


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "",
    ],
)
def test_the_way_back_never_leads_elsewhere(wanted: str) -> None:
    assert next_page(RequestFactory().post("/", {"next": wanted}), "/desk/") == "/desk/"


def test_the_way_back_leads_to_a_page_of_ours() -> None:
    assert (
        next_page(RequestFactory().post("/", {"next": "/planning/3/?page=2"}), "/desk/")
        == "/planning/3/?page=2"
    )


def test_an_act_answers_with_the_page_it_came_from_and_a_sentence(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    client = signed_in(c.province)
    body = {"seen": c.tc.version, "next": f"/planning/{c.tc.round_id}/"}
    answer = client.post(f"/planning/lines/{c.tc.pk}/approve/", body, follow=True)
    assert answer.redirect_chain == [(f"/planning/{c.tc.round_id}/", 302)]
    assert "已审核通过计划班次。" in answer.content.decode()


def test_an_act_asked_for_by_part_of_a_page_answers_with_where_to_go(
    class_at: ClassAtFixture, signed_in: SignedIn
) -> None:
    c = class_at("submitted")
    answer = signed_in(c.province).post(
        f"/planning/lines/{c.tc.pk}/approve/",
        {"seen": c.tc.version, "next": "/desk/"},
        headers={"HX-Request": "true"},
    )
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/desk/")


def test_an_act_is_a_post(class_at: ClassAtFixture, signed_in: SignedIn) -> None:
    c = class_at("submitted")
    client = signed_in(c.province)
    for method in ("get", "head", "put", "delete", "patch"):
        assert getattr(client, method)(f"/planning/lines/{c.tc.pk}/approve/").status_code == 405
    assert c.reload().state == "submitted"


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"seen": "999"}, 409, "请刷新页面，核对新内容后再办理"), ({"seen": "x"}, 422, "不能识别"), ({}, 422, "缺少“seen”"),
        ({"seen": "1", "reason": ""}, 409, "您看到的是第 1 版"),
    ],
)  # fmt: skip
def test_a_refusal_is_a_page_with_the_reasons_and_the_way_out(
    class_at: ClassAtFixture, signed_in: SignedIn, body: dict[str, str], status: int, says: str
) -> None:
    c = class_at("submitted")
    answer = signed_in(c.province).post(f"/planning/lines/{c.tc.pk}/return/", {"reason": "请改", **body})
    page = answer.content.decode()
    assert answer.status_code == status and says in page and "什么都没有改动" in page
    assert c.reload().state == "submitted"


def test_a_filter_form_has_all_its_fields_whatever_the_address_says() -> None:
    request = RequestFactory().get("/", {"q": "  张\0伟  ", "province": "1" * 500, "evil": "x"})
    assert chosen(request, "q", "province", "level") == {"q": "张伟", "province": "1" * 80, "level": ""}


def test_id_numbers_and_phones_do_not_reach_the_log() -> None:
    said = scrub("130502199001011239 与 13050219900101123X，电话 13800001111，编号 13009202206300X1")
    assert said == "[证件号] 与 [证件号]，电话 [手机]，编号 13009202206300X1"


def test_every_answer_names_its_request_and_the_trail_keeps_it(cast: People, signed_in: SignedIn) -> None:
    from gongxue.foundation.trail.models import Event

    answer = signed_in(cast.centre).post(
        "/registers/schools/add/", {"name": "某某技师学院", "province_code": "13"}
    )
    event = Event.objects.unscoped("a test").order_by("-pk")[0]
    assert event.request_id == answer["X-Request-Id"] and len(event.request_id) == 16


def test_no_address_of_a_person_stands_in_the_log() -> None:
    said = scrub_log(
        "SMTPRecipientsRefused: {'zhang.wei+pt@school.example.cn': (550, b'<zhang.wei+pt@school.example.cn>')}"
    )
    assert "zhang" not in said and "school" not in said and said.count("[邮箱]") == 2
    assert scrub_log("trail.seal@1686535200 class-12@gongxue") == "trail.seal@1686535200 class-12@gongxue"
