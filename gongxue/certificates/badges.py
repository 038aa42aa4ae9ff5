"""The certificate as an Open Badge 3.0: a credential that wallets and registers elsewhere can read and check.

A VC-JWT (OB 3.0 §8.2: the payload is the credential) signed with Ed25519 by a key of the institution that issued (谁发证、
谁负责), which is found under its did:web. Whether it still holds is a bit in a W3C Bitstring Status List of the institution,
at the place of the serial under which the certificate was first issued: no serial is used twice, none is above 99,999.

Personal data: the certificate number, and the name either in clear or hashed with a salt, as the holder wants. Never the ID
number, not even hashed: whoever knows a name tries all numbers of a county and a birthday in a second.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import hmac
import json
import uuid
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote, urlsplit

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db.models import OuterRef, Subquery

from gongxue.certificates.models import Certificate, LedgerEntry
from gongxue.foundation.identity.models import Organisation
from gongxue.foundation.keys import key
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.numbers import parse_serial_number

Kind = LedgerEntry.Kind
VC = "https://www.w3.org/ns/credentials/v2"
CONTEXT = [VC, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"]
SCHEMA = "https://purl.imsglobal.org/spec/ob/v3p0/schema/json/ob_v3p0_achievementcredential_schema.json"
TITLE = "工学一体化教师培训合格证书"
LIST_BITS = 131_072  # 16 KB: the least that the W3C allows, against telling who is looked up
LIST_SLOT = 300  # seconds for which the list is the same file
LIST_HOLDS = timedelta(days=1)  # a copy that is older says nothing any more
_REASON = "the status list says of every certificate of an institution whether it holds"


# Who signs ---------------------------------------------------------------------------------------------------------


def code_of(place: Organisation) -> str:
    """13009: province and institution, as every number begins."""
    return f"{place.province_code}{place.code}"


@cache
def _key(code: str) -> Ed25519PrivateKey:
    """A key of each institution, derived: one can never sign for another."""
    seed = HKDF(hashes.SHA256(), 32, salt=None, info=f"gongxue badge issuer 1 {code}".encode())
    return Ed25519PrivateKey.from_private_bytes(seed.derive(key("trail.key")))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def public_jwk(code: str) -> dict[str, str]:
    """The public key of an institution (RFC 8037)."""
    raw = _key(code).public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(raw)}


def did_of(code: str) -> str:
    """did:web:host:certificates:issuers:13009, which is read at /certificates/issuers/13009/did.json."""
    host = quote(urlsplit(settings.ORIGIN).netloc, safe="")
    return f"did:web:{host}:certificates:issuers:{code}"


def key_url(code: str) -> str:
    """The DID URL of the key: its RFC 7638 thumbprint tells keys apart."""
    canonical = json.dumps(public_jwk(code), sort_keys=True, separators=(",", ":")).encode()
    return f"{did_of(code)}#{_base64url(hashlib.sha256(canonical).digest())}"


def did_document(place: Organisation) -> dict[str, Any]:
    """What says which key the institution signs with."""
    code = code_of(place)
    did, where = did_of(code), key_url(code)
    method = {"id": where, "type": "JsonWebKey", "controller": did, "publicKeyJwk": public_jwk(code)}
    return {
        "@context": ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"],
        "id": did,
        "verificationMethod": [method],
        "assertionMethod": [where],
    }


def _signed(code: str, payload: dict[str, Any]) -> str:
    """A compact JWS; the key stands in it too, for verifiers that know no DIDs."""
    header = {"alg": "EdDSA", "typ": "JWT", "kid": key_url(code), "jwk": public_jwk(code)}
    parts = [_base64url(json.dumps(part, ensure_ascii=False).encode()) for part in (header, payload)]
    body = ".".join(parts)
    return f"{body}.{_base64url(_key(code).sign(body.encode()))}"


# The credential ----------------------------------------------------------------------------------------------------


def _drawn(number: str, what: str) -> bytes:
    """Sixteen bytes that only the platform can draw from a number."""
    return hmac.digest(key("index.key"), f"badge {what} {number}".encode(), hashlib.sha256)[:16]


def _urn(number: str, what: str) -> str:
    return uuid.UUID(bytes=_drawn(number, what), version=4).urn


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


def identity_of(row: Certificate, named: bool) -> dict[str, Any]:
    """The holder as OB 3.0 has it: the name, or its salted hash, which whoever knows the name can compare."""
    shared = {"type": "IdentityObject", "identityType": "name"}
    if named:
        return shared | {"hashed": False, "identityHash": row.holder}
    salt = _drawn(row.number, "salt").hex()
    digest = hashlib.sha256(f"{row.holder}{salt}".encode()).hexdigest()
    return shared | {"hashed": True, "identityHash": f"sha256${digest}", "salt": salt}


def _achievement(row: Certificate) -> dict[str, Any]:
    return {
        "id": f"{settings.ORIGIN}/certificates/query#{row.level}{row.category}",
        "type": ["Achievement"],
        "achievementType": "CertificateOfCompletion",
        "inLanguage": "zh-CN",
        "name": f"工学一体化教师{row.level_title}培训（{row.category_title}）",
        "description": f"{row.courses}，共 {row.periods} 课时。",
        "criteria": {
            "narrative": "过程性考核和终结性考核均达到 60 分，缺勤不超过规定课时（技术规程第十二条）。"
        },
    }


def _place(row: Certificate) -> int:
    """The bit of a certificate: the running number of the serial under which it was first issued."""
    issued = LedgerEntry.objects.inside(certificate=row, kind=Kind.ISSUED).order_by("pk")
    return _order(issued.values_list("first_serial", flat=True)[0])


def _order(serial: str) -> int:
    parsed = parse_serial_number(serial)
    if parsed is None:
        raise ValueError(f"{serial} is no serial")
    return parsed.order


def _status(row: Certificate, code: str) -> dict[str, str]:
    where, place = list_url(code), str(_place(row))
    return {
        "id": f"{where}#{place}", "type": "BitstringStatusListEntry", "statusPurpose": "revocation",
        "statusListIndex": place, "statusListCredential": where,
    }  # fmt: skip


def badge_of(row: Certificate, *, named: bool) -> str:
    """The credential of a certificate as a JWT; the same bytes each time. Who may have it is decided by the caller."""
    code = code_of(row.institution)
    begins, identity = _moment(row.issued_on), _urn(row.number, "credential")
    subject = {
        "id": _urn(row.number, "subject"),
        "type": ["AchievementSubject"],
        "identifier": [identity_of(row, named)],
        "activityStartDate": _moment(row.first_day).isoformat(),
        "activityEndDate": _moment(row.last_day).isoformat(),
        "licenseNumber": row.number,
        "achievement": _achievement(row),
    }
    return _signed(
        code,
        {
            "@context": CONTEXT,
            "id": identity,
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "name": TITLE,
            "issuer": {"id": did_of(code), "type": ["Profile"], "name": row.institution.name},
            "validFrom": begins.isoformat(),
            "awardedDate": begins.isoformat(),
            "credentialSubject": subject,
            "credentialStatus": _status(row, code),
            "credentialSchema": [{"id": SCHEMA, "type": "1EdTechJsonSchemaValidator2019"}],
            "iss": did_of(code),
            "jti": identity,
            "nbf": int(begins.timestamp()),
            "sub": subject["id"],
        },
    )


# The status list ---------------------------------------------------------------------------------------------------


def list_url(code: str) -> str:
    """Where the list of an institution is read."""
    return f"{settings.ORIGIN}/certificates/issuers/{code}/status"


def ended_places(place: Organisation) -> list[int]:
    """The bits of the certificates that do not hold any more: void, revoked, corrected."""
    entries = LedgerEntry.objects.unscoped(_REASON).filter(certificate=OuterRef("certificate"))
    deciding = entries.filter(kind__in=LedgerEntry.DECIDING).order_by("-pk").values("kind")[:1]
    serial = entries.filter(kind=Kind.ISSUED).order_by("pk").values("first_serial")[:1]
    rows = LedgerEntry.objects.unscoped(_REASON).filter(
        institution=place, kind__in=LedgerEntry.ENDING, certificate__isnull=False
    )
    rows = rows.annotate(last=Subquery(deciding), begun=Subquery(serial)).filter(last__in=LedgerEntry.ENDING)
    return sorted({_order(found) for found in rows.values_list("begun", flat=True)})


def encoded(places: list[int]) -> str:
    """Multibase base64url of the gzipped bits, the first bit the highest of the first byte."""
    bits = bytearray(LIST_BITS // 8)
    for place in places:
        bits[place // 8] |= 0x80 >> place % 8
    return "u" + _base64url(gzip.compress(bytes(bits), mtime=0))


def status_list(place: Organisation, now: datetime) -> str:
    """The signed list of an institution as a JWT; the same bytes for five minutes, unless something has ended."""
    code, seconds = code_of(place), int(now.timestamp())
    begins = seconds - seconds % LIST_SLOT
    where, moment = list_url(code), datetime.fromtimestamp(begins, UTC)
    subject = {
        "id": f"{where}#list", "type": "BitstringStatusList", "statusPurpose": "revocation",
        "encodedList": encoded(ended_places(place)),
    }  # fmt: skip
    return _signed(
        code,
        {
            "@context": [VC],
            "id": where,
            "type": ["VerifiableCredential", "BitstringStatusListCredential"],
            "issuer": did_of(code),
            "validFrom": moment.isoformat(),
            "validUntil": (moment + LIST_HOLDS).isoformat(),
            "credentialSubject": subject,
            "iss": did_of(code),
            "jti": where,
            "nbf": begins,
            "exp": begins + int(LIST_HOLDS.total_seconds()),
        },
    )
