"""Registering people, schools, approvals and the pool; booking days; noting qualifications."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from gongxue.foundation.identity.actions import name_breaches, new_account
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.identity.sign_in_names import is_sign_in_name
from gongxue.foundation.identity.vault import blind_index
from gongxue.foundation.lifecycle.acts import action, open_action
from gongxue.foundation.lifecycle.errors import RuleBroken, refuse_if
from gongxue.foundation.pages.typesetter import uncovered
from gongxue.foundation.trail.record import hidden, record
from gongxue.parties.bookings import book as book
from gongxue.parties.bookings import book_lessons as book_lessons
from gongxue.parties.bookings import unbook as unbook
from gongxue.parties.models import (
    Person,
    PoolMembership,
    Qualification,
    SatisfactionSum,
    TrainingApproval,
)
from gongxue.parties.own_entry import clear_away as clear_away
from gongxue.parties.own_entry import consent as consent
from gongxue.parties.own_entry import introduce as introduce
from gongxue.parties.own_entry import mark_away as mark_away
from gongxue.parties.own_entry import set_willing as set_willing
from gongxue.parties.people_import import import_people as import_people
from gongxue.parties.queries import phone_breaches as phone_breaches
from gongxue.parties.reveal import reveal_id_number as reveal_id_number
from gongxue.regulations.approvals import kind_breaches
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.categories import CATEGORIES
from gongxue.regulations.id_numbers import IdNumber, id_number_breaches, parse_id_number
from gongxue.regulations.levels import InstitutionKind, Level
from gongxue.regulations.names import regular_name
from gongxue.regulations.registers import provinces
from gongxue.regulations.roles import EMPLOYERS, Duty, OrganisationKind, Permission

BASIS_LIMIT, NUMBER_LIMIT = 120, 15  # characters


def glyph_breaches(name: str) -> list[Breach]:
    """A name that no font of ours has could not be printed on the certificate: said at entry, not at issue."""
    missing = "、".join(sorted(uncovered(name)))
    if not missing:
        return []
    return [
        Breach(
            "person.glyph",
            "MG 17.1",
            f"姓名中的“{missing}”暂不在字库中，证书无法印制。",
            "请联系部指导中心补充字库后再登记。",
        )
    ]


@dataclass(frozen=True, slots=True)
class Entry:
    """A person as entered: real name, ID number, phone, employer."""

    name: str
    id_number: str
    phone: str
    employer: Organisation

    def breaches(self, today: date) -> list[Breach]:
        """Everything wrong with the entry."""
        found = (
            name_breaches(self.name) + id_number_breaches(self.id_number, today) + phone_breaches(self.phone)
        )
        found += glyph_breaches(self.name)
        if OrganisationKind(self.employer.kind) not in EMPLOYERS:
            found.append(Breach("person.employer", "TR 10", "所填单位不是技工院校。", "请从院校名录中选择。"))
        return found


def new_person(account: Account, entry: Entry, id_number: IdNumber) -> Person:
    """An unsaved person of an account."""
    person = Person(account=account, employer=entry.employer, province_code=entry.employer.province_code)
    person.set_personal(id_number, entry.phone)
    return person


def add_person(account: Account, entry: Entry) -> Person:
    """Attach the personal record to an account; refused when the ID number is already on record.

    Two people with one ID number become a question to the centre, never a silent merge.
    """
    id_number = parse_id_number(entry.id_number)
    if id_number is None:
        raise ValueError("check the entry first")
    known = Person.objects.unscoped("one ID number, one person")
    if known.filter(id_number_index=blind_index(id_number.reveal())).exists():
        raise RuleBroken([_known_breach()])
    person = new_person(account, entry, id_number)
    try:
        with transaction.atomic():
            person.save()
    except IntegrityError as error:
        raise RuleBroken([_known_breach()]) from error
    return person


def correct_person(person: Person, name: str, id_number: IdNumber | None) -> dict[str, Any]:
    """What a decided correction says of a person also stands in their record: name, ID number (None: stays).

    Returns the changes for the trail, the ID number only as a keyed hash. RuleBroken when the number is another
    person's. The caller has locked nothing: the row is locked here.
    """
    row = (
        Person.objects.unscoped("the holder of a certificate")
        .select_for_update(no_key=True)
        .get(pk=person.pk)
    )
    account, changes = row.account, dict[str, Any]()
    if id_number is not None and blind_index(id_number.reveal()) != bytes(row.id_number_index):
        before = row.id_number.reveal()
        row.set_personal(id_number, row.phone)
        if _is_taken(row):
            raise RuleBroken([_taken_breach()])
        row.save(update_fields=["id_number_sealed", "id_number_index", "phone_sealed", "sex"])
        changes["id_number"] = [hidden(before), hidden(id_number.reveal())]
    if name != account.name:
        changes["name"] = [account.name, name]
        account.name = name
        account.save(update_fields=["name"])
    return changes


def _is_taken(row: Person) -> bool:
    others = Person.objects.unscoped("one ID number, one person").exclude(pk=row.pk)
    return others.filter(id_number_index=row.id_number_index).exists()


def _taken_breach() -> Breach:
    return Breach(
        "person.taken",
        "MG 4.7",
        "这个身份证号码登记在另一人名下，没有更正。",
        "请核对证件；确有重复登记的，请联系部指导中心。",
    )


def _known_breach() -> Breach:
    return Breach(
        "person.known",
        "MG 4.7",
        "这些信息与已有记录重复，不能再次注册。",
        "请用已有账号登录；忘记密码请联系部指导中心重置。",
    )


@open_action(Permission.SIGN_UP)
def sign_up(
    *, sign_in_name: str, password: str, name: str, id_number: str, phone: str, employer: Organisation,
    consent: bool, now: datetime,
) -> Role:  # fmt: skip
    """A teacher's own registration with real name and ID number (MG 4.7; AMB-29: trainee accounts arise here)."""
    name = regular_name(name)
    entry = Entry(name, id_number, phone, employer)
    breaches = entry.breaches(day_of(now))
    if not phone:
        breaches.append(
            Breach("person.phone", "TR 附件1", "请填写手机号码。", "手机号码用于培训机构联系，请补填。")
        )
    if not consent:
        breaches.append(
            Breach("person.consent", "MG 25.4", "请阅读并同意个人信息处理说明。", "请勾选同意后再提交。")
        )
    if not is_sign_in_name(sign_in_name):
        breaches.append(
            Breach(
                "account.sign_in_name",
                "MG 25.1",
                "登录名用小写字母、数字、点、横线，3 至 40 位，字母开头。",
                "请重新填写登录名。",
            )
        )
    elif Account.objects.filter(sign_in_name=sign_in_name).exists():
        breaches.append(Breach("account.taken", "MG 25.1", "该登录名已被使用。", "请换一个。"))
    account = Account(name=name, sign_in_name=sign_in_name)
    try:
        validate_password(password, account)
    except ValidationError as error:
        breaches += [
            Breach("password.weak", "MG 25.1", says, "请换一个密码，可以是一句容易记住的话。")
            for says in error.messages
        ]
    refuse_if(breaches)
    account = new_account(name, now, sign_in_name)
    account.set_password(password)
    account.must_change_password = False
    account.save()
    person = add_person(account, entry)
    person.consented_at = now
    person.save(update_fields=["consented_at"])
    role = Role.objects.create(account=account, organisation=employer, duty=Duty.TRAINEE, since=day_of(now))
    record(Permission.SIGN_UP, by=role, now=now, about=account)
    return role


