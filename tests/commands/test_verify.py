"""verify says what was looked at; only what is proved entirely ends with 0."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.test import override_settings

from gongxue.certificates import documents
from gongxue.certificates.documents import Finding
from gongxue.certificates.models import NumberCounter
from gongxue.commands import main
from gongxue.foundation import keys
from gongxue.foundation.backup.snapshot import take
from gongxue.foundation.trail.models import Checkpoint
from gongxue.foundation.trail.sealing import seal
from gongxue.foundation.trail.witnesses import witness_file
from tests.cast import ClassAtFixture, FreshDatabase
from tests.foundation.trail import tampering


def verify(path: Path) -> Result:
    return CliRunner().invoke(main, ["verify", str(path)])


@pytest.fixture
def witness(class_at: ClassAtFixture, tmp_path: Path) -> Path:
    seal(class_at("issued").now)
    path = tmp_path / "witness.txt"
    path.write_text(witness_file(), encoding="utf-8")
    return path


def test_a_witness_that_agrees_is_proved(witness: Path) -> None:
    result = verify(witness)
    assert result.exit_code == 0, result.output
    assert result.output.endswith("结论：全部证实。\n")
    assert "✓ 签名成立" in result.output
    assert "号留痕与见证文件一致" in result.output
    assert "各编号系列均不低于见证文件所记" in result.output


def test_a_bare_checkpoint_is_proved(witness: Path) -> None:
    witness.write_text(Checkpoint.objects.get().note, encoding="utf-8")
    assert verify(witness).exit_code == 0


def test_an_altered_witness_is_not_proved(witness: Path) -> None:
    text = witness.read_text(encoding="utf-8")
    witness.write_text(text.replace("certificates ", "certificates  ", 1), encoding="utf-8")
    result = verify(witness)
    assert result.exit_code == 1
    assert "✗ 见证文件：签名不成立" in result.output
    assert result.output.endswith("结论：不能证实。\n")


def test_a_cut_trail_and_counters_put_back_contradict_the_witness(witness: Path) -> None:
    tampering.disarm()
    tampering._raw_delete_from("trail_checkpoint", "size", 0)
    tampering._cut(20)
    NumberCounter.objects.filter(series="S13009").update(last=1)
    result = verify(witness)
    assert result.exit_code == 1
    assert "号在本库中不存在" in result.output
    assert "✗ 编号系列S13009在见证之后退回" in result.output


def test_a_whole_backup_is_proved_and_an_altered_one_is_not(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    c = fresh_database.class_at("issued")
    path = take(tmp_path, c.now).path
    result = verify(path)
    assert result.exit_code == 0, result.output
    assert "每一个字节与清单相符" in result.output
    assert "行与清单相符，留痕" in result.output
    data = bytearray(path.read_bytes())
    data[3000] ^= 1
    path.write_bytes(data)
    result = verify(path)
    assert result.exit_code == 1
    assert "✗ 备份：database.sqlite3.gz 的内容与清单中的 SHA-256 不符" in result.output


def test_a_check_that_could_not_run_is_no_pass(witness: Path, tmp_path: Path) -> None:
    keys.key.cache_clear()
    keys.trail_signer.cache_clear()
    with override_settings(KEYS_DIR=tmp_path / "nowhere"):
        result = verify(witness)
    assert result.exit_code == 1
    assert "? 没有查成：没有密钥文件 trail.key" in result.output
    assert "全部证实" not in result.output


@pytest.mark.parametrize(
    ("findings", "code", "last"),
    [
        ([Finding("signature", True, "签名成立。")], 0, "全部证实"),
        (
            [Finding("signature", True, "签名成立。"), Finding("register", None, "没有登记簿。")],
            1,
            "不能证实",
        ),
        ([Finding("signature", False, "签名不成立。")], 1, "不能证实"),
        ([], 1, "不能证实"),
    ],
)
def test_a_pdf_is_as_good_as_its_findings(
    findings: list[Finding], code: int, last: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "certificate.pdf"
    path.write_bytes(b"%PDF-1.7 ")
    monkeypatch.setattr(
        documents, "verify_document", lambda data: findings if data.startswith(b"%PDF") else []
    )
    result = verify(path)
    assert result.exit_code == code
    assert last in result.output
    assert all(finding.says in result.output for finding in findings)


@pytest.mark.parametrize("data", [b"", b"hello", b"PK\x03\x04", b"\x89PNG", "见证".encode()])
def test_other_files_are_of_no_known_kind(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    result = verify(path)
    assert result.exit_code == 2
    assert "不认识这种文件" in result.output


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert verify(tmp_path / "nothing").exit_code == 2
