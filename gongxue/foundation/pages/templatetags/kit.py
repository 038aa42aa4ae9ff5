"""The page kit: small components with declared props. No queries, no inline script or style."""

from __future__ import annotations

import functools
from datetime import date, datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.engine import Stateful
from gongxue.regulations.breaches import cite
from gongxue.regulations.calendar import said
from gongxue.regulations.lifecycle import MOVES, THINGS
from gongxue.regulations.roles import ANY_SIGNED_IN, Permission

register = template.Library()

# State → tone. What waits is amber, what is done green, what came back red, what runs blue.
_TONES = {
    "draft": "quiet", "submitted": "wait", "returned": "bad", "approved": "run", "reported": "run",
    "published": "good", "open": "run", "filed": "good", "recommended": "wait", "staffed": "good",
    "nominated": "wait", "sent": "wait", "accepted": "good", "declined": "bad", "expired": "quiet",
    "withdrawn": "quiet", "closed": "quiet", "waiting": "wait", "offered": "wait", "admitted": "good", "rejected": "bad",
    "preparing": "quiet", "running": "run", "finished": "good", "applied": "wait", "allowed": "good",
    "confirmed": "good", "proposed": "wait", "requested": "wait", "countersigned": "good", "refused": "bad", "issued": "good",
    "cancelled": "bad", "questioned": "wait", "recorded": "good", "received": "run", "spoiled": "bad", "void": "bad", "lost": "bad",
    "kept": "quiet", "objected": "wait", "dismissed": "quiet", "upheld": "good", "done": "good", "handed_over": "run",
}  # fmt: skip


def tone_of(state: str) -> str:
    """The tone of a state."""
    return _TONES.get(state, "quiet")


@register.simple_tag
def tag(text: str, tone: str = "quiet") -> SafeString:
    """A small label: quiet, run, wait, good, bad."""
    return format_html('<span class="tag {}">{}</span>', tone, text)


@register.simple_tag
def state(thing: Stateful | None, missing: str = "未开始") -> SafeString:
    """The state of a thing as a dot and a word."""
    if thing is None:
        return format_html('<span class="dot quiet">{}</span>', missing)
    # An opening that is filed waits for its recommendation; a filed programme is done.
    tone = "wait" if (thing.THING, thing.state) == ("opening", "filed") else tone_of(thing.state)
    return format_html('<span class="dot {}">{}</span>', tone, thing.state_title)


@register.filter
def day(value: date | datetime | None) -> str:
    """2023-06-12; a moment is shown as its Shanghai day."""
    if value is None:
        return "—"
    return (localtime(value) if isinstance(value, datetime) else value).strftime("%Y-%m-%d")


@register.filter
def moment(value: datetime | None) -> str:
    """2023-06-12 08:30, Shanghai time."""
    return localtime(value).strftime("%Y-%m-%d %H:%M") if value else "—"


@register.filter
def long_day(value: date | None) -> str:
    """2023年6月12日."""
    return said(value) if value else "—"


