"""How a file leaves: as an attachment, never rendered in our origin, never cached; whoever calls has asked access.

The question whether somebody may read the file is asked at each request, for a part of it (Range) as for all of it.
Behind nginx (GONGXUE_ACCEL) the answer names the file and nginx sends it, parts included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import CHUNK, path_of, read

_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


def _guarded(response: HttpResponseBase, name: str) -> HttpResponseBase:
    for header, value in _GUARDS.items():
        response.headers[header] = value
    disposition = content_disposition_header(as_attachment=True, filename=name)
    assert disposition is not None
    response.headers["Content-Disposition"] = disposition
    return response


def serve_bytes(data: bytes, *, name: str, media_type: str) -> HttpResponseBase:
    """A document made for this answer."""
    return _guarded(HttpResponse(data, content_type=media_type), name)


def serve_file(request: HttpRequest, row: StoredFile) -> HttpResponseBase:
    """A stored file, or the part of it that was asked for; sealed files are opened and verified as a whole.

    416 when the part lies outside. FileDamaged when a sealed file is not what was stored.
    """
    if row.sealed:
        return serve_bytes(read(row), name=row.name, media_type=row.media_type)
    return serve_path(
        request, path_of(row.digest), size=row.size, tag=row.digest, name=row.name, media_type=row.media_type
    )


def serve_path(
    request: HttpRequest, path: Path, *, size: int, tag: str, name: str, media_type: str
) -> HttpResponseBase:
    """A file below the store's folder whose bytes `tag` stands for: two parts under one tag fit together."""
    if settings.ACCEL:  # nginx names the version of the file and the parts of it itself
        inside = path.relative_to(settings.STORE_DIR).as_posix()
        where = {"X-Accel-Redirect": f"{settings.ACCEL.rstrip('/')}/{inside}"}
        return _guarded(HttpResponse(content_type=media_type, headers=where), name)
    whole = {"ETag": f'"{tag}"', "Accept-Ranges": "bytes"}
    part = _part(_wanted(request, tag), size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    first, last = part
    response = _sent(request, path, first, last, media_type)
    for header, value in whole.items():
        response.headers[header] = value
    response.headers["Content-Length"] = str(last - first + 1)
    if (first, last) != (0, size - 1):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return _guarded(response, name)


def _wanted(request: HttpRequest, tag: str) -> str:
    """The part that is asked for, unless it is to continue something else (If-Range) or only heads are wanted."""
    expected = request.headers.get("If-Range", "").strip()
    if request.method == "HEAD" or (expected and expected != f'"{tag}"'):
        return ""
    return request.headers.get("Range", "")


def _sent(request: HttpRequest, path: Path, first: int, last: int, media_type: str) -> HttpResponseBase:
    if request.method == "HEAD":
        return HttpResponse(content_type=media_type)
    return StreamingHttpResponse(_chunks(path, first, last), content_type=media_type)


def _part(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for; everything when nothing sensible is asked, None when it lies outside."""
    match = _RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()):
        return 0, size - 1
    begin, end = match.groups()
    if not begin:  # bytes=-500: the last 500
        return (max(0, size - int(end)), size - 1) if int(end) and size else None
    first, last = int(begin), min(int(end) if end else size - 1, size - 1)
    return (first, last) if first <= last else None


def _chunks(path: Path, first: int, last: int) -> Iterator[bytes]:
    left = last - first + 1
    with path.open("rb") as file:
        file.seek(first)
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk
