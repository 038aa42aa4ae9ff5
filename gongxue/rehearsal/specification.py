"""`--class 机构号:级别:专业大类:开班日期:人数`: parsed and refused before anything runs."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from gongxue.regulations.approvals import kind_breaches
from gongxue.regulations.categories import category_title, parse_category
from gongxue.regulations.editions import edition_on
from gongxue.regulations.levels import Level, parse_level
from gongxue.regulations.numbers import NUMBER_LIMIT, NumberSeries
from gongxue.regulations.planning import size_breaches
from gongxue.regulations.registers import Institution, institutions

BACKBONE_DAYS = 6  # level G: the institution enters the days (AMB-06)
FIRST_YEAR, LAST_YEAR = 2022, 2098  # the half-years for which a round can be opened
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_HEADCOUNT = re.compile(r"[0-9]{1,9}", re.ASCII)
_QUOTED = 60  # characters of what was typed that a refusal repeats


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

    @property
    def series(self) -> NumberSeries:
        """Whose running numbers its certificates take (MG 17.2)."""
        place, day = self.institution, self.first_day
        return NumberSeries(place.province_code, place.code, day.year, day.month, self.level)

    def __str__(self) -> str:
        return f"{self.institution.name} {self.level.title} {category_title(self.category)} {self.first_day}"


def parse_specifications(texts: Sequence[str]) -> list[Specification]:
    """Every class of one rehearsal; BadSpecification also when their certificates could not all be numbered."""
    found = [parse_specification(text) for text in texts]
    people: Counter[NumberSeries] = Counter()
    for one in found:
        people[one.series] += one.headcount
        if people[one.series] > NUMBER_LIMIT:
            month = f"{one.first_day.year}年{one.first_day.month}月"
            raise BadSpecification(
                f"MG 17.2: {one.institution.code} {one.institution.name}{month}的{one.level.title}班共"
                f" {people[one.series]} 人，证书编号的顺序号只有 {NUMBER_LIMIT} 个"
            )
    return found


def parse_specification(text: str) -> Specification:
    """A specification from the command line; BadSpecification says what cannot be."""
    parts = [part.strip() for part in text.replace("：", ":").split(":")]
    if len(parts) != 5:
        raise BadSpecification(f"TR 7: {_said(text)}不是 机构号:级别:专业大类:开班日期:人数 的形式")
    code, level_text, category_text, day_text, headcount_text = parts
    institution = _institution(code)
    level = parse_level(level_text)
    if level is None:
        raise BadSpecification(f"TR 2.5: 没有级别{_said(level_text)}，只有 {'、'.join(Level)}")
    category = parse_category(category_text)
    if category is None:
        raise BadSpecification(f"TR 2.5: 没有专业大类{_said(category_text)}")
    first_day = _day(day_text)
    edition = edition_on(first_day)
    if not _HEADCOUNT.fullmatch(headcount_text):
        raise BadSpecification(f"TR 11.3: 人数{_said(headcount_text)}不是 1 至 {edition.class_size} 的整数")
    headcount = int(headcount_text)
    for breach in kind_breaches(institution.kind, level) + size_breaches(headcount, edition):
        raise BadSpecification(
            f"{breach.article}: {breach.says.rstrip('。')}（{institution.code} {institution.name}，{_said(text)}）"
        )
    return Specification(institution, level, category, first_day, headcount)


def _said(typed: str) -> str:
    """What was typed, in quotation marks, on one line whatever it was."""
    shown = "".join(ch if ch.isprintable() else "�" for ch in typed)
    return f"“{shown[:_QUOTED]}{'…' if len(shown) > _QUOTED else ''}”"


def _institution(code: str) -> Institution:
    """By its three digits, which no two provinces share, or with the province: 009, 13009, 13/009 as the annex says."""
    for one in institutions():
        if code in (one.code, one.province_code + one.code, f"{one.province_code}/{one.code}"):
            return one
    raise BadSpecification(f"MG 附件1: 没有机构号{_said(code)}")


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise BadSpecification(f"TR 7: 开班日期{_said(text)}不是真实的日期（年-月-日）") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BadSpecification(
            f"TR 7: 开班日期{_said(text)}不在可以报送的 {FIRST_YEAR} 至 {LAST_YEAR} 年之间"
        )
    return day
