"""gongxue backup and gongxue witness: copies for others to keep."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from gongxue.commands.setup import setup_books


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("backups"))
def backup(folder: Path) -> None:
    """备份到 FOLDER（默认 ./backups）：数据库、存储文件和清单，一个 tar 文件。写入不必停止。

    备份不含密钥：密钥目录须由另外的人另行保管，没有密钥的备份打不开。数据库或留痕有损坏时不写备份，退出码 1；
    个别存储文件缺失或损坏时照写备份并逐个列出，退出码 1。
    """
    setup_books()
    from gongxue.foundation import clock
    from gongxue.foundation.backup.snapshot import BackupFailed, take
    from gongxue.foundation.keys import KeysMissing

    try:
        taken = take(folder, clock.now())
    except (BackupFailed, KeysMissing) as error:
        click.echo(f"没有写成备份：{error}", err=True)
        sys.exit(1)
    size = taken.path.stat().st_size / 1024 / 1024
    rows = sum(taken.manifest["rows"].values())
    click.echo(f"{taken.path}  {size:.1f} MB")
    click.echo(
        f"数据库 {rows} 行，留痕 {taken.manifest['sealed']} 号，文件 {len(taken.manifest['members']) - 3} 个；已核对。"
    )
    click.echo("备份不含密钥：请另行保管密钥目录。请把见证文件（gongxue witness）交给他处保存。")
    for digest in taken.damaged:
        click.echo(f"存储文件 {digest} 缺失或损坏，不在备份中。", err=True)
    sys.exit(1 if taken.damaged else 0)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), required=False)
def witness(file: Path | None) -> None:
    """输出见证文件：最新的签名校验点和不得重复使用的编号。写入 FILE，或显示出来。

    请交给省级或其他单位保存；恢复备份时凭它查明丢失了什么、哪些编号已经用过。
    """
    setup_books()
    from gongxue.foundation import clock
    from gongxue.foundation.keys import KeysMissing
    from gongxue.foundation.trail.checkpoints import verifier_key
    from gongxue.foundation.trail.sealing import seal
    from gongxue.foundation.trail.witnesses import NoCheckpoint, witness_file

    try:
        seal(clock.now())
        text = witness_file()
    except (NoCheckpoint, KeysMissing) as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if file is None:
        click.echo(text, nl=False)
    else:
        file.write_text(text, encoding="utf-8")
        click.echo(f"{file}\n公钥：{verifier_key()}")
