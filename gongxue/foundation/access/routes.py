"""Every URL says what it needs; a URL without it is refused (and fails a test)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from gongxue.regulations.roles import Permission


class Open(StrEnum):
    """What is not tied to a permission: everybody, or everybody who has signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


# Everything that may be seen without an account, each with its reason. A test compares it with the URLs.
PUBLIC_ROUTES: dict[str, str] = {
    "home": "公开首页",
    "sign_in": "登录页",
    "sign_out": "退出（未登录时无事可做）",
    "accounts.sign_up": "参训教师注册（实名）",
    "national_list": "全国培训信息及其表格、日历和数据：各院校和公众可查（TR 7）",
    "editions": "全国培训信息各期（MG 25.4）",
    "edition": "一期全国培训信息及其变更，表格和数据同此页",
    "notice": "招生通知：公开发布（TR 10）",
    "certificates.query": "证书查询（MG 18.2）",
    "certificates.check": "扫码核验证书：数据在 # 之后，不进日志",
    "badges.issuer": "数字徽章的签发密钥（did:web）：任何人离开本平台也能核对签名",
    "badges.status": "数字徽章的状态列表（W3C Bitstring Status List）：核对是否已作废、撤销，不透露在查谁",
    "livez": "存活检查",
    "readyz": "就绪检查",
    "forms.blank": "现行表单一览和空白表单下载（TR 脚注⑦）",
    "trail.checkpoint": "留痕校验点：供见证方核对",
}


def route(
    where: str, view: Callable[..., HttpResponseBase], name: str, needs: Permission | Open
) -> URLPattern:
    """A URL with its need. The same view may stand under several URLs with different needs."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    guarded.needs = needs  # type: ignore[attr-defined]
    return path(where, guarded, name=name)
