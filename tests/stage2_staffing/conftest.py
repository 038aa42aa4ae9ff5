"""The roles of invited teachers, for the tests of stage 2."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongxue.foundation.identity.models import Role
from gongxue.regulations.roles import Duty
from gongxue.stage2_staffing.actions import switch_chain
from gongxue.stage2_staffing.models import Invitation, Opening
from tests.browsing import site as site
from tests.cast import ClassAt


@pytest.fixture
def chain_off() -> Callable[[ClassAt], None]:
    """chain_off(c): whoever declines or keeps silent is replaced by hand."""

    def switch(c: ClassAt) -> None:
        opening = Opening.objects.inside(training_class=c.tc).get()
        switch_chain(opening=opening, on=False, by=c.staff, now=c.now)

    return switch


@pytest.fixture
def teacher_of() -> Callable[[Invitation], Role]:
    """teacher_of(invitation): the role in which the invited teacher answers."""

    def find(invitation: Invitation) -> Role:
        held = Role.objects.filter(account=invitation.person.account_id, duty=Duty.BACKBONE, until=None)
        return held.select_related("account", "organisation").get()

    return find
