"""Checks a certificate of the 工学 platform without the platform. Needs Python 3.11 and `pip install cryptography`.

    python3 verify_certificate.py keys.json certificate.pdf      the electronic certificate
    python3 verify_certificate.py keys.json "https://…#123…"     what the QR code opens, or its digits alone

keys.json comes from the check page of the platform. This script says who issued a certificate, that nothing in it
was changed, that it stands in the public log; whether it still holds, only the platform's query can say.
"""

# fmt: off
import base64
import hashlib
import json
import re
import struct
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256

HEAD = struct.Struct(">BB7s5sHHHBHH16sB")
SHA_256, ECDSA_ID = bytes.fromhex("300d06096086480165030402010500"), bytes.fromhex("300a06082a8648ce3d040302")
SIGNED, DATA, DIGEST = (bytes.fromhex(f"06092a864886f70d01{end}") for end in ("0702", "0701", "0904"))


class Bad(Exception):
    """What was checked does not hold."""


def need(holds: object, says: str) -> None:
    """Raise Bad unless something holds."""
    if not holds:
        raise Bad(says)


def der(tag: int, *parts: bytes) -> bytes:
    """One DER value."""
    size = len(body := b"".join(parts))
    long = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([128 | len(long)]) + long) + body


def content(data: bytes, at: int) -> tuple[bytes, int]:
    """The content of the DER value at a place, and where the next value begins."""
    size, begin = data[at + 1], at + 2
    if size & 128:
        begin, size = begin + (size & 127), int.from_bytes(data[begin : begin + (size & 127)], "big")
    need(begin + size <= len(data), "签名结构不完整")
    return data[begin : begin + size], begin + size


