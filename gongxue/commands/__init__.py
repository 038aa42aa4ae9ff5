"""The command line. Exit codes: 0 done, 1 something is wrong with the data, 2 the request cannot be."""

from __future__ import annotations

import click

from gongxue.commands.backup import backup, witness
from gongxue.commands.bench import bench
from gongxue.commands.check_books import check_books
from gongxue.commands.daily import daily
from gongxue.commands.demo import demo
from gongxue.commands.rehearse import rehearse
from gongxue.commands.restore import restore
from gongxue.commands.serve import serve, work
from gongxue.commands.setup import Commands, setup_django
from gongxue.commands.staffing_run import staffing_run
from gongxue.commands.verify import verify


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def main() -> None:
    """Gongxue 工学：工学一体化教师培训管理服务平台。"""


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Django 的管理命令，如 gongxue manage migrate。"""
    setup_django()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["gongxue manage", *arguments])


for command in (
    serve,
    work,
    daily,
    rehearse,
    demo,
    check_books,
    verify,
    backup,
    restore,
    witness,
    bench,
    staffing_run,
):
    main.add_command(command)
