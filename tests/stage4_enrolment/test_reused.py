"""What form 1 begins with, which version it keeps, and its sums version by version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.urls import reverse

from gongxue.foundation.official_forms.actions import begin_draft, publish_form, save_draft
from gongxue.foundation.official_forms.models import FormVersion
from gongxue.parties.models import Person, Qualification
from gongxue.regulations.calendar import day_of
from gongxue.regulations.official_forms.drafting import editable
from gongxue.stage4_enrolment.actions import save_application, submit_application, withdraw_application
from gongxue.stage4_enrolment.queries import enrolment_of
from gongxue.stage4_enrolment.queries.reused import earlier_trainings
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.stage4_enrolment.conftest import answers_for, application_of, applied, begun, newcomers

AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("announced")
    at_time(c.now)
    return c


def certified(c: ClassAt, number: str, day: date, level: str = "3") -> Person:
    person = Person.objects.unscoped("test").get(account=c.people.trainee.account_id)
    Qualification.objects.create(
        person=person, level=level, category="01", certificate_number=number, institution=c.tc.institution,
        issued_on=day, reference="class/1",
    )  # fmt: skip
    return person


def test_earlier_trainings_come_from_the_register_and_can_be_supplemented(
    c: ClassAt, signed_in: SignedIn
) -> None:
    person = certified(c, "13009202206300X", date(2022, 6, 12))
    certified(c, "130092023122001", date(2023, 12, 1), "2")
    name = c.tc.institution.name
    lines = [f"2023年12月，{name}，机械类，二级培训", f"2022年6月，{name}，机械类，三级培训"]
    assert earlier_trainings(person) == lines
    client = signed_in(c.people.trainee)
    client.post(reverse("enrolment.save", args=[c.tc.pk]))
    draft = application_of(c, c.people.trainee)
    assert draft.answer.all_items() == {"17": "是", "17a": "；".join(lines)}
    page = client.get(reverse("application", args=[draft.pk])).content.decode()
    assert "证书登记中的培训" in page and lines[0] in page
    more = answers_for(c) | {"17": "是", "17a": f"{lines[0]}；2015年，北京，钳工"}
    notice = enrolment_of(c.tc)
    assert notice is not None
    saved = save_application(enrolment=notice, answers=more, by=c.people.trainee, now=c.now)
    submit_application(application=saved, by=c.people.trainee, now=c.now)
    read = signed_in(c.staff).get(reverse("applicant", args=[saved.pk])).content.decode()
    assert "2015年，北京，钳工" in read
    assert f"证书登记：{lines[0]}；{lines[1]}" in read


def test_many_trainings_fit_into_the_item(c: ClassAt) -> None:
    for n in range(30):
        certified(c, f"1300920230{n:02}3001", date(2014, 1, 1 + n))
    draft = begun(c, c.people.trainee, {})
    assert 0 < len(draft.answer.all_items()["17a"]) <= 300


def test_who_has_no_certificate_begins_empty(c: ClassAt) -> None:
    assert begun(c, c.people.trainee, {}).answer.all_items() == {}


def test_the_last_form_is_reused_and_said_to_be(c: ClassAt, signed_in: SignedIn) -> None:
    first = submit_application(application=begun(c, c.people.trainee), by=c.people.trainee, now=c.now)
    withdraw_application(application=first, by=c.people.trainee, now=c.now)
    client = signed_in(c.people.trainee)
    client.post(reverse("enrolment.save", args=[c.tc.pk]))
    second = application_of(c, c.people.trainee)
    before, now = first.answer.all_items(), second.answer.all_items()
    assert now["3"] == before["3"] and now["9"] == before["9"], "personal ones too, under the same key"
    assert not {"19.3-1", "20", "declaration", "17"} & set(now), "what is said of this class is said anew"
    page = client.get(reverse("application", args=[second.pk])).content.decode()
    assert "已沿用您" in page and "民族、职称/职务" in page
    assert "9" not in second.answer.items and before["9"] not in str(second.answer.offered)


def published(c: ClassAt, change: Callable[[Any], Any]) -> FormVersion:
    draft = begin_draft(
        version=FormVersion.objects.get(code="form1", number=1), by=c.people.centre, now=c.now
    )
    data = editable(draft.form)
    change(data)
    draft = save_draft(draft=draft, definition=data, by=c.people.centre, now=c.now)
    return publish_form(
        draft=draft, effective_from=day_of(c.now), confirmation=draft.form.title, by=c.people.centre, now=c.now,
        seen=draft.version,
    )  # fmt: skip


def with_pickup(data: Any) -> None:
    item = data["sections"][3]["items"][0] | {
        "code": "21", "label": "是否需要接站", "kind": "yes_no", "required": True, "room": 0, "new_page": False,
    }  # fmt: skip
    data["sections"][3]["items"].insert(1, item)
    data["sections"][0]["items"][5]["help"] = "如：汉族"


def test_an_application_stays_with_the_version_it_was_begun_under(c: ClassAt, signed_in: SignedIn) -> None:
    old = begun(c, c.people.trainee)
    version = published(c, with_pickup)
    newcomer = newcomers(c, 1)[0]
    new = begun(c, newcomer, {})
    assert (old.answer.version.number, new.answer.version) == (1, version)
    page = signed_in(newcomer).get(reverse("application", args=[new.pk])).content.decode()
    assert "是否需要接站" in page and "如：汉族" in page
    assert (
        "是否需要接站"
        not in signed_in(c.people.trainee).get(reverse("application", args=[old.pk])).content.decode()
    )
    assert submit_application(application=old, by=c.people.trainee, now=c.now).state == "submitted"


def test_sums_are_made_version_by_version(c: ClassAt, signed_in: SignedIn) -> None:
    applied(c, c.people.trainee)
    version = published(c, with_pickup)
    newcomer = newcomers(c, 1)[0]
    submit_application(application=begun(c, newcomer, answers_for(c) | {"21": "是"}), by=newcomer, now=c.now)
    client = signed_in(c.staff)
    page = client.get(reverse("applicants.answers", args=[c.tc.pk])).content.decode()
    assert page.index("第 1 版，1 份") < page.index("第 2 版，1 份") < page.index("是否需要接站")
    assert answers_for(c)["9"] not in page, "no personal item"
    centre = signed_in(c.people.centre)
    for number in (1, 2):
        pk = FormVersion.objects.get(code="form1", number=number).pk
        read = centre.get(reverse("forms.results", args=[pk])).content.decode()
        assert "已提交 1 份" in read and ("是否需要接站" in read) is (number == 2)
        made = centre.get(reverse("forms.results", args=[pk]), {"as": "xlsx", "level": "3"})
        assert made.content.startswith(b"PK") and "attachment" in made["Content-Disposition"]
    empty = centre.get(reverse("forms.results", args=[version.pk]), {"level": "G"}).content.decode()
    assert "还没有提交的答案" in empty
    for role in (c.examiners[0], c.people.trainee):
        assert signed_in(role).get(reverse("applicants.answers", args=[c.tc.pk])).status_code in (403, 404)
    assert signed_in(c.people.jiangsu).get(reverse("applicants.answers", args=[c.tc.pk])).status_code == 404
