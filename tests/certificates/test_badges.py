"""Open Badges 3.0: an independent library resolves the issuer, checks signature, structure and status."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from openbadgeslib.ob3 import OB3VerificationError, OB3Verifier
from openbadgeslib.ob3.status import decode_encoded_list, set_indices

from gongxue.certificates.badges import LIST_BITS, badge_of, did_of, encoded, ended_places, status_list
from gongxue.certificates.models import Certificate, LedgerEntry
from tests.cast import ClassAt, ClassAtFixture, ClassesAtFixture, Plan, SignedIn
from tests.certificates.reading import end, replace_serial

ORIGIN = "https://gongxue.example.cn"
AtTime = Callable[[datetime], None]


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime, settings: Any) -> ClassAt:
    settings.ORIGIN = ORIGIN
    c = class_at("issued")
    at_time(datetime.now(UTC))  # the library looks at the clock on the wall
    return c


@pytest.fixture
def one(c: ClassAt) -> Certificate:
    return c.certificates[0]


def download(where: str) -> bytes:
    """What the library fetches, from this platform without an account and from nowhere else."""
    assert where.startswith(f"{ORIGIN}/certificates/issuers/")
    answer = Client().get(where.removeprefix(ORIGIN))
    assert answer.status_code == 200 and not answer.cookies
    return answer.content


def verified(token: str, code: str = "13009") -> Any:
    verifier = OB3Verifier.for_issuer_did(f"did:web:gongxue.example.cn:certificates:issuers:{code}", download)
    return verifier.verify(token, check_status=True, download=download)


def payload_of(token: str, part: int = 1) -> dict[str, Any]:
    text = token.split(".")[part]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def test_an_independent_library_accepts_the_badge(one: Certificate) -> None:
    found = verified(badge_of(one, named=True))
    assert found.issuer.name == "邢台技师学院" and "三级" in found.achievement.name
    assert found.issuance_date.date() <= one.issued_on


@pytest.mark.postgresql
@pytest.mark.parametrize("kind", ["voided", "revoked", "corrected"])
def test_what_has_ended_is_told_at_once(c: ClassAt, one: Certificate, kind: str) -> None:
    token, other = badge_of(one, named=False), badge_of(c.certificates[1], named=False)
    assert verified(token) and verified(other)
    end(one, LedgerEntry.Kind(kind), c)
    with pytest.raises(OB3VerificationError, match="revocation"):
        verified(token)
    assert verified(other)


def test_a_replaced_sheet_leaves_the_badge_as_it_was(c: ClassAt, one: Certificate) -> None:
    token = badge_of(one, named=True)
    replace_serial(one, c)
    assert badge_of(one, named=True) == token and verified(token)
    assert ended_places(c.tc.institution) == []


def test_any_change_is_rejected(one: Certificate) -> None:
    token = badge_of(one, named=True)
    head, body, signature = token.split(".")
    for n in range(0, len(body), len(body) // 6):
        changed = body[:n] + ("A" if body[n] != "A" else "B") + body[n + 1 :]
        with pytest.raises(OB3VerificationError):
            verified(f"{head}.{changed}.{signature}")


def test_one_institution_cannot_sign_for_another(
    classes_at: ClassesAtFixture, settings: Any, at_time: AtTime
) -> None:
    settings.ORIGIN = ORIGIN
    mine, theirs = classes_at(Plan("issued"), Plan("issued", "017", "1"))
    at_time(datetime.now(UTC))
    code = f"{theirs.tc.institution.province_code}{theirs.tc.institution.code}"
    assert verified(badge_of(theirs.certificates[0], named=False), code)
    with pytest.raises(OB3VerificationError):
        verified(badge_of(theirs.certificates[0], named=False), "13009")
    assert mine.certificates


def test_the_payload_is_that_of_the_specification(one: Certificate) -> None:
    token = badge_of(one, named=True)
    header, said = payload_of(token, 0), payload_of(token)
    assert header["alg"] == "EdDSA" and header["typ"] == "JWT" and set(header) == {"alg", "typ", "kid", "jwk"}
    assert header["kid"].startswith(f"{said['iss']}#") and "d" not in header["jwk"]
    assert (said["iss"], said["jti"], said["sub"]) == (
        said["issuer"]["id"], said["id"], said["credentialSubject"]["id"]
    )  # fmt: skip
    assert datetime.fromisoformat(said["validFrom"]).timestamp() == said["nbf"]
    assert said["type"] == ["VerifiableCredential", "OpenBadgeCredential"]
    assert said["credentialStatus"]["type"] == "BitstringStatusListEntry"
    assert badge_of(one, named=True) == token


def test_personal_data_are_as_few_as_the_holder_wants(one: Certificate) -> None:
    identity = one.person.id_number.reveal()
    named, hidden = badge_of(one, named=True), badge_of(one, named=False)
    texts = {
        named: json.dumps(payload_of(named), ensure_ascii=False),
        hidden: json.dumps(payload_of(hidden), ensure_ascii=False),
    }
    for text in texts.values():
        assert identity not in text and identity[6:14] not in text and one.token not in text
        assert hashlib.sha256(identity.encode()).hexdigest() not in text
    assert one.holder in texts[named] and one.holder not in texts[hidden]
    (told,) = payload_of(hidden)["credentialSubject"]["identifier"]
    compared = hashlib.sha256(f"{one.holder}{told['salt']}".encode()).hexdigest()
    assert told["hashed"] is True and told["identityHash"] == f"sha256${compared}" and len(told["salt"]) == 32


# The addresses -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("places", [[], [1], [1, 8, 9, 99_999]])
def test_the_list_is_a_bitstring_of_the_w3c(places: list[int]) -> None:
    bits = decode_encoded_list(encoded(places))
    assert len(bits) * 8 == LIST_BITS and sorted(set_indices(bits)) == places
    assert gzip.decompress(base64.urlsafe_b64decode(encoded(places)[1:] + "===")) == bits


def test_what_everybody_may_read_is_the_same_for_everybody(c: ClassAt) -> None:
    for what, kind in (("did.json", "application/did+json"), ("status", "application/vc+jwt")):
        where = f"/certificates/issuers/13009/{what}"
        first, second = Client().get(where), Client().get(where)
        assert first.content == second.content and first.headers["Content-Type"] == kind
        assert first.headers["Access-Control-Allow-Origin"] == "*" and not first.cookies
        assert Client().post(where).status_code == 405
        for unknown in ("13999", "xx", "1300９"):
            assert Client().get(f"/certificates/issuers/{unknown}/{what}").status_code == 404
        assert c.certificates[0].holder.encode() not in first.content


def test_the_list_costs_two_statements_however_many_have_ended(c: ClassAt) -> None:
    for certificate in c.certificates[:2]:
        end(certificate, LedgerEntry.Kind.VOIDED, c)
    with CaptureQueriesContext(connection) as captured:
        status_list(c.tc.institution, c.now)
    assert len(captured) == 1 and len(ended_places(c.tc.institution)) == 2


# Who may have it ---------------------------------------------------------------------------------------------------


def test_the_holder_fetches_the_badge_after_the_certificate(
    c: ClassAt, one: Certificate, signed_in: SignedIn
) -> None:
    holder = next(role for role in c.trainees if role.account_id == one.person.account_id)
    client, where = signed_in(holder), f"/certificates/{one.pk}/badge.jwt"
    answer = client.get(where)
    collected = LedgerEntry.objects.inside(certificate=one, kind="collected").exists()
    assert answer.status_code == (200 if collected else 302)
    if not collected:
        client.post(f"/certificates/{one.pk}/collect/")
        answer = client.get(where)
    assert answer.content.decode() == badge_of(one, named=True)
    assert client.get(f"{where}?name=hidden").content.decode() == badge_of(one, named=False)
    assert "数字徽章" in client.get("/my/certificates/").content.decode()
    assert signed_in(next(r for r in c.trainees if r != holder)).get(where).status_code == 404
    end(one, LedgerEntry.Kind.VOIDED, c)
    assert client.get(where).status_code == 422


def test_the_institution_has_it_without_the_name(c: ClassAt, one: Certificate, signed_in: SignedIn) -> None:
    where = f"/certificates/{one.pk}/issued-badge.jwt"
    assert signed_in(c.certificate_officer).get(where).content.decode() == badge_of(one, named=False)
    assert "数字徽章" in signed_in(c.certificate_officer).get(f"/certificates/{one.pk}/").content.decode()
    for other in (c.province, c.staff, c.trainees[0]):
        assert signed_in(other).get(where).status_code == 403
    assert did_of("13009") == "did:web:gongxue.example.cn:certificates:issuers:13009"
