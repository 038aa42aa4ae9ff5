"""Portraits for tests: a plain wall, a head, shoulders; and pictures that are none."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw


def portrait(
    size: tuple[int, int] = (413, 578), ground: str = "#6fa8dc", kind: str = "JPEG", **more: Any
) -> bytes:
    """A picture of somebody; `more` goes to the encoder."""
    width, height = size
    picture = Image.new("RGB", size, ground)
    brush = ImageDraw.Draw(picture)
    brush.ellipse((width * 0.3, height * 0.2, width * 0.7, height * 0.62), fill="#e8c39e")
    brush.rectangle((width * 0.15, height * 0.7, width * 0.85, height), fill="#20304a")
    made = io.BytesIO()
    picture.save(made, kind, **more)
    return made.getvalue()


def upload(data: bytes | None = None, name: str = "照片.jpg") -> SimpleUploadedFile:
    """An upload of a picture."""
    return SimpleUploadedFile(name, portrait() if data is None else data)


def lying_png(width: int, height: int) -> bytes:
    """A PNG that says it is large and holds next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    )