@action(Permission.REGISTER_SCHOOL)
def register_school(*, name: str, province_code: str, by: Role, now: datetime) -> Organisation:
    """Add a technician college to the register of schools."""
    breaches = []
    if not 2 <= len(name.strip()) <= 80:
        breaches.append(Breach("school.name", "MG 24", "院校名称应为 2 至 80 个字。", "请填写院校全称。"))
    if province_code not in {p.code for p in provinces()}:
        breaches.append(Breach("school.province", "MG 24", "没有这个行政区划代码。", "请从列表中选择省份。"))
    if Organisation.objects.filter(name=name.strip()).exists():
        breaches.append(Breach("school.known", "MG 24", "名录中已有同名单位。", "请核对后再登记。"))
    refuse_if(breaches)
    school = Organisation.objects.create(
        kind=OrganisationKind.SCHOOL, name=name.strip(), province_code=province_code
    )
    record(Permission.REGISTER_SCHOOL, by=by, now=now, about=school)
    return school


@action(Permission.REGISTER_APPROVAL)
def register_approval(
    *, institution: Organisation, category: str, level: str, valid_from: date, valid_until: date, basis: str,
    by: Role, now: datetime,
) -> TrainingApproval:  # fmt: skip
    """Enter an approval with its dates and its basis; renewals are further entries (TR 4, AMB-60)."""
    breaches = []
    if not institution.is_institution:
        raise RuleBroken(
            [
                Breach(
                    "approval.place", "TR 4", f"{institution.name}不是培训机构。", "请从培训机构名录中选择。"
                )
            ]
        )
    if level not in list(Level) or level == Level.BACKBONE:
        breaches.append(
            Breach(
                "approval.level", "TR 4", "获批资格只登记一、二、三级。", "骨干教师培训只需师资研修中心资格。"
            )
        )
    else:
        breaches += kind_breaches(InstitutionKind(institution.kind), Level(level))
    if category not in CATEGORIES:
        breaches.append(
            Breach("approval.category", "TR 2.5", "没有这个专业大类。", "请从八个专业大类中选择。")
        )
    if valid_until < valid_from:
        breaches.append(Breach("approval.dates", "TR 4", "有效期的止日早于起日。", "请更正起止日期。"))
    if not 1 <= len(basis.strip()) <= BASIS_LIMIT:
        breaches.append(
            Breach(
                "approval.basis",
                "TR 4",
                f"请写明批准文件，不超过 {BASIS_LIMIT} 字。",
                "请填写文件名称和文号。",
            )
        )
    twin = TrainingApproval.objects.filter(
        institution=institution, category=category, level=level, valid_from=valid_from
    )
    if not breaches and twin.exists():
        breaches.append(
            Breach("approval.known", "TR 4", "同一起日的获批资格已经登记。", "续批请填新的起日。")
        )
    refuse_if(breaches)
    approval = TrainingApproval.objects.create(
        institution=institution, category=category, level=level, valid_from=valid_from, valid_until=valid_until,
        basis=basis.strip(), registered_by=by.account, registered_at=now,
    )  # fmt: skip
    record(Permission.REGISTER_APPROVAL, by=by, now=now, about=approval)
    return approval


