"""gongxue daily."""

from __future__ import annotations

import sys
from datetime import datetime, time

import click

from gongxue.commands.day import run_day
from gongxue.commands.setup import day_given, setup_books

TITLES = {
    "idle": "将满两年未承担任务", "recommended": "推荐", "lapsed": "邀请失效", "reminded": "提醒", "closed": "截止报名", "answers": "旧请求记录", "throttles": "旧限速记录",
    "presences": "已离开的编辑者", "sessions": "过期会话", "sealed": "新封存",
}  # fmt: skip


@click.command()
@click.option("--date", "text", metavar="YYYY-MM-DD", help="按哪一天运行（默认今天，北京时间）。")
def daily(text: str | None) -> None:
    """每日运行：到期推荐、邀请失效、截止报名、期限提醒、清理、封存留痕。重复运行不会重复办理。

    有一项没有办成时，其余照办，退出码 1；日期不是真实的日期时退出码 2。
    """
    wanted = day_given(text)
    setup_books()
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
