"""What a recommendation weighs: every weight in points and in words, here and nowhere else. Ours; the texts name wishes
and duties, no weights.

A pair of teacher and seat has its own points; on top of them every job of a year has the points of its place in that
teacher's year (`duty_points`), which fall from job to job, so that work is spread by itself. One point is about fifty
kilometres of travel. The sum over all open classes is made as large as possible.
"""

from __future__ import annotations

from gongxue.regulations.staffing import Seat

UNFILLED = (
    2000  # against, per empty seat: more than all wishes of a pair together, so a seat that can be filled is
)
PREFERRED = (
    400  # first preference of the institution (instructors only, TR 8); 50 less for each further place
)
PREFERRED_STEP = 50
PREFERRED_LEAST = 50  # the last place still counts
DUTY_SHORT = 120  # per teaching job that was missing against the duty of two a year before this one (MG 8.4)
LOAD = 60  # against, per teaching job of the year before this one
EXAMINING_LOAD = (
    20  # against, per examining job of the year before this one: examining is spread too, more lightly
)
SATISFACTION = 80  # per point of three above or below two (MG 8.4)
IDLE_YEAR = 50  # per year since the last job, at most two: nobody should lose standing unasked (MG 9.1)
IDLE_MOST = 2
TRAVEL_KM = 50  # instructors travel: one point against per so many kilometres between the provinces' capitals
ROTATION = 30  # against, when the last job was at this institution: people and institutions change too
# against, for every two instructors of a class who have taught together this year or last, or are to teach together twice:
# who always works with the same colleague learns from one only. Examiners judge alone and do not count.
PARTNERS = 30

MAX_JOBS = 8  # hard: jobs of one teacher in one calendar year, teaching and examining together


def preference_points(place: int) -> int:
    """Points of the preference at a place; the first is 0."""
    return max(PREFERRED_LEAST, PREFERRED - PREFERRED_STEP * place)


def duty_points(seat: Seat, before: int, duty_jobs: int) -> int:
    """Points of one more job for somebody who has had `before` jobs of this kind in the year; falls with `before`."""
    if seat == Seat.EXAMINER:
        return -EXAMINING_LOAD * before
    return DUTY_SHORT * max(0, duty_jobs - before) - LOAD * before
