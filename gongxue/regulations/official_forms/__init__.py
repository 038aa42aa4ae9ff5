"""Official forms as data: form → section → item, versioned (TR 脚注⑦: 表单保持动态更新)."""

from __future__ import annotations

from .definition import Form, Item, ItemKind, Section, answer_breaches, given_breaches, items_for
from .form1 import FORM_1
from .form2 import FORM_2

FORMS: tuple[Form, ...] = (FORM_1, FORM_2)

__all__ = [
    "FORMS",
    "FORM_1",
    "FORM_2",
    "Form",
    "Item",
    "ItemKind",
    "Section",
    "answer_breaches",
    "given_breaches",
    "items_for",
]
