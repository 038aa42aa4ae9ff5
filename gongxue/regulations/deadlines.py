"""One clock for every deadline: which day it is due now, why, and what slips if it slips. Shanghai days throughout.

A due day begins with its anchor (`calendar.py`). It moves in two ways only: the clock stands on the days on which the
file is back for correction (`Stop`, where the row of `deadline_table.py` says so), and somebody with a name extends it
(`Grant`). Neither makes a day earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from .calendar import Due, deadlines_of_class, said
from .deadline_table import RULES
from .editions import Edition

SUBMITTED, RETURNED, DECIDED = "submitted", "returned", "decided"


@dataclass(frozen=True, slots=True)
class Moment:
    """What happened to a file on a day: it was handed in, given back, or decided."""

    day: date
    what: str


@dataclass(frozen=True, slots=True)
class Stop:
    """The file was given back on `since` and handed in again on `until`; None: it is still back."""

    since: date
    until: date | None = None

    def days(self, today: date) -> int:
        """Days that do not count: those at whose end the file was back; none when it came again the same day."""
        return max(0, ((self.until or today) - self.since).days)


@dataclass(frozen=True, slots=True)
class Grant:
    """An extension with its grantor (AMB-01)."""

    until: date
    by: str
    on: date

    def __str__(self) -> str:
        return f"{self.by}于{said(self.on)}已准予延期至{said(self.until)}"


@dataclass(frozen=True, slots=True)
class Reckoned:
    """A deadline as it stands today."""

    due: Due
    stopped: int = 0  # days on which the clock stood
    standing: bool = False  # it stands now; `due` is the day it would be if the file came back today
    left: int = 0  # while it stands: days that are left once the file comes back
    grant: Grant | None = None  # the extension that moved it

    @property
    def extended(self) -> bool:
        """Whether an extension moved it."""
        return self.grant is not None


def first_handed_in(moments: Iterable[Moment]) -> date | None:
    """The day that decides whether a file came in time, however often it went back afterwards."""
    return min((m.day for m in moments if m.what == SUBMITTED), default=None)


def last_returned(moments: Iterable[Moment]) -> date | None:
    """The day on which the file went back while it has not come again, else None."""
    back: date | None = None
    for moment in moments:
        back = moment.day if moment.what == RETURNED else None
    return back


def latest_round(moments: Iterable[Moment]) -> tuple[Moment, ...]:
    """The last way of a file to its decision: what came after a decision is another round with a clock of its own."""
    found: list[Moment] = []
    for moment in moments:
        found = [moment] if found and found[-1].what == DECIDED else [*found, moment]
    return tuple(found)


def stops_of(moments: Iterable[Moment]) -> tuple[Stop, ...]:
    """The times for which a file was back, from its history in order of time."""
    stops: list[Stop] = []
    for moment in moments:
        standing = bool(stops) and stops[-1].until is None
        if moment.what == RETURNED and not standing:
            stops.append(Stop(moment.day))
        elif moment.what != RETURNED and standing:
            stops[-1] = replace(stops[-1], until=moment.day)
    return tuple(stops)


def reckon(
    due: Due,
    today: date,
    stops: Iterable[Stop] = (),
    grants: Iterable[Grant] = (),
    no_later: date | None = None,
) -> Reckoned:
    """The deadline as it stands: its own day, then the days the clock stood, then the furthest extension.

    no_later: an extension never reaches beyond this day (the eve of a class that was moved forward since).
    The sentence of the due day grows with each step, so that the page can show the arithmetic.
    """
    held = tuple(stops) if RULES[due.key].stops else ()
    stopped = sum(stop.days(today) for stop in held)
    standing = bool(held) and held[-1].until is None
    left = 0
    if standing:
        before = sum(stop.days(today) for stop in held[:-1])
        left = max(0, (due.on + timedelta(days=before) - held[-1].since).days)
    if held:
        on = due.on + timedelta(days=stopped)
        due = replace(
            due, on=on, derivation=f"{due.derivation}；{_stop_words(held, today, left)} → {said(on)}"
        )
    grant = max(grants, key=lambda g: g.until, default=None)
    if grant is not None and no_later is not None and grant.until > no_later:
        grant = replace(grant, until=no_later)
    if grant is None or grant.until <= due.on:
        return Reckoned(due, stopped, standing, left)
    due = replace(due, on=grant.until, derivation=f"{due.derivation}；{grant}")
    return Reckoned(due, stopped, standing, left, grant)


def _stop_words(stops: tuple[Stop, ...], today: date, left: int) -> str:
    """退回修改停钟 4 天（5月12日至5月16日）."""
    spans = "、".join(
        f"{said(s.since)}至{said(s.until)}" if s.until else f"{said(s.since)}起，现仍停钟，重报后余 {left} 天"
        for s in stops
    )
    return f"退回修改停钟 {sum(s.days(today) for s in stops)} 天（{spans}）"


# The rows whose day does not follow from the class's own dates ------------------------------------------------------


def _after(anchor: str, day: date, days: int, key: str) -> Due:
    rule = RULES[key]
    on = day + timedelta(days=days)
    derivation = f"{anchor} {said(day)} 后 {days} 天 = {said(on)}（平台设定，当日仍算按时）"
    return Due(key, rule.title, on, derivation, rule.article, rule.refuses)


def _named(key: str, on: date, derivation: str) -> Due:
    rule = RULES[key]
    return Due(key, rule.title, on, derivation, rule.article, rule.refuses)


def lines_due(closes_on: date) -> Due:
    """The last day on which institutions report lines to a round (TR 7); the centre names it."""
    return _named("report_lines", closes_on, f"部指导中心设定的报送截止日 {said(closes_on)}（当日仍可报送）")


def province_due(closes_on: date, edition: Edition) -> Due:
    """The day by which a province has reviewed and reported (TR 7). ours: the text names none."""
    return _after("报送截止日", closes_on, edition.report_days, "report_province")


def review_due(submitted_on: date, edition: Edition) -> Due:
    """The day by which a province answers a programme (TR 9). ours: the text names none."""
    return _after("首次报送日", submitted_on, edition.review_days, "review")


def correction_due(returned_on: date, edition: Edition) -> Due:
    """The day by which a returned programme comes again (TR 9). ours: the text names none."""
    return _after("退回日", returned_on, edition.correction_days, "correction")


def answer_due(answer_by: date) -> Due:
    """The day until which an invitation may be answered (TR 8); the letter names it."""
    return _named("answer", answer_by, f"邀请函写明的答复日 {said(answer_by)}（当日仍可答复）")


def approval_due(valid_until: date) -> Due:
    """The last day of an approval; a class that begins later is refused until it is renewed.  # reading: AMB-60"""
    return _named("approval", valid_until, f"获批期限至 {said(valid_until)}（当日开班仍可）")


