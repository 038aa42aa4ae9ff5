"""Reference data every installation begins with: centre, provinces, institutions, form versions, the system role."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from gongxue.foundation.identity.models import Account, Organisation, Role
from gongxue.foundation.identity.vault import new_data_key
from gongxue.foundation.official_forms.queries import load_versions
from gongxue.regulations.registers import institutions, provinces
from gongxue.regulations.roles import Duty, OrganisationKind

CENTRE_NAME = "中国就业培训技术指导中心"
SYSTEM_NAME = "platform"


def load_reference(now: datetime) -> None:
    """Insert what is missing; run at every start, changes nothing that is there."""
    with transaction.atomic():
        load_versions()
        have = set(Organisation.objects.values_list("name", flat=True))
        rows = [Organisation(kind=OrganisationKind.CENTRE, name=CENTRE_NAME)]
        rows += [
            Organisation(
                kind=OrganisationKind.PROVINCE,
                name=f"{p.full_name}人力资源和社会保障{'局' if p.code in ('66', '11', '12', '31', '50') else '厅'}",
                province_code=p.code,
            )
            for p in provinces()
        ]
        rows += [
            Organisation(kind=i.kind.value, name=i.name, province_code=i.province_code, code=i.code)
            for i in institutions()
        ]
        Organisation.objects.bulk_create(row for row in rows if row.name not in have)
        _system_role(now)


def _system_role(now: datetime) -> None:
    if Role.objects.filter(duty=Duty.SYSTEM).exists():
        return
    account = Account(
        name="平台定时任务", sign_in_name=SYSTEM_NAME, created_at=now, must_change_password=False
    )
    account.data_key = new_data_key(str(account.uid))
    account.set_unusable_password()  # nobody signs in as the platform
    account.save()
    centre = Organisation.objects.get(kind=OrganisationKind.CENTRE)
    Role.objects.create(account=account, organisation=centre, duty=Duty.SYSTEM, since=date(2022, 1, 1))
