"""gongxue daily."""

from __future__ import annotations

import sys
from datetime import date, datetime, time

import click

from gongxue.commands.day import run_day
from gongxue.commands.setup import setup_django

TITLES = {
    "recommended": "推荐", "lapsed": "邀请失效", "closed": "截止报名", "answers": "旧请求记录", "throttles": "旧限速记录",
    "sessions": "过期会话", "sealed": "新封存",
}  # fmt: skip


@click.command()
@click.option("--date", "day", metavar="YYYY-MM-DD", help="按哪一天运行（默认今天，北京时间）。")
def daily(day: str | None) -> None:
    """每日运行：到期推荐、邀请失效、截止报名、清理、封存留痕。重复运行不会重复办理。

    有一项没有办成时，其余照办，退出码 1。
    """
    try:
        wanted = date.fromisoformat(day) if day else None
    except ValueError:
        click.echo(f"日期“{day}”不是真实的日期（年-月-日）。", err=True)
        sys.exit(2)
    setup_django()
    from gongxue.foundation import clock
    from gongxue.regulations.calendar import SHANGHAI

    today = wanted or clock.today()
    now = clock.now() if today == clock.today() else datetime.combine(today, time(6), SHANGHAI)
    result = run_day(today, now)
    for name, number in result.done.items():
        part, what = name.split(" ")
        click.echo(f"{part}：{TITLES.get(what, what)} {number}")
    for name, trace in result.failed.items():
        click.echo(f"{name}：没有办成\n{trace}", err=True)
    sys.exit(1 if result.failed else 0)
