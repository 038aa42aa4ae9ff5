"""Every page × every role × {own, foreign, absent}: generated from the resolver, so that no new page is forgotten.

Rows 23, 26 and 40: what a role may not open is refused before its view runs; a foreign row looks like an absent one;
what it may open answers, changes nothing, and carries the headers that keep browsers safe.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.test import Client, RequestFactory
from django.urls import resolve

from gongxue import urls
from gongxue.certificates.models import Certificate, CertificateCase, CheckedWorkbook, MisuseReport, QueryKey
from gongxue.exchange.models import MailAddress, Message
from gongxue.foundation.access.middleware import DenyByDefault
from gongxue.foundation.access.routes import Open
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.parties.models import PeopleImport, Person, PoolMembership, Unavailability
from gongxue.regulations.roles import ANY_SIGNED_IN, Permission
from gongxue.stage1_planning.models import PlanChange, PlanImport, ReportingRound, TrainingClass
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation, Opening, StaffingRun, TeamChange
from gongxue.stage3_programme.models import Programme, ProgrammeComment, ProgrammeTemplate, ReturnedItem, Room
from gongxue.stage4_enrolment.models import ApplicantImport, Application, Enrolment, Substitution
from gongxue.stage5_delivery.models import (
    Assignment,
    Attendee,
    Ceremony,
    CeremonyPhoto,
    LearningProduct,
    Leave,
    Lodging,
    MarkCorrection,
    Material,
    OnlineUnit,
    PortfolioPack,
    RollWindow,
)
from gongxue.stage6_assessment.models import (
    Appeal,
    Attempt,
    Correction,
    PresentationDay,
    PresentationRecording,
    PresentationSlot,
    Retake,
    RubricDraft,
    RubricVersion,
    ScoreSheet,
)
from tests.cast import ClassAt, ClassesAtFixture, Plan, SignedIn
from tests.routes import ABSENT, Page, pages

# Which rows the number in an address names; the longest beginning counts.
ROWS: dict[str, type[models.Model]] = {
    "accounts/": Account, "accounts/import/": PeopleImport, "accounts/roles/": Role, "applications/": Application, "assignments/": Assignment,
    "materials/": Material, "ceremonies/": Ceremony, "ceremonies/photos/": CeremonyPhoto, "lodgings/": Lodging,
    "appeals/": Appeal, "attempts/": Attempt, "presentation-days/": PresentationDay, "presentation-slots/": PresentationSlot, "presentation-recordings/": PresentationRecording, "attendees/": Attendee, "check-ins/": RollWindow, "leaves/": Leave, "mark-corrections/": MarkCorrection,
    "online-units/": OnlineUnit, "certificates/": Certificate, "certificates/checks/": CheckedWorkbook, "certificates/keys/": QueryKey, "certificate-cases/": CertificateCase, "misuse-reports/": MisuseReport, "classes/": TrainingClass, "corrections/": Correction,
    "rubrics/versions/": RubricVersion, "rubrics/drafts/": RubricDraft, "score-sheets/": ScoreSheet,
    "official-forms/versions/": FormVersion, "official-forms/drafts/": FormDraft,
    "enrolments/": Enrolment, "invitations/": Invitation, "messages/": Message, "my/account/": MailAddress, "my/applications/": Application,
    "people/": Person, "planning/": ReportingRound, "planning/changes/": PlanChange, "planning/imports/": PlanImport, "planning/lines/": TrainingClass, "pool/": PoolMembership, "portfolios/": PortfolioPack,
    "products/": LearningProduct, "reports/": ApplicantImport, "substitutions/": Substitution, "programmes/": Programme, "registers/": Organisation, "retakes/": Retake,
    "role/": Role, "openings/": Opening, "team-changes/": TeamChange, "staffing/runs/": StaffingRun,
    "programmes/items/": ReturnedItem, "programmes/comments/": ProgrammeComment,
    "programmes/templates/": ProgrammeTemplate, "programmes/rooms/": Room, "pool/days/": Unavailability, "avoidance-lifts/": AvoidanceLift,
}  # fmt: skip

TEACHES = {"instructor", "examiner", "other instructor"}
LEARNS = {"trainee", "other trainee"}
OFFICE = {"coordinator", "certificate officer"}
ABOVE = {"oversight", "own province", "other province"}
# Inside the class, but not everything in it is for everybody: who is refused a page about a class that they see.
NARROWER: dict[str, set[str]] = {
    "applicants.form1": {"examiner", *LEARNS}, "applicants.answers": {"examiner", *LEARNS},
    "applicant.photo": {"centre", "examiner", *ABOVE, *LEARNS},
    "applicant.docx": {"examiner", *LEARNS}, "applicant.pdf": {"examiner", *LEARNS},
    "applicant": {"examiner", *LEARNS}, "applicants": {"examiner", *LEARNS}, "applicants.xlsx": {"examiner", *LEARNS},
    "applicants.compare": {"examiner", *LEARNS}, "application.scan": {"examiner", *LEARNS},
    "assignments": LEARNS, "class_certificates": TEACHES | LEARNS, "documents_progress": TEACHES | LEARNS, "evaluation": {"examiner", *LEARNS},
    "planning.feasibility": {"stranger", *OFFICE, *TEACHES, *LEARNS}, "pool.xlsx": {"staff", "other staff"},
    "programme.docx": LEARNS, "programme.pdf": LEARNS,
    "programme.parts": {"examiner", "oversight", *OFFICE, *LEARNS},
    "programme.versions": LEARNS,
    "programme.remarks": {"examiner", "oversight", *OFFICE, *LEARNS},
    "programme.rooms": {"centre", "stranger", *ABOVE, *OFFICE, *TEACHES, *LEARNS},
    "programme.templates": {"stranger", *ABOVE, *OFFICE, *TEACHES, *LEARNS},
    "my_attendance": {"centre", "staff", "other staff", *ABOVE, *OFFICE, *TEACHES},
    "needs": {"examiner", *LEARNS}, "office": LEARNS, "staffing": LEARNS,
    "office.groups": LEARNS, "office.materials": LEARNS, "office.notices": LEARNS, "office.ceremonies": LEARNS, "office.printing": LEARNS,
    "office.contacts": {"centre", "examiner", *ABOVE, *LEARNS}, "office.lodging": TEACHES | LEARNS, "office.lodging.xlsx": TEACHES | LEARNS,
    "office.paper": LEARNS, "my_class": {"centre", "staff", "other staff", *ABOVE, *OFFICE},
    "assessment.sheets": LEARNS,
    "appeals": TEACHES | LEARNS, "my_results": {"centre", "staff", "other staff", *ABOVE, *OFFICE, *TEACHES},
    "presentations": LEARNS, "second_looks": LEARNS, "transcript": TEACHES | LEARNS,
    "transcript.pdf": {"oversight", "coordinator", *TEACHES, *LEARNS},
    "transcript.docx": {"oversight", "coordinator", *TEACHES, *LEARNS},
    "transcript.xlsx": {"oversight", "coordinator", *TEACHES, *LEARNS},
}  # fmt: skip
# There is a row, but nothing of this kind belongs to it in the prepared classes.
NOTHING_THERE = {
    "message.calendar",
    "material_file",
    "presentation_recording",
    "presentation_film",
    "presentation.ics",
    "ceremony_photo",
    "office.paper",
    "application.scan",
    "applicant.photo",
    "application.photo",
    "forms.compare",
    "rubrics.compare",
    "product_file",
    "product_files",
    "upload",
    "programme.filed",
    "programme.filed.docx",
    "programme.filed.pdf",
    "programme.remarks",
    "programme.versions",
    "assessment.request_correction",
}

CLOSED = [page for page in pages() if not page.is_public]
NUMBERED = [page for page in CLOSED if "pk" in page.inputs]
ROLES = (
    "centre", "oversight", "own province", "other province", "staff", "coordinator", "certificate officer",
    "other staff", "instructor", "examiner", "other instructor", "trainee", "other trainee", "stranger", "school",
)  # fmt: skip


@pytest.fixture
def two(classes_at: ClassesAtFixture) -> tuple[ClassAt, ClassAt]:
    mine, theirs = classes_at(Plan("issued"), Plan("taught", "017", "1"))
    return mine, theirs


def role_named(name: str, two: tuple[ClassAt, ClassAt]) -> Role:
    mine, theirs = two
    people = mine.people
    return {
        "centre": lambda: people.centre, "oversight": lambda: people.oversight, "own province": lambda: people.hebei,
        "other province": lambda: people.jiangsu, "staff": lambda: people.xingtai.staff,
        "coordinator": lambda: people.xingtai.coordinator,
        "certificate officer": lambda: people.xingtai.certificate_officer,
        "other staff": lambda: people.changzhou.staff, "instructor": lambda: mine.instructors[0],
        "examiner": lambda: mine.examiners[0], "other instructor": lambda: theirs.instructors[0],
        "trainee": lambda: mine.trainees[0], "other trainee": lambda: theirs.trainees[0],
        "stranger": lambda: people.stranger, "school": lambda: people.school,
    }[name]()  # fmt: skip


def may(role: Role, page: Page) -> bool:
    if page.needs == Open.SIGNED_IN or page.needs in ANY_SIGNED_IN:
        return True
    return isinstance(page.needs, Permission) and role.may(page.needs)


def model_of(page: Page) -> type[models.Model]:
    if page.name == "enrolment.save":
        return Enrolment  # whoever may apply applies where enrolment is published
    found = max((start for start in ROWS if page.route.startswith(start)), key=len, default="")
    assert found, f"say in ROWS which rows {page.route} names"
    return ROWS[found]


def own_row(page: Page, role: Role) -> int | None:
    """A row inside the role's scope; None where there is none."""
    model = model_of(page)
    if model is Organisation:
        return Organisation.objects.get(code="009").pk
    rows: Any = model.objects.scope(role) if issubclass(model, Scoped) else model._default_manager
    if model is Role:
        rows = rows.filter(account=role.account)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def foreign_row(page: Page, role: Role) -> int | None:
    """A row outside the role's scope; None where there is none."""
    model = model_of(page)
    if not issubclass(model, Scoped):
        return None
    inside = model.objects.scope(role).values("pk")
    rows = model.objects.unscoped("a test looks for a foreign row").exclude(pk__in=inside)
    return rows.order_by("pk").values_list("pk", flat=True).first()


