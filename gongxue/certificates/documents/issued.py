"""The document of a certificate: made once, on first demand, and never made again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db import transaction

from gongxue.certificates.documents.sheet import VERSION, certificate_pdf
from gongxue.certificates.documents.signing import sign
from gongxue.certificates.log import Prover, seal
from gongxue.certificates.models import Certificate, IssuedDocument
from gongxue.certificates.queries import serial_of
from gongxue.foundation.files.models import StoredFile
from gongxue.foundation.files.store import put


def signed_pdfs(certificates: Iterable[Certificate], now: datetime) -> Iterator[tuple[Certificate, bytes]]:
    """Signed documents one after the other, stored nowhere: a thousand need no more memory than one."""
    for certificate in certificates:
        yield certificate, sign(certificate_pdf(certificate), now)


def _existing(certificate: Certificate, serial: str) -> IssuedDocument | None:
    rows = IssuedDocument.objects.inside(certificate=certificate, serial=serial)
    found: IssuedDocument | None = rows.select_related("file").first()
    return found


def _proof(certificate: Certificate, serial: str, now: datetime, prover: Prover | None) -> str:
    try:
        return (prover or Prover()).proof(certificate, serial)
    except LookupError:
        seal(now)
        return Prover().proof(certificate, serial)


def document_of(certificate: Certificate, now: datetime, prover: Prover | None = None) -> StoredFile:
    """The signed PDF of a certificate's present sheet: made at the first call, the same bytes at every later one.

    It carries the proof of its leaf in the transparency log; what is not sealed yet is sealed first. `prover`: for many
    documents after one another. Who may have it is decided by whoever calls. Two first calls at once leave one document.
    Raises GlyphsMissing or FontsMissing when it cannot be made, StoreFull when it cannot be kept.
    """
    serial = serial_of(certificate)
    if found := _existing(certificate, serial):
        return found.file
    # Before the transaction: it holds no lock meanwhile.
    signed = sign(certificate_pdf(certificate, serial), now, _proof(certificate, serial, now, prover))
    with transaction.atomic():
        Certificate.objects.inside(pk=certificate.pk).select_for_update(no_key=True).get()
        if found := _existing(certificate, serial):  # somebody was faster: theirs is the document
            return found.file
        name = f"工学一体化教师培训合格证书_{certificate.number}.pdf"
        file = put([signed], name=name, media_type="application/pdf", now=now, sealed=True)
        IssuedDocument.objects.create(
            certificate=certificate, serial=serial, file=file, template=VERSION, made_at=now
        )
    return file
