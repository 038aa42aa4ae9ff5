"""One's own account: who one is here, the password, the e-mail address."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.exchange import actions
from gongxue.exchange.forms import AddressForm, CodeForm
from gongxue.exchange.models import MailAddress
from gongxue.exchange.queries import mail_standing
from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest
from gongxue.foundation.identity.models import Role
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.regulations.roles import Permission


def _role(request: OpenRequest) -> Role:
    if request.role is None:
        raise Http404
    return request.role


def my_account(request: OpenRequest) -> HttpResponse:
    """The account as its owner sees it. Without a role the desk says what to do."""
    if request.role is None:
        return redirect("desk")
    return _shown(request)


def _shown(
    request: OpenRequest, address: forms.Form | None = None, code: forms.Form | None = None
) -> HttpResponse:
    now = clock.now()
    standing = mail_standing(_role(request))
    live = standing.waiting is not None and now < standing.waiting.code_until
    shown = {
        "standing": standing, "live": live, "address_form": address or AddressForm(), "code_form": code or CodeForm(),
        "changing": address is not None,
    }  # fmt: skip
    refused = address or code
    status = answer_status(refused) if refused is not None else 200
    return render(request, "exchange/account.html", shown, status=status)


@require_POST
def set_mail(request: OpenRequest) -> HttpResponse:
    """Send a code to an address."""
    role, form = _role(request), AddressForm(request.POST)
    if form.is_valid():
        with refusals(form):
            address = form.cleaned_data["address"]

            def work() -> str:
                return str(actions.set_mail(address=address, by=role, now=clock.now()).pk)

            answer_once(request, Permission.SET_MAIL, work)  # type: ignore[arg-type]
            messages.success(request, "确认码正在发往您填写的邮箱，请查收后在这里输入。")
            return redirect("my_account")
    return _shown(request, address=form)


@require_POST
def confirm_mail(request: OpenRequest, pk: int) -> HttpResponse:
    """Type the code."""
    role, form = _role(request), CodeForm(request.POST)
    found: MailAddress = visible(MailAddress, pk, role)
    if form.is_valid():
        with refusals(form):
            code = form.cleaned_data["code"]

            def work() -> str:
                return str(actions.confirm_mail(mail_address=found, code=code, by=role, now=clock.now()).pk)

            answer_once(request, Permission.CONFIRM_MAIL, work)  # type: ignore[arg-type]
            messages.success(request, "邮箱已确认。")
            return redirect("my_account")
    return _shown(request, code=form)
