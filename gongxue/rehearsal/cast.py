"""The people of a rehearsal or of the demonstration country, created in bulk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from gongxue.foundation.identity.actions import new_account
from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.parties.actions import Entry, new_person
from gongxue.parties.models import Person, PoolMembership
from gongxue.regulations.id_numbers import parse_id_number
from gongxue.regulations.registers import province_name
from gongxue.regulations.roles import Duty, OrganisationKind
from gongxue.rehearsal.names import Invention

_SCHOOL_KINDS = ("技师学院", "高级技工学校", "工业技师学院", "商贸技师学院", "交通技师学院", "机电技师学院")
LONG_AGO = date(2022, 1, 1)


@dataclass(slots=True)
class Cast:
    """Who plays. `password_hash` is shared by a demonstration; empty: nobody can sign in."""

    invention: Invention
    now: datetime
    password_hash: str = ""
    taken: set[str] = field(default_factory=set)
    _roles: dict[tuple[int, str], Role] = field(default_factory=dict)

    def _account(self, name: str, sign_in_name: str = "") -> Account:
        account = new_account(name, self.now, sign_in_name, taken=None if sign_in_name else self.taken)
        account.must_change_password = False
        account.password = self.password_hash or "!"
        return account

    def staff(self, organisation: Organisation, duty: Duty, sign_in_name: str = "") -> Role:
        """The first holder of a duty in an organisation, created when there is none."""
        key = (organisation.pk, duty.value)
        if key not in self._roles:
            held = Role.objects.filter(organisation=organisation, duty=duty, until=None)
            role = held.select_related("account", "organisation").first()
            self._roles[key] = role or self._new_staff(organisation, duty, sign_in_name)
        return self._roles[key]

    def _new_staff(self, organisation: Organisation, duty: Duty, sign_in_name: str) -> Role:
        account = self._account(self.invention.name(), sign_in_name)
        account.save()
        return Role.objects.create(account=account, organisation=organisation, duty=duty, since=LONG_AGO)

    def people(self, employers: Sequence[Organisation], number: int, duty: Duty) -> list[Role]:
        """So many teachers with personal records, spread over employers, each with one role."""
        accounts = [self._account(self.invention.name()) for _ in range(number)]
        Account.objects.bulk_create(accounts, batch_size=500)
        people = []
        for i, account in enumerate(accounts):
            number_ = parse_id_number(self.invention.id_number())
            entry = Entry(account.name, "", self.invention.phone(), employers[i % len(employers)])
            if number_ is None:
                raise ValueError("an invented ID number must be valid")
            person = new_person(account, entry, number_)
            person.consented_at = self.now
            people.append(person)
        Person.objects.bulk_create(people, batch_size=500)
        return Role.objects.bulk_create(
            [Role(account=p.account, organisation=p.employer, duty=duty, since=LONG_AGO) for p in people],
            batch_size=500,
        )

    def backbone(self, employers: Sequence[Organisation], categories: Sequence[str]) -> list[Role]:
        """One backbone teacher per entry of `categories`, in the pool and free."""
        roles = self.people(employers, len(categories), Duty.BACKBONE)
        people = {
            p.account_id: p
            for p in Person.objects.unscoped("cast").filter(account__in=[r.account_id for r in roles])
        }
        PoolMembership.objects.bulk_create(
            PoolMembership(
                person=people[role.account_id], category=category, registered_on=LONG_AGO,
                province_code=people[role.account_id].province_code,
            )
            for role, category in zip(roles, categories, strict=True)
        )  # fmt: skip
        return roles


def schools(province_codes: Sequence[str], each: int) -> list[Organisation]:
    """Invented technician colleges, so many per province; existing ones are kept."""
    wanted = []
    for code in province_codes:
        for i in range(each):
            name = f"{province_name(code)}第{'一二三四五六七八九十'[i // len(_SCHOOL_KINDS)]}{_SCHOOL_KINDS[i % len(_SCHOOL_KINDS)]}"
            wanted.append(Organisation(kind=OrganisationKind.SCHOOL, name=name, province_code=code))
    have = set(Organisation.objects.filter(kind=OrganisationKind.SCHOOL).values_list("name", flat=True))
    Organisation.objects.bulk_create(row for row in wanted if row.name not in have)
    return list(
        Organisation.objects.filter(kind=OrganisationKind.SCHOOL, province_code__in=province_codes).order_by(
            "pk"
        )
    )
