"""What a programme may be begun from: templates, earlier classes of the level, the class's own kept versions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gongxue.foundation.identity.models import Role
from gongxue.regulations.calendar import day_of, said
from gongxue.stage1_planning.models import TrainingClass
from gongxue.stage2_staffing.queries import accepted
from gongxue.stage3_programme.copying import Arrived, arrive, carried
from gongxue.stage3_programme.frozen import about_class
from gongxue.stage3_programme.models import FiledProgramme, ProgrammeTemplate
from gongxue.stage3_programme.queries.history import Kept, content_at, kept_versions

SHOWN = 30  # earlier classes and versions in the list, the latest first; ours


@dataclass(frozen=True, slots=True)
class Source:
    """One line of the list; `key` names it in the address and in the act."""

    key: str
    kind: str
    title: str


def templates_for(role: Role, training_class: TrainingClass) -> list[ProgrammeTemplate]:
    """Templates of the level: national ones and those of the class's institution, as far as the role sees the class."""
    rows = ProgrammeTemplate.objects.unscoped("the writers of a class see its institution's templates")
    found = rows.filter(
        level=training_class.level, closed_at=None, institution__in=[training_class.institution_id]
    ) | rows.filter(level=training_class.level, closed_at=None, institution=None)
    return list(found.order_by("institution_id", "title"))


def earlier_filed(role: Role, training_class: TrainingClass) -> list[FiledProgramme]:
    """Filed programmes of other classes of the institution and level that the role sees, the latest of each class."""
    rows = FiledProgramme.objects.scope(role).filter(
        training_class__institution=training_class.institution_id, training_class__level=training_class.level
    )
    latest: dict[int, FiledProgramme] = {}
    others = rows.exclude(training_class=training_class).select_related("training_class")
    for row in others.order_by("-training_class__first_day", "-version"):
        latest.setdefault(row.training_class_id, row)
    return list(latest.values())[:SHOWN]


def sources_for(role: Role, training_class: TrainingClass) -> list[Source]:
    """The list to choose from."""
    found = [
        Source(f"template-{row.pk}", "本单位模板" if row.institution_id else "全国模板", row.title)
        for row in templates_for(role, training_class)
    ]
    found += [
        Source(f"class-{row.training_class_id}", "以往培训班", row.training_class.title)
        for row in earlier_filed(role, training_class)
    ]
    return found + [
        Source(f"version-{row.pk}", "本班以前的版本", _kept_title(row))
        for row in kept_versions(training_class, role)[:SHOWN]
        if row.pk
    ]


def _kept_title(row: Kept) -> str:
    """第3版　报送　周文勇　2023年5月1日."""
    on = said(day_of(row.at)) if row.at else ""
    return "　".join(filter(None, (f"第{row.version}版", row.title, row.who, on)))


def is_key(text: str) -> bool:
    """Whether a text names a source at all: template-7, class-12, version-3."""
    kind, _, number = text.partition("-")
    named = kind in ("template", "class", "version")
    return named and number.isascii() and number.isdigit() and len(number) < 16


def held_by(role: Role, training_class: TrainingClass, key: str) -> dict[str, Any] | None:
    """What a source carries; None when there is none of that name for this class and role."""
    if not is_key(key):
        return None
    kind, _, number = key.partition("-")
    pk = int(number)
    if kind == "template":
        rows = [row for row in templates_for(role, training_class) if row.pk == pk]
        return dict(rows[0].content) if rows else None
    if kind == "class":
        filed = [row for row in earlier_filed(role, training_class) if row.training_class_id == pk]
        return _carried(filed[0].content, filed[0].training_class) if filed else None
    content = content_at(training_class, pk) if kind == "version" and pk else None
    return _carried(content, training_class) if content else None


def _carried(content: Mapping[str, Any], training_class: TrainingClass) -> dict[str, Any]:
    team = content["team"] if "team" in content else about_class(training_class)["team"]
    return carried(content, team)


def arrival(training_class: TrainingClass, held: Mapping[str, Any]) -> Arrived:
    """What a source would write into the class with its days and its team."""
    counts: dict[str, int] = {}
    team: dict[str, int] = {}
    for one in accepted(training_class):
        counts[one.seat] = counts.get(one.seat, 0) + 1
        team[f"{one.seat}/{counts[one.seat]}"] = one.person_id
    return arrive(held, training_class.level_enum, training_class.days_list, training_class.days, team)
