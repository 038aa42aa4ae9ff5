"""The points of one teacher for one kind of seat, each with its words."""

from __future__ import annotations

from gongxue.regulations.geography import distance_km
from gongxue.regulations.registers import province_name
from gongxue.regulations.staffing import Candidate, Demand, Seat
from gongxue.stage2_staffing.optimisation import weights as w

Part = tuple[int, str]


def pair_parts(candidate: Candidate, demand: Demand, seat: Seat, duty_satisfaction: float) -> list[Part]:
    """What counts for or against a pair whatever else somebody does; only what counts at all."""
    parts: list[Part] = []
    if seat == Seat.INSTRUCTOR and candidate.person in demand.preferred:
        place = demand.preferred.index(candidate.person)
        parts.append((w.preference_points(place), f"培训机构第 {place + 1} 选择倾向"))
    if candidate.satisfaction is not None:
        points = round(w.SATISFACTION * (candidate.satisfaction - duty_satisfaction))
        parts.append((points, f"年度满意度 {candidate.satisfaction:.2f}（满分 3）"))
    if candidate.last_job_on is None:
        parts.append((w.IDLE_YEAR, "入库后尚未承担任务"))
    elif idle := min(w.IDLE_MOST, max(0, (demand.first_day - candidate.last_job_on).days // 365)):
        parts.append((w.IDLE_YEAR * idle, f"距上次任务已满 {idle} 年"))
    if candidate.last_institution is not None and candidate.last_institution == demand.institution:
        parts.append((-w.ROTATION, "上一次任务也在本机构，宜轮换"))
    if seat == Seat.INSTRUCTOR:
        parts += _travel(candidate, demand)
    return parts


def partner_parts(again: int) -> list[Part]:
    """What counts against somebody who has taught with so many of a class's other instructors lately."""
    who = "本班另一位授课教师" if again == 1 else f"本班另外 {again} 位授课教师"
    return [(-w.PARTNERS * again, f"近两年曾与{who}搭档，宜轮换")] if again else []


def _travel(candidate: Candidate, demand: Demand) -> list[Part]:
    km = distance_km(candidate.province, demand.province)
    points = -(km // w.TRAVEL_KM)
    if points:
        return [(points, f"路途约 {km} 公里（{province_name(candidate.province)}）")]
    return [(0, "与培训机构同省，路途近")] if candidate.province == demand.province else []


def pair_points(candidate: Candidate, demand: Demand, seat: Seat, duty_satisfaction: float) -> int:
    """The sum."""
    return sum(points for points, _ in pair_parts(candidate, demand, seat, duty_satisfaction))


def duty_parts(candidate: Candidate, seat: Seat, duty_jobs: int, planned: int = 0) -> list[Part]:
    """What one more job counts in somebody's year. planned: jobs of the kind proposed before this one."""
    done = candidate.jobs_this_year if seat == Seat.INSTRUCTOR else candidate.examined_this_year
    before = done + planned
    also = f"、另拟推荐 {planned} 次" if planned else ""
    if seat == Seat.EXAMINER:
        return [(-w.EXAMINING_LOAD * before, f"本年度已承担考核 {done} 次{also}")] if before else []
    parts = []
    if short := max(0, duty_jobs - before):
        parts.append(
            (w.DUTY_SHORT * short, f"本年度已承担授课 {done} 次{also}，距 {duty_jobs} 次还差 {short} 次")
        )
    if before:
        parts.append((-w.LOAD * before, f"本年度已承担授课 {done} 次{also}"))
    return parts
