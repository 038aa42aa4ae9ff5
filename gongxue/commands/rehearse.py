"""gongxue rehearse."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

from gongxue.commands.setup import scratch_database, setup_books


@click.command()
@click.option(
    "--class", "classes", multiple=True, required=True, metavar="机构号:级别:专业大类:开班日期:人数",
    help="例如 009:3:机械类:2022-06-13:30；机构号也可写作 13/009；级别为 1、2、3、G；可写多个。",
)  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="随机种子，同一种子结果相同。"
)
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--here", is_flag=True, help="在当前数据库中演练（默认用一次性的临时数据库）。")
def rehearse(classes: tuple[str, ...], seed: int, as_json: bool, here: bool) -> None:
    """让整期培训班走完七个环节，直到发证，并列出结果。

    演练使用与页面相同的操作。不可能的班次（超范围、超 30 人、日期或机构不存在）在开始前拒绝，退出码 2。

    在当前数据库中演练时，要么全部走完，要么什么也不留下：有一步被规则拒绝时说明原因，退出码 1。正式运行的平台
    （GONGXUE_PRODUCTION=yes）拒绝演练，退出码 2，因为演练会占用证书编号。
    """
    from gongxue.rehearsal.specification import BadSpecification, parse_specifications

    try:
        specifications = parse_specifications(classes)
    except BadSpecification as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    with _configured_database() if here else scratch_database():
        from gongxue.rehearsal.rehearse import CannotRehearse
        from gongxue.rehearsal.rehearse import rehearse as run

        try:
            data = [outcome.as_data() for outcome in run(specifications, seed)]
        except CannotRehearse as error:
            click.echo(str(error), err=True)
            sys.exit(1)
    if as_json:
        click.echo(json.dumps({"classes": data}, ensure_ascii=False, indent=1))
        return
    for one in data:
        click.echo(_report(one))


@contextmanager
def _configured_database() -> Iterator[None]:
    setup_books()
    from django.conf import settings

    if settings.PRODUCTION:
        click.echo("正式运行的平台上不演练：演练会占用真实的证书编号（MG 17）。", err=True)
        sys.exit(2)
    yield


def _report(one: dict[str, Any]) -> str:
    from gongxue.regulations.levels import Level

    head = (
        f"{one['institution_code']} {one['institution']}  {Level(one['level']).title}  {one['category']}  "
        f"{one['first_day']} 至 {one['last_day']}\n"
        f"  录取 {one['admitted']} 人，缺课超限 {one['barred']} 人，不合格 {one['failed']} 人，"
        f"发证 {len(one['certificates'])} 张"
    )
    rows = [f"  {c['number']}  {c['serial']}  {c['name']}" for c in one["certificates"]]
    return "\n".join([head, *rows])
