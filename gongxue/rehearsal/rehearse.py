"""`gongxue rehearse`: whole classes through all seven stages, at any date, and what came of them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from gongxue.certificates.queries import certificates_of, serials_of
from gongxue.foundation.identity.models import Account, Organisation
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.lifecycle.errors import NotThere, Refusal
from gongxue.parties.actions import register_approval
from gongxue.parties.models import Person, PoolMembership
from gongxue.parties.queries import class_approval_breaches
from gongxue.parties.reference import load_reference
from gongxue.regulations.calendar import half_year_of
from gongxue.regulations.categories import category_title
from gongxue.regulations.levels import Level
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.cast import Cast, schools
from gongxue.rehearsal.drive import Run, drive
from gongxue.rehearsal.names import Invention
from gongxue.rehearsal.specification import Specification
from gongxue.rehearsal.timeline import at, reporting_day
from gongxue.stage1_planning.models import ReportingRound
from gongxue.stage6_assessment.queries import records_of

POOL_PER_CATEGORY = 14


class CannotRehearse(Exception):
    """A rule stands against it in the database at hand; the message is one line, and nothing has been changed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one rehearsed class."""

    run: Run

    def as_data(self) -> dict[str, Any]:
        """JSON-ready: institution, level, category, dates, admitted, barred, failed, certificates in order."""
        spec, tc = self.run.specification, self.run.tc
        records = records_of(tc)
        rows = certificates_of(tc)
        serials = serials_of(rows)
        return {
            "institution_code": spec.institution.code,
            "institution": spec.institution.name,
            "level": spec.level.value,
            "category": category_title(spec.category),
            "first_day": spec.first_day.isoformat(),
            "last_day": spec.last_day.isoformat(),
            "admitted": len(records),
            "barred": sum(r.barred for r in records),
            "failed": sum(not r.qualified and not r.barred for r in records),
            "certificates": [
                {"number": row.number, "serial": serials[row.pk], "name": row.holder} for row in rows
            ],
        }


def rehearse(specifications: list[Specification], seed: int) -> list[Outcome]:
    """Drive every class to its end, one after the other, in the database at hand: all of them or nothing.

    CannotRehearse when the database holds something that a rule sets against it, such as a round with other dates.
    """
    first = min(s.first_day for s in specifications)
    begin = at(reporting_day(first, 0) - timedelta(days=1))
    with transaction.atomic():
        load_reference(begin)
        cast = _cast(seed, begin)
        _ensure_pool(cast, specifications)
        return [_drive(cast, one, seed * 1000 + i) for i, one in enumerate(specifications)]


def _cast(seed: int, begin: datetime) -> Cast:
    """Nobody in it has a name or a number that somebody here has already."""
    known = Person.objects.unscoped("one ID number, one person")
    invention = Invention(seed, lambda number: known.filter(id_number_index=blind_index(number)).exists())
    cast = Cast(invention, begin, taken=set(Account.objects.values_list("sign_in_name", flat=True)))
    cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE)
    return cast


def _drive(cast: Cast, specification: Specification, seed: int) -> Outcome:
    run = _run(cast, specification, seed)
    try:
        _ensure_approval(run, at(reporting_day(specification.first_day, 0)))
        drive(run, at(specification.last_day + timedelta(days=30)))
    except (Refusal, NotThere) as refusal:
        raise CannotRehearse(f"{specification}：{refusal}") from refusal
    return Outcome(run)


def _run(cast: Cast, specification: Specification, seed: int) -> Run:
    institution = Organisation.objects.get(code=specification.institution.code)
    dice = random.Random(seed)  # noqa: S311 — repeatable, not secret
    employers = schools([institution.province_code, "31"], 3)
    run = Run(specification, cast, institution, dice, employers)
    period = half_year_of(specification.first_day)
    rounds = ReportingRound.objects.unscoped("rehearsal").filter(year=period.year, half=period.half)
    run.reporting_from = rounds.values_list("opens_on", flat=True).first()
    return run


def _ensure_pool(cast: Cast, specifications: list[Specification]) -> None:
    """Enough backbone teachers for every category asked; level G takes its experts from the same people."""
    employers = schools(["11", "32", "44", "51"], 3)
    wanted: list[str] = []
    for category in sorted({s.category for s in specifications}):
        have = PoolMembership.objects.unscoped("rehearsal").filter(category=category, active=True).count()
        classes = sum(s.category == category for s in specifications)
        wanted += [category] * max(0, POOL_PER_CATEGORY * classes - have)
    if wanted:
        cast.backbone(employers, wanted)


def _ensure_approval(run: Run, now: datetime) -> None:
    """The named institution is approved for the category asked, within what its kind allows (TR 4)."""
    spec = run.specification
    if spec.level == Level.BACKBONE:
        return
    if not class_approval_breaches(run.institution, spec.level, spec.category, spec.first_day):
        return
    register_approval(
        institution=run.institution, category=spec.category, level=spec.level,
        valid_from=date(spec.first_day.year, 1, 1), valid_until=date(spec.first_day.year + 3, 12, 31),
        basis="演练用获批资格（非真实文件）", by=run.centre, now=now,
    )  # fmt: skip
