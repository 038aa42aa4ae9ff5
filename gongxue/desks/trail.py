"""The trail as people read it: who did what to what, why, and what changed; for a whole scope or one class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.identity.models import Role
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.pages.act import visible
from gongxue.foundation.pages.forms import chosen
from gongxue.foundation.pages.sheets import MEDIA_TYPE, Column, list_workbook
from gongxue.foundation.trail.models import Event, of_class
from gongxue.parties.queries import names_of
from gongxue.regulations.attendance import Presence
from gongxue.regulations.calendar import SHANGHAI
from gongxue.regulations.lifecycle import THINGS, TITLES
from gongxue.regulations.roles import DUTIES, Duty, Permission
from gongxue.stage1_planning.models import SubmittedLine, TrainingClass
from gongxue.stage4_enrolment.models import Application
from gongxue.stage6_assessment.seal import without_sealed

PAGE = 50
EXPORTED = 10_000  # entries in one workbook, the latest
FIELDS = ("first", "last", "code", "actor", "class", "before")  # of the filter form
SHOWN_ITEMS = 8  # of a long list in one cell

# What entries say about more than one row's own columns.
_TITLES = {
    "role": "角色", "accounts": "账号数", "sign_in_names": "登录名", "initial_passwords": "领取初始密码数",
    "lines": "班次", "preferred": "优先选择", "people": "推荐", "invited": "邀请", "named": "提名",
    "opening": "开班申请", "answered": "已填项目", "numbers": "证书编号", "serials": "证书序列号", "seat": "序号",
    "attempt": "第几次考核", "qualified": "合格人数", "late_days": "逾期天数", "version": "版本", "period": "课时",
    "called": "点名人数", "sessions": "课程安排课时数", "recommendation": "推荐骨干教师", "programme": "报送培训方案", "enrolment": "截止报名",
    "feedback": "报送成绩单", "summary": "年度总结", "process": "过程性考核", "final": "终结性考核", "agrees": "是否同意",
    "pledge": "纪律承诺", "no_show": "未到原因", "materials": "资料", "handed_out": "资料发放", "shared": "班内公开手机号",
    "commitment": "评分表指纹",
}  # fmt: skip
_PRESENCES = {p.value: p.title for p in Presence}


@cache
def _models() -> dict[str, type[models.Model]]:
    return {str(m._meta.model_name): m for m in apps.get_models()}


def _field(about: str, name: str) -> models.Field[Any, Any] | None:
    model = _models().get(about.partition("/")[0])
    if model is None:
        return None
    return next((f for f in model._meta.concrete_fields if f.name == name), None)


def change_title(about: str, name: str) -> str:
    """What a changed value is called: as on the forms, else as above, else its own name."""
    column = _field(about, name)
    if name not in _TITLES and column is not None:
        return str(column.verbose_name)
    return _TITLES.get(name, name)


def change_value(about: str, name: str, value: Any) -> str:
    """A value in words. Personal values are hashes in the trail: one sees whether they changed, not what they are."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        more = f" 等 {len(value)} 项" if len(value) > SHOWN_ITEMS else ""
        return "、".join(str(item) for item in value[:SHOWN_ITEMS]) + more
    text = str(value)
    if text.startswith("#"):
        return f"（个人信息，校验码 {text[1:]}）"
    if text == "…":
        return "（内容）"
    if name.endswith("号") and text in _PRESENCES:
        return _PRESENCES[text]
    return _title_of_state(about, name, text) or _title_of_choice(about, name, text) or text


def _title_of_state(about: str, name: str, value: str) -> str:
    model = _models().get(about.partition("/")[0])
    thing = THINGS.get(name) or (THINGS.get(getattr(model, "THING", "")) if name == "state" else None)
    if thing is None or value not in {state.value for state in thing.states}:
        return ""
    return TITLES[thing.states(value)]


def _title_of_choice(about: str, name: str, value: str) -> str:
    column = _field(about, name)
    return str(dict(column.flatchoices).get(value, "")) if column is not None and column.flatchoices else ""


