"""Accounts as the centre hands them out (MG 25.1): list, one account, create, reset, roles.

An initial password is in the answer to the request that made it and nowhere else: the same form sent again, a
refresh and the back button all lead to the account without it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity import actions
from gongxue.foundation.identity.actions import Handed
from gongxue.foundation.identity.forms import AccountForm, RoleForm
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.identity.queries import (
    STANDINGS,
    AccountSearch,
    accounts_found,
    duties_in,
    held_roles,
    organisation_by,
    organisations_like,
    same_name,
    standing_of,
)
from gongxue.foundation.identity.sign_in_names import suggest
from gongxue.foundation.pages.act import answer_once, visible
from gongxue.foundation.pages.forms import answer_status, chosen, refusals
from gongxue.foundation.trail.models import Event
from gongxue.regulations.registers import provinces
from gongxue.regulations.roles import Duty, Permission

PAGE = 50
TRAIL_SHOWN = 20


def accounts(request: Request) -> HttpResponse:
    """The accounts, searched by name, organisation, duty, province and standing."""
    fields = chosen(request, "q", "organisation", "duty", "province", "standing")
    search = AccountSearch(
        fields["q"], fields["organisation"], fields["duty"], fields["province"], fields["standing"]
    )
    page = Paginator(accounts_found(search), PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    shown = {
        "page": page,
        "rows": [(account, standing_of(account, now)) for account in page],
        "chosen": fields,
        "duties": [d for d in Duty if d != Duty.SYSTEM],
        "provinces": provinces(),
        "standings": STANDINGS.items(),
    }
    return render(request, "identity/accounts.html", shown)


def account(request: Request, pk: int) -> HttpResponse:
    """One account: how it stands, its roles, what was done with it. No personal value."""
    role = request.role
    found = visible(Account, pk, role)
    shown = {
        "account": found,
        "standing": standing_of(found, clock.now()),
        "held": held_roles().filter(account=found),
        "ended": found.roles.exclude(until=None).select_related("organisation").order_by("-until", "-pk"),
        "own": found.pk == role.account_id,
        "platform": found.roles.filter(duty=Duty.SYSTEM).exists(),
        "trail": Event.objects.scope(role).filter(about=f"account/{found.pk}").order_by("-pk")[:TRAIL_SHOWN],
    }
    return render(request, "identity/account.html", shown)


def create(request: Request) -> HttpResponse:
    """A new account; the answer shows its initial password once."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            return _hand_over(request, Permission.CREATE_ACCOUNT, lambda: _created(request, form))
    return render(request, "identity/account_create.html", {"form": form}, status=answer_status(form))


def _created(request: Request, form: AccountForm) -> Handed:
    return actions.create_account(**form.cleaned_data, by=request.role, now=clock.now())


@require_POST
def reset(request: Request, pk: int) -> HttpResponse:
    """A new initial password that the centre hands over but did not choose; shown once."""
    role = request.role
    found = visible(Account, pk, role)
    return _hand_over(
        request,
        Permission.RESET_ACCOUNT,
        lambda: actions.reset_account(account=found, by=role, now=clock.now()),
    )


def _hand_over(request: Request, code: Permission, work: Callable[[], Handed]) -> HttpResponse:
    """The slip with the initial password for the first request; whoever repeats it gets the account only."""
    handed: list[Handed] = []

    def once() -> str:
        handed.append(work())
        return str(handed[0].pk)

    answer, fresh = answer_once(request, code, once)
    if not fresh:
        messages.info(request, "初始密码只显示一次。没有记下的，请重置后重新发放。")
        return redirect("account", int(answer))
    shown = {
        "handed": handed[0],
        "again": code == Permission.RESET_ACCOUNT,
        "held": held_roles().filter(account=handed[0].pk),
        "address": request.build_absolute_uri("/sign-in/"),
    }
    response = render(request, "identity/account_slip.html", shown)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def give_role(request: Request, pk: int) -> HttpResponse:
    """Another role for an account."""
    role = request.role
    found = visible(Account, pk, role)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals(form):
            given = actions.give_role(account=found, **form.cleaned_data, by=role, now=clock.now())
            messages.success(request, f"已授予“{given.title} · {given.place}”，对方下次打开页面即可切换。")
            return redirect("account", found.pk)
    shown = {"form": form, "account": found, "held": held_roles().filter(account=found)}
    return render(request, "identity/account_role.html", shown, status=answer_status(form))


def choices(request: Request) -> JsonResponse:
    """What the account forms offer while one types: organisations, the duties of one, a free sign-in name."""
    asked = chosen(request, "q", "organisation", "name")
    answer: dict[str, object] = {"organisations": [o.name for o in organisations_like(asked["q"])]}
    organisation = organisation_by(asked["organisation"])
    if organisation is not None:
        answer["duties"] = [[duty.value, duty.title] for duty in duties_in(organisation)]
    name = asked["name"][:40]
    if name:
        answer["sign_in_name"] = suggest(name)
        answer["same_name"] = [_named(found) for found in same_name(name)]
    return JsonResponse(answer)


def _named(found: Account) -> dict[str, object]:
    held: list[Role] = found.held  # type: ignore[attr-defined]
    roles = "、".join(f"{role.place}{role.title}" for role in held)
    return {"pk": found.pk, "sign_in_name": found.sign_in_name, "roles": roles}
