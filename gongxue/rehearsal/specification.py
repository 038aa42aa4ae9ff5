"""`--class 机构号:级别:专业大类:开班日期:人数`: parsed and refused before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from gongxue.regulations.approvals import kind_breaches
from gongxue.regulations.categories import category_title, parse_category
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level, parse_level
from gongxue.regulations.planning import size_breaches
from gongxue.regulations.registers import Institution, institutions

BACKBONE_DAYS = 6  # level G: the institution enters the days (AMB-06)


class BadSpecification(Exception):
    """The class cannot exist; the message is one line naming the article and the value."""


@dataclass(frozen=True, slots=True)
class Specification:
    """A class to rehearse."""

    institution: Institution
    level: Level
    category: str
    first_day: date
    headcount: int

    @property
    def days(self) -> int:
        """Teaching days (TR 11.2); level G has none given."""
        return self.level.training_days(edition_on(self.first_day)) or BACKBONE_DAYS

    @property
    def last_day(self) -> date:
        """Consecutive days."""
        return self.first_day + timedelta(days=self.days - 1)

    def __str__(self) -> str:
        return f"{self.institution.name} {self.level.title} {category_title(self.category)} {self.first_day}"


def parse_specification(text: str) -> Specification:
    """A specification from the command line; BadSpecification says what cannot be."""
    parts = text.replace("：", ":").split(":")
    if len(parts) != 5:
        raise BadSpecification(f"TR 7: “{text}”不是 机构号:级别:专业大类:开班日期:人数 的形式")
    code, level_text, category_text, day_text, headcount_text = (part.strip() for part in parts)
    institution = _institution(code)
    level = parse_level(level_text)
    if level is None:
        raise BadSpecification(f"TR 2.5: 没有级别“{level_text}”，只有 1、2、3、G")
    category = parse_category(category_text)
    if category is None:
        raise BadSpecification(f"TR 2.5: 没有专业大类“{category_text}”")
    first_day = _day(day_text)
    if not headcount_text.isascii() or not headcount_text.isdigit():
        raise BadSpecification(f"TR 11.3: 人数“{headcount_text}”不是 1 至 30 的整数")
    headcount = int(headcount_text)
    edition = edition_on(first_day)
    for breach in kind_breaches(institution.kind, level) + size_breaches(headcount, edition):
        raise BadSpecification(
            f"{breach.article}: {breach.says}（{institution.code} {institution.name}，{text}）"
        )
    return Specification(institution, level, category, first_day, headcount)


def _institution(code: str) -> Institution:
    wanted = code.rsplit("/", maxsplit=1)[-1]  # 13/009 is how the annex is quoted
    found = next((i for i in institutions() if wanted in (i.code, i.province_code + i.code)), None)
    if found is None:
        raise BadSpecification(f"MG 附件1: 没有机构号“{code}”")
    return found


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadSpecification(f"TR 7: 开班日期“{text}”不是真实的日期（年-月-日）") from None
    if not 2022 <= day.year <= 2098:
        raise BadSpecification(f"MG 17.2: 开班日期“{text}”不在 2022 至 2098 年之间，无法编制证书编号")
    return day