_ROWS_OF: dict[str, str] = {
    "lines": "class",
    "preferred": "person",
    "people": "person",
}  # entries that keep numbers
Names = dict[str, str]  # "person/9" → 张伟


def names_in(events: Sequence[Event]) -> Names:
    """The names behind the numbers that entries keep; one statement per kind for a whole page."""
    keys = {
        f"{kind}/{key}"
        for event in events
        for name, kind in _ROWS_OF.items()
        for key in _numbers(event, name)
    }
    return names_of(keys)


def _numbers(event: Event, name: str) -> list[int]:
    pair = event.changes.get(name) or []
    return [
        key for side in pair if isinstance(side, list) for key in side[:SHOWN_ITEMS] if isinstance(key, int)
    ]


@dataclass(frozen=True, slots=True)
class Shown:
    """One entry in the words of the office."""

    event: Event
    names: Names = field(default_factory=dict)
    round: bool = (
        False  # in the trail of one class: an act on several, whose details concern the others as well
    )

    @property
    def duty(self) -> str:
        """部指导中心工作人员 …"""
        return DUTIES[Duty(self.event.duty)].title if self.event.duty in list(Duty) else self.event.duty

    @property
    def changes(self) -> Iterator[tuple[str, str, str]]:
        """(what, before, after)."""
        about = self.event.about
        for name, pair in () if self.round else self.event.changes.items():
            sides = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
            before, after = (self._named(name, side) for side in sides)
            yield (
                change_title(about, name),
                change_value(about, name, before),
                change_value(about, name, after),
            )

    def _named(self, name: str, value: Any) -> Any:
        kind = _ROWS_OF.get(name)
        if kind is None or not isinstance(value, list):
            return value
        return [self.names.get(f"{kind}/{key}", f"编号 {key}") for key in value]

    @property
    def changes_text(self) -> str:
        """The changes in one cell."""
        return "；".join(f"{what}：{before} → {after}" for what, before, after in self.changes)


@dataclass(frozen=True, slots=True)
class TrailSearch:
    """What the trail is narrowed by."""

    first: date | None = None
    last: date | None = None
    code: str = ""
    actor: str = ""
    class_id: int | None = None
    before: int | None = None  # entries with a smaller number: the next page

    @classmethod
    def of(cls, request: Request) -> TrailSearch:
        """From the address; what cannot be read narrows nothing."""
        first, last, code, actor, class_id, before = chosen(request, *FIELDS).values()
        return cls(_day(first), _day(last), code, actor, _number(class_id), _number(before))

    def apply(self, rows: QuerySet[Event]) -> QuerySet[Event]:
        """The entries, the latest first."""
        if self.first:
            rows = rows.filter(at__gte=datetime.combine(self.first, time(), SHANGHAI))
        if self.last:
            rows = rows.filter(at__lt=datetime.combine(self.last + timedelta(days=1), time(), SHANGHAI))
        if self.code:
            rows = rows.filter(code=self.code)
        if self.actor:
            rows = rows.filter(actor__contains=self.actor)
        if self.class_id is not None:
            rows = rows.filter(of_class(self.class_id))
        if self.before is not None:
            rows = rows.filter(pk__lt=self.before)
        return rows.order_by("-pk")


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2200 else None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 15 else None


def entries_visible_to(role: Role) -> QuerySet[Event]:
    """The entries of the role's scope without those about drafts that it cannot open: plan lines that were never
    handed in (for a province), applications that were never handed in (for everybody but the centre).
    """
    rows: QuerySet[Event] = without_sealed(Event.objects.scope(role))
    if role.is_(Duty.CENTRE, Duty.SYSTEM):
        return rows
    drafts = Application.objects.unscoped("applications nobody else may open").filter(submitted_at=None)
    for kind, key in (("application/", "pk"), ("answer/", "answer_id")):
        named = drafts.annotate(reference=Concat(Value(kind), Cast(key, CharField())))
        rows = rows.exclude(about__in=named.values("reference"))
    if role.is_(Duty.PROVINCE):
        opened = TrainingClass.objects.scope(role).values("pk")
        handed_in = SubmittedLine.objects.unscoped("lines that came to a review").values("training_class_id")
        rows = rows.filter(Q(class_id=None) | Q(class_id__in=opened) | Q(class_id__in=handed_in))
    return rows


