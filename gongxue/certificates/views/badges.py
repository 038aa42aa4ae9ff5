"""Open Badges: the credential for its holder and its institution; key and status list for everybody who checks one."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect

from gongxue.certificates.badges import badge_of, did_document, status_list
from gongxue.certificates.models import Certificate
from gongxue.certificates.queries import certificate_rows
from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.files.serving import serve_bytes
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.lifecycle.errors import refuse_if
from gongxue.foundation.pages.act import visible
from gongxue.parties.queries import institutions
from gongxue.regulations.certificates import holding_breaches

MEDIA_TYPE = "application/vc+jwt"


def badge(request: Request, pk: int) -> HttpResponseBase:
    """The holder's badge, once the certificate was collected; `?name=hidden` shows a hash instead of the name."""
    certificate = visible(Certificate, pk, request.role)
    (row,) = certificate_rows([certificate])
    refuse_if(holding_breaches(row.standing))
    if not row.collected_at:
        messages.error(request, "请先领取证书，再下载数字徽章。")
        return redirect("my_certificates")
    return _served(certificate, named=request.GET.get("name") != "hidden")


def issued_badge(request: Request, pk: int) -> HttpResponseBase:
    """The badge for the institution, which does not decide whether the holder's name is told: it is hashed."""
    certificate = visible(Certificate, pk, request.role)
    (row,) = certificate_rows([certificate])
    refuse_if(holding_breaches(row.standing))
    return _served(certificate, named=False)


def _served(certificate: Certificate, *, named: bool) -> HttpResponseBase:
    data = badge_of(certificate, named=named).encode()
    return serve_bytes(data, name=f"数字徽章_{certificate.number}.jwt", media_type=MEDIA_TYPE)


def _institution(code: str) -> Organisation:
    found: Organisation | None = institutions().filter(province_code=code[:2], code=code[2:]).first()
    if found is None:
        raise Http404
    return found


def _public(body: str, media_type: str) -> HttpResponse:
    """Read by programs of anybody, browsers of other sites among them; the same for all."""
    response = HttpResponse(body, content_type=media_type)
    response.headers["Cache-Control"] = "public, max-age=300"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def issuer(request: HttpRequest, code: str) -> HttpResponseBase:
    """The did:web document of an institution: with which key it signs badges."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return _public(json.dumps(did_document(_institution(code))), "application/did+json")


def status(request: HttpRequest, code: str) -> HttpResponseBase:
    """The status list of an institution: which of its badges do not hold any more."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return _public(status_list(_institution(code), clock.now()), MEDIA_TYPE)
