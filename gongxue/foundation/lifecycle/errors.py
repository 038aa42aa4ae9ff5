"""How an action refuses. It never returns silently."""

from __future__ import annotations

from collections.abc import Sequence

from gongxue.regulations.breaches import Breach


class Refusal(Exception):
    """The base of every refusal; `breaches` says why, with articles and ways out."""

    status = 422

    def __init__(self, breaches: Sequence[Breach]) -> None:
        super().__init__("；".join(str(breach) for breach in breaches))
        self.breaches = tuple(breaches)


class RuleBroken(Refusal):
    """A rule of the regulations says no (422)."""


class Conflict(Refusal):
    """Somebody else changed the object since it was seen (409)."""

    status = 409


class NotAllowed(Refusal):
    """This role may not do this (403)."""

    status = 403

    def __init__(self, says: str, article: str = "MG 25") -> None:
        super().__init__([Breach("access.not_allowed", article, says, "如需办理，请联系有权限的人员。")])


class NotThere(Exception):
    """Outside the role's scope or not existing: both look the same (404)."""


def refuse_if(breaches: Sequence[Breach]) -> None:
    """Raise RuleBroken with every breach, if there is one."""
    if breaches:
        raise RuleBroken(breaches)
