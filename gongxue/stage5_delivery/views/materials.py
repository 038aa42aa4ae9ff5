"""The list of materials: kept by the institution, handed out at the desk."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.files.uploads import was_cut_off
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.materials import STANDARD, MaterialKind
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage3_programme.queries import filed_version
from gongxue.stage4_enrolment.queries import published_notice
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms_office import MaterialForm
from gongxue.stage5_delivery.models import Material
from gongxue.stage5_delivery.queries import attendee_of, attendees_of
from gongxue.stage5_delivery.queries.materials import holders_of, materials_of
from gongxue.stage5_delivery.views.frame import frame, office_class


def materials(request: Request, pk: int) -> HttpResponse:
    """The list, each line with who has got it."""
    return _page(request, office_class(request, pk), MaterialForm())


def _page(request: Request, tc: TrainingClass, form: MaterialForm) -> HttpResponse:
    rows = materials_of(tc)
    holders = holders_of(rows)
    people = attendees_of(tc)
    places = places_of(tc, rows)
    shown: dict[str, Any] = frame(request, tc, "office.materials")
    shown |= {
        "people": people,
        "rows": [(row, holders.get(row.pk, set()), places[row.pk]) for row in rows],
        "arrived": sum(a.arrived_at is not None for a in people),
        "form": form,
        "standard_missing": {title for _, title, _ in STANDARD} - {row.title for row in rows},
        "may_edit": shown["open"] and request.role.may(Permission.ADD_MATERIAL),
        "may_hand_out": shown["open"] and bool(people) and request.role.may(Permission.GIVE_MATERIAL),
    }
    return render(request, "delivery/materials.html", shown, status=answer_status(form))


def places_of(tc: TrainingClass, rows: list[Material], trainee: bool = False) -> dict[int, str]:
    """material id → where it can be read on the platform; nothing for what is handed out on paper only.

    At most two queries, whatever the length of the list.
    """
    kinds = {row.kind for row in rows}
    filed = filed_version(tc) if MaterialKind.PROGRAMME in kinds else None
    notice = published_notice(tc.pk) if MaterialKind.NOTICE in kinds else None
    own = reverse("my_class", args=[tc.pk])
    known = {
        MaterialKind.PROGRAMME: reverse("programme.filed.pdf", args=[tc.pk, filed.version]) if filed else "",
        MaterialKind.TIMETABLE: f"{own}#timetable" if trainee else reverse("programme", args=[tc.pk]),
        MaterialKind.NOTICE: reverse("notice", args=[tc.pk]) if notice else "",
        MaterialKind.DISCIPLINE: f"{own}#discipline" if trainee else f"{reverse('office.notices', args=[tc.pk])}#discipline",
        MaterialKind.OTHER: "",
    }  # fmt: skip
    return {
        row.pk: reverse("material_file", args=[row.pk]) if row.file_id else known[MaterialKind(row.kind)]
        for row in rows
    }


@require_POST
def add(request: Request, pk: int) -> HttpResponse:
    """Add a line or the usual list; a refused file leaves the words standing."""
    tc = office_class(request, pk)
    role = request.role
    standard = request.POST.get("standard") == "on"
    data = request.POST if not standard else {"title": "-"}
    form = MaterialForm(data, request.FILES, too_large=was_cut_off(request))
    if form.is_valid():
        inputs = {"standard": True, "title": ""} if standard else form.cleaned_data

        def work() -> str:
            made = actions.add_material(training_class=tc, **inputs, by=role, now=clock.now())
            return str(len(made))

        with refusals(form):
            made, _ = answer_once(request, Permission.ADD_MATERIAL, work)
            messages.success(request, f"已添加 {made} 项资料。" if made != "0" else "清单中已有这些资料。")
            return redirect("office.materials", tc.pk)
    return _page(request, tc, form)


def material_file(request: Request, pk: int) -> HttpResponseBase:
    """A material's file as a download: for whoever reads the class, for its trainees while it is on the list."""
    material = visible(Material, pk, request.role)
    if material.file is None:
        raise Http404
    if request.role.is_(Duty.TRAINEE):
        if material.removed_at is not None:
            raise Http404
        if attendee_of(material.training_class, request.role.account_id) is None:
            raise PermissionDenied
    return serve_file(request, material.file)
