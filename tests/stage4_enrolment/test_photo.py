"""The one-inch photo of form 1: added by its owner, printed on the sheet, seen by whoever works with the applicant."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import docx
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from gongxue.foundation.files.store import path_of
from gongxue.foundation.identity.models import Account
from gongxue.foundation.identity.vault import Unreadable
from gongxue.foundation.lifecycle.errors import NotAllowed, NotThere, RuleBroken
from gongxue.foundation.official_forms.models import Answer, Portrait
from gongxue.foundation.official_forms.portraits import photo_of
from gongxue.foundation.trail.models import Event
from gongxue.stage4_enrolment.actions import attach_photo, submit_application, withdraw_application
from tests.cast import ClassAt, ClassAtFixture, SignedIn
from tests.foundation.files.photos import portrait, upload
from tests.stage4_enrolment.conftest import application_of, begun

AtTime = Callable[[datetime], None]
JSON = {"Accept": "application/json"}


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("announced")
    at_time(c.now)
    return c


def with_photo(c: ClassAt) -> Any:
    application = begun(c, c.people.trainee)
    return attach_photo(application=application, photo=upload(), by=c.people.trainee, now=c.now)


def test_it_is_kept_sealed_under_ones_own_key(c: ClassAt) -> None:
    row = with_photo(c)
    stored = row.answer.portrait.file
    assert (stored.name, stored.media_type, stored.sealed) == ("照片.jpg", "image/jpeg", True)
    raw = path_of(stored.digest).read_bytes()
    assert b"JFIF" not in raw and raw[:3] != b"\xff\xd8\xff"
    jpeg = photo_of(row.answer)
    assert jpeg is not None and jpeg.startswith(b"\xff\xd8\xff")
    event = Event.objects.unscoped("test").get(code="enrolment.attach_photo")
    assert event.changes == {} and event.about.startswith("answer/"), "nobody else's business"
    Account.objects.filter(pk=c.people.trainee.account_id).update(data_key=None)
    with pytest.raises(Unreadable):
        photo_of(Answer.objects.get(pk=row.answer_id))


def test_a_refused_photo_leaves_nothing(c: ClassAt) -> None:
    application = begun(c, c.people.trainee)
    before = {p for p in settings.STORE_DIR.rglob("*") if p.is_file()}
    with pytest.raises(RuleBroken):
        attach_photo(
            application=application, photo=upload(portrait((300, 300))), by=c.people.trainee, now=c.now
        )
    assert not Portrait.objects.unscoped("test").exists()
    assert {p for p in settings.STORE_DIR.rglob("*") if p.is_file()} == before


def test_only_ones_own_draft_takes_one(c: ClassAt) -> None:
    application = begun(c, c.people.trainee)
    other = c.people.stranger
    with pytest.raises(NotThere):
        attach_photo(application=application, photo=upload(), by=other, now=c.now)
    with pytest.raises(NotAllowed):
        attach_photo(application=application, photo=upload(), by=c.staff, now=c.now)
    submit_application(application=application, by=c.people.trainee, now=c.now)
    with pytest.raises(RuleBroken, match="不能再更换"):
        attach_photo(application=application, photo=upload(), by=c.people.trainee, now=c.now)


def test_it_is_printed_on_the_official_sheet(c: ClassAt, signed_in: SignedIn) -> None:
    row = with_photo(c)
    client = signed_in(c.people.trainee)
    pdf = PdfReader(io.BytesIO(client.get(reverse("application.pdf", args=[row.pk])).content))
    (image,) = pdf.pages[0].images
    assert image.image is not None and image.image.size == (413, 578)
    assert "1寸照片" not in pdf.pages[0].extract_text()
    book = docx.Document(io.BytesIO(client.get(reverse("application.docx", args=[row.pk])).content))
    (shape,) = book.inline_shapes
    assert (round(shape.width.mm), round(shape.height.mm)) == (25, 35)
    page = client.get(reverse("application", args=[row.pk])).content.decode()
    assert f"/my/applications/{row.pk}/photo.jpg?v={row.answer.portrait_id}" in page


def test_without_one_the_sheet_keeps_its_place(c: ClassAt, signed_in: SignedIn) -> None:
    row = begun(c, c.people.trainee)
    client = signed_in(c.people.trainee)
    pdf = PdfReader(io.BytesIO(client.get(reverse("application.pdf", args=[row.pk])).content))
    assert "1寸照片" in pdf.pages[0].extract_text()
    assert client.get(reverse("application.photo", args=[row.pk])).status_code == 404


def test_who_works_with_the_applicant_sees_it_and_nobody_else(c: ClassAt, signed_in: SignedIn) -> None:
    row = submit_application(application=with_photo(c), by=c.people.trainee, now=c.now)
    where = reverse("applicant.photo", args=[row.pk])
    for role in (c.staff, c.instructors[0]):
        seen = signed_in(role).get(where)
        assert seen.status_code == 200 and seen["Content-Type"] == "image/jpeg"
        assert seen["X-Content-Type-Options"] == "nosniff" and "no-store" in seen["Cache-Control"]
        assert str(row.person.id_number.reveal()) not in str(seen.headers)
    for role in (c.people.centre, c.people.hebei, c.examiners[0], c.people.trainee):
        assert signed_in(role).get(where).status_code in (403, 404)
    for role in (c.people.jiangsu, c.people.stranger):
        assert signed_in(role).get(where).status_code == 404
    assert Client().get(where).status_code == 302
    for role in (c.people.stranger, c.staff):
        assert signed_in(role).get(reverse("application.photo", args=[row.pk])).status_code in (403, 404)
    centre = signed_in(c.people.centre)
    printed = centre.get(reverse("applicant.pdf", args=[row.pk])).content
    assert not PdfReader(io.BytesIO(printed)).pages[0].images
    assert "photo.jpg" not in centre.get(reverse("applicant", args=[row.pk])).content.decode()


def test_it_is_offered_again_with_the_next_form(c: ClassAt, signed_in: SignedIn) -> None:
    first = with_photo(c)
    withdraw_application(application=first, by=c.people.trainee, now=c.now)
    client = signed_in(c.people.trainee)
    client.post(reverse("enrolment.save", args=[c.tc.pk]))
    second = application_of(c, c.people.trainee)
    assert second.pk != first.pk
    assert second.answer.portrait_id == first.answer.portrait_id
    page = client.get(reverse("application", args=[second.pk])).content.decode()
    assert "会印在申请表上，下次报名自动沿用" in page
    attach_photo(application=second, photo=upload(portrait((590, 826))), by=c.people.trainee, now=c.now)
    assert Answer.objects.get(pk=first.answer_id).portrait_id == first.answer.portrait_id, (
        "the old sheet keeps its own"
    )


def test_the_script_is_answered_in_json_and_a_page_without_it(c: ClassAt, signed_in: SignedIn) -> None:
    row = begun(c, c.people.trainee)
    client, where = signed_in(c.people.trainee), reverse("enrolment.attach_photo", args=[row.pk])
    told = client.post(where, {"photo": upload()}, headers=JSON)
    assert told.json()["warnings"] == []
    assert client.get(told.json()["address"]).content.startswith(b"\xff\xd8\xff")
    dark = client.post(where, {"photo": upload(portrait(ground="#050505"))}, headers=JSON).json()
    assert "偏暗" in dark["warnings"][0]
    refused = client.post(where, {"photo": upload(portrait((300, 300)))}, headers=JSON)
    assert refused.status_code == 422 and "至少需要 295 × 413" in refused.json()["says"]
    assert client.post(where, headers=JSON).status_code == 422
    plain = client.post(where, {"photo": upload(b"x", "a.jpg")})
    assert plain.status_code == 422 and "照片没有收下" in plain.content.decode()
    assert client.post(where, {"photo": upload()}).status_code == 302
    assert client.get(where).status_code == 405
