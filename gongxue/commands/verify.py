"""gongxue verify FILE: is this file what it claims to be?"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from gongxue.commands.setup import setup_django

Finding = tuple[bool | None, str]  # proved, wrong, or None: could not be looked at
_TAR_MAGIC = slice(257, 262)


def kind_of(head: bytes) -> Callable[[Path], Iterator[Finding]] | None:
    """How a file of this beginning is verified; None when it is of no known kind."""
    if head.startswith(b"%PDF"):
        return document
    if head[_TAR_MAGIC] == b"ustar":
        return archive
    if b"\n\n\xe2\x80\x94 " in head:  # an em dash begins a signature line
        return witness
    return None


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify(file: Path) -> None:
    """核验文件：证书或成绩单 PDF、见证文件（校验点）、备份。

    逐项说明核对了什么。全部证实时退出码 0；有一项不符或没有查成时退出码 1；不认识的文件退出码 2。
    """
    with file.open("rb") as opened:
        look = kind_of(opened.read(65536))
    if look is None:
        click.echo("不认识这种文件：只核验证书和成绩单（PDF）、见证文件和备份（tar）。", err=True)
        sys.exit(2)
    setup_django()
    findings = list(_safely(look, file))
    for proved, says in findings:
        click.echo(f"{'✓' if proved else '?' if proved is None else '✗'} {says}")
    good = bool(findings) and all(proved for proved, _ in findings)
    click.echo("结论：全部证实。" if good else "结论：不能证实。")
    sys.exit(0 if good else 1)


def _safely(look: Callable[[Path], Iterator[Finding]], file: Path) -> Iterator[Finding]:
    from django.db import DatabaseError

    from gongxue.foundation.keys import KeysMissing

    try:
        yield from look(file)
    except KeysMissing as error:
        yield None, f"没有查成：{error}"
    except DatabaseError as error:
        yield None, f"没有查成：数据库不可用（{error}）。"


def document(file: Path) -> Iterator[Finding]:
    """A certificate or transcript."""
    from gongxue.certificates.documents import verify_document

    for finding in verify_document(file.read_bytes()):
        yield finding.passed, finding.says


def witness(file: Path) -> Iterator[Finding]:
    """A checkpoint with or without numbers, compared with the trail here."""
    from gongxue.foundation.trail.checkpoints import BadNote
    from gongxue.foundation.trail.witnesses import compare, lost_numbers, read_witness

    try:
        known = read_witness(file.read_text(encoding="utf-8"))
    except (BadNote, UnicodeDecodeError) as error:
        yield False, f"见证文件：{error}"
        return
    yield True, f"签名成立，校验点为第 {known.size} 号留痕处。"
    comparison = compare(known)
    for finding in comparison.report.findings:
        yield False, str(finding)
    if not comparison.report.findings:
        yield True, f"本库 {comparison.report.sealed} 号留痕与封存、签名一致。"
    yield comparison.agrees is True, comparison.says
    if known.numbers is not None:
        ahead = [series for kind in lost_numbers(known).values() for series in kind]
        yield (
            not ahead,
            f"编号系列{'、'.join(ahead)}在见证之后退回。" if ahead else "各编号系列均不低于见证文件所记。",
        )


def archive(file: Path) -> Iterator[Finding]:
    """A backup: every byte, then the books in it."""
    from gongxue.foundation.backup.archive import BadBackup, check
    from gongxue.foundation.backup.inspection import books_differences

    try:
        manifest = check(file)
    except BadBackup as error:
        yield False, f"备份：{error}"
        return
    yield (
        True,
        f"签名成立，{len(manifest['members'])} 个成员的每一个字节与清单相符（{manifest['taken_at']}）。",
    )
    for digest in manifest["damaged"]:
        yield False, f"存储文件 {digest} 在备份时已经缺失或损坏。"
    with tempfile.TemporaryDirectory(prefix="gongxue-verify-") as folder:
        found = books_differences(file, Path(folder))
        if found is None:
            yield None, "备份中是 PostgreSQL 的转储：内容要恢复到空的数据库后才能核对。"
            return
        yield from ((False, says) for says in found)
        if not found:
            yield (
                True,
                f"数据库完整，{sum(manifest['rows'].values())} 行与清单相符，留痕 {manifest['sealed']} 号与签名一致。",
            )
