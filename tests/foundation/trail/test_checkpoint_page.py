"""The public checkpoint that witnesses fetch."""

from __future__ import annotations

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from gongxue.foundation.trail.checkpoints import open_note, parse_head, verifier_key
from gongxue.foundation.trail.models import Event
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.witnesses import read_witness
from tests.cast import People
from tests.people import BEGIN


def test_anybody_gets_the_latest_note_in_one_statement(cast: People) -> None:
    seal(BEGIN)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = Client().get("/trail/checkpoint")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert len(queries) == 1
    note = response.content.decode()
    assert parse_head(open_note(note)).size == Event.objects.unscoped("test").count()
    assert read_witness(note).numbers is None, "counters are for witnesses who were given the file"


def test_before_the_first_sealing_there_is_none(cast: People) -> None:
    response = Client().get("/trail/checkpoint")
    assert response.status_code == 404


def test_the_note_can_be_verified_with_the_published_key_alone(cast: People) -> None:
    """As somebody else would do it from the C2SP texts, with nothing of ours but the key line."""
    import base64
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    seal(BEGIN)
    note = Client().get("/trail/checkpoint").content.decode()
    name, key_hash, encoded = verifier_key().split("+", 2)
    key = base64.b64decode(encoded)
    text, signature_line = note.split("\n\n")
    dash, signer, signature = signature_line.rstrip("\n").split(" ")
    raw = base64.b64decode(signature)
    assert (dash, signer) == ("—", name)
    assert raw[:4].hex() == key_hash == hashlib.sha256(f"{name}\n".encode() + key).hexdigest()[:8]
    Ed25519PublicKey.from_public_bytes(key[1:]).verify(raw[4:], f"{text}\n".encode())
