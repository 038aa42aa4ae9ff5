"""A class with an empty seat close to the day, and teachers at hand, for the tests of help from nearby."""

from __future__ import annotations

from datetime import datetime, timedelta

from gongxue.parties.models import PoolMembership
from gongxue.stage2_staffing.actions import rescue_seat, withdraw_invitation
from gongxue.stage2_staffing.models import Invitation
from tests.cast import ClassAt, at

ILL = "突发疾病住院"


def close(c: ClassAt, days: int = 2, hour: int = 9) -> datetime:
    """So many days before the class; below nought while it runs."""
    return at(c.tc.first_day - timedelta(days=days), hour)


def emptied(c: ClassAt, now: datetime, seat: str = "instructor") -> Invitation:
    """The first of a kind of seat falls ill."""
    rows = Invitation.objects.inside(training_class=c.tc, seat=seat, state="accepted")
    held = rows.select_related("person__account", "training_class").order_by("number")[0]
    return withdraw_invitation(invitation=held, reason=ILL, by=c.staff, now=now)


def spare(c: ClassAt, n: int, province: str = "13") -> list[int]:
    """People of the pool who are not of the class, moved to a province."""
    used = Invitation.objects.inside(training_class=c.tc).values("person")
    rows = PoolMembership.objects.unscoped("test").filter(category="01").exclude(person__in=used)
    found = list(rows.order_by("person_id").values_list("person_id", flat=True)[:n])
    PoolMembership.objects.unscoped("test").filter(person__in=found).update(province_code=province)
    return found


def helped(
    c: ClassAt, now: datetime, n: int = 3, hours: int = 4, gone: Invitation | None = None
) -> list[Invitation]:
    """A seat is emptied and so many people of the own province are asked for it."""
    gone = gone or emptied(c, now)
    return rescue_seat(
        training_class=c.tc, seat=gone.seat, number=gone.number, people=spare(c, n), hours=hours, by=c.staff, now=now,
        letter="往返交通由我院安排",
    )  # fmt: skip
