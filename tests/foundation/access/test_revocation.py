"""Revocation is immediate (row 22): the next request of each session, token, link and running upload is refused.

Sessions and suspended accounts are tried in tests/foundation/identity, jobs in tests/foundation/jobs.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongxue.certificates.actions import collect_certificate
from gongxue.certificates.documents import document_of
from gongxue.foundation import clock
from gongxue.foundation.files.uploads import CappedUploadHandler
from gongxue.foundation.identity.actions import end_role, issue_token, suspend_account
from gongxue.foundation.identity.models import Organisation, Role
from gongxue.stage2_staffing.actions import withdraw_invitation
from gongxue.stage4_enrolment.actions import withdraw_application
from gongxue.stage4_enrolment.models import Application
from gongxue.stage5_delivery.actions import hand_in
from gongxue.stage5_delivery.models import LearningProduct
from tests.cast import ClassAt, FreshDatabase, SignedIn, at
from tests.foundation.files import specimens

TokenOf = Callable[[Role], dict[str, str]]


@pytest.fixture
def at_stage(fresh_database: FreshDatabase, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ClassAt]:
    """A class with files of its own."""

    def prepare(stage: str, **plan: Any) -> ClassAt:
        c = fresh_database.class_at(stage, **plan)
        monkeypatch.setattr(clock, "now", lambda: c.now)
        return c

    return prepare


def bearer(role: Role) -> dict[str, str]:
    """A token of a role."""
    return {"Authorization": f"Bearer {issue_token(role=role, now=at(date(2037, 1, 1)))}"}


def ended(role: Role, c: ClassAt) -> None:
    end_role(role=role, reason="调离", by=c.people.centre, now=c.now)


def suspended(role: Role, c: ClassAt) -> None:
    suspend_account(account=role.account, reason="离职", by=c.people.centre, now=c.now)


def closed(role: Role, c: ClassAt) -> None:
    Organisation.objects.filter(pk=role.organisation_id).update(is_active=False)


@pytest.mark.postgresql
@pytest.mark.parametrize("revoke", [ended, suspended, closed])
def test_ten_tokens_and_ten_sessions_are_dead_at_once(
    at_stage: Callable[..., ClassAt], signed_in: SignedIn, revoke: Callable[[Role, ClassAt], None]
) -> None:
    c = at_stage("submitted")
    tokens, sessions = [bearer(c.staff) for _ in range(10)], [signed_in(c.staff) for _ in range(10)]
    assert {Client().get("/api/v1/me", headers=token).status_code for token in tokens} == {200}
    assert {session.get("/ledger/").status_code for session in sessions} == {200}
    revoke(c.staff, c)
    assert {Client().get("/api/v1/me", headers=token).status_code for token in tokens} == {401}
    assert {session.get("/ledger/").status_code for session in sessions} <= {302, 403}
    posted = sessions[0].post(f"/planning/{c.tc.round_id}/submit/")
    assert posted.status_code in (302, 403) and "/planning/" not in posted.get("Location", "")


@pytest.mark.parametrize("revoke", [ended, suspended])
def test_the_link_to_a_certificate_dies_with_the_role(
    at_stage: Callable[..., ClassAt], signed_in: SignedIn, revoke: Callable[[Role, ClassAt], None]
) -> None:
    c = at_stage("issued", headcount=1)
    (certificate,), holder = c.certificates, c.trainees[0]
    document_of(certificate, c.now)
    collect_certificate(certificate=certificate, by=holder, now=c.now)
    client, link = signed_in(holder), f"/certificates/{certificate.pk}/file/"
    assert client.get(link).content.startswith(b"%PDF")
    revoke(holder, c)
    for part in ("", "bytes=0-99"):
        answer = client.get(link, headers={"Range": part} if part else {})
        assert answer.status_code in (302, 403) and b"%PDF" not in answer.content


def _product(c: ClassAt) -> LearningProduct:
    upload = SimpleUploadedFile("a.pdf", specimens.pdf())
    return hand_in(attendee=c.attendees[0], title="工作页", file=upload, by=c.trainees[0], now=c.now)


def test_the_link_to_a_file_dies_with_the_role(at_stage: Callable[..., ClassAt], signed_in: SignedIn) -> None:
    c = at_stage("started", headcount=1)
    product = _product(c)
    readers = [signed_in(role) for role in (c.staff, c.instructors[0], c.trainees[0])]
    link = f"/products/{product.pk}/file/"
    assert {b"".join(reader.get(link)).startswith(b"%PDF") for reader in readers} == {True}
    for role in (c.staff, c.instructors[0], c.trainees[0]):
        ended(role, c)
    assert {reader.get(link).status_code for reader in readers} <= {302, 403, 404}


def test_an_instructor_whose_invitation_is_withdrawn_reads_the_class_no_more(
    at_stage: Callable[..., ClassAt], signed_in: SignedIn
) -> None:
    c = at_stage("staffed")
    instructor, client = c.instructors[0], signed_in(c.instructors[0])
    headers, where = bearer(instructor), f"/api/v1/training-classes/{c.tc.pk}"
    pages = [f"/classes/{c.tc.pk}/{page}" for page in ("", "programme/", "staffing/")]
    assert {client.get(page).status_code for page in pages} == {200}
    assert Client().get(where, headers=headers).status_code == 200
    (held,) = [i for i in c.invitations if i.person.account_id == instructor.account_id]
    withdraw_invitation(invitation=held, reason="改期", by=c.staff, now=c.now)
    assert {client.get(page).status_code for page in pages} == {404}
    assert Client().get(where, headers=headers).status_code == 404


def test_a_trainee_who_has_withdrawn_reads_the_class_no_more(
    at_stage: Callable[..., ClassAt], signed_in: SignedIn
) -> None:
    c = at_stage("admitted")
    trainee, client = c.trainees[0], signed_in(c.trainees[0])
    assert client.get(f"/classes/{c.tc.pk}/").status_code == 200
    own = Application.objects.scope(trainee).get(training_class=c.tc)
    withdraw_application(application=own, by=trainee, now=c.now)
    assert client.get(f"/classes/{c.tc.pk}/").status_code == 404
    assert Client().get(f"/api/v1/training-classes/{c.tc.pk}", headers=bearer(trainee)).status_code == 404


# While a file is on its way ---------------------------------------------------------------------------------------


def _through_the_page(c: ClassAt, signed_in: SignedIn, fields: dict[str, Any]) -> int:
    client = signed_in(c.trainees[0])
    return client.post(f"/classes/{c.tc.pk}/products/hand-in/", fields).status_code


def _through_the_api(c: ClassAt, signed_in: SignedIn, fields: dict[str, Any]) -> int:
    where = f"/api/v1/attendees/{c.attendees[0].pk}/hand-in"
    return Client().post(where, fields, headers=bearer(c.trainees[0])).status_code


@pytest.mark.parametrize("door", [_through_the_page, _through_the_api])
@pytest.mark.parametrize("revoke", [None, ended, suspended])
def test_an_upload_that_is_under_way_is_refused_when_it_has_arrived(
    at_stage: Callable[..., ClassAt],
    signed_in: SignedIn,
    door: Callable[..., int],
    revoke: Callable[[Role, ClassAt], None] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    c = at_stage("started", headcount=1)
    begin, trainee = CappedUploadHandler.new_file, c.trainees[0]

    def meanwhile(self: CappedUploadHandler, *args: Any, **kwargs: Any) -> None:
        """The first bytes are here; somebody takes the role away."""
        if revoke is not None:
            revoke(trainee, c)
        begin(self, *args, **kwargs)

    monkeypatch.setattr(CappedUploadHandler, "new_file", meanwhile)
    fields = {"title": "工作页", "file": SimpleUploadedFile("a.pdf", specimens.pdf())}
    status = door(c, signed_in, fields)
    assert status in ((200, 302) if revoke is None else (403,))
    products = LearningProduct.objects.unscoped("a test").filter(title="工作页").count()
    assert products == (1 if revoke is None else 0)
