"""The public query and the check of a code, answered before sessions and accounts (MG 18.2).

A middleware, because most strangers need nothing that comes after it. It stands behind the security headers, the
content policy and the request log. Nothing is written but counters of misses, so there is no cookie and no token;
requests that another site sends in a visitor's name are refused by where they say they come from.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import render
from django.urls import ResolverMatch
from django.views.decorators.csrf import csrf_exempt

from gongxue.certificates.documents.guilloche import rosette_of
from gongxue.certificates.documents.payload import Facts, key_id, opened
from gongxue.certificates.documents.sheet import CHECK_PATH
from gongxue.certificates.keys import NotHeard, ask_with, asker_of
from gongxue.certificates.lookup import Found, Question, Waiting, ask, by_number, question_of
from gongxue.certificates.offline import published_keys
from gongxue.foundation import clock
from gongxue.foundation.access.address import network_of
from gongxue.regulations.certificate_cases import Standing
from gongxue.regulations.id_numbers import mask

GetResponse = Callable[[HttpRequest], HttpResponseBase]
QUERY_PATH = "/certificates/query"
FIELDS = ("name", "id_number", "number")
LONGEST_BODY = 8192  # bytes; three fields need a few hundred

MISSED = "没有查到符合条件的证书。请核对所填各项：姓名应与证书一致，身份证号 18 位，证书编号 15 位。"
TWO_NEEDED = "请填写姓名、身份证号、证书编号中的任意两项。"


class Unheard(Exception):
    """A request that is not looked at, with its status and the reason in Chinese."""

    def __init__(self, status: int, says: str) -> None:
        super().__init__(says)
        self.status, self.says = status, says


@dataclass(frozen=True, slots=True)
class Shown:
    """A certificate as the answer shows it."""

    number: str
    serial: str
    state: str
    state_title: str
    holder: str
    level: str
    category: str
    first_day: date
    last_day: date
    courses: str
    periods: int
    result: str
    issuer: str
    issued_on: date
    rosette: str = ""  # path data, where the answer is looked at by people


def shown(found: Found, *, with_name: bool, drawn: bool) -> Shown:
    """The name in full only when the asker already knew it; never an ID number."""
    return Shown(
        number=found.number, serial=found.serial, state=found.state.value, state_title=found.state.title,
        holder=found.holder if with_name else found.masked_holder, level=found.level_title,
        category=found.category_title, first_day=found.first_day, last_day=found.last_day, courses=found.courses,
        periods=found.periods, result=found.result, issuer=found.issuer, issued_on=found.issued_on,
        rosette=rosette_of(found.number, found.token) if drawn else "",
    )  # fmt: skip


# What was sent ---------------------------------------------------------------------------------------------------


def _is_json(request: HttpRequest) -> bool:
    return request.content_type == "application/json"


def _refuse_foreign(request: HttpRequest) -> None:
    """Browsers say where a request comes from; programs say nothing and are welcome."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    own = (f"{request.scheme}://{request.get_host()}", settings.ORIGIN)
    if (site and site not in ("same-origin", "none")) or (origin and origin not in own):
        raise Unheard(403, "该请求来自其他网站，未予受理。请在本平台的页面上查询。")


def _sent(request: HttpRequest, names: tuple[str, ...]) -> dict[str, str]:
    """The named fields of a form or of a JSON object, as text."""
    _refuse_foreign(request)
    if len(request.body) > LONGEST_BODY:
        raise Unheard(413, "提交的内容过长。")
    if _is_json(request):
        values = _json_object(request.body)
    elif request.content_type == "application/x-www-form-urlencoded":
        values = _form(request.body)
    else:
        raise Unheard(415, "请以表单或 JSON 提交。")
    fields = {name: values.get(name) or "" for name in names}
    if not all(isinstance(value, str) for value in fields.values()):
        raise Unheard(422, "各项内容应为文字。")
    return fields


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        values = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unheard(422, "内容不是有效的 JSON。") from error
    if not isinstance(values, dict):
        raise Unheard(422, "内容应为 JSON 对象。")
    return values


def _form(body: bytes) -> dict[str, Any]:
    try:
        return QueryDict(body, encoding="utf-8").dict()
    except SuspiciousOperation as error:
        raise Unheard(422, "提交的项目过多。") from error


# The query -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """What the result part of the page and the JSON are made from."""

    kind: str  # "" (nothing asked yet) · found · missed · refused · waiting
    status: int = 200
    says: str = ""
    rows: tuple[Shown, ...] = ()
    retry_after: int = 0


def _in_words(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} 秒"
    return f"{-(-seconds // 60)} 分钟"


def _answer(request: HttpRequest, drawn: bool) -> Answer:
    try:
        asking = _keyed(request) if "Authorization" in request.headers else _unkeyed(request)
        question = question_of(**_sent(request, FIELDS))
        if not question.is_complete:
            raise Unheard(422, TWO_NEEDED)
        return _told(asking(question), question, drawn)
    except Unheard as unheard:
        return Answer("refused", unheard.status, unheard.says)
    except NotHeard as refused:
        return Answer("refused", refused.status, refused.says, retry_after=refused.seconds)
    except Waiting as waiting:
        says = f"查询未果次数较多，请在 {_in_words(waiting.seconds)}后再试。扫描证书上的二维码可以直接核验，不受此限。"
        return Answer("waiting", 429, says, retry_after=waiting.seconds)


Asking = Callable[[Question], list[Found]]


def _unkeyed(request: HttpRequest) -> Asking:
    return lambda question: ask(question, network=network_of(request), now=clock.now())


