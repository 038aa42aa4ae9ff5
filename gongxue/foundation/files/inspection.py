"""What a file really is: read from its bytes and its structure, never from its name alone.

The structural parsers run in a child process with bounds on memory, time and output: a bomb kills the child, not
the server.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.regulations.breaches import Breach

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "zip": "application/zip",
    "mp4": "video/mp4",
}
SECONDS, MEMORY = 20, 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """What the inspection says."""

    kind: str
    media_type: str
    breaches: list[Breach]


def inspect_file(upload: UploadedFile[Any], types: tuple[str, ...]) -> Found:
    """Compare name, first bytes and structure; every mismatch is a sentence in Chinese."""
    suffix = Path(upload.name or "").suffix.lower().lstrip(".")
    kind = {"jpeg": "jpg"}.get(suffix, suffix)
    if kind not in types:
        return _refused(f"不接受“.{suffix[:10]}”文件。", f"请上传{'、'.join(types)}格式。")
    upload.seek(0)
    if not begins_as(kind, upload.read(16)):
        return _refused(f"文件内容不是 {kind} 格式，可能改过扩展名。", "请用原软件另存后上传。")
    problem = _look_inside(upload, kind)
    if problem:
        return _refused(problem, "请检查文件能否正常打开，必要时重新导出。")
    return Found(kind, MEDIA_TYPES[kind], [])


def _refused(says: str, way_out: str) -> Found:
    return Found("", "", [Breach("upload.type", "MG 25.4", says, way_out)])


def begins_as(kind: str, head: bytes) -> bool:
    """Whether the first bytes are those of a type."""
    if kind in ("docx", "xlsx", "pptx", "zip"):
        return head.startswith(b"PK\x03\x04")
    if kind in ("doc", "xls", "ppt"):
        return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    begins = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
    return head[4:8] == b"ftyp" if kind == "mp4" else head.startswith(begins[kind])


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _look_inside(upload: UploadedFile[Any], kind: str) -> str:
    if kind in ("doc", "xls", "ppt", "mp4"):
        return ""  # kept as an attachment, never parsed here
    try:
        return str(json.loads(run_parser(upload, kind))["problem"])
    except ParserFailed as failed:
        return str(failed)


class ParserFailed(Exception):
    """The child ran into its bounds or fell over; the message is Chinese."""


def run_parser(upload: UploadedFile[Any], kind: str) -> bytes:
    """What the bounded child says about the bytes of an upload."""
    upload.seek(0)
    parser = [sys.executable, "-I", str(Path(__file__).with_name("parser.py")), kind]
    try:
        child = subprocess.run(
            parser,
            input=upload.read(),
            capture_output=True,
            timeout=SECONDS + 5,
            check=False,
            preexec_fn=_bounds,
        )
    except subprocess.TimeoutExpired as error:
        raise ParserFailed("检查文件超时，文件可能有异常。") from error
    if child.returncode != 0:
        raise ParserFailed("文件结构异常，无法检查。")
    return child.stdout