@action(Permission.REGISTER_BACKBONE)
def register_backbone(
    *,
    person: Person,
    category: str,
    by: Role,
    now: datetime,
    levels: str = "123",
    certificate_number: str = "",
) -> PoolMembership:
    """Enter a teacher into the pool for a category (MG 9.1) and give them the backbone role."""
    breaches = []
    if category not in CATEGORIES:
        breaches.append(Breach("pool.category", "TR 2.5", "没有这个专业大类。", "请从八个专业大类中选择。"))
    if not levels or set(levels) - set("123"):
        breaches.append(
            Breach("pool.levels", "MG 6", "可承担级别只有一、二、三级。", "请从一、二、三级中选择，可多选。")
        )
    if len(certificate_number) > NUMBER_LIMIT:
        says = f"骨干教师证书编号不超过 {NUMBER_LIMIT} 位。"
        breaches.append(Breach("pool.number", "MG 17.2", says, "请按证书填写；没有编号的可不填。"))
    if PoolMembership.objects.unscoped("one entry").filter(person=person, category=category).exists():
        breaches.append(
            Breach(
                "pool.known",
                "MG 9",
                f"{person.name}已在该专业大类的骨干教师库中。",
                "请在骨干教师库中查看该教师。",
            )
        )
    refuse_if(breaches)
    member = PoolMembership.objects.create(
        person=person, category=category, levels="".join(sorted(set(levels))), registered_on=day_of(now),
        certificate_number=certificate_number, province_code=person.province_code,
    )  # fmt: skip
    Role.objects.get_or_create(
        account=person.account, organisation=person.employer, duty=Duty.BACKBONE, until=None,
        defaults={"since": day_of(now)},
    )  # fmt: skip
    record(Permission.REGISTER_BACKBONE, by=by, now=now, about=member)
    return member


def note_satisfaction(rows: Collection[SatisfactionSum]) -> None:
    """Write what trainees gave their teachers; called when a class's sheets are released, under the class's lock.

    rows: of one class, without `group`; each must hold at least a group of answers.
    """
    for reference in {row.reference for row in rows}:
        written = SatisfactionSum.objects.unscoped("the groups of one class").filter(reference=reference)
        last = written.aggregate(last=Max("group"))["last"] or 0
        for row in rows:
            if row.reference == reference:
                row.group = last + 1
    SatisfactionSum.objects.bulk_create(rows)


def note_qualifications(rows: Iterable[Qualification]) -> None:
    """Write that certificates are held; called when they are issued."""
    Qualification.objects.bulk_create(rows)


def end_qualification(certificate_number: str, on: date) -> None:
    """A certificate holds no longer from a day on: revoked, void, or corrected by another one."""
    Qualification.objects.unscoped("an act on its certificate").filter(
        certificate_number=certificate_number
    ).update(ended_on=on)