@register.filter
def article(value: str) -> str:
    """TR 11.3 → 技术规程第十一条(三)."""
    return cite(value)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """mapping[key] or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def mark(value: Any) -> str:
    """A mark with two decimals, or a dash."""
    return "—" if value is None else f"{value:.2f}"


@register.simple_tag
def due(on: date | None, today: date, done: bool = False) -> SafeString:
    """A due day in words: 今天到期, 剩 3 天, 逾期 2 天."""
    if on is None:
        return mark_safe("")
    days = (on - today).days
    if done:
        return format_html('<time class="due quiet" datetime="{}">{}</time>', on.isoformat(), said(on))
    tone = "bad" if days < 0 else "wait" if days <= 3 else "quiet"
    words = f"逾期 {-days} 天" if days < 0 else "今天到期" if days == 0 else f"剩 {days} 天"
    return format_html('<time class="due {}" datetime="{}">{}</time>', tone, on.isoformat(), words)


def _needs_reason(thing: Any, permission: Permission) -> bool:
    if isinstance(thing, Stateful) and any(
        m.reason for m in MOVES if m.permission == permission and m.thing == thing.THING
    ):
        return True
    return _asks_reason(permission)


@functools.cache
def _asks_reason(permission: Permission) -> bool:
    """Whether the act cannot be called without a reason, as its own signature says."""
    return any(p.name == "reason" and p.required for p in ACTS[permission].parameters)


@register.simple_tag(takes_context=True)
def act_button(context: Any, code: str, thing: Any = None, **options: Any) -> SafeString:
    """The button of an act, when the role may press it and the lifecycle allows it; else nothing.

    options: label, kind (main, danger), ask (a question to confirm), reason (a label: a reason may be given),
    next (where to go afterwards), show (False hides it), any other name=value becomes a hidden input.
    """
    permission = Permission(code)
    role = context.get("role")
    may = role is not None and (permission in ANY_SIGNED_IN or role.may(permission))
    if not may or options.pop("show", True) is False:
        return mark_safe("")
    if isinstance(thing, Stateful) and any(
        m.thing == thing.THING and m.permission == permission for m in MOVES
    ):
        if not thing.allows(permission):
            return mark_safe("")
        if next(m for m in MOVES if m.thing == thing.THING and m.permission == permission).seen:
            options.setdefault("seen", thing.version)
    return _act_form(context, permission, thing, options)


@register.simple_tag(takes_context=True)
def offer(context: Any, button: Any) -> SafeString:
    """A button that a card offers: its code, thing and options."""
    return act_button(context, button.code, button.thing, **dict(button.options))


def _act_form(context: Any, permission: Permission, thing: Any, options: dict[str, Any]) -> SafeString:
    label = options.pop("label", permission.title)
    kind = options.pop("kind", "")
    ask, reason = options.pop("ask", ""), options.pop("reason", "")
    required = _needs_reason(thing, permission)
    if required and not reason:
        reason = "理由（必填）"
    where = reverse(permission.value, args=[thing.pk] if thing is not None else [])
    request = context["request"]
    hidden = {"next": options.pop("next", request.get_full_path()), **options}
    inputs = format_html_join("", '<input type="hidden" name="{}" value="{}">', hidden.items())
    token = format_html(
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">', context.get("csrf_token", "")
    )
    once = format_html(
        '<input type="hidden" name="once" value="{}">',
        f"{context.get('once', '')}{permission.value[-8:]}{getattr(thing, 'pk', '')}",
    )
    inputs = format_html("{}{}{}", token, once, inputs)
    if not ask and not reason:
        return format_html(
            '<form class="act" method="post" action="{}">{}<button class="btn {}">{}</button></form>',
            where, inputs, kind, label,
        )  # fmt: skip
    name = f"{permission.value.replace('.', '-')}-{getattr(thing, 'pk', 0)}"
    opener = format_html(
        '<button class="btn {}" type="button" data-opens="{}">{}</button>', kind, name, label
    )
    return opener + _act_dialog(name, where, inputs, label, ask, _reason_field(reason, required))


def _reason_field(reason: str, required: bool) -> SafeString:
    if not reason:
        return mark_safe("")
    must = mark_safe(" required") if required else ""
    return format_html(
        '<label>{}<textarea name="reason" rows="3" maxlength="500"{}></textarea></label>', reason, must
    )


def _act_dialog(
    name: str, where: str, inputs: SafeString, label: str, ask: str, field: SafeString
) -> SafeString:
    return format_html(
        '<dialog id="{}"><form method="post" action="{}">{}<h3>{}</h3><p>{}</p>{}'
        '<p class="row end"><button class="btn" type="button" data-closes>取消</button>'
        '<button class="btn main">确定</button></p></form></dialog>',
        name, where, inputs, label, ask, field,
    )  # fmt: skip


@register.simple_tag
def thing_title(name: str) -> str:
    """The Chinese name of a thing of the lifecycle."""
    return THINGS[name].title


@register.inclusion_tag("pages/kit/field.html")
def field(bound: Any, hint: str = "", wide: bool = False) -> dict[str, Any]:
    """A form field with label, hint and errors in the text."""
    return {"field": bound, "hint": hint, "wide": wide}


@register.inclusion_tag("pages/kit/empty.html")
def empty(says: str, way: str = "", label: str = "") -> dict[str, Any]:
    """An empty state that helps: what is missing, why, and the way on."""
    return {"says": says, "way": way, "label": label}


@register.inclusion_tag("pages/kit/breaches.html")
def breaches(rows: Any, title: str = "还不能办理") -> dict[str, Any]:
    """Reasons why not, each with its article and the way out."""
    return {"rows": rows, "title": title}


@register.inclusion_tag("pages/kit/differences.html")
def differences(rows: Any) -> dict[str, Any]:
    """After a conflict: what somebody else has saved beside what was typed."""
    return {"rows": rows}


@register.simple_tag
def bar(done: int, of: int, label: str = "") -> SafeString:
    """A progress bar with its numbers."""
    return format_html(
        '<span class="bar"><progress max="{}" value="{}"></progress> {} {}/{}</span>',
        of or 1,
        done,
        label,
        done,
        of,
    )
