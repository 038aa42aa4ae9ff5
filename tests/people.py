"""Everybody outside a class; see tests/cast.py."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password

from gongxue.foundation.identity.models import Organisation, Role
from gongxue.parties.actions import register_approval
from gongxue.regulations.roles import Duty
from gongxue.rehearsal.cast import Cast as Players
from gongxue.rehearsal.cast import schools
from gongxue.rehearsal.names import Invention
from gongxue.rehearsal.timeline import at

PASSWORD = "一所学校 2023 correct"
BEGIN = at(date(2022, 3, 1))  # before anything that the classes of the tests do
POOL = {"01": 18, "03": 12}  # backbone teachers per category


@dataclass(frozen=True, slots=True)
class Institution:
    """A training institution and its three duties."""

    organisation: Organisation
    staff: Role
    coordinator: Role
    certificate_officer: Role


@dataclass(frozen=True, slots=True)
class People:
    """Everybody outside a class. The two institutions are in different provinces and of different kinds."""

    centre: Role
    oversight: Role
    hebei: Role  # the province of xingtai
    jiangsu: Role  # the province of changzhou
    beijing: Role
    xingtai: Institution  # 13/009, training base: levels 2 and 3
    changzhou: Institution  # 32/017, faculty development centre: levels 1 and G
    gongmao: Institution  # 11/001, training base
    instructor: (
        Role  # backbone teachers in the pool for 机械类; which of them teaches a class: ClassAt.instructors
    )
    examiner: Role
    expert: Role  # in the pool for 信息类, in no class of 机械类
    trainee: Role  # teacher of `school`'s school in 河北, has not applied anywhere
    school: Role
    stranger: Role  # a teacher of a school in 上海, in nothing
    far_school: Role  # the stranger's school
    system: Role  # the daily run


_INSTITUTIONS = {"xingtai": "009", "changzhou": "017", "gongmao": "001"}


@dataclass(slots=True)
class Made:
    """What is remembered of the people: primary keys, and the players who go on acting."""

    roles: dict[str, int]
    players: Players
    schools: list[int]


def _office(players: Players, place: Organisation) -> dict[str, Role]:
    duties = {
        "staff": Duty.INSTITUTION,
        "coordinator": Duty.COORDINATOR,
        "certificate_officer": Duty.CERTIFICATE_OFFICER,
    }
    return {name: players.staff(place, duty) for name, duty in duties.items()}


def make_people() -> Made:
    """Create everybody, with approvals for the institutions (fills the prepared database `people`)."""
    players = Players(Invention(7), BEGIN, make_password(PASSWORD, hasher="md5"))
    centre = Organisation.objects.get(kind="centre")
    roles = {"centre": players.staff(centre, Duty.CENTRE), "oversight": players.staff(centre, Duty.OVERSIGHT)}
    for name, code in {"hebei": "13", "jiangsu": "32", "beijing": "11"}.items():
        place = Organisation.objects.get(kind="province", province_code=code)
        roles[name] = players.staff(place, Duty.PROVINCE)
    for name, code in _INSTITUTIONS.items():
        place = Organisation.objects.get(code=code)
        roles |= {f"{name}.{duty}": role for duty, role in _office(players, place).items()}
        _approve(place, roles["centre"])
    near, far = schools(["13"], 3), schools(["31"], 3)
    for place in near + far:
        players.staff(place, Duty.SCHOOL)
    roles |= {"school": players.staff(near[0], Duty.SCHOOL), "far_school": players.staff(far[0], Duty.SCHOOL)}
    pool = players.backbone(schools(["44", "51"], 3), [c for c, n in POOL.items() for _ in range(n)])
    roles |= {"instructor": pool[0], "examiner": pool[2], "expert": pool[POOL["01"]]}
    roles["trainee"], roles["stranger"] = players.people([near[0], far[0]], 2, Duty.TRAINEE)
    roles["system"] = Role.objects.get(duty=Duty.SYSTEM)
    return Made({name: role.pk for name, role in roles.items()}, players, [place.pk for place in near + far])


def _approve(place: Organisation, centre: Role) -> None:
    levels = "1" if place.kind == "development_centre" else "23"
    for level in levels:
        for category in POOL:
            register_approval(
                institution=place, category=category, level=level, valid_from=date(2022, 1, 1),
                valid_until=date(2029, 12, 31), basis="测试用获批资格", by=centre, now=BEGIN,
            )  # fmt: skip


def read_people(made: Made) -> People:
    """Everybody, read from the database at hand in one query."""
    rows = Role.objects.select_related("account", "organisation").in_bulk(made.roles.values())
    role: dict[str, Any] = {name: rows[pk] for name, pk in made.roles.items()}
    for name in _INSTITUTIONS:
        office = {
            duty: role.pop(f"{name}.{duty}") for duty in ("staff", "coordinator", "certificate_officer")
        }
        role[name] = Institution(office["staff"].organisation, **office)
    return People(**role)
