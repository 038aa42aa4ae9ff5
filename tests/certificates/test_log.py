"""The transparency log: every entry about a certificate is a leaf, documents carry their proof (C2SP tlog-proof)."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongxue.certificates import log
from gongxue.certificates.actions import apply_void, reprint_certificate, void_certificate
from gongxue.certificates.documents import document_of, verify_document
from gongxue.certificates.documents.payload import opened
from gongxue.certificates.documents.sheet import code_of
from gongxue.certificates.models import IssuedDocument, LedgerEntry, LogCheckpoint, LogLeaf
from gongxue.certificates.offline import published_keys
from gongxue.certificates.queries import serial_of
from gongxue.certificates.tasks import prepare_documents
from gongxue.foundation.files.store import read
from gongxue.foundation.trail import merkle
from gongxue.foundation.trail.checkpoints import BadNote, open_note, parse_head
from tests.cast import ClassAt, ClassAtFixture, FreshDatabase, Race, SignedIn

AtTime = Callable[[datetime], None]
SCRIPT = Path(log.__file__).parent / "static" / "certificates" / "verify_certificate.py"
pytestmark = pytest.mark.postgresql


@pytest.fixture
def c(class_at: ClassAtFixture, at_time: AtTime) -> ClassAt:
    c = class_at("issued", headcount=2)
    at_time(c.now)
    return c


def _kinds() -> list[str]:
    rows = LogLeaf.objects.unscoped("test").order_by("index")
    return list(rows.values_list("entry__kind", flat=True))


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 13, 64, 100])
def test_proofs_of_a_tree_by_levels_are_those_of_rfc_6962(size: int) -> None:
    leaves = [merkle.leaf_hash(bytes([n])) for n in range(size)]
    tree = log.Tree(leaves)
    assert tree.root() == merkle.root(leaves)
    for n in range(size):
        assert tree.inclusion(n) == merkle.inclusion_proof(n, leaves)


def test_entries_are_sealed_once_in_order_and_never_twice(c: ClassAt) -> None:
    assert log.seal(c.now) == 2 and log.seal(c.now) == 0
    reprint_certificate(certificate=c.certificates[1], reason="卡纸", by=c.certificate_officer, now=c.now)
    case = apply_void(certificate=c.certificates[1], reason="误发", by=c.certificate_officer, now=c.now)
    void_certificate(case=case, seen=1, by=c.staff, now=c.now)
    assert log.seal(c.now) == 2
    assert _kinds() == ["issued", "issued", "reprinted", "voided"]
    heads = list(LogCheckpoint.objects.unscoped("test").order_by("size"))
    assert [head.size for head in heads] == [2, 4]
    for head in heads:
        told = parse_head(open_note(head.note, log.signer()))
        assert (told.origin.rpartition("/")[2], told.size, told.root) == (
            "certificates",
            head.size,
            bytes(head.root),
        )
        assert log.compare(head.note) == (True, head.size)
    with pytest.raises(BadNote):  # the trail's key opens nothing here
        open_note(heads[0].note)
    assert list(log.log_differences()) == []


def test_a_leaf_hashes_the_certificate_and_not_its_document(c: ClassAt) -> None:
    log.seal(c.now)
    leaf = LogLeaf.objects.unscoped("test").get(index=0)
    row = c.certificates[0]
    said = json.loads(bytes(leaf.data))
    assert (said["number"], said["holder"], said["serial"]) == (row.number, row.holder, "1300900001")
    assert merkle.leaf_hash(bytes(leaf.data)) == bytes(leaf.digest)
    assert row.person.id_number.reveal() not in bytes(leaf.data).decode()


def test_what_was_changed_underneath_is_named(c: ClassAt) -> None:
    log.seal(c.now)
    kept = log.latest()
    assert kept is not None
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER refuse_update_certificate_log_leaf"
            + (" ON certificate_log_leaf" if connection.vendor == "postgresql" else "")
        )
    LogLeaf.objects.unscoped("test").filter(index=1).update(data=b"{}")
    assert list(log.log_differences()) == ["证书存证日志第 1 叶：内容与摘要不符。"]
    LogLeaf.objects.unscoped("test").filter(index=1).update(digest=merkle.leaf_hash(b"{}"))
    assert list(log.log_differences()) == ["证书存证日志校验点 2：与叶不符。"]
    assert log.compare(kept.note) == (False, 2)


def test_the_document_carries_its_proof(c: ClassAt) -> None:
    assert prepare_documents.func(c.tc.pk) == 2
    for row in c.certificates:
        data = read(document_of(row, c.now))
        findings = {finding.check: finding.passed for finding in verify_document(data)}
        assert findings["log"] is True and all(findings.values())
    assert prepare_documents.func(c.tc.pk) == 0


def test_documents_of_a_class_read_the_tree_once(c: ClassAt) -> None:
    log.seal(c.now)
    prover = log.Prover()
    first, second = c.certificates
    prover.proof(first, "1300900001")
    with CaptureQueriesContext(connection) as captured:
        prover.proof(second, "1300900002")
    assert len(captured) == 1


def test_thirty_seals_at_once_make_one_tree(fresh_database: FreshDatabase, race: Race) -> None:
    c = fresh_database.class_at("issued", headcount=4)
    now = c.now
    found = race(*[lambda: log.seal(now) for _ in range(30)])
    assert sum(found) == 4 and _kinds() == ["issued"] * 4
    assert list(log.log_differences()) == []


def test_proofs_of_others_prove_nothing(c: ClassAt) -> None:
    log.seal(c.now)
    prover = log.Prover()
    first, second = (prover.proof(row, serial_of(row)) for row in c.certificates)
    assert log.opened_proof(first)["number"] == c.certificates[0].number
    extra = {n: text.split("\n")[1] for n, text in enumerate((first, second))}
    for wrong in (
        first.replace(extra[0], extra[1]),
        first.replace("index 0", "index 1"),
        first.replace("\n2\n", "\n3\n"),
        first.replace("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
    ):
        assert wrong != first
        with pytest.raises(ValueError):
            log.opened_proof(wrong)


def test_a_province_keeps_heads_and_compares_them(c: ClassAt, signed_in: SignedIn) -> None:
    client = signed_in(c.province)
    assert "日志还是空的" in client.get("/ledger/log/").content.decode()
    assert client.get("/ledger/log/checkpoint.txt").status_code == 302
    log.seal(c.now)
    kept = client.get("/ledger/log/checkpoint.txt").content.decode()
    lines = client.get("/ledger/log/leaves.txt").content.decode().split()
    assert (
        merkle.root([b64decode(line) for line in lines]) == parse_head(kept.partition("\n\n")[0] + "\n").root
    )
    reprint_certificate(certificate=c.certificates[1], reason="卡纸", by=c.certificate_officer, now=c.now)
    log.seal(c.now)
    assert "相符：保存的校验点（2 叶）" in client.get("/ledger/log/", {"note": kept}).content.decode()
    wrong = client.get("/ledger/log/", {"note": kept.replace("\n2\n", "\n1\n")}).content.decode()
    assert "不是本日志的校验点" in wrong
    assert signed_in(c.trainees[0]).get("/ledger/log/").status_code == 403


def test_a_killed_job_leaves_whole_work_and_the_next_goes_on(
    fresh_database: FreshDatabase, at_time: AtTime, signed_in: SignedIn
) -> None:
    """The job is killed after the first document; what is there stays, the rest is made once by the next."""
    c = fresh_database.class_at("issued", headcount=3)
    at_time(c.now)
    program = f"""
