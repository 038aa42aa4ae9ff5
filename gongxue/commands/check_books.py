"""gongxue check-books: everything that must agree."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import click

from gongxue.commands.setup import setup_books

if TYPE_CHECKING:
    from gongxue.foundation.books import Check

SHOWN = 100  # differences named per check


def all_checks(every_file: bool) -> Iterator[Check]:
    """The checks of every part, from the foundation upwards."""
    from gongxue.certificates import books as certificates
    from gongxue.foundation import books as foundation
    from gongxue.stage4_enrolment import books as enrolment
    from gongxue.stage5_delivery import books as delivery
    from gongxue.stage6_assessment import books as assessment

    yield from foundation.CHECKS
    for part in (enrolment, delivery, assessment, certificates):
        yield from part.CHECKS
    yield foundation.ALL_FILES if every_file else foundation.SOME_FILES


def differences(check: Check) -> list[str]:
    """What does not agree; a check that could not run is a difference, never a pass."""
    try:
        found = list(islice(check.differences(), SHOWN + 1))
    except Exception:  # noqa: BLE001 — damaged books may break a check in any way
        return [f"没有查成：{traceback.format_exc(limit=-2).strip()}"]
    return [*found[:SHOWN], "……还有更多。"] if len(found) > SHOWN else found


@click.command("check-books")
@click.option("--files", "every_file", is_flag=True, help="核对全部存储文件（默认抽查）。")
def check_books(every_file: bool) -> None:
    """核对账册：留痕、序号、成绩、证书、台账、文件处处相符时退出码 0；有出入时逐条列出，退出码 1。

    只核对，不修改。
    """
    setup_books()
    wrong = 0
    for check in all_checks(every_file):
        found = differences(check)
        wrong += bool(found)
        click.echo(f"✗ {check.name}：{len(found)} 处不符" if found else f"✓ {check.name}")
        for line in found:
            click.echo(f"    {line}")
    sys.exit(1 if wrong else 0)
