"""A new version of a form while it is written: what of a definition can be written, and how it becomes a definition.

    data = editable(form)                       # plain data: sections, items, words
    form, breaches = drafted(base, data)        # back again; what the centre does not write comes from `base`

An item is known by its code, a section by its place in `base` (None: a new one). What an item is derived from, whom
it names, what is printed behind it and where a list has its columns is never written: it belongs to the code.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..breaches import Breach
from ..levels import Level
from .comparison import KINDS
from .definition import GRID, Form, Item, ItemKind, Place, Section
from .form3 import EXAMINER, INSTRUCTOR

ARTICLE = "TR 13"  # 脚注⑦: 表单保持动态更新
ITEMS, SECTIONS, OPTIONS = 200, 30, 12  # at most
TEXT, WORDS, LABEL, TITLE, OPTION_TEXT = (
    5000,
    2000,
    600,
    80,
    60,
)  # characters: answers, notes, questions, titles, options
ALL_TEXT = 100_000  # characters of all answers of a sheet
ROOM = 250  # mm: a page
ROLES = {"form3": {INSTRUCTOR: "授课骨干教师", EXAMINER: "考核骨干教师"}}
_CODE = re.compile(r"[1-9]\d{0,2}(\.[1-9]\d?){0,2}[a-z]?", re.ASCII)

_FORM = {"title": str, "filled_by": str, "note": str, "opinions": list, "sections": list}
_SECTION = {"base": int, "title": str, "note": str, "heading": str, "prose": list, "items": list}
_ITEM = {
    "code": str, "label": str, "kind": str, "options": list, "scores": list, "required": bool, "personal": bool,
    "limit": int, "level": str, "roles": list, "asked_if": str, "help": str, "span": int, "room": int, "new_page": bool,
}  # fmt: skip


def editable(form: Form) -> dict[str, Any]:
    """What of a version the centre writes, as plain data."""
    return {
        "title": form.title,
        "filled_by": form.filled_by,
        "note": form.furniture.note,
        "opinions": [list(opinion) for opinion in form.furniture.opinions],
        "sections": [
            {
                "base": i,
                "title": section.title,
                "note": section.note,
                "heading": section.heading,
                "prose": list(section.prose),
                "items": [_editable(item) for item in section.items],
            }
            for i, section in enumerate(form.sections)
        ],
    }


def _editable(item: Item) -> dict[str, Any]:
    data: dict[str, Any] = {name: getattr(item, name) for name in _ITEM}
    return data | {
        "kind": item.kind.value,
        "options": list(item.options),
        "scores": list(item.scores),
        "roles": list(item.roles),
    }


def drafted(base: Form, data: Mapping[str, Any]) -> tuple[Form, list[Breach]]:
    """The definition that was written, on top of the one it began from, and what cannot be read in it.

    With a breach the form is `base`: nothing of what was written is used.
    """
    breaches = _shape_breaches(base, data)
    if breaches:
        return base, breaches
    known = {item.code: item for item in base.items}
    sections = tuple(_section(base, section, known) for section in data["sections"])
    around = replace(
        base.furniture,
        note=data["note"].strip(),
        opinions=tuple((str(title).strip(), str(text).strip()) for title, text in data["opinions"]),
        beside_photo=_beside_photo(base, sections),
    )
    words = {"title": data["title"].strip(), "filled_by": data["filled_by"].strip()}
    return replace(base, **words, sections=sections, furniture=around), []


def _section(base: Form, data: Mapping[str, Any], known: Mapping[str, Item]) -> Section:
    own = base.sections[data["base"]] if data["base"] is not None else Section("", ())
    places = [item.place for item in own.items if item.all_options]
    items = tuple(_item(one, known.get(one["code"]), places) for one in data["items"])
    prose = tuple(line.strip() for line in data["prose"] if line.strip())
    words = {name: data[name].strip() for name in ("title", "note", "heading")}
    return replace(own, **words, items=items, prose=prose if own.prose else ())


def _item(data: Mapping[str, Any], known: Item | None, places: Sequence[Place]) -> Item:
    """An item as written; a new one is printed as its neighbours are."""
    item = known or Item(data["code"], "", ItemKind.TEXT)
    kind = ItemKind(data["kind"])
    asks = kind in (ItemKind.CHOICE, ItemKind.SCALE, ItemKind.YES_NO)
    place = item.place
    if known is None or known.kind != kind:
        place = places[0] if asks and places else Place.CELL
    return replace(
        item,
        course=item.course or ("声明" if kind == ItemKind.DECLARE else ""),
        label=data["label"].strip(),
        kind=kind,
        place=place,
        options=tuple(option.strip() for option in data["options"]) if asks else (),
        scores=tuple(data["scores"]) if asks else (),
        adverse=item.adverse if item.adverse in data["options"] or not data["options"] else "",
        roles=tuple(data["roles"]),
        asked_if=data["asked_if"].strip(),
        help=data["help"].strip(),
        **{
            name: data[name]
            for name in ("required", "personal", "limit", "level", "span", "room", "new_page")
        },
    )


def _beside_photo(base: Form, sections: Sequence[Section]) -> int:
    """How many items stand beside the photo: up to the last of those that stood there before."""
    head = base.furniture.head

    def body(section: Section) -> list[str]:
        return [item.code for item in section.items if item.code not in head]

    if not base.furniture.beside_photo or not sections:
        return base.furniture.beside_photo
    stood = set(body(base.sections[0])[: base.furniture.beside_photo])
    now = body(sections[0])
    return max((i for i, code in enumerate(now, 1) if code in stood), default=0)


# What can be read ----------------------------------------------------------------------------------------------------


def unreadable(says: str, way_out: str = "请刷新页面后重试。") -> Breach:
    """A definition that is no definition."""
    return Breach("forms.shape", ARTICLE, says, way_out)


def _shape_breaches(base: Form, data: Mapping[str, Any]) -> list[Breach]:
    """Types, unknown names, sizes: what a browser of ours never sends. The first one is enough."""
    if problem := _shape(data, _FORM, "表单"):
        return [unreadable(problem)]
    if len(data["opinions"]) != len(base.furniture.opinions) or not all(map(_is_pair, data["opinions"])):
        return [unreadable("签署栏的数目不能改变。")]
    if not 1 <= len(data["sections"]) <= SECTIONS:
        return [unreadable(f"一张表单有 1 至 {SECTIONS} 个部分。", "请增减后再保存。")]
    for section in data["sections"]:
        if problem := _section_shape(base, section):
            return [unreadable(problem)]
    bases = [section["base"] for section in data["sections"] if section["base"] is not None]
    if len(set(bases)) != len(bases):
        return [unreadable("同一部分出现了两次。")]
    items = [item for section in data["sections"] for item in section["items"]]
    if len(items) > ITEMS:
        return [unreadable(f"一张表单至多 {ITEMS} 项。", "请删去一些项目。")]
    return [unreadable(problem) for problem in filter(None, map(_item_shape, items))][:1]


def _is_pair(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and len(value) == 2 and all(isinstance(v, str) for v in value)


def _shape(data: Any, wanted: Mapping[str, type], what: str) -> str:
    if not isinstance(data, Mapping):
        return f"{what}的内容不能识别。"
    if unknown := sorted(str(name)[:20] for name in data if name not in wanted):
        return f"{what}没有“{unknown[0]}”一栏。"
    for name, kind in wanted.items():
        value = data.get(name)
        if name == "base" and value is None and name in data:
            continue
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            return f"{what}的“{name}”一栏不能识别。"
        if isinstance(value, str) and len(value) > WORDS:
            return f"{what}的“{name}”一栏超过 {WORDS} 字。"
    return ""


def _section_shape(base: Form, data: Any) -> str:
    if problem := _shape(data, _SECTION, "部分"):
        return problem
    if data["base"] is not None and not 0 <= data["base"] < len(base.sections):
        return "部分的来源不能识别。"
    if not all(isinstance(line, str) and len(line) <= WORDS for line in data["prose"]):
        return "行文不能识别。"
    return "" if len(data["prose"]) <= SECTIONS else "行文过长。"


def _item_shape(data: Any) -> str:
    if problem := _shape(data, _ITEM, "项目"):
        return problem
    if data["kind"] not in list(ItemKind):
        return "题型不能识别。"
    if not all(isinstance(option, str) and len(option) <= WORDS for option in data["options"]):
        return "选项不能识别。"
    if not all(isinstance(score, int) and not isinstance(score, bool) for score in data["scores"]):
        return "分值应为整数。"
    if (
        not all(isinstance(role, str) for role in data["roles"])
        or max(len(data["options"]), len(data["scores"])) > 50
    ):
        return "选项或填写者不能识别。"
    return ""


# What can be published ------------------------------------------------------------------------------------------------


def draft_breaches(base: Form, form: Form) -> list[Breach]:
    """What must be put right before a version can be published: each names its item by `forms.item.<code>`."""
    breaches = [_form_breach(says) for says in _form_problems(form)]
    codes: set[str] = set()
    known = {item.code for item in base.items}
    for n, section in enumerate(form.sections, 1):
        breaches += [_section_breach(n, says) for says in _section_problems(section)]
        for item in section.items:
            says = [*_code_problems(item, known, codes), *_item_problems(form, item, section.items)]
            breaches += [_item_breach(item, problem) for problem in says]
            codes.add(item.code)
    return breaches + _layout_breaches(form)


def _form_breach(says: str) -> Breach:
    return Breach("forms.form", ARTICLE, says, "请在“表头与签署”中改正。")


def _section_breach(n: int, says: str) -> Breach:
    return Breach(f"forms.section.{n}", ARTICLE, f"第 {n} 部分：{says}", "请改正后再发布。")


def _item_breach(item: Item, says: str) -> Breach:
    name = item.named if item.label else f"第 {item.code} 项"
    return Breach(f"forms.item.{item.code}", ARTICLE, f"{name}：{says}", "请改正后再发布。")


def _form_problems(form: Form) -> list[str]:
    problems = []
    if not 1 <= len(form.title) <= TITLE:
        problems.append(f"表单名称为 1 至 {TITLE} 字。")
    if sum(item.limit for item in form.items if not item.derived) > ALL_TEXT:
        problems.append(f"各项字数上限合计不能超过 {ALL_TEXT}。")
    if not 1 <= len(form.filled_by) <= TITLE:
        problems.append(f"填写者为 1 至 {TITLE} 字。")
    if any(not title or not text for title, text in form.furniture.opinions):
        problems.append("签署栏的标题和文字不能为空。")
    return problems


def _section_problems(section: Section) -> list[str]:
    problems = []
    if not 1 <= len(section.title) <= TITLE:
        problems.append(f"标题为 1 至 {TITLE} 字。")
    if not section.items:
        problems.append("没有项目。")
    if section.prose:
        problems += _prose_problems(section)
    if section.rows and any(not item.derived for item in section.items):
        problems.append("名单的各列由平台填写，不能增加项目。")
    if section.rows and sum(item.span for item in section.items) != GRID:
        problems.append(f"名单各列的印制宽度合计应为 {GRID} 格。")
    return problems


def _prose_problems(section: Section) -> list[str]:
    """Sentences hold exactly the section's items."""
    held = set(re.findall(r"\{([^{}|]+)(?:\|[^{}]*)?\}", "".join(section.prose)))
    codes = {item.code for item in section.items}
    unknown = [f"行文中的“{{{code}}}”不是本部分的项目。" for code in sorted(held - codes)]
    return unknown + [f"行文中缺少“{{{code}}}”。" for code in sorted(codes - held)]


