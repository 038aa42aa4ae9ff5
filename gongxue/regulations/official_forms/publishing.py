"""When a new version of a form may be published (TR 脚注⑦: 表单保持动态更新)."""

from __future__ import annotations

from datetime import date

from ..breaches import Breach
from ..calendar import said
from .comparison import differences
from .definition import Form
from .drafting import ARTICLE, draft_breaches
from .needed import needed_breaches


def publishing_breaches(
    form: Form,
    base: Form,
    last: Form,
    *,
    effective_from: date,
    last_from: date,
    today: date,
    confirmation: str,
) -> list[Breach]:
    """Everything that hinders a version: unfinished items, a day that is over or taken, no second look.

    `base` is what the draft began from, `last` the newest version and `last_from` its day.
    """
    breaches = [*needed_breaches(form), *draft_breaches(base, form)]
    if not differences(last, form):
        says = "草稿与最新一版没有不同。"
        breaches.append(Breach("forms.same", ARTICLE, says, "请先修改，或撤销草稿。"))
    breaches += day_breaches(effective_from, last_from, today)
    if confirmation.strip() != form.title:
        says = f"没有核对确认：须输入表单名称“{form.title}”。"
        breaches.append(Breach("forms.confirmation", ARTICLE, says, "请核对新旧对照后输入名称。"))
    return breaches


def day_breaches(effective_from: date, last_from: date, today: date) -> list[Breach]:
    """One version per form and day, none from a day that is over: answers keep the version in force."""
    if effective_from < today:
        says = f"施行日期{said(effective_from)}已过。"
        return [Breach("forms.past", ARTICLE, says, "请选择今天或以后的日期。")]
    if effective_from <= last_from:
        says = f"最新一版自{said(last_from)}起施行，新版须晚于它。"
        return [Breach("forms.order", ARTICLE, says, "请选择更晚的日期。")]
    return []
