"""What a version of a form has that another one has not, in words that people read."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from .definition import Form, Item, ItemKind, Section

KINDS = {
    ItemKind.TEXT: "简答", ItemKind.LONG: "长文", ItemKind.CHOICE: "单选", ItemKind.SCALE: "评分",
    ItemKind.YES_NO: "是否", ItemKind.DECLARE: "声明",
}  # fmt: skip
_PRINTED_ONLY = "印制位置"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: where it is, what it is, how it was and how it is now."""

    code: str  # of the item; empty for the form itself
    where: str
    what: str
    before: str = ""
    after: str = ""


def differences(old: Form, new: Form) -> list[Difference]:
    """The differences from `old` to `new`: the form, items removed, added, moved and changed, in the new order."""
    found = [
        Difference("", "表单", what, before, after)
        for what, before, after in (
            ("名称", old.title, new.title),
            ("填写者", old.filled_by, new.filled_by),
            ("填表说明", old.furniture.note, new.furniture.note),
            ("附件号", old.furniture.annex, new.furniture.annex),
        )
        if before != after
    ]
    before = {item.code: item for item in old.items}
    after = {item.code: item for item in new.items}
    found += [Difference(c, item.named, "删去") for c, item in before.items() if c not in after]
    moved = _moved([c for c in before if c in after], [c for c in after if c in before])
    elsewhere = _changed_parts(old, new)
    for code, item in after.items():
        if code not in before:
            found.append(Difference(code, item.named, "新增", "", _described(item)))
            continue
        if code in elsewhere:
            found.append(Difference(code, item.named, "移到另一部分", "", elsewhere[code]))
        elif code in moved:
            found.append(Difference(code, item.named, "移动"))
        found += _changes(before[code], item)
    return found + _section_changes(old, new)


def _described(item: Item) -> str:
    options = f"：{'、'.join(item.all_options)}" if item.all_options else ""
    return f"{KINDS[item.kind]}{options}{'，必填' if item.required else '，选填'}"


def _moved(old: list[str], new: list[str]) -> set[str]:
    """The fewest codes that must be taken out so that the others stand in the same order."""
    place = {code: i for i, code in enumerate(old)}
    best: list[list[str]] = []  # best[i]: the longest run in order that ends at new[i]
    for i, code in enumerate(new):
        ahead = [best[j] for j in range(i) if place[new[j]] < place[code]]
        best.append([*max(ahead, key=len, default=[]), code])
    kept = max(best, key=len, default=[])
    return set(new) - set(kept)


def _changes(old: Item, new: Item) -> list[Difference]:
    """What an item says, asks and allows; where it is printed counts as one difference."""
    compared = (
        ("文字", old.label, new.label),
        ("题型", KINDS[old.kind], KINDS[new.kind]),
        ("选项", "、".join(old.printed_options), "、".join(new.printed_options)),
        ("必填", _yes(old.required), _yes(new.required)),
        ("字数上限", str(old.limit), str(new.limit)),
        ("适用级别", old.level or "全部", new.level or "全部"),
        ("填写者", "、".join(old.roles) or "全部", "、".join(new.roles) or "全部"),
        ("何时填写", old.asked_if or "总是", new.asked_if or "总是"),
        ("负面答案", old.adverse or "无", new.adverse or "无"),
        ("个人信息", _yes(old.personal), _yes(new.personal)),
        ("填写提示", old.help, new.help),
        (_PRINTED_ONLY, _printed(old), _printed(new)),
    )
    return [
        Difference(new.code, new.named, what, *(("", "") if what == _PRINTED_ONLY else (before, after)))
        for what, before, after in compared
        if before != after
    ]


def _yes(value: bool) -> str:
    return "是" if value else "否"


def _printed(item: Item) -> str:
    shown = (
        item.place,
        item.span,
        item.room,
        item.new_page,
        item.colon,
        item.behind,
        item.beside,
        item.course,
    )
    return repr(shown)


def _section_changes(old: Form, new: Form) -> list[Difference]:
    """Sections are the same when they share most items: titles may change, places too."""
    pairs = _paired(old, new)
    found = [
        Difference("", _part(section), "删去部分")
        for section in old.sections
        if section not in dict(pairs).values()
    ]
    for after, before in pairs:
        if before is None:
            found.append(Difference("", _part(after), "新增部分"))
            continue
        for what, was, now in (
            ("标题", before.title, after.title),
            ("说明", before.note, after.note),
            ("表内标题", before.heading, after.heading),
            ("行文", "\n".join(before.prose), "\n".join(after.prose)),
            ("行数", str(before.rows), str(after.rows)),
        ):
            if was != now:
                found.append(Difference("", _part(after), what, was, now))
    order = [old.sections.index(before) for _, before in pairs if before is not None]
    if order != sorted(order):
        found.append(Difference("", "表单", "部分的顺序"))
    if len(old.sections) != len(new.sections):
        found.append(Difference("", "表单", "部分数", str(len(old.sections)), str(len(new.sections))))
    return found


def _part(section: Section) -> str:
    return f"“{section.title}”部分"


def _paired(old: Form, new: Form) -> list[tuple[Section, Section | None]]:
    """Every new section with the old one that it continues, or None."""
    left = list(old.sections)
    pairs: list[tuple[Section, Section | None]] = []
    for section in new.sections:
        codes = {item.code for item in section.items}
        shared = [len(codes & {item.code for item in other.items}) for other in left]
        best = max(range(len(left)), key=lambda i: shared[i], default=-1)
        before = left.pop(best) if best >= 0 and shared[best] else None
        pairs.append((section, before))
    return pairs


def _changed_parts(old: Form, new: Form) -> dict[str, str]:
    """Items that now stand in another section: code → its title."""
    before = {item.code: section for section in old.sections for item in section.items}
    continued = {id(after): was for after, was in _paired(old, new)}
    return {
        item.code: section.title
        for section in new.sections
        for item in section.items
        if item.code in before and continued[id(section)] is not before[item.code]
    }


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that stayed, went or came."""

    text: str
    kind: str = ""  # "", gone, new


def pieces(before: str, after: str) -> list[Piece]:
    """One wording turned into the other, as short as it can be said."""
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(Piece(before[a:b]))
            continue
        found += [Piece(text, how) for text, how in ((before[a:b], "gone"), (after[c:d], "new")) if text]
    return found