import os, signal
from gongxue.certificates import tasks
whole = tasks.document_of
def killed(certificate, now, prover):
    made = whole(certificate, now, prover)
    os.kill(os.getpid(), signal.SIGKILL)
    return made
tasks.document_of = killed
tasks.prepare_documents.func({c.tc.pk})
"""
    product = {"DJANGO_SETTINGS_MODULE": "gongxue.foundation.settings"}
    environment = {**os.environ, **fresh_database.clone.environment, **product}
    made = subprocess.run(
        [sys.executable, "-m", "gongxue", "manage", "shell", "-v", "0", "-c", program],
        env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == -signal.SIGKILL, made.stderr
    first = list(IssuedDocument.objects.unscoped("test").values_list("pk", "file__digest"))
    assert (len(first), _kinds()) == (1, ["issued"] * 3)
    page, where = signed_in(c.certificate_officer), f"/classes/{c.tc.pk}/certificates/"
    assert "1 / 3" in page.get(where).content.decode()
    assert page.get(f"{where}progress/").json() == {
        "ended": False,
        "done": 1,
        "of": 3,
        "says": "正在生成电子证书",
    }
    assert prepare_documents.func(c.tc.pk) == 2
    after = list(IssuedDocument.objects.unscoped("test").order_by("pk").values_list("pk", "file__digest"))
    assert after[:1] == first and len(after) == 3 and _kinds() == ["issued"] * 3
    assert page.get(f"{where}progress/").json()["ended"]
    assert "data-progress" not in page.get(where).content.decode()
    assert list(log.log_differences()) == []


# The stand-alone verifier -------------------------------------------------------------------------------------------


def _verified(folder: Path, what: str | bytes) -> tuple[int, str]:
    keys, file = folder / "keys.json", folder / "certificate.pdf"
    keys.write_text(json.dumps(published_keys()))
    if isinstance(what, bytes):
        file.write_bytes(what)
    made = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(keys), str(file) if isinstance(what, bytes) else what],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip
    return made.returncode, made.stdout + made.stderr


def test_the_script_is_short_and_knows_nothing_of_the_product() -> None:
    source = SCRIPT.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 150
    assert "import gongxue" not in source and "from gongxue" not in source and "django" not in source


def test_the_script_verifies_document_and_code(c: ClassAt, tmp_path: Path) -> None:
    row = c.certificates[0]
    status, said = _verified(tmp_path, read(document_of(row, c.now)))
    assert status == 0, said
    assert row.number in said and row.holder in said and "存证" in said
    digits = code_of(row, serial_of(row))
    assert opened(digits) is not None
    status, said = _verified(tmp_path, f"http://127.0.0.1/certificates/check#{digits}")
    assert status == 0, said
    assert row.number in said and row.holder in said
    changed = digits[:200] + str((int(digits[200]) + 1) % 10) + digits[201:]
    assert _verified(tmp_path, changed)[0] == 1


def test_a_thousand_changed_bytes_are_rejected(c: ClassAt, tmp_path: Path) -> None:
    """In one process: the script is loaded as a module."""
    import runpy

    module = runpy.run_path(str(SCRIPT))
    data, keys = read(document_of(c.certificates[0], c.now)), published_keys()
    module["check_pdf"](data, keys)
    dice = random.Random(7)
    begin = data.index(b"/Contents <")
    places = [dice.randrange(len(data)) for _ in range(700)]
    places += [dice.randrange(begin, begin + 4000) for _ in range(300)]  # the signature itself
    for place in places:
        wrong = bytearray(data)
        wrong[place] ^= 1 << dice.randrange(8)
        with pytest.raises(module["Bad"]):
            module["check_pdf"](bytes(wrong), keys)
    for wrong_file in (data + b"\n", data[:-1], b"", b"%PDF-1.7"):
        with pytest.raises(module["Bad"]):
            module["check_pdf"](wrong_file, keys)
    other = {**keys, "log": keys["log"][:-4] + "AAA="}
    with pytest.raises(module["Bad"]):
        module["check_pdf"](data, other)


def test_the_keys_are_public_ones(c: ClassAt) -> None:
    keys = published_keys()
    assert set(keys) == {"platform", "document", "code", "log"}
    assert b64decode(keys["document"])[:1] == b"\x30" and len(bytes.fromhex(keys["code"])) == 32
    assert LedgerEntry.objects.unscoped("test").exists()
