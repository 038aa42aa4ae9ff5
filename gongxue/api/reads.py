"""Reads of the API: lists with limit and offset, single rows, always inside the role's scope."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import JsonResponse
from ninja import NinjaAPI

from gongxue.api.acts import INT_LIMIT
from gongxue.api.shapes import FIELDS, related_of, shape
from gongxue.certificates.models import (
    Certificate,
    CertificateCase,
    LedgerEntry,
    MisuseReport,
    QueryKey,
    Reconciliation,
)
from gongxue.certificates.queries import certificates_of, serials_of
from gongxue.desks.todos import todos_for
from gongxue.exchange.models import Message
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.acts import is_storable
from gongxue.foundation.lifecycle.scope import Scoped
from gongxue.foundation.pages.act import visible
from gongxue.parties.models import PoolMembership
from gongxue.parties.queries import institutions
from gongxue.regulations.calendar import deadlines_of_class
from gongxue.stage1_planning.models import PlanChange, ReportingRound, TrainingClass
from gongxue.stage1_planning.queries import published_classes
from gongxue.stage2_staffing.models import AvoidanceLift, Invitation, Recommendation, TeamChange
from gongxue.stage3_programme.models import CourseSession, FiledProgramme, Programme
from gongxue.stage4_enrolment.models import Application, Enrolment, Opinion
from gongxue.stage5_delivery.models import Attendee, Delivery, LearningProduct
from gongxue.stage6_assessment.models import (
    Correction,
    CriterionMark,
    Results,
    Retake,
    RubricVersion,
    ScoreSheet,
    TranscriptLine,
)
from gongxue.stage6_assessment.queries import records_of
from gongxue.stage7_evaluation.models import Closing
from gongxue.stage7_evaluation.queries import outcome_of

LIMIT = 200

# What may be listed, under which name; filters only over these fields.
LISTS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "rounds": (ReportingRound, ("year", "half", "state")),
    "training-classes": (TrainingClass, ("state", "stage", "level", "category", "round_id", "province_code")),
    "plan-changes": (PlanChange, ("state", "path", "kind", "training_class_id", "round_id", "province_code")),
    "invitations": (Invitation, ("state", "training_class_id")),
    "recommendations": (Recommendation, ("training_class_id", "run")),
    "avoidance-lifts": (AvoidanceLift, ("training_class_id",)),
    "team-changes": (TeamChange, ("state", "training_class_id")),
    "programmes": (Programme, ("state", "training_class_id")),
    "sessions": (CourseSession, ("training_class_id",)),
    "filed-programmes": (FiledProgramme, ("training_class_id",)),
    "enrolments": (Enrolment, ("state", "training_class_id")),
    "applications": (Application, ("state", "training_class_id")),
    "opinions": (Opinion, ("training_class_id", "application_id")),
    "deliveries": (Delivery, ("state", "training_class_id")),
    "attendees": (Attendee, ("training_class_id",)),
    "learning-products": (LearningProduct, ("training_class_id", "attendee_id")),
    "score-sheets": (ScoreSheet, ("training_class_id",)),
    "criterion-marks": (CriterionMark, ("sheet_id",)),
    "rubric-versions": (RubricVersion, ("level", "part")),
    "retakes": (Retake, ("state", "training_class_id")),
    "results": (Results, ("state", "training_class_id")),
    "corrections": (Correction, ("state", "training_class_id")),
    "transcript-lines": (TranscriptLine, ("training_class_id",)),
    "closings": (Closing, ("state", "training_class_id")),
    "certificates": (Certificate, ("training_class_id", "level", "category")),
    "ledger": (LedgerEntry, ("kind",)),
    "certificate-cases": (CertificateCase, ("kind", "state", "certificate_id")),
    "reconciliations": (Reconciliation, ("month",)),
    "misuse-reports": (MisuseReport, ("kind", "state")),
    "query-keys": (QueryKey, ()),
    "pool": (PoolMembership, ("category", "active", "province_code")),
    "messages": (Message, ()),
}


def _json(data: Any) -> JsonResponse:
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _page(rows: QuerySet[Any], request: Request) -> JsonResponse:
    limit, offset = _number(request, "limit", 50, LIMIT), _number(request, "offset", 0, 10**9)
    total = rows.count()
    items = [shape(row) for row in rows[offset : offset + limit]]
    return _json({"total": total, "limit": limit, "offset": offset, "items": items})


def _number(request: Request, name: str, default: int, most: int) -> int:
    text = request.GET.get(name, "")
    return min(int(text), most) if text.isascii() and text.isdigit() and len(text) < 12 else default


def _list(model: type[Any], filters: tuple[str, ...]) -> Callable[..., JsonResponse]:
    def view(request: Request, limit: int = 50, offset: int = 0) -> JsonResponse:
        rows = model.objects.scope(request.role).select_related(*related_of(model)).order_by("pk")
        for name in filters:
            if (value := request.GET.get(name)) is not None:
                rows = _filter(rows, model, name, value)
        return _page(rows, request)

    return view


def _filter(rows: QuerySet[Any], model: type[Any], name: str, value: str) -> QuerySet[Any]:
    """The rows with a value; one that is none of the field's finds nothing."""
    field = model._meta.get_field(name.removesuffix("_id"))
    try:
        meant = getattr(field, "target_field", field).to_python(value[:40])
    except ValidationError:
        return rows.none()
    known = is_storable(meant) and not (isinstance(meant, int) and abs(meant) >= INT_LIMIT)
    return rows.filter(**{name: meant}) if known else rows.none()


