"""Signing in and out, the password, the role one acts in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.contrib.auth.views import LoginView
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.identity.actions import change_password as change
from gongxue.foundation.identity.forms import PasswordForm, SignInForm
from gongxue.foundation.identity.models import roles_of
from gongxue.foundation.pages.forms import answer_status, refusals


class SignIn(LoginView):
    """Django's sign-in with our form; `site` stays what every page means by it."""

    template_name = "identity/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Without the host name that Django calls `site`."""
        return {k: v for k, v in super().get_context_data(**kwargs).items() if k not in ("site", "site_name")}


sign_in = SignIn.as_view()


@require_POST
def sign_out(request: Request) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("home")


def change_password(request: OpenRequest) -> HttpResponse:
    """The person's own password; at the first sign-in nothing else is open."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        role = request.role
        if role is None:
            raise Http404
        with refusals(form):
            account = change(
                current=form.cleaned_data["current"], new=form.cleaned_data["new"], by=role, now=clock.now()
            )
            update_session_auth_hash(request, account)  # a new session id; every other session ends
            messages.success(request, "密码已修改，其他设备上的登录已退出。")
            return redirect("desk")
    shown = {"form": form, "first": request.user.must_change_password}  # type: ignore[union-attr]
    return render(request, "identity/change_password.html", shown, status=answer_status(form))


@require_POST
def switch_role(request: Request, pk: int) -> HttpResponse:
    """Act in another of one's roles, beginning at its desk."""
    if not act_in(request, pk):
        raise Http404
    return redirect("desk")


def act_in(request: OpenRequest, pk: int) -> bool:
    """Take on one of the roles that the account holds now, under a new session id; False when it is none of them."""
    role = next((r for r in roles_of(request.user) if r.pk == pk), None)  # type: ignore[arg-type]
    if role is None:
        return False
    if role != request.role:
        request.session.cycle_key()
        request.session["role"] = role.pk
        messages.info(request, f"现在以“{role.title} · {role.place}”的身份工作。")
    return True
