"""gongxue restore."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongxue.commands.setup import setup_django

if TYPE_CHECKING:
    from gongxue.foundation.backup.restore import Restored
    from gongxue.foundation.trail.witnesses import Witness

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@click.option(
    "--witness", "witness_path", type=_FILE, help="见证文件：查明备份之后丢失了什么、用过哪些编号。"
)
@click.option("--by", "names", multiple=True, metavar="姓名", help="确认丢失内容的人员，须为两名不同的人员。")
def restore(file: Path, witness_path: Path | None, names: tuple[str, ...]) -> None:
    """从备份 FILE 恢复到空的位置（GONGXUE_VAR 或 DATABASE_URL 所指）。

    先核对每一个字节、密钥、数据库和留痕，再与见证文件比较；见证文件更新时列出丢失的留痕和已用的编号，由两名人员确认，
    登记后这些编号不再使用，然后才打开。任何一步不成，什么也不改变，退出码 1。
    """
    setup_django()
    from gongxue.foundation import clock
    from gongxue.foundation.backup.restore import NeedsTwoPeople, RestoreRefused
    from gongxue.foundation.backup.restore import restore as run
    from gongxue.foundation.keys import KeysMissing
    from gongxue.foundation.trail.checkpoints import BadNote

    try:
        done = run(file, witness=_read(witness_path), confirmed_by=names, now=clock.now())
    except NeedsTwoPeople as error:
        click.echo("备份之后丢失的内容：", err=True)
        for line in filter(None, [error.loss.entries, *error.named]):
            click.echo(f"    {line}", err=True)
        click.echo(str(error), err=True)
        sys.exit(1)
    except (RestoreRefused, BadNote, KeysMissing) as error:
        click.echo(f"没有恢复：{error}", err=True)
        sys.exit(1)
    _report(done, names)


def _read(path: Path | None) -> Witness | None:
    from gongxue.foundation.trail.checkpoints import BadNote
    from gongxue.foundation.trail.witnesses import read_witness

    if path is None:
        return None
    try:
        return read_witness(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise BadNote("见证文件不是文本文件。") from None


def _report(done: Restored, names: tuple[str, ...]) -> None:
    click.echo(
        f"已恢复 {done.manifest['taken_at']} 的备份：留痕 {done.sealed} 号，每个字节、数据库和留痕均已核对。"
    )
    click.echo(done.compared or "没有提供见证文件：备份之后是否还办过业务、用过编号，没有核对。")
    if done.loss:
        click.echo(f"确认人：{'、'.join(names)}。已登记为不再使用：")
        for line in filter(None, [done.loss.entries, *done.marked]):
            click.echo(f"    {line}")
    for digest in done.manifest["damaged"]:
        click.echo(f"存储文件 {digest} 在备份时已经缺失或损坏。", err=True)