def _one(model: type[Any]) -> Callable[..., JsonResponse]:
    def view(request: Request, pk: int) -> JsonResponse:
        return _json(shape(visible(model, pk, request.role)))

    return view


def register_reads(api: NinjaAPI) -> None:
    """Add lists and single rows, and what is composed of several."""
    for name, (model, filters) in LISTS.items():
        words = f"{model.__doc__ or ''}\n\nFilters: {', '.join(filters) or '—'}. Fields: {', '.join(FIELDS[model])}."
        part = name.replace("-", "_")
        api.get(f"/{name}", operation_id=f"list_{part}", tags=["reads"], description=words)(
            _list(model, filters)
        )
        if issubclass(model, Scoped):
            api.get(f"/{name}/{{pk}}", operation_id=f"get_{part}", tags=["reads"], description=words)(
                _one(model)
            )
    for where, view in _COMPOSED.items():
        api.get(where, operation_id=view.__name__, tags=["reads"])(view)


def me(request: Request) -> JsonResponse:
    """Who acts, in which role, and what waits for it, the overdue first."""
    role = request.role
    todos = [
        {"kind": t.kind, "title": t.title, "where": t.where, "due": t.due, "sub": t.sub}
        for t in todos_for(role, clock.today())
    ]
    return _json({"role": shape(role), "todos": todos})


def list_institutions(request: Request) -> JsonResponse:
    """The register of training institutions."""
    return _json({"items": _shapes(institutions())})


def list_schools(request: Request) -> JsonResponse:
    """The register of schools."""
    return _page(Organisation.objects.filter(kind="school").order_by("pk"), request)


def national_list(request: Request) -> JsonResponse:
    """全国培训信息: every published class."""
    return _page(published_classes(), request)


def class_deadlines(request: Request, pk: int) -> JsonResponse:
    """The deadlines of a class with their derivations."""
    tc = visible(TrainingClass, pk, request.role)
    rows = [
        {
            "key": d.key,
            "title": d.title,
            "on": d.on,
            "derivation": d.derivation,
            "article": d.article,
            "refuses": d.refuses,
        }
        for d in deadlines_of_class(tc.first_day, tc.last_day, tc.edition)
    ]
    return _json({"items": rows})


def class_standings(request: Request, pk: int) -> JsonResponse:
    """Where each trainee stands: means of complete attempts, never a single sheet. A trainee sees themselves."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    own = set(Attendee.objects.scope(role).filter(training_class=tc).values_list("pk", flat=True))
    rows = [
        {
            "attendee_id": r.attendee.pk, "seat": r.attendee.application.seat, "barred": r.barred,
            "process": r.process.mean, "process_standing": r.process.standing, "final": r.final.mean,
            "final_standing": r.final.standing, "qualified": r.qualified, "outcome": r.outcome,
        }
        for r in records_of(tc)
        if r.attendee.pk in own
    ]  # fmt: skip
    return _json({"items": rows})


def class_certificates(request: Request, pk: int) -> JsonResponse:
    """The certificates of a class in order of their numbers, with serials; a holder sees their own."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    own = set(Certificate.objects.scope(role).filter(training_class=tc).values_list("pk", flat=True))
    rows = [row for row in certificates_of(tc) if row.pk in own]
    serials = serials_of(rows)
    return _json({"items": [{**shape(row), "serial": serials.get(row.pk, "")} for row in rows]})


def class_evaluation(request: Request, pk: int) -> JsonResponse:
    """The results of form 2 in sum, from five released answers on."""
    tc = visible(TrainingClass, pk, request.role)
    outcome = outcome_of(tc)
    items = [
        {
            "code": r.item.code,
            "label": r.item.label,
            "counts": dict(r.counts),
            "mean": r.mean,
            "texts": r.texts,
        }
        for r in outcome.items
    ]
    return _json({"answers": outcome.answers, "shown": outcome.shown, "items": items})


def _shapes(rows: Iterable[Any]) -> list[dict[str, Any]]:
    return [shape(row) for row in rows]


_COMPOSED: dict[str, Callable[..., JsonResponse]] = {
    "/me": me,
    "/institutions": list_institutions,
    "/schools": list_schools,
    "/national-list": national_list,
    "/training-classes/{pk}/deadlines": class_deadlines,
    "/training-classes/{pk}/standings": class_standings,
    "/training-classes/{pk}/certificates": class_certificates,
    "/training-classes/{pk}/evaluation": class_evaluation,
}
