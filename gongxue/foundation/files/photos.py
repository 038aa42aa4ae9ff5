"""A one-inch photo 一寸照片: checked, turned upright and made anew from its pixels in the bounded child process."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from gongxue.foundation.files.inspection import ParserFailed, begins_as, run_parser
from gongxue.foundation.files.uploads import Slot, size_breaches
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.regulations.breaches import Breach

PHOTOS = Slot("照片", ("jpg", "png"), 10 * 1024 * 1024)
MEDIA_TYPE = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Photo:
    """JPEG bytes without anything but the picture, its size in pixels, and what a person should look at again."""

    jpeg: bytes
    width: int
    height: int
    warnings: tuple[str, ...]


def read_photo(upload: UploadedFile[Any]) -> Photo:
    """The portrait in an uploaded JPG or PNG. RuleBroken: empty, too large, another type, damaged, a pixel flood, fewer
    than 295 × 413 pixels, not of the shape 25:35 (TR 附件1: 1寸照片)."""
    refuse_if(size_breaches(upload, PHOTOS))
    suffix = Path(upload.name or "").suffix.lower().lstrip(".")
    kind = {"jpeg": "jpg"}.get(suffix, suffix)
    if kind not in PHOTOS.types:
        raise _refused(f"照片不接受“.{suffix[:10]}”文件。", "请上传 JPG 或 PNG 格式的照片。")
    upload.seek(0)
    if not begins_as(kind, upload.read(16)):
        raise _refused(f"文件内容不是 {kind} 格式，可能改过扩展名。", "请重新拍照或另存后上传。")
    try:
        said = json.loads(run_parser(upload, "photo"))
    except ParserFailed as failed:
        raise _refused(str(failed), "请换一张照片。") from failed
    if said["problem"]:
        raise _refused(said["problem"], "请换一张照片，或在页面上裁剪后上传。")
    return Photo(base64.b64decode(said["picture"]), said["width"], said["height"], tuple(said["warnings"]))


def _refused(says: str, way_out: str) -> RuleBroken:
    return RuleBroken([Breach("upload.photo", "TR 附件1", says, way_out)])