def second_due(key: str, on: date) -> Due:
    """The day that the institution named for a resubmission or a retake (TR 12).  # reading: AMB-79"""
    return _named(key, on, f"培训机构设定的日期 {said(on)}（当日仍可；不晚于成绩单报送日）")


def enrolment_closes(closes_on: date) -> Due:
    """The end of enrolment once the notice names it: before the class, as the institution chose.  # reading: AMB-61"""
    return _named("enrolment", closes_on, f"招生通知写明的报名截止日 {said(closes_on)}（当日仍可报名）")


# What slips -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Timetable:
    """What a class's deadlines hang on."""

    first_day: date
    last_day: date
    edition: Edition
    closes_on: date | None = None  # the end of enrolment that the notice names

    @property
    def dues(self) -> dict[str, Due]:
        """The class's own deadlines by key; the notice's day stands for the end of enrolment."""
        found = {due.key: due for due in deadlines_of_class(self.first_day, self.last_day, self.edition)}
        if self.closes_on is not None:
            found["enrolment"] = enrolment_closes(self.closes_on)
        return found

    @property
    def eve(self) -> date:
        """The day before the class."""
        return self.first_day - timedelta(days=1)


# deadline → (what comes next, the deadline that ends it)
_NEXT = {
    "opening": ("推荐、邀请骨干教师和编写方案", "programme"),
    "recommendation": ("邀请答复和编写方案", "programme"),
    "programme": ("审核和招生", "enrolment"),
    "review": ("招生", "enrolment"),
    "correction": ("审核和招生", "enrolment"),
}


def consequence(due: Due, on: date, timetable: Timetable | None = None) -> str:
    """What slips when this is done on a day, in dates: 按期则招生有 23 天（…）；推迟到 … 只剩 16 天.

    on: the day it was done, or today while it is open. Before the due day the sentence says only what hangs on it.
    """
    if timetable is None or due.key not in (*_NEXT, "enrolment", "feedback"):
        return RULES[due.key].slips
    if due.key == "feedback":
        late = due.late_by(on)
        return f"证书核发和结班已推迟 {late} 天。" if late else RULES["feedback"].slips
    if due.key == "enrolment":
        return f"截止后到开班前，审核录取有 {(timetable.eve - due.on).days} 天（至{said(timetable.eve)}）。"
    what, end = _NEXT[due.key]
    until = timetable.dues[end].on
    planned, left = (until - due.on).days, (until - on).days
    words = f"按期则{what}有 {max(planned, 0)} 天（{said(due.on)}至{said(until)}）"
    if due.late_by(on) == 0:
        return f"{words}，每晚 1 天少 1 天。"
    return f"{words}；推迟到{said(on)}，{f'只剩 {left} 天' if left > 0 else '已没有时间'}。"


def consequence_of_report(on: date, edition: Edition) -> str:
    """Which classes come too late when a province reports on a day: those that begin within D-40 of it (TR 8)."""
    first = on + timedelta(days=edition.opening_days)
    return f"{said(on)}上报并发布，{said(first)}之前开班的班次来不及按期提出开班申请。"