def _code_problems(item: Item, known: set[str], before: set[str]) -> list[str]:
    if item.code in before:
        return ["题号重复。"]
    if item.code not in known and not _CODE.fullmatch(item.code):
        return ["题号应为 21、4.3、15b 这样的编号。"]
    return []


def _item_problems(form: Form, item: Item, items: Sequence[Item]) -> list[str]:
    problems = []
    if not 1 <= len(item.label) <= LABEL:
        problems.append(f"题目文字为 1 至 {LABEL} 字。")
    if item.kind in (ItemKind.TEXT, ItemKind.LONG) and not item.derived and not 1 <= item.limit <= TEXT:
        problems.append(f"字数上限为 1 至 {TEXT}。")
    if item.level not in ("", *Level):
        problems.append("适用级别不能识别。")
    if set(item.roles) - set(ROLES.get(form.code, {})):
        problems.append("本表没有这样的填写者。")
    if not 1 <= item.span <= GRID:
        problems.append(f"印制宽度为 1 至 {GRID} 格。")
    if not 0 <= item.room <= ROOM:
        problems.append(f"印制高度为 0 至 {ROOM} 毫米。")
    if item.personal and form.code == "form2":
        problems.append("结束评估表匿名填写，不能收集个人信息。")
    return problems + _option_problems(item) + _condition_problems(item, items)


