"""Is this file a certificate of this platform, unaltered, and does the certificate still hold?"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto.cms import ContentInfo  # type: ignore[import-untyped]
from django.db import DatabaseError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from gongxue.certificates.documents.signing import enclosed, envelope, platform_certificate
from gongxue.certificates.log import opened_proof
from gongxue.certificates.lookup import Found, by_number
from gongxue.foundation.keys import KeysMissing
from gongxue.regulations.certificate_cases import Standing
from gongxue.regulations.numbers import parse_certificate_number


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `passed` is None when it could not be looked at."""

    check: str  # file · signature · whole · signer · log · register · serial
    passed: bool | None
    says: str


_BROKEN = [Finding("file", False, "不是完整的 PDF 文件，或不含平台的数字签名。")]


def verify_document(data: bytes) -> list[Finding]:
    """Everything that can be said of a file, in order; the file is good when no finding has `passed` False.

    Never raises for what the file contains. Without the platform's certificate or its books those findings are None
    or, for the signer, False: nothing is taken on trust.
    """
    try:
        platform = platform_certificate()
    except KeysMissing:
        return [Finding("signer", None, "这里没有平台的签名证书，无法核对签名。")]
    try:
        reader = PdfFileReader(io.BytesIO(data))
        signatures = reader.embedded_regular_signatures
        if len(signatures) != 1:
            return _BROKEN
        status = _status(signatures[0], platform)
        findings = _signature_findings(data, signatures[0], status, platform)
        number, serial = _named(reader)
        proof = enclosed(reader)
    except Exception:  # noqa: BLE001 — a hostile file may break any part of the parser; it is not ours
        return _BROKEN
    if any(finding.passed is False for finding in findings):
        return findings
    return findings + _log_findings(proof, number, serial) + _register_findings(number, serial)


def _log_findings(proof: str, number: str, serial: str) -> list[Finding]:
    """The proof that the certificate stands in the transparency log; documents made before the log have none."""
    if not proof:
        return []
    try:
        said = opened_proof(proof)
    except ValueError:
        return [Finding("log", False, "文件所附的存证证明不成立。")]
    if (said["number"], said["serial"]) != (number, serial):
        return [Finding("log", False, "文件所附的存证证明属于另一张证书。")]
    return [Finding("log", True, "已列入证书存证日志，证明成立。")]


def _status(signature: EmbeddedPdfSignature, platform: Any) -> PdfSignatureStatus:
    # Without a time stamp the moment is the one stated under the signature: certificates outlive signing keys.
    stated: datetime | None = signature.self_reported_timestamp
    context = ValidationContext(trust_roots=[platform], allow_fetching=False, moment=stated)
    return validate_pdf_signature(signature, context)


def _signature_findings(
    data: bytes, signature: EmbeddedPdfSignature, status: PdfSignatureStatus, platform: Any
) -> list[Finding]:
    intact = status.intact and status.valid
    whole = status.coverage == SignatureCoverageLevel.ENTIRE_FILE and _is_tight(data, signature)
    ours = signature.signer_cert is not None and signature.signer_cert.dump() == platform.dump()
    return [
        Finding("signature", intact, "签名完好，内容未被改动。" if intact else "签名不符：内容被改动过。"),
        Finding("whole", whole, "签名覆盖整个文件。" if whole else "签名之后又加入了内容，或签名区被改动。"),
        _signer_finding(ours, status),
    ]


def _signer_finding(ours: bool, status: PdfSignatureStatus) -> Finding:
    if ours and status.bottom_line:
        return Finding("signer", True, "由本平台的签名证书签署。")
    return Finding("signer", False, "不是本平台签署的文件。")


def _is_tight(data: bytes, signature: EmbeddedPdfSignature) -> bool:
    """The gap that no signature covers holds what we would write there, byte for byte, and zeros behind it."""
    _, begin, end, _ = (int(value) for value in signature.byte_range)
    written = data[begin + 1 : end - 1]
    (signer,) = ContentInfo.load(bytes.fromhex(written.decode("ascii")))["content"]["signer_infos"]
    expected = envelope(signer["signed_attrs"], signer["signature"].native)
    return written == expected.hex().upper().encode().ljust(len(written), b"0")


def _named(reader: PdfFileReader) -> tuple[str, str]:
    """Certificate number and serial, as the signed properties of the file name them."""
    keywords = str(reader.trailer["/Info"]["/Keywords"])
    number, _, serial = keywords.partition(", ")
    return number, serial


def _register_findings(number: str, serial: str) -> list[Finding]:
    if parse_certificate_number(number) is None:
        return [Finding("register", False, "签名有效，但文件不是培训合格证书。")]
    try:
        found = by_number(number)
    except DatabaseError:
        return [Finding("register", None, f"证书编号 {number}：数据库不可用，未核对登记情况。")]
    if found is None:
        return [Finding("register", False, f"登记簿中没有证书编号 {number}。")]
    return [_state_finding(found), _serial_finding(found, serial)]


def _state_finding(found: Found) -> Finding:
    if found.state == Standing.VALID:
        return Finding("register", True, f"证书编号 {found.number} 已登记，状态：有效。")
    return Finding("register", False, f"证书编号 {found.number} {found.state.title}。")


def _serial_finding(found: Found, serial: str) -> Finding:
    if found.serial == serial:
        return Finding("serial", True, f"证书序列号 {serial} 与登记一致。")
    return Finding("serial", False, f"证书序列号 {serial} 已停用，现行序列号为 {found.serial}。")
