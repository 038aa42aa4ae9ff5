"""One way of writing a name: blanks and dots of Chinese names, Latin names as they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongxue.regulations.names import regular_name

WRITTEN = [
    ("张伟", "张伟"), (" 张 伟　", "张伟"), ("张伟\n", "张伟"), ("张\n伟", "张\n伟"), ("阿卜杜·买买提", "阿卜杜·买买提"),
    *((f"阿卜杜{dot}买买提", "阿卜杜·买买提") for dot in "·•‧・･．.∙⋅"), ("阿卜杜 · 买买提", "阿卜杜·买买提"),
    ("古丽.阿依•木", "古丽·阿依·木"), ("𠮷 野", "𠮷野"), ("J. R. Smith", "J. R. Smith"), (" Anna Maria ", "Anna Maria"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("written", "kept"), WRITTEN)
def test_a_name_is_kept_in_one_way(written: str, kept: str) -> None:
    assert regular_name(written) == kept


@given(st.text(max_size=40))
def test_what_is_regular_stays_as_it_is(text: str) -> None:
    assert regular_name(regular_name(text)) == regular_name(text)
