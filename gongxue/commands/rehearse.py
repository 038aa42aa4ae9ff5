"""gongxue rehearse."""

from __future__ import annotations

import json
import sys
from contextlib import nullcontext
from typing import Any

import click

from gongxue.commands.setup import scratch_database, setup_django


@click.command()
@click.option(
    "--class", "classes", multiple=True, required=True, metavar="机构号:级别:专业大类:开班日期:人数",
    help="例如 009:3:机械类:2022-06-13:30；级别为 1、2、3、G；可写多个。",
)  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="随机种子，同一种子结果相同。")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option("--here", is_flag=True, help="在当前数据库中演练（默认用一次性的临时数据库）。")
def rehearse(classes: tuple[str, ...], seed: int, as_json: bool, here: bool) -> None:
    """让整期培训班走完七个环节，直到发证，并列出结果。

    演练使用与页面相同的操作。不可能的班次（超范围、超 30 人、日期或机构不存在）在开始前拒绝，退出码 2。
    """
    from gongxue.rehearsal.specification import BadSpecification, parse_specification

    try:
        specifications = [parse_specification(text) for text in classes]
    except BadSpecification as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    with nullcontext() if here else scratch_database():
        if here:
            setup_django()
        from gongxue.rehearsal.rehearse import rehearse as run

        data = [outcome.as_data() for outcome in run(specifications, seed)]
    if as_json:
        click.echo(json.dumps({"classes": data}, ensure_ascii=False, indent=1))
        return
    for one in data:
        click.echo(_report(one))


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
