"""Whatever an act answers with, the API can say: a row without a shape would be an error of ours."""

from __future__ import annotations

import inspect
import typing

import pytest
from django.db import models

from gongxue.api.acts import ON_PAGES_ONLY
from gongxue.api.shapes import FIELDS
from gongxue.foundation.lifecycle.acts import ACTS
from gongxue.regulations.roles import Permission


@pytest.mark.parametrize("permission", sorted(set(ACTS) - ON_PAGES_ONLY), ids=str)
def test_the_rows_of_an_answer_have_a_shape(permission: Permission) -> None:
    hint = typing.get_type_hints(inspect.unwrap(ACTS[permission].function)).get("return")
    kinds = typing.get_args(hint) or (hint,)
    rows = [kind for kind in kinds if isinstance(kind, type) and issubclass(kind, models.Model)]
    assert [row for row in rows if not set(row.__mro__) & set(FIELDS)] == []