@pytest.mark.parametrize("name", ROLES)
def test_a_role_without_the_permission_is_refused_before_the_view_runs(
    two: tuple[ClassAt, ClassAt], name: str
) -> None:
    role = role_named(name, two)
    let_through = {page.name for page in CLOSED if _passes_the_door(page, role)}
    assert let_through == {page.name for page in CLOSED if may(role, page)}


def _passes_the_door(page: Page, role: Role) -> bool:
    request: Any = RequestFactory().post(page.at())
    request.user, request.role, request.resolver_match = role.account, role, resolve(page.at())
    try:
        return (
            DenyByDefault(lambda _: HttpResponse()).process_view(request, request.resolver_match.func, (), {})
            is None
        )
    except PermissionDenied:
        return False


@pytest.mark.parametrize("name", ["oversight", "coordinator", "examiner", "trainee", "school"])
def test_a_refusal_at_the_door_is_a_page_that_says_so(
    two: tuple[ClassAt, ClassAt], signed_in: SignedIn, name: str
) -> None:
    client = signed_in(role_named(name, two))
    for answer in (
        client.get("/accounts/"),
        client.post(f"/accounts/{two[0].people.centre.account_id}/reset/"),
    ):
        assert answer.status_code == 403
        assert "当前角色没有这项权限" in answer.content.decode()


