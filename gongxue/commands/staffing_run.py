"""gongxue staffing-run."""

from __future__ import annotations

import sys

import click

from gongxue.commands.setup import setup_books


@click.command("staffing-run")
@click.argument("number", type=click.IntRange(1))
def staffing_run(number: int) -> None:
    """用保存的输入把第 NUMBER 次全国统一推荐再算一遍，逐字节核对结果；什么都不改动。

    结果相同时退出码 0，不同或输入已损坏时 1，没有这次运行时 2。
    """
    setup_books()
    from gongxue.stage2_staffing.actions import repeat
    from gongxue.stage2_staffing.models import StaffingRun
    from gongxue.stage2_staffing.optimisation.model import digest

    run = StaffingRun.objects.unscoped("a run is computed again").filter(pk=number, state="done").first()
    if run is None:
        click.echo(f"没有第 {number} 次已完成的全国统一推荐。", err=True)
        sys.exit(2)
    try:
        found = digest(repeat(run).as_data())
    except ValueError:
        click.echo("保存的输入已损坏，与核对码不符。", err=True)
        sys.exit(1)
    click.echo(f"输入 {run.inputs_sha256}\n结果 {run.answer_sha256}")
    if found != run.answer_sha256:
        click.echo(f"再算 {found}\n结果不同。", err=True)
        sys.exit(1)
    click.echo("再算一遍，结果相同。")