def _keyed(request: HttpRequest) -> Asking:
    """For the program of an employer, whose key is looked at before anything else."""
    now = clock.now()
    asker = asker_of(request.headers["Authorization"], network_of(request), now)
    return lambda question: ask_with(asker, question, now)


def _told(rows: list[Found], question: Question, drawn: bool) -> Answer:
    if not rows:
        return Answer("missed", says=MISSED)
    known = bool(question.name)
    return Answer("found", rows=tuple(shown(row, with_name=known, drawn=drawn) for row in rows))


@csrf_exempt
def query(request: HttpRequest) -> HttpResponse:
    """The form and its answer; JSON when JSON was sent or is wanted."""
    if request.method in ("GET", "HEAD"):
        return _page(request, Answer(""))
    if request.method != "POST":
        return _not_allowed()
    as_json = _is_json(request) or _wants_json(request) or "Authorization" in request.headers
    answer = _answer(request, drawn=not as_json)
    response = _as_json(answer) if as_json else _page(request, answer)
    if answer.retry_after:
        response.headers["Retry-After"] = str(answer.retry_after)
    return response


def _wants_json(request: HttpRequest) -> bool:
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def _page(request: HttpRequest, answer: Answer) -> HttpResponse:
    # The page's own script asks for the result alone and puts it under the form, which keeps what was typed.
    part = "#result" if request.headers.get("X-Part") == "result" else ""
    context = {"answer": answer, "origin": settings.ORIGIN}
    response = render(request, f"certificates/query.html{part}", context, status=answer.status)
    return _private(response)


def _as_json(answer: Answer) -> HttpResponse:
    if answer.kind in ("found", "missed"):
        rows = [_without_rosette(asdict(row)) for row in answer.rows]
        body: dict[str, Any] = {"found": bool(rows), "certificates": rows}
        if not rows:
            body["says"] = answer.says
        return _json(body)
    return _problem(answer.status, answer.says)


def _without_rosette(row: dict[str, Any]) -> dict[str, Any]:
    del row["rosette"]
    return row


def _problem(status: int, says: str) -> HttpResponse:
    body = {"type": "about:blank", "title": says, "status": status}
    return _json(body, status=status, content_type="application/problem+json")


def _json(body: dict[str, Any], **more: Any) -> HttpResponse:
    return _private(JsonResponse(body, json_dumps_params={"ensure_ascii": False}, **more))


def _not_allowed() -> HttpResponse:
    return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})


def _private(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "private, no-store"
    return response


# The check of a code ---------------------------------------------------------------------------------------------

_VERDICTS = {  # state: (what it is, what it means)
    "valid": ("证书有效", "由本平台核发并登记，当前有效。请核对姓名、证书编号和团花与所持证书是否一致。"),
    "void": ("证书已作废", "该证书由本平台核发，现已作废，不得使用。"),
    "revoked": ("证书已撤销", "该证书由本平台核发，现已被省级管理部门撤销，不得使用。"),
    "corrected": ("证书已更正换发", "该证书内容有误，已更正并换发新的证书，此件不再有效。"),
    "replaced": ("该序列号已停用", "证书已补发，此件不再有效，请以现行序列号的证书为准。"),
    "unknown": ("登记簿中没有", "二维码由本平台签名，但登记簿中没有这张证书，请向发证机构核实。"),
    "forged": ("不是本平台的二维码", "二维码内容没有通过签名核对：可能是伪造的，也可能没有扫描完整。"),
}


def _verdict(state: str, facts: Facts | None = None, found: Found | None = None) -> HttpResponse:
    title, says = _VERDICTS[state]
    body: dict[str, Any] = {"state": state, "title": title, "says": says}
    if facts and found:
        body["certificate"] = asdict(shown(found, with_name=True, drawn=True)) | {
            "serial": facts.serial,
            "id_number": mask("•" * 14 + facts.id_number_end),
        }
    return _json(body)


def _checked(code: str) -> HttpResponse:
    """Signature first, then the books: number and check code must both be known to them."""
    facts = opened(code.strip())
    if facts is None:
        return _verdict("forged")
    found = by_number(facts.number)
    if found is None or found.token != facts.token:
        return _verdict("unknown")
    if found.state != Standing.VALID:
        return _verdict(found.state.value, facts, found)
    return _verdict("valid" if found.serial == facts.serial else "replaced", facts, found)


@csrf_exempt
def check(request: HttpRequest) -> HttpResponse:
    """The page whose script reads the code behind the #, and the answer to it.

    No counter stands in the way: a code that this platform did not sign costs no look into the books.
    """
    if request.method in ("GET", "HEAD"):
        keys = published_keys()
        shown_key = {
            "key": keys["code"],
            "key_id": f"{key_id():02x}",
            "origin": settings.ORIGIN,
            "keys": json.dumps(keys),
        }
        return render(request, "certificates/check.html", shown_key)
    if request.method != "POST":
        return _not_allowed()
    try:
        return _checked(_sent(request, ("code",))["code"])
    except Unheard as unheard:
        return _problem(unheard.status, unheard.says)


class PublicQueryLane:
    """Answers the two public addresses and lets everything else pass."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self._answers: dict[str, tuple[Callable[[HttpRequest], HttpResponse], ResolverMatch]] = {
            QUERY_PATH: (query, ResolverMatch(query, (), {}, url_name="certificates.query")),
            CHECK_PATH: (check, ResolverMatch(check, (), {}, url_name="certificates.check")),
        }

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer or pass on."""
        known = self._answers.get(request.path_info)
        if known is None:
            return self.get_response(request)
        view, request.resolver_match = known  # the name for the request log
        response = view(request)
        response.headers["Content-Length"] = str(len(response.content))  # else it goes out in chunks
        return response
