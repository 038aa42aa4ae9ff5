"""What somebody needs who verifies without this platform: its public keys."""

from __future__ import annotations

import base64

from django.conf import settings

from gongxue.certificates.documents.payload import public_key
from gongxue.certificates.documents.signing import platform_certificate
from gongxue.certificates.log import log_key


def published_keys() -> dict[str, str]:
    """Public keys as `verify_certificate.py` and the page's script read them.

    platform: the address; document: the signing certificate, DER in base64; code: 32 bytes of Ed25519 in hexadecimal;
    log: the C2SP verifier key `name+hash+key` of the transparency log.
    """
    return {
        "platform": settings.ORIGIN,
        "document": base64.b64encode(platform_certificate().dump()).decode(),
        "code": public_key().hex(),
        "log": log_key(),
    }
