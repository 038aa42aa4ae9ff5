"""The door for large files: tus 1.0 (core, creation, checksum, expiration, termination) as plain views.

`POST /uploads/` announces a file, `PATCH` brings the piece at an offset, `HEAD` tells how much is there, `GET` how the
check is going (ours), `DELETE` gives up. Only the owner sees an upload, for everybody else it is not there; whether the
role may still send is asked at each piece. Pages send the CSRF token as a header.
"""

from __future__ import annotations

import base64
import binascii
import uuid
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.http import http_date

from gongxue.foundation import clock
from gongxue.foundation.access.requests import OpenRequest, Request
from gongxue.foundation.files import resumable
from gongxue.foundation.files.models import Upload
from gongxue.foundation.files.resumable import PIECE, Refused, State
from gongxue.foundation.files.uploads import SLOTS, Slot
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import is_storable
from gongxue.foundation.lifecycle.errors import Refusal

VERSION = "1.0.0"
PIECE_TYPE = "application/offset+octet-stream"
_STATUS = {
    "upload.large": 413,
    "upload.quota": 413,
    "upload.type": 415,
    "upload.full": 507,
    "upload.empty": 400,
}


def uploads(request: Request) -> HttpResponseBase:
    """OPTIONS: what the door can do. POST: announce a file; 201 with its Location."""
    if request.method == "OPTIONS":
        return _capabilities()
    if request.method != "POST":
        return _not_this("POST, OPTIONS")
    return _answered(request, lambda: _create(request))


def upload(request: Request, uid: str) -> HttpResponseBase:
    """One upload of one's own."""
    if request.method == "OPTIONS":
        return _capabilities()
    handlers = {"HEAD": _head, "GET": _status, "PATCH": _patch, "DELETE": _delete}
    handler = handlers.get(request.method or "")
    if handler is None:
        return _not_this("GET, HEAD, PATCH, DELETE, OPTIONS")
    row = _own(request, uid)
    return _answered(request, lambda: handler(request, row))


def _own(request: Request, uid: str) -> Upload:
    """The upload in the role's scope whose slot the role may still fill; else 404, as if it were not there."""
    role: Role | None = request.role
    try:
        wanted = uuid.UUID(uid)
    except ValueError:
        raise Http404 from None
    if role is None:
        raise Http404
    row: Upload | None = Upload.objects.scope(role).filter(uid=wanted).first()
    if row is None or not _may(role, SLOTS.get(row.slot)):
        raise Http404
    return row


def _may(role: Role | None, slot: Slot | None) -> bool:
    return role is not None and slot is not None and slot.needs is not None and role.may(slot.needs)


def _answered(request: OpenRequest, work: Any) -> HttpResponseBase:
    """An answer of the protocol: refusals are short texts with the status that tus knows."""
    if request.method not in ("GET",) and request.headers.get("Tus-Resumable") != VERSION:
        return _text("只接受 tus 1.0.0。", 412, {"Tus-Version": VERSION})
    try:
        answer: HttpResponseBase = work()
    except Refused as refused:
        return _text(str(refused), refused.status)
    except Refusal as refusal:
        status = _STATUS.get(refusal.breaches[0].rule, refusal.status)
        return _text("".join(f"{b.says}{b.way_out}" for b in refusal.breaches), status)
    answer.headers["Tus-Resumable"] = VERSION
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _text(says: str, status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    more = {"Tus-Resumable": VERSION, "Cache-Control": "no-store", **(headers or {})}
    return HttpResponse(says, status=status, content_type="text/plain; charset=utf-8", headers=more)


def _not_this(allowed: str) -> HttpResponse:
    return _text("不支持这种请求。", 405, {"Allow": allowed})


def _capabilities() -> HttpResponse:
    return HttpResponse(
        status=204,
        headers={
            "Tus-Resumable": VERSION, "Tus-Version": VERSION, "Cache-Control": "no-store",
            "Tus-Extension": "creation,checksum,expiration,termination", "Tus-Checksum-Algorithm": "sha256",
            "Tus-Max-Size": str(max(slot.most(kind) for slot in SLOTS.values() for kind in slot.types)),
        },
    )  # fmt: skip


def _number(text: str | None) -> int | None:
    """A length or an offset: digits only, no larger than any file."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 15 else None


def metadata(header: str) -> dict[str, str]:
    """Upload-Metadata: `key base64, key base64`; Refused (400) when it cannot be read."""
    found = {}
    for pair in filter(None, (part.strip() for part in header.split(","))):
        key, _, value = pair.partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError):
            raise Refused(400, "Upload-Metadata 不能识别。") from None
        if not is_storable(found[key]):
            raise Refused(400, "文件名含有不能保存的字符。")
    return found


def _create(request: Request) -> HttpResponse:
    size = _number(request.headers.get("Upload-Length"))
    if size is None:
        raise Refused(400, "缺少 Upload-Length。")
    said = metadata(request.headers.get("Upload-Metadata", ""))
    slot = SLOTS.get(said.get("slot", ""))
    if slot is None:
        raise Refused(400, "没有这种用途的上传。")
    if not _may(request.role, slot):
        raise Refused(403, "当前角色不能上传这种文件。")
    row = resumable.begin(
        slot=slot, name=said.get("filename", ""), size=size, mark=said.get("mark", ""), by=request.role,
        now=clock.now(),
    )  # fmt: skip
    where = reverse("upload", args=[row.uid])
    return HttpResponse(status=201, headers={"Location": where, **_expiry(row)})


def _expiry(row: Upload) -> dict[str, str]:
    return {"Upload-Expires": http_date(resumable.expires_at(row).timestamp())}


def _head(request: Request, row: Upload) -> HttpResponse:
    offset = resumable.offset_of(row)
    if offset is None:
        raise Refused(410, "上传已过期，请重新选择文件。")
    return HttpResponse(
        headers={"Upload-Offset": str(offset), "Upload-Length": str(row.size), **_expiry(row)}
    )


def _status(request: Request, row: Upload) -> HttpResponse:
    """How far the upload and its check are."""
    job = row.job if row.state == State.CHECKING else None
    return JsonResponse(
        {
            "state": row.state, "title": row.get_state_display(), "name": row.name, "size": row.size,
            "offset": resumable.offset_of(row) or 0, "problem": row.problem,
            "done": job.done_steps if job else 0, "of": job.all_steps if job else 0,
        }
    )  # fmt: skip


def _patch(request: Request, row: Upload) -> HttpResponse:
    if request.content_type != PIECE_TYPE:
        raise Refused(415, f"内容类型应为 {PIECE_TYPE}。")
    length = _number(request.META.get("CONTENT_LENGTH"))
    if length is None:
        raise Refused(411, "缺少 Content-Length。")
    offset = _number(request.headers.get("Upload-Offset"))
    if offset is None:
        raise Refused(400, "缺少 Upload-Offset。")
    if length > PIECE:
        raise Refused(413, f"一次最多传 {PIECE // 1_048_576} MB，请分段上传。")
    if row.state != State.RECEIVING and offset != row.size:
        raise Refused(409, "文件已经收齐。")
    checksum = request.headers.get("Upload-Checksum", "")
    there = resumable.append(row, offset, request, length, clock.now(), checksum)  # type: ignore[arg-type]
    return HttpResponse(status=204, headers={"Upload-Offset": str(there), **_expiry(row)})


def _delete(request: Request, row: Upload) -> HttpResponse:
    resumable.drop(row)
    return HttpResponse(status=204)
