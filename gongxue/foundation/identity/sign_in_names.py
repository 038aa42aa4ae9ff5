"""Sign-in names: pinyin of the name with a number, made when an account is handed out."""

from __future__ import annotations

import re

from gongxue.foundation.identity.models import Account

_FORM = re.compile(r"[a-z][a-z0-9._-]{2,39}", re.ASCII)


def is_sign_in_name(text: str) -> bool:
    """Lower-case letters, digits, dot, dash, underscore; 3 to 40 characters, a letter first."""
    return bool(_FORM.fullmatch(text))


def suggest(name: str, taken: set[str] | None = None) -> str:
    """zhangwei, zhangwei2, zhangwei3 …: the first one that is free.

    taken: names already given in this run (bulk import); the database is asked otherwise.
    """
    from pypinyin import lazy_pinyin  # its dictionaries would slow every start

    base = "".join(ch for ch in "".join(lazy_pinyin(name)).lower() if ch.isascii() and ch.isalnum())[:30]
    base = base if base and base[0].isalpha() else f"user{base}"
    base = base.ljust(3, "0")
    if taken is None:
        taken = set(
            Account.objects.filter(sign_in_name__startswith=base).values_list("sign_in_name", flat=True)
        )
    candidate, n = base, 1
    while candidate in taken:
        n += 1
        candidate = f"{base}{n}"
    taken.add(candidate)
    return candidate
