"""Work that is done once per key: whoever sends a request again gets the first answer (reliability row 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, transaction

from gongxue.foundation import clock
from gongxue.foundation.identity.models import Account
from gongxue.foundation.lifecycle.errors import Conflict
from gongxue.foundation.lifecycle.models import AnsweredRequest
from gongxue.regulations.breaches import Breach
from gongxue.regulations.roles import Permission

KEY_WIDTH = 64
# A kept key would tie a digest of the answers, and a time, to the account. The participation makes a retry harmless.
NEVER_KEPT = frozenset({Permission.ANSWER_EVALUATION})


def once(
    account: Account, act: Permission, key: str, digest: str, work: Callable[[], tuple[Any, Any]]
) -> tuple[Any, bool]:
    """Do the work once: (answer, was it fresh). The key commits with the work or not at all.

    work → (answer, what is kept of it for a retry). An empty key, or an act whose key may not be kept, is always
    fresh. The same key with another digest is a conflict: somebody reused it.
    """
    key = key[:KEY_WIDTH] if key.isprintable() else ""  # no client of ours sends another
    if not key or act in NEVER_KEPT:
        return work()[0], True
    known = _known(account, key, digest)
    if known is not None:
        return known.answer, False
    try:
        with transaction.atomic():
            row = AnsweredRequest.objects.create(
                account=account, key=key, act=act, digest=digest, answer="", answered_at=clock.now()
            )
            answer, row.answer = work()
            row.save(update_fields=["answer"])
            return answer, True
    except IntegrityError:
        known = _known(account, key, digest)  # the twin request was faster
        if known is None:
            raise
        return known.answer, False


def _known(account: Account, key: str, digest: str) -> AnsweredRequest | None:
    row = AnsweredRequest.objects.filter(account=account, key=key).first()
    if row is not None and row.digest != digest:
        says = "这次提交的标识已用于不同的内容。"
        raise Conflict([Breach("once.reused", "MG 25.4", says, "请刷新页面后重新填写；接口请换一个新的键。")])
    return row
