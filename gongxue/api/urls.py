"""The API: JSON under /api/v1, described by OpenAPI, the same actions and refusals as the pages."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from gongxue.api.acts import register_acts
from gongxue.api.problems import problem, refusal_problem
from gongxue.api.public import described
from gongxue.api.reads import register_reads
from gongxue.api.tokens import Bearer, TokenAnswer, TokenRequest, sign_in
from gongxue.foundation.lifecycle.errors import NotThere, Refusal
from gongxue.regulations.breaches import Breach

api = NinjaAPI(
    title="Gongxue 工学 API",
    version="1.0",
    description="工学一体化教师培训管理服务平台接口。每个操作与页面相同，拒绝时给出条文（RFC 9457）。",
    urls_namespace="api",
    auth=Bearer(),
    docs_url=None,  # Swagger's page loads scripts from elsewhere
    openapi_url=None,  # served below, to signed-in callers
)


@api.exception_handler(Refusal)
def _refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    return refusal_problem(request, error)


@api.exception_handler(NotThere)
@api.exception_handler(Http404)
def _absent(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404)


@api.exception_handler(AuthenticationError)
def _stranger(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(401)


@api.exception_handler(PermissionDenied)
def _denied(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(403)


@api.exception_handler(ValidationError)
def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    breaches = tuple(_breach(e) for e in error.errors[:20])
    return problem(422, "请求内容不符合接口说明。", breaches)


def _breach(error: dict[str, Any]) -> Breach:
    where = ".".join(str(part) for part in error.get("loc", ())[2:]) or "请求"
    return Breach(
        "input.format", "MG 25.4", f"{where[:60]}：{str(error.get('msg', ''))[:120]}", "请对照接口说明修改。"
    )


@api.exception_handler(HttpError)
def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, str(error))


@api.post("/token", auth=None, response=TokenAnswer, operation_id="sign_in", tags=["token"])
def token(request: HttpRequest, wanted: TokenRequest) -> Any:
    """Sign in: a token for one role, twelve hours long."""
    return sign_in(request, wanted)


@api.get("/openapi.json", operation_id="openapi", include_in_schema=False)
def openapi(request: HttpRequest) -> JsonResponse:
    """The description of this API."""
    return JsonResponse(described(api.get_openapi_schema()), json_dumps_params={"ensure_ascii": False})


register_acts(api)
register_reads(api)

urlpatterns = [path("api/v1/", api.urls)]