def _option_problems(item: Item) -> list[str]:
    if item.kind not in (ItemKind.CHOICE, ItemKind.SCALE, ItemKind.YES_NO):
        return []
    options = item.all_options
    problems = []
    if not 2 <= len(options) <= OPTIONS:
        problems.append(f"{KINDS[item.kind]}题有 2 至 {OPTIONS} 个选项。")
    if len(set(options)) != len(options) or not all(1 <= len(option) <= OPTION_TEXT for option in options):
        problems.append(f"选项不能重复，每个 1 至 {OPTION_TEXT} 字。")
    if item.kind == ItemKind.SCALE and len(item.scores) != len(options):
        problems.append("评分题的每个选项都要有分值。")
    if item.kind != ItemKind.SCALE and item.scores:
        problems.append("只有评分题有分值。")
    if any(not 0 <= score <= 100 for score in item.scores):
        problems.append("分值为 0 至 100。")
    return problems


def _condition_problems(item: Item, items: Sequence[Item]) -> list[str]:
    """What an item depends on stands before it in the same section, with that option, asked of the same."""
    if not item.asked_if:
        return []
    code, _, value = item.asked_if.partition("=")
    before = items[: next(i for i, other in enumerate(items) if other is item)]
    leads = next((other for other in before if other.code == code), None)
    if leads is None:
        return [f"“何时填写”所指的第 {code[:12]} 项不在本部分此项之前。"]
    if value not in leads.all_options:
        return [f"“何时填写”所指的选项“{value[:20]}”不是第 {code} 项的选项。"]
    return ["所依据的项目适用级别不同。"] if leads.level not in ("", item.level) else []


