"""Reminders of what is owed, out of the list that every stage fills (`queries/watching.py`): each step once, and one
message with a list where somebody has several. Running it again, or after a gap of days, tells nobody twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, transaction

from gongxue.exchange.notices import Letter, post
from gongxue.foundation.identity.models import Role
from gongxue.foundation.identity.queries import holders_of
from gongxue.regulations.calendar import said
from gongxue.regulations.deadline_table import step_on
from gongxue.regulations.roles import Duty
from gongxue.stage1_planning.models import Reminder
from gongxue.stage1_planning.queries.watching import Ask, Watched, running_classes, watched

KIND = "deadlines.reminder"
FORGOTTEN = 30  # so many days after its last step nobody is reminded any more; the overdue list keeps it
LISTED = 40  # lines of one message
_ABOVE = {Duty.INSTITUTION: Duty.PROVINCE, Duty.PROVINCE: Duty.CENTRE}


@dataclass(frozen=True, slots=True)
class Due:
    """One thing of which somebody is reminded now."""

    item: Watched
    late: int  # days over the due day, negative before it
    step: int
    far: bool  # the reader is of another house and needs the names

    @property
    def key(self) -> str:
        """The thing, its day and the step: another day is another reminder."""
        return f"{self.item.due.key}/{self.item.thing}/{self.item.due.on.isoformat()}/{self.step}"

    @property
    def when(self) -> str:
        """还有 3 天 · 今天到期 · 已逾期 2 天."""
        if self.late > 0:
            return f"已逾期 {self.late} 天"
        return f"还有 {-self.late} 天" if self.late else "今天到期"

    @property
    def says(self) -> str:
        """报送培训方案，邢台技师学院 三级·机械类 2023年6月12日班."""
        house = f"{self.item.institution} " if self.far and self.item.institution else ""
        return f"{self.item.due.title}，{house}{self.item.about}"

    @property
    def line(self) -> str:
        """The thing in one line of a list."""
        return f"{self.when}（{said(self.item.due.on)}）　{self.says}"


def run(*, today: date, by: Role, now: datetime) -> dict[str, int]:
    """Remind whoever owes something, and the office above once it is late. Returns how many messages were sent."""
    found = watched(Ask(by, today, running_classes(by)))
    wanted = _by_reader(_due(found, today), _readers())
    try:
        return {"reminded": _tell(wanted, today, now)}
    except IntegrityError:  # another run tells the same people at this moment: its messages are enough
        return {"reminded": 0}


def _tell(wanted: dict[Role, list[Due]], today: date, now: datetime) -> int:
    """What each was not told before, and that they were told, in one transaction."""
    with transaction.atomic():
        fresh = _not_told(wanted)
        Reminder.objects.bulk_create(
            Reminder(to=role, key=due.key, sent_at=now) for role, dues in fresh.items() for due in dues
        )
        post((_letter(role, dues, today) for role, dues in fresh.items()), now=now, kind=KIND)
    return len(fresh)


def _due(found: Iterable[Watched], today: date) -> list[Due]:
    """What is open and has come to a step."""
    dues = []
    for item in found:
        if item.done_on is not None or item.standing:
            continue
        late = (today - item.due.on).days
        step = step_on(item.rule, late)
        if step is not None and late <= item.rule.steps[-1] + FORGOTTEN:
            dues.append(Due(item, late, step, far=False))
    return dues


Readers = dict[tuple[Duty, object], list[Role]]


def _readers() -> Readers:
    """(duty, institution or province) → who holds it; one query for the whole country."""
    found: Readers = defaultdict(list)
    for role in holders_of(Duty.INSTITUTION, Duty.PROVINCE, Duty.CENTRE):
        duty = role.duty_enum
        place = {Duty.INSTITUTION: role.organisation_id, Duty.PROVINCE: role.organisation.province_code}.get(
            duty
        )
        found[duty, place].append(role)
    return found


def _place(duty: Duty, item: Watched) -> object:
    return {Duty.INSTITUTION: item.institution_id, Duty.PROVINCE: item.province_code}.get(duty)


def _by_reader(dues: Iterable[Due], readers: Readers) -> dict[Role, list[Due]]:
    """Whoever owes it, and the office above when it has been late for so many days as the table says."""
    wanted: dict[Role, list[Due]] = defaultdict(list)
    for due in dues:
        rule = due.item.rule
        told = [(rule.owner, rule.owner != Duty.INSTITUTION)]
        if rule.above is not None and due.late >= rule.above and rule.owner in _ABOVE:
            told.append((_ABOVE[rule.owner], True))
        for duty, far in told:
            for role in readers.get((duty, _place(duty, due.item)), ()):
                wanted[role].append(Due(due.item, due.late, due.step, far))
        for role in due.item.told:
            wanted[role].append(Due(due.item, due.late, due.step, far=False))
    return wanted


def _not_told(wanted: dict[Role, list[Due]]) -> dict[Role, list[Due]]:
    """Without what they were told before; one query."""
    keys = {due.key for dues in wanted.values() for due in dues}
    rows = Reminder.objects.unscoped("who was reminded of what").filter(key__in=keys)
    told = set(rows.values_list("to", "key"))
    fresh = {role: [due for due in dues if (role.pk, due.key) not in told] for role, dues in wanted.items()}
    return {role: dues for role, dues in fresh.items() if dues}


def _letter(role: Role, dues: list[Due], today: date) -> Letter:
    """One thing as it is; several as a list, the latest first."""
    dues = sorted(dues, key=lambda due: (-due.late, due.says))
    names = sha256("\n".join(due.key for due in dues).encode()).hexdigest()[:32]
    once = f"deadlines/{names}"
    if len(dues) == 1:
        (due,) = dues
        body = f"{due.item.due.derivation}。{due.item.slips(today)}"
        return Letter(role, f"{due.when}：{due.says}", body, due.item.where, once)
    lines = [due.line for due in dues[:LISTED]]
    if len(dues) > LISTED:
        lines.append(f"另有 {len(dues) - LISTED} 项，见期限一览。")
    return Letter(role, f"期限提醒 {len(dues)} 项：{_counts(dues)}", "\n".join(lines), "/deadlines/", once)


def _counts(dues: list[Due]) -> str:
    """已逾期 2 项，今天到期 1 项，将到期 3 项."""
    groups = (
        ("已逾期", sum(due.late > 0 for due in dues)), ("今天到期", sum(due.late == 0 for due in dues)),
        ("将到期", sum(due.late < 0 for due in dues)),
    )  # fmt: skip
    return "，".join(f"{title} {n} 项" for title, n in groups if n)
