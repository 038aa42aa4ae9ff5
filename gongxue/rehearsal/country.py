"""The demonstration country: classes at every stage, every desk with believable work. All of it is invented.

Built through the same actions as everything else, relative to a day; approvals are invented too, because the list
64号 is not public, and their basis says so.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, F

from gongxue.certificates.actions import issue_key, receive_stock
from gongxue.exchange.models import Message
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.official_forms.actions import begin_draft, save_draft
from gongxue.foundation.official_forms.queries import version_on
from gongxue.parties.models import Person, TrainingApproval
from gongxue.parties.reference import load_reference
from gongxue.regulations.calendar import day_of
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.levels import Level
from gongxue.regulations.official_forms.drafting import editable
from gongxue.regulations.registers import Institution, institutions, provinces
from gongxue.regulations.roles import Duty
from gongxue.rehearsal import plans as calendar
from gongxue.rehearsal.cast import Cast, schools
from gongxue.rehearsal.drive import STAGE_1, Run, drive, drive_together
from gongxue.rehearsal.names import Invention
from gongxue.rehearsal.nation import COUNTRY, FIRST
from gongxue.rehearsal.plans import BUSIEST, Plan
from gongxue.rehearsal.rubrics import publish_rubrics
from gongxue.rehearsal.specification import Specification
from gongxue.rehearsal.timeline import at
from gongxue.rehearsal.twists import IN_CLASS, TWISTS
from gongxue.stage1_planning import actions as planning

PASSWORD = "gongxue-demo-2026"  # noqa: S105 — printed at every start, for invented people only
SEED = 2026
BASIS = "演示数据：获批资格为虚构（64号文件未公开）"
POOL_PER_CATEGORY = 125
BEFORE = timedelta(days=430)  # the platform is older than its first round
SCHOOLS = 4  # of each province
MOST_INVITED = 30  # among whom the teacher with the fullest desk is looked for
READ_AFTER = timedelta(days=5)  # messages are read within so many days

Progress = Callable[[str, int, int], None]


@transaction.atomic
def build(
    now: datetime,
    progress: Progress = lambda words, done, of: None,
    plans: Sequence[Plan] = COUNTRY,
) -> None:
    """Build the country as of a moment, in an empty database: the whole of it or nothing.

    `progress(words, done, of)` is told each class.
    """
    today = day_of(now)
    load_reference(at(today - BEFORE))
    cast = Cast(Invention(SEED), at(today - BEFORE, 11), make_password(PASSWORD))
    _officials(cast)
    _approvals(today, cast, plans)
    employers = schools([one.code for one in provinces()], SCHOOLS)
    pool = cast.backbone(employers, [code for code in CATEGORIES for _ in range(POOL_PER_CATEGORY)])
    _rounds(cast, today, plans)
    publish_rubrics(cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE), today)
    runs = [_run(cast, plan, today, i, employers) for i, plan in enumerate(plans)]
    _ask_for_the_same_teacher(runs, pool[list(CATEGORIES).index(BUSIEST) * POOL_PER_CATEGORY])
    progress("计划报送", 0, len(runs))
    drive_together(runs, now)
    for i, run in enumerate(runs):
        progress(str(run.specification), i, len(runs))
        if run.halt_before not in STAGE_1:
            drive(run, now, after=STAGE_1[-1])
        if plans[i].twist:
            TWISTS[plans[i].twist](run, now)
    _stock(cast, at(today - timedelta(days=200)))
    _keys(cast, at(today - timedelta(days=40)))
    _form_draft(cast, now)
    _read_messages(now)
    _name_the_cast(runs, today)


def _officials(cast: Cast) -> None:
    """Staff with sign-in names that can be guessed from the place: centre, hebei, xingtai …"""
    centre = Organisation.objects.get(kind="centre")
    cast.staff(centre, Duty.CENTRE, "centre")
    cast.staff(centre, Duty.OVERSIGHT, "sinengsi")
    for province in Organisation.objects.filter(kind="province"):
        cast.staff(
            province,
            Duty.PROVINCE,
            "hebei" if province.province_code == "13" else f"p{province.province_code}",
        )
    for place in Organisation.objects.exclude(code=""):
        base = "xingtai" if place.code == "009" else f"i{place.code}"
        cast.staff(place, Duty.INSTITUTION, base)
        cast.staff(place, Duty.COORDINATOR, f"{base}-banwu")
        cast.staff(place, Duty.CERTIFICATE_OFFICER, f"{base}-zhengshu")


def _approvals(today: date, cast: Cast, plans: Sequence[Plan]) -> None:
    """Invented approvals: what the plans need, and the first three categories for everybody else; 051 has none."""
    needed = {(p.code, p.level, p.category) for p in plans if p.level != "G"}
    for one in institutions():
        if one.code == "051":
            continue  # the register shows 待录入 there
        for level in (x for x in Level if x.run_by == one.kind and x != Level.BACKBONE):
            needed |= {(one.code, level.value, c) for c in list(CATEGORIES)[:FIRST]}
    places = {o.code: o for o in Organisation.objects.exclude(code="")}
    centre = cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE)
    begin = date(today.year - 2, 1, 1)
    TrainingApproval.objects.bulk_create(
        TrainingApproval(
            institution=places[code], category=category, level=level, valid_from=begin,
            valid_until=date(today.year + 2, 12, 31), basis=BASIS, registered_at=cast.now, registered_by=centre.account,
        )
        for code, level, category in sorted(needed)
    )  # fmt: skip


def _rounds(cast: Cast, today: date, plans: Sequence[Plan]) -> None:
    centre = cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE)
    for one in calendar.rounds(plans, today):
        planning.open_round(
            year=one.period.year, half=one.period.half, opens_on=one.opens, closes_on=one.closes, by=centre,
            now=at(one.opens, 9),
        )  # fmt: skip


def _run(cast: Cast, plan: Plan, today: date, i: int, employers: list[Organisation]) -> Run:
    place: Institution = next(one for one in institutions() if one.code == plan.code)
    first_day = calendar.first_day(plan, today)
    spec = Specification(place, Level(plan.level), plan.category, first_day, plan.headcount)
    organisation = Organisation.objects.get(code=plan.code)
    near = [e for e in employers if e.province_code == organisation.province_code] or employers
    dice = random.Random(SEED * 100 + i)  # noqa: S311 — repeatable, not secret
    applicants_from = near + employers[i % len(employers) :][:4]
    run = Run(spec, cast, organisation, dice, applicants_from, halt_before=plan.halt)
    run.early = plan.early
    run.office = plan.twist == IN_CLASS
    run.reporting_from = calendar.reporting_from(plan, today)
    run.endorsed_at_once = 0.4
    return run


def _ask_for_the_same_teacher(runs: Sequence[Run], teacher: Role) -> None:
    """One teacher is wanted everywhere, so that one desk shows everything a teacher does."""
    person = Person.objects.unscoped("the demonstration").get(account=teacher.account_id)
    for run in runs:
        if run.specification.category == BUSIEST and run.specification.level != Level.BACKBONE:
            run.preferred = [person.pk]


def _stock(cast: Cast, now: datetime) -> None:
    """Some institutions have received printed sheets."""
    for code in ("011", "018", "040"):
        place = Organisation.objects.get(code=code)
        receive_stock(quantity=200, by=cast.staff(place, Duty.CERTIFICATE_OFFICER), now=now)


def _keys(cast: Cast, now: datetime) -> None:
    """Two employers query certificates by program; nobody has their keys."""
    centre, hebei = (
        Organisation.objects.get(kind="centre"),
        Organisation.objects.get(kind="province", province_code="13"),
    )
    for place, duty, body in (
        (centre, Duty.CENTRE, "某某教育人才服务中心"),
        (hebei, Duty.PROVINCE, "河北某某装备制造有限公司"),
    ):
        issue_key(
            body=body, purpose="教师聘用前核验培训合格证书", expires_on=day_of(now) + timedelta(days=300), per_day=500,
            by=cast.staff(place, duty), now=now,
        )  # fmt: skip


def _form_draft(cast: Cast, now: datetime) -> None:
    """The centre is writing the next version of form 1: one more question, one more hint."""
    centre = cast.staff(Organisation.objects.get(kind="centre"), Duty.CENTRE)
    draft = begin_draft(version=version_on("form1", day_of(now)), by=centre, now=now - timedelta(days=2))
    data = editable(draft.form)
    needs = data["sections"][-1]["items"]
    pickup = {
        "code": "21",
        "label": "是否需要接站，车次及到达时间",
        "kind": "text",
        "help": "不需要的填“否”。",
        "limit": 100,
        "room": 0,
    }
    needs.insert(1, {**needs[0], **pickup, "required": False, "new_page": False})
    item = next(item for item in data["sections"][0]["items"] if item["code"] == "11")
    item["label"], item["help"] = (
        "职业技能水平情况（写明职业、等级和证书编号）",
        "如：电工，高级技师，证书编号。",
    )
    save_draft(draft=draft, definition=data, by=centre, now=now - timedelta(hours=20))


def _read_messages(now: datetime) -> None:
    """People have read what came more than a few days ago."""
    old = Message.objects.unscoped("the demonstration").filter(sent_at__lt=now - READ_AFTER)
    old.update(read_at=F("sent_at"))


# Who signs in -------------------------------------------------------------------------------------------------------


def _name_the_cast(runs: Sequence[Run], today: date) -> None:
    """Give the teacher, trainee and school with the fullest desks names that can be remembered."""
    from gongxue.desks.todos import todos_for

    held = Role.objects.filter(until=None).select_related("account", "organisation").order_by("pk")
    invited = Count("account__person__invitations")
    shown = [
        run for run in runs if run.office
    ] or runs  # whose class office and products are there to be seen
    some_trainees = [role.pk for run in shown for role in (*run.trainees[:2], *run.trainees[-1:])]
    for name, candidates in (
        (
            "gugan",
            held.filter(duty=Duty.BACKBONE)
            .annotate(invited=invited)
            .order_by("-invited", "pk")[:MOST_INVITED],
        ),
        ("canxun", held.filter(duty=Duty.TRAINEE, pk__in=some_trainees)),
        ("xuexiao", held.filter(duty=Duty.SCHOOL)),
    ):
        best = max(candidates, key=lambda role: _fullness(todos_for(role, today)), default=None)
        if best is not None:
            Account.objects.filter(pk=best.account_id).update(sign_in_name=name)


def _fullness(todos: Sequence[object]) -> tuple[int, int]:
    kinds = {getattr(todo, "kind", "") for todo in todos}
    return len(kinds), len(todos)


SIGN_INS: tuple[tuple[str, Duty], ...] = (
    ("centre", Duty.CENTRE), ("sinengsi", Duty.OVERSIGHT), ("hebei", Duty.PROVINCE), ("xingtai", Duty.INSTITUTION),
    ("xingtai-banwu", Duty.COORDINATOR), ("xingtai-zhengshu", Duty.CERTIFICATE_OFFICER), ("gugan", Duty.BACKBONE),
    ("canxun", Duty.TRAINEE), ("xuexiao", Duty.SCHOOL),
)  # fmt: skip


def sign_in_table() -> list[tuple[str, str, str, str]]:
    """(sign-in name, duty, person, organisation) of the demonstration, for the table printed at the start."""
    rows = []
    for name, duty in SIGN_INS:
        role = (
            Role.objects.filter(account__sign_in_name=name, duty=duty, until=None)
            .select_related("account", "organisation")
            .first()
        )
        if role:
            rows.append((name, role.title, role.account.name, role.organisation.name))
    return rows


def is_demonstration() -> bool:
    """Whether this database was built as the demonstration country."""
    return TrainingApproval.objects.filter(basis=BASIS).exists()


def is_empty() -> bool:
    """Whether nobody but the platform itself has an account."""
    return not Account.objects.exclude(sign_in_name="platform").exists()
