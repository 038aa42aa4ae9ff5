"""Official forms as data: form → section → item, versioned (TR 脚注⑦: 表单保持动态更新)."""

from __future__ import annotations

from .definition import (
    Form,
    Item,
    ItemKind,
    Section,
    answer_breaches,
    asked_form,
    given_breaches,
    items_for,
)
from .form1 import FORM_1
from .form2 import FORM_2
from .form3 import FORM_3
from .form4 import FORM_4
from .form5 import FORM_5
from .form6 import FORM_6

FORMS: tuple[Form, ...] = (FORM_1, FORM_2, FORM_3, FORM_4, FORM_5, FORM_6)

__all__ = [
    "FORMS",
    "FORM_1",
    "FORM_2",
    "FORM_3",
    "FORM_4",
    "FORM_5",
    "FORM_6",
    "Form",
    "Item",
    "ItemKind",
    "Section",
    "answer_breaches",
    "asked_form",
    "given_breaches",
    "items_for",
]
