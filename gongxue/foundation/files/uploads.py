"""Uploads are distrusted: capped while they arrive, their type read from the bytes, kept or refused as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler
from django.db.models import Sum
from django.http import HttpRequest

from gongxue.foundation.files.inspection import inspect_file
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import CHUNK, StoreFull, put
from gongxue.foundation.identity.models import Account
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission


class CappedUploadHandler(TemporaryFileUploadHandler):
    """Stops reading a request as soon as one file in it is over the limit."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin counting a file."""
        self._received = 0
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Count and stop."""
        self._received += len(raw_data)
        if self._received > settings.UPLOAD_LIMIT:
            raise StopUpload(connection_reset=True)
        return super().receive_data_chunk(raw_data, start)


def was_cut_off(request: HttpRequest) -> bool:
    """Whether the request announced more than one file may have, and the reading was therefore stopped."""
    announced = request.META.get("CONTENT_LENGTH") or "0"
    return announced.isdigit() and int(announced) > settings.UPLOAD_LIMIT and not request.FILES


def cut_off_breaches(request: HttpRequest) -> list[Breach]:
    """A file that was cut off is too large: the act must not be done without it."""
    if not was_cut_off(request):
        return []
    says = f"文件超过 {settings.UPLOAD_LIMIT // 1_048_576} MB，没有接收。"
    return [Breach("upload.large", "TR 12.1", says, "请压缩后再上传。")]


MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a file goes: what it is called on the page, which types and how many bytes are taken."""

    title: str
    types: tuple[str, ...]
    limit: int  # of one file in one request
    name: str = ""  # under which the door of resumable uploads knows it; empty: only whole requests
    needs: Permission | None = None  # who may begin and go on with a resumable upload
    pieces: Mapping[str, int] = field(
        default_factory=dict
    )  # type → bytes taken piece by piece, where not `limit`

    def most(self, kind: str) -> int:
        """Bytes of one file of a kind that are taken piece by piece."""
        return self.pieces.get(kind, self.limit)


_LARGE = 200 * MEGABYTE  # office files with pictures and films in them, scans
PRODUCTS = Slot(
    "学习成果",
    ("pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "jpg", "png", "mp4", "mov", "zip"),
    50 * MEGABYTE,
    "product",
    Permission.HAND_IN,
    {
        "mp4": 1024 * MEGABYTE, "mov": 1024 * MEGABYTE,
        **dict.fromkeys(("pdf", "docx", "xlsx", "pptx", "doc", "xls", "ppt", "zip"), _LARGE),
    },
)  # fmt: skip
# What may come in piece by piece; later parts add their own.
SLOTS: dict[str, Slot] = {PRODUCTS.name: PRODUCTS}


def store_upload(
    upload: UploadedFile[Any], *, slot: Slot, now: datetime, by: Account, sealed: bool = False
) -> StoredFile:
    """Check an upload against its slot and store it. RuleBroken names what is wrong; nothing is kept then.

    A disk that takes no more is a refusal too, through whichever door the file came.
    """
    refuse_if(size_breaches(upload, slot))
    found = inspect_file(upload, slot.types)
    refuse_if(found.breaches)
    name = upload.name or ""
    try:
        return put(_chunks(upload), name=name, media_type=found.media_type, now=now, by=by, sealed=sealed)
    except StoreFull as full:
        raise RuleBroken([full_breach()]) from full


def size_breaches(upload: UploadedFile[Any], slot: Slot) -> list[Breach]:
    """An empty file, one over the slot's limit, or one that the store has no room for."""
    size = upload.size or 0
    if size == 0:
        return [Breach("upload.empty", "TR 12.1", f"{slot.title}是空文件。", "请检查文件后重新选择。")]
    if size > slot.limit:
        return [
            Breach(
                "upload.large",
                "TR 12.1",
                f"{slot.title}大小 {size / 1_048_576:.1f} MB，超过 {slot.limit // 1_048_576} MB。",
                "请压缩后再上传。",
            )
        ]
    used = StoredFile.objects.aggregate(total=Sum("size"))["total"] or 0
    if used + size > settings.STORE_QUOTA:
        return [full_breach()]
    return []


def full_breach() -> Breach:
    """The store has no room."""
    return Breach("upload.full", "MG 25", "平台存储空间不足，文件没有保存。", "请联系部指导中心。")


def _chunks(upload: UploadedFile[Any]) -> Iterator[bytes]:
    upload.seek(0)
    yield from upload.chunks(CHUNK)