def entries_of_class(tc: TrainingClass) -> QuerySet[Event]:
    """What was done in a class that was itself fetched in scope, its round's submission, report and publication too."""
    drafts = Application.objects.inside(training_class=tc, submitted_at=None)
    references = [f"application/{pk}" for pk in drafts.values_list("pk", flat=True)]
    rows: QuerySet[Event] = Event.objects.inside().filter(of_class(tc.pk))
    return without_sealed(rows.exclude(about__in=references))


def trail(request: Request) -> HttpResponse:
    """The entries of the role's scope, narrowed by date, act, person and class."""
    return _shown(request, entries_visible_to(request.role), None)


def class_trail(request: Request, pk: int) -> HttpResponse:
    """Everything that was done in one class."""
    role = request.role
    tc = visible(TrainingClass, pk, role)
    return _shown(request, entries_of_class(tc), tc)


def _shown(request: Request, rows: QuerySet[Event], tc: TrainingClass | None) -> HttpResponse:
    search = TrailSearch.of(request)
    page = _page(search.apply(rows), tc)
    shown = {
        **page,
        "tc": tc,
        "open": set() if tc is not None else _open_classes(page["rows"], request.role),
        "chosen": chosen(request, *FIELDS),
        "codes": [p for p in Permission if p in ACTS],
        "older": search.before is not None,
        "class_filter": tc.pk if tc is not None else search.class_id,
    }
    return render(request, "desks/trail.html", shown)


def _page(rows: QuerySet[Event], tc: TrainingClass | None) -> dict[str, Any]:
    """A page by number of the entry: the trail only grows at its end, so that pages never shift."""
    found = list(rows[: PAGE + 1])
    names = names_in(found[:PAGE])
    return {
        "rows": [Shown(event, names, tc is not None and event.class_id != tc.pk) for event in found[:PAGE]],
        "next": found[PAGE - 1].pk if len(found) > PAGE else None,
    }


def _open_classes(rows: Sequence[Shown], role: Role) -> set[int]:
    """The classes of some entries whose own page the role may open: a province not yet a draft, for one."""
    named = {row.event.class_id for row in rows} - {None}
    return set(TrainingClass.objects.scope(role).filter(pk__in=named).values_list("pk", flat=True))


def trail_workbook(request: Request) -> HttpResponse:
    """The same entries as Excel, at most ten thousand, the latest first."""
    role, now = request.role, clock.now()
    events = list(TrailSearch.of(request).apply(entries_visible_to(role))[:EXPORTED])
    names = names_in(events)
    columns = [
        Column("编号", 10), Column("时间", 20), Column("事项", 20), Column("对象", 40, "left"), Column("经办人", 12),
        Column("角色", 22), Column("单位", 30, "left"), Column("变化", 50, "left"), Column("理由", 40, "left"),
        Column("请求编号", 20),
    ]  # fmt: skip
    name = f"操作留痕 {now.astimezone(SHANGHAI):%Y-%m-%d}"
    data = list_workbook(name, columns, (_cells(Shown(event, names)) for event in events), now)
    headers = {"Content-Disposition": content_disposition_header(True, f"{name}.xlsx") or "attachment"}
    return HttpResponse(data, content_type=MEDIA_TYPE, headers=headers)


def _cells(shown: Shown) -> list[str]:
    event = shown.event
    at = event.at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
    return [
        str(event.pk), at, event.says, event.about_text, event.actor, shown.duty, event.organisation,
        shown.changes_text, event.reason, event.request_id,
    ]  # fmt: skip
