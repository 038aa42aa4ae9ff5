"""What a file really is: read from its bytes and its structure, never from its name alone.

The structural parsers run in a child process with bounds on memory, time and output: a bomb kills the child, not
the server.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

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
    "mov": "video/quicktime",
}
FILMS = ("mp4", "mov")
SECONDS, MEMORY = 20, 512 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """What the inspection says."""

    kind: str
    media_type: str
    breaches: list[Breach]
    facts: dict[str, Any] = field(default_factory=dict)  # of a film: seconds, codec, width, height, fps


def kind_of(name: str) -> str:
    """What the end of a name says: pdf, jpg (also for jpeg), …; not to be believed."""
    suffix = Path(name).suffix.lower().lstrip(".")
    return {"jpeg": "jpg"}.get(suffix, suffix)


def name_breaches(name: str, types: tuple[str, ...]) -> list[Breach]:
    """Whether a slot takes files of this name."""
    if kind_of(name) in types:
        return []
    suffix = Path(name).suffix.lower().lstrip(".")
    return _refused(f"不接受“.{suffix[:10]}”文件。", f"请上传{'、'.join(types)}格式。").breaches


def inspect_file(upload: UploadedFile[Any], types: tuple[str, ...]) -> Found:
    """Compare name, first bytes and structure; every mismatch is a sentence in Chinese."""
    return inspect_stream(upload, upload.name or "", types)


def inspect_stream(file: Any, name: str, types: tuple[str, ...]) -> Found:
    """The same of an open file; one that lies on the disk goes to the child as it is, not through memory."""
    if breaches := name_breaches(name, types):
        return Found("", "", breaches)
    kind = kind_of(name)
    file.seek(0)
    if not begins_as(kind, file.read(16)):
        return _refused(f"文件内容不是 {kind} 格式，可能改过扩展名。", "请用原软件另存后上传。")
    problem, facts = _look_inside(file, kind)
    if problem:
        return _refused(problem, "请检查文件能否正常打开，必要时重新导出。")
    return Found(kind, MEDIA_TYPES[kind], [], facts)


def _refused(says: str, way_out: str) -> Found:
    return Found("", "", [Breach("upload.type", "MG 25.4", says, way_out)])


def begins_as(kind: str, head: bytes) -> bool:
    """Whether the first bytes are those of a type."""
    if kind in ("docx", "xlsx", "pptx", "zip"):
        return head.startswith(b"PK\x03\x04")
    if kind in ("doc", "xls", "ppt"):
        return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    begins = {"pdf": b"%PDF-", "jpg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
    return head[4:8] == b"ftyp" if kind in FILMS else head.startswith(begins[kind])


def _bounds() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _look_inside(file: Any, kind: str) -> tuple[str, dict[str, Any]]:
    if kind in ("doc", "xls", "ppt"):
        return "", {}  # kept as an attachment, never parsed here
    try:
        found = json.loads(run_parser(file, kind))
    except ParserFailed as failed:
        return str(failed), {}
    return str(found["problem"]), dict(found.get("facts", {}))


class ParserFailed(Exception):
    """The child ran into its bounds or fell over; the message is Chinese."""


def run_parser(file: Any, kind: str) -> bytes:
    """What the bounded child says about a file: an upload, or one that is open on the disk."""
    file.seek(0)
    parser = [sys.executable, "-I", str(Path(__file__).with_name("parser.py")), kind]
    given: dict[str, Any] = {"stdin": file} if _is_on_disk(file) else {"input": file.read()}
    try:
        child = subprocess.run(
            parser, capture_output=True, timeout=SECONDS + 5, check=False, preexec_fn=_bounds, **given
        )
    except subprocess.TimeoutExpired as error:
        raise ParserFailed("检查文件超时，文件可能有异常。") from error
    if child.returncode != 0:
        raise ParserFailed("文件结构异常，无法检查。")
    return child.stdout


def _is_on_disk(file: BinaryIO) -> bool:
    """Whether the child can be given the file itself: it stands at its beginning and nothing is buffered."""
    try:
        descriptor = file.fileno()
    except (AttributeError, OSError):
        return False
    return os.lseek(descriptor, 0, os.SEEK_SET) == 0
