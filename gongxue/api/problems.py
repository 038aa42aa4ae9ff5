"""Refusals as problem details (RFC 9457): the same breaches, with their articles, as the pages show."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse

from gongxue.foundation.lifecycle.errors import Refusal
from gongxue.foundation.trail.request import request_id
from gongxue.regulations.breaches import Breach

TITLES = {
    400: "请求格式不对",
    401: "未登录或令牌已失效",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的方法",
    409: "内容已有变化",
    413: "内容过大",
    422: "不符合规定",
    429: "请求过于频繁",
}


def breach_data(breach: Breach) -> dict[str, str]:
    """A breach as JSON."""
    return {
        "rule": breach.rule,
        "article": breach.article,
        "cites": breach.cites,
        "says": breach.says,
        "way_out": breach.way_out,
    }


def problem(status: int, detail: str = "", breaches: tuple[Breach, ...] = (), **more: Any) -> HttpResponse:
    """An application/problem+json answer."""
    body = {
        "type": f"urn:gongxue:problem:{status}",
        "title": TITLES.get(status, "出错"),
        "status": status,
        "detail": detail or TITLES.get(status, ""),
        "instance": request_id.get(),
        "breaches": [breach_data(b) for b in breaches],
        **more,
    }
    text = json.dumps(body, ensure_ascii=False)
    data = text.encode("utf-8", "replace")  # a refused key may be half a character
    return HttpResponse(data, status=status, content_type="application/problem+json; charset=utf-8")


def refusal_problem(request: HttpRequest, error: Refusal) -> HttpResponse:
    """A refusal of an action."""
    return problem(error.status, str(error), error.breaches)
