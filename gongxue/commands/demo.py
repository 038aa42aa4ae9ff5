"""gongxue demo."""

from __future__ import annotations

import gc
import sys

import click

from gongxue.commands.setup import create_folders, day_given, setup_django


def show(words: str, done: int, of: int) -> None:
    """A progress bar on the terminal, a line each otherwise."""
    if sys.stderr.isatty():
        filled = 24 * done // max(1, of)
        click.echo(f"\r  [{'█' * filled}{'·' * (24 - filled)}] {done}/{of} {words:<40}", nl=False, err=True)
    elif done % 10 == 0:
        click.echo(f"  {done}/{of} {words}", err=True)


@click.command()
@click.option("--date", "text", metavar="YYYY-MM-DD", help="以哪一天为“今天”（默认今天）。")
def demo(text: str | None) -> None:
    """在空数据库中建立演示国家：各环节的培训班、各角色的待办。人员、机构资格和数据均为虚构。

    已有账号时拒绝，退出码 1；日期不能用时退出码 2。中断时什么也不留下。
    """
    from gongxue.rehearsal.plans import EARLIEST, LATEST  # plain dates, which need no Django

    day = day_given(text)
    if day and not EARLIEST <= day <= LATEST:
        click.echo(f"日期“{text}”不在 {EARLIEST} 至 {LATEST} 之间，各轮次不能都开启（TR 7）。", err=True)
        sys.exit(2)
    create_folders()
    setup_django()
    from django.db import connection

    from gongxue.foundation import clock
    from gongxue.foundation.databases import migrate, optimise
    from gongxue.rehearsal.country import build, is_empty
    from gongxue.rehearsal.timeline import at

    migrate()
    if not is_empty():
        click.echo("数据库中已有账号，不建立演示数据。", err=True)
        sys.exit(1)
    gc.set_threshold(100_000, 50, 100)  # a hundred thousand rows pass through, next to nothing stays
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=OFF")  # a power cut now means building again, nothing else
    build(at(day, 9) if day else clock.now(), show)
    optimise()
    click.echo("", err=True)
