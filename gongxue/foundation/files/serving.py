"""How a file leaves: as an attachment, never rendered in our origin, never cached; whoever calls has asked access.

The question whether somebody may read the file is asked at each request, for a part of it (Range) as for all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

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
    part = _part(request.headers.get("Range", ""), row.size)
    if part is None:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{row.size}"})
    first, last = part
    response = StreamingHttpResponse(_chunks(path_of(row.digest), first, last), content_type=row.media_type)
    response.headers["Content-Length"] = str(last - first + 1)
    response.headers["Accept-Ranges"] = "bytes"
    if (first, last) != (0, row.size - 1):
        response.status_code = 206
        response.headers["Content-Range"] = f"bytes {first}-{last}/{row.size}"
    return _guarded(response, row.name)


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
