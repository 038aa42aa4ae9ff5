"""Word documents of every stage: how they leave the house."""

from __future__ import annotations

import io
import zipfile

from docx.document import Document

_OLDEST = (1980, 1, 1, 0, 0, 0)  # a zip knows no earlier moment


def packed(book: Document) -> bytes:
    """A .docx with every moment of packing taken out: the same document gives the same bytes."""
    loose, tight = io.BytesIO(), io.BytesIO()
    book.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(tight, "w", zipfile.ZIP_DEFLATED) as target:
        for one in source.infolist():
            info = zipfile.ZipInfo(one.filename, _OLDEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(info, source.read(one.filename))
    return tight.getvalue()