def envelope(certificate: x509.Certificate, raw: bytes, attributes: bytes, signature: bytes) -> bytes:
    """The one way in which the platform wraps a signature (CMS): any other is refused."""
    number = certificate.serial_number
    who = der(0x30, certificate.issuer.public_bytes(), der(2, number.to_bytes(number.bit_length() // 8 + 1, "big")))
    signer = der(0x30, der(2, b"\1"), who, SHA_256, der(0xA0, attributes), ECDSA_ID, der(4, signature))
    sets = der(0x31, SHA_256), der(0x30, DATA), der(0xA0, raw), der(0x31, signer)
    return der(0x30, SIGNED, der(0xA0, der(0x30, der(2, b"\1"), *sets)))


def check_pdf(data: bytes, keys: dict[str, str]) -> dict[str, str]:
    """What the certificate says; Bad when signature, signer or proof do not hold, or one byte is not as signed."""
    ranges = re.findall(rb"/ByteRange \[(\d+) (\d+) (\d+) (\d+)\s*\]", data)
    need(len(ranges) == 1, "不是本平台的电子证书：没有数字签名，或有不止一个")
    first, begin, end, rest = (int(n) for n in ranges[0])
    need(first == 0 and begin < end and end + rest == len(data), "签名没有覆盖整个文件")
    text = data[begin + 1 : end - 1]
    need(data[begin : begin + 1] + data[end - 1 : end] == b"<>" and re.fullmatch(rb"[0-9A-F]+", text), "签名区被改动")
    cms, raw = bytes.fromhex(text.decode()), base64.b64decode(keys["document"])
    certificate = x509.load_der_x509_certificate(raw)
    at = cms.find(SHA_256 + b"\xa0", cms.find(raw) + len(raw))
    need(raw in cms and at > 0, "不是本平台的签名证书签署的")
    attributes, after = content(cms, at + len(SHA_256))
    signature, _ = content(cms, content(cms, after)[1])  # behind its algorithm
    wrapped = envelope(certificate, raw, attributes, signature).hex().upper().encode()
    need(text == wrapped.ljust(len(text), b"0"), "签名的封装被改动，或不是本平台签署的")
    digest = hashlib.sha256(data[:begin] + data[end:]).digest()
    need(der(0x30, DIGEST, der(0x31, der(4, digest))) in attributes, "内容被改动：摘要不符")
    try:
        cast(EllipticCurvePublicKey, certificate.public_key()).verify(signature, der(0x31, attributes), ECDSA(SHA256()))
    except InvalidSignature:
        raise Bad("内容被改动：签名不符") from None
    proof = re.findall(rb"c2sp\.org/tlog-proof@v1\n.*?\n\n.*?\n\n[^\n]+\n", data, re.DOTALL)
    need(len(proof) == 1, "文件里没有存证证明（可能是启用存证之前核发的）")
    return check_proof(proof[0].decode(), keys["log"])


def check_proof(proof: str, log: str) -> dict[str, str]:
    """What the leaf says to which a C2SP tlog-proof leads; Bad when it does not lead to a head signed by the log."""
    lines, _, note = proof.partition("\n\n")
    _, extra, index, *nodes = lines.split("\n")
    text, _, line = note.rpartition("\n\n")
    (name, tag, public), signature = log.split("+", 2), base64.b64decode(line.rpartition(" ")[2])
    need(signature[:4].hex() == tag and text.split("\n")[0] == name, "校验点不是本平台的日志签署的")
    try:
        Ed25519PublicKey.from_public_bytes(base64.b64decode(public)[1:]).verify(signature[4:], f"{text}\n".encode())
    except (InvalidSignature, ValueError):
        raise Bad("校验点的签名不符") from None
    (_, size, root), data = text.split("\n")[:3], base64.b64decode(extra.removeprefix("extra "))
    place, last, found = int(index.removeprefix("index ")), int(size) - 1, hashlib.sha256(b"\0" + data).digest()
    need(0 <= place <= last, "存证证明不成立")
    for node in map(base64.b64decode, nodes):
        need(last, "存证证明不成立")
        left = place % 2 == 1 or place == last
        found = hashlib.sha256(b"\1" + (node + found if left else found + node)).digest()
        while left and place % 2 == 0 and place:
            place, last = place // 2, last // 2
        place, last = place // 2, last // 2
    need(last == 0 and found == base64.b64decode(root), "存证证明不成立")
    return {key: str(said) for key, said in json.loads(data).items()}


def check_code(text: str, keys: dict[str, str]) -> dict[str, str]:
    """What the QR code says; Bad when the platform did not sign it."""
    digits = text.rpartition("#")[2].strip()
    need(re.fullmatch(r"[0-9]{200,900}", digits), "不是证书二维码的内容")
    raw = int(digits).to_bytes((int(digits).bit_length() + 7) // 8, "big")
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(keys["code"])).verify(raw[-64:], raw[1:-64])
    except InvalidSignature:
        raise Bad("二维码的签名不符：伪造的，或没有扫描完整") from None
    _, _, number, serial, first, last, issued, _, periods, end, _, _ = HEAD.unpack_from(raw, 1)
    said, days = f"{int.from_bytes(number, 'big'):015d}", [date(2000, 1, 1) + timedelta(n) for n in (first, last, issued)]
    return {"number": said[:11] + said[11].replace("0", "G") + said[12:], "serial": f"{int.from_bytes(serial, 'big'):010d}",
            "holder": raw[1 + HEAD.size : -64].decode(), "id_end": f"{end // 11:03d}" + "0123456789X"[end % 11],
            "periods": str(periods), "first_day": str(days[0]), "last_day": str(days[1]), "issued_on": str(days[2])}


def main(keys_file: str, what: str) -> int:
    """Say what was found; 0 when everything holds."""
    try:
        keys = json.loads(Path(keys_file).read_text(encoding="utf-8"))
        said = check_code(what, keys) if "#" in what or what.isdigit() else check_pdf(Path(what).read_bytes(), keys)
    except (Bad, OSError, ValueError, IndexError, KeyError) as problem:
        sys.stdout.write(f"未通过：{problem}\n")
        return 1
    log = "，已列入存证日志" if "at" in said else ""
    sys.stdout.write(f"通过：由平台签发，内容未被改动{log}。\n{json.dumps(said, ensure_ascii=False, indent=2)}\n"
                     f"是否仍然有效，请到 {keys['platform']}/certificates/query 查询。\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]) if len(sys.argv) == 3 else __doc__)
