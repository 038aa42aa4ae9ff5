"""What the API says of each thing: a literal list of fields per model, nothing personal, nothing else.

An ID number or a phone number never appears; marks appear only where the scope of the row already allows it.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models
from pydantic import BaseModel, create_model

from gongxue.certificates.models import (
    Certificate,
    CertificateCase,
    LedgerEntry,
    MisuseReport,
    PrinterOffset,
    QueryKey,
    Reconciliation,
)
from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.parties.models import Person, PoolMembership, TrainingApproval, Unavailability
from gongxue.stage1_planning.models import (
    DeadlineException,
    PlanChange,
    ProvinceReport,
    PublishedEdition,
    ReportingRound,
    TrainingClass,
)
from gongxue.stage2_staffing.models import (
    AvoidanceLift,
    Invitation,
    Opening,
    Recommendation,
    StaffingRun,
    TeamChange,
)
from gongxue.stage3_programme.models import (
    CourseSession,
    FiledProgramme,
    ModuleHours,
    Programme,
    ProgrammeComment,
    ProgrammeConfirmation,
    ProgrammeTemplate,
    ReturnedItem,
    Room,
    SectionVerdict,
)
from gongxue.stage4_enrolment.models import Application, Enrolment, Opinion, Substitution
from gongxue.stage5_delivery.models import (
    Assignment,
    Attendee,
    Ceremony,
    CeremonyPhoto,
    ClassNotice,
    ContactShare,
    Delivery,
    GroupName,
    LearningProduct,
    Leave,
    Lodging,
    MarkCorrection,
    Material,
    NightAbsence,
    OnlineUnit,
    Pledge,
    PortfolioPack,
    ProductComment,
    RollWindow,
    Scan,
)
from gongxue.stage6_assessment.models import (
    Appeal,
    Correction,
    CriterionMark,
    DraftSheet,
    PatternLook,
    PresentationDay,
    PresentationNote,
    PresentationRecording,
    Results,
    Retake,
    RubricDraft,
    RubricVersion,
    ScoreSheet,
    SecondDates,
    SecondLook,
    TranscriptLine,
    TranscriptReceipt,
)
from gongxue.stage7_evaluation.models import Closing

_PYTHON: tuple[tuple[type[models.Field[Any, Any]], Any], ...] = (
    (models.BooleanField, bool),
    (models.DateTimeField, datetime),
    (models.DateField, date),
    (models.DecimalField, Decimal),
    (models.JSONField, Any),
    (models.UUIDField, str),
    (models.ForeignKey, int),
    (models.IntegerField, int),
    (models.CharField, str),
    (models.TextField, str),
)

# name of the shape → model → fields; "x.y" follows a relation and is called x_y in the answer.
FIELDS: dict[type[models.Model], tuple[str, ...]] = {
    Account: ("id", "name", "sign_in_name", "is_active", "must_change_password"),
    FormVersion: ("id", "code", "number", "title", "effective_from"),
    FormDraft: ("id", "code", "base.number", "state", "version", "definition", "changed_at"),
    Organisation: ("id", "kind", "name", "province_code", "code", "is_active"),
    Role: ("id", "duty", "since", "until", "account.name", "organisation.id", "organisation.name"),
    TrainingApproval: ("id", "institution.code", "category", "level", "valid_from", "valid_until", "basis"),
    Person: ("id", "introduction"),
    PoolMembership: ("id", "person.id", "category", "levels", "paused", "active", "registered_on", "province_code"),
    Unavailability: ("id", "first_day", "last_day"),
    Message: ("id", "subject", "body", "link", "kind", "sent_at", "read_at"),
    ReportingRound: ("id", "year", "half", "opens_on", "closes_on", "state", "version"),
    TrainingClass: (
        "id", "round.id", "institution.code", "institution.name", "province_code", "level", "category", "first_day",
        "last_day", "days", "headcount", "scope", "note", "state", "stage", "version", "returned_reason", "outside_plan",
    ),
    ProvinceReport: ("id", "round.id", "province_code", "lines", "reported_at"),
    PublishedEdition: ("id", "round.id", "number", "lines", "changes", "published_at"),
    PlanChange: (
        "id", "round.id", "training_class.id", "institution.code", "institution.name", "province_code", "path", "kind",
        "before", "after", "reason", "state", "version", "answer", "comment", "applied_at", "decided_at", "recorded_at",
        "edition.id",
    ),
    DeadlineException: ("id", "training_class.id", "deadline", "until", "reason", "granted_at"),
    Opening: ("id", "training_class.id", "state", "version", "remarks", "filed_at", "recommended_at", "staffed_at"),
    Recommendation: ("id", "training_class.id", "seat", "rank", "person.id", "chosen", "score", "reasons"),
    Invitation: (
        "id", "training_class.id", "seat", "number", "person.id", "state", "version", "answer_by", "answered_at",
        "answer_reason", "letter", "origin", "answer_until", "serves_from", "served_until", "withdrawn_at", "replaces.id",
    ),
    AvoidanceLift: ("id", "training_class.id", "person.id", "reason", "lifted_at", "revoked_at"),
    StaffingRun: (
        "id", "state", "again", "started_at", "finished_at", "classes", "teachers", "seats", "unfilled", "stored",
        "objective", "bound", "method", "cut", "inputs_sha256", "answer_sha256", "shortages",
    ),
    TeamChange: (
        "id", "training_class.id", "state", "version", "before", "wanted", "reason", "requested_at", "decided_at",
        "decision",
    ),
    Programme: (
        "id", "training_class.id", "state", "version", "objectives", "course_plan", "assessment_plan", "materials",
        "venue", "logistics", "final_mode", "venue_declared", "groups", "notes", "returned_reason", "submitted_at", "filed_at",
        "late_days",
    ),
    CourseSession: ("id", "day", "period", "kind", "module", "topic", "teacher.id", "room", "group"),
    ProgrammeConfirmation: ("id", "training_class.id", "person.id", "version", "confirmed_at"),
    FiledProgramme: (
        "id", "training_class.id", "version", "filed_at", "content", "reason", "moved", "material",
    ),
    ProgrammeComment: ("id", "training_class.id", "place", "answers.id", "text", "organisation", "at", "resolved_at"),
    SectionVerdict: ("id", "training_class.id", "version", "place", "accepts", "code", "comment", "at"),
    ReturnedItem: ("id", "training_class.id", "version", "place", "code", "comment", "mended_at", "answer"),
    ModuleHours: ("id", "module", "periods", "effective_from", "basis", "entered_at"),
    ProgrammeTemplate: ("id", "level", "title", "content", "saved_at", "closed_at"),
    Room: ("id", "name", "kind", "seats", "closed_at"),
    Enrolment: ("id", "training_class.id", "state", "version", "text", "contact", "closes_on", "published_at"),
    Application: (
        "id", "training_class.id", "person.id", "employer.name", "state", "version", "age", "seat", "waiting_number",
        "submitted_at", "decided_at", "decision_reason", "decision_code", "endorsed_at", "offer_until",
    ),
    Substitution: ("id", "training_class.id", "leaving.id", "arriving.id", "state", "until", "named_at", "reason"),
    Opinion: ("id", "application.id", "person.id", "agrees", "comment", "given_at"),
    Delivery: ("id", "training_class.id", "state", "version", "started_at", "finished_at"),
    RollWindow: ("id", "training_class.id", "day", "period", "group", "state", "version", "opened_at", "late_at", "closes_at", "closed_at"),
    Scan: ("id", "training_class.id", "attendee.id", "day", "period", "presence", "via", "at"),
    Leave: ("id", "training_class.id", "attendee.id", "lessons", "reason", "state", "version", "asked_at", "answer", "decided_at"),
    MarkCorrection: (
        "id", "training_class.id", "attendee.id", "day", "period", "old", "new", "reason", "state", "version", "proposed_at",
        "answer", "decided_at",
    ),
    OnlineUnit: ("id", "training_class.id", "day", "period", "group", "link", "material", "set_at"),
    Attendee: ("id", "training_class.id", "application.id", "application.seat", "arrived_at", "pledged_at", "no_show_at", "group", "attempt"),
    Pledge: ("id", "training_class.id", "person.id", "way", "text_version", "given_at"),
    GroupName: ("id", "training_class.id", "number", "name", "leader.id"),
    Material: ("id", "training_class.id", "kind", "title", "note", "added_at", "removed_at"),
    ClassNotice: ("id", "training_class.id", "title", "text", "audience", "group", "discipline", "sent_at"),
    ContactShare: ("id", "attendee.id", "shared", "changed_at"),
    Ceremony: (
        "id", "training_class.id", "kind", "version", "planned_on", "planned_at", "place", "agenda", "speakers", "held_on",
        "attended", "discipline", "recorded_at",
    ),
    CeremonyPhoto: ("id", "ceremony.id", "added_at", "removed_at"),
    Lodging: ("id", "training_class.id", "person.id", "kind", "first_night", "last_night", "written_at"),
    NightAbsence: ("id", "lodging.id", "night", "reason", "noted_at"),
    LearningProduct: ("id", "attendee.id", "attempt", "title", "note", "handed_in_at"),
    Assignment: (
        "id", "training_class.id", "title", "says", "module", "mode", "kinds", "most_files", "due_at", "state", "version", "set_at",
    ),
    PortfolioPack: ("id", "attendee.id", "asked_at", "made_at", "size"),
    ProductComment: ("id", "product.id", "version", "answers.id", "text", "by_author", "at"),
    Appeal: (
        "id", "training_class.id", "attendee.id", "part", "state", "version", "grounds", "applied_at", "answer", "answered_at",
        "objection", "objected_at", "decision", "decided_at", "correction.id",
    ),
    PatternLook: ("id", "training_class.id", "key", "note", "at"),
    PresentationDay: (
        "id", "training_class.id", "session", "version", "day", "starts", "minutes", "gap", "rest_from", "rest_to", "place",
        "link", "seed", "drawn_at", "draws", "current",
    ),
    PresentationNote: ("id", "slot.id", "examiner.id", "text", "written_at"),
    PresentationRecording: ("id", "slot.id", "link", "added_at", "removed_at"),
    SecondDates: ("id", "training_class.id", "version", "resubmit_by", "retake_by", "set_at"),
    SecondLook: ("id", "training_class.id", "attempt.id", "attempt.part", "attempt.number", "scorer.id", "note", "written_at"),
    DraftSheet: ("id", "mark", "comment", "criteria", "saved_at"),
    ScoreSheet: (
        "id", "attempt.id", "attempt.part", "attempt.number", "attempt.rubric_id", "scorer.id", "mark", "comment", "submitted_at",
        "salt", "commitment",
    ),
    CriterionMark: ("id", "sheet.id", "code", "weight", "mark", "comment"),
    RubricVersion: ("id", "level", "part", "number", "effective_from", "definition", "published_at"),
    RubricDraft: ("id", "level", "part", "base.id", "state", "version", "definition", "changed_at"),
    Retake: ("id", "training_class.id", "attendee.id", "state", "version", "applied_at", "allowed_at"),
    Results: ("id", "training_class.id", "state", "version", "confirmed_at", "late_days"),
    Correction: ("id", "attendee.id", "part", "state", "version", "old", "new", "reason", "requested_at", "decided_at"),
    TranscriptReceipt: ("id", "training_class.id", "number", "organisation.name", "received_at"),
    TranscriptLine: (
        "id", "attendee.id", "revision", "process", "final", "process_attempts", "final_attempts", "absent_periods",
        "barred", "qualified", "confirmed_at",
    ),
    Closing: ("id", "training_class.id", "state", "version", "ceremony_on", "closed_at"),
    Certificate: (
        "id", "number", "training_class.id", "holder", "level", "category", "first_day", "last_day", "courses",
        "periods", "result", "issued_on",
    ),
    LedgerEntry: ("id", "institution.code", "kind", "certificate.id", "first_serial", "last_serial", "quantity", "former_serial", "collector", "reason", "entered_at"),
    CertificateCase: (
        "id", "kind", "certificate.id", "certificate.number", "institution.code", "state", "version", "reason", "answer",
        "applied_at", "decided_at", "made.id",
    ),
    Reconciliation: ("id", "institution.code", "month", "sums", "counted", "signed_at"),
    MisuseReport: (
        "id", "kind", "institution.code", "certificate.id", "number", "facts", "state", "version", "outcome", "reported_at",
        "handled_at",
    ),
    PrinterOffset: ("id", "name", "right", "down"),
    QueryKey: ("id", "body", "purpose", "begins", "expires_on", "per_day", "organisation.name", "issued_at", "revoked_at", "revoked_reason"),
}  # fmt: skip


def _python_kind(field: models.Field[Any, Any]) -> Any:
    kind = next((python for django, python in _PYTHON if isinstance(field, django)), None)
    if kind is None:
        raise TypeError(f"no JSON type for {field}")
    return kind | None if field.null and kind is not Any else kind


def _field_of(model: type[models.Model], path: str) -> tuple[str, Any]:
    first, _, rest = path.partition(".")
    field: Any = model._meta.get_field(first)
    if not rest:
        return first, _python_kind(field)
    name, kind = _field_of(field.related_model, rest)
    return f"{first}_{name}", (kind | None if field.null else kind)


def _schema(model: type[models.Model]) -> type[BaseModel]:
    fields: dict[str, Any] = {
        name: (kind, ...) for name, kind in (_field_of(model, path) for path in FIELDS[model])
    }
    return create_model(model.__name__, **fields)


SCHEMAS: dict[type[models.Model], type[BaseModel]] = {model: _schema(model) for model in FIELDS}


def related_of(model: type[models.Model]) -> list[str]:
    """The relations a list of this model follows: for select_related."""
    deep = {path.rsplit(".", 1)[0].replace(".", "__") for path in FIELDS[model] if "." in path}
    return sorted(name for name in deep if not _only_id(model, name))


def _only_id(model: type[models.Model], name: str) -> bool:
    return all(path == f"{name}.id" for path in FIELDS[model] if path.startswith(f"{name}."))


def shape(row: models.Model) -> dict[str, Any]:
    """A row as the API says it."""
    model = next(m for m in type(row).__mro__ if m in FIELDS)
    found: dict[str, Any] = {}
    for path in FIELDS[model]:
        first, _, rest = path.partition(".")
        if rest == "id":
            found[f"{first}_id"] = getattr(row, f"{first}_id")
        elif rest:
            other = getattr(row, first)
            found[f"{first}_{rest}"] = None if other is None else getattr(other, rest)
        else:
            value = getattr(row, first)
            found[first] = value
    return found