# How it is printed ----------------------------------------------------------------------------------------------------

COLUMNS_MOST = 6  # options of a rating table that leave room for its words
PHOTO = 4  # columns of the grid that the photo takes


def _layout_breaches(form: Form) -> list[Breach]:
    breaches = []
    for n, section in enumerate(form.sections, 1):
        if not section.prose and not section.rows:
            breaches += [_section_breach(n, says) for says in _table_problems(section)]
    if form.furniture.beside_photo and form.sections:
        body = [item for item in form.sections[0].items if item.code not in form.furniture.head]
        for item in body[: form.furniture.beside_photo]:
            if item.span > GRID - PHOTO or item.all_options or item.new_page:
                breaches.append(
                    _item_breach(item, f"在照片左侧，只能是宽度不超过 {GRID - PHOTO} 格的简答项。")
                )
    return breaches


def _table_problems(section: Section) -> list[str]:
    """The items of one rating table share their options: they are its columns."""
    page: list[Item] = []
    pages = [page]
    for item in section.items:
        if item.new_page and page:
            page = []
            pages.append(page)
        page.append(item)
    problems = []
    for items in pages:
        if not any(item.place == Place.COLUMNS for item in items):
            continue
        scales = {item.all_options for item in items if item.all_options}
        if len(scales) != 1:
            problems.append("评分表中各项的选项必须相同；不同的，请另设一个部分。")
        elif len(next(iter(scales))) > COLUMNS_MOST:
            problems.append(f"评分表至多 {COLUMNS_MOST} 个选项。")
        elif any(item.all_options and not item.options for item in items):
            problems.append("评分表中的“是否”题要写明选项。")
    return problems
