"""Keys: files in a folder of their own, outside the database and outside every backup.

master.key    32 bytes, wraps the data key of each person
index.key     32 bytes, keyed hashes: blind index of ID numbers, personal fields in the trail
trail.key     Ed25519 seed, signs the checkpoints of the trail
document.key  P-256 private key (PEM), signs certificates; document.crt beside it
secret.key    Django's secret
"""

from __future__ import annotations

import fcntl
import os
import secrets
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

RANDOM_KEYS = ("master.key", "index.key", "trail.key", "secret.key")


class KeysMissing(Exception):
    """The key folder is absent or incomplete: the data cannot be read, nothing may be written."""


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def create_keys(folder: Path) -> bool:
    """Create every missing key; True when something was created. Existing keys are never touched."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two first starts at once: the second finds the keys of the first
        return _create_missing(folder)
    finally:
        os.close(handle)


def _create_missing(folder: Path) -> bool:
    missing = [name for name in RANDOM_KEYS if not (folder / name).exists()]
    for name in missing:
        _write(folder / name, secrets.token_bytes(32))
    if (folder / "document.key").exists():
        return bool(missing)
    _create_document_key(folder)
    return True


def _create_document_key(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "工学一体化教师培训管理服务平台"),
            x509.NameAttribute(NameOID.COMMON_NAME, "Gongxue document signing"),
        ]
    )
    begin = datetime.now(UTC) - timedelta(days=1)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(begin + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    _write(folder / "document.crt", certificate.public_bytes(serialization.Encoding.PEM))
    _write(
        folder / "document.key",
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _folder() -> Path:
    from django.conf import settings

    return settings.KEYS_DIR


@cache
def key(name: str) -> bytes:
    """The bytes of a key file. KeysMissing when it is not there."""
    path = _folder() / name
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise KeysMissing(
            f"没有密钥文件 {path.name}：请恢复密钥目录，或运行 gongxue serve 首次创建。"
        ) from error


def secret_key(folder: Path) -> str:
    """Django's SECRET_KEY; a throw-away one before the keys exist (set-up commands need none)."""
    path = folder / "secret.key"
    return path.read_bytes().hex() if path.exists() else secrets.token_hex(32)


@cache
def trail_signer() -> Ed25519PrivateKey:
    """Signs checkpoints of the trail."""
    return Ed25519PrivateKey.from_private_bytes(key("trail.key"))
