"""The trainee's pages: begin, autosave, submit, follow, the stamped scan, withdraw."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from gongxue.foundation.identity.models import Role
from gongxue.stage4_enrolment.actions import admit_applicant, put_on_waiting_list, reject_applicant
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries import enrolment_of
from tests.cast import ClassAt, ClassAtFixture, SignedIn, at
from tests.stage4_enrolment.conftest import (
    answers_for,
    application_of,
    applied,
    as_post,
    begun,
    newcomers,
    scan,
)

AtTime = Callable[[datetime], None]
JSON = {"Accept": "application/json"}


def open_class(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("announced")
    at_time(c.now)
    return c


def save_url(c: ClassAt) -> str:
    return reverse("enrolment.save", args=[c.tc.pk])


def test_a_stranger_is_led_through_sign_in_to_the_form(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    led = Client().get(save_url(c))
    assert led.status_code == 302
    assert led.url == f"/sign-in/?next=/classes/{c.tc.pk}/apply/"  # type: ignore[attr-defined]
    client = signed_in(c.people.trainee)
    page = client.get(save_url(c))
    assert page.status_code == 200
    assert "开始填写申请表" in page.content.decode()
    assert not Application.objects.unscoped("test").exists(), "looking begins nothing"
    begun_ = client.post(save_url(c))
    draft = application_of(c, c.people.trainee)
    assert begun_.url == reverse("application", args=[draft.pk])  # type: ignore[attr-defined]
    assert client.post(save_url(c)).url == begun_.url, "a double click begins one application"  # type: ignore[attr-defined]
    assert client.get(save_url(c)).status_code == 302


def test_autosave_answers_with_time_version_and_progress(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {})
    client = signed_in(c.people.trainee)
    at_time(at(c.now.date(), 10, 32))
    answer = client.post(save_url(c), as_post({"3": "汉族", "17": "是"}, seen=draft.version), headers=JSON)
    assert answer.status_code == 200
    told = answer.json()
    assert told["saved"] == "10:32"
    assert told["seen"] == draft.version + 1
    assert (told["answered"], told["total"]) == (2, 18)  # 17a is asked after 17=是
    assert told["parts"]["part-2"] == "1/3"
    again = client.post(
        save_url(c), as_post({"3": "汉族", "17": "否"}, seen=told["seen"]), headers=JSON
    ).json()
    assert again["total"] == 17


def test_autosave_refuses_beside_the_item_and_a_stale_window_with_409(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {})
    client = signed_in(c.people.trainee)
    bad = client.post(save_url(c), as_post({"3": "汉" * 11}, seen=draft.version), headers=JSON)
    assert bad.status_code == 422
    assert "超过 10 字" in bad.json()["errors"]["q-3"]
    client.post(save_url(c), as_post({"3": "回族"}, seen=draft.version), headers=JSON)
    stale = client.post(save_url(c), as_post({"3": "满族"}, seen=draft.version), headers=JSON)
    assert stale.status_code == 409
    assert "刷新" in stale.json()["says"]
    at_time(at(c.tc.first_day))
    late = signed_in(c.people.trainee).post(save_url(c), as_post({"3": "满族"}), headers=JSON)
    assert late.status_code == 422
    assert "不接受报名" in late.json()["says"]


def test_without_script_the_page_saves_and_keeps_what_was_typed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {})
    client = signed_in(c.people.trainee)
    assert client.post(save_url(c), as_post({"3": "汉族"}, seen=draft.version)).status_code == 302
    page = client.post(save_url(c), as_post({"3": "汉族", "6": "讲" * 41}))
    assert page.status_code == 422
    words = page.content.decode()
    assert "讲" * 41 in words
    assert 'aria-invalid="true"' in words
    assert 'href="#q-6"' in words, "the error is named above and linked"


def test_submitting_saves_first_and_links_everything_that_is_missing(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {})
    client, where = signed_in(c.people.trainee), reverse("enrolment.submit", args=[draft.pk])
    refused = client.post(where, as_post({"3": "汉族"}, seen=draft.version))
    assert refused.status_code == 422
    words = refused.content.decode()
    missing = refused.context["form"].missing
    assert len(missing) == 16
    for item in missing:
        assert f'href="#{item.id}"' in words
        assert f'id="{item.id}"' in words
    assert application_of(c, c.people.trainee).answer.all_items() == {"3": "汉族"}
    done = client.post(where, as_post(answers_for(c), seen=refused.context["seen"]))
    assert done.status_code == 302, done.content.decode()
    assert application_of(c, c.people.trainee).state == "submitted"
    again = client.post(where, as_post(answers_for(c), seen=refused.context["seen"]))
    assert again.status_code == 302, "a second click ends on the same page"


def test_the_way_of_an_application_is_shown_without_the_opinions(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    trainee = c.people.trainee
    application = applied(c, trainee, endorsed=False, opinions=(True, False))
    client, where = signed_in(trainee), reverse("application", args=[application.pk])
    page = client.get(where)
    assert [(s.title, s.tone) for s in page.context["steps"]] == [
        ("提交申请", "done"), ("单位意见", "now"), ("审核", "todo"), ("录取结果", "todo"),
    ]  # fmt: skip
    words = page.content.decode()
    assert "教学经历不足一年" not in words
    assert c.instructors[1].account.name not in words
    put_on_waiting_list(application=application_of(c, trainee), by=c.staff, now=c.now)
    assert "现排第 1 位" in client.get(where).content.decode()
    reject_applicant(application=application_of(c, trainee), reason="专业不符", by=c.staff, now=c.now)
    page = client.get(where)
    assert page.context["steps"][-1].says == "专业不符"
    assert "专业不符" in client.get(reverse("my_applications")).content.decode()


def test_the_reason_for_admitting_against_an_opinion_is_not_told_to_the_applicant(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    from gongxue.exchange.models import Message

    c = open_class(class_at, at_time)
    application = applied(c, c.people.trainee, opinions=(True, False))
    admit_applicant(application=application, by=c.staff, now=c.now, reason="复核后认为经历足够")
    where = reverse("application", args=[application.pk])
    assert "复核后认为" not in signed_in(c.people.trainee).get(where).content.decode()
    told = Message.objects.unscoped("test").filter(kind="enrolment.decided")
    assert [m.body for m in told] == [""]


def test_places_on_the_waiting_list_move_up(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    roles = newcomers(c, 3)
    for role in roles:
        put_on_waiting_list(application=applied(c, role, opinions=()), by=c.staff, now=c.now)
    numbers = [application_of(c, role).waiting_number for role in roles]
    assert numbers == [1, 2, 3]
    reject_applicant(application=application_of(c, roles[0]), reason="专业不符", by=c.staff, now=c.now)
    page = signed_in(roles[2]).get(reverse("application", args=[application_of(c, roles[2]).pk]))
    assert "现排第 2 位" in page.content.decode()
    last = newcomers(c, 1)[0]
    put_on_waiting_list(application=applied(c, last, opinions=()), by=c.staff, now=c.now)
    assert application_of(c, last).waiting_number == 4, "a number is not given twice"


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (scan("意见.exe"), "不接受"),
        (scan("意见.pdf", b"hello"), "不是 pdf 格式"),
        (scan("意见.png", b"\x89PNG\r\n\x1a\n" + b"0" * 40), "损坏"),
        (scan("意见.png", b""), "空"),
        (scan("意见.pdf", b"%PDF-" + b"0" * (10 * 1024 * 1024)), "10 MB"),
        (None, "没有选择文件"),
    ],
    ids=["kind", "disguised", "broken", "empty", "big", "none"],
)
def test_a_scan_that_cannot_be_taken_is_refused_beside_the_upload(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, upload: Any, says: str
) -> None:
    c = open_class(class_at, at_time)
    application = applied(c, c.people.trainee, endorsed=False, opinions=())
    where = reverse("enrolment.attach_endorsement", args=[application.pk])
    if upload is not None:
        upload.seek(0)
    page = signed_in(c.people.trainee).post(where, {"scan": upload} if upload is not None else {})
    assert page.status_code == 422
    assert says in page.content.decode()
    assert not application_of(c, c.people.trainee).is_endorsed


def test_a_scan_stands_for_the_employers_opinion_and_is_stored_sealed(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    from gongxue.foundation.files.store import path_of

    c = open_class(class_at, at_time)
    application = applied(c, c.people.trainee, endorsed=False, opinions=())
    client = signed_in(c.people.trainee)
    where = reverse("enrolment.attach_endorsement", args=[application.pk])
    assert client.post(where, {"scan": scan()}).status_code == 302
    stored = application_of(c, c.people.trainee).endorsement_scan
    assert stored is not None
    assert b"PNG" not in path_of(stored.digest).read_bytes()
    download = client.get(reverse("application.scan", args=[application.pk]))
    assert download.content.startswith(b"\x89PNG")
    assert download["Content-Disposition"].startswith("attachment")
    assert download["X-Content-Type-Options"] == "nosniff"
    for role in (c.staff, c.instructors[0]):
        assert signed_in(role).get(reverse("application.scan", args=[application.pk])).status_code == 200
    for role, status in ((c.people.stranger, 404), (c.examiners[0], 403), (c.people.changzhou.staff, 404)):
        assert signed_in(role).get(reverse("application.scan", args=[application.pk])).status_code == status


def test_when_the_school_has_nobody_on_the_platform_the_page_says_so(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    application = applied(c, c.people.trainee, endorsed=False, opinions=())
    where = reverse("application", args=[application.pk])
    assert "已通知" in signed_in(c.people.trainee).get(where).content.decode()
    Role.objects.filter(organisation=c.people.trainee.organisation_id, duty="school").update(
        until=c.now.date()
    )
    assert "没有院校管理人员账号" in signed_in(c.people.trainee).get(where).content.decode()


def test_a_closed_enrolment_shows_the_draft_without_buttons(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {"3": "汉族"})
    notice = enrolment_of(c.tc)
    assert notice is not None
    at_time(at(notice.closes_on + timedelta(days=1)))
    client = signed_in(c.people.trainee)
    words = client.get(reverse("application", args=[draft.pk])).content.decode()
    assert "没有提交" in words
    assert "提交申请</button>" not in words
    assert "报名已截止，未提交" in client.get(reverse("my_applications")).content.decode()


def test_withdrawing_through_the_page(class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime) -> None:
    c = class_at("admitted")
    at_time(c.now)
    trainee = c.trainees[0]
    application = application_of(c, trainee)
    client = signed_in(trainee)
    where = reverse("enrolment.withdraw", args=[application.pk])
    assert where in client.get(reverse("application", args=[application.pk])).content.decode()
    sent = {"once": "w1", "reason": "学校有任务", "next": reverse("my_applications")}
    assert client.post(where, sent).status_code == 302
    assert client.post(where, sent).status_code == 302
    assert application_of(c, trainee).state == "withdrawn"
    assert "学校有任务" in client.get(reverse("application", args=[application.pk])).content.decode()


HOSTILE = ["x" * 300_000, "汉\x00", ["a", "b"], "<script>alert(1)</script>", "%ED%A0%80", "\U0010ffff"]


@pytest.mark.postgresql
@pytest.mark.parametrize("code", ["3", "10", "19.3-1", "declaration", "4", "nonsense"])
def test_hostile_input_is_refused_and_never_breaks_the_page(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime, code: str
) -> None:
    c = open_class(class_at, at_time)
    draft = begun(c, c.people.trainee, {})
    client = signed_in(c.people.trainee)
    submit = reverse("enrolment.submit", args=[draft.pk])
    for value in HOSTILE:
        saved = client.post(save_url(c), as_post({code: value}), headers=JSON)
        assert saved.status_code in ({200, 422} if code == "3" else {422}), value
        answer = client.post(submit, as_post({code: value}))
        assert answer.status_code == 422, value
        assert b"<script>alert(1)" not in answer.content
    assert client.get(reverse("application", args=[draft.pk])).status_code == 200


def test_a_lone_surrogate_in_the_bytes_does_no_harm(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    begun(c, c.people.trainee, {})
    raw = b"filled=1&answers.3=%ED%A0%80&answers.%ED%A0%80=x"
    answer = signed_in(c.people.trainee).post(
        save_url(c), raw, content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 422


def test_pages_carry_no_personal_value_in_addresses(
    class_at: ClassAtFixture, signed_in: SignedIn, at_time: AtTime
) -> None:
    c = open_class(class_at, at_time)
    trainee = c.people.trainee
    application = applied(c, trainee, opinions=())
    person = application.person
    words = signed_in(trainee).get(reverse("application", args=[application.pk])).content.decode()
    assert person.id_number.reveal() not in words
    assert person.phone not in words
    assert str(person.id_number) in words
