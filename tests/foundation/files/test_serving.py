"""How files leave: attachments, never rendered, parts of large ones, sealed ones opened."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import FileResponse, HttpResponseBase, StreamingHttpResponse
from django.test import RequestFactory

from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.serving import serve_bytes, serve_file
from gongxue.foundation.files.store import FileDamaged, path_of, put
from tests.cast import People
from tests.people import BEGIN

DATA = bytes(range(256)) * 10


def stored(sealed: bool = False, data: bytes = DATA) -> StoredFile:
    return put([data], name="教学方案.html", media_type="text/html", now=BEGIN, sealed=sealed)


def served(row: StoredFile, part: str = "") -> HttpResponseBase:
    return serve_file(RequestFactory().get("/x", headers={"Range": part} if part else {}), row)


def body(response: HttpResponseBase) -> bytes:
    if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
        return b"".join(response)
    return response.content  # type: ignore[attr-defined]


@pytest.mark.parametrize("sealed", [False, True])
def test_a_file_comes_whole_as_an_attachment_that_renders_nothing(cast: People, sealed: bool) -> None:
    response = served(stored(sealed))
    assert response.status_code == 200 and body(response) == DATA
    assert response.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%95%99")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("part", "first", "last"),
    [("bytes=0-0", 0, 0), ("bytes=100-199", 100, 199), ("bytes=2500-", 2500, 2559), ("bytes=-10", 2550, 2559),
     ("bytes=2559-9999", 2559, 2559), ("bytes=-9999", 0, 2559), ("bytes=0-", 0, 2559)],
)  # fmt: skip
def test_a_part_is_exactly_what_was_asked(cast: People, part: str, first: int, last: int) -> None:
    response = served(stored(), part)
    assert body(response) == DATA[first : last + 1]
    assert response.headers["Content-Length"] == str(last - first + 1)
    if (first, last) != (0, 2559):
        assert (response.status_code, response.headers["Content-Range"]) == (
            206,
            f"bytes {first}-{last}/2560",
        )


@pytest.mark.parametrize("part", ["bytes=2560-", "bytes=5-4", "bytes=-0"])
def test_a_part_outside_is_refused(cast: People, part: str) -> None:
    response = served(stored(), part)
    assert (response.status_code, response.headers["Content-Range"]) == (416, "bytes */2560")


@pytest.mark.parametrize("part", ["bytes=0-1,5-6", "lines=1-2", "bytes=a-b", "bytes=-", "0-5"])
def test_what_is_no_part_means_everything(cast: People, part: str) -> None:
    response = served(stored(), part)
    assert response.status_code == 200 and body(response) == DATA


def test_an_empty_file_is_served_empty(cast: People) -> None:
    response = served(stored(data=b""))
    assert (response.status_code, body(response), response.headers["Content-Length"]) == (200, b"", "0")


def test_a_damaged_sealed_file_is_not_served(cast: People) -> None:
    row = stored(sealed=True)
    path_of(row.digest).write_bytes(b"x" * 100)
    with pytest.raises(FileDamaged):
        served(row)


def test_bytes_made_for_the_answer_have_the_same_guards() -> None:
    response = serve_bytes(b"x", name="a\r\nb.pdf", media_type="application/pdf")
    assert "\n" not in response.headers["Content-Disposition"] and response.headers["Content-Security-Policy"]


def test_behind_nginx_the_answer_names_the_file_and_nginx_is_told_which_headers_to_keep(
    cast: People, settings: LazySettings
) -> None:
    settings.ACCEL = "/store/"
    row = stored()
    response = served(row, "bytes=0-9")
    assert (response.status_code, body(response)) == (200, b"")
    named = response.headers["X-Accel-Redirect"].removeprefix("/store/")
    assert Path(settings.STORE_DIR) / named == path_of(row.digest)
    assert {"ETag", "Accept-Ranges"}.isdisjoint(response.headers)  # nginx says both
    written = (Path(settings.BASE_DIR) / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    guards = {"X-Content-Type-Options", "Content-Security-Policy", "Cross-Origin-Resource-Policy"}
    for header in guards:
        assert header in response.headers
        assert f"add_header {header} $upstream_http_{header.lower().replace('-', '_')} always;" in written
