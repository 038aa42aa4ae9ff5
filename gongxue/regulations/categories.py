"""The eight major categories 专业大类 (TR 脚注①). Codes are this platform's; the texts give none."""

from __future__ import annotations

CATEGORIES: dict[str, str] = {
    "01": "机械类",
    "02": "电工电子类",
    "03": "信息类",
    "04": "交通类",
    "05": "服务类",
    "06": "财经商贸类",
    "07": "工业综合与农业类",
    "08": "文化艺术与综合类",
}


def category_title(code: str) -> str:
    """The printed name; the code itself when unknown, so that a damaged row is seen and not hidden."""
    return CATEGORIES.get(code, code)


def parse_category(text: str) -> str | None:
    """'01', '机械类' or '机械' -> '01'; None when it is none of the eight."""
    wanted = text.strip()
    if wanted in CATEGORIES:
        return wanted
    return next(
        (code for code, name in CATEGORIES.items() if wanted in (name, name.removesuffix("类"))), None
    )