@pytest.mark.parametrize("name", ROLES)
def test_a_foreign_row_looks_like_an_absent_one(
    two: tuple[ClassAt, ClassAt], signed_in: SignedIn, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(urls, "handler404", _bare_404)
    role = role_named(name, two)
    client = signed_in(role)
    found: dict[str, set[int]] = {}
    for page in NUMBERED:
        if may(role, page):
            for pk in {ABSENT, foreign_row(page, role) or ABSENT}:
                answers = {client.get(page.at(pk)).status_code, client.post(page.at(pk)).status_code}
                if not {404} <= answers <= {404, 405}:
                    found[page.at(pk)] = answers
    assert found == {}


def _bare_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse(status=404)


@pytest.mark.parametrize("name", ROLES)
def test_what_a_role_may_open_answers_changes_nothing_and_is_kept_by_nobody(
    two: tuple[ClassAt, ClassAt], signed_in: SignedIn, name: str
) -> None:
    role = role_named(name, two)
    client = signed_in(role)
    client.get("/desk/")
    before = _changes()
    found: dict[str, Any] = {}
    for page in CLOSED:
        pk = own_row(page, role) if "pk" in page.inputs else ABSENT
        if pk is not None and may(role, page):
            problem = _problem(page, client, pk, name)
            found |= {page.at(pk): problem} if problem else {}
    assert found == {}
    assert _changes() == before, "a GET has written"


def _changes() -> int:
    raw = connection.connection
    return raw.total_changes if connection.vendor == "sqlite" else 0


def _problem(page: Page, client: Client, pk: int, name: str) -> Any:
    answer = client.get(page.at(pk))
    expected = {200, 302, 405, 422}
    if name in NARROWER.get(page.name, ()):
        expected = {403}
    if page.name in NOTHING_THERE:
        expected |= {404}
    if answer.status_code not in expected:
        return answer.status_code
    return wrong_headers(answer)


def wrong_headers(answer: HttpResponseBase) -> list[str]:
    """What is missing from, or should not be in, the headers of a page of somebody who has signed in."""
    policy = answer.get("Content-Security-Policy", "")
    wanted = {
        "Content-Security-Policy": "default-src 'none'" in policy
        and ("frame-ancestors 'none'" in policy or "sandbox" in policy),  # a file renders nothing at all
        "no unsafe-*": "unsafe" not in policy and "*" not in policy,
        "X-Content-Type-Options": answer.get("X-Content-Type-Options") == "nosniff",
        "Referrer-Policy": answer.get("Referrer-Policy") == "same-origin",
        "Cross-Origin-Opener-Policy": answer.get("Cross-Origin-Opener-Policy") == "same-origin",
        "X-Frame-Options": answer.get("X-Frame-Options") == "DENY",
        "Cache-Control": "no-store" in answer.get("Cache-Control", ""),
        "no version": not {"Server", "X-Powered-By"} & set(answer.headers),
    }
    return [name for name, there in wanted.items() if not there]
