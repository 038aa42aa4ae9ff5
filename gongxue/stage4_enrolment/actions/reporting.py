"""Teachers reported for classes: accounts for whoever has none, and a draft of form 1 for each (TR 10, AMB-29)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import IntegrityError, transaction

from gongxue.foundation.identity.actions import Handed, give_initial_secret, new_account
from gongxue.foundation.identity.models import Account, Role
from gongxue.foundation.lifecycle.acts import action
from gongxue.foundation.lifecycle.errors import Conflict, RuleBroken
from gongxue.foundation.official_forms.keeping import begin_answer
from gongxue.foundation.official_forms.models import Answer
from gongxue.foundation.official_forms.queries import version_on
from gongxue.foundation.trail.record import record
from gongxue.parties.kept_workbooks import handed_with
from gongxue.parties.models import Person
from gongxue.regulations.breaches import Breach
from gongxue.regulations.calendar import day_of
from gongxue.regulations.roles import Duty, Permission
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage4_enrolment import notices
from gongxue.stage4_enrolment.models import Application
from gongxue.stage4_enrolment.queries.reused import offered_answers
from gongxue.stage4_enrolment.report_checks import Checked, check_rows
from gongxue.stage4_enrolment.report_sheet import ROWS, ReportRow

BREACHES_SAID = 50
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Reported:
    """What a report has done."""

    handed: list[Handed]  # the new accounts, each with its initial password
    applications: list[int]
    classes: list[int]


@action(Permission.REPORT_APPLICANTS)
def report_applicants(
    *, rows: Sequence[ReportRow], by: Role, now: datetime, training_class: TrainingClass | None = None
) -> Reported:
    """A draft of form 1 for every teacher of the list, or for none of them; accounts for those who have none.

    training_class: of rows that name none. What the list says of form 1 stands in a new draft; the teacher completes
    and submits it, a draft that is there already stays as it is. RuleBroken names what is wrong row by row, also what
    another act did in the meantime. Rows that say what the books say do nothing.
    """
    checked = check_rows(rows, by, day_of(now), training_class)
    found = [replace(b, says=f"第 {c.at} 行：{b.says}") for c in checked for b in c.breaches]
    if len(rows) > ROWS:
        found = [Breach("report.many", "TR 10", f"一次最多 {ROWS:,} 人。", "请分几次报送。")]
    if found or not rows:
        empty = Breach("report.empty", "TR 10", "没有可以报送的教师。", "请先上传名单并核对。")
        raise RuleBroken(found[:BREACHES_SAID] or [empty])
    work = [c for c in checked if not c.same]
    try:
        with transaction.atomic():
            reported = _write(work, by, now)
    except IntegrityError as error:
        says = "报送时其中有人刚刚在别处登记或报名，一个也没有报送。"
        raise Conflict([Breach("report.raced", "TR 10", says, "请重新核对后再报送。")]) from error
    classes = Counter(c.training_class.pk for c in work if c.training_class)
    record(
        Permission.REPORT_APPLICANTS, by=by, now=now, about=by.organisation,
        changes={"accounts": [None, len(reported.handed)], "reported": [None, dict(classes)]}, classes=classes,
    )  # fmt: skip
    _tell(work, now)
    return reported


def _write(work: Sequence[Checked], by: Role, now: datetime) -> Reported:
    known = {c.person.pk for c in work if c.person}
    handed = _new_people(work, now)
    _give_roles(work, now)
    made = _new_drafts([c for c in work if c.application is None], known, by, now)
    begun = [c.application.pk for c in work if c.application is not None]
    for start in range(0, len(begun), 500):
        rows = Application.objects.unscoped("named by its teacher's employer").filter(
            pk__in=begun[start : start + 500]
        )
        rows.update(reported_by=by.organisation, reported_at=now)
    classes = sorted({c.training_class.pk for c in work if c.training_class})
    return Reported(handed, [*made, *begun], classes)


def _new_people(work: Sequence[Checked], now: datetime) -> list[Handed]:
    """Accounts with their own keys and initial passwords for whoever is not known; the rows learn who they are."""
    first: dict[bytes, Checked] = {}
    for checked in work:
        if checked.person is None:
            first.setdefault(checked.index, checked)
    taken = set(Account.objects.values_list("sign_in_name", flat=True)) if first else set()
    accounts = [new_account(c.row.name, now, taken=taken) for c in first.values()]
    secrets = [give_initial_secret(account, now) for account in accounts]
    Account.objects.bulk_create(accounts, batch_size=_BATCH)
    people = {}
    for (index, checked), account in zip(first.items(), accounts, strict=True):
        place, number = checked.employer, checked.id_number
        assert place is not None
        assert number is not None
        person = Person(account=account, employer=place, province_code=place.province_code)
        person.set_personal(number, checked.row.phone)
        people[index] = person
    Person.objects.bulk_create(people.values(), batch_size=_BATCH)
    for checked in work:
        checked.person = checked.person or people[checked.index]
    return handed_with(accounts, secrets)


def _give_roles(work: Sequence[Checked], now: datetime) -> None:
    """Whoever applies is a trainee at their employer."""
    people = {c.person.account_id: c.person for c in work if c.person}
    keys = list(people)
    held: set[int] = set()
    for start in range(0, len(keys), 500):
        rows = Role.objects.filter(account__in=keys[start : start + 500], duty=Duty.TRAINEE, until=None)
        held |= set(rows.values_list("account_id", flat=True))
    Role.objects.bulk_create(
        (
            Role(account_id=pk, organisation_id=person.employer_id, duty=Duty.TRAINEE, since=day_of(now))
            for pk, person in people.items()
            if pk not in held
        ),
        batch_size=_BATCH,
    )


def _new_drafts(work: Sequence[Checked], known: Collection[int], by: Role, now: datetime) -> list[int]:
    """known: who had a record before: their drafts begin with what is known of them, as if they began themselves."""
    version, today = version_on("form1", day_of(now)), day_of(now)
    answers: list[Answer] = []
    for checked in work:
        assert checked.person is not None
        assert checked.training_class is not None
        account, level, items = checked.person.account, checked.training_class.level, checked.row.items
        if checked.person.pk in known:
            offer = offered_answers(checked.person)
            more = {code: value for code, value in items.items() if code not in offer.answers}
            answers.append(
                begin_answer(version, account, level, replace(offer, answers={**offer.answers, **more}))
            )
        else:
            answers.append(Answer(version=version, account=account, level=level))
            answers[-1].set_items(dict(items))
    Answer.objects.bulk_create([one for one in answers if one.pk is None], batch_size=_BATCH)
    made = Application.objects.bulk_create(
        (
            Application(
                training_class=c.training_class, person=c.person, employer=c.employer, answer=answer,
                age=c.id_number.age_on(today) if c.id_number else 0, reported_by=by.organisation, reported_at=now,
            )
            for c, answer in zip(work, answers, strict=True)
        ),
        batch_size=_BATCH,
    )  # fmt: skip
    return [row.pk for row in made]


def _tell(work: Sequence[Checked], now: datetime) -> None:
    by_class: dict[int, list[Checked]] = {}
    for checked in work:
        assert checked.training_class is not None
        by_class.setdefault(checked.training_class.pk, []).append(checked)
    for rows in by_class.values():
        assert rows[0].training_class is not None
        notices.reported(rows[0].training_class, [c.person for c in rows if c.person], now)
