"""The province's review by part, what is to be mended, comments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.breaches import Breach
from gongxue.regulations.lifecycle import CLOSED_STAGE, ProgrammeState
from gongxue.regulations.programme_review import PLACES, TIMETABLE, parts_of
from gongxue.regulations.roles import Duty, Permission
from gongxue.regulations.staffing import Seat
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import seat_of
from gongxue.stage3_programme.comparing import Comparison, compare
from gongxue.stage3_programme.models import (
    Programme,
    ProgrammeComment,
    ProgrammeVersion,
    ReturnedItem,
    SectionVerdict,
)
from gongxue.stage3_programme.queries.history import content_at
from gongxue.stage3_programme.queries.programme import filed_version, snapshot, written_sessions

Cause = ProgrammeVersion.Cause


def verdicts_on(programme: Programme) -> dict[str, SectionVerdict]:
    """place → the province's last word on it in this submission."""
    rows = SectionVerdict.objects.inside(
        training_class=programme.training_class_id, version=programme.version
    )
    return {row.place: row for row in rows.order_by("pk")}


def items_of(programme: Programme) -> list[ReturnedItem]:
    """What is to be mended since the last return, in order of the parts; empty while nothing is."""
    if programme.state != ProgrammeState.RETURNED:
        return []
    last = ProgrammeVersion.objects.inside(training_class=programme.training_class_id, cause=Cause.RETURNED)
    version = last.order_by("-pk").values_list("version", flat=True).first()
    rows = ReturnedItem.objects.inside(training_class=programme.training_class_id, version=version or 0)
    places = list(PLACES)
    return sorted(rows, key=lambda row: places.index(row.place))


def item_breaches(programme: Programme) -> list[Breach]:
    """Nothing goes out again before each item is marked as done."""
    waiting = [item.title for item in items_of(programme) if item.mended_at is None]
    if not waiting:
        return []
    says = f"退回意见还有 {len(waiting)} 项没有标记修改完成：{'、'.join(waiting)}。"
    return [Breach("review.open_items", "TR 9", says, "请逐项修改并标记后再报送。")]


@dataclass(slots=True)
class Part:
    """A part of the programme as its reviewer looks at it."""

    place: str
    title: str
    verdict: SectionVerdict | None = None  # in this submission
    accepted_before: bool = False  # it reads as when it was accepted or filed
    changed: bool = False  # since the province looked last
    pieces: Sequence[Any] = ()
    item: ReturnedItem | None = None  # what the last return asked for
    comments: list[ProgrammeComment] = field(default_factory=list)

    @property
    def settled(self) -> bool:
        """Whether nothing is left to look at."""
        return self.verdict.accepts if self.verdict else self.accepted_before

    @property
    def unresolved(self) -> int:
        """Remarks that nobody has resolved."""
        return sum(1 for one in self.comments if one.resolved_at is None)


@dataclass(frozen=True, slots=True)
class Review:
    """All parts, and what changed since the last look."""

    parts: list[Part]
    comparison: Comparison | None  # None: the province has not looked yet
    content: Mapping[str, Any]

    @property
    def left(self) -> int:
        """Parts still to be looked at."""
        return sum(not part.settled and part.verdict is None for part in self.parts)

    @property
    def returned(self) -> list[Part]:
        """Parts that go back."""
        return [part for part in self.parts if part.verdict and not part.verdict.accepts]


def review_of(programme: Programme) -> Review:
    """The programme part by part: accepted ones stay accepted unless they changed."""
    tc = programme.training_class
    content = snapshot(programme, written_sessions(programme))
    now = parts_of(content)
    seen = _last_look(tc)
    comparison = compare(seen, content) if seen else None
    before = parts_of(seen) if seen else {}
    accepted = _accepted(tc)
    verdicts, items = verdicts_on(programme), _last_items(tc)
    threads = remarks_by_part(tc)
    pieces = {section.key: section.pieces for section in comparison.sections} if comparison else {}
    parts = [
        Part(
            place, title, verdicts.get(place), now[place] in accepted.get(place, ()),
            bool(seen) and before.get(place) != now[place], pieces.get(place, ()), items.get(place),
            threads[place],
        )
        for place, title in PLACES.items()
    ]  # fmt: skip
    return Review(parts, comparison, content)


def _last_look(tc: TrainingClass) -> dict[str, Any] | None:
    """The text that the province saw last: returned or filed."""
    rows = ProgrammeVersion.objects.inside(training_class=tc, cause__in=[Cause.RETURNED, Cause.FILED])
    last = rows.order_by("-pk").values_list("pk", flat=True).first()
    return content_at(tc, last) if last else None


def _accepted(tc: TrainingClass) -> dict[str, list[Any]]:
    """place → what it said when the province accepted it or when it was filed."""
    found: dict[str, list[Any]] = {}
    for row in SectionVerdict.objects.inside(training_class=tc).order_by("pk"):
        if row.accepts:
            found.setdefault(row.place, []).append(row.said_of)
        else:  # a part that went back is looked at again, however it read before
            found.pop(row.place, None)
    if filed := filed_version(tc):
        for place, said_of in parts_of(filed.content).items():
            found.setdefault(place, []).append(said_of)
    return found


def _last_items(tc: TrainingClass) -> dict[str, ReturnedItem]:
    rows = list(ReturnedItem.objects.inside(training_class=tc).order_by("pk"))
    last = max((row.version for row in rows), default=0)
    return {row.place: row for row in rows if row.version == last}


# Comments -------------------------------------------------------------------------------------------------------------


def comments_of(training_class: TrainingClass) -> dict[str, list[ProgrammeComment]]:
    """place → its remarks, the oldest first, each with `thread`, its answers: one query."""
    rows = ProgrammeComment.objects.inside(training_class=training_class)
    threads: dict[int, ProgrammeComment] = {}
    found: dict[str, list[ProgrammeComment]] = {}
    for row in rows.select_related("by", "resolved_by").order_by("pk"):
        if row.answers_id is None:
            row.thread = []
            threads[row.pk] = row
            found.setdefault(row.place, []).append(row)
        else:
            threads[row.answers_id].thread.append(row)
    return found


def remarks_by_part(training_class: TrainingClass) -> dict[str, list[ProgrammeComment]]:
    """Part → its remarks; those on days belong to the timetable."""
    found: dict[str, list[ProgrammeComment]] = {place: [] for place in PLACES}
    for at, held in comments_of(training_class).items():
        found[at if at in PLACES else TIMETABLE] += held
    return found


def unresolved_count(training_class: TrainingClass) -> int:
    """Remarks that nobody has resolved."""
    rows = ProgrammeComment.objects.inside(training_class=training_class, answers=None, resolved_at=None)
    return rows.count()


def may_read_comments(role: Role, training_class: TrainingClass) -> bool:
    """Whether remarks are for this role: who writes the programme, its province, the centre."""
    if role.is_(Duty.BACKBONE):
        return may_speak(role, training_class, None)
    return role.is_(Duty.INSTITUTION, Duty.PROVINCE, Duty.CENTRE)


def may_speak(role: Role, training_class: TrainingClass, programme: Programme | None) -> bool:
    """Whether a role may remark now: those who write always, the province while it reviews."""
    if training_class.stage == CLOSED_STAGE or not role.may(Permission.COMMENT_PROGRAMME):
        return False
    if role.is_(Duty.PROVINCE):
        return programme is not None and programme.state == ProgrammeState.SUBMITTED
    return role.is_(Duty.INSTITUTION) or seat_of(training_class, role.account_id, Seat.INSTRUCTOR) is not None
