"""Learning products: a trainee's own, the class's, one file."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_file
from gongxue.foundation.files.uploads import PRODUCTS, was_cut_off
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage5_delivery import actions
from gongxue.stage5_delivery.forms import ProductForm
from gongxue.stage5_delivery.models import LearningProduct
from gongxue.stage5_delivery.queries import (
    attendee_of,
    attendees_of,
    delivery_of,
    products_of,
    products_visible_to,
)


def products(request: Request, pk: int) -> HttpResponse:
    """A trainee's own products with the form; for everybody else the class's, by trainee."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    if role.is_(Duty.TRAINEE):
        return _own_products(request, tc, ProductForm())
    handed = products_of(tc)
    rows = [(attendee, handed.get(attendee.pk, [])) for attendee in attendees_of(tc)]
    missing = [attendee for attendee, found in rows if not found]
    return render(request, "delivery/products.html", {"tc": tc, "rows": rows, "missing": missing})


def _own_products(request: Request, tc: TrainingClass, form: ProductForm) -> HttpResponse:
    attendee = attendee_of(tc, request.role.account_id)
    rows = products_visible_to(request.role).filter(training_class=tc)
    shown = {
        "tc": tc,
        "attendee": attendee,
        "products": list(rows),
        "form": form,
        "limit": PRODUCTS.limit,
        "begun": delivery_of(tc) is not None,
    }
    return render(request, "delivery/my_products.html", shown, status=answer_status(form))


@require_POST
def hand_in(request: Request, pk: int) -> HttpResponse:
    """A trainee hands in a product; a refused file leaves the words standing."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    attendee = attendee_of(tc, role.account_id)
    if attendee is None:
        raise Http404
    form = ProductForm(request.POST, request.FILES, too_large=was_cut_off(request))
    if form.is_valid():
        with refusals(form):
            answer_once(
                request,
                Permission.HAND_IN,
                lambda: str(
                    actions.hand_in(attendee=attendee, **form.cleaned_data, by=role, now=clock.now()).pk
                ),
            )
            messages.success(request, f"已提交“{form.cleaned_data['title']}”，时间以平台收到为准。")
            return redirect("products", tc.pk)
    return _own_products(request, tc, form)


def product_file(request: Request, pk: int) -> HttpResponseBase:
    """A product's file as a download; the scope is asked at each one."""
    product = visible(LearningProduct, pk, request.role)
    if product.file is None:
        raise Http404
    return serve_file(request, product.file)
