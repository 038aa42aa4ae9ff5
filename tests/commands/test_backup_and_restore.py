"""The drill from the command line: witness, backup, disaster, restore, check-books."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gongxue.certificates.actions import issue_certificates
from gongxue.commands import main
from gongxue.foundation.files.store import path_of, put
from tests.cast import FreshDatabase
from tests.foundation.backup.conftest import blank_machine as blank_machine
from tests.foundation.trail import tampering
from tests.prepared import Clone


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


@pytest.mark.postgresql
def test_the_drill(fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path) -> None:
    c = fresh_database.class_at("confirmed")
    backup = run("backup", tmp_path / "backups")
    assert backup.exit_code == 0, backup.output
    assert "备份不含密钥" in backup.output
    (file,) = (tmp_path / "backups").iterdir()
    issue_certificates(training_class=c.tc, by=c.certificate_officer, now=c.now)
    known = tmp_path / "witness.txt"
    assert "公钥：" in run("witness", known).output
    assert run("witness").output.startswith("127.0.0.1/trail\n")
    with blank_machine:
        alone = run("restore", file, "--witness", known, "--by", "王一")
        assert alone.exit_code == 1
        assert "证书编号 130092023063001" in alone.output
        assert "须由两名不同的人员确认" in alone.output
        done = run("restore", file, "--witness", known, "--by", "王一", "--by", "李二")
        assert done.exit_code == 0, done.output
        assert "确认人：王一、李二" in done.output
        assert "序列号 1300900004" in done.output
        books = run("check-books", "--files")
        assert books.exit_code == 0, books.output
        assert books.output.count("✓") == len(books.output.splitlines()) >= 12


def test_without_a_witness_the_restore_says_what_it_does_not_know(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path
) -> None:
    run("backup", tmp_path / "backups")
    (file,) = (tmp_path / "backups").iterdir()
    with blank_machine:
        done = run("restore", file)
    assert done.exit_code == 0, done.output
    assert "没有提供见证文件" in done.output


def test_a_flipped_byte_is_refused_loudly(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path
) -> None:
    run("backup", tmp_path / "backups")
    (file,) = (tmp_path / "backups").iterdir()
    data = bytearray(file.read_bytes())
    data[5000] ^= 64
    file.write_bytes(data)
    with blank_machine:
        refused = run("restore", file)
        assert refused.exit_code == 1
        assert "没有恢复：database.sqlite3.gz 的内容与清单中的 SHA-256 不符" in refused.output
        assert not blank_machine.file.exists()


def test_files_that_are_no_backup_or_no_witness_are_refused(
    fresh_database: FreshDatabase, blank_machine: Clone, tmp_path: Path
) -> None:
    run("backup", tmp_path / "backups")
    (file,) = (tmp_path / "backups").iterdir()
    other = tmp_path / "other"
    other.write_bytes(b"\xff" * 2000)
    with blank_machine:
        assert "没有恢复：文件头损坏" in run("restore", other).output
        assert "没有恢复：见证文件不是文本文件" in run("restore", file, "--witness", other).output
        assert run("restore", other).exit_code == 1


def test_a_damaged_database_gives_no_backup_and_a_damaged_file_is_named(
    fresh_database: FreshDatabase, tmp_path: Path
) -> None:
    now = fresh_database.class_at("planned").now
    lost = put([b"lost"], name="a.txt", media_type="text/plain", now=now)
    path_of(lost.digest).unlink()
    named = run("backup", tmp_path)
    assert named.exit_code == 1
    assert f"存储文件 {lost.digest} 缺失或损坏" in named.output
    books = run("check-books", "--files")
    assert books.exit_code == 1
    assert "✗ 文件内容与登记一致（全部）：1 处不符" in books.output
    tampering.disarm()
    tampering.EVENTS.filter(pk=2).update(reason="补录")
    refused = run("backup", tmp_path)
    assert refused.exit_code == 1
    assert "没有写成备份：" in refused.output


def test_check_books_names_the_first_bad_entry(fresh_database: FreshDatabase, tmp_path: Path) -> None:
    fresh_database.class_at("planned")
    run("backup", tmp_path)  # seals
    tampering.disarm()
    tampering.EVENTS.filter(pk=3).update(reason="补录")
    books = run("check-books")
    assert books.exit_code == 1
    assert (
        "✗ 操作留痕与封存、签名一致：1 处不符\n    第 3 号留痕：事项 3 的内容与封存时不一致" in books.output
    )
    assert "✓ 录取序号与录取人数一致" in books.output
