"""Public real-name sign-up of a trainee (MG 4.7 全实名; AMB-29): who you are, then a look at it with a password.

Nothing personal stands in an address, a session or a log: between the two steps it travels in the form itself.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from gongxue.foundation import clock
from gongxue.foundation.access.address import network_of
from gongxue.foundation.access.throttle import SIGN_UP_ADDRESS, failed, seconds_to_wait
from gongxue.foundation.identity.actions import name_breaches
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.identity.sign_in_names import suggest
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.pages.act import next_page
from gongxue.foundation.pages.forms import answer_status, refusals
from gongxue.parties.actions import Entry, sign_up
from gongxue.parties.models import Person
from gongxue.parties.queries import phone_breaches
from gongxue.regulations.id_numbers import IdNumber, id_number_breaches, parse_id_number
from gongxue.regulations.names import regular_name
from gongxue.regulations.registers import provinces
from gongxue.regulations.roles import EMPLOYERS, Duty

SUGGESTED = 12  # employers offered for what was typed
BACKEND = "django.contrib.auth.backends.ModelBackend"
_STAFF_WORDS = "名录中没有本单位的，请联系部指导中心登记。"


def employers_in(province_code: str, words: str = "") -> QuerySet[Organisation]:
    """Schools and institutions of a province whose name contains the words: public, by name."""
    rows = Organisation.objects.filter(
        kind__in=[kind.value for kind in EMPLOYERS], province_code=province_code, is_active=True
    )
    return (rows.filter(name__contains=words) if words else rows).order_by("name")


class PersonForm(forms.Form):
    """First step: who somebody is and where they work."""

    name = forms.CharField(
        label="姓名",
        max_length=40,
        help_text="与身份证一致。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    id_number = forms.CharField(
        label="身份证号码",
        max_length=18,
        help_text="加密存放，页面上只显示后四位。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label="手机",
        max_length=11,
        help_text="加密存放，培训机构办班时使用。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "numeric"}),
    )
    province = forms.ChoiceField(label="单位所在省份", choices=[("", "请选择")])
    employer = forms.CharField(
        label="单位名称",
        max_length=80,
        help_text=f"输入名称中的字，从列出的院校中选择。{_STAFF_WORDS}",
        widget=forms.TextInput(attrs={"list": "employers", "autocomplete": "off"}),
    )
    consent = forms.BooleanField(label="我已阅读并同意以上个人信息处理说明")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.employers: list[str] = []
        self.entry: Entry | None = None
        choices = [("", "请选择"), *((p.code, p.name) for p in provinces())]
        self.fields["province"].choices = choices  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        """Blanks inside a Chinese name are slips of the keyboard, and its dot has many forms."""
        return regular_name(str(self.cleaned_data["name"]))

    def clean(self) -> dict[str, Any]:
        """The employer must be in the register; name, ID number and phone must be able to be true."""
        cleaned: dict[str, Any] = super().clean() or {}
        found = {
            "name": name_breaches(cleaned.get("name", "")),
            "id_number": id_number_breaches(cleaned.get("id_number", ""), clock.today()),
            "phone": phone_breaches(cleaned.get("phone", "")),
        }
        for field, breaches in found.items():
            for breach in breaches if field in cleaned else ():
                self.add_error(field, f"{breach.says}{breach.way_out}")
        employer = self._employer(cleaned.get("province", ""), cleaned.get("employer", ""))
        if employer is not None and not self.errors:
            self.entry = Entry(cleaned["name"], cleaned["id_number"], cleaned["phone"], employer)
        return cleaned

    def _employer(self, province: str, words: str) -> Organisation | None:
        """The organisation of exactly this name; otherwise the page offers those that come close."""
        if not province or not words:
            return None
        found = employers_in(province).filter(name=words).first()
        if found is None:
            rows = employers_in(province, words)[:SUGGESTED] or employers_in(province)[:200]
            self.employers = [row.name for row in rows]
            self.add_error("employer", f"名录中没有“{words}”。请从列出的院校中选择；{_STAFF_WORDS}")
        return found

    @property
    def number(self) -> IdNumber | None:
        """The ID number as entered, when it is one."""
        return parse_id_number(self.entry.id_number) if self.entry else None


class AccountForm(forms.Form):
    """Second step: the sign-in name and the password."""

    sign_in_name = forms.CharField(
        label="登录名",
        max_length=40,
        help_text="小写字母、数字、点、横线，3 至 40 位，字母开头；可用建议的，也可自己起。",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="密码",
        max_length=128,
        strip=False,
        help_text="不少于 12 位，不能以姓名、登录名为主；可以是一句容易记住的话。",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_sign_in_name(self) -> str:
        """Sign-in names are kept in lower case."""
        return str(self.cleaned_data["sign_in_name"]).strip().lower()

    def clean(self) -> dict[str, Any]:
        """Both entries are the same."""
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("password") != cleaned.get("again"):
            self.add_error("again", "两次输入的密码不一致。")
        return cleaned


@never_cache
def register(request: HttpRequest) -> HttpResponseBase:
    """The page: `province` and `q` in the address answer with employers, POST is a step of the sign-up."""
    if request.GET.get("province") and request.headers.get("Accept", "").startswith("application/json"):
        province, words = (request.GET.get(name, "").replace("\x00", "") for name in ("province", "q"))
        rows = employers_in(province[:2], words.strip()[:40])
        return JsonResponse({"employers": [row.name for row in rows[:SUGGESTED]]})
    if request.user.is_authenticated:
        return redirect(_next(request))
    if request.method != "POST":
        return _first(request, PersonForm())
    person = PersonForm(request.POST)
    if not person.is_valid() or "change" in request.POST:
        return _first(request, person)
    if "sign_in_name" not in request.POST:
        return _second(
            request, person, AccountForm(initial={"sign_in_name": suggest(person.cleaned_data["name"])})
        )
    account = AccountForm(request.POST)
    if account.is_valid() and (role := _signed_up(request, person, account)) is not None:
        login(request, role.account, backend=BACKEND)
        request.session["role"] = role.pk
        messages.success(request, f"注册成功，您的登录名是 {role.account.sign_in_name}，请记住。")
        return redirect(_next(request))
    return _second(request, person, account)


def _next(request: HttpRequest) -> str:
    return next_page(request, "/my/applications/")


def _shown(request: HttpRequest, person: PersonForm) -> dict[str, Any]:
    return {"person": person, "next": request.POST.get("next", request.GET.get("next", ""))[:200]}


def _first(request: HttpRequest, person: PersonForm) -> HttpResponse:
    bad = person.is_bound and bool(person.errors)
    return render(request, "parties/sign_up.html", _shown(request, person), status=422 if bad else 200)


def _second(request: HttpRequest, person: PersonForm, account: AccountForm) -> HttpResponse:
    shown = _shown(request, person) | {"account": account, "entry": person.entry, "number": person.number}
    return render(request, "parties/sign_up_confirm.html", shown, status=answer_status(account))


def _signed_up(request: HttpRequest, person: PersonForm, account: AccountForm) -> Role | None:
    """The new trainee's role; None with the reasons in the form. Every attempt of a network is counted."""
    now, network, entry = clock.now(), network_of(request), person.entry
    assert entry is not None
    if wait := seconds_to_wait(SIGN_UP_ADDRESS, network, now):
        account.add_error(None, ValidationError(f"本网络注册次数过多，请 {wait} 秒后再试。", code="wait"))
        return None
    failed(SIGN_UP_ADDRESS, network, now)
    name, password = account.cleaned_data["sign_in_name"], account.cleaned_data["password"]
    if (twin := _just_signed_up(entry, name, password)) is not None:
        return twin
    role = None
    with refusals(account):
        role = sign_up(
            sign_in_name=name, password=password, name=entry.name, id_number=entry.id_number, phone=entry.phone,
            employer=entry.employer, consent=person.cleaned_data["consent"], now=now,
        )  # fmt: skip
    return role  # noqa: RET504 — None when it was refused


def _just_signed_up(entry: Entry, sign_in_name: str, password: str) -> Role | None:
    """A second click on the same page: the same person, name and password are a sign-in, not another account."""
    lately = clock.now() - timedelta(minutes=10)
    account = Account.objects.filter(
        sign_in_name=sign_in_name, is_active=True, must_change_password=False, created_at__gte=lately
    ).first()
    number = parse_id_number(entry.id_number)
    if account is None or number is None or not account.check_password(password):
        return None
    own = Person.objects.unscoped("whether it is the same person").filter(
        account=account, id_number_index=blind_index(number.reveal())
    )
    held = Role.objects.filter(account=account, duty=Duty.TRAINEE, until=None).select_related("account")
    return held.first() if own.exists() else None
