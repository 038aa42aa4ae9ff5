"""Generated national instances of the recommendation: the same number gives the same country."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import date, timedelta

from gongxue.regulations.levels import Level
from gongxue.regulations.registers import provinces
from gongxue.regulations.staffing import Demand
from gongxue.stage2_staffing.optimisation.model import OpenClass, Problem, Teacher

CATEGORIES = [f"{n:02d}" for n in range(1, 9)]
YEAR = date(2026, 1, 5)
DAYS = 330


def country(classes: int, teachers: int, seed: int = 1) -> Problem:
    """So many open classes in one year and so many backbone teachers, with busy days, ledgers and preferences."""
    dice = random.Random(seed)
    codes = [p.code for p in provinces()]
    hosts = [(n, dice.choice(codes)) for n in range(1, min(300, max(51, classes // 4)) + 1)]
    pool = tuple(_teacher(dice, person, hosts) for person in range(1, teachers + 1))
    open_ = tuple(_class(dice, number, hosts, pool) for number in range(1, classes + 1))
    return Problem(open_, pool, met=_met(dice, pool))


def _met(dice: random.Random, pool: tuple[Teacher, ...]) -> frozenset[tuple[int, int]]:
    """Three former partners for each, of a category of their own."""
    able: dict[str, list[int]] = defaultdict(list)
    for teacher in pool:
        for category in {category for category, _ in teacher.skills}:
            able[category].append(teacher.person)
    pairs = set()
    for teacher in pool:
        category = min(teacher.skills)[0]
        for other in dice.sample(able[category], min(3, len(able[category]))):
            if other != teacher.person:
                pairs.add((min(teacher.person, other), max(teacher.person, other)))
    return frozenset(pairs)


def _teacher(dice: random.Random, person: int, hosts: list[tuple[int, str]]) -> Teacher:
    employer, province = dice.choice(hosts)
    best = dice.choice([1, 2, 2, 3, 3])  # 三级 only, up to 二级, all three
    levels = (Level.THREE, Level.TWO, Level.ONE)[:best]
    skills = frozenset(
        (c, level) for c in dice.sample(CATEGORIES, dice.choice([1, 2, 2, 3])) for level in levels
    )
    busy: set[date] = set()
    for _ in range(dice.randrange(5)):
        first = YEAR + timedelta(days=dice.randrange(DAYS))
        busy |= {first + timedelta(days=n) for n in range(dice.randrange(3, 20))}
    last = YEAR - timedelta(days=dice.randrange(20, 900)) if dice.random() < 0.8 else None
    return Teacher(
        person=person, name=f"教师{person}", province=province, employer=employer, skills=skills,
        jobs=((YEAR.year, dice.choice([0, 0, 0, 1]), dice.choice([0, 0, 1])),),
        satisfaction=round(dice.uniform(1.8, 3), 2) if dice.random() < 0.7 else None,
        last_job_on=last, last_institution=dice.choice(hosts)[0] if last else None, busy=frozenset(busy),
    )  # fmt: skip


def _class(
    dice: random.Random, number: int, hosts: list[tuple[int, str]], pool: tuple[Teacher, ...]
) -> OpenClass:
    host, province = dice.choice(hosts)
    level = dice.choice([Level.THREE, Level.THREE, Level.THREE, Level.TWO, Level.TWO, Level.ONE])
    length = {Level.ONE: 8, Level.TWO: 9, Level.THREE: 7}[level]  # TR 11.2
    first = YEAR + timedelta(days=dice.randrange(DAYS - length))
    preferred = tuple(t.person for t in dice.sample(pool, min(len(pool), dice.randrange(6))))
    demand = Demand(
        level, dice.choice(CATEGORIES), first, first + timedelta(days=length - 1), host, province, preferred
    )
    return OpenClass(number, demand, instructors=2, examiners=3)
