"""What a new version of a form must keep, because a process of the regulations reads it.

A form may change (TR 脚注⑦: 表单保持动态更新), but not so that the platform could no longer do what another article
asks: who cannot be removed stands here once, with the article and the reason that the editor shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ..breaches import Breach
from ..levels import MODULES
from .definition import Form, Item
from .form1 import FORM_1
from .form2 import FORM_2
from .form3 import FORM_3
from .form4 import FORM_4
from .form5 import FORM_5
from .form6 import FORM_6

# The built-in versions print the annexes: what is needed is needed as it stands there.
ANNEXES: Mapping[str, Form] = {form.code: form for form in (FORM_1, FORM_2, FORM_3, FORM_4, FORM_5, FORM_6)}

_KNOWN = "由平台按实名登记和培训班信息填写，打印和核对要用"
_NEEDS = "培训需求分析按此项统计"
_SATISFACTION = "骨干教师满意度按此项计算"


@dataclass(frozen=True, slots=True)
class Need:
    """Why an item stays."""

    article: str
    why: str


def _of(codes: Iterable[str], article: str, why: str) -> dict[str, Need]:
    return dict.fromkeys(codes, Need(article, why))


_OWN: Mapping[str, Mapping[str, Need]] = {
    "form1": {
        **_of((f"19.{module.code}" for module in MODULES), "TR 10", _NEEDS),
        **_of(("10", "14", "15", "17", "18", "20"), "TR 10", _NEEDS),
        **_of(("17a",), "TR 10", "以前参加的培训从证书登记中带出到此项"),
        **_of(("6", "13"), "TR 10", "审核名单列出此项"),
        **_of(("declaration",), "TR 附件1", "申请人以此声明承诺全程参训"),
    },
    "form2": {
        **_of((f"3.{n}.{i}" for n in (1, 2) for i in range(1, 7)), "MG 8", _SATISFACTION),
        **_of(("8", "9"), "MG 8", _SATISFACTION),
    },
    "form6": _of(("2", "3"), "TR 13", "培训机构的年度总结由这两部分写成"),
}


def needs_of_form(code: str) -> dict[str, Need]:
    """item code → why it stays, of one form: what the platform fills in itself, and what a process reads."""
    annex = ANNEXES[code]
    known = {
        item.code: Need("MG 4.7", _KNOWN) if item.derived else Need("TR 13", "逐人反馈按此项归到教师名下")
        for item in annex.items
        if item.derived or item.names
    }
    return {**known, **_OWN.get(code, {})}


# What of a needed item the processes read: its words, limits and place may change, these not.
_READ: tuple[tuple[str, Callable[[Item], object]], ...] = (
    ("题型", lambda item: item.kind),
    ("选项和分值", lambda item: (item.all_options, item.scores)),
    ("必填", lambda item: item.required),
    ("适用级别", lambda item: item.level),
    ("填写者", lambda item: item.roles),
    ("何时填写", lambda item: item.asked_if),
    ("个人信息", lambda item: item.personal),
)


def needed_breaches(form: Form) -> list[Breach]:
    """What a new version has lost or altered of what the processes need; every item is named with the reason."""
    annex = {item.code: item for item in ANNEXES[form.code].items}
    found = {item.code: item for item in form.items}
    breaches = []
    for code, need in needs_of_form(form.code).items():
        if code not in found:
            says = f"{annex[code].named}不能删去：{need.why}。"
            breaches.append(Breach(f"forms.needed.{code}", need.article, says, "文字可以修改，请保留此项。"))
        elif altered := _altered(annex[code], found[code]):
            says = f"{annex[code].named}的{'、'.join(altered)}不能修改：{need.why}。"
            breaches.append(
                Breach(f"forms.needed.{code}", need.article, says, "请恢复原来的设置，文字可以修改。")
            )
    return breaches


def _altered(old: Item, new: Item) -> list[str]:
    return [what for what, read in _READ if read(old) != read(new)]
