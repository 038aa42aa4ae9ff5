"""gongxue bench: speed and capacity, each figure against a baseline of the same run."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import click

CHECKOUT = Path(__file__).resolve().parents[2]
UNITS = {
    "requests/s": "次/秒",
    "ms": "毫秒",
    "s": "秒",
    "people/s": "人/秒",
    "certificates/s": "张/秒",
    "documents/s": "份/秒",
}


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="以 JSON 输出。")
@click.option(
    "--scale", type=click.FloatRange(0, 1, min_open=True), default=1.0, show_default=True,
    help="规模；0.01 只是看看能否运行，数值没有意义。",
)  # fmt: skip
def bench(names: tuple[str, ...], as_json: bool, scale: float) -> None:
    """测量速度和内存，每一项都与同一次运行中测得的基线比较；不写名称时测量全部项目（约二十分钟）。

    \b
    query               公开查询证书：每秒应答的页面
    query-sql           公开查询证书：一次查询比直接查库慢多少
    class-page          培训班页面：机构工作人员打开一页的时间
    roll-call           考勤点名：30 人一课时，经网页提交
    import-people       从 Excel 导入一万人：每秒人数
    import-applicants   从 Excel 报送一万名参训教师：每秒人数
    issue-certificates  核发一千张证书：每秒张数
    upload              上传 1 GB 视频并检查：几秒，是复制加校验的几倍
    certificates-1000   一千份电子证书：两个进程每秒份数，从取号后到存好
    certificates-10000  一万份电子证书：同上（几分钟）
    query-growth        公开查询：一百万张证书比一万张慢多少（几分钟）
    numbering           编号：每秒号码数，SQLite 和 PostgreSQL
    staffing-300        全国统一推荐：300 个班次、1000 名教师用几秒，离最优至多多远
    staffing-2000       全国统一推荐：2000 个班次、5000 名教师（几分钟）
    form-pdf            填好的申请表排版：一个处理器核每秒份数
    certificate-pdf     证书排版和签名：一个处理器核每秒份数

    在一次性的临时数据库（SQLite）中进行，不留下任何东西。各项的含义见源代码中的 bench/README.md。没有这个项目、或不在
    源代码目录中时退出码 2；有一项没有测成时退出码 1。
    """
    if not (CHECKOUT / "bench" / "rows.py").exists():
        click.echo("没有 bench 目录：性能测量不随平台安装，请在源代码目录中运行。", err=True)
        sys.exit(2)
    sys.path.insert(0, str(CHECKOUT))
    from bench.rows import ROWS

    unknown = [name for name in names if name not in ROWS]
    if unknown:
        click.echo(f"没有测量项目 {'、'.join(unknown)}，只有：{'、'.join(ROWS)}。", err=True)
        sys.exit(2)
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # what was begun is put away first
    try:
        sys.exit(_measure(list(dict.fromkeys(names)) or list(ROWS), scale, as_json))
    finally:
        signal.signal(signal.SIGTERM, before)


def _measure(names: list[str], scale: float, as_json: bool) -> int:
    """Run the rows and show them; returns the exit code."""
    from bench.run import Failed, run

    found: list[dict[str, Any]] = []
    try:
        for row in run(names, scale, lambda words: click.echo(words, err=True)):
            found.append(row)
            if not as_json:
                click.echo(_line(row))
    except Failed as failed:
        click.echo(f"{failed} 没有测成，原因见上。", err=True)
        return 1
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
    return 0


def _line(row: dict[str, Any]) -> str:
    from bench.rows import ROWS

    unit = UNITS[row["unit"]]
    return (
        f"{row['name']:<20}{ROWS[row['name']].title}\n"
        f"    {row['figure']:,g} {unit}，为基线（{row['baseline_name']} {row['baseline']:,g} {unit}）的 {row['ratio']:g} 倍，"
        f"内存 {row['memory_mb']:,.0f} MB"
    )
