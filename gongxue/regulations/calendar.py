"""Deadlines: calendar days in Asia/Shanghai, the day itself is still in time.  # reading: AMB-01"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .editions import Edition

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Due:
    """A due day with its derivation in words, so that a page can explain itself."""

    key: str  # opening · recommendation · programme · enrolment · feedback · summary
    title: str
    on: date
    derivation: str
    article: str
    refuses: bool  # True: too late is refused; False: accepted, marked 逾期 and counted

    def late_by(self, day: date) -> int:
        """Whole days past the due day; 0 on the day itself and before."""
        return max(0, (day - self.on).days)


def day_of(moment: datetime) -> date:
    """The Shanghai calendar day of an aware moment. ValueError for a naive one: nobody knows its day."""
    if moment.utcoffset() is None:
        raise ValueError("a moment without a time zone has no day")
    return moment.astimezone(SHANGHAI).date()


def said(day: date) -> str:
    """2023-06-12 -> 2023年6月12日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _before(first_day: date, days: int) -> tuple[date, str]:
    on = first_day - timedelta(days=days)
    return on, f"开班日 {said(first_day)} 前 {days} 天 = {said(on)}（按自然日计，当日仍算按时）"


def opening_due(first_day: date, edition: Edition) -> Due:
    """The last day to file the opening application (TR 8, D-40). Missed: refused, a granted exception opens it."""
    on, derivation = _before(first_day, edition.opening_days)
    return Due("opening", "提出开班申请", on, derivation, "TR 8", refuses=True)


def recommendation_due(first_day: date, edition: Edition) -> Due:
    """The day by which the platform recommends backbone teachers (TR 8, D-35)."""
    on, derivation = _before(first_day, edition.recommendation_days)
    return Due("recommendation", "推荐骨干教师", on, derivation, "TR 8", refuses=False)


def programme_due(first_day: date, edition: Edition) -> Due:
    """The last day to submit the programme (TR 9, D-30)."""
    on, derivation = _before(first_day, edition.programme_days)
    return Due("programme", "报送培训方案", on, derivation, "TR 9", refuses=False)


def enrolment_due(first_day: date, edition: Edition) -> Due:
    """The default closing day of enrolment; no application is taken after it.  # reading: AMB-61"""
    on, derivation = _before(first_day, edition.enrolment_close_days)
    return Due("enrolment", "截止报名", on, derivation, "TR 10", refuses=True)


def feedback_due(last_day: date, edition: Edition) -> Due:
    """The last day of forms 3, 4 and 5 (TR 13): a week after the class ends.

    reading: AMB-14 the printed table merges cells; rows 3 to 5 share 培训班结束后1周内
    reading: AMB-15 seven calendar days after the last day, the seventh included
    """
    on = last_day + timedelta(days=edition.feedback_days)
    derivation = f"培训结束日 {said(last_day)} 后 {edition.feedback_days} 天 = {said(on)}（当日仍算按时）"
    return Due("feedback", "报送成绩单", on, derivation, "TR 13.1", refuses=False)


def summary_due(year: int, edition: Edition) -> Due:
    """The last day of the annual summary, form 6 (TR 13.2): 1 to 10 December.  # reading: AMB-15"""
    first, last = date(year, *edition.summary_from), date(year, *edition.summary_until)
    return Due(
        "summary",
        "提交年度工作总结",
        last,
        f"12月上旬 = {said(first)}至{said(last)}",
        "TR 13.2",
        refuses=False,
    )


def deadlines_of_class(first_day: date, last_day: date, edition: Edition) -> tuple[Due, ...]:
    """Every deadline that a class has from its own dates, in order of time."""
    return (
        opening_due(first_day, edition),
        recommendation_due(first_day, edition),
        programme_due(first_day, edition),
        enrolment_due(first_day, edition),
        feedback_due(last_day, edition),
    )


@dataclass(frozen=True, slots=True, order=True)
class HalfYear:
    """A reporting period: 2023 上半年 is (2023, 1). TR 7: 每半年组织一次培训信息报送."""

    year: int
    half: int

    @property
    def first_day(self) -> date:
        """1 January or 1 July."""
        return date(self.year, 1 if self.half == 1 else 7, 1)

    @property
    def last_day(self) -> date:
        """30 June or 31 December."""
        return date(self.year, 6, 30) if self.half == 1 else date(self.year, 12, 31)

    @property
    def following(self) -> HalfYear:
        """The half-year after it."""
        return HalfYear(self.year, 2) if self.half == 1 else HalfYear(self.year + 1, 1)

    @property
    def title(self) -> str:
        """2023年上半年."""
        return f"{self.year}年{'上' if self.half == 1 else '下'}半年"

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


def half_year_of(day: date) -> HalfYear:
    """The half-year that a day falls into; a class belongs to the half-year of its first day."""
    return HalfYear(day.year, 1 if day.month <= 6 else 2)
