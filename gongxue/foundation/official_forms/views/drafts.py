"""A new version while the centre writes it: the editor with autosave, the preview, publishing (TR 脚注⑦)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from gongxue.foundation import clock
from gongxue.foundation.access.requests import Request
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.foundation.lifecycle.errors import Conflict, Refusal
from gongxue.foundation.official_forms import actions
from gongxue.foundation.official_forms.editing import option_lines, posted
from gongxue.foundation.official_forms.filling import version_seen
from gongxue.foundation.official_forms.models import FormDraft, FormVersion
from gongxue.foundation.official_forms.queries import drafts_visible_to
from gongxue.foundation.official_forms.rendering import bound_form
from gongxue.foundation.official_forms.views.blank import sheet_file, sheet_shown
from gongxue.foundation.official_forms.views.versions import grouped
from gongxue.foundation.pages.act import perform, read_input, visible
from gongxue.regulations.breaches import Breach
from gongxue.regulations.levels import Level, parse_level
from gongxue.regulations.lifecycle import FormDraftState
from gongxue.regulations.official_forms.comparison import KINDS
from gongxue.regulations.official_forms.drafting import ROLES, draft_breaches, editable
from gongxue.regulations.official_forms.needed import needs_of_form
from gongxue.regulations.roles import Permission


@require_POST
def begin(request: Request, pk: int) -> HttpResponseBase:
    """Begin the next version with the words of this one, then write it; a second click leads to the same draft."""
    version: FormVersion = visible(FormVersion, pk, request.role)
    draft, _ = perform(ACTS[Permission.BEGIN_FORM], {"version": version}, request)
    if draft is None:
        draft = drafts_visible_to(request.role).get(code=version.code)
    return redirect(Permission.EDIT_FORM.value, draft.pk)


# The editor -----------------------------------------------------------------------------------------------------------


def edit(request: Request, pk: int) -> HttpResponseBase:
    """One part of a draft to write: the head, or a section with its items."""
    draft: FormDraft = visible(FormDraft, pk, request.role)
    if draft.state != FormDraftState.DRAFT:
        messages.info(request, f"这份草稿{draft.state_title}。")
        return redirect("forms.versions")
    data = editable(draft.form)
    part = _part(request, len(data["sections"]))
    if request.method == "POST":
        return _save(request, draft, data, part)
    return _page(request, draft, data, part)


def _part(request: Request, sections: int) -> int:
    text = request.GET.get("part", "1")
    return min(int(text), sections) if text.isascii() and text.isdigit() and len(text) < 4 else 1


def _save(request: Request, draft: FormDraft, data: dict[str, Any], part: int) -> HttpResponseBase:
    wants_json = request.headers.get("Accept", "").startswith("application/json")
    made, to, opened = posted(data, part, request.POST)
    try:
        saved = actions.save_draft(
            draft=draft, definition=made, by=request.role, now=clock.now(), seen=version_seen(request)
        )
    except Refusal as refusal:
        if wants_json:
            return _refused(draft, made, data, refusal)
        return _page(request, draft, made, part, refusal=refusal)
    if wants_json:
        return JsonResponse(_told(saved, part))
    where = reverse(Permission.EDIT_FORM.value, args=[draft.pk])
    opens = f"&open={opened}#item-{opened}" if opened >= 0 else ""
    return redirect(f"{where}?part={to}{opens}")


def _told(draft: FormDraft, part: int) -> dict[str, Any]:
    problems = _problems(draft)
    return {
        "saved": f"{localtime(clock.now()):%H:%M}",
        "seen": draft.version,
        "problems": [{"says": says, "where": where} for says, where, _ in problems],
        "items": {item: says for says, _, item in problems if item},
        "part": part,
    }


def _refused(
    draft: FormDraft, made: Mapping[str, Any], stored: Mapping[str, Any], refusal: Refusal
) -> JsonResponse:
    told: dict[str, Any] = {"says": "".join(map(str, refusal.breaches))}
    if isinstance(refusal, Conflict):
        told |= {"now": draft.version, "theirs": _theirs(made, stored)}
    return JsonResponse(told, status=refusal.status)


def _theirs(made: Mapping[str, Any], stored: Mapping[str, Any]) -> list[dict[str, str]]:
    """The items that another window has written otherwise, as they are stored now."""
    mine = {item["code"]: item for section in made["sections"] for item in section["items"]}
    other = [
        item for section in stored["sections"] for item in section["items"] if mine.get(item["code"]) != item
    ]
    return [{"label": f"第 {item['code']} 项", "value": item["label"][:60] or "（空）"} for item in other]


def _problems(draft: FormDraft) -> list[tuple[str, str, str]]:
    """What hinders publishing: (sentence, where to mend it, code of the item)."""
    form = draft.form
    place = {item.code: (n, i) for n, s in enumerate(form.sections, 1) for i, item in enumerate(s.items)}
    base = reverse(Permission.EDIT_FORM.value, args=[draft.pk])
    found = []
    for breach in draft_breaches(draft.base.form, form):
        kind, _, name = breach.rule.removeprefix("forms.").partition(".")
        if kind == "item":
            part, item = place[name]
            found.append((breach.says, f"{base}?part={part}&open={item}#item-{item}", name))
        else:
            found.append((breach.says, f"{base}?part={name or 0}", ""))
    return found


def _page(
    request: Request, draft: FormDraft, data: Mapping[str, Any], part: int, *, refusal: Refusal | None = None
) -> HttpResponse:
    opened = request.GET.get("open", "")
    shown = {
        "draft": draft,
        "data": data,
        "part": part,
        "section": data["sections"][part - 1] if part else None,
        "items": _items(draft, data, part) if part else [],
        "prose": "\n".join(data["sections"][part - 1]["prose"]) if part else "",
        "opened": int(opened) if opened.isascii() and opened.isdigit() and len(opened) < 4 else -1,
        "parts": [
            (n, section["title"], len(section["items"])) for n, section in enumerate(data["sections"], 1)
        ],
        "seen": version_seen(request) if isinstance(refusal, Conflict) else draft.version,
        "problems": _problems(draft),
        "breaches": refusal.breaches if refusal else (),
        "kinds": [(kind.value, title) for kind, title in KINDS.items()],
        "levels": list(Level),
        "seats": list(ROLES.get(draft.code, {}).items()),
        "listed": bool(part) and bool(draft.form.sections[part - 1 : part]) and _is_listed(draft, data, part),
    }
    return render(request, "official_forms/draft.html", shown, status=refusal.status if refusal else 200)


def _is_listed(draft: FormDraft, data: Mapping[str, Any], part: int) -> bool:
    """Whether the section is a list whose columns the platform fills."""
    base = data["sections"][part - 1]["base"]
    return base is not None and bool(draft.form.sections[min(base, len(draft.form.sections) - 1)].rows)


def _items(draft: FormDraft, data: Mapping[str, Any], part: int) -> list[dict[str, Any]]:
    """The items of a section with what the editor needs to know of each."""
    needs, known = needs_of_form(draft.code), {item.code: item for item in draft.base.form.items}
    rows, conditions = [], [("", "总是")]
    for i, item in enumerate(data["sections"][part - 1]["items"]):
        old = known.get(item["code"])
        own = list(conditions)
        if item["asked_if"] and item["asked_if"] not in dict(own):
            own.append((item["asked_if"], item["asked_if"]))
        rows.append(
            {
                "i": i,
                "item": item,
                "number": item["code"] if item["code"][:1].isdigit() else "·",
                "need": needs.get(item["code"]),
                "derived": bool(old and old.derived),
                "fresh": old is None,
                "options": option_lines(item),
                "kind": KINDS[item["kind"]] if item["kind"] in KINDS else item["kind"],
                "conditions": own,
            }
        )
        options = item["options"] or (["是", "否"] if item["kind"] == "yes_no" else [])
        conditions += [(f"{item['code']}={o}", f"第 {item['code']} 项选“{o}”时") for o in options]
    return rows


# Before publishing ----------------------------------------------------------------------------------------------------


def preview(request: Request, pk: int) -> HttpResponseBase:
    """A draft as it would be printed or filled in: `as=web`, `as=pdf`, `as=docx`; unfinished ones say what is missing."""
    draft: FormDraft = visible(FormDraft, pk, request.role)
    form = draft.form
    problems = _problems(draft)
    shown: dict[str, Any] = {"draft": draft, "problems": problems, "web": request.GET.get("as") == "web"}
    if not problems:
        if made := sheet_file(request, form, f"{form.title}（草稿）", back=request.path):
            return made
        shown |= sheet_shown(request, form)
        if shown["web"]:
            level = parse_level(request.GET.get("level", "")[:4]) or Level.THREE
            shown |= {
                "form": bound_form(FormVersion(definition=draft.definition), level, {}, {}),
                "level": level,
            }
    return render(request, "official_forms/preview.html", shown)


def publish(request: Request, pk: int) -> HttpResponseBase:
    """The second look: every difference, the day it begins, the title typed once more."""
    draft: FormDraft = visible(FormDraft, pk, request.role)
    breaches: Iterable[Breach] = ()
    status = 200
    if request.method == "POST":
        act = ACTS[Permission.PUBLISH_FORM]
        try:
            inputs = {p.name: read_input(p, request) for p in act.parameters[1:]}
            perform(act, {"draft": draft, **inputs}, request)
            messages.success(request, f"《{draft.form.title}》新版已发布。此前开始填写的，仍按原版本办理。")
            return redirect("forms.versions")
        except Refusal as refusal:
            breaches, status = refusal.breaches, refusal.status
    last = FormVersion.objects.filter(code=draft.code).order_by("-number")[0]
    shown = {
        "draft": draft,
        "form": draft.form,
        "last": last,
        "groups": grouped(last.form, draft.form),
        "problems": _problems(draft),
        "breaches": breaches,
        "today": clock.today(),
        "typed": {name: request.POST.get(name, "") for name in ("effective_from", "confirmation")},
    }
    return render(request, "official_forms/publish.html", shown, status=status)
