"""`verify_document`: a genuine file passes, one changed byte anywhere does not, and the register has the last word."""

from __future__ import annotations

import io
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from asn1crypto import keys, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509 import load_pem_x509_certificate
from django.db import OperationalError
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gongxue.certificates.documents import (
    certificate_pdf,
    document_of,
    signed_pdfs,
    verification,
    verify_document,
)
from gongxue.certificates.documents.signing import sign
from gongxue.certificates.models import Certificate, LedgerEntry
from gongxue.foundation.files.store import read
from gongxue.foundation.keys import KeysMissing, create_keys
from tests.cast import ClassAt, ClassAtFixture
from tests.certificates.reading import end, pages_of, replace_serial
from tests.faults.counts import short_and_full

NOW = datetime(2023, 6, 25, 9, tzinfo=UTC)


@pytest.fixture
def c(class_at: ClassAtFixture) -> ClassAt:
    return class_at("issued")


@pytest.fixture
def certificate(c: ClassAt) -> Certificate:
    return c.certificates[0]


@pytest.fixture
def document(c: ClassAt, certificate: Certificate) -> bytes:
    return read(document_of(certificate, NOW))


def failed(data: bytes) -> list[str]:
    return [finding.check for finding in verify_document(data) if finding.passed is False]


def test_a_genuine_document_passes_every_check(document: bytes) -> None:
    findings = verify_document(document)
    assert [(f.check, f.passed) for f in findings] == [
        ("signature", True), ("whole", True), ("signer", True), ("log", True), ("register", True), ("serial", True),
    ]  # fmt: skip


def test_signing_changes_nothing_that_is_seen(certificate: Certificate, document: bytes) -> None:
    plain = certificate_pdf(certificate)
    assert document.startswith(plain)  # one more revision, appended
    assert pages_of(document) == pages_of(plain)


def test_poppler_finds_the_signature_valid_and_total(document: bytes, tmp_path: Path) -> None:
    file = tmp_path / "c.pdf"
    file.write_bytes(document)
    says = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False
    ).stdout
    assert "Signature is Valid" in says and "Total document signed" in says
    assert "ETSI.CAdES.detached" in says and "SHA-256" in says


def _positions(document: bytes, number: int) -> list[int]:
    """So many random places, and the ones where a careless check looks away."""
    dice = random.Random(20230612)
    contents = document.rindex(b"/Contents <") + len(b"/Contents ")
    end_of_signature = document.rindex(b"0>") - 1  # the padding that no signature covers
    special = [
        0, 7, len(document) - 1, len(document) - 7, document.rindex(b"startxref") + 11,
        document.rindex(b"/ByteRange") + 14, contents, contents + 1, contents + 40, contents + 600,
        end_of_signature, end_of_signature - 5000,
        *range(contents + 50, contents + 130, 4),  # what wraps the signature and is not covered by it
    ]  # fmt: skip
    return special + [dice.randrange(len(document)) for _ in range(number)]


@pytest.mark.parametrize("number", short_and_full(50, 1000))  # reliability row 7
def test_one_changed_byte_anywhere_is_rejected(document: bytes, number: int) -> None:
    assert failed(document) == []  # the control: unchanged it passes
    passed = []
    for position in _positions(document, number):
        altered = bytearray(document)
        altered[position] ^= 0x01
        if not failed(bytes(altered)):
            passed.append(position)
    assert passed == []


def test_the_signature_can_be_written_in_one_way_only(document: bytes) -> None:
    begin = document.rindex(b"/Contents <") + len(b"/Contents <")
    letter = next(i for i in range(begin, begin + 200) if document[i : i + 1] in b"ABCDEF")
    altered = document[:letter] + document[letter : letter + 1].lower() + document[letter + 1 :]
    assert failed(altered) == ["whole"]


def test_what_is_added_behind_the_signature_is_rejected(document: bytes) -> None:
    added = io.BytesIO()
    writer = IncrementalPdfFileWriter(io.BytesIO(document))
    writer.root["/Added"] = writer.root["/Type"]
    writer.update_root()
    writer.write(added)
    assert "whole" in failed(added.getvalue())
    assert failed(document + b"\n%%EOF\n") != []


def test_a_document_signed_by_somebody_else_is_rejected(certificate: Certificate, tmp_path: Path) -> None:
    create_keys(tmp_path)
    pem = load_pem_x509_certificate((tmp_path / "document.crt").read_bytes())
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    key = load_pem_private_key((tmp_path / "document.key").read_bytes(), None)
    forger = signers.SimpleSigner(
        signing_cert=x509.Certificate.load(pem.public_bytes(Encoding.DER)),
        signing_key=keys.PrivateKeyInfo.load(
            key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        ),
        cert_registry=SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(field_name="Gongxue", md_algorithm="sha256")
    writer = IncrementalPdfFileWriter(io.BytesIO(certificate_pdf(certificate)))
    forged = signers.sign_pdf(writer, meta, signer=forger).getvalue()
    assert "signer" in failed(forged) and "signature" not in failed(forged)


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7", b"not a PDF", b"\x00" * 4000, b"%PDF-1.7\n" + b"9" * 4000]
)
def test_what_is_no_document_of_ours_is_refused_in_words(data: bytes) -> None:
    (finding,) = verify_document(data)
    assert (finding.check, finding.passed) == ("file", False) and "PDF" in finding.says


def test_an_unsigned_and_a_cut_document_are_refused(certificate: Certificate, document: bytes) -> None:
    assert failed(certificate_pdf(certificate)) == ["file"]
    assert failed(document[: len(document) * 2 // 3]) != []


def test_a_void_certificate_is_named_as_void(c: ClassAt, certificate: Certificate, document: bytes) -> None:
    end(certificate, LedgerEntry.Kind.VOIDED, c)
    assert "register" in failed(document)
    assert any("已作废" in finding.says for finding in verify_document(document))


def test_a_replaced_serial_is_named(c: ClassAt, certificate: Certificate, document: bytes) -> None:
    serial = replace_serial(certificate, c)
    assert failed(document) == ["serial"]
    assert serial in verify_document(document)[-1].says


def test_a_certificate_that_the_register_does_not_know_fails(certificate: Certificate) -> None:
    certificate.number = "130092023063999"
    assert failed(sign(certificate_pdf(certificate, "1300900001"), NOW)) == ["register"]


def test_without_books_the_signature_is_still_checked(
    document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(number: str) -> None:
        raise OperationalError("no such table")

    monkeypatch.setattr(verification, "by_number", down)
    assert [f.passed for f in verify_document(document)] == [True, True, True, True, None]


def test_without_the_platforms_certificate_nothing_is_taken_on_trust(
    document: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def absent() -> None:
        raise KeysMissing("no keys")

    monkeypatch.setattr(verification, "platform_certificate", absent)
    assert [f.passed for f in verify_document(document)] == [None]


def test_signed_documents_come_one_by_one(c: ClassAt) -> None:
    stream = signed_pdfs(c.certificates, NOW)
    certificate, data = next(stream)
    assert failed(data) == [] and certificate.number in pages_of(data)[0]
