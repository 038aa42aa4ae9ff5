"""Checking many certificates: workbooks of authorised bodies, keys of employers (MG 18.2).

The text demands that everybody can query by two of name, ID number and certificate number. It says nothing of many at
once: how much a body may ask is ours, against guessing in bulk.

reading: AMB-76 who may check a whole workbook
reading: AMB-77 keys for the programs of employers
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from .breaches import Breach

LINES = 10_000  # in one workbook
LINES_A_DAY = 30_000  # of one organisation
WORKBOOKS_A_DAY = 20  # of one organisation
NUMBERS_PER_NAME = 20  # different ID numbers beside one name: more is guessing
KEY_DAYS = 366
KEY_QUERIES_A_DAY = 10_000
ARTICLE = "MG 18.2"


def workbook_breaches(lines: int, workbooks_today: int, lines_today: int) -> list[Breach]:
    """Whether an organisation may check a workbook of so many lines today."""
    if not 1 <= lines <= LINES:
        return [Breach("check.lines", ARTICLE, f"一个文件应有 1 至 {LINES:,} 行。", "请分成几个文件上传。")]
    if workbooks_today >= WORKBOOKS_A_DAY:
        says = f"本单位今天已核验 {workbooks_today} 个文件，每天最多 {WORKBOOKS_A_DAY} 个。"
        return [Breach("check.workbooks", ARTICLE, says, "请合并名单，或明天再核验。")]
    if lines_today + lines > LINES_A_DAY:
        left = max(0, LINES_A_DAY - lines_today)
        says = (
            f"本单位今天已核验 {lines_today:,} 人次，每天最多 {LINES_A_DAY:,} 人次，这个文件有 {lines:,} 行。"
        )
        return [Breach("check.a_day", ARTICLE, says, f"今天还可核验 {left:,} 行，其余请明天再核验。")]
    return []


def guessed_names(pairs: Iterable[tuple[str, str]]) -> frozenset[str]:
    """The names beside which more different ID numbers stand than any list of real people would have.

    pairs: (name, ID number) of every line that has both.
    """
    numbers: dict[str, set[str]] = {}
    for name, id_number in pairs:
        numbers.setdefault(name, set()).add(id_number)
    return frozenset(name for name, found in numbers.items() if len(found) > NUMBERS_PER_NAME)


def key_breaches(body: str, purpose: str, expires_on: date, per_day: int, today: date) -> list[Breach]:
    """Whether a key can be given: a named body, a purpose, at most a year, a limit a day."""
    found = []
    if not 4 <= len(body.strip()) <= 80:
        found.append(Breach("key.body", ARTICLE, "使用单位应写全称，4 至 80 个字。", "请按单位公章填写。"))
    if not 4 <= len(purpose.strip()) <= 200:
        found.append(
            Breach("key.purpose", ARTICLE, "用途应有 4 至 200 个字。", "请写明在哪项工作中查询证书。")
        )
    if not today < expires_on <= today + timedelta(days=KEY_DAYS):
        found.append(Breach("key.expires", ARTICLE, "有效期至少一天、最长一年。", "到期后可以另发新的密钥。"))
    if not 1 <= per_day <= KEY_QUERIES_A_DAY:
        says = f"每日次数应在 1 至 {KEY_QUERIES_A_DAY:,} 之间。"
        found.append(Breach("key.per_day", ARTICLE, says, "请按实际需要填写。"))
    return found
