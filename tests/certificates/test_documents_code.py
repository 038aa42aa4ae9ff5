"""The QR code: read from the rendered page, checked without the platform, refused when altered."""

from __future__ import annotations

import inspect
import struct
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from gongxue.certificates.documents import certificate_pdf, payload, print_run
from gongxue.certificates.documents.payload import Facts, opened, public_key, signed
from tests.cast import ClassAtFixture
from tests.certificates.reading import code_on


def checked_offline(address: str, key: bytes) -> dict[str, str]:
    """The facts of a code, by the public key alone; InvalidSignature when it is not genuine."""
    whole = int(address.partition("#")[2])
    raw = whole.to_bytes((whole.bit_length() + 7) // 8, "big")[1:]
    data, signature = raw[:-64], raw[-64:]
    Ed25519PublicKey.from_public_bytes(key).verify(signature, data)
    _, _, number, serial, first, last, issued, _, periods, end, _, _ = struct.unpack_from(
        ">BB7s5sHHHBHH16sB", data
    )

    def day(n: int) -> str:
        return str(date(2000, 1, 1) + timedelta(n))

    digits = f"{int.from_bytes(number, 'big'):015d}"
    return {
        "number": digits[:11] + digits[11].replace("0", "G") + digits[12:],
        "serial": f"{int.from_bytes(serial, 'big'):010d}",
        "name": data[struct.calcsize(">BB7s5sHHHBHH16sB") :].decode(),
        "training": f"{day(first)}/{day(last)}",
        "issued": day(issued),
        "periods": str(periods),
        "id_number_end": f"{end // 11:03d}" + "0123456789X"[end % 11],
    }


FACTS = Facts(
    "32017202212G001", "3201700001", date(2022, 12, 5), date(2022, 12, 10), date(2022, 12, 12), "03", 48, "002X",
    "0f" * 16, "廖桂立",
)  # fmt: skip


def test_the_offline_check_is_short_and_uses_nothing_of_ours() -> None:
    source = inspect.getsource(checked_offline)
    assert len(source.splitlines()) <= 40
    assert not {"payload", "opened", "gongxue", "Facts"} & set(
        source.replace(".", " ").replace("(", " ").split()
    )


@pytest.mark.parametrize("dpi", [100, 150])
def test_a_scanner_reads_the_code_and_it_verifies_offline(
    class_at: ClassAtFixture, tmp_path: Path, dpi: int
) -> None:
    certificate = class_at("issued").certificates[0]
    address = code_on(certificate_pdf(certificate), dpi, tmp_path)
    assert address.startswith("http://127.0.0.1:8000/certificates/check#")
    facts = checked_offline(address, public_key())
    assert (facts["number"], facts["name"]) == (certificate.number, certificate.holder)
    assert facts["training"] == f"{certificate.first_day}/{certificate.last_day}"
    assert facts["id_number_end"] == certificate.person.id_number.reveal()[-4:]
    assert (facts["issued"], facts["periods"]) == (str(certificate.issued_on), str(certificate.periods))


def test_the_code_of_the_longest_name_can_still_be_read(class_at: ClassAtFixture, tmp_path: Path) -> None:
    certificate = class_at("issued").certificates[0]
    certificate.holder = "阿卜杜热西提·买买提吐尔逊江·" * 2
    facts = checked_offline(code_on(certificate_pdf(certificate), 150, tmp_path), public_key())
    assert facts["name"] == certificate.holder


def test_every_page_of_a_print_run_has_its_own_code(class_at: ClassAtFixture, tmp_path: Path) -> None:
    c = class_at("issued")
    document = print_run(c.tc)
    read = [
        checked_offline(code_on(document, 100, tmp_path, page), public_key())["number"]
        for page in range(1, len(c.certificates) + 1)
    ]
    assert read == [certificate.number for certificate in c.certificates]


def test_no_id_number_stands_in_the_code(class_at: ClassAtFixture, tmp_path: Path) -> None:
    certificate = class_at("issued").certificates[0]
    address = code_on(certificate_pdf(certificate), 100, tmp_path)
    whole = int(address.partition("#")[2])
    number = certificate.person.id_number.reveal()
    raw = whole.to_bytes((whole.bit_length() + 7) // 8, "big")
    assert number not in address and number[:14].encode() not in raw


@given(
    st.builds(
        Facts,
        number=st.from_regex(r"[1-9][0-9]{4}20[0-9]{2}0[1-9][123G][0-9]{3}", fullmatch=True).map(
            lambda text: text.translate(str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789"))
        ),
        serial=st.integers(0, 10**10 - 1).map(lambda n: f"{n:010d}"),
        first_day=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
        last_day=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
        issued_on=st.dates(date(2000, 1, 1), date(2170, 1, 1)),
        category=st.sampled_from(["01", "08"]),
        periods=st.integers(0, 65_535),
        id_number_end=st.sampled_from(["0000", "002X", "9999", "123X"]),
        token=st.binary(min_size=16, max_size=16).map(bytes.hex),
        name=st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=40),
    )
)
def test_what_is_signed_comes_back(facts: Facts) -> None:
    if facts.number.isascii():
        assert opened(signed(facts)) == facts


def test_a_changed_digit_is_refused() -> None:
    code = signed(FACTS)
    assert opened(code) == FACTS  # control
    for i in range(0, len(code), 7):
        altered = code[:i] + str((int(code[i]) + 1) % 10) + code[i + 1 :]
        assert opened(altered) is None
        with pytest.raises((InvalidSignature, UnicodeDecodeError, struct.error, ValueError, OverflowError)):
            checked_offline("#" + altered, public_key())


def test_a_signature_does_not_pass_under_another_name_or_key(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = int(signed(FACTS)).to_bytes(200, "big").lstrip(b"\0")
    other = int(signed(replace(FACTS, name="熊思思"))).to_bytes(200, "big").lstrip(b"\0")
    assert opened(str(int.from_bytes(other[:-64] + mine[-64:], "big"))) is None
    genuine = payload._signer()
    monkeypatch.setattr(payload, "_signer", Ed25519PrivateKey.generate)
    forged = signed(FACTS)
    monkeypatch.setattr(payload, "_signer", lambda: genuine)
    assert opened(forged) is None


@pytest.mark.parametrize("text", ["", "0", "1", "-5", "１２３", "12a", "9" * 900, "9" * 5000, "1" * 300, "²"])
def test_whatever_is_no_code_is_refused_quietly(text: str) -> None:
    assert opened(text) is None
