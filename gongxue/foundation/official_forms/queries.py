"""Which version of a form is in force, what is being written, what was answered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Count, QuerySet

from gongxue.foundation.identity.models import Role
from gongxue.foundation.official_forms.models import Answer, FormDraft, FormVersion
from gongxue.regulations.lifecycle import FormDraftState
from gongxue.regulations.official_forms import FORMS


def version_on(code: str, day: date) -> FormVersion:
    """The version in force on a day; before the first one, the first one."""
    versions = FormVersion.objects.filter(code=code).order_by("-effective_from", "-number")
    return versions.filter(effective_from__lte=day).first() or versions.last()  # type: ignore[return-value]


def versions_on(day: date) -> list[FormVersion]:
    """The version in force of every form, in the order of the annexes, in one query."""
    found: dict[str, FormVersion] = {}
    for version in FormVersion.objects.order_by("code", "effective_from", "number"):
        if version.code not in found or version.effective_from <= day:
            found[version.code] = version
    return list(found.values())


def load_versions() -> int:
    """Insert the built-in versions that the database lacks; returns how many. Existing versions never change."""
    have = set(FormVersion.objects.values_list("code", "number"))
    missing = [form for form in FORMS if (form.code, form.version) not in have]
    FormVersion.objects.bulk_create(
        FormVersion(
            code=form.code,
            number=form.version,
            title=form.title,
            effective_from=form.effective_from,
            definition=form.as_data(),
        )
        for form in missing
    )
    return len(missing)


def drafts_visible_to(role: Role) -> QuerySet[FormDraft]:
    """The drafts that are being written, for whoever may see them."""
    rows: QuerySet[FormDraft] = FormDraft.objects.scope(role).filter(state=FormDraftState.DRAFT)
    return rows.select_related("base", "changed_by").order_by("code")


def answers_by_version() -> dict[int, int]:
    """version id → how many answers were submitted on it."""
    rows = Answer.objects.filter(submitted_at__isnull=False).values_list("version_id")
    return dict(rows.annotate(n=Count("pk")).order_by())


def submitted_answers(version: FormVersion) -> list[tuple[str, dict[str, Any]]]:
    """Every submitted answer on a version: (level, plain items), the personal ones left under their keys."""
    rows = Answer.objects.filter(version=version, submitted_at__isnull=False).order_by("pk")
    return list(rows.values_list("level", "items"))
