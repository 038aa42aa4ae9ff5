"""The platform's signature on a document: PAdES B-B with the P-256 key, one more revision of the file."""

from __future__ import annotations

import io
from datetime import datetime
from functools import cache
from typing import Any

from asn1crypto import cms, keys, pem, x509  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from gongxue.foundation.keys import KeysMissing, key

FIELD = "Gongxue"
REASON = "核发工学一体化教师培训合格证书"
BYTES_RESERVED = 16_384  # room in the file for the signature; estimating it would sign everything twice


@cache
def platform_certificate() -> x509.Certificate:
    """The certificate that every signature of the platform names."""
    return x509.Certificate.load(pem.unarmor(key("document.crt"))[2])


def envelope(signed_attributes: cms.CMSAttributes, signature: bytes) -> bytes:
    """The one way in which the platform wraps a signature: whatever it does not cover itself is fixed here."""
    platform = platform_certificate()
    signer = {
        "version": "v1",
        "sid": {
            "issuer_and_serial_number": {"issuer": platform.issuer, "serial_number": platform.serial_number}
        },
        "digest_algorithm": {"algorithm": "sha256"},
        "signed_attrs": signed_attributes,
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": signature,
    }
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": "sha256"}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [platform],
            "signer_infos": [signer],
        }
    )
    wrapped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return wrapped


_DIGEST = bytes(range(0xC0, 0xE0))  # stands in a pattern where the digest of a document will


def _mark(length: int) -> bytes:
    """Stands in a pattern where the signature will; as long, because lengths are part of what surrounds it."""
    return bytes((0xA5 + n * 7) % 256 for n in range(length))


def _put(pattern: bytes, mark: bytes, value: bytes) -> bytes:
    """The pattern with a value in the one place of its mark."""
    before, found, after = pattern.partition(mark)
    if not found or mark in after or len(mark) != len(value):
        raise ValueError("the pattern of a signature is damaged")
    return before + value + after


@cache
def _pattern(attributes: bytes, length: int) -> bytes:
    """A whole container with marks in place of digest and signature, for a signature of a length."""
    return envelope(cms.CMSAttributes.load(attributes), _mark(length))


class _KeptKey(signers.SimpleSigner):
    """Signs with a key that is loaded once, not once per signature."""

    def __init__(self) -> None:
        text = key("document.key")
        loaded = load_pem_private_key(text, password=None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        self._key = loaded
        super().__init__(
            signing_cert=platform_certificate(),
            signing_key=keys.PrivateKeyInfo.load(pem.unarmor(text)[2]),
            cert_registry=SimpleCertificateStore(),
        )

        self._attributes = b""

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, *args: Any, **kwargs: Any) -> Any:
        """The container from a pattern: building the same structure anew costs four fifths of a signature."""
        if not self._attributes:
            made = await self.signed_attrs(
                _DIGEST,
                digest_algorithm,
                attr_settings=kwargs.get("signed_attr_settings"),
                use_pades=kwargs.get("use_pades", False),
            )
            kinds = [attribute["type"].native for attribute in made]
            assert "signing_time" not in kinds, "PAdES states the time elsewhere: only the digest changes"
            self._attributes = made.dump()
        attributes = _put(self._attributes, _DIGEST, data_digest)
        signature = self._key.sign(attributes, ec.ECDSA(SHA256()))
        whole = _put(_pattern(self._attributes, len(signature)), _DIGEST, data_digest)
        return cms.ContentInfo.load(_put(whole, _mark(len(signature)), signature))


@cache
def _signer() -> _KeptKey:
    return _KeptKey()


class _Revision(IncrementalPdfFileWriter):
    """A revision that adds the signature and nothing else: title, dates and keywords stay as they were typeset."""

    def _update_meta(self) -> None:
        pass

    def ensure_output_version(self, version: tuple[int, int]) -> None:
        """The file stays PDF 1.7, as PDF/A-2 wants; the kind of signature is declared as an extension."""


class _At(signers.PdfSigner):
    """Signs at a given moment instead of reading the clock."""

    moment: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """The session, told the time."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.moment
        return session


def _enclose(revision: _Revision, proof: str, now: datetime) -> None:
    """Put a text into the revision as it is, where PDF keeps what only its maker understands (PieceInfo)."""
    held = generic.StreamObject(stream_data=proof.encode())
    piece = {"/LastModified": generic.pdf_date(now), "/Private": revision.add_object(held)}
    pieces = {"/Gongxue": generic.DictionaryObject({pdf_name(k): v for k, v in piece.items()})}
    revision.root[pdf_name("/PieceInfo")] = generic.DictionaryObject(
        {pdf_name(k): v for k, v in pieces.items()}
    )
    revision.update_root()


def enclosed(reader: PdfFileReader) -> str:
    """The text that was put into a document before it was signed; "" when there is none."""
    try:
        held = reader.root["/PieceInfo"]["/Gongxue"]["/Private"]
    except KeyError:
        return ""
    return bytes(held.data).decode()


def sign(document: bytes, now: datetime, proof: str = "", reason: str = REASON) -> bytes:
    """The document with the platform's signature over all of it; `now` is the time that the signature states.

    `proof` (of the transparency log) goes into the same revision, so that the signature covers it.
    """
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES, reason=reason
    )
    signer = _At(meta, signer=_signer())
    signer.moment = now
    signed = io.BytesIO()
    revision = _Revision(io.BytesIO(document))
    if proof:
        _enclose(revision, proof, now)
    signer.sign_pdf(revision, output=signed, bytes_reserved=BYTES_RESERVED)
    return signed.getvalue()


def sign_paper(document: bytes, now: datetime, reason: str) -> bytes:
    """The signature on a paper that is no certificate: form 5. Unsigned where the platform has no key of its own."""
    try:
        return sign(document, now, reason=reason)
    except KeysMissing:
        return document
